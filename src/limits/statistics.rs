//! The computations behind verdicts, free of logs: worst interval, order of `remaining`, power, bounds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// An interval in which something surely happened, with the number of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spell {
    /// Start and end in nanoseconds.
    pub(super) s: i64,
    pub(super) e: i64,
    pub(super) seq: u64,
}

/// The interval of that length, beginning with one of the spells, that wholly contains the most of them: its start
/// and its count. In O(n log n).
pub(super) fn worst(spells: &[Spell], length: i64) -> Option<(i64, usize)> {
    let mut ends: Vec<i64> = spells.iter().map(|spell| spell.e).collect();
    ends.sort_unstable();
    let mut tree = Counter(vec![0; ends.len() + 1]);
    let mut order: Vec<Spell> = spells.to_vec();
    order.sort_by_key(|spell| Reverse(spell.s));
    let mut best: Option<(i64, usize)> = None;
    let mut order = order.into_iter().peekable();
    while let Some(first) = order.next() {
        tree.add(ends.partition_point(|end| *end < first.e));
        while let Some(same) = order.next_if(|next| next.s == first.s) {
            tree.add(ends.partition_point(|end| *end < same.e));
        }
        let until = first.s.saturating_add(length);
        let count = tree.below(ends.partition_point(|end| *end <= until));
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((first.s, count));
        }
    }
    best
}

/// A Fenwick tree: counts by place, sums of beginnings.
struct Counter(Vec<usize>);

impl Counter {
    fn add(&mut self, place: usize) {
        let mut at = place + 1;
        while let Some(cell) = self.0.get_mut(at) {
            *cell += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, place: usize) -> usize {
        let (mut at, mut sum) = (place, 0);
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or_default();
            at &= at - 1;
        }
        sum
    }
}

/// An admitted answer with what it says is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) s: i64,
    pub(super) e: i64,
    pub(super) remaining: i64,
    pub(super) seq: u64,
}

/// Values that more than one answer has, each with its requests.
pub(super) fn duplicates(answers: &[Left]) -> Vec<(i64, Vec<u64>)> {
    let mut by_value: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for answer in answers {
        by_value.entry(answer.remaining).or_default().push(answer.seq);
    }
    by_value.into_iter().filter(|(_, seqs)| seqs.len() > 1).collect()
}

/// Pairs that break real-time order: the second was sent after the first had ended, and has not less left than
/// `allowed` permits for the time between (refill). In O(n log n).
pub(super) fn out_of_order(answers: &[Left], allowed: impl Fn(i64) -> i64) -> Vec<(u64, u64)> {
    let mut order: Vec<Left> = answers.to_vec();
    order.sort_by_key(|answer| answer.s);
    let mut ending: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
    let mut least: Option<Left> = None;
    let mut found = Vec::new();
    for (place, later) in order.iter().enumerate() {
        while let Some(Reverse((end, ended))) = ending.peek().copied()
            && end < later.s
        {
            ending.pop();
            if let Some(ended) = order.get(ended)
                && least.is_none_or(|least| ended.remaining < least.remaining)
            {
                least = Some(*ended);
            }
        }
        if let Some(earlier) = least
            && later.remaining > earlier.remaining - 1 + allowed(later.e - earlier.s)
        {
            found.push((earlier.seq, later.seq));
        }
        ending.push(Reverse((later.e, place)));
    }
    found
}

/// The probability that `rounds` rounds of `n` requests arriving within `spread` seconds show a race whose gap is
/// `gap` seconds wide.
#[expect(clippy::cast_precision_loss, reason = "a probability")]
pub(super) fn power(n: usize, spread: f64, gap: f64, rounds: usize) -> f64 {
    let one = if spread <= 0.0 { 1.0 } else { 1.0 - (-(n as f64 / spread) * gap).exp() };
    1.0 - (1.0 - one).powf(rounds as f64)
}

/// The rate below which defects lie, at 95 %, if none was seen among `n`: near 3/n.
#[expect(clippy::cast_precision_loss, reason = "a probability")]
pub(super) fn zero_of(n: usize) -> f64 {
    if n == 0 { 1.0 } else { 1.0 - 0.05_f64.powf(1.0 / n as f64) }
}

/// The slope of the line through points, by least squares.
#[expect(clippy::cast_precision_loss, reason = "a slope")]
pub(super) fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
    let (x, y) = (x / n, y / n);
    let (above, below) = points.iter().fold((0.0, 0.0), |sum, point| {
        (sum.0 + (point.0 - x) * (point.1 - y), sum.1 + (point.0 - x).powi(2))
    });
    (below > 0.0).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_worst_interval_is_what_counting_finds(
            spells in prop::collection::vec((0..60_i64, 0..20_i64), 0..30), length in 0..40_i64,
        ) {
            let spells: Vec<Spell> =
                spells.into_iter().map(|(s, long)| Spell { s, e: s + long, seq: 0 }).collect();
            let inside = |start: i64| spells.iter().filter(|one| one.s >= start && one.e <= start + length).count();
            let counted = spells.iter().map(|one| inside(one.s)).max();
            let found = worst(&spells, length);
            prop_assert_eq!(found.map(|(_, count)| count), counted);
            prop_assert!(found.is_none_or(|(start, count)| inside(start) == count));
        }

        #[test]
        fn order_is_broken_where_a_pair_breaks_it(
            answers in prop::collection::vec((0..40_i64, 0..10_i64, 0..20_i64), 0..20),
        ) {
            let answers: Vec<Left> = (1..).zip(answers)
                .map(|(seq, (s, long, remaining))| Left { s, e: s + long, remaining, seq }).collect();
            let broken = answers.iter().any(|a| {
                answers.iter().any(|b| a.e < b.s && b.remaining > a.remaining - 1)
            });
            let found = out_of_order(&answers, |_| 0);
            prop_assert_eq!(!found.is_empty(), broken);
            for (earlier, later) in found {
                let find = |seq| answers.iter().find(|one| one.seq == seq).copied();
                let (Some(a), Some(b)) = (find(earlier), find(later)) else { panic!("a pair of the answers") };
                prop_assert!(a.e < b.s && b.remaining > a.remaining - 1);
            }
        }

        #[test]
        fn what_counts_down_one_by_one_is_in_order(n in 1..50_i64) {
            let answers: Vec<Left> =
                (0..n).map(|i| Left { s: 2 * i, e: 2 * i + 1, remaining: n - i, seq: 0 }).collect();
            prop_assert!(out_of_order(&answers, |_| 0).is_empty() && duplicates(&answers).is_empty());
        }

        #[test]
        fn chances_are_chances(n in 1..500_usize, spread in 0.0..1.0, gap in 0.0..0.01, rounds in 1..40_usize) {
            let chance = power(n, spread, gap, rounds);
            prop_assert!((0.0..=1.0).contains(&chance));
            prop_assert!(power(n, spread, gap, rounds + 1) >= chance);
            prop_assert!(zero_of(n + 1) < zero_of(n));
        }
    }

    #[test]
    fn the_numbers_of_the_literature_come_out() {
        assert!((zero_of(60) - 0.049).abs() < 0.001 && (zero_of(300) - 0.00994).abs() < 0.0001);
        assert!((power(40, 0.0005, 0.00001, 1) - 0.55).abs() < 0.01);
        assert_eq!(slope(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]), Some(1.0));
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 2.0)]), None);
        let same = |remaining, seq| Left { s: 0, e: 1, remaining, seq };
        assert_eq!(duplicates(&[same(3, 1), same(2, 2), same(3, 4)]), [(3, vec![1, 4])]);
    }
}
