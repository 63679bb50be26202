//! The error's details: partial objects among them, or checks on the one object.

use serde_json::Value;

use super::envelope::{Part, absence, clip};
use super::{Context, Subject, rules};
use crate::matcher::{Fault, partial, quoted, typed};
use crate::model::{Entry, Expect, Node, NodeKind, Observation, Span};
use crate::template::LocatedTemplateError;

type Judged = Result<Option<Observation>, LocatedTemplateError>;

/// The details have what is expected of them.
pub(super) fn check(expect: &Expect, context: &Context<'_>) -> Judged {
    let Some(wanted) = &expect.details else { return Ok(None) };
    let part = Part { rule: &rules::DETAILS, name: "details", place: |envelope| envelope.details.as_deref() };
    let pointer = match part.pointer(context, wanted.span) {
        Ok(pointer) => pointer,
        Err(observation) => return Ok(Some(*observation)),
    };
    let value = context.body.value.as_ref().and_then(|body| body.pointer(pointer));
    let details = Details { context, pointer, value };
    match &wanted.kind {
        NodeKind::List(items) => details.among(items),
        NodeKind::Map(entries) => details.one(entries, wanted.span),
        _ => details.equal(wanted),
    }
}

struct Details<'a> {
    context: &'a Context<'a>,
    pointer: &'a str,
    value: Option<&'a Value>,
}

impl Details<'_> {
    /// Every partial object is among the details; all that are not are named in one observation.
    fn among(&self, wanted: &[Node]) -> Judged {
        let there = match self.value {
            Some(Value::Array(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let mut missing = Vec::new();
        for node in wanted {
            let pattern = self.context.engine.node(node, self.context.scope)?;
            if !there.iter().any(|item| partial(&pattern, Some(item)).is_ok()) {
                missing.push((node.span, pattern));
            }
        }
        let Some((span, first)) = missing.first() else { return Ok(None) };
        let expected: Vec<_> = missing.iter().map(|(_, pattern)| quoted(pattern)).collect();
        let expected = expected.join(", ");
        let message = format!("no details with {expected}; {}", self.reported(there));
        let observation = Observation::new(&rules::DETAILS, message)
            .help(near(first, there).unwrap_or_else(|| self.help()))
            .at(self.place())
            .values(expected, typed(self.value))
            .span(*span);
        Ok(Some(observation))
    }

    /// The single object's members pass their checks; the first that does not speaks.
    fn one(&self, entries: &[Entry], span: Span) -> Judged {
        let (object, pointer) = match self.value {
            Some(Value::Array(items)) if items.len() == 1 => (items.first(), format!("{}/0", self.pointer)),
            other => (other, self.pointer.to_owned()),
        };
        if let Some(other) = object.filter(|object| !object.is_object()) {
            let observation = Observation::new(&rules::DETAILS, "the details are not one object")
                .help("a list of partial objects is looked for among several details")
                .at(pointer)
                .values("object", typed(Some(other)))
                .span(span);
            return Ok(Some(observation));
        }
        let empty = Value::Object(serde_json::Map::new());
        for entry in entries {
            let key = self.context.engine.string(&entry.key.value, self.context.scope);
            let key = key.map_err(|error| error.at(entry.key.span))?;
            let inner = self.context.engine.node(&entry.value, self.context.scope)?;
            let pattern = Value::Object([(key.clone(), inner)].into_iter().collect());
            if let Err(fault) = partial(&pattern, Some(object.unwrap_or(&empty))) {
                return Ok(Some(self.fault(&fault, &pointer, entry.value.span)));
            }
        }
        Ok(None)
    }

    /// Anything else than objects is compared as it is.
    fn equal(&self, wanted: &Node) -> Judged {
        let wanted_value = self.context.engine.node(wanted, self.context.scope)?;
        Ok(partial(&wanted_value, self.value)
            .err()
            .map(|fault| self.fault(&fault, self.pointer, wanted.span)))
    }

    fn fault(&self, fault: &Fault, pointer: &str, span: Span) -> Observation {
        let name = format!("details {}", fault.pointer);
        let place = if self.value.is_some() { format!("{pointer}{}", fault.pointer) } else { String::new() };
        let help = self.help();
        let subject = Subject { rule: &rules::DETAILS, name: name.trim_end(), pointer: &place, help: &help };
        subject.observe(fault.mismatch.clone(), span)
    }

    /// Which fields the details name, or whatever they hold.
    fn reported(&self, there: &[Value]) -> String {
        if there.is_empty() {
            return "there are none".to_owned();
        }
        let key = self.context.contract.and_then(|contract| contract.details.field.as_deref());
        let key = key.map(|key| key.trim_start_matches('/'));
        let fields: Vec<_> =
            there.iter().filter_map(|item| item.get(key?)?.as_str().map(clip)).take(20).collect();
        if fields.is_empty() {
            format!("there is {}", typed(self.value))
        } else {
            format!("reported are: {}", fields.join(", "))
        }
    }

    fn place(&self) -> &str {
        if self.value.is_some() { self.pointer } else { "" }
    }

    fn help(&self) -> String {
        if self.value.is_none() { absence(self.context) } else { String::new() }
    }
}

/// The details object that has most of the wanted members, and what is wrong with it.
fn near(wanted: &Value, there: &[Value]) -> Option<String> {
    let members = wanted.as_object()?;
    let matched = |item: &Value| {
        members
            .iter()
            .filter(|(key, inner)| {
                let one = Value::Object([((*key).clone(), (*inner).clone())].into_iter().collect());
                partial(&one, Some(item)).is_ok()
            })
            .count()
    };
    let (index, item) = there
        .iter()
        .enumerate()
        .filter(|(_, item)| matched(item) > 0)
        .max_by_key(|(_, item)| matched(item))?;
    let fault = partial(wanted, Some(item)).err()?;
    let Fault { pointer, mismatch } = fault;
    Some(format!(
        "number {} is close, but at {pointer} it has {} instead of {}",
        index + 1,
        mismatch.actual,
        mismatch.expected
    ))
}
