//! The flat dialect, `lead-management-v1`: one object with `code` and `details` side by side.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::problem::{Details, Fault, Kind, Problem};
use super::timestamp::rfc3339;

/// Code and status. The document has `VALIDATION_ERROR`, `LEAD_NOT_FOUND`, `DUPLICATE_EMAIL` and
/// `RATE_LIMIT_EXCEEDED`; the others are ours, in its style, where it names none.
pub(super) fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        Kind::Malformed | Kind::Invalid | Kind::MissingField | Kind::InvalidValue => {
            ("VALIDATION_ERROR", 400)
        }
        Kind::LeadNotFound | Kind::Gone => ("LEAD_NOT_FOUND", 404),
        Kind::DuplicateEmail => ("DUPLICATE_EMAIL", 409),
        Kind::RateLimited => ("RATE_LIMIT_EXCEEDED", 429),
        Kind::Unauthorized | Kind::TokenExpired | Kind::InvalidKey | Kind::KeyRevoked => {
            ("UNAUTHORIZED", 401)
        }
        Kind::Forbidden | Kind::InsufficientScope | Kind::WorkspaceDenied => ("FORBIDDEN", 403),
        Kind::RouteNotFound => ("NOT_FOUND", 404),
        Kind::VersionConflict => ("VERSION_CONFLICT", 409),
        Kind::KeyReused => ("IDEMPOTENCY_KEY_REUSED", 409),
        Kind::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405),
        Kind::BodyTooLarge => ("PAYLOAD_TOO_LARGE", 413),
        Kind::UrlTooLong => ("URI_TOO_LONG", 414),
        Kind::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415),
        Kind::HeadersTooLarge => ("HEADERS_TOO_LARGE", 431),
        Kind::DailyLimited => ("DAILY_LIMIT_EXCEEDED", 429),
        Kind::Internal => ("INTERNAL_ERROR", 500),
        Kind::Unavailable => ("SERVICE_UNAVAILABLE", 503),
        Kind::Timeout => ("TIMEOUT", 504),
    }
}

/// The error body.
pub(super) fn error(problem: &Problem, request_id: &str, at: SystemTime) -> Value {
    let (code, _) = code(problem.kind);
    json!({
        "success": false,
        "error": problem.message,
        "code": code,
        "details": details(&problem.details),
        "timestamp": rfc3339(at),
        "requestId": request_id,
    })
}

/// The document has one object: it tells of the first wrong field, and `errors` lists all if there are more.
fn details(details: &Details) -> Value {
    match details {
        Details::None => json!({}),
        Details::Part(part, message) => json!({ "field": part, "value": null, "message": message }),
        Details::Lead(id, message) => json!({ "leadId": id, "message": message }),
        Details::Duplicate { email, existing } => json!({
            "email": email,
            "existingLeadId": existing,
            "message": "A lead with this email already exists in your workspace",
        }),
        Details::Faults(faults) => {
            let mut object = faults.first().map(field).unwrap_or_default();
            if faults.len() > 1 {
                let all = faults.iter().map(|fault| Value::Object(field(fault))).collect();
                object.insert("errors".to_owned(), Value::Array(all));
            }
            Value::Object(object)
        }
    }
}

fn field(fault: &Fault) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("field".to_owned(), fault.field.into());
    object.insert("value".to_owned(), fault.value.clone());
    object.insert("message".to_owned(), fault.message.into());
    object
}

#[cfg(test)]
mod tests {
    use super::super::problem::Class;
    use super::*;

    #[test]
    fn writes_the_documents_example() {
        let fault = Fault {
            field: "email",
            value: "invalid-email".into(),
            message: "Must be a valid email address",
            class: Class::Wrong,
        };
        let body = error(&Problem::invalid(vec![fault]), "req_1", SystemTime::UNIX_EPOCH);
        let expected = json!({
            "success": false,
            "error": "Validation failed",
            "code": "VALIDATION_ERROR",
            "details": { "field": "email", "value": "invalid-email", "message": "Must be a valid email address" },
            "timestamp": "1970-01-01T00:00:00.000Z",
            "requestId": "req_1",
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn lists_further_faults_beside_the_first() {
        let fault = |field| Fault { field, value: Value::Null, message: "Required", class: Class::Missing };
        let details = details(&Details::Faults(vec![fault("name"), fault("email")]));
        assert_eq!(details["field"], "name");
        assert_eq!(details["errors"][1]["field"], "email");
    }
}
