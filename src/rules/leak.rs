//! Texts of an error in which something leaks: where, and what.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::glance::{self, Glance};
use super::sent::Sent;
use super::{Kind, Rule, Subject, show};
use crate::model::Observation;

/// Most places that one rule reports; a trace in every entry of a list is one mistake.
const MOST: usize = 4;

/// What may stand before a leak and still belong to the match of a rule's expression.
const BEFORE: [char; 13] = [' ', '\t', '\n', '"', '\'', '`', '(', '=', '[', '<', '>', ',', ';'];

/// One text of a response and its place.
pub(super) struct Place<'a> {
    /// JSON pointer into the body; empty for a header field or for a body that is not JSON.
    pub(super) pointer: String,
    /// The header field it stands in.
    pub(super) header: Option<&'a str>,
    /// The text.
    pub(super) text: Cow<'a, str>,
}

impl Place<'_> {
    /// The place in words.
    pub(super) fn name(&self) -> String {
        match self.header {
            Some(header) => format!("the header {header}"),
            None => "the error".to_owned(),
        }
    }
}

/// Several regular expressions as one.
pub(super) fn any_of(patterns: &[&str]) -> Option<Regex> {
    Regex::new(&format!("(?:{})", patterns.join(")|(?:"))).ok()
}

/// Looks for a leak of one kind in every text of an error and says so, unless it is an echo of what was sent or a
/// graver leak was found in the same place.
pub(super) fn look(
    subject: &Subject<'_>,
    found: &mut Vec<Observation>,
    (rule, kind, regex): (&'static Rule, Glance, &LazyLock<Option<Regex>>),
    accept: fn(&str, &Range<usize>) -> bool,
    (what, help): (&str, &str),
) {
    if !subject.glance.suspects(kind) {
        return;
    }
    let Some(regex) = regex.as_ref() else { return };
    let sent = Sent::all(subject);
    for place in places(subject) {
        let message = format!("{} holds {what}", place.name());
        let spoken_for = |other: &Observation| {
            other.rule.family == rule.info.family
                && other.pointer == place.pointer
                && (!place.pointer.is_empty() || other.message.starts_with(&place.name()))
        };
        if found.iter().any(spoken_for) {
            continue;
        }
        let text = sent.blank_out(&place.text);
        let leaks = regex.find_iter(&text).filter(|leak| accept(&text, &leak.range()));
        let mut leaks = leaks.map(|leak| leak.as_str().trim_start_matches(BEFORE).trim());
        if let Some(leak) = leaks.find(|leak| !sent.holds(leak)) {
            let observation = Observation::new(&rule.info, message).at(place.pointer).help(help);
            found.push(observation.values("", show::text(leak)));
        }
        if found.iter().filter(|other| other.rule.code == rule.info.code).count() >= MOST {
            return;
        }
    }
}

/// Every text of an error; of other responses none.
pub(super) fn places<'a>(subject: &Subject<'a>) -> Vec<Place<'a>> {
    let mut places = Vec::new();
    if subject.kind != Kind::Error {
        return places;
    }
    let read = subject.response.headers.iter().filter(|header| glance::is_read(&header.name));
    places.extend(read.map(|header| Place {
        pointer: String::new(),
        header: Some(&header.name),
        text: header.text(),
    }));
    match &subject.body.value {
        Some(value) => strings(value, &mut String::new(), &mut places),
        None => {
            places.push(Place { pointer: String::new(), header: None, text: glance::raw(subject.response) });
        }
    }
    places
}

fn strings<'a>(value: &'a Value, pointer: &mut String, places: &mut Vec<Place<'a>>) {
    let length = pointer.len();
    match value {
        Value::String(text) => {
            places.push(Place { pointer: pointer.clone(), header: None, text: text.into() });
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                strings(item, pointer, places);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                strings(member, pointer, places);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
