//! The nested dialect, `propertybase-v1`: everything about the error below `error`.

use serde_json::{Value, json};

use super::problem::{Details, Kind, Problem};

/// Code and status. The document's catalogue is closed: situations it has no code for get `INVALID_FORMAT`
/// (its 400) with the status of RFC 9110, and unknown routes get `NOT_FOUND`.
pub(super) fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        Kind::Unauthorized => ("UNAUTHORIZED", 401),
        Kind::TokenExpired => ("TOKEN_EXPIRED", 401),
        Kind::InvalidKey => ("INVALID_API_KEY", 401),
        Kind::KeyRevoked => ("API_KEY_REVOKED", 401),
        Kind::Forbidden => ("FORBIDDEN", 403),
        Kind::InsufficientScope => ("INSUFFICIENT_PERMISSIONS", 403),
        Kind::WorkspaceDenied => ("WORKSPACE_ACCESS_DENIED", 403),
        Kind::Invalid => ("VALIDATION_ERROR", 422),
        Kind::Malformed => ("INVALID_FORMAT", 400),
        Kind::MissingField => ("MISSING_REQUIRED_FIELD", 422),
        Kind::InvalidValue => ("INVALID_FIELD_VALUE", 422),
        Kind::RouteNotFound | Kind::LeadNotFound => ("NOT_FOUND", 404),
        Kind::DuplicateEmail => ("ALREADY_EXISTS", 409),
        Kind::VersionConflict | Kind::KeyReused => ("CONFLICT", 409),
        Kind::Gone => ("GONE", 410),
        Kind::RateLimited => ("RATE_LIMIT_EXCEEDED", 429),
        Kind::DailyLimited => ("DAILY_LIMIT_EXCEEDED", 429),
        Kind::Internal => ("INTERNAL_ERROR", 500),
        Kind::Unavailable => ("SERVICE_UNAVAILABLE", 503),
        Kind::Timeout => ("TIMEOUT", 504),
        Kind::MethodNotAllowed => ("INVALID_FORMAT", 405),
        Kind::BodyTooLarge => ("INVALID_FORMAT", 413),
        Kind::UrlTooLong => ("INVALID_FORMAT", 414),
        Kind::UnsupportedMediaType => ("INVALID_FORMAT", 415),
        Kind::HeadersTooLarge => ("INVALID_FORMAT", 431),
    }
}

/// The error body; `details` is always there, and empty unless fields are at fault.
pub(super) fn error(problem: &Problem, request_id: &str) -> Value {
    let (code, _) = code(problem.kind);
    json!({
        "success": false,
        "error": {
            "code": code,
            "message": problem.message,
            "details": details(&problem.details),
            "request_id": request_id,
        },
    })
}

fn details(details: &Details) -> Vec<Value> {
    match details {
        Details::Faults(faults) => {
            faults.iter().map(|fault| json!({ "field": fault.field, "message": fault.message })).collect()
        }
        Details::Duplicate { .. } => {
            vec![json!({ "field": "email", "message": "A lead with this email already exists" })]
        }
        Details::None | Details::Part(..) | Details::Lead(..) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_documents_structure() {
        let body = error(&Problem::new(Kind::LeadNotFound), "req_1");
        let inner =
            json!({ "code": "NOT_FOUND", "message": "Lead not found", "details": [], "request_id": "req_1" });
        assert_eq!(body, json!({ "success": false, "error": inner }));
    }
}
