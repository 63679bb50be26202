//! What stands in a 429: the envelope, the code, the type, the ids, the time.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Rule, Verdict, all_of, broken, json, rule};
use crate::judge::{Memory, judge};
use crate::limits::show;
use crate::limits::view::{Fate, Seen, View};
use crate::model::{Cut, Exchange, Header, Observation, Request, Response, RuleSource as Source, Severity};
use crate::rules::resolve;

pub(super) static RULES: &[Rule] = &[
    rule! {
        "EN001" "throttled-envelope" "limit envelope", Contract Error,
        Source::Contract("all errors follow the response format"),
        says: "Every 429 is the contract's error envelope, however many there are",
        tested: "Every 429 of the log is judged by the contract's rules, as `tollgate run` judges it; none is sampled",
        passes: "n of n are valid, which bounds the rate of wrong ones below 3/n",
        by: Sequential envelopes
    },
    rule! {
        "EN002" "throttled-code" "limit envelope", Contract Error,
        Source::Contract("error codes: one for the rate limit, one for the daily limit"),
        says: "A 429 has the code of the limit that was met",
        tested: "The code of every 429; the daily code before the day's quota was used is wrong",
        passes: "all codes are the window's, or the day's once its quota is used",
        by: Sequential codes
    },
    rule! {
        "EN003" "throttled-media-type" "limit envelope", Contract Error,
        Source::Rfc("RFC 6585, section 4; RFC 9110, sections 8.3 and 15.5"),
        says: "A 429 is JSON with a body, from one and the same layer",
        tested: "Content-Type and body of every 429, grouped by type, `Server` and `Via`: two groups are two layers that answer",
        passes: "all are `application/json` or `+json` and not empty. Without a contract another type is a warning, since RFC 6585 only says SHOULD",
        by: Sequential media_types
    },
    rule! {
        "EN004" "request-id-under-limits" "limit envelope", Contract Error,
        Source::Contract("request ids: on every response"),
        says: "Every answer has its own request id, refusals included, and the header's is the body's",
        tested: "The ids of all answers, 429s, 503s and preflights among them",
        passes: "none is missing, differs or comes twice. One that comes twice is a cached or replayed answer",
        by: Sequential request_ids
    },
    rule! {
        "EN005" "throttled-timestamp" "limit envelope", Contract Error,
        Source::Contract("response format: the timestamp"),
        says: "The timestamp of a 429 is the time of the answer",
        tested: "The contract's timestamp field against the answer's own `Date`",
        passes: "they are at most 2 s apart, since `Date` has whole seconds and may be made any time while the answer is",
        by: Sequential timestamps
    },
    rule! {
        "EN006" "throttled-problem" "limit envelope", Rfc Error,
        Source::Rfc("RFC 9457, section 3.1.2; draft-ietf-httpapi-ratelimit-headers-10, section 5"),
        says: "A problem document's `status` is the status",
        tested: "Every 429 of type `application/problem+json`",
        passes: "`status` is 429 where it is sent, and `violated-policies` is a list of strings where it is",
        by: Sequential problems
    },
];

/// Rules of single answers that this catalogue has its own for.
const ELSEWHERE: [&str; 6] = ["COD", "RTA", "LIM", "RID", "TIM", "HTP"];

struct Forgetful;

impl Memory for Forgetful {
    fn first_use(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// The record as an exchange that the judge of single answers knows.
fn exchange(view: &View<'_>, seen: &Seen<'_>, base_path: &str) -> Exchange {
    let record = seen.record;
    let sent_at = SystemTime::UNIX_EPOCH
        + Duration::from_millis(view.log.head.started_unix_ms.min(1 << 50))
        + record.sent;
    let url = format!("{}{}", view.log.head.target, record.target);
    let whole = record.body.len() as u64 >= record.body_length;
    let elapsed = record.end.saturating_sub(record.sent);
    let response = Response {
        version: "HTTP/1.1",
        status: record.status,
        headers: record.headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: record.body.clone().into(),
        cut: (!whole).then_some(Cut::TooLarge(record.body.len())),
        first_byte: record.head.saturating_sub(record.sent),
        received_at: sent_at + elapsed,
        url: url.clone(),
    };
    let request = Request {
        method: record.method.clone(),
        path: record.target.strip_prefix(base_path).unwrap_or(&record.target).to_owned(),
        url,
        headers: Vec::new(),
        body: bytes::Bytes::new(),
        redirects: 0,
        timeout: Duration::ZERO,
    };
    Exchange { request, sent_at, elapsed, outcome: Ok(response) }
}

fn envelopes(view: &View<'_>) -> Verdict {
    let Some(contract) = view.contract else {
        return Verdict::skip("no contract says what an envelope is; give one with --contract");
    };
    let mut n = 0;
    let mut wrong: Vec<(&Seen<'_>, Observation)> = Vec::new();
    for seen in view.answers_429() {
        n += 1;
        let exchange = exchange(view, seen, &contract.contract.base_path);
        let judged = judge(&exchange, Some(contract), &Forgetful);
        let is_own = |one: &Observation| {
            one.severity == Severity::Error
                && !ELSEWHERE.iter().any(|family| one.rule.code.starts_with(family))
        };
        wrong.extend(judged.observations.into_iter().find(is_own).map(|one| (seen, one)));
    }
    let Some((first, observation)) = wrong.first() else {
        return if n == 0 { Verdict::skip("there is no 429") } else { Verdict::pass(all_of(n, "valid")) };
    };
    let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
    if let Some(guard) = view.doubt(&suspects, &[]) {
        return Verdict::guarded(guard);
    }
    let mut causes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, one) in &wrong {
        *causes.entry((one.rule.code, one.rule.name)).or_default() += 1;
    }
    let causes = causes
        .iter()
        .map(|((code, name), times)| format!("{code} {name}: {times} times"))
        .collect::<Vec<_>>();
    let place =
        if observation.pointer.is_empty() { String::new() } else { format!(" at {}", observation.pointer) };
    Verdict::fail(format!("{} of {} not the envelope", wrong.len(), show::count(n, "429")))
        .line(format!("#{}: {}{place}", first.seq(), observation.message))
        .line(format!("body: {}", show::text(&String::from_utf8_lossy(&first.record.body))))
        .lines(causes)
        .on(suspects.iter().map(|seen| seen.seq()))
}

/// The code of an error: where the contract says, or where most have it.
pub(in super::super) fn code(view: &View<'_>, seen: &Seen<'_>) -> Option<String> {
    let body = json(seen)?;
    let own = view.contract.and_then(|one| one.contract.envelope.code.as_deref());
    let places = own.into_iter().chain(["/error/code", "/code"]);
    places.filter_map(|place| resolve(&body, place)).find_map(Value::as_str).map(str::to_owned)
}

fn codes(view: &View<'_>) -> Verdict {
    let declared = view.declared;
    if declared.window_code.is_empty() && declared.daily_code.is_empty() {
        return Verdict::skip("no code for the limit is declared");
    }
    let mut n = 0;
    let mut wrong: Vec<(&Seen<'_>, String)> = Vec::new();
    let mut used: HashMap<Option<u16>, u64> = HashMap::new();
    for seen in &view.seen {
        if seen.admitted() {
            *used.entry(seen.record.key).or_default() += 1;
        }
        let bodiless = seen.record.method.eq_ignore_ascii_case("HEAD");
        if seen.record.status != 429 || seen.fate == Fate::Unknown || bodiless {
            continue;
        }
        n += 1;
        let used = used.get(&seen.record.key).copied().unwrap_or_default();
        let why = match code(view, seen) {
            None => Some("no code".to_owned()),
            Some(code) if code == declared.window_code => None,
            Some(code) if code == declared.daily_code => declared
                .daily
                .filter(|daily| used < *daily && seen.record.key.is_some())
                .map(|daily| format!("{code} after {used} of {daily} requests of the day")),
            Some(code) => Some(code),
        };
        wrong.extend(why.map(|why| (seen, why)));
    }
    let codes = [declared.window_code.as_str(), declared.daily_code.as_str()];
    let expected = codes.into_iter().filter(|code| !code.is_empty()).collect::<Vec<_>>().join(" or ");
    match wrong.first() {
        None if n == 0 => Verdict::skip("there is no 429"),
        None => Verdict::pass(all_of(n, &format!("with {expected}"))),
        Some((first, why)) => {
            let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
            if let Some(guard) = view.doubt(&suspects, &[]) {
                return Verdict::guarded(guard);
            }
            Verdict::fail(format!(
                "{} of {} with another code than {}",
                wrong.len(),
                show::count(n, "429"),
                expected
            ))
            .line(format!("#{}: {}", first.seq(), show::text(why)))
            .on(suspects.iter().map(|seen| seen.seq()))
        }
    }
}

/// The media type in lower case, without parameters.
fn media_type(seen: &Seen<'_>) -> String {
    let line = seen.header("content-type").unwrap_or_default();
    line.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn media_types(view: &View<'_>) -> Verdict {
    let mut clusters: BTreeMap<(String, &str, &str), Vec<u64>> = BTreeMap::new();
    let mut wrong: Vec<&Seen<'_>> = Vec::new();
    let mut n = 0;
    for seen in view.answers_429().filter(|seen| !seen.record.method.eq_ignore_ascii_case("HEAD")) {
        n += 1;
        let kind = media_type(seen);
        if seen.record.body_length == 0 || !(kind == "application/json" || kind.ends_with("+json")) {
            wrong.push(seen);
        }
        let layer = (kind, seen.header("server").unwrap_or_default(), seen.header("via").unwrap_or_default());
        clusters.entry(layer).or_default().push(seen.seq());
    }
    let clusters: Vec<String> = clusters
        .iter()
        .map(|((kind, server, via), seqs)| {
            let name = |what: &str, value: &str| {
                if value.is_empty() { String::new() } else { format!(", {what} {value}") }
            };
            let kind = if kind.is_empty() { "no Content-Type" } else { kind };
            format!("{kind}{}{}: {}", name("Server", server), name("Via", via), show::requests(seqs))
        })
        .collect();
    match wrong.first() {
        None if n == 0 => Verdict::skip("there is no 429"),
        None if clusters.len() > 1 => {
            Verdict::warn(format!("{n} of {n} are JSON, from {} layers", clusters.len())).lines(clusters)
        }
        None => Verdict::pass(all_of(n, "are JSON with a body")),
        Some(first) => {
            if let Some(guard) = view.doubt(&wrong, &[]) {
                return Verdict::guarded(guard);
            }
            let promised = !view.log.head.contract.is_empty() || view.contract.is_some();
            broken(promised, format!("{} of {} not JSON with a body", wrong.len(), show::count(n, "429")))
                .line(format!(
                    "#{}: {}",
                    first.seq(),
                    show::text(&String::from_utf8_lossy(&first.record.body))
                ))
                .lines(clusters)
                .on(wrong.iter().map(|seen| seen.seq()))
        }
    }
}

fn request_ids(view: &View<'_>) -> Verdict {
    let rule = view.contract.map(|one| &one.contract);
    let declared = rule.and_then(|contract| contract.request_id.header.clone());
    let name = match (&declared, rule) {
        (Some(name), _) => name.clone(),
        (None, _) => "X-Request-Id".to_owned(),
    };
    let pointer = rule.and_then(|contract| contract.envelope.request_id.as_deref());
    let answers: Vec<&Seen<'_>> = view.seen.iter().filter(|seen| seen.fate != Fate::Unknown).collect();
    if answers.is_empty() {
        return Verdict::skip("there is no answer");
    }
    let any = answers.iter().any(|seen| seen.header(&name).is_some());
    if declared.is_none() && pointer.is_none() && !any {
        return Verdict::skip("no request id is promised, and none is sent");
    }
    let mut first_use: HashMap<String, u64> = HashMap::new();
    let mut faults: Vec<(u64, String)> = Vec::new();
    for seen in &answers {
        let in_header = seen.header(&name).filter(|id| !id.is_empty());
        let in_body = pointer
            .filter(|_| seen.record.status >= 400)
            .and_then(|pointer| resolve(&json(seen)?, pointer).and_then(Value::as_str).map(str::to_owned));
        if in_header.is_none() && (declared.is_some() || any) {
            faults.push((seen.seq(), format!("#{}: {} without {name}", seen.seq(), seen.record.status)));
        }
        if let (Some(header), Some(body)) = (in_header, &in_body)
            && header != body
        {
            faults.push((
                seen.seq(),
                format!(
                    "#{}: the header has {}, the body {}",
                    seen.seq(),
                    show::text(header),
                    show::text(body)
                ),
            ));
        }
        if let Some(id) = in_header.map(str::to_owned).or(in_body).filter(|_| !seen.after_restart())
            && let Some(first) = first_use.insert(id.clone(), seen.seq())
        {
            faults.push((
                seen.seq(),
                format!(
                    "#{}: {} came with #{first} already: replayed or cached",
                    seen.seq(),
                    show::text(&id)
                ),
            ));
        }
    }
    let n = answers.len();
    if faults.is_empty() {
        return Verdict::pass(all_of(n, "with an id of their own"));
    }
    let promised = declared.is_some() || pointer.is_some();
    let seqs: Vec<u64> = faults.iter().map(|(seq, _)| *seq).collect();
    broken(
        promised,
        format!("{} in {}", show::count(faults.len(), "wrong request id"), show::count(n, "answer")),
    )
    .lines(faults.into_iter().take(5).map(|(_, line)| line))
    .on(seqs)
}

fn timestamps(view: &View<'_>) -> Verdict {
    const TOLERANCE: f64 = 2.0;
    let Some(pointer) = view.contract.and_then(|one| one.contract.envelope.timestamp.as_deref()) else {
        return Verdict::skip("no contract says where a timestamp stands");
    };
    let mut n = 0;
    let mut wrong = Vec::new();
    for seen in view.answers_429() {
        let Some(date) = seen.date else { continue };
        let Some(text) = json(seen).and_then(|body| resolve(&body, pointer)?.as_str().map(str::to_owned))
        else {
            continue;
        };
        n += 1;
        let apart = OffsetDateTime::parse(&text, &Rfc3339)
            .ok()
            .map(|at| (at - OffsetDateTime::from(date)).as_seconds_f64());
        if apart.is_none_or(|apart| apart.abs() > TOLERANCE) {
            let apart =
                apart.map_or("is not RFC 3339".to_owned(), |apart| format!("is {apart:+.1} s from Date"));
            wrong.push((seen, format!("#{}: {} {apart}", seen.seq(), show::text(&text))));
        }
    }
    match wrong.first() {
        None if n == 0 => Verdict::skip("no 429 has both a timestamp and a Date"),
        None => Verdict::pass(all_of(n, "within 2 s of Date")),
        Some((_, line)) => {
            let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
            if let Some(guard) = view.doubt(&suspects, &[]) {
                return Verdict::guarded(guard);
            }
            Verdict::fail(format!("{} of {} not within 2 s of Date", wrong.len(), show::count(n, "429")))
                .line(line.clone())
                .on(wrong.iter().map(|(seen, _)| seen.seq()))
        }
    }
}

fn problems(view: &View<'_>) -> Verdict {
    let mut n = 0;
    let mut wrong = Vec::new();
    for seen in view.answers_429().filter(|seen| media_type(seen) == "application/problem+json") {
        let Some(body) = json(seen) else { continue };
        n += 1;
        if let Some(status) = body.get("status").filter(|status| status.as_u64() != Some(429)) {
            wrong.push((seen, format!("#{}: status is {status}", seen.seq())));
        }
        let strings =
            |value: &Value| value.as_array().is_some_and(|items| items.iter().all(Value::is_string));
        if body.get("violated-policies").is_some_and(|policies| !strings(policies)) {
            wrong.push((seen, format!("#{}: violated-policies is not a list of strings", seen.seq())));
        }
    }
    match wrong.first() {
        None if n == 0 => Verdict::skip("no 429 is a problem document"),
        None => Verdict::pass(all_of(n, "valid problem documents")),
        Some((_, line)) => {
            let suspects: Vec<&Seen<'_>> = wrong.iter().map(|(seen, _)| *seen).collect();
            if let Some(guard) = view.doubt(&suspects, &[]) {
                return Verdict::guarded(guard);
            }
            Verdict::fail(format!("{} in {n} problem documents", show::count(wrong.len(), "wrong member")))
                .line(line.clone())
                .on(wrong.iter().map(|(seen, _)| seen.seq()))
        }
    }
}
