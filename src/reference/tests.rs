//! The service with its clocks handed in: closing, limits under concurrency, defects of limits.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderName, HeaderValue, Method};
use wiremock::Request;

use super::defects::{Defect, defects};
use super::pace::Pace;
use super::relay::CONNECTION;
use super::service::Service;
use crate::limiter::{Algorithm, Anchor, HeaderFamily, Policy, Quota};

const LATENCY: Duration = Duration::from_millis(700);
const FIRST: Algorithm = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };

fn quota(algorithm: Algorithm, limit: u64) -> Quota {
    Quota { policy: Policy { algorithm, limit, window: Duration::from_secs(60) }, daily: None }
}

fn service(quota: Quota, latency: Duration, defect: Option<&'static Defect>) -> Service {
    Service::new(1, quota, HeaderFamily::XRatelimit, latency, Pace::new(Duration::ZERO), defect)
}

fn request(method: &str, target: &str) -> Request {
    let url = format!("http://localhost{target}").parse().unwrap();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    Request { url, method, headers: http::HeaderMap::new(), body: Vec::new() }
}

fn with(mut request: Request, name: &str, value: &str) -> Request {
    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
    request.headers.insert(name, HeaderValue::from_str(value).unwrap());
    request
}

fn of_key(service: &Service, alias: &str, request: Request) -> Request {
    let key = service.keys().into_iter().find(|key| key.alias == alias).map(|key| key.key);
    with(request, "authorization", &format!("Bearer {}", key.as_deref().unwrap_or("tg_test_unknown")))
}

#[test]
fn closing_waits_for_the_last_promised_answer_and_refuses_the_next() {
    let health = request("GET", "/v1/health");
    let idle = service(quota(FIRST, 1), LATENCY, None);
    assert_eq!(idle.close(), None);

    let service = service(quota(FIRST, 1), LATENCY, None);
    let (now, at) = (Instant::now(), SystemTime::UNIX_EPOCH);
    service.answer(&health, now, at);
    service.answer(&health, now + Duration::from_millis(5), at);
    assert_eq!(service.close(), Some(now + Duration::from_millis(5) + LATENCY));

    let (wire, delay) = service.exchange(&health, now, at);
    assert_eq!((wire.status, delay), (503, Duration::ZERO));
    for line in [("Retry-After", "1"), ("Connection", "close")] {
        assert!(wire.headers.contains(&(line.0, line.1.to_owned())), "{line:?}");
    }
}

#[test]
fn many_threads_get_the_limit_and_not_one_more() {
    const LIMIT: u64 = 100;
    for algorithm in [
        FIRST,
        Algorithm::SlidingLog { count_rejects: true },
        Algorithm::SlidingCounter,
        Algorithm::TokenBucket { burst: LIMIT },
        Algorithm::Gcra { burst: LIMIT },
        Algorithm::Ban { block: Duration::from_secs(5), extends: true },
    ] {
        let service = service(quota(algorithm, LIMIT), Duration::ZERO, None);
        let ask = of_key(&service, "api_key", request("GET", "/v1/leads"));
        let now = Instant::now();
        let told = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let (wire, _) = service.exchange(&ask, now, SystemTime::UNIX_EPOCH);
                        let remaining =
                            wire.headers.iter().find(|(name, _)| *name == "X-RateLimit-Remaining");
                        let remaining: u64 = remaining.unwrap().1.parse().unwrap();
                        told.lock().unwrap().push((wire.status, remaining));
                    }
                });
            }
        });
        let told = told.into_inner().unwrap();
        let mut admitted: Vec<_> =
            told.iter().filter(|(status, _)| *status == 200).map(|(_, remaining)| *remaining).collect();
        admitted.sort_unstable();
        assert_eq!(admitted, Vec::from_iter(0..LIMIT), "{algorithm:?}");
        assert!(told.iter().all(|(status, remaining)| *status == 200 || (*status, *remaining) == (429, 0)));
    }
}

/// Milliseconds, key, method and target, X-Forwarded-For.
type Line = (u64, &'static str, &'static str, &'static str);

/// Keys with three requests a second, two a minute and two a day, in every situation that a limiter can get wrong. Each
/// request comes on the next of four connections.
const SCRIPT: &[Line] = &[
    (0, "limited_key", "OPTIONS /v1/leads", ""),
    (0, "limited_key", "GET /v1/health", ""),
    (100, "limited_key", "GET /v1/leads", ""),
    (100, "unknown_key", "GET /v1/leads", ""),
    (101, "limited_key", "GET /v1/leads", ""),
    (101, "limited_key", "GET /v1/leads", ""),
    (101, "limited_key", "GET /v1/leads", ""),
    (500, "limited_key", "GET /v1/leads", ""),
    (500, "limited_key", "GET /v1/leads?x=1", ""),
    (500, "limited_key", "GET /v1/leads", "10.0.0.1"),
    (500, "limited_key", "GET /v1/leads/none", ""),
    (500, "limited_key", "POST /v1/leads", ""),
    (500, "api_key", "GET /v1/leads", ""),
    (700, "limited_key", "OPTIONS /v1/leads", ""),
    (700, "limited_key", "GET /v1/health", ""),
    (1_099, "limited_key", "GET /v1/leads", ""),
    (1_100, "limited_key", "GET /v1/leads", ""),
    (1_300, "limited_key", "GET /v1/leads", ""),
    (2_500, "limited_key", "GET /v1/leads", ""),
    (3_500, "daily_key", "GET /v1/leads", ""),
    (3_500, "daily_key", "GET /v1/leads", ""),
    (3_500, "daily_key", "GET /v1/leads", ""),
    (4_000, "second_key", "GET /v1/leads", ""),
    (4_000, "second_key", "GET /v1/leads", ""),
    (4_000, "second_key", "GET /v1/leads", ""),
    (24_500, "second_key", "GET /v1/leads", ""),
    (86_500_000, "daily_key", "GET /v1/leads", ""),
];

/// Everything that a server answers to the script, and then to 600 requests at once.
fn played(defect: Option<&'static Defect>) -> Vec<String> {
    let service = service(quota(FIRST, 2), Duration::ZERO, defect);
    let (start, day) = (Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let flood = std::iter::repeat_n(&(90_000_000, "limited_key", "GET /v1/leads", ""), 600);
    let lines = SCRIPT.iter().chain(flood).zip(0_u64..);
    let play = |((millis, alias, what, forwarded), turn): (&Line, u64)| {
        let (method, target) = what.split_once(' ').unwrap();
        let mut sent = of_key(&service, alias, request(method, target));
        if method == "POST" {
            sent = with(sent, "content-type", "application/json");
            sent.body = br#"{"name":"Ada","email":"ada@example.com"}"#.to_vec();
        }
        if !forwarded.is_empty() {
            sent = with(sent, "x-forwarded-for", forwarded);
        }
        // What comes over HTTP/2 has no number.
        if turn % 5 > 0 {
            sent = with(sent, CONNECTION, &(turn % 4 + 1).to_string());
        }
        let passed = Duration::from_millis(*millis);
        let (wire, delay) = service.exchange(&sent, start + passed, day + passed);
        format!("{millis} {alias} {what}: {wire:?} {delay:?}")
    };
    lines.map(play).collect()
}

#[test]
fn every_defect_of_limits_shows() {
    let clean = played(None);
    assert!(clean == played(None), "two clean servers answer alike");
    let mut seen = 0;
    for defect in defects().iter().filter(|defect| defect.family == "limits") {
        assert!(!defect.faults().is_empty(), "{}", defect.id);
        assert!(clean != played(Some(defect)), "{} shows nowhere", defect.id);
        seen += 1;
    }
    assert!(seen >= 40, "{seen}");
}

#[test]
fn a_refused_write_is_done_by_the_defect_only() {
    let of = |id: Option<&'static str>| {
        let service = service(quota(FIRST, 1), Duration::ZERO, id.and_then(super::find_defect));
        let (now, at) = (Instant::now(), SystemTime::UNIX_EPOCH);
        let ask = |alias: &str, method: &str, body: &str| {
            let mut sent = of_key(&service, alias, request(method, "/v1/leads"));
            sent = with(sent, "content-type", "application/json");
            sent.body = body.as_bytes().to_vec();
            let (wire, _) = service.exchange(&sent, now, at);
            (wire.status, serde_json::from_slice::<serde_json::Value>(&wire.body).unwrap())
        };
        ask("api_key", "GET", "");
        let (status, _) = ask("api_key", "POST", r#"{"name":"Ada","email":"ada@example.com"}"#);
        let (_, list) = ask("second_key", "GET", "");
        (status, list["data"]["total"].as_u64())
    };
    assert_eq!(of(None), (429, Some(0)));
    assert_eq!(of(Some("refused-write-is-done")), (429, Some(1)));
}
