//! Servers with one fault: each fails its rules and no others, and none once a guard is broken.

use std::collections::BTreeSet;

use super::world::{Fault, LOG, WINDOW, declared, policy, run, task};
use crate::contract::{self, Compiled};
use crate::limiter::{Algorithm, Policy};
use crate::limits::judge;
use crate::limits::log::{Log, Semantics};
use crate::limits::simulated::{Asked, Told};
use crate::model::Outcome;

fn flat() -> Compiled {
    let files = contract::embedded("lead-management-v1").expect("a built-in contract");
    let rules: Vec<_> = crate::rules::all().into_iter().chain(crate::census::rules()).collect();
    contract::load(&files, &rules).expect("a good contract")
}

fn honest(_: &mut Told, _: &Asked<'_>) {}

/// Rules that fail or warn.
fn broken(log: &Log) -> BTreeSet<String> {
    let verdicts = judge(log, Some(&flat())).limit.verdicts;
    let is_broken = |outcome| matches!(outcome, Outcome::Fail | Outcome::Warning);
    verdicts.into_iter().filter(|verdict| is_broken(verdict.verdict)).map(|verdict| verdict.rule).collect()
}

fn set(rules: &[&str]) -> BTreeSet<String> {
    rules.iter().map(|rule| (*rule).to_owned()).collect()
}

fn with_fault(fault: Fault) -> Log {
    let policy = policy(WINDOW, 20, 6);
    run(&task(&declared(&policy), 5), policy, fault)
}

fn line<'t>(told: &'t mut Told, name: &str) -> Option<&'t mut String> {
    told.headers.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Changes `Retry-After` of refusals.
fn wait(told: &mut Told, change: impl Fn(u64) -> String) {
    if let Some(value) = line(told, "retry-after") {
        *value = change(value.parse().unwrap_or_default());
    }
}

fn success(told: &mut Told) {
    told.status = 200;
    told.body = b"{\"success\":true,\"data\":[]}".to_vec();
}

const FAULTS: [(&str, Fault, &[&str]); 21] = [
    (
        "a clock of last century",
        |told, _| {
            if told.status == 429 {
                let body =
                    String::from_utf8_lossy(&told.body).replace("\"timestamp\":\"20", "\"timestamp\":\"19");
                told.body = body.into_bytes();
            }
        },
        &["EN005"],
    ),
    (
        "a limit that moves",
        |told, _| {
            if told.status == 429
                && let Some(limit) = line(told, "x-ratelimit-limit")
            {
                *limit = "21".to_owned();
            }
        },
        &["CT003", "HD003"],
    ),
    (
        "another id in the header",
        |told, _| {
            if told.status == 429
                && let Some(id) = line(told, "x-request-id")
            {
                id.push('x');
            }
        },
        &["EN004"],
    ),
    ("rounded down", |told, _| wait(told, |wait| wait.saturating_sub(1).to_string()), &["RA004", "RC001"]),
    (
        "no wait",
        |told, _| told.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("retry-after")),
        &["RA001"],
    ),
    ("a fraction", |told, _| wait(told, |wait| format!("{wait}.5")), &["RA003"]),
    ("a sign", |told, _| wait(told, |wait| format!("+{wait}")), &["RA003"]),
    (
        "two lines",
        |told, _| {
            if told.status == 429 {
                told.headers.push(("Retry-After".to_owned(), "1".to_owned()));
            }
        },
        &["RA002"],
    ),
    (
        "503",
        |told, _| {
            if told.status == 429 {
                told.status = 503;
            }
        },
        &["ST001", "ST002"],
    ),
    (
        "another code",
        |told, _| {
            let body = String::from_utf8_lossy(&told.body).replace("RATE_LIMIT_EXCEEDED", "TOO_MANY");
            told.body = body.into_bytes();
        },
        &["EN002"],
    ),
    (
        "a page",
        |told, _| {
            if told.status == 429 {
                told.body = b"<html>Too Many Requests</html>".to_vec();
                *line(told, "content-type").expect("one") = "text/html".to_owned();
            }
        },
        &["EN001", "EN002", "EN003"],
    ),
    (
        "cacheable",
        |told, _| {
            if told.status == 429 {
                *line(told, "cache-control").expect("one") = "public, max-age=60".to_owned();
            }
        },
        &["CA001"],
    ),
    ("no date", |told, _| told.headers.retain(|(name, _)| name != "Date"), &["DT001"]),
    (
        "one more left",
        |told, _| {
            if let Some(left) = line(told, "x-ratelimit-remaining") {
                *left = (left.parse::<u64>().unwrap_or_default() + 1).to_string();
            }
        },
        &["HD005"],
    ),
    (
        "less than nothing left",
        |told, _| {
            if told.status == 429
                && let Some(left) = line(told, "x-ratelimit-remaining")
            {
                *left = "-1".to_owned();
            }
        },
        &["HD002", "HD005"],
    ),
    (
        "steps of two",
        |told, _| {
            if let Some(left) = line(told, "x-ratelimit-remaining") {
                *left = (left.parse::<u64>().unwrap_or_default() / 2 * 2).to_string();
            }
        },
        &["CC002", "CT004", "HD004"],
    ),
    (
        "no fields on refusals",
        |told, _| {
            if told.status == 429 {
                told.headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("x-ratelimit"));
            }
        },
        &["HD001"],
    ),
    (
        "a reset gone by",
        |told, _| {
            if let Some(reset) = line(told, "x-ratelimit-reset") {
                *reset = "1000000000".to_owned();
            }
        },
        &["HD006"],
    ),
    (
        "a forwarded address is a new client",
        |told, asked| {
            if told.status == 429 && asked.request.headers.iter().any(|(name, _)| name == "X-Forwarded-For") {
                success(told);
            }
        },
        &["IS004"],
    ),
    (
        "a doubled slash is another path",
        |told, asked| {
            if asked.request.target.starts_with("//")
                && asked.request.headers.iter().any(|(name, _)| name == "Authorization")
            {
                success(told);
            }
        },
        &["IS005"],
    ),
    (
        "preflights are refused",
        |told, asked| {
            if asked.request.method == "OPTIONS" {
                told.status = 429;
                told.headers.push(("Retry-After".to_owned(), "5".to_owned()));
            }
        },
        &["IS006"],
    ),
];

#[test]
fn each_fault_fails_its_rules_and_no_others() {
    let mut wrong = String::new();
    for (name, fault, expected) in FAULTS {
        let mut log = with_fault(fault);
        log.head.contract = "lead-management-v1".to_owned();
        let found = broken(&log);
        // A refused preflight is an answer of its own kind, too.
        let found = if name.starts_with("preflights") {
            found.into_iter().filter(|rule| rule.starts_with("IS")).collect()
        } else {
            found
        };
        if found != set(expected) {
            wrong.push_str(&format!("{name}: found {found:?}, expected {expected:?}\n"));
        }
        // The same out of a cache proves nothing but that.
        for record in &mut log.records {
            record.headers.push(("Age".to_owned(), "9".to_owned()));
        }
        let judged = judge(&log, Some(&flat())).limit.verdicts;
        let unguarded = judged.iter().filter(|verdict| {
            verdict.verdict == Outcome::Fail
                && !["CA001", "CT003", "EN004"].contains(&verdict.rule.as_str())
                && expected.contains(&verdict.rule.as_str())
        });
        for verdict in unguarded {
            wrong.push_str(&format!("{name}: {} fails in spite of G5\n", verdict.rule));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn limiters_that_are_not_as_declared_fail() {
    let window = |limit, algorithm| Policy { limit, ..policy(algorithm, 20, 6) };
    let ban = Algorithm::Ban { block: std::time::Duration::from_secs(18), extends: false };
    let mut wrong = String::new();
    for (name, policy, semantics, expected) in [
        ("one less", window(19, WINDOW), Semantics::Unspecified, &["CT001", "CT003"][..]),
        ("half as many again", window(30, WINDOW), Semantics::Unspecified, &["CC001", "CT001", "CT003"]),
        (
            "rejects counted",
            window(20, Algorithm::SlidingLog { count_rejects: true }),
            Semantics::Unspecified,
            &["RC004"],
        ),
        ("no log", window(20, WINDOW), Semantics::AnyWindow, &["AL001"]),
        ("no window", window(20, LOG), Semantics::FixedWindow, &["AL001"]),
        ("a ban", window(20, ban), Semantics::Unspecified, &["RC006"]),
    ] {
        let mut declared = declared(&policy);
        declared.limit = Some(20);
        declared.semantics = semantics;
        let found = broken(&run(&task(&declared, 3), policy, honest));
        if !set(expected).is_subset(&found) {
            wrong.push_str(&format!("{name}: found {found:?}, expected {expected:?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_judgement_of_a_written_log_is_the_same() {
    use crate::limits::file;
    use crate::model::{Severity, Source, Tool};

    let log = with_fault(|told, _| wait(told, |wait| wait.saturating_sub(1).to_string()));
    let written = file::write(&log);
    let read = file::read(&Source::new("a.log", &written)).expect("a good log");
    assert_eq!(read.log, log);
    let report = |log: &Log| {
        let tool = Tool { name: "tollgate".to_owned(), version: "1".to_owned() };
        let report = judge(log, Some(&flat())).report(tool, Severity::Error, None);
        serde_json::to_string(&report).expect("JSON")
    };
    let (one, other) = (report(&log), report(&read.log));
    assert_eq!(one, other);
    assert!(one.contains("\"kind\":\"limits\"") && one.contains("RC001"));
    let each = written.len() / log.records.len();
    assert!(each < 400, "{each} bytes a record");
}

/// Logs that the tests of the command judge: files of version 1 must be read for ever. `UPDATE=1` writes them anew.
#[test]
fn the_recorded_logs_are_read() {
    use crate::limits::{Profile, Task, file};
    use crate::model::Source;

    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/limits");
    let down: Fault = |told, _| wait(told, |wait| wait.saturating_sub(1).to_string());
    for (name, fault) in [("honest.log", honest as Fault), ("rounded-down.log", down)] {
        let path = folder.join(name);
        if std::env::var_os("UPDATE").is_some() {
            let policy = policy(WINDOW, 5, 3);
            let task = Task { profile: Profile::Quick, ..task(&declared(&policy), 5) };
            let mut log = run(&task, policy, fault);
            log.head.contract = "lead-management-v1".to_owned();
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&path, file::write(&log)).expect("the log can be written");
        }
        let text = std::fs::read_to_string(&path).expect("a log");
        let read = file::read(&Source::new(name, &text)).expect("a good log");
        assert_eq!((read.cut, file::write(&read.log) == text), (None, true));
        assert_eq!(broken(&read.log).contains("RC001"), name != "honest.log");
    }
}

/// Recorded beside busy processes: a window whose first answer took 51 ms, and a bucket of one whose requests came
/// within a millisecond of its edges. Neither contradicts what the limiter is.
#[test]
fn answers_that_took_long_do_not_hide_what_a_limiter_is() {
    use crate::limits::file;
    use crate::model::Source;

    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/limits");
    for (name, model) in [
        ("late-answer.log", "fixed window opened by the first request, 20 per 2 s"),
        ("one-at-a-time.log", "token bucket or GCRA, 20 per 2 s, burst 1"),
    ] {
        let text = std::fs::read_to_string(folder.join(name)).expect("a log");
        let read = file::read(&Source::new(name, &text)).expect("a good log");
        assert_eq!(read.cut, None);
        let limit = judge(&read.log, None).limit;
        let consistent = &limit.model.consistent;
        assert!(consistent.iter().any(|one| one == model), "{name}: {consistent:?}");
        let verdict = limit.verdicts.into_iter().find(|verdict| verdict.rule == "AL001").expect("a verdict");
        assert_eq!(verdict.verdict, Outcome::Pass, "{name}: {verdict:?}");
    }
}

/// Where clean trials find nothing to try, the limit is still counted one by one.
#[test]
fn a_short_window_that_is_not_enforced_is_counted() {
    let policy = policy(WINDOW, 20, 2);
    let log = run(&task(&declared(&policy), 3), policy, |told, _| told.status = 200);
    assert!(broken(&log).contains("CT001"), "{:?}", broken(&log));
}
