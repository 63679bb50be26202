//! Identifiers that look random, never repeat, and are the same for the same seed.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hands out identifiers, one counter for all kinds.
#[derive(Debug)]
pub(super) struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    /// A sequence of its own for each seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed: scramble(seed), count: 0 }
    }

    /// The next identifier: `req_` or `lead_` and 16 letters and digits.
    pub(super) fn next(&mut self, prefix: &str) -> String {
        self.count = self.count.wrapping_add(1);
        format!("{prefix}_{}", token(self.seed.wrapping_add(self.count)))
    }
}

/// 16 letters and digits, different for every `number`: the first eleven write out a permutation of it.
pub(super) fn token(number: u64) -> String {
    let head = scramble(number);
    let mut text = String::with_capacity(16);
    push_digits(&mut text, head, 11);
    push_digits(&mut text, scramble(head), 5);
    text
}

fn push_digits(text: &mut String, mut value: u64, count: usize) {
    for _ in 0..count {
        let digit = usize::try_from(value % 62).unwrap_or_default();
        text.push(char::from(DIGITS[digit]));
        value /= 62;
    }
}

/// The finaliser of `SplitMix64` after one step: a permutation of all 64-bit numbers.
fn scramble(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn never_repeat_and_have_the_documented_shape() {
        let mut ids = Ids::new(7);
        let all: HashSet<String> = (0..20_000).map(|_| ids.next("req")).collect();
        assert_eq!(all.len(), 20_000);
        for id in &all {
            let rest = id.strip_prefix("req_").unwrap();
            assert_eq!(rest.len(), 16);
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
        }
    }

    #[test]
    fn follow_the_seed() {
        assert_eq!(Ids::new(1).next("lead"), Ids::new(1).next("lead"));
        assert_ne!(Ids::new(1).next("lead"), Ids::new(2).next("lead"));
    }
}
