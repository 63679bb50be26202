//! Ways around an exhausted key: other words for the same path, and headers that claim to be someone else.

use super::super::hand::{Hand, Why};
use super::super::log::Protocol;
use super::super::prober::{Cut, Done};
use super::super::seen::Seen;
use super::super::world::{Outgoing, World};
use super::arming::exhaust;

/// Headers by which proxies tell whom they speak for, each with an address of documentation (RFC 5737).
const FORWARDED: [(&str, &str); 6] = [
    ("X-Forwarded-For", "203.0.113.7"),
    ("X-Real-IP", "203.0.113.8"),
    ("Forwarded", "for=203.0.113.9"),
    ("CF-Connecting-IP", "203.0.113.10"),
    ("True-Client-IP", "203.0.113.11"),
    ("X-Client-IP", "203.0.113.12"),
];
/// How often a way that got through is tried again, since a limit that refills lets one through by chance.
const MOST_ROUNDS: u32 = 5;

pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>) -> Done {
    let canonical = hand.read();
    let authority = hand.prober.task.authority.clone();
    // In HTTP/2 a target has one form only (RFC 9113 section 8.3.1).
    let absolute = (hand.prober.task.protocol == Protocol::Http1)
        .then(|| format!("{}://{authority}", hand.prober.task.scheme));
    hand.rest().await?;
    exhaust(hand, 2).await?;
    for (note, request) in ways(&canonical, &authority, absolute.as_deref()) {
        settle(hand, &note, &request, false).await?;
    }
    hand.fresh().await?;
    hand.round = 0;
    sandwich(hand, "second connection", &canonical, false).await?;
    if hand.prober.speaks_other() {
        let other = hand.prober.task.protocol.other().name();
        settle(hand, other, &canonical, true).await?;
    }
    Ok(())
}

/// Tries a way until it is settled. What was refused between two refusals is, and so is what was never admitted.
async fn settle<W: World>(
    hand: &mut Hand<'_, W>,
    note: &str,
    request: &Outgoing,
    otherwise: bool,
) -> Result<(), Cut> {
    for round in 0..MOST_ROUNDS {
        hand.round = round;
        let (before, attempt, after) = sandwich(hand, note, request, otherwise).await?;
        if !attempt.admitted() && before.refused() && after.refused() {
            break;
        }
    }
    Ok(())
}

/// An attempt between two controls, perhaps over the other version of HTTP; the key is exhausted anew if it has recovered.
async fn sandwich<W: World>(
    hand: &mut Hand<'_, W>,
    note: &str,
    request: &Outgoing,
    otherwise: bool,
) -> Result<(Seen, Seen, Seen), Cut> {
    let canonical = hand.read();
    let why = |phase| Why { note, ..Why::phase(phase) };
    let mut before = hand.dispatch(why(0), &canonical).await?;
    if !before.refused() {
        exhaust(hand, 2).await?;
        before = hand.dispatch(why(0), &canonical).await?;
    }
    let attempt = match otherwise {
        true => hand.otherwise(why(1), request).await?,
        false => hand.once(why(1), request).await?,
    };
    let after = hand.dispatch(why(2), &canonical).await?;
    Ok((before, attempt, after))
}

/// The ways, each with the name it has in reports.
fn ways(canonical: &Outgoing, authority: &str, absolute: Option<&str>) -> Vec<(String, Outgoing)> {
    let mut ways = Vec::new();
    for (name, value) in FORWARDED {
        let mut request = canonical.clone();
        request.headers.push((name.to_owned(), value.to_owned()));
        ways.push((format!("{name}: {value}"), request));
    }
    for target in targets(&canonical.target, absolute) {
        ways.push((target.clone(), Outgoing { target, ..canonical.clone() }));
    }
    if canonical.method == "GET" {
        ways.push(("HEAD".to_owned(), Outgoing { method: "HEAD".to_owned(), ..canonical.clone() }));
        let mut request = canonical.clone();
        request.headers.push(("X-HTTP-Method-Override".to_owned(), "HEAD".to_owned()));
        ways.push(("X-HTTP-Method-Override: HEAD".to_owned(), request));
    }
    let shouted = authority.to_ascii_uppercase();
    if shouted != authority {
        let mut request = canonical.clone();
        request.headers.push(("Host".to_owned(), shouted.clone()));
        ways.push((format!("Host: {shouted}"), request));
    }
    ways
}

/// Other ways to write a target that many servers take for the same.
fn targets(target: &str, absolute: Option<&str>) -> Vec<String> {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (target, String::new()),
    };
    let mut targets = vec![
        format!("/{path}{query}"),
        format!("{}/{query}", path.trim_end_matches('/')),
        if query.is_empty() { format!("{path}?x=1") } else { format!("{path}{query}&x=1") },
        format!("/.{path}{query}"),
        format!("{path};a=b{query}"),
    ];
    targets.extend(absolute.map(|absolute| format!("{absolute}{path}{query}")));
    if let Some(letter) = path.rfind(|c: char| c.is_ascii_alphabetic()) {
        let (start, rest) = path.split_at(letter);
        let (letter, end) = rest.split_at(1);
        let byte = letter.as_bytes().first().copied().unwrap_or_default();
        targets.push(format!("{start}%{byte:02x}{end}{query}"));
        targets.push(format!("{start}{}{end}{query}", turned(byte)));
    }
    targets.retain(|other| other != target);
    targets
}

/// A letter in the other case.
fn turned(letter: u8) -> char {
    char::from(if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_written_in_many_ways() {
        let expected = [
            "//v1/leads",
            "/v1/leads/",
            "/v1/leads?x=1",
            "/./v1/leads",
            "/v1/leads;a=b",
            "http://h:1/v1/leads",
            "/v1/lead%73",
            "/v1/leadS",
        ];
        assert_eq!(targets("/v1/leads", Some("http://h:1")), expected);
        assert_eq!(targets("/a?q=1", None)[..3], ["//a?q=1", "/a/?q=1", "/a?q=1&x=1"]);
        assert!(!targets("/", Some("http://h")).contains(&"/".to_owned()));
    }

    #[test]
    fn every_way_changes_the_request_and_keeps_the_key() {
        let headers = vec![("Authorization".to_owned(), "Bearer k".to_owned())];
        let request = Outgoing {
            method: "GET".to_owned(),
            target: "/v1/leads".to_owned(),
            headers,
            ..Outgoing::default()
        };
        let ways = ways(&request, "localhost:80", Some("http://localhost:80"));
        assert_eq!(ways.len(), 6 + 8 + 2 + 1);
        for (note, way) in ways {
            assert!(way != request && way.headers.contains(&request.headers[0]), "{note}");
        }
    }
}
