//! What the routes do with the leads of a workspace.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use wiremock::Request;

use super::api::Api;
use super::edges;
use super::ids::Ids;
use super::lead::{Fields, Lead, is_id};
use super::problem::{Class, Details, Fault, Kind, Problem};
use super::router::Operation;
use super::store::Shelf;
use super::validation;

/// Longest idempotency key, in bytes.
const IDEMPOTENCY_KEY: usize = 255;

/// What a route answers if all is well.
#[derive(Debug)]
pub(super) struct Success {
    /// 200 or 201.
    pub(super) status: u16,
    /// The value of `data`.
    pub(super) data: Value,
    /// Header lines that belong to it, such as `ETag`.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Success {
    /// A 200 without header lines of its own.
    pub(super) fn new(data: Value) -> Self {
        Self { status: 200, data, headers: Vec::new() }
    }

    fn lead(api: Api, lead: &Lead) -> Self {
        Self { headers: vec![("ETag", lead.etag())], ..Self::new(lead.to_json(api)) }
    }

    fn created(api: Api, lead: &Lead) -> Self {
        let mut success = Self { status: 201, ..Self::lead(api, lead) };
        success.headers.push(("Location", format!("{}/leads/{}", api.prefix(), lead.id)));
        success
    }
}

/// An authenticated request and the leads it may act on.
pub(super) struct Call<'a> {
    /// The API it speaks to.
    pub(super) api: Api,
    /// The request.
    pub(super) request: &'a Request,
    /// The leads of the key's workspace.
    pub(super) shelf: &'a mut Shelf,
    /// Where new leads get their ids.
    pub(super) ids: &'a mut Ids,
    /// The time of day.
    pub(super) at: SystemTime,
}

impl Call<'_> {
    /// Does what the request wants.
    ///
    /// # Errors
    ///
    /// Why it cannot be done; then nothing was changed.
    pub(super) fn serve(self, operation: Operation<'_>) -> Result<Success, Problem> {
        match operation {
            Operation::Health => Ok(health()),
            Operation::List => self.list(),
            Operation::Create => self.create(),
            Operation::Read(id) => self.find(id).map(|lead| Success::lead(self.api, lead)),
            Operation::Change(id) => self.change(id),
            Operation::Delete(id) => self.delete(id),
        }
    }

    fn list(&self) -> Result<Success, Problem> {
        let mut faults = Vec::new();
        let limit = self.number("limit", 20, 1..=100, "Must be between 1 and 100", &mut faults);
        let offset = self.number("offset", 0, 0..=1_000_000, "Must be between 0 and 1000000", &mut faults);
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let (total, page) = self.shelf.page(offset, limit);
        let items: Vec<Value> = page.map(|lead| lead.to_json(self.api)).collect();
        Ok(Success::new(json!({ "items": items, "total": total, "limit": limit, "offset": offset })))
    }

    fn number(
        &self,
        name: &'static str,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
        message: &'static str,
        faults: &mut Vec<Fault>,
    ) -> usize {
        let Some((_, text)) = self.request.url.query_pairs().find(|(key, _)| key == name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                faults.push(Fault { field: name, value: text.into(), message, class: Class::Wrong });
                default
            }
        }
    }

    fn create(self) -> Result<Success, Problem> {
        let object = edges::object(self.request)?;
        let fields = validation::fields(&object).map_err(Problem::invalid)?;
        let key = idempotency_key(&self.request.headers)?;
        let fingerprint = fingerprint(&self.request.body);
        if let Some(key) = key
            && let Some(id) = self.shelf.replay(key, fingerprint).map_err(Problem::new)?
        {
            return self.find(id).map(|lead| Success::created(self.api, lead));
        }
        self.unique(&fields, None)?;
        let id = self.ids.next("lead");
        let lead = Lead { id, fields, version: 1, created: self.at, updated: self.at };
        let success = Success::created(self.api, &lead);
        if let Some(key) = key {
            self.shelf.remember(key, fingerprint, &lead.id);
        }
        self.shelf.add(lead);
        Ok(success)
    }

    fn change(self, id: &str) -> Result<Success, Problem> {
        let lead = self.find(id)?;
        let changes = edges::object(self.request)?;
        self.unchanged(lead)?;
        let fields =
            validation::fields(&merge(lead.fields.to_object(), changes)).map_err(Problem::invalid)?;
        self.unique(&fields, Some(id))?;
        match self.shelf.change(id, fields, self.at) {
            Some(lead) => Ok(Success::lead(self.api, lead)),
            None => Err(Problem::new(Kind::LeadNotFound)),
        }
    }

    fn delete(self, id: &str) -> Result<Success, Problem> {
        self.unchanged(self.find(id)?)?;
        self.shelf.delete(id);
        Ok(Success::new(json!({ "id": id, "deleted": true })))
    }

    fn find(&self, id: &str) -> Result<&Lead, Problem> {
        let found = if is_id(id) { self.shelf.lead(id) } else { Err(Kind::LeadNotFound) };
        found.map_err(|kind| {
            let id = percent_decode_str(id).decode_utf8_lossy().into_owned();
            Problem::new(kind).with(Details::Lead(id, "No lead found with this ID in your workspace"))
        })
    }

    /// Refuses an email that another lead has.
    fn unique(&self, fields: &Fields, own: Option<&str>) -> Result<(), Problem> {
        match self.shelf.owner(&fields.email) {
            Some(owner) if own != Some(owner) => {
                let details = Details::Duplicate { email: fields.email.clone(), existing: owner.to_owned() };
                Err(Problem::new(Kind::DuplicateEmail).with(details))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a lead whose version `If-Match` does not name (RFC 9110 section 13.1.1).
    fn unchanged(&self, lead: &Lead) -> Result<(), Problem> {
        let etag = lead.etag();
        let mut lines = self.request.headers.get_all(http::header::IF_MATCH).iter().peekable();
        let named = |line: &http::HeaderValue| {
            let line = line.to_str().unwrap_or_default();
            line.split(',').map(str::trim).any(|tag| tag == "*" || tag == etag)
        };
        if lines.peek().is_none() || lines.any(named) {
            return Ok(());
        }
        let details = Details::Lead(lead.id.clone(), "The lead has another version than If-Match names");
        Err(Problem::new(Kind::VersionConflict).with(details))
    }
}

/// The answer of `GET /health`.
pub(super) fn health() -> Success {
    Success::new(json!({ "status": "ok" }))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(line) = headers.get("idempotency-key") else { return Ok(None) };
    match line.to_str() {
        Ok(key) if (1..=IDEMPOTENCY_KEY).contains(&key.len()) => Ok(Some(key)),
        _ => Err(Problem::malformed_part("Idempotency-Key", "Idempotency-Key must have 1 to 255 characters")),
    }
}

fn fingerprint(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

/// A JSON merge patch (RFC 7396), as deep as a lead goes: null removes, objects are merged, the rest replaces.
fn merge(mut target: Map<String, Value>, patch: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in patch {
        let value = match (target.remove(&key), value) {
            (_, Value::Null) => continue,
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new).into(),
            (_, new) => new,
        };
        target.insert(key, value);
    }
    target
}
