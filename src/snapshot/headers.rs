//! The headers that a snapshot keeps, and what stands for those that differ from answer to answer.

use super::made::Values;
use crate::model::{Contract, RedactedPlace, Redaction, Response, SnapshotForm, SnapshotRules};
use crate::redact::{self, PLACEHOLDER};

/// Headers that mean something to a client of the API and are the same in every answer to the same request.
pub const KEPT: [&str; 9] = [
    "content-type",
    "location",
    "allow",
    "www-authenticate",
    "retry-after",
    "cache-control",
    "link",
    "deprecation",
    "sunset",
];

/// The kept header lines, `name: value`, in the order of the rules and then as received. A shape keeps the first of the
/// usual ones alone: the values of the others are free.
pub(super) fn lines(
    response: &Response,
    form: SnapshotForm,
    rules: &[&SnapshotRules],
    contract: Option<&Contract>,
    values: &Values,
) -> Vec<String> {
    let usual_ones = match form {
        SnapshotForm::Values => &KEPT[..],
        SnapshotForm::Shape => &KEPT[..1],
    };
    let wanted = rules.iter().flat_map(|rules| rules.headers.iter().map(String::as_str));
    let mut lines = Vec::new();
    let mut seen = vec![false; response.headers.len()];
    for pattern in usual_ones.iter().copied().chain(wanted) {
        let mut found: Vec<usize> = (0..response.headers.len())
            .filter(|index| !seen[*index] && matches(pattern, &response.headers[*index].name))
            .collect();
        found.sort_by_key(|index| &response.headers[*index].name);
        for index in found {
            seen[index] = true;
            let header = &response.headers[index];
            let redactions = rules.iter().rev().flat_map(|rules| &rules.redact);
            let value = match redactions.into_iter().find(|redaction| is_for(redaction, &header.name)) {
                Some(redaction) => redaction.placeholder.clone(),
                None if redact::is_credential(&header.name) => PLACEHOLDER.to_owned(),
                None => usual(&header.name, &header.text(), contract)
                    .unwrap_or_else(|| values.text(&header.text()).into_owned()),
            };
            lines.push(format!("{}: {}", header.name, redact::visible(&value)));
        }
    }
    lines
}

fn is_for(redaction: &Redaction, name: &str) -> bool {
    matches!(&redaction.place, RedactedPlace::Header(header) if header == name)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// What stands for a value that changes from answer to answer by its nature. It still tells the value's form: a
/// `Retry-After` that became a date is seen.
fn usual(name: &str, value: &str, contract: Option<&Contract>) -> Option<String> {
    let id = contract.and_then(|contract| contract.request_id.header.as_deref());
    if id.is_some_and(|id| id.eq_ignore_ascii_case(name)) || matches!(name, "x-request-id" | "request-id") {
        return Some("[request_id]".to_owned());
    }
    if matches!(name, "date" | "expires" | "last-modified" | "age" | "retry-after" | "content-length") {
        return form(value).map(str::to_owned);
    }
    if !name.contains("ratelimit") && !name.contains("rate-limit") {
        return None;
    }
    // Some name a window or what is counted behind it: `x-ratelimit-remaining-minute`.
    if name.split('-').any(|part| matches!(part, "remaining" | "reset" | "used")) {
        return form(value).or_else(|| time(value)).map(str::to_owned);
    }
    // The draft's one field has the counters among its parameters.
    (name == "ratelimit").then(|| counters(value))
}

/// The form of a number or a time; anything else is to be seen as it is.
fn form(value: &str) -> Option<&'static str> {
    let value = value.trim();
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = || httpdate::parse_http_date(value).is_ok();
    if digits {
        Some("[number]")
    } else if is_date() {
        Some("[date]")
    } else {
        None
    }
}

/// A time of day or a span of time in one of the spellings that are no HTTP: `6m0s`, `1.5`, `2026-11-26T04:30:02Z`.
fn time(value: &str) -> Option<&'static str> {
    let starts = value.starts_with(|c: char| c.is_ascii_digit());
    let is_time = starts && value.chars().all(|c| c.is_ascii_alphanumeric() || ".:+-".contains(c));
    is_time.then_some("[time]")
}

/// `limit=10, remaining=[number], reset=[number]`.
fn counters(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for part in value.split_inclusive([',', ';']) {
        let end = part.find([',', ';']).unwrap_or(part.len());
        let (part, separator) = part.split_at(end);
        match part.split_once('=') {
            Some((name, number))
                if matches!(name.trim(), "remaining" | "reset" | "r" | "t") && form(number).is_some() =>
            {
                out.push_str(name);
                out.push_str("=[number]");
            }
            _ => out.push_str(part),
        }
        out.push_str(separator);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_by_its_nature_keeps_its_form() {
        let table = [
            ("date", "Tue, 15 Nov 1994 08:12:31 GMT", Some("[date]")),
            ("retry-after", "30", Some("[number]")),
            ("retry-after", "Tue, 15 Nov 1994 08:12:31 GMT", Some("[date]")),
            ("retry-after", "-5", None),
            ("retry-after", "0.5", None),
            ("x-request-id", "req_1", Some("[request_id]")),
            ("x-ratelimit-limit", "60", None),
            ("x-ratelimit-remaining", "59", Some("[number]")),
            ("x-rate-limit-reset", "60", Some("[number]")),
            ("x-ratelimit-remaining-minute", "59", Some("[number]")),
            ("x-ratelimit-reset-requests", "6m0s", Some("[time]")),
            ("x-ratelimit-reset", "2026-11-26T04:30:02.5Z", Some("[time]")),
            ("x-ratelimit-remaining", "-1", None),
            ("x-ratelimit-remaining", "many", None),
            ("x-ratelimit-limit-minute", "60", None),
            ("content-length", "60", Some("[number]")),
            ("ratelimit", "\"default\";r=50;t=30", Some("\"default\";r=[number];t=[number]")),
            (
                "ratelimit",
                "limit=10, remaining=1, reset=7",
                Some("limit=10, remaining=[number], reset=[number]"),
            ),
            ("content-type", "text/html", None),
        ];
        for (name, value, expected) in table {
            assert_eq!(usual(name, value, None).as_deref(), expected, "{name}: {value}");
        }
    }
}
