//! The limits of both APIs: requests as a limiter sees them, and instants as times since 1970.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wiremock::Request;

use super::api::Api;
use super::defects::Flaw;
use super::relay;
use crate::limiter::{Answer, Arrival, Class, HeaderFamily, Limiter, Quota};

/// A request that asks whether it may pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit<'a> {
    /// The API it is for.
    pub(super) api: Api,
    /// What was sent.
    pub(super) request: &'a Request,
    /// The alias of its key; none if it brings none that may be used.
    pub(super) key: Option<&'static str>,
    /// What kind of request it is.
    pub(super) class: Class,
    /// Method and route.
    pub(super) route: &'a str,
    /// How long it will be under way.
    pub(super) busy: Duration,
    /// When it came.
    pub(super) now: Instant,
    /// The time of day.
    pub(super) at: SystemTime,
}

/// The limiters. The two APIs count apart, as two services would. Only registered keys are handed in.
#[derive(Debug)]
pub(super) struct Limits {
    flat: Limiter,
    nested: Limiter,
    /// An instant and the time since 1970 that it is: windows by the clock need it.
    origin: Option<(Instant, Duration)>,
}

impl Limits {
    /// Nobody has asked for anything yet.
    pub(super) fn new(family: HeaderFamily, flaw: &Flaw) -> Self {
        let of = |api| Limiter::new(family, flaw.faults(api));
        Self { flat: of(Api::Flat), nested: of(Api::Nested), origin: None }
    }

    /// Decides on a request whose key has this quota.
    pub(super) fn arrive(&mut self, quota: &Quota, visit: &Visit<'_>) -> Answer {
        let Visit { api, request, key, class, route, busy, now, at } = *visit;
        let (first, since) =
            *self.origin.get_or_insert_with(|| (now, at.duration_since(UNIX_EPOCH).unwrap_or_default()));
        let now = since.saturating_add(now.saturating_duration_since(first));
        let header = |name: &str| request.headers.get(name).and_then(|line| line.to_str().ok());
        let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
        let arrival = Arrival {
            key,
            class,
            connection: header(relay::CONNECTION).and_then(|number| number.parse().ok()).unwrap_or_default(),
            // Where connections are told apart, only those of HTTP/2 go through untouched.
            http2: header(relay::CONNECTION).is_none(),
            forwarded_for: header("x-forwarded-for"),
            target,
            route,
            busy,
            at,
        };
        match api {
            Api::Flat => self.flat.arrive(quota, &arrival, now),
            Api::Nested => self.nested.arrive(quota, &arrival, now),
        }
    }
}
