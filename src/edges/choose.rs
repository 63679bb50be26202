//! Which provocations are sent, when not all can be.

use super::{Dice, Draft};

/// Chooses so many requests at most. The good requests come first, operation by operation; then the provocations,
/// those of a lower rank first and, within one, in an order that follows from the seed.
pub(super) fn choose(drafts: &mut [Draft<'_>], seed: u64, most: usize) {
    let mut left = most;
    for draft in drafts.iter_mut() {
        draft.fits = draft.setup.len() < left;
        if draft.fits {
            left -= draft.setup.len();
        }
    }
    let mut dice = Dice::new(seed, "order");
    let mut order = Vec::new();
    for (index, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.fits) {
        for (place, provocation) in draft.provocations.iter().enumerate() {
            if provocation.request.is_ok() {
                order.push((provocation.rank, dice.next(), index, place));
            }
        }
    }
    order.sort_unstable();
    for (_, _, index, place) in order.into_iter().take(left) {
        drafts[index].chosen[place] = true;
    }
}
