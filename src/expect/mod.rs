//! Expectations and captures: what a scenario asks of one answer, and what it keeps from it.
//!
//! Every part of `expect` that does not hold gives one [`Observation`], never more; a template that cannot be
//! rendered makes the whole step unjudgeable and is an error of its own.

mod body;
mod capture;
mod details;
mod envelope;
mod head;
mod nearest;
mod rules;

pub use capture::{CaptureError, capture};
pub use rules::rules;

use serde_json::Value;

use crate::matcher::{self, Mismatch};
use crate::model::{Body, Check, Contract, Exchange, Expect, Observation, Response, RuleInfo, Span};
use crate::template::{Engine, LocatedTemplateError, Scope};

/// What an expectation is judged with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The variables that templates in it see.
    pub scope: &'a Scope,
    /// The template engine.
    pub engine: &'a Engine,
    /// Says where the parts of an error stand.
    pub contract: Option<&'a Contract>,
    /// The answer's body as JSON.
    pub body: &'a Body,
}

/// Judges an answer by an expectation: one observation for each part that does not hold.
///
/// Without a response there is nothing to judge but how long it did not come. Of a body that is not whole nothing
/// is expected, and of one that is nested too deep to be known nothing that may stand anywhere in it: that it is so is
/// for the caller to see.
///
/// # Errors
/// If a template in the expectation cannot be rendered.
pub fn check(
    expect: &Expect,
    exchange: &Exchange,
    context: &Context<'_>,
) -> Result<Vec<Observation>, LocatedTemplateError> {
    let mut found = Vec::new();
    let Some(response) = exchange.response() else {
        found.extend(head::within(expect, exchange));
        return Ok(found);
    };
    found.extend(head::status(expect, response, context));
    for (name, check) in &expect.headers {
        found.extend(head::header(name, check, response, context)?);
    }
    if response.cut.is_none() {
        found.extend(whole(expect, response, context)?);
    }
    found.extend(head::within(expect, exchange));
    Ok(found)
}

/// The parts of the expectation that need the whole body.
fn whole(
    expect: &Expect,
    response: &Response,
    context: &Context<'_>,
) -> Result<Vec<Observation>, LocatedTemplateError> {
    let mut found = Vec::new();
    found.extend(envelope::error(expect, context)?);
    found.extend(envelope::message(expect, context)?);
    if context.body.unread().is_none() {
        found.extend(details::check(expect, context)?);
        for (path, check) in &expect.body {
            found.extend(body::at_path(path, check, context)?);
        }
    }
    found.extend(body::text(expect, response, context)?);
    Ok(found)
}

/// Where a judged value stands and what it is called.
struct Subject<'a> {
    rule: &'static RuleInfo,
    /// `the error code`, `header etag`.
    name: &'a str,
    /// JSON pointer into the body; empty for the head.
    pointer: &'a str,
    /// What to say if it fails and the matcher has nothing to add.
    help: &'a str,
}

impl Subject<'_> {
    /// Runs all matchers of a check; the first that fails speaks. `view` chooses what a matcher looks at.
    fn judge<'v>(
        &self,
        check: &Check,
        context: &Context<'_>,
        view: impl Fn(crate::model::MatcherKind, &Value) -> Option<&'v Value>,
    ) -> Result<Option<Observation>, LocatedTemplateError> {
        for matcher in &check.matchers {
            let argument = context.engine.node(&matcher.argument, context.scope)?;
            if let Err(mismatch) = matcher::matches(matcher.kind, &argument, view(matcher.kind, &argument)) {
                return Ok(Some(self.observe(mismatch, matcher.argument.span)));
            }
        }
        Ok(None)
    }

    fn observe(&self, mismatch: Mismatch, span: Span) -> Observation {
        let Mismatch { expected, actual, hint } = mismatch;
        Observation::new(self.rule, format!("{}: expected {expected}, found {actual}", self.name))
            .help(hint.unwrap_or_else(|| self.help.to_owned()))
            .at(self.pointer)
            .values(expected, actual)
            .span(span)
    }
}

/// Why nothing can be found in a body, if that is so.
fn unreadable(body: &Body) -> Option<String> {
    use crate::model::BodyFlaw as Flaw;
    if body.value.is_some() || body.empty {
        return None;
    }
    Some(match body.flaws.first() {
        Some(Flaw::Syntax { offset, message }) => format!("not JSON at byte {offset}: {message}"),
        Some(Flaw::NotUtf8 { offset }) => format!("not UTF-8 at byte {offset}"),
        Some(Flaw::TrailingBytes { offset }) => {
            format!("more than one JSON value, the second at byte {offset}")
        }
        Some(Flaw::ByteOrderMark) => "not JSON: it starts with a byte order mark".to_owned(),
        Some(Flaw::DuplicateKey { .. } | Flaw::LoneSurrogate { .. } | Flaw::TooDeep { .. }) | None => {
            "not JSON".to_owned()
        }
    })
}

/// A header's lines as one text (RFC 9110, section 5.3), if it is there.
fn header_text(response: &Response, name: &str) -> Option<String> {
    let lines: Vec<_> = response.header_lines(name).map(crate::model::Header::text).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// The names of all header lines.
fn header_names(response: &Response) -> impl Iterator<Item = &str> {
    response.headers.iter().map(|header| header.name.as_str())
}

#[cfg(test)]
mod tests;
