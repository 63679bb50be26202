//! What is refused before a lead is touched: sizes, media types, unreadable bodies, injected faults.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use wiremock::Request;

use super::problem::{Kind, Problem};

/// The header that asks for a fault: `internal`, `unavailable` or `timeout`.
pub(super) const FAULT_HEADER: &str = "X-Tollgate-Fault";

/// Largest path with query, in bytes.
const URL_LIMIT: usize = 8 * 1024;
/// Largest sum of all header names and values, in bytes.
const HEADER_LIMIT: usize = 16 * 1024;
/// Largest body, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// Answers with the fault that the request asks for, if it does.
///
/// # Errors
///
/// The fault; a 400 if there is no such fault.
pub(super) fn fault(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(FAULT_HEADER).map(http::HeaderValue::as_bytes) {
        None => Ok(()),
        Some(b"internal") => Err(Problem::new(Kind::Internal)),
        Some(b"unavailable") => Err(unavailable()),
        Some(b"timeout") => Err(Problem::new(Kind::Timeout)),
        Some(_) => Err(Problem::malformed_part(
            FAULT_HEADER,
            "X-Tollgate-Fault knows internal, unavailable and timeout",
        )),
    }
}

/// A 503 that invites to come back in a second.
pub(super) fn unavailable() -> Problem {
    Problem::new(Kind::Unavailable).header("Retry-After", "1")
}

/// Refuses a URL or header fields over the limits.
///
/// # Errors
///
/// 414 or 431.
pub(super) fn head(request: &Request) -> Result<(), Problem> {
    if request.url.path().len() + request.url.query().map_or(0, str::len) > URL_LIMIT {
        return Err(Problem::new(Kind::UrlTooLong));
    }
    let fields = request.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    if fields.sum::<usize>() > HEADER_LIMIT {
        return Err(Problem::new(Kind::HeadersTooLarge));
    }
    Ok(())
}

/// The JSON object in a request's body.
///
/// # Errors
///
/// 413, 415, or a 400 for a body that is empty, not JSON, or not an object.
pub(super) fn object(request: &Request) -> Result<Map<String, Value>, Problem> {
    if request.body.len() > BODY_LIMIT {
        return Err(Problem::new(Kind::BodyTooLarge));
    }
    if request.body.is_empty() {
        return Err(Problem::malformed("The request body is empty"));
    }
    if !is_json(&request.headers) {
        return Err(Problem::new(Kind::UnsupportedMediaType));
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::malformed("The request body must be a JSON object")),
        Err(_) => Err(Problem::malformed("The request body is not valid JSON")),
    }
}

/// Whether the body is declared as `application/json` or with the suffix `+json` (RFC 6839), parameters aside.
fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(media_type: Option<&str>, body: &[u8]) -> Request {
        let mut headers = HeaderMap::new();
        if let Some(media_type) = media_type {
            headers.insert(CONTENT_TYPE, media_type.parse().unwrap());
        }
        let url = "http://localhost/v1/leads".parse().unwrap();
        Request { url, method: http::Method::POST, headers, body: body.to_vec() }
    }

    #[test]
    fn takes_json_however_it_is_declared() {
        for declared in
            ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
        {
            assert!(object(&request(Some(declared), b"{}")).is_ok(), "{declared}");
        }
        for declared in [None, Some("text/plain"), Some("text/json"), Some("application/jsonx"), Some("")] {
            let problem = object(&request(declared, b"{}")).unwrap_err();
            assert_eq!(problem.kind, Kind::UnsupportedMediaType, "{declared:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_object() {
        let deep = "[".repeat(5_000);
        for body in ["", " ", "{", "{}{}", "\u{feff}{}", "[]", "1", "null", "\"x\"", deep.as_str()] {
            let problem = object(&request(Some("application/json"), body.as_bytes())).unwrap_err();
            assert_eq!(problem.kind, Kind::Malformed, "{body:.20}");
        }
        assert!(object(&request(Some("application/json"), b"{\"a\":\"\xff\"}")).is_err());
    }

    #[test]
    fn draws_the_line_after_one_mebibyte() {
        let body = |size: usize| format!("{{\"name\":\"{}\"}}", "x".repeat(size - 11)).into_bytes();
        assert!(object(&request(Some("application/json"), &body(BODY_LIMIT))).is_ok());
        let problem = object(&request(Some("application/json"), &body(BODY_LIMIT + 1))).unwrap_err();
        assert_eq!(problem.kind, Kind::BodyTooLarge);
    }
}
