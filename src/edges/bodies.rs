//! Bodies that are no JSON, or not the JSON that was asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::good::{Answer, Good};
use super::{Dice, Provocation};
use crate::model::{BodyPart, RequestSpec};

/// Depth of the nested body: more than parsers with a limit allow, and few enough for those without.
const DEEP: usize = 3_000;
/// Bytes of the large body: above the limits that servers have by default.
const LARGE: usize = 1_100_000;
/// Bytes of the larger one, on demand.
const LARGER: usize = 10_600_000;

/// Why what is no JSON must be refused.
const NO_JSON: &str =
    "what is declared as JSON and is none is a bad request (RFC 8259, section 2; RFC 9110, section 15.5.1)";

/// Unreadable, empty, deep, large and odd bodies.
pub(super) fn provoke(good: &Good<'_>, _: &mut Dice) -> Vec<Provocation> {
    let Some(body) = &good.body else { return Vec::new() };
    let text = body.to_string();
    let send = |what: &str, rank: u8, answer: Answer, bytes: &[u8]| {
        Provocation::new(what, rank, bytes_of(good, answer, bytes))
    };
    let as_json = |what: &str, rank: u8, value: &Value| {
        send(what, rank, Answer::refusal_if(good.refuses(value)), value.to_string().as_bytes())
    };
    // What content means in these requests HTTP does not say (RFC 9110, sections 9.3.1, 9.3.2, 9.3.5 and 9.3.7), so
    // a server may leave it unread, unless the contract has a schema for it.
    let unread =
        matches!(&*good.operation.method, "GET" | "HEAD" | "DELETE" | "OPTIONS") && good.schema.is_none();
    let broken = || Answer::refusal_if((!unread).then_some(NO_JSON));
    let mut all = vec![send("malformed JSON", 0, broken(), b"{\"edge\": edge]")];
    let half = &text[..floor(&text, text.len() / 2)];
    if !half.is_empty() && serde_json::from_str::<Value>(half).is_err() {
        all.push(send("truncated JSON", 0, broken(), half.as_bytes()));
    }
    // Some servers take no body for an empty object, so it is wrong only if that is.
    let nothing = Answer::refusal_if(good.refuses(&json!({})));
    all.push(send("an empty body", 0, nothing, b""));
    for (what, value) in [("null as the body", json!(null)), ("text as the body", json!("edge"))] {
        all.push(as_json(what, 2, &value));
    }
    let other = if body.is_array() { json!({}) } else { json!([]) };
    all.push(as_json(
        if body.is_array() { "an object as the body" } else { "a list as the body" },
        1,
        &other,
    ));
    let deep = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    all.push(send("a deeply nested body", 1, Answer::refusal_if(good.refuses(&json!([]))), deep.as_bytes()));
    all.extend(large(good, &text));
    all.extend(odd(good, body, &text));
    all
}

/// The good body with blanks behind it, which mean nothing in JSON.
fn large(good: &Good<'_>, text: &str) -> Vec<Provocation> {
    let mut all = Vec::new();
    let mut padded = |what: &str, size: usize| {
        let mut request = bytes_of(good, Answer::Any, b"");
        request.body = Some(BodyPart::Raw(good.here(format!("{text}{{{{ repeat(' ', {size}) }}}}"))));
        all.push(Provocation::new(what, 2, request));
    };
    if !text.contains("{{") {
        padded("a body of 1.1 MB", LARGE);
        if good.target.large {
            padded("a body of 10.6 MB", LARGER);
        }
    }
    all
}

/// Bodies that some parsers read and others do not.
fn odd(good: &Good<'_>, body: &Value, text: &str) -> Vec<Provocation> {
    let send =
        |what: &str, rank: u8, bytes: &[u8]| Provocation::new(what, rank, bytes_of(good, Answer::Any, bytes));
    let mut all = vec![send("a byte order mark", 4, &[b"\xef\xbb\xbf", text.as_bytes()].concat())];
    if let Some(members) = body.as_object() {
        let open = text.strip_suffix('}').unwrap_or(text);
        let comma = if members.is_empty() { "" } else { "," };
        let with = |member: &[u8]| [open.as_bytes(), comma.as_bytes(), member, b"}"].concat();
        all.push(send("a body that is not UTF-8", 1, &with(b"\"edge\":\"\xc3\x28\xff\"")));
        all.push(send("half a character (a lone surrogate)", 3, &with(br#""edge":"\ud800""#)));
        if let Some((name, value)) = members.iter().next() {
            let member = format!("{}:{value}", json!(name));
            all.push(send("a key twice", 4, &with(member.as_bytes())));
        }
    } else {
        all.push(send("a body that is not UTF-8", 1, b"\"\xc3\x28\xff\""));
    }
    all
}

/// The good request with other bytes, declared as JSON.
fn bytes_of(good: &Good<'_>, answer: Answer, bytes: &[u8]) -> RequestSpec {
    let mut request = good.but(answer);
    request.body = (!bytes.is_empty()).then(|| BodyPart::Base64(good.here(STANDARD.encode(bytes))));
    if !request.headers.iter().any(|line| line.name.value.eq_ignore_ascii_case("content-type")) {
        request.headers.push(good.header("content-type", "application/json"));
    }
    request
}

/// The next character boundary at or before a place.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
