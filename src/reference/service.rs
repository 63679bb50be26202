//! The way of a request through the server: authentication, limits, access, faults, routing, leads.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::api::Api;
use super::auth::{Key, Keyring};
use super::defects::{Defect, Flaw};
use super::edges;
use super::handlers::{Call, Success, health};
use super::ids::Ids;
use super::limiter::{Decision, Limiter, Quota, Scope};
use super::pace::Pace;
use super::problem::{Kind, Problem};
use super::reply::{Headers, Reply, Wire};
use super::router::Endpoint;
use super::store::Shelf;

/// Both APIs, without the sockets.
#[derive(Debug)]
pub(super) struct Service {
    keyring: Keyring,
    latency: Duration,
    flaw: Flaw,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ids: Ids,
    /// The two APIs count apart, as two services would.
    limiter: Limiter<(Api, &'static str)>,
    shelves: HashMap<(Api, &'static str), Shelf>,
    pace: Pace,
    /// When the last answer so far is due.
    busy_until: Option<Instant>,
    closing: bool,
}

impl Service {
    /// Both APIs without a lead; `common` are the limits of the ordinary keys.
    pub(super) fn new(
        seed: u64,
        common: Quota,
        latency: Duration,
        pace: Pace,
        defect: Option<&'static Defect>,
    ) -> Self {
        let state = State {
            ids: Ids::new(seed),
            limiter: Limiter::new(),
            shelves: HashMap::new(),
            pace,
            busy_until: None,
            closing: false,
        };
        Self {
            keyring: Keyring::new(seed, common),
            latency,
            flaw: Flaw::new(defect),
            state: Mutex::new(state),
        }
    }

    /// The keys that are known.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.keyring.keys().cloned().collect()
    }

    /// Refuses everything from now on; returns when the last answer is due that was promised before.
    pub(super) fn close(&self) -> Option<Instant> {
        let mut state = self.lock();
        state.closing = true;
        state.busy_until
    }

    /// Answers a request.
    pub(super) fn answer(&self, request: &Request, now: Instant, at: SystemTime) -> ResponseTemplate {
        let mut state = self.lock();
        let latency = if state.closing { Duration::ZERO } else { self.latency };
        state.busy_until = state.busy_until.max(now.checked_add(latency));
        let now = state.pace.at(now);
        let heard = self.flaw.request(request, &self.keyring);
        let mut reply = self.reply(&mut state, &heard, now, at);
        drop(state);
        self.flaw.reply(&mut reply, request);
        let mut wire = Wire::from(reply);
        self.flaw.wire(&mut wire, request);
        wire.template(&request.method, latency)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(&self, state: &mut State, request: &Request, now: Instant, at: SystemTime) -> Reply {
        let id = state.ids.next("req");
        let target = Api::of(request.url.path());
        // A path of neither API is answered in the nested dialect, whose catalogue has a code for it.
        let api = target.map_or(Api::Nested, |(api, _)| api);
        let mut headers = vec![("X-Request-Id", id.clone())];
        let outcome = match target {
            Some(_) if state.closing => Err(edges::unavailable().header("Connection", "close")),
            Some((api, path)) => match Endpoint::at(path) {
                Some(endpoint) if request.method == http::Method::OPTIONS => {
                    headers.push(("Allow", endpoint.allow().to_owned()));
                    return Reply { api, kind: None, status: 204, headers, body: None };
                }
                Some(Endpoint::Health) => health_check(request),
                endpoint => self.serve(state, api, endpoint, request, (now, at), &mut headers),
            },
            None => Err(Problem::new(Kind::RouteNotFound)),
        };
        match outcome {
            Ok(success) => {
                headers.extend(success.headers);
                let body = json!({ "success": true, "data": success.data });
                Reply { api, kind: None, status: success.status, headers, body: Some(body) }
            }
            Err(mut problem) => {
                self.flaw.problem(&mut problem, api);
                let body = api.error(&problem, &id, at);
                headers.extend(problem.headers);
                headers.push(("Cache-Control", "no-store".to_owned()));
                let (_, status) = api.code(problem.kind);
                Reply { api, kind: Some(problem.kind), status, headers, body: Some(body) }
            }
        }
    }

    /// Everything that needs a key. A 401 is not counted by any limit, a 403 is.
    fn serve(
        &self,
        state: &mut State,
        api: Api,
        endpoint: Option<Endpoint<'_>>,
        request: &Request,
        (now, at): (Instant, SystemTime),
        headers: &mut Headers,
    ) -> Result<Success, Problem> {
        let grant = self.keyring.authenticate(&request.headers)?;
        let decision = state.limiter.admit((api, grant.key.alias), grant.quota, now);
        headers.extend(standing(&decision));
        throttle(&decision)?;
        grant.enter(&request.headers)?;
        edges::fault(&request.headers)?;
        edges::head(request)?;
        let endpoint = endpoint.ok_or_else(|| Problem::new(Kind::RouteNotFound))?;
        let operation = endpoint.operation(request.method.as_str())?;
        if operation.writes() {
            grant.write()?;
        }
        let shelf = state.shelves.entry((api, grant.key.workspace)).or_default();
        self.flaw.call(Call { api, request, shelf, ids: &mut state.ids, at }, operation)
    }
}

fn health_check(request: &Request) -> Result<Success, Problem> {
    edges::fault(&request.headers)?;
    edges::head(request)?;
    Endpoint::Health.operation(request.method.as_str()).map(|_| health())
}

fn standing(decision: &Decision) -> Headers {
    vec![
        ("X-RateLimit-Limit", decision.limit.to_string()),
        ("X-RateLimit-Remaining", decision.remaining.to_string()),
        ("X-RateLimit-Reset", decision.reset_seconds().to_string()),
    ]
}

fn throttle(decision: &Decision) -> Result<(), Problem> {
    let kind = match decision.refused {
        None => return Ok(()),
        Some(Scope::Window) => Kind::RateLimited,
        Some(Scope::Day) => Kind::DailyLimited,
    };
    Err(Problem::new(kind).header("Retry-After", decision.reset_seconds().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Duration = Duration::from_millis(700);

    fn get(path: &str) -> Request {
        let url = format!("http://localhost{path}").parse().unwrap();
        Request { url, method: http::Method::GET, headers: http::HeaderMap::new(), body: Vec::new() }
    }

    #[test]
    fn closing_waits_for_the_last_promised_answer_and_refuses_the_next() {
        let quota = Quota { limit: 1, window: Duration::from_secs(1), daily: None };
        let service = Service::new(1, quota, LATENCY, Pace::new(Duration::ZERO), None);
        assert_eq!(service.close(), None);

        let service = Service::new(1, quota, LATENCY, Pace::new(Duration::ZERO), None);
        let (now, at) = (Instant::now(), SystemTime::UNIX_EPOCH);
        service.answer(&get("/v1/health"), now, at);
        service.answer(&get("/v1/health"), now + Duration::from_millis(5), at);
        assert_eq!(service.close(), Some(now + Duration::from_millis(5) + LATENCY));

        let reply = service.reply(&mut service.lock(), &get("/v1/health"), now, at);
        assert_eq!(reply.status, 503);
        for line in [("Retry-After", "1"), ("Connection", "close")] {
            assert!(reply.headers.contains(&(line.0, line.1.to_owned())), "{line:?}");
        }
    }
}
