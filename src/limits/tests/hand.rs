//! Rules on logs written by hand: each where it fires, where it passes, and where it is in doubt.

use super::book::{Book, ms};
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

fn isolation(book: &mut Book, status: u16) {
    book.drain(Probe::Isolation, 0, 5, 1, 9);
    for _ in 0..3 {
        book.send(Probe::Isolation, 1, status).of_key(Some(1));
    }
    book.refuse(Probe::Isolation, 2, 9);
}

#[test]
fn keys_are_isolated_or_share() {
    let judged = |status| {
        let mut book = Book::new();
        isolation(&mut book, status);
        book
    };
    judged(200).says("IS001", Pass, "3 of 3");
    judged(429).says("IS001", Fail, "share a limit");
    let mut moved = judged(429);
    moved.log.records.last_mut().expect("a control").status = 200;
    moved.says("IS001", Inconclusive, "the window moved");
    let mut lost = judged(429);
    lost.log.records[9].lost();
    lost.says("IS001", Inconclusive, "G2");
}

#[test]
fn the_scope_is_as_declared() {
    let judged = |status| {
        let mut book = Book::new();
        book.drain(Probe::EndpointScope, 0, 5, 1, 9);
        book.send(Probe::EndpointScope, 1, status).target = "/v1/orders".to_owned();
        book.refuse(Probe::EndpointScope, 2, 9);
        book
    };
    judged(429).says("IS002", Pass, "refused");
    judged(200).says("IS002", Fail, "declared for the key");
    let mut own = judged(429);
    own.log.head.declared.scope = crate::limits::log::Scope::Endpoint;
    own.says("IS002", Fail, "declared for each endpoint");
    let mut moved = judged(200);
    moved.log.records.last_mut().expect("a control").status = 200;
    moved.says("IS002", Inconclusive, "moved");
}

#[test]
fn strangers_and_exempt_paths_take_nothing() {
    for (probe, rule, words) in [(Probe::Strangers, "IS003", "took 2"), (Probe::Exempt, "IS006", "took 2")] {
        let judged = |left: &str| {
            let mut book = Book::new();
            book.send(probe, 0, 200).with("X-RateLimit-Remaining", "4");
            for _ in 0..2 {
                book.send(probe, 1, 401).of_key(None);
            }
            book.send(probe, 2, 200).with("X-RateLimit-Remaining", left);
            book
        };
        judged("3").says(rule, Pass, "took nothing");
        judged("1").says(rule, Fail, words);
        let mut lost = judged("1");
        lost.log.records[4].lost();
        lost.says(rule, Inconclusive, "G2");
    }
    let mut refused = Book::new();
    refused.send(Probe::Exempt, 0, 200);
    refused.refuse(Probe::Exempt, 3, 9).noted("preflight");
    refused.says("IS006", Fail, "refused");
}

#[test]
fn refused_writes_leave_nothing() {
    let judged = |found: &[&str]| {
        let mut book = Book::new();
        book.send(Probe::Writes, 0, 200).noted("m1");
        book.refuse(Probe::Writes, 0, 9).noted("m2");
        book.wait(9_000);
        for phase in 1..=3 {
            let look = book.send(Probe::Writes, phase, 200);
            look.found = found.iter().map(|marker| (*marker).to_owned()).collect();
        }
        book
    };
    judged(&["m1"]).says("WS001", Pass, "0 of 1 refused write");
    judged(&["m1", "m2"]).says("WS001", Fail, "\"m2\"");
    judged(&["m1", "m1"]).says("WS001", Fail, "more than once");
    judged(&[]).says("WS001", Inconclusive, "eventual");
    let mut cached = judged(&["m1", "m2"]);
    cached.log.records[4].with("Age", "3");
    cached.says("WS001", Inconclusive, "G5");
}

#[test]
fn a_way_around_must_lead_there_each_time() {
    let judged = |statuses: &[u16], note: &str| {
        let mut book = Book::new();
        book.drain(Probe::Sequential, 0, 5, 3, 9);
        for (round, status) in (0..).zip(statuses) {
            book.refuse(Probe::Bypass, 0, 9).of_round(round);
            book.send(Probe::Bypass, 1, *status).of_round(round).noted(note);
            book.refuse(Probe::Bypass, 2, 9).of_round(round);
        }
        book
    };
    judged(&[200, 200], "X-Forwarded-For: 203.0.113.7")
        .says("IS004", Fail, "1 of 1 way")
        .says("IS005", Skipped, "");
    judged(&[200, 200], "//v1/leads").says("IS005", Fail, "//v1/leads").says("IS004", Skipped, "");
    judged(&[200, 429], "//v1/leads").says("IS005", Pass, "as by a refill");
    judged(&[200], "//v1/leads").says("IS005", Inconclusive, "by a refill");
    judged(&[404], "//v1/leads").says("IS005", Pass, "none of 1 way");
    let mut other = judged(&[200, 200], "//v1/leads");
    other.log.records.iter_mut().filter(|record| record.phase == 1).for_each(|record| {
        record.body("<html>");
    });
    other.says("IS005", Pass, "none of 1 way");
    let mut moved = judged(&[200], "//v1/leads");
    moved.log.records.last_mut().expect("a control").status = 200;
    moved.says("IS005", Inconclusive, "moved");
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
    judged(20).says("GP001", Warning, "refusals a client and window");
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
fn more_than_the_limit_in_an_interval_is_counted_surely() {
    let judged = |semantics: Semantics, after: u64| {
        let mut book = Book::new();
        book.log.head.declared.semantics = semantics;
        for _ in 0..2 {
            book.drain(Probe::Sequential, 0, 5, 0, 0);
            book.wait(after);
        }
        book.send(Probe::Isolation, 1, 200);
        book
    };
    judged(Semantics::FixedWindow, 100).says("CT002", Fail, "at most 11");
    judged(Semantics::AnyWindow, 11_000).says("CT002", Pass, "at most 5");
    judged(Semantics::AnyWindow, 100).says("CT002", Fail, "bound 5").says("RC007", Fail, "");
    let mut nodes = judged(Semantics::FixedWindow, 100);
    nodes.log.head.declared.nodes = Some(1.5);
    nodes.says("CT002", Pass, "bound 15");
    let mut cached = judged(Semantics::AnyWindow, 100);
    cached.log.records[4].with("Age", "9");
    cached.says("CT002", Inconclusive, "G5").says("RC007", Inconclusive, "G5");
}

#[test]
fn answers_of_the_draft_are_held_to_it() {
    let judged = |lines: &[(&str, &str)]| {
        let mut book = Book::new();
        book.send(Probe::Sequential, 0, 200);
        let record = book.send(Probe::Sequential, 0, 429);
        for (name, value) in lines {
            record.with(name, value);
        }
        book
    };
    judged(&[("RateLimit", "\"a\";r=0;t=9"), ("Retry-After", "9")])
        .says("HD007", Pass, "1 of 1")
        .says("HD008", Pass, "");
    judged(&[("RateLimit", "\"a\";r=0;t=9"), ("Retry-After", "3")]).says("HD008", Warning, "point earlier");
    let mut wrong = judged(&[("RateLimit", "a;t=9")]);
    wrong.says("HD007", Fail, "not a string");
    wrong.log.records.last_mut().expect("one").with("Age", "1");
    wrong.says("HD007", Inconclusive, "G5");
    judged(&[("X-RateLimit-Reset", "1800000000")]).says("HD007", Skipped, "");
}

#[test]
fn browsers_can_read_refusals() {
    let judged = |lines: &[(&str, &str)]| {
        let mut book = Book::new();
        book.send(Probe::Sequential, 0, 200).with("Access-Control-Allow-Origin", "*");
        let record = book.refuse(Probe::Sequential, 0, 3);
        for (name, value) in lines {
            record.with(name, value);
        }
        book
    };
    let allow = ("Access-Control-Allow-Origin", "*");
    judged(&[]).says("CO001", Fail, "Allow-Origin is missing");
    judged(&[allow]).says("CO001", Fail, "does not name Retry-After");
    judged(&[allow, ("Access-Control-Expose-Headers", "X-Request-Id, retry-after")])
        .says("CO001", Pass, "1 of 1");
    judged(&[allow, ("Access-Control-Expose-Headers", "*")]).says("CO001", Pass, "1 of 1");
    let credentials = ("Access-Control-Allow-Credentials", "true");
    judged(&[allow, credentials, ("Access-Control-Expose-Headers", "*")]).says("CO001", Fail, "not name");
    judged(&[("Age", "4")]).says("CO001", Inconclusive, "G5");
}

#[test]
fn an_unknown_limit_is_no_pass() {
    let mut book = Book::new();
    book.log.head.declared.limit = None;
    book.log.head.declared.window = None;
    for _ in 0..4 {
        book.send(Probe::Sequential, 0, 200);
    }
    book.says("CT001", Inconclusive, "no limit is declared")
        .says("CT002", Skipped, "")
        .says("AL001", Skipped, "");
    book.log.head.found_limit = Some(4);
    book.says("CT001", Inconclusive, "too few");
}

#[test]
fn a_limit_that_is_not_enforced_fails() {
    let mut book = Book::new();
    for _ in 0..20 {
        book.send(Probe::Sequential, 0, 200);
    }
    book.says("CT001", Fail, "not enforced");
    book.log.records[5].lost();
    book.says("CT001", Inconclusive, "G2");
}

#[test]
fn slow_refusals_are_told() {
    let judged = |millis: u64| {
        let mut book = Book::new();
        book.drain(Probe::Sequential, 0, 5, 3, 9);
        for record in book.log.records.iter_mut().filter(|record| record.status == 429) {
            record.head += ms(millis);
            record.end += ms(millis);
        }
        book
    };
    judged(0).says("PF001", Pass, "median");
    judged(50).says("PF001", Warning, "median 52.0 ms");
    let mut cached = judged(50);
    cached.log.records[4].with("Age", "9");
    cached.says("PF001", Inconclusive, "G5");
}

#[test]
fn body_hints_problems_and_503s_are_looked_at() {
    let judged = |body: &str, kind: &str| {
        let mut book = Book::new();
        let record = book.refuse(Probe::Sequential, 0, 3);
        record.body(body).headers[1].1 = kind.to_owned();
        book
    };
    judged("{\"retry_after\":3}", "application/json").says("RA006", Pass, "agree");
    judged("{\"error\":{\"retry_after_ms\":30000}}", "application/json").says("RA006", Warning, "30 s");
    judged("{\"status\":429}", "application/problem+json").says("EN006", Pass, "valid");
    judged("{\"status\":503}", "application/problem+json").says("EN006", Fail, "status is 503");
    let mut down = Book::new();
    down.send(Probe::Sequential, 0, 503).with("Retry-After", "soon");
    down.says("RA007", Fail, "\"soon\"").says("ST002", Warning, "1 of");
    down.log.records[3].with("Age", "1");
    down.says("RA007", Inconclusive, "G5");
}

#[test]
fn a_hundred_thousand_requests_are_judged_in_moments() {
    let mut book = Book::new();
    for _ in 0..8_000 {
        book.drain(Probe::Sequential, 0, 5, 7, 9);
        book.wait(9_500);
    }
    assert!(book.log.records.len() > 96_000);
    let start = std::time::Instant::now();
    let judgement = crate::limits::judge(&book.log, None);
    assert!(judgement.requests > 96_000);
    // Quadratic work would take minutes.
    assert!(start.elapsed() < std::time::Duration::from_secs(40), "{:?}", start.elapsed());
}

/// A burst of eight requests at once, so many of them served, with what each says is left.
fn burst(book: &mut Book, round: u32, mode: u8, left: &[i64]) {
    let start = book.now;
    for place in 0..8_usize {
        book.now =
            start + std::time::Duration::from_micros(20) * u32::try_from(place).expect("a small number");
        let (status, left) = left.get(place).map_or((429, 0), |left| (200, *left));
        let record = book.send(Probe::Concurrent, mode, status);
        record.of_round(round).with("X-RateLimit-Remaining", &left.to_string());
    }
    book.wait(30_000);
}

#[test]
fn races_are_seen_in_counts_and_in_what_is_left() {
    let judged = |left: &[i64]| {
        let mut book = Book::new();
        burst(&mut book, 0, 0, &[3, 4, 1, 2, 0]);
        burst(&mut book, 1, 0, left);
        book
    };
    judged(&[4, 3, 2, 1, 0]).says("CC001", Pass, "no excess in 2 rounds").says("CC002", Pass, "none twice");
    let raced = judged(&[4, 4, 3, 2, 1, 0]);
    raced.says("CC001", Fail, "1 rounds of 2 over").says("CC002", Fail, "remaining 4 comes 2 times");
    judged(&[4, 3, 3, 1, 0]).says("CC001", Pass, "no excess").says("CC002", Fail, "comes 2 times");
    let mut undocumented = judged(&[4, 3, 3, 1, 0]);
    undocumented.log.head.declared.headers = false;
    undocumented.says("CC002", Warning, "comes 2 times");
    // A round with a lost answer is left out; without another one nothing is known.
    let mut lost = Book::new();
    burst(&mut lost, 0, 0, &[4, 4, 3, 2, 1, 0]);
    lost.log.records[5].lost();
    lost.says("CC001", Inconclusive, "G2").says("CC002", Inconclusive, "G2").says(
        "CC003",
        Inconclusive,
        "G2",
    );
    let mut few = Book::new();
    burst(&mut few, 0, 0, &[4, 3, 2, 1, 0]);
    few.log.records.retain(|record| record.status == 200);
    few.says("CC001", Inconclusive, "too few requests");
}

#[test]
fn connections_share_the_limit() {
    let judged = |left: &[i64]| {
        let mut book = Book::new();
        burst(&mut book, 0, 1, &[4, 3, 2, 1, 0]);
        burst(&mut book, 0, 2, left);
        book
    };
    judged(&[4, 3, 2, 1, 0]).says("CC003", Pass, "5 to 5");
    judged(&[4; 8]).says("CC003", Fail, "5 to 8");
    let mut nodes = judged(&[4; 8]);
    nodes.log.head.declared.nodes = Some(2.0);
    nodes.says("CC003", Pass, "5 to 8").says("CC001", Pass, "no excess");
}

#[test]
fn a_cost_and_a_caching_layer_are_told() {
    let mut dear = Book::new();
    dear.log.head.declared.limit = Some(10);
    for left in [8, 6, 4, 2, 0] {
        let record = dear.send(Probe::Sequential, 0, 200);
        record.with("X-RateLimit-Limit", "10").with("X-RateLimit-Remaining", &left.to_string());
    }
    dear.refuse(Probe::Sequential, 0, 9);
    dear.says("CT004", Warning, "do not cost 1").says("CT001", Inconclusive, "G3").says(
        "HD004",
        Inconclusive,
        "G3",
    );
    let mut replayed = Book::new();
    replayed.drain(Probe::Sequential, 0, 5, 2, 9);
    let id = replayed.log.records[3].headers[2].clone();
    replayed.log.records[9].headers[2] = id;
    replayed.says("CA001", Fail, "more than once").says("EN004", Warning, "replayed or cached");
}
