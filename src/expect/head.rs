//! Status, headers and time.

use std::time::Duration;

use serde_json::{Number, Value};

use super::{Context, Subject, envelope, header_names, header_text, rules};
use crate::matcher::kind_of;
use crate::model::{
    Check, Exchange, Expect, MatcherKind, Observation, Response, Spanned, StatusSet, TransportErrorKind,
};
use crate::spelling::nearest;
use crate::template::LocatedTemplateError;

/// The status is among the expected.
pub(super) fn status(expect: &Expect, response: &Response, context: &Context<'_>) -> Option<Observation> {
    let wanted = expect.status.as_ref()?;
    if wanted.value.contains(response.status) {
        return None;
    }
    let expected = words(&wanted.value);
    let envelope = envelope::summary(context);
    let message = format!("expected {expected}, the server answered {}{envelope}", response.status);
    Some(
        Observation::new(&rules::STATUS, message)
            .values(expected, response.status.to_string())
            .help(&*expect.because)
            .span(wanted.span),
    )
}

fn words(set: &StatusSet) -> String {
    let words: Vec<_> = set
        .ranges
        .iter()
        .map(|(low, high)| match (low, high) {
            (low, high) if low == high => low.to_string(),
            (low, high) if low % 100 == 0 && *high == low + 99 => format!("{}xx", low / 100),
            (low, high) => format!("{low}-{high}"),
        })
        .collect();
    words.join(" or ")
}

/// A header passes its check; its text is read as a number where the check speaks of numbers.
pub(super) fn header(
    name: &Spanned<String>,
    check: &Check,
    response: &Response,
    context: &Context<'_>,
) -> Result<Option<Observation>, LocatedTemplateError> {
    let text = header_text(response, &name.value);
    let near = if text.is_none() { nearest(&name.value, header_names(response)) } else { None };
    let help = near.map(|near| format!("the answer has a header `{near}`")).unwrap_or_default();
    let number = text.as_deref().and_then(number);
    let text = text.map(Value::String);
    let called = format!("header {}", name.value);
    let subject = Subject { rule: &rules::HEADER, name: &called, pointer: "", help: &help };
    subject.judge(check, context, |kind, argument| {
        number.as_ref().filter(|_| about_numbers(kind, argument)).or(text.as_ref())
    })
}

fn number(text: &str) -> Option<Value> {
    text.trim().parse::<Number>().ok().map(Value::Number)
}

fn about_numbers(kind: MatcherKind, argument: &Value) -> bool {
    match kind {
        MatcherKind::Gt | MatcherKind::Gte | MatcherKind::Lt | MatcherKind::Lte => true,
        MatcherKind::Equals => argument.is_number(),
        MatcherKind::OneOf => argument.as_array().is_some_and(|items| items.iter().all(Value::is_number)),
        MatcherKind::Not => match argument {
            Value::Object(members) => members
                .iter()
                .all(|(name, inner)| kind_of(name).is_some_and(|kind| about_numbers(kind, inner))),
            other => other.is_number(),
        },
        _ => false,
    }
}

/// The answer came in time.
pub(super) fn within(expect: &Expect, exchange: &Exchange) -> Option<Observation> {
    let wanted = expect.within.as_ref()?;
    if exchange.elapsed <= wanted.value {
        return None;
    }
    let (limit, actual) = (time(wanted.value), time(exchange.elapsed));
    let what = match &exchange.outcome {
        Ok(_) => format!("the answer took {actual}"),
        Err(error) if error.kind == TransportErrorKind::Timeout => format!("no answer came in {actual}"),
        // Refused, closed: slow or not, it is another fault.
        Err(_) => return None,
    };
    Some(
        Observation::new(&rules::WITHIN, format!("{what}, {limit} at most were expected"))
            .values(format!("at most {limit}"), actual)
            .span(wanted.span),
    )
}

/// A duration in the unit people would choose.
fn time(duration: Duration) -> String {
    match duration.as_millis() {
        0 if duration.is_zero() => "0ms".to_owned(),
        0 => format!("{}µs", duration.as_micros()),
        milliseconds @ 1..10_000 => format!("{milliseconds}ms"),
        _ => format!("{:.1}s", duration.as_secs_f64()),
    }
}
