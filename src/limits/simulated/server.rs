//! The server at the end of a simulated network: keys, a limit for each, the flat envelope, a list of what was written.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::super::log::{At, Protocol, Rejection};
use super::super::world::Outgoing;
use crate::limiter::{Answer, Arrival, Class, Fault, HeaderFamily, Limiter, Policy, Quota, Scope};

/// A request that has arrived.
#[derive(Debug)]
pub struct Asked<'r> {
    /// When.
    pub at: At,
    /// Over which connection.
    pub connection: u32,
    /// The version of HTTP that this speaks.
    pub protocol: Protocol,
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
    /// The frame that comes in place of an answer.
    pub rejection: Option<Rejection>,
}

/// Something that answers, in the order of arrival.
pub trait Server {
    /// Answers a request.
    fn answer(&mut self, asked: &Asked<'_>) -> Told;

    /// Whether it takes connections of this version of HTTP.
    fn speaks(&self, _: Protocol) -> bool {
        true
    }

    /// Starts anew; nothing is forgotten unless the server says so.
    fn restart(&mut self) {}
}

/// The path of the simulated collection.
pub const PATH: &str = "/v1/leads";
/// A path that no limit concerns.
pub const HEALTH: &str = "/v1/health";

/// How a simulated server limits.
#[derive(Debug, Clone)]
pub struct Limited {
    /// What each key may do.
    pub quota: Quota,
    /// What is wrong with the limiter; nothing if it is clean.
    pub faults: Vec<Fault>,
    /// The `Authorization` values that are known.
    pub keys: Vec<String>,
    /// Where the server's clock stands in a long round span of time when the world begins.
    pub phase: Duration,
}

/// A server of one collection, whose keys are limited.
#[derive(Debug)]
pub struct Modelled {
    limited: Limited,
    limiter: Limiter,
    /// Wall time at the world's zero.
    zero: Duration,
    written: Vec<String>,
    answers: u64,
}

/// Time in which the server does what it is asked for; only limits on concurrency notice it.
const BUSY: Duration = Duration::from_micros(300);
/// A long round span of time since 1970: a multiple of any window up to a day.
const ROUND: Duration = Duration::from_secs(20_000 * 86_400);

impl Modelled {
    /// A server without a fault.
    pub fn new(policy: Policy, keys: impl IntoIterator<Item = String>, phase: Duration) -> Self {
        let quota = Quota { policy, daily: None };
        Self::limited(Limited { quota, faults: Vec::new(), keys: keys.into_iter().collect(), phase })
    }

    /// The server, before any request.
    pub fn limited(limited: Limited) -> Self {
        let limiter = Limiter::new(HeaderFamily::XRatelimit, &limited.faults);
        let zero = ROUND + limited.phase;
        Self { limited, limiter, zero, written: Vec::new(), answers: 0 }
    }

    /// What the limiter says.
    fn decide(&mut self, asked: &Asked<'_>, class: Class, key: Option<&str>) -> Answer {
        let Outgoing { method, target, .. } = asked.request;
        let path = canonical(target);
        let route = format!("{method} {}", path.strip_prefix("/v1").unwrap_or(&path));
        let now = self.zero + asked.at;
        let arrival = Arrival {
            key,
            class,
            connection: asked.connection.into(),
            http2: asked.protocol == Protocol::Http2,
            forwarded_for: named(asked.request, "x-forwarded-for"),
            target,
            route: &route,
            busy: BUSY,
            at: UNIX_EPOCH + now,
        };
        self.limiter.arrive(&self.limited.quota, &arrival, now)
    }

    /// What every answer has.
    fn head(&mut self, asked: &Asked<'_>, status: u16) -> Told {
        self.answers += 1;
        let date = httpdate::fmt_http_date(UNIX_EPOCH + self.zero + asked.at);
        let headers = vec![
            ("Date".to_owned(), date),
            ("X-Request-Id".to_owned(), format!("req_{:08}", self.answers)),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ];
        Told { status, headers, ..Told::default() }
    }

    fn error(&mut self, asked: &Asked<'_>, status: u16, code: &str) -> Told {
        let mut told = self.head(asked, status);
        let at = time::OffsetDateTime::UNIX_EPOCH + self.zero + asked.at;
        let (date, clock) = (at.date(), at.time());
        let (hour, minute, second, milli) = clock.as_hms_milli();
        let body = json!({
            "success": false,
            "error": "The request was refused",
            "code": code,
            "details": {},
            "timestamp": format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"),
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

    fn refusal(&mut self, asked: &Asked<'_>, answer: &Answer) -> Told {
        let day = answer.refused == Some(Scope::Day);
        let code = if day { "DAILY_LIMIT_EXCEEDED" } else { "RATE_LIMIT_EXCEEDED" };
        let mut told = self.error(asked, answer.status, code);
        let lines = answer.retry_after.iter().map(|line| ("Retry-After".to_owned(), line.clone()));
        told.headers.extend(lines);
        if answer.malformed {
            told.body.truncate(told.body.len() / 2);
        }
        told
    }

    fn write(&mut self, asked: &Asked<'_>) {
        self.written.push(String::from_utf8_lossy(&asked.request.body).into_owned());
    }

    /// What the collection answers to somebody whom no limit refuses.
    fn act(&mut self, asked: &Asked<'_>) -> Told {
        match (canonical(&asked.request.target).as_str(), asked.request.method.as_str()) {
            (PATH, "POST") => {
                self.write(asked);
                self.success(asked, 201, &json!({}))
            }
            (PATH, "GET") => {
                let written = json!(self.written);
                self.success(asked, 200, &written)
            }
            (PATH, "HEAD") => {
                let mut told = self.success(asked, 200, &json!([]));
                told.body.clear();
                told
            }
            (HEALTH, _) => self.success(asked, 200, &json!({ "status": "up" })),
            _ => self.error(asked, 404, "NOT_FOUND"),
        }
    }
}

/// The only value of a field.
fn named<'r>(request: &'r Outgoing, name: &str) -> Option<&'r str> {
    let mut lines = request.headers.iter();
    lines.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The path that a target means: its query taken off, and what many frameworks undo undone.
fn canonical(target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let parts: Vec<&str> = decoded.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    format!("/{}", parts.join("/"))
}

impl Server for Modelled {
    fn answer(&mut self, asked: &Asked<'_>) -> Told {
        let known = named(asked.request, "authorization")
            .filter(|key| self.limited.keys.iter().any(|known| known == key));
        let class = match (asked.request.method.as_str(), canonical(&asked.request.target).as_str()) {
            ("OPTIONS", _) => Class::Preflight,
            (_, HEALTH) => Class::Health,
            _ if known.is_none() => Class::Unauthorized,
            _ => Class::Ordinary,
        };
        let answer = self.decide(asked, class, known);
        let mut told = match class {
            _ if answer.refused.is_some() => {
                if answer.effect && asked.request.method == "POST" {
                    self.write(asked);
                }
                self.refusal(asked, &answer)
            }
            Class::Preflight => {
                let mut told = self.head(asked, 204);
                told.headers.retain(|(name, _)| name != "Content-Type");
                told
            }
            Class::Unauthorized => {
                let mut told = self.error(asked, 401, "UNAUTHORIZED");
                told.headers.push(("WWW-Authenticate".to_owned(), "Bearer".to_owned()));
                told
            }
            Class::Health | Class::Ordinary => self.act(asked),
        };
        if asked.request.method == "HEAD" {
            told.body.clear();
        }
        told.headers.extend(answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        told.delay = answer.delay;
        told
    }
}
