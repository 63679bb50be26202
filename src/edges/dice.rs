//! Choices that follow from the seed and from what is chosen for, so that a run can be repeated.

use std::hash::{Hash, Hasher};

/// A stream of choices (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The stream of a seed for something that has a name.
    pub(super) fn new(seed: u64, what: &str) -> Self {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        what.hash(&mut hasher);
        Self(seed ^ hasher.finish())
    }

    /// 64 random bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A place in a list of so many; 0 if it is empty.
    pub(super) fn index(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    /// Up to so many of a list, in an order of their own.
    pub(super) fn some<T>(&mut self, mut from: Vec<T>, most: usize) -> Vec<T> {
        let mut chosen = Vec::new();
        while chosen.len() < most && !from.is_empty() {
            chosen.push(from.swap_remove(self.index(from.len())));
        }
        chosen
    }

    /// Lower-case letters and digits, the first a letter.
    pub(super) fn word(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|at| char::from(LETTERS[self.index(if at == 0 { 26 } else { 36 })])).collect()
    }
}

/// A hash that is the same in every build, unlike the standard library's.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_follow_from_seed_and_name() {
        let word = |seed, what| Dice::new(seed, what).word(12);
        assert_eq!(word(1, "a"), word(1, "a"));
        assert_ne!(word(1, "a"), word(2, "a"));
        assert_ne!(word(1, "a"), word(1, "b"));
        assert!(word(1, "a").starts_with(|c: char| c.is_ascii_lowercase()));
        let mut all = Dice::new(3, "x").some((0..10).collect(), 20);
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }
}
