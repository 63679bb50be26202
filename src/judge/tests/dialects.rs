//! Errors in the words of others, and messages that are none.

use super::*;

const DATE: (&str, &str) = ("date", "Tue, 16 Jan 2024 10:30:00 GMT");
const ID: (&str, &str) = ("x-request-id", "req_1");
const FLAT: &str = r#"{"success": false, "error": "Log in", "code": "X", "details": {},
    "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_1"}"#;
const NESTED: &str =
    r#"{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_1"}}"#;

fn judged(name: &str, media_type: &str, body: &str) -> Judged {
    let exchange = exchange("GET /leads/1", 404, &[DATE, ID, ("content-type", media_type)], body);
    judge(&exchange, Some(&contract(name)), &Seen::default())
}

#[test]
fn other_dialects_are_one_finding_that_names_them() {
    for (body, dialect, contracts) in [
        (FLAT, "flat", &["propertybase-v1"][..]),
        (NESTED, "nested", &["lead-management-v1"]),
        (r#"{"code": "X", "error": "Log in"}"#, "flat", &["propertybase-v1"]),
        (r#"{"type": "about:blank", "title": "Not found", "status": 404}"#, "problem details (RFC", &[]),
        (
            r#"{"type": "https://tools.ietf.org/html/rfc9110", "title": "One", "status": 404, "traceId": "00-1"}"#,
            "ASP.NET",
            &[],
        ),
        (
            r#"{"timestamp": "2024-01-16T10:30:00.000+00:00", "status": 404, "error": "Not Found", "path": "/"}"#,
            "Spring",
            &[],
        ),
        (r#"{"detail": "Not Found"}"#, "FastAPI", &[]),
        (
            r#"{"detail": [{"loc": ["body", "email"], "msg": "field required", "type": "missing"}]}"#,
            "FastAPI",
            &[],
        ),
        (r#"{"status": 404, "error": "Not Found"}"#, "Rails", &[]),
        (r#"{"message": "Forbidden"}"#, "gateway", &[]),
        (r#"{"message": "no Route matched", "request_id": "1f"}"#, "Kong", &[]),
        (r#"{"statusCode": 404, "message": "Cannot GET /", "error": "Not Found"}"#, "NestJS", &[]),
        (r#"{"error": "invalid_token", "error_description": "expired"}"#, "OAuth", &[]),
        (r#"{"errors": [{"status": "404", "title": "Not found"}]}"#, "JSON:API", &[]),
        (r#"{"message": "invalid", "errors": {"email": ["invalid"]}}"#, "Laravel", &[]),
    ] {
        let both = &["propertybase-v1", "lead-management-v1"][..];
        for name in if contracts.is_empty() { both } else { contracts } {
            for media_type in ["application/json", "application/problem+json"] {
                let judged = judged(name, media_type, body);
                assert_eq!(names(&judged), ["other-dialect"], "{name} {body}");
                assert!(judged.observations[0].message.contains(dialect), "{:?}", judged.observations);
            }
        }
    }
}

#[test]
fn faults_of_the_own_dialect_stay_what_they_are() {
    for (name, body, expected) in [
        ("propertybase-v1", r#"{"success": false, "error": "no such lead"}"#, &["envelope-schema"][..]),
        (
            "propertybase-v1",
            r#"{"success": false, "error": {"message": "a", "request_id": "req_1"}}"#,
            &["code-missing"],
        ),
        (
            "propertybase-v1",
            r#"{"success": false, "error": {"code": 404, "message": "a", "request_id": "req_1"}}"#,
            &["code-missing"],
        ),
        ("propertybase-v1", r#"{"success": false, "message": "Forbidden"}"#, &["envelope-schema"]),
        ("propertybase-v1", "{}", &["envelope-schema", "success-flag"]),
        (
            "propertybase-v1",
            r#"{"success": false, "status": 404, "title": "x", "detail": "x", "error":
                {"code": "NOT_FOUND", "message": "a", "request_id": "req_1"}}"#,
            &[],
        ),
        ("lead-management-v1", &FLAT.replace(r#""code": "X", "#, ""), &["code-missing"]),
        (
            "lead-management-v1",
            &FLAT.replace(r#""success": false, "#, ""),
            &["code-undocumented", "success-flag"],
        ),
    ] {
        assert_eq!(names(&judged(name, "application/json", body)), expected, "{name} {body}");
    }
    for body in [r#"{"message": "x"}"#, r#"{"title": 7, "status": 404, "detail": "x"}"#, NESTED] {
        let found = names(&judged("problem-details", "application/problem+json", body));
        assert!(!found.contains(&"other-dialect"), "{body}: {found:?}");
    }
}

/// The rules that speak about a nested error with these messages, after this was sent.
fn told(message: &str, of_detail: &str, sent: &str) -> Vec<(&'static str, String)> {
    let body = serde_json::json!({ "success": false, "error": { "code": "VALIDATION_ERROR", "request_id": "req_1",
        "message": message, "details": [{ "field": "email", "message": of_detail }] } });
    let headers = [DATE, ID, ("content-type", "application/json")];
    let mut exchange = exchange("POST /leads", 422, &headers, body.to_string());
    exchange.request.body = Bytes::copy_from_slice(sent.as_bytes());
    let judged = judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default());
    judged.observations.into_iter().map(|one| (one.rule.name, one.pointer)).collect()
}

#[test]
fn messages_with_holes_are_found() {
    for hole in [
        "No lead {0}",
        "{0} is wrong",
        "No lead `{}`",
        "Hello ${name}",
        "Hello {{ user.name }}",
        "%{count} leads",
        "No lead %s",
        "%d leads",
        "'%1$s' is wrong",
        "%(name)s is wrong",
        "The :attribute field is required.",
        "[object Object]",
        "Error: [object Array]",
        "undefined",
        " null ",
        "None",
        "nil",
        "NaN",
    ] {
        let found = |pointer: &str| vec![("message-placeholder", pointer.to_owned())];
        assert_eq!(told(hole, "no address", ""), found("/error/message"), "{hole}");
        assert_eq!(told("invalid", hole, ""), found("/error/details/0/message"), "{hole}");
        let sent = serde_json::json!({ "name": hole.trim() }).to_string();
        assert_eq!(told(&format!("'{hole}' is not a name"), "no address", &sent), [], "{hole}");
    }
    for data in [
        "{\"email\": \"invalid\"}",
        "[\"invalid\"]",
        " [{}] ",
        "<html><body>",
        "<!DOCTYPE html>",
        "<p>no</p>",
    ] {
        assert_eq!(
            told(data, "no address", ""),
            [("message-structured", "/error/message".to_owned())],
            "{data}"
        );
    }
    let long = "ü".repeat(501);
    assert_eq!(told(&long, "no address", ""), [("message-long", "/error/message".to_owned())]);
}

#[test]
fn sentences_are_left_alone() {
    for sentence in [
        "Must not be null or undefined",
        "Expected string, received undefined",
        "100% sure, 5 % off, 100%s",
        "Must match ^[A-Z]{2}\\d{0,3}$ or (a|b){1}",
        "Send it to /leads/{id} or {workspace}/leads",
        "The object Object is no lead",
        "See [the docs] and {the notes}",
        "[1, 2] is no range",
        "<name@example.com> is no address",
        "a < b and c > d",
        "Time is 10:attribute",
        "Nonetheless nilly-willy",
        "Price is $5 {approximately}",
        "Größe fehlt",
        "メールアドレスが正しくありません",
        &"ü".repeat(500),
    ] {
        assert_eq!(told(sentence, sentence, ""), [], "{sentence}");
    }
}
