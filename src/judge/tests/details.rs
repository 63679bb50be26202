//! Whether details tell the truth about what was sent, and what of it nobody can know.

use serde_json::{Value, json};

use super::*;

const USUAL: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("date", "Tue, 16 Jan 2024 10:30:00 GMT"),
    ("x-request-id", "req_1"),
];

fn judged(contract: &Compiled, request: &str, status: u16, sent: &str, body: &Value) -> Vec<&'static str> {
    let mut exchange = exchange(request, status, &USUAL, body.to_string());
    exchange.request.body = Bytes::copy_from_slice(sent.as_bytes());
    exchange.request.headers.push(Header::new("Idempotency-Key", "1"));
    names(&judge(&exchange, Some(contract), &Seen::default()))
}

/// The rules about a nested refusal that names these fields.
fn nested(code: &str, sent: &Value, fields: &[&str]) -> Vec<&'static str> {
    let details: Vec<_> = fields.iter().map(|field| json!({ "field": field, "message": "no" })).collect();
    let body = json!({ "success": false,
        "error": { "code": code, "message": "invalid", "details": details, "request_id": "req_1" } });
    let status = if code == "INVALID_FORMAT" { 400 } else { 422 };
    judged(&contract("propertybase-v1"), "POST /leads?dry=1", status, &sent.to_string(), &body)
}

/// The rules about a flat refusal with these details.
fn flat(sent: &Value, details: &Value) -> Vec<&'static str> {
    let body = json!({ "success": false, "error": "Validation failed", "code": "VALIDATION_ERROR",
        "details": details, "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_1" });
    judged(&contract("lead-management-v1"), "POST /leads?dry=1", 400, &sent.to_string(), &body)
}

#[test]
fn all_wrong_fields_are_named() {
    let wrong = json!({ "name": "Ada", "email": "nope", "price": { "amount": -1 }, "bedrooms": 99 });
    let all = ["email", "price.amount", "bedrooms"];
    assert_eq!(nested("VALIDATION_ERROR", &wrong, &all), [""; 0]);
    assert_eq!(nested("VALIDATION_ERROR", &wrong, &["bedrooms", "/price/amount", "body.email"]), [""; 0]);
    assert_eq!(nested("VALIDATION_ERROR", &wrong, &["bedrooms", "price", "email", "name"]), [""; 0]);
    for left_out in 0..3 {
        let mut some = all.to_vec();
        some.remove(left_out);
        assert_eq!(nested("VALIDATION_ERROR", &wrong, &some), ["details-incomplete"], "{some:?}");
    }
    assert_eq!(nested("VALIDATION_ERROR", &wrong, &["email", "amount", "bedrooms"]), ["details-incomplete"]);
    assert_eq!(nested("VALIDATION_ERROR", &wrong, &[]), ["details-incomplete"]);
    for (code, fields, why) in [
        ("VALIDATION_ERROR", &["body"][..], "the whole"),
        ("MISSING_REQUIRED_FIELD", &["phone"], "missing fields come first"),
        ("INVALID_FORMAT", &[], "a body that was not taken"),
        ("CONFLICT", &[], "another code"),
    ] {
        let found = nested(code, &wrong, fields);
        assert!(!found.contains(&"details-incomplete"), "{why}: {found:?}");
    }
    for undocumented in [
        json!({ "email": "a@b", "bedrooms": "99", "price": 5 }),
        json!({ "email": null, "bedrooms": null, "price": { "amount": null } }),
        json!({ "bedrooms": 2.5, "price": { "amount": "-1" }, "email": ["nope"] }),
    ] {
        assert_eq!(nested("VALIDATION_ERROR", &undocumented, &["name"]), [""; 0], "{undocumented}");
    }
}

#[test]
fn right_fields_are_not_blamed() {
    let blame = |sent: &Value, fields: &[&str]| nested("VALIDATION_ERROR", sent, fields);
    assert_eq!(blame(&json!({ "bedrooms": 3 }), &["bedrooms"]), ["details-valid-field"]);
    for (sent, field) in [
        (json!({ "bedrooms": 0 }), "bedrooms"),
        (json!({ "bedrooms": "3" }), "bedrooms"),
        (json!({ "bedrooms": 2.5 }), "bedrooms"),
        (json!({ "bedrooms": null }), "bedrooms"),
        (json!({}), "bedrooms"),
        (json!({ "price": { "amount": 1e15 } }), "price.amount"),
        (json!({ "email": "taken@example.com" }), "email"),
        (json!({ "name": "Ada" }), "name"),
    ] {
        assert_eq!(blame(&sent, &[field]), [""; 0], "{sent} {field}");
    }
    assert_eq!(nested("CONFLICT", &json!({ "bedrooms": 3 }), &["bedrooms"]), ["status-of-code"]);
}

#[test]
fn named_fields_are_known() {
    let name = |sent: &Value, field: &str| flat(sent, &json!({ "field": field, "message": "no" }));
    let sent = json!({ "name": "Ada", "phone": "1", "price": { "currency": 1 }, "tags": [{ "a": 1 }] });
    for unknown in ["emial", "Email", "e-mail", "lead.email", "amount"] {
        assert_eq!(name(&sent, unknown), ["details-unknown-field"], "{unknown}");
    }
    for known in [
        "name",
        "email",
        "phone",
        "price.amount",
        "price",
        "tags[0].b",
        "tags.0.a",
        "/tags/0/a",
        "$.email",
        "dry",
        "idempotency_key",
        "Idempotency-Key",
        "body",
        "non_field_errors",
    ] {
        assert_eq!(name(&sent, known), [""; 0], "{known}");
    }
    assert_eq!(nested("VALIDATION_ERROR", &json!({}), &["emial"]), [""; 0], "an open schema");
}

#[test]
fn echoed_values_are_those_that_were_sent() {
    let echo = |sent: Value, echo: Value| {
        let sent = json!({ "name": "Ada", "email": sent });
        flat(&sent, &json!({ "field": "email", "value": echo, "message": "no" }))
    };
    assert_eq!(echo(json!("nope"), json!("yes")), ["details-value"]);
    assert_eq!(echo(json!(42), json!(43)), ["details-value"]);
    for (sent, same) in [
        (json!("nope"), json!("nope")),
        (json!("Nope "), json!("nope")),
        (json!("nope@x"), json!("n***")),
        (json!(42), json!("42")),
        (json!("nope"), json!(null)),
        (json!(null), json!("anything")),
        (json!(["a"]), json!(["a"])),
    ] {
        assert_eq!(echo(sent.clone(), same.clone()), [""; 0], "{sent} {same}");
    }
    let sent = json!({ "name": "Ada" });
    assert_eq!(flat(&sent, &json!({ "field": "email", "value": "x", "message": "no" })), [""; 0], "not sent");
}

#[test]
fn what_was_not_json_is_not_judged() {
    let body = json!({ "success": false, "error": "x", "code": "VALIDATION_ERROR",
        "details": { "field": "emial", "value": "x", "message": "no" },
        "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_1" });
    let flat = contract("lead-management-v1");
    for sent in ["", "{\"email\":", "[]", "\"x\"", "email=nope", "\u{0}"] {
        assert_eq!(judged(&flat, "POST /leads", 400, sent, &body), [""; 0], "{sent}");
    }
    let sent = r#"{"email": "nope"}"#;
    assert_eq!(judged(&flat, "POST /leads", 400, sent, &body), ["details-unknown-field"]);
    assert_eq!(judged(&flat, "PATCH /leads/1", 400, sent, &body), [""; 0], "an undocumented body");
    let echoed = json!({ "field": "email", "value": "yes", "message": "no" });
    let mut other = body.clone();
    other["details"] = echoed;
    assert_eq!(judged(&flat, "PATCH /leads/1", 400, sent, &other), ["details-value"], "an echo is an echo");
}
