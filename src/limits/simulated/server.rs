//! The server at the end of a simulated network: keys, a limit for each, the flat envelope, a list of what was written.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::super::log::At;
use super::super::world::Outgoing;
use crate::limiter::{Decision, Model, Policy};

/// A request that has arrived.
#[derive(Debug)]
pub struct Asked<'r> {
    /// When.
    pub at: At,
    /// Over which connection.
    pub connection: u32,
    /// What it says.
    pub request: &'r Outgoing,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// Header lines.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long it is held back.
    pub delay: Duration,
}

/// Something that answers, in the order of arrival.
pub trait Server {
    /// Answers a request.
    fn answer(&mut self, asked: &Asked<'_>) -> Told;
}

/// The path of the simulated collection.
pub const PATH: &str = "/v1/leads";
/// A path that no limit concerns.
pub const HEALTH: &str = "/v1/health";

/// A server that limits each key by a model.
#[derive(Debug)]
pub struct Modelled {
    policy: Policy,
    /// The header values that carry a key, each with its limit's state once it was used.
    keys: BTreeMap<String, Box<dyn Model>>,
    /// Wall time at the world's zero.
    zero: SystemTime,
    written: Vec<String>,
    answers: u64,
}

impl Modelled {
    /// A server that knows these `Authorization` values. Its clock stands at `phase` of a long round span of time when
    /// the world begins.
    pub fn new(policy: Policy, keys: impl IntoIterator<Item = String>, phase: Duration) -> Self {
        let keys = keys.into_iter().map(|key| (key, policy.build())).collect();
        let zero = UNIX_EPOCH + Duration::from_secs(1_800_000_000) + phase;
        Self { policy, keys, zero, written: Vec::new(), answers: 0 }
    }

    fn decide(&mut self, asked: &Asked<'_>) -> Result<Decision, Told> {
        let named = |name: &str| {
            let lines = asked.request.headers.iter();
            lines.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        let since_epoch = (self.zero + asked.at).duration_since(UNIX_EPOCH).unwrap_or_default();
        let known = named("authorization").and_then(|key| self.keys.get_mut(key));
        match known {
            Some(model) => Ok(model.arrive(since_epoch)),
            None => {
                let mut told = self.error(asked, 401, "UNAUTHORIZED");
                told.headers.push(("WWW-Authenticate".to_owned(), "Bearer".to_owned()));
                Err(told)
            }
        }
    }

    /// What every answer has.
    fn head(&mut self, asked: &Asked<'_>, status: u16) -> Told {
        self.answers += 1;
        let date = httpdate::fmt_http_date(self.zero + asked.at);
        let headers = vec![
            ("Date".to_owned(), date),
            ("X-Request-Id".to_owned(), format!("req_{:08}", self.answers)),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ];
        Told { status, headers, ..Told::default() }
    }

    fn error(&mut self, asked: &Asked<'_>, status: u16, code: &str) -> Told {
        let mut told = self.head(asked, status);
        let seconds = (self.zero + asked.at).duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = time::OffsetDateTime::UNIX_EPOCH + seconds;
        let timestamp = at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        let body = json!({
            "success": false,
            "error": "The request was refused",
            "code": code,
            "details": {},
            "timestamp": timestamp,
            "requestId": format!("req_{:08}", self.answers),
        });
        told.body = body.to_string().into_bytes();
        told.headers.push(("Cache-Control".to_owned(), "no-store".to_owned()));
        told
    }

    fn success(&mut self, asked: &Asked<'_>, status: u16, data: &serde_json::Value) -> Told {
        let mut told = self.head(asked, status);
        told.body = json!({ "success": true, "data": data }).to_string().into_bytes();
        told
    }
}

impl Server for Modelled {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        let path = asked.request.target.split('?').next().unwrap_or_default();
        if asked.request.method == "OPTIONS" {
            let mut told = self.head(asked, 204);
            told.headers.retain(|(name, _)| name != "Content-Type");
            return told;
        }
        if path == HEALTH {
            return self.success(asked, 200, &json!({ "status": "up" }));
        }
        let decision = match self.decide(asked) {
            Ok(decision) => decision,
            Err(told) => return told,
        };
        let seconds = |time: Duration| time.as_secs() + u64::from(time.subsec_nanos() > 0);
        let mut told = if !decision.admitted {
            let mut told = self.error(asked, 429, "RATE_LIMIT_EXCEEDED");
            let wait = seconds(decision.wait).max(1);
            told.headers.push(("Retry-After".to_owned(), wait.to_string()));
            told
        } else if path != PATH {
            self.error(asked, 404, "NOT_FOUND")
        } else if asked.request.method == "POST" {
            self.written.push(String::from_utf8_lossy(&asked.request.body).into_owned());
            self.success(asked, 201, &json!({}))
        } else {
            let written = json!(self.written);
            self.success(asked, 200, &written)
        };
        let limit = if decision.limit == 0 { self.policy.limit } else { decision.limit };
        for (name, number) in
            [("Limit", limit), ("Remaining", decision.remaining), ("Reset", seconds(decision.reset))]
        {
            told.headers.push((format!("X-RateLimit-{name}"), number.to_string()));
        }
        told
    }
}
