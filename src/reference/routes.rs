//! Every answer the server knows, with the requests that bring it about.

use std::sync::LazyLock;

use super::api::Api;
use super::rows::{Outcome, ROWS, Row, Spec};

/// One request of a [`Route`]. Its parts may hold `<placeholders>`: the name of a variable (see
/// [`variables`](super::variables)), `<lead>` and `<etag>` (id and entity tag of the lead that the request before
/// created), `<unique>` (any text, the same in the whole route), `<long>` (9,000 bytes), `<huge>` (1.1 million).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// The path below the origin, with its query.
    pub path: String,
    /// Header lines.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty is none.
    pub body: String,
}

/// One answer of one API and how to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The contract: `lead-management-v1` or `propertybase-v1`.
    pub api: &'static str,
    /// The method of the last request.
    pub method: &'static str,
    /// The path of the last request.
    pub path: String,
    /// The error code, or `-` for a success.
    pub code: &'static str,
    /// The status.
    pub status: u16,
    /// The requests themselves, in order; the last one gets the answer.
    pub calls: Vec<Call>,
}

/// Every answer of both APIs. What both know comes in the same order.
pub fn routes() -> &'static [Route] {
    static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let of = |api| ROWS.iter().map(move |row| route(row, api));
        Api::ALL.into_iter().flat_map(of).collect()
    });
    &ROUTES
}

fn route(row: &Row, api: Api) -> Route {
    let calls: Vec<Call> = row.before.iter().chain([&row.call]).map(|spec| call(spec, api)).collect();
    let (code, status) = match row.outcome {
        Outcome::Success(status) => ("-", status),
        Outcome::Problem(kind) => api.code(kind),
    };
    Route {
        api: api.name(),
        method: row.call.method,
        path: format!("{}{}", api.prefix(), row.call.path),
        code,
        status,
        calls,
    }
}

fn call(spec: &Spec, api: Api) -> Call {
    let key = (!spec.key.is_empty()).then_some(("Authorization", spec.key));
    let headers = key.into_iter().chain(spec.headers.iter().copied());
    Call {
        method: spec.method,
        path: format!("{}{}", api.prefix(), spec.path),
        headers: headers.map(|(name, value)| (name, value.to_owned())).collect(),
        body: spec.body.to_owned(),
    }
}

impl Call {
    /// The request with its placeholders filled: `value` gives the text for a name, or leaves it as it is.
    #[must_use]
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Self {
        let headers = self.headers.iter().map(|(name, text)| (*name, fill(text, &value)));
        Self {
            method: self.method,
            path: fill(&self.path, &value),
            headers: headers.collect(),
            body: fill(&self.body, &value),
        }
    }

    /// The request as a command that one can type, in the parts between which a line may be broken.
    #[must_use]
    pub fn command(&self) -> Vec<String> {
        let program = match self.method {
            "GET" => "curl".to_owned(),
            "HEAD" => "curl --head".to_owned(),
            method => format!("curl -X {method}"),
        };
        let headers = self.headers.iter().map(|(name, value)| format!("-H '{name}: {value}'"));
        let body = (!self.body.is_empty()).then(|| format!("-d '{}'", self.body));
        let url = format!("'<origin>{}'", self.path);
        [program].into_iter().chain(headers).chain(body).chain([url]).collect()
    }
}

fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = text.split('<');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('>').and_then(|(name, rest)| Some((value(name)?, rest))) {
            Some((value, rest)) => filled.extend([value.as_str(), rest]),
            None => filled.extend(["<", part]),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_documented_nested_code_has_a_row() {
        let codes: BTreeSet<(&str, u16)> = routes()
            .iter()
            .filter(|route| route.api == "propertybase-v1")
            .map(|r| (r.code, r.status))
            .collect();
        for row in [
            ("UNAUTHORIZED", 401),
            ("TOKEN_EXPIRED", 401),
            ("INVALID_API_KEY", 401),
            ("API_KEY_REVOKED", 401),
            ("FORBIDDEN", 403),
            ("INSUFFICIENT_PERMISSIONS", 403),
            ("WORKSPACE_ACCESS_DENIED", 403),
            ("VALIDATION_ERROR", 422),
            ("INVALID_FORMAT", 400),
            ("MISSING_REQUIRED_FIELD", 422),
            ("INVALID_FIELD_VALUE", 422),
            ("NOT_FOUND", 404),
            ("ALREADY_EXISTS", 409),
            ("CONFLICT", 409),
            ("GONE", 410),
            ("RATE_LIMIT_EXCEEDED", 429),
            ("DAILY_LIMIT_EXCEEDED", 429),
            ("INTERNAL_ERROR", 500),
            ("SERVICE_UNAVAILABLE", 503),
            ("TIMEOUT", 504),
        ] {
            assert!(codes.contains(&row), "{row:?}");
        }
    }

    #[test]
    fn every_documented_flat_code_has_a_row() {
        let codes: BTreeSet<(&str, u16)> = routes()
            .iter()
            .filter(|route| route.api == "lead-management-v1")
            .map(|r| (r.code, r.status))
            .collect();
        for row in [
            ("VALIDATION_ERROR", 400),
            ("LEAD_NOT_FOUND", 404),
            ("DUPLICATE_EMAIL", 409),
            ("RATE_LIMIT_EXCEEDED", 429),
        ] {
            assert!(codes.contains(&row), "{row:?}");
        }
    }

    #[test]
    fn commands_can_be_typed() {
        let route = routes().iter().find(|route| route.code == "DUPLICATE_EMAIL").unwrap();
        let once = [
            "curl -X POST",
            "-H 'Authorization: Bearer <api_key>'",
            "-H 'Content-Type: application/json'",
            "-d '{\"name\":\"Ada\",\"email\":\"<unique>@example.com\"}'",
            "'<origin>/api/v1/leads'",
        ];
        let commands: Vec<_> = route.calls.iter().map(Call::command).collect();
        assert_eq!(commands, [once, once]);
    }

    #[test]
    fn placeholders_are_filled_and_other_brackets_kept() {
        let value = |name: &str| (name == "lead").then(|| "lead_1".to_owned());
        assert_eq!(fill("/leads/<lead>?a<b&<x>", value), "/leads/lead_1?a<b&<x>");
    }
}
