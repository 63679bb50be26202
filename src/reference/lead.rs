//! A lead, and how the two APIs print it.

use std::time::SystemTime;

use serde_json::{Map, Number, Value, json};

use super::api::Api;
use super::timestamp::rfc3339;

/// What a client may set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    /// 1 to 200 characters.
    pub(super) name: String,
    /// Unique in its workspace, whatever the case of its letters.
    pub(super) email: String,
    /// A telephone number, if given.
    pub(super) phone: Option<String>,
    /// What the lead would pay, if given.
    pub(super) price: Option<Price>,
    /// 1 to 20, if given.
    pub(super) bedrooms: Option<u64>,
    /// One of `validation::STATUSES`.
    pub(super) status: &'static str,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Price {
    /// More than nothing, as it was sent.
    pub(super) amount: Number,
    /// Three letters, if given.
    pub(super) currency: Option<String>,
}

impl Fields {
    /// The fields as a client would send them.
    pub(super) fn to_object(&self) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("name".to_owned(), self.name.as_str().into());
        object.insert("email".to_owned(), self.email.as_str().into());
        if let Some(phone) = &self.phone {
            object.insert("phone".to_owned(), phone.as_str().into());
        }
        if let Some(Price { amount, currency }) = &self.price {
            let mut price = Map::from_iter([("amount".to_owned(), amount.clone().into())]);
            if let Some(currency) = currency {
                price.insert("currency".to_owned(), currency.as_str().into());
            }
            object.insert("price".to_owned(), price.into());
        }
        if let Some(bedrooms) = self.bedrooms {
            object.insert("bedrooms".to_owned(), bedrooms.into());
        }
        object.insert("status".to_owned(), self.status.into());
        object
    }
}

/// A lead as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lead {
    /// `lead_` and letters and digits.
    pub(super) id: String,
    /// What the client set.
    pub(super) fields: Fields,
    /// 1, and one more for every change.
    pub(super) version: u64,
    /// When it came.
    pub(super) created: SystemTime,
    /// When it last changed.
    pub(super) updated: SystemTime,
}

impl Lead {
    /// Its version as a strong entity tag (RFC 9110 section 8.8.3).
    pub(super) fn etag(&self) -> String {
        format!("\"v{}\"", self.version)
    }

    /// The lead as `data` of a success.
    pub(super) fn to_json(&self, api: Api) -> Value {
        let (created, updated) = match api {
            Api::Flat => ("createdAt", "updatedAt"),
            Api::Nested => ("created_at", "updated_at"),
        };
        let mut object = Map::from_iter([("id".to_owned(), json!(self.id))]);
        object.extend(self.fields.to_object());
        object.insert(created.to_owned(), rfc3339(self.created).into());
        object.insert(updated.to_owned(), rfc3339(self.updated).into());
        object.into()
    }
}

/// Whether an id has the shape of a lead's.
pub(super) fn is_id(id: &str) -> bool {
    id.strip_prefix("lead_")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
