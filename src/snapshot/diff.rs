//! The differences of two texts: lines first, and words within lines that were replaced.
//!
//! All bounds are counts, never a clock: the same texts have the same diff on every machine.

mod words;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use crate::model::{Diff, DiffKind, DiffLine, DiffPart};

/// Equal lines shown around a difference.
const CONTEXT: usize = 3;
/// Most lines of a diff, gaps aside.
const MOST_LINES: usize = 400;
/// Lines of either text, from the first that differs, that are compared. Comparing takes the square of it, and no more
/// than [`MOST_LINES`] are shown of what comes out.
const WINDOW: usize = 2_000;

/// Compares two texts.
pub fn diff(old: &str, new: &str) -> Diff {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let ops = compare(&old, &new);
    let mut drawing = Drawing { old: &old, new: &new, lines: Vec::new(), words: words::Words::default() };
    let (mut shown_to, mut left) = ((0, 0), MOST_LINES);
    for group in group_diff_ops(ops, CONTEXT) {
        let start = group.first().map_or((0, 0), |op| (op.old_range().start, op.new_range().start));
        drawing.equal(shown_to, start);
        for op in group {
            left = drawing.op(&op, left);
            shown_to = (op.old_range().end, op.new_range().end);
            if left == 0 {
                return drawing.cut();
            }
        }
    }
    drawing.equal(shown_to, (old.len(), new.len()));
    Diff { lines: drawing.lines }
}

/// The operations that make the new lines of the old ones.
fn compare(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let (old_window, new_window) =
        (&old_middle[..old_middle.len().min(WINDOW)], &new_middle[..new_middle.len().min(WINDOW)]);
    let mut ops = vec![DiffOp::Equal { old_index: 0, new_index: 0, len: head }];
    ops.extend(capture_diff_slices(Algorithm::Myers, old_window, new_window));
    let (old_len, new_len) = (old_middle.len() - old_window.len(), new_middle.len() - new_window.len());
    let (old_index, new_index) = (head + old_window.len(), head + new_window.len());
    if old_len + new_len > 0 {
        ops.push(DiffOp::Replace { old_index, old_len, new_index, new_len });
    }
    ops.push(DiffOp::Equal { old_index: old_index + old_len, new_index: new_index + new_len, len: tail });
    ops.retain(|op| op.old_range().len() + op.new_range().len() > 0);
    in_sequence(&mut ops);
    ops
}

/// Gives every operation the places at which it really stands: the library says nothing reliable about the side that an
/// insertion or a deletion leaves as it is.
fn in_sequence(ops: &mut [DiffOp]) {
    let (mut old_at, mut new_at) = (0, 0);
    for op in ops {
        let (old, new) = (op.old_range().len(), op.new_range().len());
        match op {
            DiffOp::Equal { old_index, new_index, .. }
            | DiffOp::Delete { old_index, new_index, .. }
            | DiffOp::Insert { old_index, new_index, .. }
            | DiffOp::Replace { old_index, new_index, .. } => (*old_index, *new_index) = (old_at, new_at),
        }
        (old_at, new_at) = (old_at + old, new_at + new);
    }
}

/// The lines of the diff so far.
struct Drawing<'t> {
    old: &'t [&'t str],
    new: &'t [&'t str],
    lines: Vec<DiffLine>,
    words: words::Words,
}

impl Drawing<'_> {
    /// Adds the lines of an operation, as many as are left; returns how many are left then.
    fn op(&mut self, op: &DiffOp, left: usize) -> usize {
        let (old, new) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            for (old, new) in old.zip(new).take(left) {
                let parts = words::unmarked(self.old[old]);
                self.line(DiffKind::Context, Some(old), Some(new), parts);
            }
            return left.saturating_sub(op.old_range().len());
        }
        // Of a long block both sides are shown.
        let most_new = new.len().min(left - old.len().min(left / 2));
        let most_old = old.len().min(left - most_new);
        let removed = &self.old[old.start..old.start + most_old];
        let added = &self.new[new.start..new.start + most_new];
        let (removed, added) = self.words.mark(removed, added);
        for (at, parts) in removed.into_iter().enumerate() {
            self.line(DiffKind::Removed, Some(old.start + at), None, parts);
        }
        for (at, parts) in added.into_iter().enumerate() {
            self.line(DiffKind::Added, None, Some(new.start + at), parts);
        }
        if most_old == old.len() && most_new == new.len() { left - most_old - most_new } else { 0 }
    }

    /// Leaves out the equal lines between two places, unless it is a single one.
    fn equal(&mut self, from: (usize, usize), to: (usize, usize)) {
        if from.0 + 1 == to.0 {
            let parts = words::unmarked(self.old[from.0]);
            self.line(DiffKind::Context, Some(from.0), Some(from.1), parts);
        } else {
            self.gap(to.0.saturating_sub(from.0), "equal line");
        }
    }

    fn line(&mut self, kind: DiffKind, old: Option<usize>, new: Option<usize>, parts: Vec<DiffPart>) {
        let number = |index: Option<usize>| index.and_then(|index| u32::try_from(index + 1).ok());
        self.lines.push(DiffLine { kind, old: number(old), new: number(new), parts });
    }

    fn gap(&mut self, count: usize, what: &str) {
        if count > 0 {
            let end = if count == 1 { "" } else { "s" };
            let parts = vec![DiffPart { text: format!("{count} {what}{end}"), changed: false }];
            self.lines.push(DiffLine { kind: DiffKind::Gap, old: None, new: None, parts });
        }
    }

    /// The diff up to here, with a word on what is not compared or not shown any more.
    fn cut(mut self) -> Diff {
        let last = |side: fn(&DiffLine) -> Option<u32>| {
            self.lines.iter().rev().find_map(side).map_or(0, |number| number as usize)
        };
        let (old, new) = (last(|line| line.old), last(|line| line.new));
        let hidden = (self.old.len() - old).max(self.new.len() - new);
        self.gap(hidden, "more line");
        Diff { lines: self.lines }
    }
}

#[cfg(test)]
mod tests;
