//! The way of a request through the server: authentication, limits, access, faults, routing, leads.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::api::Api;
use super::auth::{Grant, Key, Keyring};
use super::defects::{Defect, Flaw};
use super::edges;
use super::handlers::{Call, Success, health};
use super::ids::Ids;
use super::limiter::{Limits, Visit};
use super::pace::Pace;
use super::problem::{Kind, Problem};
use super::reply::{Headers, Reply, Wire};
use super::router::Endpoint;
use super::store::Shelf;
use crate::limiter::{Answer, Class, HeaderFamily, Quota, Scope};

/// Both APIs, without the sockets.
#[derive(Debug)]
pub(super) struct Service {
    keyring: Keyring,
    /// The limits of an ordinary key.
    common: Quota,
    latency: Duration,
    flaw: Flaw,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    ids: Ids,
    limits: Limits,
    shelves: HashMap<(Api, &'static str), Shelf>,
    pace: Pace,
    /// When the last answer so far is due.
    busy_until: Option<Instant>,
    closing: bool,
}

/// A request on its way, and what its answer will have besides status and body.
struct Way<'a> {
    api: Api,
    request: &'a Request,
    route: String,
    busy: Duration,
    now: Instant,
    at: SystemTime,
    headers: Headers,
    /// A refusal's status, where it is not the documented one.
    status: Option<u16>,
    /// Whether the body is cut.
    cut: bool,
    /// How long the limiter holds the answer back.
    delay: Duration,
}

/// An answer, and what becomes of it.
struct Passed {
    reply: Reply,
    cut: bool,
    delay: Duration,
}

impl Service {
    /// Both APIs without a lead; `common` are the limits of the ordinary keys.
    pub(super) fn new(
        seed: u64,
        common: Quota,
        family: HeaderFamily,
        latency: Duration,
        pace: Pace,
        defect: Option<&'static Defect>,
    ) -> Self {
        let flaw = Flaw::new(defect);
        let state = State {
            ids: Ids::new(seed),
            limits: Limits::new(family, &flaw),
            shelves: HashMap::new(),
            pace,
            busy_until: None,
            closing: false,
        };
        Self { keyring: Keyring::new(seed, common), common, latency, flaw, state: Mutex::new(state) }
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
        let (wire, delay) = self.exchange(request, now, at);
        wire.template(&request.method, delay)
    }

    /// The answer to a request, and how long it is held back.
    pub(super) fn exchange(&self, request: &Request, now: Instant, at: SystemTime) -> (Wire, Duration) {
        let mut state = self.lock();
        let latency = if state.closing { Duration::ZERO } else { self.latency };
        let paced = state.pace.at(now);
        let heard = self.flaw.request(request, &self.keyring);
        let Passed { mut reply, cut, delay } = self.reply(&mut state, &heard, latency, (paced, at));
        let delay = latency.saturating_add(delay);
        state.busy_until = state.busy_until.max(now.checked_add(delay));
        drop(state);
        self.flaw.reply(&mut reply, request);
        let mut wire = Wire::from(reply);
        if cut {
            wire.body.truncate(wire.body.len() / 2);
        }
        self.flaw.wire(&mut wire, request);
        (wire, delay)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reply(
        &self,
        state: &mut State,
        request: &Request,
        busy: Duration,
        (now, at): (Instant, SystemTime),
    ) -> Passed {
        let id = state.ids.next("req");
        let target = Api::of(request.url.path());
        // A path of neither API is answered in the nested dialect, whose catalogue has a code for it.
        let api = target.map_or(Api::Nested, |(api, _)| api);
        let endpoint = target.and_then(|(_, path)| Endpoint::at(path));
        let route = format!("{} {}", request.method, endpoint.map_or("/", Endpoint::pattern));
        let headers = vec![("X-Request-Id", id.clone())];
        let (status, cut, delay) = (None, false, Duration::ZERO);
        let mut way = Way { api, request, route, busy, now, at, headers, status, cut, delay };
        let outcome = match (target, endpoint) {
            (Some(_), _) if state.closing => Err(edges::unavailable().header("Connection", "close")),
            (Some(_), Some(endpoint)) if request.method == http::Method::OPTIONS => {
                self.preflight(state, &mut way, endpoint)
            }
            (Some(_), Some(Endpoint::Health)) => self.health(state, &mut way),
            (Some(_), endpoint) => self.serve(state, endpoint, &mut way),
            (None, _) => Err(Problem::new(Kind::RouteNotFound)),
        };
        let Way { mut headers, status: other, cut, delay, .. } = way;
        let reply = match outcome {
            Ok(None) => Reply { api, kind: None, status: 204, headers, body: None },
            Ok(Some(success)) => {
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
                let status = other.unwrap_or(status);
                Reply { api, kind: Some(problem.kind), status, headers, body: Some(body) }
            }
        };
        Passed { reply, cut, delay }
    }

    /// Everything that needs a key. A 401 is not counted by any limit, a 403 is.
    fn serve(
        &self,
        state: &mut State,
        endpoint: Option<Endpoint<'_>>,
        way: &mut Way<'_>,
    ) -> Result<Option<Success>, Problem> {
        let grant = match self.keyring.authenticate(&way.request.headers) {
            Ok(grant) => grant,
            Err(problem) => {
                state.limits.arrive(&self.common, &way.visit(None, Class::Unauthorized));
                return Err(problem);
            }
        };
        let visit = way.visit(Some(grant.key.alias), Class::Ordinary);
        let answer = state.limits.arrive(&grant.quota, &visit);
        let refusal = way.hear(answer);
        if let Some((problem, effect)) = refusal {
            if effect {
                // Whatever comes of it: the refusal is the answer.
                drop(self.act(state, grant, endpoint, way));
            }
            return Err(problem);
        }
        self.act(state, grant, endpoint, way).map(Some)
    }

    /// What a request that was let in asks for.
    fn act(
        &self,
        state: &mut State,
        grant: &Grant,
        endpoint: Option<Endpoint<'_>>,
        way: &Way<'_>,
    ) -> Result<Success, Problem> {
        let Way { api, request, at, .. } = *way;
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

    /// Which methods there are. No limit is for that, as none is for the question of health.
    fn preflight(
        &self,
        state: &mut State,
        way: &mut Way<'_>,
        endpoint: Endpoint<'_>,
    ) -> Result<Option<Success>, Problem> {
        self.exempt(state, way, Class::Preflight)?;
        way.headers.push(("Allow", endpoint.allow().to_owned()));
        Ok(None)
    }

    fn health(&self, state: &mut State, way: &mut Way<'_>) -> Result<Option<Success>, Problem> {
        self.exempt(state, way, Class::Health)?;
        edges::fault(&way.request.headers)?;
        edges::head(way.request)?;
        Endpoint::Health.operation(way.request.method.as_str()).map(|_| Some(health()))
    }

    fn exempt(&self, state: &mut State, way: &mut Way<'_>, class: Class) -> Result<(), Problem> {
        let grant = self.keyring.authenticate(&way.request.headers).ok();
        let quota = grant.map_or(self.common, |grant| grant.quota);
        let answer = state.limits.arrive(&quota, &way.visit(grant.map(|grant| grant.key.alias), class));
        way.hear(answer).map_or(Ok(()), |(problem, _)| Err(problem))
    }
}

impl Way<'_> {
    /// The request as the limits see it.
    fn visit(&self, key: Option<&'static str>, class: Class) -> Visit<'_> {
        let Self { api, request, route, busy, now, at, .. } = self;
        Visit { api: *api, request, key, class, route, busy: *busy, now: *now, at: *at }
    }

    /// Takes over what the limiter answers: the problem of a refusal, and whether the request is acted on all the same.
    fn hear(&mut self, answer: Answer) -> Option<(Problem, bool)> {
        self.headers.extend(answer.headers);
        self.delay = answer.delay;
        let kind = match answer.refused? {
            Scope::Window => Kind::RateLimited,
            Scope::Day => Kind::DailyLimited,
        };
        self.status = Some(answer.status).filter(|status| *status != 429);
        self.cut = answer.malformed;
        let lines = answer.retry_after.into_iter();
        let problem = lines.fold(Problem::new(kind), |problem, line| problem.header("Retry-After", line));
        Some((problem, answer.effect))
    }
}
