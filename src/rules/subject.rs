//! What a rule sees: one exchange, its body, the contract, and what was found out about them. Plain data.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::blamed::Blamed;
use super::glance::Glance;
use super::http_date::HttpDate;
use super::messages::Message;
use super::pointer::{parent, resolve};
use crate::model::{Body, CodeRow, Contract, Exchange, Request, RequestShape, Response, SchemaViolation};

/// What a status says about the body to expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 400 and above: an error envelope.
    Error,
    /// 2xx: the success envelope.
    Success,
    /// 1xx and 3xx: nothing is documented.
    Other,
}

impl Kind {
    /// The kind of a status.
    pub fn of(status: u16) -> Self {
        match status {
            400.. => Self::Error,
            200..300 => Self::Success,
            _ => Self::Other,
        }
    }
}

/// The parts of the body that the contract's envelope names, as far as they are there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'a> {
    /// The success flag.
    pub success: Option<&'a Value>,
    /// The code.
    pub code: Option<&'a Value>,
    /// The text for people.
    pub message: Option<&'a Value>,
    /// The details.
    pub details: Option<&'a Value>,
    /// The request id.
    pub request_id: Option<&'a Value>,
    /// The time of the error.
    pub timestamp: Option<&'a Value>,
    /// The copy of the status.
    pub status: Option<&'a Value>,
}

/// The contract's regular expressions, compiled once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patterns<'a> {
    /// For every code.
    pub code: Option<&'a Regex>,
    /// For request ids.
    pub request_id: Option<&'a Regex>,
}

/// One response with everything a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The whole exchange.
    pub exchange: &'a Exchange,
    /// What was sent.
    pub request: &'a Request,
    /// What came back.
    pub response: &'a Response,
    /// The body as JSON.
    pub body: &'a Body,
    /// What the status says about the body.
    pub kind: Kind,
    /// What `Date` says, if it is a date.
    pub date: Option<HttpDate>,
    /// The media type without its parameters, lower case.
    pub media_type: Option<&'a str>,
    /// The contract, unless the operation is exempt from it or there is none.
    pub contract: Option<&'a Contract>,
    /// The contract's regular expressions.
    pub patterns: Patterns<'a>,
    /// Where the body breaks the contract's schema for its kind.
    pub violations: &'a [SchemaViolation],
    /// Where the details break what the contract says about this code's details.
    pub details_violations: &'a [SchemaViolation],
    /// The parts of the body.
    pub fields: Fields<'a>,
    /// What the catalogue says about the code, if it has it.
    pub row: Option<&'a CodeRow>,
    /// The texts for people in an error of the contract's.
    pub messages: &'a [Message<'a>],
    /// Where this request id was seen first, if it was seen before.
    pub first_use: Option<&'a str>,
    /// What was sent, if it is a JSON object that the details of this error may speak about.
    pub sent: Option<&'a Value>,
    /// The fields that the details name, if it is known what was sent.
    pub blamed: &'a [Blamed<'a>],
    /// What the contract says about such a body.
    pub shape: Option<&'a RequestShape>,
    /// Where the sent body breaks the contract's schema for it, as JSON pointers.
    pub sent_violations: &'a [String],
    /// Which leaks an error is suspected of.
    pub glance: Glance,
}

impl<'a> Subject<'a> {
    /// Whether HTTP allows no body here: an answer to HEAD, 1xx, 204, 205 and 304 (RFC 9110, section 6.4.1).
    pub fn bodiless(&self) -> bool {
        bodiless(self.request, self.response)
    }

    /// The contract, if this must be one of its error envelopes.
    pub(super) fn error_contract(&self) -> Option<&'a Contract> {
        self.contract.filter(|_| self.kind == Kind::Error && !self.bodiless())
    }

    /// The contract, if it has a schema for this success's body.
    pub(super) fn success_contract(&self) -> Option<&'a Contract> {
        self.contract
            .filter(|contract| self.kind == Kind::Success && contract.success.has_schema && !self.bodiless())
    }

    /// Whether the body must be JSON, because the contract or the body's own media type says so.
    pub(super) fn json_expected(&self) -> bool {
        let promised = self.error_contract().is_some() || self.success_contract().is_some();
        promised || (!self.bodiless() && self.media_type.is_some_and(is_json))
    }

    /// The code, if it is text.
    pub(super) fn code(&self) -> Option<&'a str> {
        self.fields.code?.as_str().filter(|code| !code.is_empty())
    }

    /// Whether the code is one of those by which the contract refuses what was sent.
    pub(super) fn refuses_fields(&self) -> bool {
        self.row.is_some_and(|row| row.category == "validation")
    }

    /// The request id's response header, if the contract names one and it is there.
    pub(super) fn header_id(&self) -> Option<Cow<'a, str>> {
        self.response.header(self.contract?.request_id.header.as_deref()?).filter(|id| !id.is_empty())
    }

    /// The request id in an error's body, if it is text.
    pub(super) fn body_id(&self) -> Option<&'a str> {
        self.error_contract().and(self.fields.request_id)?.as_str().filter(|id| !id.is_empty())
    }

    /// The timestamp as written and the time it means, if it is a date and time of RFC 3339.
    pub(super) fn time(&self) -> Option<(&'a str, OffsetDateTime)> {
        let text = self.fields.timestamp?.as_str()?;
        // The parser takes any character for the `T`; the note in section 5.6 allows a blank.
        let between = text.as_bytes().get(10).filter(|byte| matches!(byte, b'T' | b't' | b' '));
        between.and_then(|_| Some((text, OffsetDateTime::parse(text, &Rfc3339).ok()?)))
    }

    /// The pointer, if nothing stands there although what it would be a member of is there, and the contract
    /// does not let it be left out. A missing whole is one fault of the schema, not one of each of its parts.
    pub(super) fn lacks(&self, pointer: Option<&'a str>) -> Option<&'a str> {
        let (contract, pointer, body) = (self.contract?, pointer?, self.body.value.as_ref()?);
        let excused =
            contract.lenient && contract.lenient_optional.iter().any(|optional| optional == pointer);
        let has_parent =
            parent(pointer).and_then(|parent| resolve(body, parent)).is_some_and(Value::is_object);
        (!excused && has_parent && resolve(body, pointer).is_none()).then_some(pointer)
    }
}

/// Whether HTTP allows no body in the answer to a request.
pub fn bodiless(request: &Request, response: &Response) -> bool {
    request.method.eq_ignore_ascii_case("HEAD") || matches!(response.status, 100..200 | 204 | 205 | 304)
}

/// The media type of a response without its parameters, lower case.
pub fn media_type(response: &Response) -> Option<String> {
    let line = response.header("content-type")?;
    Some(line.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Whether a media type is JSON: `application/json` or with the suffix `+json` (RFC 6839, section 3.1).
pub(super) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}
