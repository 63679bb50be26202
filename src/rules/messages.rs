//! The texts for people in an error.

use serde_json::Value;

use super::Subject;
use crate::model::Contract;

/// Most entries of details whose messages are looked at.
const MOST: usize = 64;

/// Where a message stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// In the envelope.
    Envelope,
    /// In the one object of details.
    Details,
    /// In this entry of the details.
    Entry(usize),
}

impl Place {
    /// The JSON pointer to it.
    pub(super) fn pointer(self, contract: &Contract) -> String {
        let details = contract.envelope.details.as_deref().unwrap_or_default();
        let key = contract.details.message.as_deref().unwrap_or_default();
        match self {
            Self::Envelope => contract.envelope.message.clone().unwrap_or_default(),
            Self::Details => format!("{details}/{key}"),
            Self::Entry(index) => format!("{details}/{index}/{key}"),
        }
    }
}

/// The error's message and those of its details.
pub(super) fn of<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (Place, &'a str)> {
    let key = subject.contract.and_then(|contract| contract.details.message.as_deref());
    let details = subject.fields.details.zip(key);
    let entries = details.and_then(|(details, key)| Some((details.as_array()?, key)));
    let entries = entries.into_iter().flat_map(|(entries, key)| {
        let entries = entries.iter().take(MOST).enumerate();
        entries.map(move |(index, entry)| (Place::Entry(index), entry.get(key)))
    });
    let envelope = (Place::Envelope, subject.fields.message);
    let single = (Place::Details, details.and_then(|(details, key)| details.get(key)));
    [envelope, single]
        .into_iter()
        .chain(entries)
        .filter_map(|(place, text)| Some((place, Value::as_str(text?)?)))
}
