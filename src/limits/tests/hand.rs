//! Rules on logs written by hand: each where it fires, where it passes, and where it is in doubt.

use super::book::{Book, ms};
use crate::limits::log::{Probe, Semantics};
use crate::model::Outcome::{Fail, Inconclusive, Pass, Skipped, Warning};

pub(super) fn isolation(book: &mut Book, status: u16) {
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

/// nginx without a burst: of three requests at once two are refused, whoever else is.
#[test]
fn a_key_with_one_request_of_its_own_is_isolated_all_the_same() {
    let judged = |first: u16| {
        let mut book = Book::new();
        book.log.head.declared.semantics = Semantics::Bucket { burst: 1 };
        book.drain(Probe::Isolation, 0, 1, 1, 9);
        for status in [first, 429, 429] {
            book.send(Probe::Isolation, 1, status).of_key(Some(1));
        }
        book.refuse(Probe::Isolation, 2, 9);
        book
    };
    judged(200).says("IS001", Pass, "1 of 1");
    judged(429).says("IS001", Fail, "share a limit");
}

/// A limiter that delays holds every request but the first until its turn, so that one by one none is refused.
#[test]
fn a_limiter_that_delays_is_told_from_one_that_is_not_enforced() {
    let mut book = Book::new();
    for number in 0..20 {
        let record = book.send(Probe::Sequential, 0, 200);
        if number > 0 {
            (record.head, record.end) = (record.head + ms(2_000), record.end + ms(2_000));
        }
        book.wait(2_000);
    }
    book.says("CT001", Inconclusive, "a limiter that delays?");
    // At once some are refused, which tells nothing of how it counts.
    for number in 0..5 {
        let status = if number == 4 { 429 } else { 200 };
        let record = book.send(Probe::Fingerprint, 1, status);
        record.end += ms(2_000);
    }
    assert!(book.log.records.len() > 20);
    book.says("AL001", Skipped, "no request was refused");
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
    judged(&[]).says("CO001", Warning, "Allow-Origin is missing");
    judged(&[allow]).says("CO001", Warning, "does not name Retry-After");
    judged(&[allow, ("Access-Control-Expose-Headers", "X-Request-Id, retry-after")])
        .says("CO001", Pass, "1 of 1");
    judged(&[allow, ("Access-Control-Expose-Headers", "*")]).says("CO001", Pass, "1 of 1");
    let credentials = ("Access-Control-Allow-Credentials", "true");
    judged(&[allow, credentials, ("Access-Control-Expose-Headers", "*")]).says("CO001", Warning, "not name");
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
    raced.says("CC001", Fail, "1 of 2 rounds over").says("CC002", Fail, "remaining 4 comes 2 times");
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
