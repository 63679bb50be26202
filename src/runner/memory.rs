//! The request ids of a run, so that a repeated one is noticed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

/// Most ids remembered; beyond that new ones are not remembered, and a repetition may go unseen.
const MOST: usize = 1_000_000;

/// Ids by contract, each with the place of its first use.
#[derive(Debug, Default)]
pub(super) struct Ids(Mutex<HashMap<(Contract, Id), Place>>);

type Contract = Box<str>;
type Id = Box<str>;
type Place = Box<str>;

/// The memory as one step uses it: what it adds is remembered under the step's name.
pub(super) struct At<'a> {
    pub(super) ids: &'a Ids,
    pub(super) place: &'a dyn Fn() -> String,
}

impl crate::judge::Memory for At<'_> {
    fn first_use(&self, contract: &str, id: &str) -> Option<String> {
        let mut ids = self.ids.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = ids.len() >= MOST;
        match ids.entry((contract.into(), id.into())) {
            Entry::Occupied(known) => Some(known.get().to_string()),
            Entry::Vacant(new) => {
                if !full {
                    new.insert((self.place)().into());
                }
                None
            }
        }
    }
}
