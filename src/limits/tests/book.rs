//! Logs written by hand, a record a line.

use std::time::{Duration, UNIX_EPOCH};

use super::super::log::{Declared, Head, Log, Probe, Record};
use crate::limits::judge;
use crate::model::{LimitVerdict, Outcome};

/// A log that grows, with a clock.
pub(super) struct Book {
    pub(super) log: Log,
    pub(super) now: Duration,
}

pub(super) fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Book {
    /// An empty log about 5 requests in 10 s, with two keys, and a warm-up that tells the round trip.
    pub(super) fn new() -> Self {
        let declared = Declared {
            limit: Some(5),
            window: Some(Duration::from_secs(10)),
            delay_seconds: true,
            headers: true,
            window_code: "RATE_LIMIT_EXCEEDED".to_owned(),
            daily_code: "DAILY_LIMIT_EXCEEDED".to_owned(),
            ..Declared::default()
        };
        let head = Head {
            target: "http://localhost:80".to_owned(),
            request: "GET /v1/leads".to_owned(),
            contract: "by-hand".to_owned(),
            keys: vec!["a".to_owned(), "b".to_owned()],
            declared,
            ..Head::default()
        };
        let mut book = Self { log: Log { head, ..Log::default() }, now: ms(0) };
        for _ in 0..3 {
            book.send(Probe::Warmup, 0, 200).key = None;
        }
        book
    }

    pub(super) fn wait(&mut self, millis: u64) -> &mut Self {
        self.now += ms(millis);
        self
    }

    /// A request of key 0 that takes 2 ms.
    pub(super) fn send(&mut self, probe: Probe, phase: u8, status: u16) -> &mut Record {
        let seq = self.log.records.len() as u64 + 1;
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.now);
        let body = match status {
            200 => "{\"success\":true,\"data\":{}}".to_owned(),
            429 => "{\"success\":false,\"code\":\"RATE_LIMIT_EXCEEDED\"}".to_owned(),
            _ => "{}".to_owned(),
        };
        self.log.records.push(Record {
            seq,
            probe,
            phase,
            key: Some(0),
            connection: 1,
            method: "GET".to_owned(),
            target: "/v1/leads".to_owned(),
            due: self.now,
            sent: self.now,
            head: self.now + ms(2),
            end: self.now + ms(2),
            status,
            headers: vec![
                ("Date".to_owned(), date),
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Request-Id".to_owned(), format!("req_{seq}")),
            ],
            body_length: body.len() as u64,
            body: body.into_bytes(),
            ..Record::default()
        });
        self.now += ms(3);
        self.log.records.last_mut().expect("one was written")
    }

    /// Served requests that tell what is left, and a refusal that tells the wait.
    pub(super) fn drain(&mut self, probe: Probe, phase: u8, admitted: i64, refused: usize, wait: u64) {
        for left in (0..admitted).rev() {
            self.send(probe, phase, 200)
                .with("X-RateLimit-Limit", "5")
                .with("X-RateLimit-Remaining", &left.to_string());
        }
        for _ in 0..refused {
            self.refuse(probe, phase, wait);
        }
    }

    pub(super) fn refuse(&mut self, probe: Probe, phase: u8, wait: u64) -> &mut Record {
        let record = self.send(probe, phase, 429);
        record
            .with("Retry-After", &wait.to_string())
            .with("X-RateLimit-Limit", "5")
            .with("X-RateLimit-Remaining", "0")
    }

    pub(super) fn verdict(&self, rule: &str) -> LimitVerdict {
        let verdicts = judge(&self.log, None).limit.verdicts;
        verdicts.into_iter().find(|verdict| verdict.rule == rule).expect("a rule")
    }

    /// The outcome is this one, and the words say so.
    #[track_caller]
    pub(super) fn says(&self, rule: &str, outcome: Outcome, words: &str) -> &Self {
        let verdict = self.verdict(rule);
        let told = format!("{} {}", verdict.measured, verdict.evidence.join(" "));
        assert!(verdict.verdict == outcome && told.contains(words), "{rule}: {verdict:?}");
        self
    }
}

impl Record {
    /// Adds a header line.
    pub(super) fn with(&mut self, name: &str, value: &str) -> &mut Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn of_key(&mut self, key: Option<u16>) -> &mut Self {
        self.key = key;
        self
    }

    pub(super) fn of_round(&mut self, round: u32) -> &mut Self {
        self.round = round;
        self
    }

    pub(super) fn noted(&mut self, note: &str) -> &mut Self {
        self.note = note.to_owned();
        self
    }

    pub(super) fn body(&mut self, body: &str) -> &mut Self {
        self.body = body.as_bytes().to_vec();
        self.body_length = body.len() as u64;
        self
    }

    /// Takes the answer away.
    pub(super) fn lost(&mut self) {
        self.status = 0;
        self.headers.clear();
        self.error = Some("connection reset".to_owned());
    }
}
