//! An answer as the text that a snapshot keeps: status line, chosen headers, body; what changes redacted.

use std::collections::HashSet;
use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::made::{FEWEST, Values, text_of, typed};
use super::{headers, shape};
use crate::jsonpath;
use crate::model::{
    Body, BodyFlaw, Capture, CaptureFrom, Contract, RedactedPlace, Response, SnapshotForm, SnapshotRules,
};
use crate::redact::Redactor;
use crate::template::Made;

/// Largest text that is kept as it is, in bytes; of a larger one the beginning is kept, and a hash of the whole.
pub const LARGEST: usize = 256 << 10;
/// What the id of something that was just created is called where no capture names it.
const NEW_ID: &str = "new_id";
/// Most places that one JSONPath redacts or sorts.
const PLACES: usize = 10_000;

/// What an answer is taken with.
#[derive(Clone, Copy)]
pub struct Taking<'a> {
    /// How much of the body is kept.
    pub form: SnapshotForm,
    /// The step's rules.
    pub rules: &'a SnapshotRules,
    /// The contract has rules as well, and says where request id and timestamp stand.
    pub contract: Option<&'a Contract>,
    /// The step's captures: what they take is redacted in its place, however short it is.
    pub captures: &'a [Capture],
    /// What is different in every run.
    pub made: &'a [Made],
    /// The target's origin, which is another one elsewhere.
    pub target: &'a str,
    /// The secrets.
    pub redactor: &'a Redactor,
}

/// The answer as a snapshot has it. Equal answers give equal texts, and so do answers that differ in nothing but what is
/// redacted.
pub fn take(response: &Response, body: &Body, with: &Taking<'_>) -> String {
    let values = with.values(response);
    let reason =
        http::StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    let mut text = format!("HTTP {} {}", response.status, reason.unwrap_or_default());
    text.truncate(text.trim_end().len());
    for line in headers::lines(response, with.form, &with.all_rules(), with.contract, &values) {
        let _ = write!(text, "\n{line}");
    }
    text.push_str("\n\n");
    // Secrets go first: the part of one that is left of a cut would not be known for what it is.
    let body = match (json(response, body), with.form) {
        (Some(value), SnapshotForm::Values) => shortened(&with.redactor.text(&with.body(value, &values))),
        (Some(value), SnapshotForm::Shape) => shape::of(&with.skeleton(value, &values)).to_text(),
        (None, _) => {
            let text = raw(&response.body, |text| values.text(text).into_owned());
            shortened(&with.redactor.text(&text))
        }
    };
    text.push_str(&body);
    with.redactor.text(text.trim_end()).into_owned()
}

/// The body if it is to be kept as JSON: whole, and either called so or no mere scalar.
fn json<'b>(response: &Response, body: &'b Body) -> Option<&'b Value> {
    let is_whole = !body.flaws.iter().any(|flaw| matches!(flaw, BodyFlaw::TrailingBytes { .. }));
    let value = body.value.as_ref().filter(|_| is_whole)?;
    let named =
        response.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    (named || value.is_object() || value.is_array()).then_some(value)
}

/// A body that is not JSON: text as it is, control characters made visible; bytes as their number and hash.
fn raw(bytes: &[u8], replaced: impl Fn(&str) -> String) -> String {
    if bytes.is_empty() {
        return "(no body)".to_owned();
    }
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')) else {
        return format!("({} bytes, not text, SHA-256 {:x})", bytes.len(), Sha256::digest(bytes));
    };
    let control = |c: char| match c {
        '\n' | '\t' => c,
        '\u{7f}' => '\u{2421}',
        // The pictures of the C0 controls stand in their order from U+2400 on.
        c if c.is_ascii_control() => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        c => c,
    };
    replaced(text).chars().map(control).collect()
}

/// The beginning of a large text, and a hash that tells whether the rest is the same.
fn shortened(text: &str) -> String {
    if text.len() <= LARGEST {
        return text.to_owned();
    }
    let kept = (0..=LARGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let hash = Sha256::digest(text.as_bytes());
    format!("{}\n({} bytes more, SHA-256 of the whole {hash:x})", &text[..kept], text.len() - kept)
}

impl Taking<'_> {
    /// The contract's rules, then the step's, which come first where both speak of one header.
    fn all_rules(&self) -> Vec<&SnapshotRules> {
        self.contract.map(|contract| &contract.snapshot).into_iter().chain([self.rules]).collect()
    }

    /// The request id of this very answer is looked for like a captured value: it may stand in the body, too.
    fn values(&self, response: &Response) -> Values {
        let id = self.contract.and_then(|contract| contract.request_id.header.as_deref());
        let id = id.and_then(|name| response.header(name)).unwrap_or_default();
        let authority = self.target.split_once("://").map_or("", |(_, authority)| authority);
        // A host alone is an ordinary word.
        let authority = if authority.contains(':') { authority } else { "" };
        let fixed = [(self.target, "[target]"), (authority, "[host]"), (&*id, "[request_id]")];
        let codes = self.contract.map(|contract| &contract.codes);
        // What a capture or a template named keeps that name.
        let made: Vec<Made> = self.made.iter().cloned().chain(created(response)).collect();
        let values = Values::new(&fixed, &made, |text| codes.is_some_and(|codes| codes.contains_key(text)));
        match address(response) {
            Some((folder, id)) if id.len() < FEWEST => {
                let is_it =
                    |made: &&Made| made.captured && text_of(&made.value).is_some_and(|text| text == id);
                let name = self.made.iter().find(is_it).map_or(NEW_ID, |made| &made.name);
                values.with_new(folder, id, name)
            }
            _ => values,
        }
    }

    /// What a shape is made of: what differs from run to run may be a key, and what the step redacts has no members. The
    /// contract speaks of values.
    fn skeleton(&self, body: &Value, values: &Values) -> Value {
        let mut skeleton = body.clone();
        for redaction in &self.rules.redact {
            let RedactedPlace::Path(path) = &redaction.place else { continue };
            for pointer in pointers(&path.value, body) {
                match skeleton.pointer_mut(&pointer) {
                    Some(Value::Object(members)) => members.clear(),
                    Some(Value::Array(items)) => items.clear(),
                    _ => {}
                }
            }
        }
        values.keys(&mut skeleton);
        skeleton
    }

    fn body(&self, body: &Value, values: &Values) -> String {
        let mut redacted = body.clone();
        for (pointer, placeholder) in self.places(body) {
            match redacted.pointer_mut(&pointer) {
                // What is null stays null: that it can be is worth knowing.
                None | Some(Value::Null) => {}
                Some(place) => *place = Value::String(typed(&placeholder, place)),
            }
        }
        values.body(&mut redacted);
        for path in self.all_rules().iter().flat_map(|rules| &rules.sort) {
            sort(&mut redacted, path);
        }
        serde_json::to_string_pretty(&redacted).unwrap_or_default()
    }

    /// Every place that is redacted, with what stands there: by the step's rules, then by the contract's, then because a
    /// capture takes it, then because the contract says what it is.
    fn places(&self, body: &Value) -> Vec<(String, String)> {
        let mut places = Vec::new();
        for redaction in self.all_rules().iter().rev().flat_map(|rules| &rules.redact) {
            if let RedactedPlace::Path(path) = &redaction.place {
                let found = pointers(&path.value, body).into_iter();
                places.extend(found.map(|pointer| (pointer, redaction.placeholder.clone())));
            }
        }
        for Capture { name, from, .. } in self.captures {
            if let CaptureFrom::Path(path) = &from.value {
                let found = pointers(path, body).into_iter();
                let found = found.filter(|pointer| body.pointer(pointer).is_some_and(|at| self.varies(at)));
                places.extend(found.map(|pointer| (pointer, format!("[{}]", name.value))));
            }
        }
        if let Some(contract) = self.contract {
            let envelope = &contract.envelope;
            let usual = [(&envelope.request_id, "[request_id]"), (&envelope.timestamp, "[timestamp]")];
            for (pointer, placeholder) in usual {
                places.extend(pointer.iter().map(|pointer| (pointer.clone(), placeholder.to_owned())));
            }
        }
        let mut seen = HashSet::new();
        places.retain(|(pointer, _)| seen.insert(pointer.clone()));
        places
    }

    /// Whether a captured value is likely another one in the next run: no whole object, and no code of the catalogue.
    fn varies(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => !self.contract.is_some_and(|contract| contract.codes.contains_key(text)),
            Value::Number(_) => true,
            _ => false,
        }
    }
}

/// The id of what was just created: the server gives another one each time, and no step has to capture it.
fn created(response: &Response) -> Vec<Made> {
    let Some((_, id)) = address(response) else { return Vec::new() };
    let number = id.parse::<u64>().ok().map(Value::from);
    let values = [Some(Value::from(id)), number].into_iter().flatten();
    values.map(|value| Made { name: NEW_ID.to_owned(), value, captured: true }).collect()
}

/// Where what was just created is, by a 201's `Location` (RFC 9110 section 15.3.2): the path up to the last part, and
/// that part, which is the id. Small letters and hyphens alone are a word of the API.
fn address(response: &Response) -> Option<(&str, &str)> {
    let header =
        response.headers.iter().find(|header| header.name == "location" && response.status == 201)?;
    let location = std::str::from_utf8(&header.value).ok()?.split(['?', '#']).next()?.trim_end_matches('/');
    let path = match location.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => location,
    };
    let (folder, id) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    let is_word = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    (!is_word).then_some((folder, id))
}

fn pointers(path: &str, body: &Value) -> Vec<String> {
    jsonpath::compile(path).map(|path| path.pointers(body, PLACES)).unwrap_or_default()
}

/// Brings the items of the lists that a path finds into the order of their texts.
fn sort(body: &mut Value, path: &str) {
    for pointer in pointers(path, body) {
        if let Some(Value::Array(items)) = body.pointer_mut(&pointer) {
            items.sort_by_cached_key(ToString::to_string);
        }
    }
}

#[cfg(test)]
mod tests;
