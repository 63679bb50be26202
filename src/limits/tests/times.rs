//! Rules about waits and rates on logs written by hand: each where it fires, passes, and is in doubt.

use super::book::{Book, ms};
use super::hand::isolation;
use crate::limits::log::{Probe, Semantics};
use crate::model::Outcome::{Fail, Inconclusive, Pass, Skipped, Warning};

/// A drain whose promise is kept or broken after silence.
fn trial(book: &mut Book, status: u16, until: u64) -> &mut Book {
    book.drain(Probe::CleanTrial, 0, 5, 1, 9);
    book.wait(until);
    if status == 429 {
        book.refuse(Probe::CleanTrial, 1, 1);
        book.wait(500);
        book.refuse(Probe::CleanTrial, 2, 1);
        book.wait(500);
        book.send(Probe::CleanTrial, 2, 200);
    } else {
        book.send(Probe::CleanTrial, 1, status);
    }
    book
}

#[test]
fn a_wait_is_sufficient_or_proved_short() {
    trial(&mut Book::new(), 200, 9_000).says("RC001", Pass, "1 of 1");
    let mut short = Book::new();
    trial(&mut short, 429, 9_000).says("RC001", Fail, "short by (0.50 s, 1.01 s]");
    // A retry before the promise proves nothing.
    trial(&mut Book::new(), 429, 5_000).says("RC001", Skipped, "");
    // Neither does one after something else of the key.
    let mut between = Book::new();
    between.drain(Probe::CleanTrial, 0, 5, 1, 9);
    between.wait(4_000).send(Probe::Isolation, 1, 200);
    between.wait(6_000).refuse(Probe::CleanTrial, 1, 1);
    between.says("RC001", Skipped, "");
    // A lost answer is no refusal.
    let mut lost = Book::new();
    lost.drain(Probe::CleanTrial, 0, 5, 1, 9);
    lost.wait(9_000).send(Probe::CleanTrial, 1, 200).lost();
    lost.says("RC001", Inconclusive, "G2");
    // Keys that share a limit may have used what was promised.
    let mut shared = Book::new();
    isolation(&mut shared, 429);
    shared.wait(60_000);
    trial(&mut shared, 429, 9_000).says("RC001", Inconclusive, "G3");
}

#[test]
fn a_clock_that_jumps_puts_a_short_wait_in_doubt() {
    let mut book = Book::new();
    trial(&mut book, 429, 9_000);
    let retry = book.log.records.iter_mut().find(|record| record.phase == 1).expect("a retry");
    retry.headers[0].1 = "Fri, 15 Jan 2027 09:00:00 GMT".to_owned();
    book.says("RC001", Inconclusive, "G6");
}

/// A day's quota that is used up, samples of its refusals, and a request after one window.
fn day(waits: [u64; 4], code: &str) -> Book {
    let mut book = Book::new();
    book.log.head.declared.daily = Some(3);
    for _ in 0..3 {
        book.send(Probe::Daily, 0, 200);
        book.wait(2_000);
    }
    for (index, wait) in waits.into_iter().enumerate() {
        let phase = [0, 1, 1, 2][index];
        book.refuse(Probe::Daily, phase, wait).body(&format!("{{\"code\":\"{code}\"}}"));
        book.wait(9_997);
    }
    book
}

#[test]
fn a_day_is_told_from_a_window() {
    let good = day([86_390, 86_380, 86_370, 86_360], "DAILY_LIMIT_EXCEEDED");
    good.says("DQ001", Pass, "after 3 served").says("DQ002", Pass, "86390").says("DQ003", Pass, "4 refusals");
    let mut rolling = day([86_394, 86_384, 86_374, 86_364], "DAILY_LIMIT_EXCEEDED");
    rolling.says("DQ004", Pass, "the first request and a day");
    rolling.log.head.declared.daily_reset = Some(ms(0));
    rolling.says("DQ004", Fail, "the first request and a day fits");
    day([9, 9, 9, 9], "DAILY_LIMIT_EXCEEDED").says("DQ003", Fail, "the wait is not the day's");
    day([86_390; 4], "DAILY_LIMIT_EXCEEDED").says("DQ003", Fail, "does not count down");
    day([86_390; 4], "RATE_LIMIT_EXCEEDED").says("DQ001", Fail, "no refusal has the code");
    day([0; 4], "DAILY_LIMIT_EXCEEDED").says("DQ002", Fail, "Retry-After is 0");
    let mut lost = day([0; 4], "DAILY_LIMIT_EXCEEDED");
    lost.log.records[4].lost();
    for rule in ["DQ001", "DQ002", "DQ003", "DQ004"] {
        lost.says(rule, Inconclusive, "G2");
    }
    let mut early = day([86_390; 4], "DAILY_LIMIT_EXCEEDED");
    early.log.head.declared.daily = Some(9);
    early.says("EN002", Fail, "of 9 requests of the day");
}

#[test]
fn fleets_are_counted_by_client_and_window() {
    let judged = |refusals: usize| {
        let mut book = Book::new();
        for _ in 0..2 {
            for client in 0..2 {
                for _ in 0..refusals {
                    book.refuse(Probe::Fleet, 0, 1).of_round(client);
                }
                for _ in 0..3 {
                    book.send(Probe::Fleet, 0, 200).of_round(client);
                }
            }
            book.wait(9_900);
        }
        book
    };
    judged(1).says("GP001", Pass, "2 clients").says("GP002", Pass, "within 100 ms");
    judged(20).says("GP001", Inconclusive, "it may be a limit that comes back little by little");
    let mut windows = judged(20);
    windows.log.head.declared.semantics = Semantics::FixedWindow;
    windows.says("GP001", Warning, "refusals a client and window");
    let mut lost = judged(20);
    lost.log.records[5].lost();
    lost.says("GP001", Inconclusive, "G2");
}

#[test]
fn a_steady_rate_is_judged_without_a_model_too() {
    let judged = |round: u32, every: usize, refused: bool| {
        let mut book = Book::new();
        let gap = 10_000 * 100 / 5 / u64::from(round);
        for number in 0..20 {
            if refused && number % every == 1 {
                book.refuse(Probe::Steady, 1, 1).of_round(round);
            } else {
                book.send(Probe::Steady, 1, 200).of_round(round);
            }
            book.wait(gap - 3);
        }
        book
    };
    judged(90, 1, false).says("PF002", Pass, "at 90 %").says("ST003", Pass, "0 of 20");
    judged(90, 10, true).says("PF002", Warning, "jitter").says("ST003", Warning, "at 90 %");
    judged(110, 8, true).says("PF002", Pass, "at 110 %");
    judged(150, 1, false).says("PF002", Fail, "more than the limit");
    let mut late = judged(90, 10, true);
    for record in &mut late.log.records {
        record.due = record.due.saturating_sub(ms(500));
    }
    late.says("PF002", Inconclusive, "G1").says("ST003", Inconclusive, "G1");
    let mut missed = judged(90, 10, true);
    missed.log.missed.push((Probe::Steady, 90, 7));
    missed.says("PF002", Inconclusive, "7 of");
}

#[test]
fn promises_count_down_and_are_not_too_long() {
    let judged = |waits: &[u64]| {
        let mut book = Book::new();
        book.drain(Probe::Sequential, 0, 5, 0, 0);
        for wait in waits {
            book.refuse(Probe::Sequential, 1, *wait);
            book.wait(997);
        }
        book.wait(1_000).send(Probe::Sequential, 3, 200);
        book
    };
    judged(&[6, 5, 4, 3, 2]).says("RC004", Pass, "apart").says("RC002", Pass, "too long by");
    judged(&[10; 5]).says("RC004", Warning, "a constant Retry-After").says(
        "RC002",
        Warning,
        "too long by more than",
    );
    let mut cached = judged(&[10; 5]);
    for record in &mut cached.log.records {
        record.with("X-Cache", "HIT from edge");
    }
    cached.says("RC004", Inconclusive, "G5").says("RC002", Inconclusive, "G5");
    let mut counted = judged(&[10; 5]);
    counted.log.head.declared.counts_rejects = Some(true);
    counted.says("RC004", Skipped, "count as declared");
    // What is answered 403 has passed the limiter: the window of the first refusal is over.
    let mut forbidden = Book::new();
    forbidden.refuse(Probe::Recovery, 0, 2);
    forbidden.wait(2_000).send(Probe::Writes, 0, 403);
    forbidden.refuse(Probe::Writes, 0, 2);
    forbidden.says("RC004", Skipped, "no episode has two");

    let early = |status: u16| {
        let mut book = Book::new();
        book.drain(Probe::Sequential, 0, 5, 3, 9);
        book.wait(8_000);
        book.send(Probe::Sequential, 2, status);
        book
    };
    early(429).says("RC003", Pass, "refused");
    early(200).says("RC003", Warning, "before the earliest promise");
    let mut late = early(200);
    late.log.records.last_mut().expect("one").due -= ms(900);
    late.says("RC003", Inconclusive, "G1");
}

#[test]
fn refusals_that_lengthen_the_wait_are_seen() {
    let judged = |later: u64| {
        let mut book = Book::new();
        for (round, later) in [(0, 0), (1, later)] {
            for _ in 0..5 {
                book.send(Probe::Rejects, 0, 200).of_round(round);
            }
            book.refuse(Probe::Rejects, 0, 9).of_round(round);
            if round == 1 {
                book.wait(1_000).refuse(Probe::Rejects, 1, 9).of_round(round);
                book.wait(8_900 - 3 - 1_000);
            } else {
                book.wait(8_900);
            }
            book.wait(later).refuse(Probe::Rejects, 2, 9).of_round(round);
            book.wait(100).send(Probe::Rejects, 2, 200).of_round(round);
            book.wait(30_000);
        }
        book
    };
    judged(0).says("RC005", Pass, "as soon as a quiet one");
    judged(1_000).says("RC005", Warning, "lengthen the wait");
    let mut declared = judged(1_000);
    declared.log.head.declared.counts_rejects = Some(false);
    declared.says("RC005", Fail, "lengthen");
    declared.log.head.declared.counts_rejects = Some(true);
    declared.says("RC005", Pass, "as declared");
    declared.log.records[5].lost();
    declared.says("RC005", Inconclusive, "G2");
}

#[test]
fn the_whole_limit_comes_back() {
    let judged = |admitted: i64| {
        let mut book = Book::new();
        book.log.head.declared.semantics = Semantics::FixedWindow;
        book.drain(Probe::Recovery, 0, 5, 1, 9);
        book.wait(11_000);
        book.drain(Probe::Recovery, 1, admitted, 1, 9);
        book
    };
    judged(5).says("RC006", Pass, "5 admitted");
    // Less than the limit with one less left from the first answer on: others use the key.
    judged(3).says("RC006", Inconclusive, "G3");
    let mut silent = judged(3);
    for record in &mut silent.log.records {
        record.headers.retain(|(name, _)| !name.starts_with("X-RateLimit"));
    }
    silent.says("RC006", Fail, "3 admitted");
    silent.log.head.declared.semantics = Semantics::Unspecified;
    silent.says("RC006", Inconclusive, "sliding counter");
}

#[test]
fn a_limit_in_words_is_no_number_where_the_field_is_documented() {
    let mut book = Book::new();
    book.send(Probe::Sequential, 0, 200)
        .with("X-RateLimit-Limit", "5 per window")
        .with("X-RateLimit-Remaining", "4");
    book.says("HD002", Fail, "5 per window");
    book.log.head.declared.headers = false;
    book.says("HD002", Pass, "1 of 1");
}
