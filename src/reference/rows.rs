//! The route table, written once for both APIs: what is sent, and what comes of it.

use super::problem::Kind;

/// A request below the base path, the same in both APIs.
pub(super) struct Spec {
    /// The method.
    pub(super) method: &'static str,
    /// The path below the base path.
    pub(super) path: &'static str,
    /// The value of `Authorization`; empty leaves it out.
    pub(super) key: &'static str,
    /// Further header lines.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// The body; empty is none.
    pub(super) body: &'static str,
}

impl Spec {
    const fn new(method: &'static str, path: &'static str) -> Self {
        Self { method, path, key: "Bearer <api_key>", headers: &[], body: "" }
    }

    const fn json(method: &'static str, path: &'static str, body: &'static str) -> Self {
        Self::new(method, path).headers(&[("Content-Type", "application/json")]).body(body)
    }

    const fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    const fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    const fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }
}

/// What a row leads to.
pub(super) enum Outcome {
    /// A success with this status.
    Success(u16),
    /// A problem.
    Problem(Kind),
}

/// One answer.
pub(super) struct Row {
    /// What comes of it.
    pub(super) outcome: Outcome,
    /// Requests that have to go before.
    pub(super) before: &'static [Spec],
    /// The request that gets the answer.
    pub(super) call: Spec,
}

impl Row {
    const fn good(status: u16, call: Spec) -> Self {
        Self { outcome: Outcome::Success(status), before: &[], call }
    }

    const fn bad(kind: Kind, call: Spec) -> Self {
        Self { outcome: Outcome::Problem(kind), before: &[], call }
    }

    const fn after(self, before: &'static [Spec]) -> Self {
        Self { before, ..self }
    }
}

const LEAD: &str = r#"{"name":"Ada","email":"<unique>@example.com"}"#;
const OTHER: &str = r#"{"name":"Grace","email":"other-<unique>@example.com"}"#;
const CREATE: Spec = Spec::json("POST", "/leads", LEAD);
const LIST: Spec = Spec::new("GET", "/leads");
const READ: Spec = Spec::new("GET", "/leads/<lead>");
const DELETE: Spec = Spec::new("DELETE", "/leads/<lead>");
const ONCE: Spec = CREATE.headers(&[("Content-Type", "application/json"), ("Idempotency-Key", "<unique>")]);
const LIMITED: Spec = LIST.key("Bearer <limited_key>");
const DAILY: Spec = LIST.key("Bearer <daily_key>");

const fn fault(headers: &'static [(&'static str, &'static str)]) -> Spec {
    LIST.headers(headers)
}

const fn post(body: &'static str) -> Spec {
    Spec::json("POST", "/leads", body)
}

/// What both APIs answer, and how to get it.
pub(super) static ROWS: &[Row] = &[
    Row::good(200, Spec::new("GET", "/health").key("")),
    Row::good(201, CREATE),
    Row::good(201, ONCE).after(&[ONCE]),
    Row::good(200, LIST),
    Row::good(200, Spec::new("GET", "/leads?limit=100&offset=1")),
    Row::good(200, Spec::new("HEAD", "/leads")),
    Row::good(204, Spec::new("OPTIONS", "/leads").key("")),
    Row::good(200, READ).after(&[CREATE]),
    Row::good(200, Spec::json("PATCH", "/leads/<lead>", r#"{"status":"contacted"}"#)).after(&[CREATE]),
    Row::good(
        200,
        Spec::json("PATCH", "/leads/<lead>", r#"{"bedrooms":3}"#)
            .headers(&[("Content-Type", "application/json"), ("If-Match", "<etag>")]),
    )
    .after(&[CREATE]),
    Row::good(200, DELETE).after(&[CREATE]),
    Row::bad(Kind::Unauthorized, LIST.key("")),
    Row::bad(Kind::Unauthorized, LIST.key("Basic dXNlcjpwYXNzd29yZA==")),
    Row::bad(Kind::InvalidKey, LIST.key("Bearer <unknown_key>")),
    Row::bad(Kind::TokenExpired, LIST.key("Bearer <expired_key>")),
    Row::bad(Kind::KeyRevoked, LIST.key("Bearer <revoked_key>")),
    Row::bad(Kind::Forbidden, LIST.key("Bearer <suspended_key>")),
    Row::bad(Kind::InsufficientScope, CREATE.key("Bearer <readonly_key>")),
    Row::bad(Kind::WorkspaceDenied, LIST.key("Bearer <no_workspace_key>")),
    Row::bad(Kind::WorkspaceDenied, LIST.headers(&[("X-Workspace-Id", "<other_workspace>")])),
    Row::bad(Kind::Malformed, post(r#"{"name":"#)),
    Row::bad(Kind::Malformed, post("[]")),
    Row::bad(Kind::Malformed, post("")),
    Row::bad(Kind::UnsupportedMediaType, CREATE.headers(&[("Content-Type", "text/plain")])),
    Row::bad(Kind::BodyTooLarge, post(r#"{"name":"<huge>"}"#)),
    Row::bad(Kind::UrlTooLong, Spec::new("GET", "/leads?filler=<long>")),
    Row::bad(Kind::HeadersTooLarge, LIST.headers(&[("X-Filler", "<long>"), ("X-More", "<long>")])),
    Row::bad(Kind::MissingField, post("{}")),
    Row::bad(Kind::Invalid, post(r#"{"name":"Ada","email":"nope","price":{"amount":-1},"bedrooms":99}"#)),
    Row::bad(Kind::InvalidValue, post(r#"{"name":"Ada","email":"<unique>@example.com","status":"asleep"}"#)),
    Row::bad(Kind::Invalid, Spec::new("GET", "/leads?limit=0")),
    Row::bad(Kind::LeadNotFound, Spec::new("GET", "/leads/lead_nonexistent123")),
    Row::bad(Kind::LeadNotFound, Spec::new("GET", "/leads/42")),
    Row::bad(Kind::LeadNotFound, READ.key("Bearer <other_workspace_key>")).after(&[CREATE]),
    Row::bad(Kind::Gone, READ).after(&[CREATE, DELETE]),
    Row::bad(Kind::DuplicateEmail, CREATE).after(&[CREATE]),
    Row::bad(
        Kind::VersionConflict,
        Spec::json("PATCH", "/leads/<lead>", r#"{"bedrooms":3}"#)
            .headers(&[("Content-Type", "application/json"), ("If-Match", "\"v0\"")]),
    )
    .after(&[CREATE]),
    Row::bad(Kind::KeyReused, ONCE.body(OTHER)).after(&[ONCE]),
    Row::bad(Kind::RouteNotFound, Spec::new("GET", "/nothing")),
    Row::bad(Kind::MethodNotAllowed, Spec::json("PUT", "/leads", LEAD)),
    Row::bad(Kind::MethodNotAllowed, Spec::new("POST", "/health").key("")),
    Row::bad(Kind::RateLimited, LIMITED).after(&[LIMITED, LIMITED, LIMITED]),
    Row::bad(Kind::DailyLimited, DAILY).after(&[DAILY, DAILY]),
    Row::bad(Kind::Internal, fault(&[("X-Tollgate-Fault", "internal")])),
    Row::bad(Kind::Unavailable, fault(&[("X-Tollgate-Fault", "unavailable")])),
    Row::bad(Kind::Timeout, fault(&[("X-Tollgate-Fault", "timeout")])),
    Row::bad(Kind::Malformed, fault(&[("X-Tollgate-Fault", "earthquake")])),
];
