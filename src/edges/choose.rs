//! Which requests are sent, when not all can be.

use super::{Dice, Draft};

/// Gives the good requests a place each, operation by operation, and says how many places are left. If not all
/// operations have room, which ones do follows from the seed.
pub(super) fn fit(drafts: &mut [Draft<'_>], seed: u64, most: usize) -> usize {
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    if drafts.iter().map(|draft| draft.setup.len()).sum::<usize>() > most {
        order = Dice::new(seed, "operations").some(order, drafts.len());
    }
    let mut left = most;
    for index in order {
        let draft = &mut drafts[index];
        draft.fits = draft.setup.len() <= left;
        if draft.fits {
            left -= draft.setup.len();
        }
    }
    left
}

/// Chooses so many provocations at most: those of a lower rank first and, within one, in an order that follows from
/// the seed.
pub(super) fn choose(drafts: &mut [Draft<'_>], seed: u64, most: usize) {
    let mut dice = Dice::new(seed, "order");
    let mut order = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        for (place, provocation) in draft.provocations.iter().enumerate() {
            if provocation.request.is_ok() {
                order.push((provocation.rank, dice.next(), index, place));
            }
        }
    }
    order.sort_unstable();
    for (_, _, index, place) in order.into_iter().take(most) {
        drafts[index].chosen[place] = true;
    }
}
