//! Small tools to change one thing of an answer.

use serde_json::{Map, Value};

use crate::reference::api::Api;
use crate::reference::reply::{Headers, Reply, Wire};

/// A member of the error body that both dialects have, under names of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Code,
    Message,
    Details,
    Id,
}

pub(super) use Member::{Code, Details, Id, Message};

impl Member {
    /// The path of keys that leads to it.
    fn path(self, api: Api) -> &'static [&'static str] {
        match (self, api) {
            (Code, Api::Flat) => &["code"],
            (Code, Api::Nested) => &["error", "code"],
            (Message, Api::Flat) => &["error"],
            (Message, Api::Nested) => &["error", "message"],
            (Details, Api::Flat) => &["details"],
            (Details, Api::Nested) => &["error", "details"],
            (Id, Api::Flat) => &["requestId"],
            (Id, Api::Nested) => &["error", "request_id"],
        }
    }
}

/// The body as an object; an empty one if it has none, which then goes nowhere.
pub(super) fn object(reply: &mut Reply) -> Option<&mut Map<String, Value>> {
    reply.body.as_mut().and_then(Value::as_object_mut)
}

/// The object in which a member stands, and its key.
fn place(reply: &mut Reply, member: Member) -> Option<(&mut Map<String, Value>, &'static str)> {
    let (last, way) = member.path(reply.api).split_last()?;
    let mut object = reply.body.as_mut()?;
    for key in way {
        object = object.get_mut(key)?;
    }
    Some((object.as_object_mut()?, last))
}

/// The object that holds code, message and details.
pub(super) fn inner(reply: &mut Reply) -> Option<&mut Map<String, Value>> {
    place(reply, Code).map(|(object, _)| object)
}

/// Gives a member another value.
pub(super) fn put(reply: &mut Reply, member: Member, value: impl Into<Value>) {
    if let Some((object, key)) = place(reply, member) {
        object.insert(key.to_owned(), value.into());
    }
}

/// Takes a member away.
pub(super) fn remove(reply: &mut Reply, member: Member) -> Option<Value> {
    let (object, key) = place(reply, member)?;
    object.shift_remove(key)
}

/// A member's value.
pub(super) fn get(reply: &mut Reply, member: Member) -> Option<&mut Value> {
    let (object, key) = place(reply, member)?;
    object.get_mut(key)
}

/// A member's text, changed.
pub(super) fn reword(reply: &mut Reply, member: Member, change: impl Fn(&str) -> String) {
    if let Some(value) = get(reply, member)
        && let Some(text) = value.as_str()
    {
        *value = change(text).into();
    }
}

/// Gives a member of the outermost object another value.
pub(super) fn set(reply: &mut Reply, key: &str, value: impl Into<Value>) {
    if let Some(object) = object(reply) {
        object.insert(key.to_owned(), value.into());
    }
}

/// Renames members of an object, where they are.
pub(super) fn rename(object: &mut Map<String, Value>, name: impl Fn(&str) -> String) {
    let old = std::mem::take(object);
    object.extend(old.into_iter().map(|(key, value)| (name(&key), value)));
}

/// Removes all lines of a header.
pub(super) fn drop_header(headers: &mut Headers, name: &str) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
}

/// The first value of a header.
pub(super) fn header<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Gives a header that is there another value.
pub(super) fn set_header(headers: &mut Headers, name: &str, change: impl Fn(&str) -> String) {
    for (known, value) in headers {
        if known.eq_ignore_ascii_case(name) {
            *value = change(value);
        }
    }
}

/// Adds a header line.
pub(super) fn add_header(headers: &mut Headers, name: &'static str, value: &str) {
    headers.push((name, value.to_owned()));
}

/// Changes the body as text.
pub(super) fn retext(wire: &mut Wire, change: impl Fn(&str) -> String) {
    wire.body = change(&String::from_utf8_lossy(&wire.body)).into_bytes();
}

/// Another body under another media type; everything else stays.
pub(super) fn page(wire: &mut Wire, media_type: &str, body: &str) {
    wire.body = body.as_bytes().to_vec();
    set_header(&mut wire.headers, "Content-Type", |_| media_type.to_owned());
}
