//! The facts of one answer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{cause, header_family, members, routes};
use crate::judge::{self, Judged};
use crate::model::{Contract, Exchange, Response, Severity};

/// Families of rules about the form of an answer: one that breaks them is told already, and is no specimen of anything.
const FORM: &[&str] = &["catalogue", "details", "envelope"];

/// Longest code and longest pointer to a member that are remembered, in bytes: a server may send any text in their
/// place.
pub(super) const LONGEST: usize = 256;

/// Where an answer stands in the run. The earliest of several is shown, whatever came first in time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The repetition, from 0.
    pub repetition: u32,
    /// The scenario file.
    pub file: Arc<str>,
    /// The step's line in it.
    pub line: u32,
    /// The name of the scenario with its case.
    pub run: String,
}

/// An answer of the API, judged.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The name of the contract that judges it.
    pub name: &'a str,
    /// That contract.
    pub contract: &'a Contract,
    /// The request and the response.
    pub exchange: &'a Exchange,
    /// What was found out about it.
    pub judged: &'a Judged,
    /// The request's path as the scenario has it, templates not filled in.
    pub path: &'a str,
    /// Where it stands.
    pub position: Position,
}

/// What is kept of one answer.
pub(super) struct Fact<'a> {
    pub(super) answer: &'a Answer<'a>,
    pub(super) response: &'a Response,
    /// Method and path, the parts that vary left out: `GET /leads/{}`.
    pub(super) route: String,
    /// Which credential was sent, hashed; none if there was surely none.
    pub(super) credential: Credential,
    /// What the request is like beside its body: the names of its header lines and query parameters, hashed.
    pub(super) outline: u64,
    /// Whether the answer takes part in comparisons.
    pub(super) counts: bool,
}

/// What a request has as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    /// Surely nothing.
    None,
    /// Perhaps something, in a place that is not known to hold one.
    Unclear,
    /// Header lines with this hash.
    Some(u64),
}

impl<'a> Fact<'a> {
    /// The facts of an answer that can be compared with others.
    pub(super) fn of(answer: &'a Answer<'a>) -> Option<Self> {
        let Answer { contract, exchange, judged, path, .. } = answer;
        let response = exchange.response().filter(|response| response.cut.is_none())?;
        let request = &exchange.request;
        let elsewhere = response.url != request.url || !path.starts_with('/');
        let bodiless =
            request.method.eq_ignore_ascii_case("HEAD") || request.method.eq_ignore_ascii_case("OPTIONS");
        if elsewhere || bodiless || judge::exempt(contract, request) {
            return None;
        }
        let told = judged.observations.iter().any(|observation| {
            observation.severity >= Severity::Warning && FORM.contains(&observation.rule.family)
        });
        Some(Self {
            answer,
            response,
            route: routes::route(&request.method, path),
            credential: cause::credential(request),
            outline: routes::outline(request),
            counts: !told && response.status != 429 && response.status < 500,
        })
    }

    /// The code of a refusal of the client's request.
    pub(super) fn code(&self) -> Option<&'a str> {
        let code = self.answer.judged.code.as_deref().filter(|code| code.len() <= LONGEST);
        code.filter(|_| (400..500).contains(&self.response.status))
    }

    /// What this answer says to the questions that all routes should answer alike.
    pub(super) fn questions(&self) -> Vec<(Question, String)> {
        let mut questions = Vec::new();
        if let Some(code) = self.code() {
            let status = self.response.status;
            questions
                .extend(cause::of(self).map(|cause| (Question::Cause(cause), format!("{status} {code}"))));
            questions.push((Question::Status(code.to_owned()), status.to_string()));
            for (pointer, kind) in members::of(self) {
                questions.push((Question::Member(code.to_owned(), pointer), kind.to_owned()));
            }
        }
        questions.extend(
            header_family::of(self).map(|(kind, family)| (Question::Headers(kind), family.to_owned())),
        );
        questions
    }
}

/// What all routes of a contract should answer alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// Which status and code say this?
    Cause(cause::Cause),
    /// Which status goes with this code?
    Status(String),
    /// Of which type is the member at this pointer in errors with this code?
    Member(String, String),
    /// Which header fields say this?
    Headers(&'static str),
}

/// A hash that is the same for equal things of one process.
pub(super) fn hashed(thing: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}
