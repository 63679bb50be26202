//! The texts for people in an error.

use serde_json::Value;

use super::Fields;
use super::pointer::member;
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

/// A text for people and its place.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Where it stands.
    pub(super) place: Place,
    /// What it says.
    pub(super) text: &'a str,
}

/// The message of an error and those of its details.
pub fn messages<'a>(contract: &Contract, fields: Fields<'a>) -> Vec<Message<'a>> {
    let mut messages = Vec::with_capacity(4);
    let mut add = |place, value: Option<&'a Value>| {
        let text = value.and_then(Value::as_str);
        messages.extend(text.map(|text| Message { place, text }));
    };
    add(Place::Envelope, fields.message);
    match (contract.details.message.as_deref(), fields.details) {
        (Some(key), Some(Value::Object(details))) => add(Place::Details, member(details, key)),
        (Some(key), Some(Value::Array(entries))) => {
            for (index, entry) in entries.iter().take(MOST).enumerate() {
                add(Place::Entry(index), entry.as_object().and_then(|entry| member(entry, key)));
            }
        }
        _ => {}
    }
    messages
}
