//! Random numbers as a function of seed, stream and draw: no state, so parallel runs repeat exactly.

/// A short generator (SplitMix64, Steele, Lea and Flood 2014) for one draw.
pub(super) struct Random(u64);

impl Random {
    /// The generator of the `draw`-th value of a stream.
    pub(super) fn new(seed: u64, stream: u64, draw: u64) -> Self {
        Self(mix(mix(mix(seed).wrapping_add(stream)).wrapping_add(draw)))
    }

    /// 64 random bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        finish(self.0)
    }

    /// A number from `low` to `high`, both included; `low` if the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = if high < low { 1 } else { u128::from(high.abs_diff(low)) + 1 };
        let offset = (u128::from(self.next()) * width) >> 64;
        low.wrapping_add_unsigned(u64::try_from(offset).unwrap_or(0))
    }

    /// Lower-case letters and digits.
    pub(super) fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(LETTERS[usize::try_from(self.next() % 36).unwrap_or(0)])).collect()
    }

    /// A UUID of version 4 (RFC 9562, section 5.4).
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let (version, variant) = (high & 0x0fff | 0x4000, low >> 48 & 0x3fff | 0x8000);
        let (first, second, last) = (high >> 32, high >> 16 & 0xffff, low & 0xffff_ffff_ffff);
        format!("{first:08x}-{second:04x}-{version:04x}-{variant:04x}-{last:012x}")
    }
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(number: u64) -> u64 {
    finish(number.wrapping_add(GAMMA))
}

fn finish(mut z: u64) -> u64 {
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_draw_depends_on_seed_stream_and_number_only() {
        assert_eq!(Random::new(1, 2, 3).uuid(), Random::new(1, 2, 3).uuid());
        let distinct: HashSet<_> = (0..20u64)
            .flat_map(|seed| (0..20).flat_map(move |stream| (0..20).map(move |draw| (seed, stream, draw))))
            .map(|(seed, stream, draw)| Random::new(seed, stream, draw).next())
            .collect();
        assert_eq!(distinct.len(), 8000);
    }

    #[test]
    fn ranges_are_inclusive_and_never_overflow() {
        let drawn: HashSet<_> = (0..200).map(|draw| Random::new(7, 0, draw).between(-1, 1)).collect();
        assert_eq!(drawn, HashSet::from([-1, 0, 1]));
        assert_eq!(Random::new(7, 0, 0).between(5, 5), 5);
        let wide: HashSet<_> =
            (0..50).map(|draw| Random::new(7, 0, draw).between(i64::MIN, i64::MAX)).collect();
        assert_eq!(wide.len(), 50);
        assert!(wide.iter().any(|n| *n < 0) && wide.iter().any(|n| *n > 0));
    }

    #[test]
    fn uuids_are_version_four() {
        let form = regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            .unwrap();
        for draw in 0..100 {
            let uuid = Random::new(0, 0, draw).uuid();
            assert!(form.is_match(&uuid), "{uuid}");
        }
    }
}
