//! Every row of both documents' tables: the right status is accepted, a wrong one is not.

use super::*;

fn body(contract: &str, code: &str) -> String {
    let details = match code {
        "VALIDATION_ERROR" => r#"{"field": "email", "message": "no address"}"#,
        "LEAD_NOT_FOUND" => r#"{"leadId": "lead_1", "message": "no such lead"}"#,
        "DUPLICATE_EMAIL" => r#"{"email": "a@b.c", "existingLeadId": "lead_1", "message": "in use"}"#,
        _ => "{}",
    };
    match contract {
        "lead-management-v1" => format!(
            r#"{{"success": false, "error": "It failed", "code": "{code}", "details": {details},
                "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_1"}}"#
        ),
        _ => format!(
            r#"{{"success": false, "error": {{"code": "{code}", "message": "It failed", "request_id": "req_1"}}}}"#
        ),
    }
}

/// The rules that speak about an otherwise right answer with this code and status.
fn judged(contract: &Compiled, code: &str, status: u16) -> Vec<&'static str> {
    let headers = [
        ("content-type", "application/json; charset=utf-8"),
        ("date", "Tue, 16 Jan 2024 10:30:01 GMT"),
        ("x-request-id", "req_1"),
        ("www-authenticate", "Bearer"),
        ("allow", "GET"),
        ("retry-after", "30"),
    ];
    let exchange = exchange("POST /leads", status, &headers, body(&contract.contract.name, code));
    names(&judge(&exchange, Some(contract), &Seen::default()))
}

#[test]
fn every_documented_code_is_accepted_with_its_statuses_alone() {
    for name in ["lead-management-v1", "propertybase-v1"] {
        let contract = contract(name);
        for (code, row) in &contract.contract.codes {
            for status in
                [400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 418, 422, 429, 431, 500, 503, 504]
            {
                let right = status == row.status || row.also_on.contains(&status);
                let expected: &[&str] = if right { &[] } else { &["status-of-code"] };
                assert_eq!(judged(&contract, code, status), expected, "{name} {code} {status}");
            }
        }
    }
}

#[test]
fn the_catalogues_hold_every_row_of_the_tables() {
    let rows = |name: &str| {
        let rows = contract(name).contract.codes;
        rows.into_iter().map(|(code, row)| format!("{code} {}", row.status)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        rows("lead-management-v1"),
        "VALIDATION_ERROR 400, LEAD_NOT_FOUND 404, DUPLICATE_EMAIL 409, RATE_LIMIT_EXCEEDED 429"
    );
    assert_eq!(
        rows("propertybase-v1"),
        "UNAUTHORIZED 401, TOKEN_EXPIRED 401, INVALID_API_KEY 401, API_KEY_REVOKED 401, FORBIDDEN 403, \
         INSUFFICIENT_PERMISSIONS 403, WORKSPACE_ACCESS_DENIED 403, VALIDATION_ERROR 422, INVALID_FORMAT 400, \
         MISSING_REQUIRED_FIELD 422, INVALID_FIELD_VALUE 422, NOT_FOUND 404, ALREADY_EXISTS 409, CONFLICT 409, \
         GONE 410, RATE_LIMIT_EXCEEDED 429, DAILY_LIMIT_EXCEEDED 429, INTERNAL_ERROR 500, \
         SERVICE_UNAVAILABLE 503, TIMEOUT 504"
    );
}

#[test]
fn other_codes_are_noted_where_the_catalogue_is_open_and_refused_where_it_is_closed() {
    let flat = contract("lead-management-v1");
    assert_eq!(judged(&flat, "UNAUTHORIZED", 401), ["code-undocumented"]);
    assert_eq!(judged(&flat, "Unauthorized", 401), ["code-pattern", "code-undocumented"]);
    let nested = contract("propertybase-v1");
    assert_eq!(judged(&nested, "LEAD_NOT_FOUND", 404), ["code-unknown"]);
    assert_eq!(judged(&nested, "not-found", 404), ["code-unknown"]);
}
