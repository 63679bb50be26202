//! Answers that are judged already: one that equals an earlier answer to the same request, byte for byte save the parts
//! named below, has its verdict, if every rule sees the same in those parts.
//!
//! The parts are few, each has a fixed place and length, and each is looked at anew in every answer: what rules can tell
//! apart in it is written down in [`Class`], and two answers of other classes are two answers. `Date`: whether it is a
//! date in the current form. The request id, in the header and in the body: whether it has the contract's form, whether
//! both are the same, whether it looks like a leak. The timestamp: its form, digit by digit, and that it is near the
//! answer's date. Counters of a rate limit: whether they are nought, and whether they are times since 1970. The
//! contract's schema is asked about the whole body each time. Whether an id came before is for the caller to say.
//!
//! What has no such form, is told apart by more than this, or stands twice is no such part: then the answers differ, and
//! the rules look at each. Whoever adds a rule that looks at one of these parts adds to [`Class`]; the test over all
//! defects of the reference server compares both ways.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::contract::Compiled;
use crate::model::{Exchange, Request, SchemaViolation};
use crate::rules::{self, Glance, HttpDate, Kind};

use super::{Judged, exempt};

/// Most answers to one request that are kept.
const KEPT: usize = 64;
/// Longest answer that is kept, in bytes.
const LONGEST: usize = 32 << 10;
/// After so many answers that were kept in vain, none are kept any more.
const IN_VAIN: u64 = 512;

/// Header lines that count or tell times, besides `Date`.
const COUNTERS: [&str; 4] =
    ["x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit-remaining", "ratelimit-reset"];

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Date,
    HeaderId,
    BodyId,
    Timestamp,
    Counter,
}

/// What rules can tell apart in the parts of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Class {
    /// Whether the ids of header and body, in this order, have the contract's form.
    forms: [bool; 2],
    /// Whether both ids are the same.
    one_id: bool,
    /// Of each counter, whether it is nought, and whether it is a time since 1970.
    counters: Vec<(bool, bool)>,
}

/// An answer that was judged.
#[derive(Debug)]
struct Template<T> {
    bytes: Vec<u8>,
    /// What must be equal.
    literals: Vec<Range<usize>>,
    parts: Vec<(Part, Range<usize>)>,
    /// The request id that counts.
    id: Option<Range<usize>>,
    class: Class,
    /// The body, for the schema, and what that says about it; nothing if it is not asked.
    body: Option<(Value, Vec<SchemaViolation>)>,
    payload: T,
}

/// Answers to one request that are judged already, each with what the caller wants to know of it.
#[derive(Debug)]
pub struct Known<T> {
    contract: Option<Arc<Compiled>>,
    credentials: Vec<String>,
    sent: Vec<Vec<u8>>,
    templates: Vec<Template<T>>,
    next: usize,
    learned: u64,
    hits: u64,
}

impl<T> Known<T> {
    /// None yet.
    pub fn new(request: &Request, contract: Option<&Arc<Compiled>>) -> Self {
        let contract = contract.filter(|compiled| !exempt(&compiled.contract, request));
        Self {
            contract: contract.cloned(),
            credentials: rules::credentials(request).map(std::borrow::Cow::into_owned).collect(),
            sent: request.headers.iter().map(|header| header.value.to_vec()).collect(),
            templates: Vec::new(),
            next: 0,
            learned: 0,
            hits: 0,
        }
    }

    /// What is known of the whole answer in these bytes, and its request id if it has one that must be new; `None` if
    /// the rules have to look at it. `received` is asked for the time of the answer if it tells none itself.
    pub fn find(
        &mut self,
        bytes: &[u8],
        received: &dyn Fn() -> SystemTime,
    ) -> Option<(&T, Option<Range<usize>>)> {
        let at = self.templates.iter().position(|template| template.fits(bytes))?;
        let template = self.templates.get_mut(at)?;
        let class = classify(&template.parts, bytes, self.contract.as_deref(), &self.credentials, received)?;
        if class != template.class {
            return None;
        }
        if let Some(id) = &template.id
            && self.sent.iter().any(|value| bytes.get(id.clone()) == Some(value))
        {
            return None;
        }
        if let (Some((body, violations)), Some(compiled)) = (&mut template.body, &self.contract) {
            put(body, &template.parts, bytes, compiled)?;
            if compiled.envelope_violations(body) != *violations {
                return None;
            }
        }
        self.hits += 1;
        // What came last comes next, mostly.
        self.templates.swap(0, at);
        self.templates.first().map(|template| (&template.payload, template.id.clone()))
    }

    /// Keeps an answer that was judged: its bytes, its head's length, and the whole exchange.
    pub fn learn(&mut self, bytes: &[u8], head: usize, exchange: &Exchange, judged: &Judged, payload: T) {
        let in_vain = self.learned > IN_VAIN && self.hits < self.learned;
        if in_vain || bytes.len() > LONGEST || !is_plain(exchange) {
            return;
        }
        let Some(template) = self.template(bytes, head, exchange, judged, payload) else { return };
        self.learned += 1;
        if self.templates.len() < KEPT {
            self.templates.push(template);
        } else {
            self.next = (self.next + 1) % KEPT;
            if let Some(old) = self.templates.get_mut(self.next) {
                *old = template;
            }
        }
    }

    fn template(
        &self,
        bytes: &[u8],
        head: usize,
        exchange: &Exchange,
        judged: &Judged,
        payload: T,
    ) -> Option<Template<T>> {
        let response = exchange.response()?;
        let contract = self.contract.as_deref();
        let is_error =
            Kind::of(response.status) == Kind::Error && !rules::bodiless(&exchange.request, response);
        let mut parts = head_parts(bytes.get(..head)?, contract)?;
        let mut body = None;
        if let Some(compiled) = contract.filter(|_| is_error) {
            parts.extend(body_parts(bytes, head, judged, compiled));
            if let Some(value) = &judged.body.value
                && parts.iter().any(|(part, _)| matches!(part, Part::BodyId | Part::Timestamp))
            {
                body = Some((value.clone(), compiled.envelope_violations(value)));
            }
        }
        let id = match judged.request_id.as_deref().filter(|_| contract.is_some()) {
            None => None,
            Some(id) => {
                let is_it = |(part, range): &&(Part, Range<usize>)| {
                    matches!(part, Part::BodyId | Part::HeaderId)
                        && bytes.get(range.clone()) == Some(id.as_bytes())
                };
                // An id whose place is not known could not be compared with others.
                Some(parts.iter().rfind(is_it)?.1.clone())
            }
        };
        let class = classify(&parts, bytes, contract, &self.credentials, &|| response.received_at)?;
        let mut literals = Vec::new();
        let mut at = 0;
        for (_, range) in &parts {
            literals.push(at..range.start);
            at = range.end;
        }
        literals.push(at..bytes.len());
        Some(Template { bytes: bytes.to_vec(), literals, parts, id, class, body, payload })
    }
}

impl<T> Template<T> {
    fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.bytes.len()
            && self.literals.iter().all(|range| bytes.get(range.clone()) == self.bytes.get(range.clone()))
    }
}

/// Whether an answer's bytes say all about it: whole, in no coding, and no cache's date besides `Date`.
fn is_plain(exchange: &Exchange) -> bool {
    let Some(response) = exchange.response() else { return false };
    let has = |name: &str| response.headers.iter().any(|header| header.name == name);
    response.cut.is_none()
        && !has("content-encoding")
        && !has("expires")
        && response.url == exchange.request.url
}

/// The parts of a head, in order; `None` if its lines are not written plainly.
fn head_parts(head: &[u8], contract: Option<&Compiled>) -> Option<Vec<(Part, Range<usize>)>> {
    let id = contract.and_then(|compiled| compiled.contract.request_id.header.as_deref());
    let mut parts: Vec<(Part, Range<usize>)> = Vec::new();
    let mut at = 0;
    for (number, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (begin, text) = (at, line.strip_suffix(b"\r\n")?);
        at += line.len();
        if number == 0 || text.is_empty() {
            continue;
        }
        let colon = text.iter().position(|byte| *byte == b':')?;
        let (name, value) = (std::str::from_utf8(&text[..colon]).ok()?, &text[colon + 1..]);
        let start = begin + colon + 1 + (value.len() - value.trim_ascii_start().len());
        let value = value.trim_ascii();
        let named = |known: &str| name.eq_ignore_ascii_case(known);
        let part = if named("date") {
            is_date(value).then_some(Part::Date)
        } else if id.is_some_and(named) {
            is_id(value).then_some(Part::HeaderId)
        } else if COUNTERS.iter().any(|counter| named(counter)) {
            is_counter(value).then_some(Part::Counter)
        } else {
            None
        };
        if let Some(part) = part {
            // Of two lines the rules read the first, or both: then neither may change.
            if part != Part::Counter && parts.iter().any(|(known, _)| *known == part) {
                return None;
            }
            parts.push((part, start..start + value.len()));
        }
    }
    Some(parts)
}

/// The parts of an error's body, in order.
fn body_parts(bytes: &[u8], head: usize, judged: &Judged, compiled: &Compiled) -> Vec<(Part, Range<usize>)> {
    let envelope = &compiled.contract.envelope;
    let below = |pointer: &str| {
        let details = envelope.details.as_deref().filter(|details| !details.is_empty());
        details.is_some_and(|details| pointer.starts_with(details))
    };
    let place = |part: Part, pointer: Option<&String>, accept: fn(&[u8]) -> bool| {
        let pointer = pointer.filter(|pointer| !below(pointer))?;
        let text = rules::resolve(judged.body.value.as_ref()?, pointer)?.as_str()?;
        let quoted = format!("\"{text}\"");
        let mut found = find_all(bytes.get(head..)?, quoted.as_bytes());
        let at = found.next().filter(|_| accept(text.as_bytes()) && found.next().is_none())?;
        Some((part, head + at + 1..head + at + 1 + text.len()))
    };
    let id = place(Part::BodyId, envelope.request_id.as_ref(), is_id);
    let time = place(Part::Timestamp, envelope.timestamp.as_ref(), is_time);
    let mut parts: Vec<_> = id.into_iter().chain(time).collect();
    parts.sort_by_key(|(_, range)| range.start);
    parts
}

fn find_all<'a>(text: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    text.windows(wanted.len().max(1))
        .enumerate()
        .filter(move |(_, window)| *window == wanted)
        .map(|(at, _)| at)
}

/// What rules can tell apart in the parts; `None` if one of them is not what it was taken for, or looks like a leak.
fn classify(
    parts: &[(Part, Range<usize>)],
    bytes: &[u8],
    contract: Option<&Compiled>,
    credentials: &[String],
    received: &dyn Fn() -> SystemTime,
) -> Option<Class> {
    let mut class = Class::default();
    let (mut date, mut header, mut body, mut timestamp) = (None, None, None, None);
    for (part, range) in parts {
        let value = bytes.get(range.clone())?;
        let text = std::str::from_utf8(value).ok()?;
        match part {
            Part::Date => date = Some(HttpDate::read(text).filter(HttpDate::is_current)?),
            Part::HeaderId => header = Some(text).filter(|_| is_id(value)),
            Part::BodyId => body = Some(text).filter(|_| is_id(value)),
            Part::Timestamp => timestamp = Some(text).filter(|_| is_time(value)),
            Part::Counter if is_counter(value) => {
                let number: u64 = text.parse().ok()?;
                class.counters.push((number == 0, number > 1_000_000_000));
            }
            Part::Counter => return None,
        }
        let suspicious = match part {
            Part::HeaderId | Part::BodyId => Glance::suspects_text(text),
            _ => false,
        };
        if suspicious || credentials.iter().any(|credential| text.contains(credential.as_str())) {
            return None;
        }
    }
    let has = |wanted: Part| parts.iter().any(|(part, _)| *part == wanted);
    if header.is_some() != has(Part::HeaderId) || body.is_some() != has(Part::BodyId) {
        return None;
    }
    class.one_id = header == body;
    if let Some(pattern) = contract.and_then(Compiled::request_id_pattern) {
        class.forms[0] = header.is_some_and(|id| pattern.is_match(id));
        class.forms[1] =
            body.is_some_and(|id| if class.one_id { class.forms[0] } else { pattern.is_match(id) });
    }
    if has(Part::Timestamp) {
        let time = OffsetDateTime::parse(timestamp?, &Rfc3339).ok()?;
        if let Some(rule) = &contract?.contract.timestamp {
            let (clock, slack) = match date {
                Some(date) => (OffsetDateTime::from(date.at()), Duration::from_secs(1)),
                None => (OffsetDateTime::from(received()), Duration::ZERO),
            };
            // How far off it is, and to which side, is for the rule to say.
            if (time - clock).unsigned_abs() > rule.tolerance + slack {
                return None;
            }
        }
    }
    Some(class)
}

/// Puts the parts of an answer into the body of its template.
fn put(body: &mut Value, parts: &[(Part, Range<usize>)], bytes: &[u8], compiled: &Compiled) -> Option<()> {
    let envelope = &compiled.contract.envelope;
    for (part, range) in parts {
        let pointer = match part {
            Part::BodyId => envelope.request_id.as_deref(),
            Part::Timestamp => envelope.timestamp.as_deref(),
            _ => continue,
        };
        let Value::String(text) = body.pointer_mut(pointer?)? else { return None };
        text.clear();
        text.push_str(std::str::from_utf8(bytes.get(range.clone())?).ok()?);
    }
    Some(())
}

/// The current form of a date: 29 characters, a comma behind three.
fn is_date(value: &[u8]) -> bool {
    value.len() == 29 && value.get(3) == Some(&b',')
}

fn is_id(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_counter(value: &[u8]) -> bool {
    (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

/// A time such as `2024-01-16T10:30:00.000Z`: only digits change, the rest stands where it stands.
fn is_time(value: &[u8]) -> bool {
    (20..=30).contains(&value.len())
        && value.ends_with(b"Z")
        && value.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b'T',
            13 | 16 => *byte == b':',
            19 => matches!(byte, b'.' | b'Z'),
            _ if at + 1 == value.len() => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}
