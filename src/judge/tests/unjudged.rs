//! What must not be found fault with, and how a contract turns what is found.

use super::*;
use crate::model::{Cut, Severity};

const DATE: (&str, &str) = ("date", "Tue, 16 Jan 2024 10:30:00 GMT");
const ID: (&str, &str) = ("x-request-id", "req_1");
const JSON: (&str, &str) = ("content-type", "application/json");
const NESTED: &str =
    r#"{"success": false, "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_1"}}"#;

/// The rules of the nested contract that speak.
fn nested(request: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Vec<&'static str> {
    let exchange = exchange(request, status, headers, body);
    names(&judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default()))
}

#[test]
fn answers_without_a_body_need_none() {
    for (request, status) in [
        ("HEAD /leads/lead_1", 404),
        ("HEAD /leads/lead_1", 200),
        ("DELETE /leads/lead_1", 204),
        ("GET /leads", 304),
    ] {
        assert_eq!(nested(request, status, &[DATE, ID], ""), [""; 0], "{request} {status}");
    }
}

#[test]
fn redirects_are_not_envelopes() {
    let headers = [DATE, ID, ("location", "/v2"), ("content-type", "text/html")];
    assert_eq!(nested("GET /leads", 301, &headers, "<a href=/v2>moved</a>"), [""; 0]);
    assert_eq!(
        nested("GET /leads", 301, &[DATE, ("location", "/v2")], ""),
        ["request-id-header"],
        "every response has the header"
    );
}

#[test]
fn exempt_operations_are_not_judged_by_the_contract() {
    for (status, body) in [(200, "ok"), (404, "<h1>not here</h1>"), (503, "")] {
        let headers = [DATE, ("content-type", "text/plain"), ("retry-after", "1")];
        assert_eq!(nested("GET /health?verbose=1", status, &headers, body), [""; 0], "{status}");
    }
    assert_ne!(nested("POST /health", 404, &[DATE], "no"), [""; 0]);
}

#[test]
fn header_names_may_be_written_in_any_case_and_details_may_hold_more() {
    let body = r#"{"error": {"request_id": "req_1", "message": "invalid", "details": [
        {"message": "no address", "hint": null, "field": "price.amount", "value": -1}], "code": "VALIDATION_ERROR",
        "docs": "https://example.com"}, "success": false}"#;
    let headers =
        [("DATE", DATE.1), ("X-REQUEST-ID", "req_1"), ("CONTENT-TYPE", "application/json;charset=UTF-8")];
    assert_eq!(nested("POST /leads", 422, &headers, body), [""; 0]);
}

#[test]
fn a_success_is_judged_only_by_a_schema_that_is_there() {
    let problem = contract("problem-details");
    for (body, media_type) in [("a,b\n1,2", "text/csv"), ("[1]", "application/json"), ("", "text/plain")] {
        let exchange = exchange("GET /leads", 200, &[DATE, ("content-type", media_type)], body);
        assert_eq!(names(&judge(&exchange, Some(&problem), &Seen::default())), [""; 0], "{body}");
    }
    assert_eq!(nested("GET /leads", 200, &[DATE, ID, JSON], r#"{"success": true, "data": []}"#), [""; 0]);
    assert_eq!(
        nested("GET /leads", 200, &[DATE, ID, JSON], r#"{"success": false, "data": []}"#),
        ["success-flag"]
    );
}

#[test]
fn problem_details_may_be_as_short_as_they_like() {
    let problem = contract("problem-details");
    for body in ["{}", r#"{"type": "about:blank"}"#, r#"{"title": "Gone", "status": 410, "balance": 30}"#] {
        let headers = [DATE, ("content-type", "application/problem+json")];
        let exchange = exchange("GET /leads", 410, &headers, body);
        assert_eq!(names(&judge(&exchange, Some(&problem), &Seen::default())), [""; 0], "{body}");
    }
}

#[test]
fn legal_waits_are_accepted_where_the_contract_leaves_them_free() {
    let body = NESTED.replace("NOT_FOUND", "SERVICE_UNAVAILABLE");
    for wait in ["0", "120", "Tue, 16 Jan 2024 10:30:00 GMT", "9999999999"] {
        assert_eq!(
            nested("GET /leads", 503, &[DATE, ID, JSON, ("retry-after", wait)], &body),
            [""; 0],
            "{wait}"
        );
    }
}

#[test]
fn a_cut_body_is_not_blamed_for_its_content() {
    let contract = contract("propertybase-v1");
    for (cut, expected) in [
        (Cut::TooLarge(10), &[][..]),
        (Cut::TimedOut, &[][..]),
        (Cut::Broken("reset".to_owned()), &["body-cut"][..]),
    ] {
        let mut exchange = exchange("GET /leads", 404, &[DATE, ID, JSON], r#"{"success": fal"#);
        exchange.outcome.as_mut().expect("a response").cut = Some(cut);
        assert_eq!(names(&judge(&exchange, Some(&contract), &Seen::default())), expected);
    }
}

#[test]
fn a_media_type_is_shown_as_it_was_sent() {
    // Redaction knows a secret only in its own letters.
    let exchange =
        exchange("GET /leads", 404, &[DATE, ID, ("content-type", "text/Se-CRET; charset=utf-8")], NESTED);
    let judged = judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default());
    assert_eq!(judged.observations[0].actual, "text/Se-CRET");
}

#[test]
fn json_that_only_this_reader_cannot_hold_is_no_fault() {
    let nested_in = |place: &str, value: &str| {
        NESTED.replace("\"request_id\"", &format!("{place}{value}, \"request_id\""))
    };
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    for body in [
        nested_in("\"cost\": ", "[1e400, -1e400, 0.1e-999]"),
        nested_in("\"trace\": ", &deep),
        nested_in("\"details\": [{\"field\": \"a\", \"message\": \"b\", \"value\": ", &format!("{deep}}}]")),
    ] {
        assert_eq!(nested("GET /leads", 404, &[DATE, ID, JSON], &body), [""; 0], "{body}");
    }
    let blank = nested_in("\"trace\": ", &deep).replace("no such lead", " ");
    assert_eq!(nested("GET /leads", 404, &[DATE, ID, JSON], &blank), ["message-empty"], "the rest is judged");
    let lone = NESTED.replace("no such lead", "no such lead \\ud83d");
    assert_eq!(nested("GET /leads", 404, &[DATE, ID, JSON], &lone), ["lone-surrogate"]);
}

#[test]
fn a_schema_is_silent_about_what_was_not_read_and_speaks_about_the_rest() {
    // Where the details should be a list of objects stands a list that is too deep to be known whole.
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let body =
        NESTED.replace("\"message\": \"no such lead\", ", &format!("\"details\": [{{\"x\": {deep}}}], "));
    let exchange = exchange("GET /leads", 404, &[DATE, ID, JSON], &body);
    let judged = judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default());
    assert!(judged.body.unread().is_some_and(|unread| unread.starts_with("/error/details/0/x/0/0")));
    let about: Vec<_> = judged.observations.iter().map(|found| found.pointer.as_str()).collect();
    assert!(about.contains(&"/error/message"), "{about:?}");
}

#[test]
fn one_fault_is_one_finding() {
    let headers = [DATE, ID, JSON];
    let cases = [
        (NESTED.replace("\"code\": \"NOT_FOUND\", ", ""), vec!["code-missing"]),
        (NESTED.replace(", \"request_id\": \"req_1\"", ""), vec!["request-id-missing"]),
        (NESTED.replace("\"no such lead\"", "\"\""), vec!["message-empty"]),
        (NESTED.replace("\"message\": \"no such lead\", ", ""), vec!["envelope-schema"]),
        (NESTED.replace("\"success\": false, ", ""), vec!["success-flag"]),
        (r#"{"success": false}"#.to_owned(), vec!["envelope-schema"]),
        ("[]".to_owned(), vec!["envelope-schema"]),
        (format!("{NESTED:?}"), vec!["double-encoded"]),
        (
            NESTED.replace("\"request_id\"", "\"details\": [{\"field\": \"a\"}], \"request_id\""),
            vec!["details-item"],
        ),
        (NESTED.replace("\"request_id\"", "\"details\": {}, \"request_id\""), vec!["details-shape"]),
    ];
    for (body, expected) in cases {
        assert_eq!(nested("GET /leads", 404, &headers, &body), expected, "{body}");
    }
}

#[test]
fn a_contract_turns_severities_by_code_and_by_name() {
    let mut contract = contract("propertybase-v1");
    contract.contract.rules.insert("ENV008".to_owned(), Some(Severity::Note));
    contract.contract.rules.insert("request-id-missing".to_owned(), None);
    let body = NESTED.replace(", \"request_id\": \"req_1\"", "");
    let exchange = exchange("GET /leads", 404, &[DATE, ID], body);
    let judged = judge(&exchange, Some(&contract), &Seen::default());
    let found: Vec<_> = judged.observations.iter().map(|one| (one.rule.name, one.severity)).collect();
    assert_eq!(found, [("media-type", Severity::Note)]);
}

#[test]
fn code_and_id_are_handed_on() {
    let judged = |status, body: &str| {
        let exchange = exchange("GET /leads", status, &[DATE, JSON, ("x-request-id", "req_9")], body);
        let judged = judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default());
        (judged.code, judged.request_id)
    };
    assert_eq!(judged(404, NESTED), (Some("NOT_FOUND".to_owned()), Some("req_1".to_owned())));
    assert_eq!(judged(200, r#"{"success": true, "data": 1}"#), (None, Some("req_9".to_owned())));
}

#[test]
fn without_a_contract_only_http_and_json_are_judged() {
    let judged = |headers: &[(&str, &str)], status, body: &str| {
        names(&judge(&exchange("GET /", status, headers, body), None, &Seen::default()))
    };
    assert_eq!(judged(&[DATE, ("content-type", "text/plain")], 404, "not here"), [""; 0]);
    assert_eq!(judged(&[DATE, JSON], 404, "not here"), ["body-not-json"]);
    assert_eq!(judged(&[JSON], 401, "{}"), ["date-missing", "www-authenticate-missing"]);
    let problem = ("content-type", "application/problem+json");
    assert_eq!(judged(&[DATE, problem], 404, r#"{"status": 400}"#), ["status-member"]);
}
