//! Why a request was refused, where the request leaves no doubt.
//!
//! Which of several faults wins is a server's own affair: a missing key may hide a broken body, a missing lead may
//! hide both. So a cause is taken for certain only together with an answer that speaks about it, and what could be
//! another cause on one of the routes is none.

use super::answer::{Credential, Fact, Question, hashed};
use super::routes::Routes;
use super::tally::Count;
use crate::model::Request;
use crate::redact::is_credential;

/// Words in the name of a header, in a path or in a body that may go with a credential.
const HINTS: &[&str] =
    &["auth", "key", "token", "secret", "sign", "session", "pass", "cred", "otp", "pin", "login", "code"];

/// Bytes of a body that are searched; a longer one may hold anything.
const LOOKED_AT: usize = 1 << 16;

/// A cause of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// No credential was sent, and the route lets in those with one.
    NoCredential,
    /// This credential was sent, and it was let in nowhere.
    Credential(u64),
    /// The body is declared as JSON and ends in the middle of it.
    NotJson,
    /// The body's media type is not supported.
    MediaType,
    /// The route does not have the method.
    Method,
}

impl Cause {
    /// The cause as the start of a message.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::NoCredential => "a request without a credential",
            Self::Credential(_) => "one and the same refused credential",
            Self::NotJson => "a body that is cut off in the middle of its JSON",
            Self::MediaType => "a media type that is not supported",
            Self::Method => "a method that the route does not have",
        }
    }

    /// Whether an answer of a route has this cause for certain, seen after the run.
    pub(super) fn is_certain(self, routes: &Routes, way: &str, route: &str, count: &Count) -> bool {
        match self {
            // A login answers 401 to a wrong password and a page may be forbidden to all.
            Self::NoCredential if way.starts_with("403") => routes.served(route),
            Self::NoCredential => routes.let_in(route),
            // Where it is let in elsewhere, a 401 is about something else, such as a second factor.
            Self::Credential(credential) => routes.never_let_in(credential),
            // A header or a parameter that is missing would be a cause as well.
            Self::NotJson => routes.served_like(route, count.outline),
            Self::MediaType | Self::Method => true,
        }
    }
}

/// The cause of a refusal, if there is one that can be named.
pub(super) fn of(fact: &Fact<'_>) -> Option<Cause> {
    let request = &fact.answer.exchange.request;
    match (fact.response.status, fact.credential) {
        (401 | 403, Credential::None) => Some(Cause::NoCredential),
        (401, Credential::Some(credential)) => Some(Cause::Credential(credential)),
        (400 | 422, _) if is_cut_json(request) => Some(Cause::NotJson),
        (405, _) => Some(Cause::Method),
        (415, _) if !request.body.is_empty() => Some(Cause::MediaType),
        _ => None,
    }
}

/// Whether a question is one of causes, and its answers are certain.
pub(super) fn is_certain(
    routes: &Routes,
    question: &Question,
    way: &str,
    route: &str,
    count: &Count,
) -> bool {
    matches!(question, Question::Cause(cause) if cause.is_certain(routes, way, route, count))
}

/// What a request has as a credential. Names, parameters and members that could hold one leave it unclear.
pub(super) fn credential(request: &Request) -> Credential {
    let lines: Vec<_> = request.headers.iter().filter(|header| is_credential(&header.name)).collect();
    if !lines.is_empty() {
        let lines: Vec<_> = lines.iter().map(|header| (&header.name, &header.value)).collect();
        return Credential::Some(hashed(&lines));
    }
    let hints = |text: &str| {
        let text = text.to_ascii_lowercase();
        HINTS.iter().any(|word| text.contains(word))
    };
    let in_body = || request.body.len() > LOOKED_AT || hints(&String::from_utf8_lossy(&request.body));
    let in_headers = request.headers.iter().any(|header| hints(&header.name));
    match in_headers || hints(&request.path) || in_body() {
        true => Credential::Unclear,
        false => Credential::None,
    }
}

/// Whether the body says that it is JSON and ends before it is a whole value: no parser, however lenient, takes it.
fn is_cut_json(request: &Request) -> bool {
    let writes = ["POST", "PUT", "PATCH"].iter().any(|method| request.method.eq_ignore_ascii_case(method));
    let declared = request.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let media_type = declared.split(';').next().unwrap_or_default().trim();
    let is_json = media_type == "application/json";
    let starts = request.body.first().is_some_and(|byte| matches!(byte, b'{' | b'['));
    let cut = || {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(&request.body);
        read.is_err_and(|error| error.is_eof())
    };
    writes && is_json && starts && cut()
}
