//! The leads of one workspace in one API: a bounded shelf on which the newest push out the oldest.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::SystemTime;

use super::lead::{Fields, Lead};
use super::problem::Kind;

/// Leads, deleted ones included, that a shelf keeps.
const LEADS: usize = 25_000;
/// Idempotency keys that a shelf remembers.
const REPLAYS: usize = 10_000;

/// A lead, or the memory of one.
#[derive(Debug)]
enum Slot {
    Live(Lead),
    Deleted(String),
}

/// What an idempotency key was used for.
#[derive(Debug)]
struct Replay {
    fingerprint: u64,
    lead: String,
}

/// The leads of one workspace, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    next: u64,
    slots: BTreeMap<u64, Slot>,
    ids: HashMap<String, u64>,
    emails: HashMap<String, u64>,
    replays: HashMap<String, Replay>,
    replay_order: VecDeque<String>,
}

impl Shelf {
    /// The lead with this id.
    ///
    /// # Errors
    ///
    /// [`Kind::Gone`] if it was deleted, [`Kind::LeadNotFound`] if it never was or is long forgotten.
    pub(super) fn lead(&self, id: &str) -> Result<&Lead, Kind> {
        match self.ids.get(id).and_then(|place| self.slots.get(place)) {
            Some(Slot::Live(lead)) => Ok(lead),
            Some(Slot::Deleted(_)) => Err(Kind::Gone),
            None => Err(Kind::LeadNotFound),
        }
    }

    /// The id of the lead with this email.
    pub(super) fn owner(&self, email: &str) -> Option<&str> {
        match self.slots.get(self.emails.get(&email.to_lowercase())?)? {
            Slot::Live(lead) => Some(&lead.id),
            Slot::Deleted(_) => None,
        }
    }

    /// How many leads there are, and those from `offset` on, at most `limit`, oldest first.
    pub(super) fn page(&self, offset: usize, limit: usize) -> (usize, impl Iterator<Item = &Lead>) {
        let live = self.slots.values().filter_map(|slot| match slot {
            Slot::Live(lead) => Some(lead),
            Slot::Deleted(_) => None,
        });
        (self.emails.len(), live.skip(offset).take(limit))
    }

    /// Adds a lead whose email nobody has.
    pub(super) fn add(&mut self, lead: Lead) {
        self.next += 1;
        self.ids.insert(lead.id.clone(), self.next);
        self.emails.insert(lead.fields.email.to_lowercase(), self.next);
        self.slots.insert(self.next, Slot::Live(lead));
        while self.slots.len() > LEADS {
            self.drop_oldest();
        }
    }

    /// Gives a lead new fields and a new version; without such a lead nothing happens.
    pub(super) fn change(&mut self, id: &str, fields: Fields, at: SystemTime) -> Option<&Lead> {
        let place = *self.ids.get(id)?;
        let Slot::Live(lead) = self.slots.get_mut(&place)? else { return None };
        self.emails.remove(&lead.fields.email.to_lowercase());
        self.emails.insert(fields.email.to_lowercase(), place);
        lead.fields = fields;
        lead.version += 1;
        lead.updated = at;
        Some(lead)
    }

    /// Deletes a lead and remembers that it was.
    pub(super) fn delete(&mut self, id: &str) {
        let Some(slot) = self.ids.get(id).and_then(|place| self.slots.get_mut(place)) else { return };
        if let Slot::Live(lead) = std::mem::replace(slot, Slot::Deleted(id.to_owned())) {
            self.emails.remove(&lead.fields.email.to_lowercase());
        }
    }

    /// Lets go of an email as if no lead had it. Only defects want that.
    pub(super) fn forget_email(&mut self, email: &str) {
        self.emails.remove(&email.to_lowercase());
    }

    /// The lead that was created with this idempotency key.
    ///
    /// # Errors
    ///
    /// [`Kind::KeyReused`] if it was created from another body.
    pub(super) fn replay(&self, key: &str, fingerprint: u64) -> Result<Option<&str>, Kind> {
        match self.replays.get(key) {
            Some(replay) if replay.fingerprint != fingerprint => Err(Kind::KeyReused),
            replay => Ok(replay.map(|replay| replay.lead.as_str())),
        }
    }

    /// Remembers what an idempotency key was used for.
    pub(super) fn remember(&mut self, key: &str, fingerprint: u64, lead: &str) {
        self.replays.insert(key.to_owned(), Replay { fingerprint, lead: lead.to_owned() });
        self.replay_order.push_back(key.to_owned());
        if self.replay_order.len() > REPLAYS
            && let Some(oldest) = self.replay_order.pop_front()
        {
            self.replays.remove(&oldest);
        }
    }

    fn drop_oldest(&mut self) {
        match self.slots.pop_first() {
            Some((_, Slot::Live(lead))) => {
                self.ids.remove(&lead.id);
                self.emails.remove(&lead.fields.email.to_lowercase());
            }
            Some((_, Slot::Deleted(id))) => {
                self.ids.remove(&id);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(number: usize) -> Lead {
        let at = SystemTime::UNIX_EPOCH;
        let email = format!("Lead{number}@example.com");
        let fields =
            Fields { name: "Ada".to_owned(), email, phone: None, price: None, bedrooms: None, status: "new" };
        Lead { id: format!("lead_{number}"), fields, version: 1, created: at, updated: at }
    }

    fn shelf(leads: usize) -> Shelf {
        let mut shelf = Shelf::default();
        (0..leads).for_each(|number| shelf.add(lead(number)));
        shelf
    }

    #[test]
    fn stays_bounded_and_forgets_the_oldest() {
        let mut shelf = shelf(LEADS);
        shelf.delete("lead_1");
        (LEADS..LEADS + 2).for_each(|number| shelf.add(lead(number)));
        assert_eq!((shelf.slots.len(), shelf.ids.len(), shelf.emails.len()), (LEADS, LEADS, LEADS));
        assert_eq!(shelf.lead("lead_0"), Err(Kind::LeadNotFound));
        assert_eq!(shelf.lead("lead_1"), Err(Kind::LeadNotFound));
        assert!(shelf.lead("lead_2").is_ok());
    }

    #[test]
    fn a_deleted_lead_is_gone_and_its_email_is_free() {
        let mut shelf = shelf(2);
        assert_eq!(shelf.owner("LEAD0@example.com"), Some("lead_0"));
        shelf.delete("lead_0");
        assert_eq!(shelf.lead("lead_0"), Err(Kind::Gone));
        assert_eq!(shelf.owner("lead0@example.com"), None);
        let (total, page) = shelf.page(0, 10);
        assert_eq!((total, page.count()), (1, 1));
    }

    #[test]
    fn a_change_moves_the_email_and_the_version() {
        let mut shelf = shelf(1);
        let changed = shelf.change("lead_0", lead(5).fields, SystemTime::now()).unwrap();
        assert_eq!(changed.version, 2);
        assert_eq!(
            (shelf.owner("lead0@example.com"), shelf.owner("lead5@example.com")),
            (None, Some("lead_0"))
        );
        assert_eq!(shelf.emails.len(), 1);
    }

    #[test]
    fn pages_in_the_order_of_arrival() {
        let shelf = shelf(5);
        let (total, page) = shelf.page(3, 2);
        let page: Vec<_> = page.map(|lead| lead.id.as_str()).collect();
        assert_eq!((total, page), (5, vec!["lead_3", "lead_4"]));
    }

    #[test]
    fn remembers_a_bounded_number_of_idempotency_keys() {
        let mut shelf = Shelf::default();
        (0..=REPLAYS).for_each(|number| shelf.remember(&number.to_string(), 1, "lead_1"));
        assert_eq!((shelf.replays.len(), shelf.replay_order.len()), (REPLAYS, REPLAYS));
        assert_eq!(shelf.replay("0", 1), Ok(None));
        assert_eq!(shelf.replay("1", 1), Ok(Some("lead_1")));
        assert_eq!(shelf.replay("1", 2), Err(Kind::KeyReused));
    }
}
