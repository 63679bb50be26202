//! Request ids of a run in memory that never grows: who says that one came twice is all but sure of it.
//!
//! An id is kept as 64 bits of SipHash with a random key. Two different ids agree in all of them once in 2 * 10^19
//! comparisons: with a billion ids, each compared with eight others, one run in two billion would accuse wrongly. The
//! table has a fixed number of places in sets of eight, and the oldest of a full set is forgotten: a repetition may be
//! missed if about as many ids came in between as the table holds, and never the other way round.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

/// Places in a set.
const WAYS: usize = 8;
/// Parts of the table that threads lock separately.
const SHARDS: usize = 64;
/// Sets in a part.
const SETS: usize = 1 << 10;

/// The ids that are remembered: 524,288 places, 4 MiB.
#[derive(Debug)]
pub(super) struct Ids {
    key: RandomState,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Debug)]
struct Shard {
    places: Vec<u64>,
    /// The place in each set that is taken next.
    next: Vec<u8>,
}

impl Ids {
    pub(super) fn new() -> Self {
        let shard = || Shard { places: vec![0; SETS * WAYS], next: vec![0; SETS] };
        Self { key: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect() }
    }

    /// Ids that are remembered at the same time.
    pub(super) fn places(&self) -> u64 {
        (SHARDS * SETS * WAYS) as u64
    }

    /// Whether the id surely came before; it is remembered from now on.
    pub(super) fn came_before(&self, id: &[u8]) -> bool {
        // Nought marks a free place.
        let hash = self.key.hash_one(id).max(1);
        let Some(shard) = self.shards.get(hash as usize % SHARDS) else { return false };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let set = (hash >> 32) as usize % SETS;
        let Shard { places, next } = &mut *shard;
        let Some(places) = places.get_mut(set * WAYS..(set + 1) * WAYS) else { return false };
        if places.contains(&hash) {
            return true;
        }
        let Some(next) = next.get_mut(set) else { return false };
        if let Some(place) = places.get_mut(usize::from(*next) % WAYS) {
            *place = hash;
        }
        *next = (*next + 1) % WAYS as u8;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_seen_and_a_new_id_never_accused() {
        let ids = Ids::new();
        let id = |number: u32| format!("req_{number:032x}");
        assert!((0..300_000).all(|number| !ids.came_before(id(number).as_bytes())));
        // Sets fill unevenly, and what is asked for in vain takes a place: of a bit more than half as many ids as there are
        // places nine in ten are still known.
        let known = (0..300_000).filter(|number| ids.came_before(id(*number).as_bytes())).count();
        assert!(known > 260_000, "{known}");
        assert!(
            (300_000..2_000_000).all(|number| !ids.came_before(id(number).as_bytes())),
            "more than it holds"
        );
    }
}
