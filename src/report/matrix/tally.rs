//! The numbers of a kill matrix, which every format shows.

use crate::model::{Matrix, Mutant, Severity};

/// Defects by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// All of them.
    pub(super) all: usize,
    /// Found.
    pub(super) caught: usize,
    /// Found by a rule that should find them.
    pub(super) named: usize,
    /// Found by something that fails a run unless `--fail-on` says otherwise.
    pub(super) errors: usize,
    /// Neither found nor surely missed.
    pub(super) in_doubt: usize,
}

impl Tally {
    /// The numbers of some defects.
    pub(super) fn of<'m>(mutants: impl IntoIterator<Item = &'m Mutant>) -> Self {
        let mut tally = Self::default();
        for mutant in mutants {
            tally.all += 1;
            tally.caught += usize::from(mutant.caught);
            tally.named += usize::from(mutant.named());
            tally.errors += usize::from(mutant.severity == Some(Severity::Error));
            tally.in_doubt += usize::from(mutant.in_doubt());
        }
        tally
    }

    /// How many were not found although the suite was judged.
    pub(super) fn missed(self) -> usize {
        self.all - self.caught - self.in_doubt
    }
}

/// The defects family by family, in the matrix's order.
pub(super) fn families(matrix: &Matrix) -> impl Iterator<Item = (&str, &[Mutant])> {
    let families = matrix.mutants.chunk_by(|one, next| one.family == next.family);
    families.filter_map(|mutants| Some((mutants.first()?.family.as_str(), mutants)))
}

/// `98.3 %`; what is not quite all is never rounded up to all.
pub(super) fn percent(score: f64) -> String {
    let shown = (score * 10.0).floor() / 10.0;
    if shown >= 100.0 { "100 %".to_owned() } else { format!("{shown:.1} %") }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn shares_are_rounded_down() {
        let cases = [(100.0, "100 %"), (99.99, "99.9 %"), (0.0, "0.0 %"), (98.34, "98.3 %")];
        for (score, expected) in cases {
            assert_eq!(percent(score), expected);
        }
    }
}
