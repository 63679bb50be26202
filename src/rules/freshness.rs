//! What a response offers to caches (RFC 9111, sections 4.2 and 5.2.2).

use std::time::SystemTime;

use super::{HttpDate, show};
use crate::model::{Header, Response};

/// The line that invites caches to keep the response, if there is one and no other forbids it.
pub(super) fn offer(response: &Response) -> Option<String> {
    let directives = || response.header_lines("cache-control").flat_map(directives);
    if directives().any(|(name, _)| name == "no-store" || name == "no-cache") {
        return None;
    }
    let ages: Vec<u64> = directives()
        .filter(|(name, _)| name == "max-age" || name == "s-maxage")
        .filter_map(|(_, value)| value.trim_matches('"').parse().ok())
        .collect();
    // `max-age=0` wins over `Expires` and leaves nothing of `public`.
    let kept = match ages.iter().max() {
        Some(age) => *age > 0,
        None => directives().any(|(name, _)| name == "public"),
    };
    if kept {
        return response.header("cache-control").map(|line| show::text(&line));
    }
    let expires = response.header("expires").filter(|_| ages.is_empty())?;
    let at = HttpDate::read(&expires)?.at;
    (at > now(response)).then(|| format!("Expires: {}", show::text(&expires)))
}

/// The directives of a line, names in lower case.
fn directives(line: &Header) -> Vec<(String, String)> {
    let text = line.text();
    let parts = text.split(',').map(|part| part.split_once('=').unwrap_or((part, "")));
    parts.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

/// The response's own date, or else when it came.
fn now(response: &Response) -> SystemTime {
    let date = response.header("date").and_then(|date| HttpDate::read(&date));
    date.map_or(response.received_at, |date| date.at)
}
