//! Promises of the day that are kept and asked about later: what is armed, what is judged, what a state file may say.

use std::time::Duration;

use super::super::armed::{Armed, arm, file, in_words};
use super::super::log::Probe;
use super::super::probes::RETURN;
use super::book::{Book, ms};
use crate::model::Outcome::{Fail, Inconclusive, Pass, Skipped};
use crate::model::Source;

const START: u64 = 1_800_000_000;
const DAY: u64 = 86_400;
const OF_THE_DAY: &str = "{\"success\":false,\"code\":\"DAILY_LIMIT_EXCEEDED\"}";

/// Three served, and two refused for the day; the first was received at 1.5 s of the log.
fn used_up() -> Book {
    let mut book = Book::new();
    book.log.head.started_unix_ms = START * 1_000;
    book.log.head.declared.daily = Some(3);
    for _ in 0..3 {
        book.send(Probe::Daily, 0, 200).of_key(Some(1));
    }
    book.now = ms(1_498);
    book.refuse(Probe::Daily, 0, DAY).body(OF_THE_DAY).of_key(Some(1));
    book.now = ms(2_498);
    book.refuse(Probe::Daily, 1, DAY - 1).body(OF_THE_DAY).of_key(Some(1));
    book
}

#[test]
fn the_last_promise_of_the_day_is_armed_and_rounded_up() {
    let armed = arm(&used_up().log, None).expect("a promise");
    let expected = Armed {
        origin: "http://localhost:80".to_owned(),
        request: "GET /v1/leads".to_owned(),
        key: 2,
        daily: Some(3),
        // A millisecond more than it was: the start is cut to milliseconds.
        received_unix_ms: START * 1_000 + 2_501,
        promised_unix_s: START + 2 + DAY,
        date_offset_ms: Some(-501),
        retry_after: "86399".to_owned(),
        status: 429,
        code: "DAILY_LIMIT_EXCEEDED".to_owned(),
    };
    assert_eq!(armed, expected);
    assert_eq!(armed.due(), "2027-01-16T08:00:02Z");
    let due = (START + 2 + DAY) * 1_000;
    assert_eq!((armed.wait(due), armed.wait(due + 1)), (None, None));
    assert_eq!(armed.wait(due - 1), Some(ms(1)));
    assert_eq!(armed.wait(0), Some(Duration::from_millis(due)));
}

#[test]
fn without_a_promise_of_the_day_nothing_is_armed() {
    let why = |book: &Book| arm(&book.log, None).expect_err("nothing to arm");
    assert!(why(&Book::new()).contains("`daily` is not in the log"));
    let mut served = Book::new();
    served.send(Probe::Daily, 0, 200);
    served.log.undone.push((Probe::Daily, "the daily quota of 1 refused nothing".to_owned()));
    assert!(why(&served).contains("no 429 of the daily quota was seen: the daily quota of 1"));
    // A window's refusal is none of the day's.
    served.refuse(Probe::Daily, 0, 3);
    assert!(why(&served).contains("no 429"));
    for (wait, told) in
        [(None, "none"), (Some("0"), "\"0\""), (Some("soon"), "\"soon\""), (Some("99999999"), "9999")]
    {
        let mut book = Book::new();
        let record = book.send(Probe::Daily, 0, 429).body(OF_THE_DAY);
        if let Some(wait) = wait {
            record.with("Retry-After", wait);
        }
        let why = why(&book);
        assert!(
            why.contains("no 429 of the daily quota has a usable Retry-After") && why.contains(told),
            "{why}"
        );
    }
    // Where no code is declared, a wait beyond the window tells.
    let mut book = Book::new();
    book.log.head.declared.daily_code.clear();
    book.refuse(Probe::Daily, 0, 9);
    assert!(why(&book).contains("no 429"));
    book.refuse(Probe::Daily, 0, 40_000);
    assert_eq!(arm(&book.log, None).expect("a promise").retry_after, "40000");
}

/// The log of a verification that starts so many seconds after the promise.
fn later(seconds: i64) -> Book {
    let armed = arm(&used_up().log, None).expect("a promise");
    let mut book = Book::new();
    book.log.records.clear();
    // The book's dates count from the start of the armed log.
    book.now = Duration::from_secs((2 + DAY).saturating_add_signed(seconds));
    let start = (START + 2 + DAY).saturating_add_signed(seconds);
    book.log.head.started_unix_ms = start * 1_000;
    book.log.head.armed = Some(armed);
    book
}

/// One answer, at the start of the log.
fn answered(book: &mut Book, status: u16) -> &mut crate::limits::log::Record {
    let record = book.send(Probe::Daily, RETURN, status);
    let since = record.sent;
    for time in [&mut record.due, &mut record.sent, &mut record.head, &mut record.end] {
        *time = time.saturating_sub(since);
    }
    record.of_key(Some(1))
}

#[test]
fn the_request_once_due_is_judged_by_one_rule() {
    let mut good = later(7);
    answered(&mut good, 200);
    good.says("DQ005", Pass, "served 8 s after the promise").says("DQ001", Skipped, "DQ005, is all");
    good.says("RA001", Skipped, "one request");
    let mut bad = later(0);
    answered(&mut bad, 429).with("Retry-After", "60").body(OF_THE_DAY);
    bad.says("DQ005", Fail, "refused still").says("DQ005", Fail, "Retry-After: 60");
    bad.says("DQ005", Fail, "armed: b, GET /v1/leads: 429 \"DAILY_LIMIT_EXCEEDED\", Retry-After: 86399");
    assert!(bad.verdict("DQ005").reproduce.contains("--daily 3 --arm FILE"));
    Book::new().says("DQ005", Skipped, "--arm FILE");
    used_up().says("DQ005", Skipped, "--arm FILE");
}

#[test]
fn what_proves_nothing_names_its_guard() {
    let says = |book: &Book, guard: &str, words: &str| {
        book.says("DQ005", Inconclusive, words);
        let told = book.verdict("DQ005").guard;
        assert!(told.as_deref().is_some_and(|told| told.starts_with(guard)), "{told:?}");
    };
    for status in [401, 403, 404, 500, 503] {
        let mut book = later(1);
        answered(&mut book, status);
        says(&book, "G2", &format!("answered {status}"));
    }
    let mut lost = later(1);
    answered(&mut lost, 200).lost();
    says(&lost, "G2", "connection reset");
    let mut closed = later(1);
    closed.log.undone.push((Probe::Daily, "connection refused".to_owned()));
    says(&closed, "G2", "connection refused");
    let mut window = later(1);
    answered(&mut window, 429);
    says(&window, "G3", "RATE_LIMIT_EXCEEDED");
    let mut cached = later(1);
    answered(&mut cached, 200).with("Age", "5");
    says(&cached, "G5", "cache");
    for status in [200, 429] {
        for moved in [-6_000_i64, 6_000] {
            let mut book = later(1);
            let armed = book.log.head.armed.as_mut().expect("armed");
            armed.date_offset_ms = armed.date_offset_ms.map(|offset| offset + moved);
            answered(&mut book, status).body(OF_THE_DAY);
            says(&book, "G6", "Date moved by");
        }
        let mut book = later(1);
        answered(&mut book, status).headers.retain(|(name, _)| name != "Date");
        says(&book, "G6", "without Date");
    }
    // Within five seconds clocks may drift.
    let mut near = later(1);
    let armed = near.log.head.armed.as_mut().expect("armed");
    armed.date_offset_ms = armed.date_offset_ms.map(|offset| offset + 4_000);
    answered(&mut near, 200);
    near.says("DQ005", Pass, "served");
    let mut clock_set_back = later(-90);
    answered(&mut clock_set_back, 429).body(OF_THE_DAY);
    says(&clock_set_back, "G1", "before the promise");
}

#[test]
fn too_early_says_when_to_come_back() {
    later(-3_725).says("DQ005", Inconclusive, "come back at 2027-01-16T08:00:02Z, in 1 h 2 min 5 s");
    assert_eq!(in_words(Duration::from_millis(1)), "1 s");
    assert_eq!(in_words(Duration::ZERO), "0 s");
    assert_eq!(in_words(Duration::from_secs(3_600)), "1 h");
}

#[test]
fn a_state_is_read_as_it_was_written_and_nothing_else_is() {
    let armed = arm(&used_up().log, None).expect("a promise");
    let text = file::write(&armed);
    let read = |text: &str| file::read(&Source::new("armed.json", text));
    assert_eq!(read(&text).expect("a state"), armed);
    assert_eq!(
        read(&text.replace("\"version\": 1", "\"version\": 1,\n  \"more\": [2]")).expect("a state"),
        armed
    );
    for (from, to, told, line, column) in [
        ("{", "", "damaged", 2, 11),
        ("\"key\": 2,", "\"key\": 2", "damaged", 7, 3),
        ("\"key\": 2", "\"key\": -2", "damaged", 6, 11),
        ("\"key\": 2", "\"key\": 0", "`key`", 6, 3),
        ("\"version\": 1", "\"version\": 2", "version 2; this tollgate reads version 1", 3, 3),
        ("armed-quota", "limit-log", "no state of an armed quota", 2, 3),
        ("\"format\"", "\"shape\"", "no state of an armed quota", 1, 1),
        ("GET /v1/leads", "GET /v1 HTTP/1.1\\r\\nX: y", "`request`", 5, 3),
        ("1800086402", "99999999999999", "`promised_unix_s`", 9, 3),
        ("429", "200", "`status`", 12, 3),
    ] {
        let mistake = read(&text.replacen(from, to, 1)).expect_err(to);
        let at = mistake.position();
        assert!(mistake.title.contains(told) && mistake.help.is_some(), "{to}: {mistake:?}");
        assert_eq!((at.line, at.column), (line, column), "{to}: {}", mistake.title);
    }
    for text in [String::new(), "[]".to_owned(), "x".to_owned(), format!("\"{}\"", "a".repeat(1 << 17))] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn where_no_code_is_declared_the_probe_of_the_day_tells_its_wait_from_a_windows() {
    let mut book = used_up();
    book.log.head.declared.daily_code.clear();
    book.says("RA005", Pass, "");
    book.log.head.declared.daily = None;
    assert_ne!(book.verdict("RA005").verdict, Pass);
}
