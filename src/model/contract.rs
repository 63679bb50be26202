//! A contract as data: what a documented API promises about its answers.

use indexmap::IndexMap;
use std::time::Duration;

use super::{Severity, SnapshotRules};

/// Where the parts of an error envelope stand, as JSON pointers into the body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Envelope {
    /// The media type of error bodies, without parameters: `application/json`.
    pub media_type: String,
    /// Pointer to the flag that is `false` on errors.
    pub success: Option<String>,
    /// Pointer to the machine-readable code.
    pub code: Option<String>,
    /// Pointer to the text for people.
    pub message: Option<String>,
    /// Pointer to the details.
    pub details: Option<String>,
    /// Pointer to the request id.
    pub request_id: Option<String>,
    /// Pointer to the time the error occurred.
    pub timestamp: Option<String>,
    /// Pointer to a copy of the HTTP status (RFC 9457's `status`).
    pub status: Option<String>,
}

/// Whether details are one object or a list of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DetailsShape {
    /// One object.
    #[default]
    Object,
    /// A list with one object a fault.
    Array,
}

/// What an error's details look like; the names are keys of one details object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// One object or a list.
    pub shape: DetailsShape,
    /// Key of the faulty field's name.
    pub field: Option<String>,
    /// Key of the text for people.
    pub message: Option<String>,
    /// Key of the echoed value.
    pub value: Option<String>,
    /// Whether every field that was sent wrongly is named.
    pub complete: bool,
}

/// What a contract's schema says about one field of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldShape {
    /// Whether it may have members that the schema does not describe.
    pub open: bool,
    /// Whether the schema lists its values.
    pub listed: bool,
    /// Whether the schema has the least and the greatest of its numbers.
    pub bounded: bool,
}

/// What a contract says about the bodies of one operation's requests.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestShape {
    /// The method, upper case.
    pub method: String,
    /// The path below the base path; `{id}` stands for any one part.
    pub path: String,
    /// The described fields by JSON pointer, items of lists as `*`; the empty pointer is the body itself.
    pub fields: IndexMap<String, FieldShape>,
}

/// What a success looks like.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SuccessEnvelope {
    /// Whether the contract has a schema for success bodies.
    pub has_schema: bool,
    /// Pointer to the data.
    pub data: Option<String>,
}

/// One row of the catalogue of codes.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeRow {
    /// The status that goes with the code.
    pub status: u16,
    /// Further statuses it may come with, where the document has no code of its own for them.
    pub also_on: Vec<u16>,
    /// The document's group: `authentication`, `validation`, ...
    pub category: String,
    /// The document's description.
    pub description: String,
    /// Keys that this code's details must carry.
    pub details: Vec<String>,
}

/// What becomes of a code that the catalogue lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UndocumentedCodes {
    /// The catalogue is closed: an unknown code is an error.
    #[default]
    Deny,
    /// The catalogue is open: an unknown code is reported as a note.
    Note,
}

/// What is promised about request ids.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RequestIdRule {
    /// The header that carries the id on every response, if the contract names one.
    pub header: Option<String>,
    /// A regular expression for the whole id.
    pub pattern: Option<String>,
}

/// What is promised about the timestamp: RFC 3339, in UTC, and this many digits of a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampRule {
    /// Digits after the point; `None` leaves them free.
    pub fraction_digits: Option<u8>,
    /// Largest distance from the response's `Date` or, without one, from our clock.
    pub tolerance: Duration,
}

/// What is promised about `Retry-After`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RetryAfterRule {
    /// The statuses that must carry it.
    pub required_on: Vec<u16>,
    /// Whether only seconds are accepted (`delta-seconds`), or an HTTP-date as well (`any`).
    pub seconds_only: bool,
    /// The largest sensible value in seconds.
    pub max: Option<u64>,
}

/// A documented rate limit. The numbers may be left to the config, the flags or the prober.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RateLimit {
    /// Its name in reports.
    pub id: String,
    /// The code of its 429.
    pub code: String,
    /// Requests per window.
    pub limit: Option<u64>,
    /// The window.
    pub window: Option<Duration>,
    /// What is counted together: `api_key`, `ip`, ...
    pub scope: Option<String>,
    /// The algorithm, where documented.
    pub semantics: Option<String>,
    /// The header family: `x-ratelimit`, `draft-a`, `draft-b`, `draft-c`.
    pub headers: Option<String>,
    /// Whether a client may wait `Retry-After` and try again by itself.
    pub retry: bool,
}

/// A documented API: its envelope, its codes, and what it promises beside them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contract {
    /// The folder's name: `propertybase-v1`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Path below the target's origin: `/v1`, or empty.
    pub base_path: String,
    /// Where the error's parts stand.
    pub envelope: Envelope,
    /// What the error's details look like.
    pub details: Details,
    /// What a success looks like.
    pub success: SuccessEnvelope,
    /// The request id.
    pub request_id: RequestIdRule,
    /// The timestamp, where the envelope has one.
    pub timestamp: Option<TimestampRule>,
    /// The catalogue, in the document's order.
    pub codes: IndexMap<String, CodeRow>,
    /// Whether the catalogue is closed.
    pub undocumented_codes: UndocumentedCodes,
    /// A regular expression for every code, documented or not.
    pub code_pattern: Option<String>,
    /// `Retry-After`.
    pub retry_after: RetryAfterRule,
    /// Rate limits.
    pub rate_limits: Vec<RateLimit>,
    /// Operations that no limit counts: `GET /health`.
    pub exempt: Vec<String>,
    /// Statuses a client may retry.
    pub retryable: Vec<u16>,
    /// What snapshots of its answers keep and redact.
    pub snapshot: SnapshotRules,
    /// What request bodies look like, as far as documented.
    pub requests: Vec<RequestShape>,
    /// Severities turned by the contract, by rule code or name; `None` is "off".
    pub rules: IndexMap<String, Option<Severity>>,
    /// Whether the fields listed in `lenient_optional` may be missing.
    pub lenient: bool,
    /// JSON pointers to fields that the document's format section has and its shorter examples leave out.
    pub lenient_optional: Vec<String>,
    /// Where the documents are silent or disagree: what was decided, for the reader.
    pub decisions: Vec<String>,
}
