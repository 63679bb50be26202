//! What two answers have in common once everything that varies is redacted, and what a body that is no JSON becomes.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::*;
use crate::model::{Envelope, Header, Redaction, RequestIdRule, Span, Spanned};

fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> (Response, Body) {
    let response = Response {
        version: "HTTP/1.1",
        status,
        headers: headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: body.to_vec().into(),
        cut: None,
        first_byte: Duration::ZERO,
        received_at: SystemTime::UNIX_EPOCH,
        url: String::new(),
    };
    let value = serde_json::from_slice(body).ok();
    (response, Body { value, flaws: Vec::new(), empty: body.is_empty() })
}

fn contract() -> Contract {
    Contract {
        envelope: Envelope {
            request_id: Some("/request_id".to_owned()),
            timestamp: Some("/error/timestamp".to_owned()),
            ..Envelope::default()
        },
        request_id: RequestIdRule { header: Some("x-request-id".to_owned()), pattern: None },
        ..Contract::default()
    }
}

fn taken(response: &(Response, Body), rules: &SnapshotRules, made: &[Made], form: SnapshotForm) -> String {
    let contract = contract();
    let with = Taking {
        form,
        rules,
        contract: Some(&contract),
        captures: &[],
        made,
        target: "http://127.0.0.1:4000",
        redactor: &Redactor::new(),
    };
    take(&response.0, &response.1, &with)
}

fn rules() -> SnapshotRules {
    let path = |path: &str| RedactedPlace::Path(Spanned::new(path.to_owned(), Span::default()));
    let redaction = |place, placeholder: &str| Redaction { place, placeholder: placeholder.to_owned() };
    SnapshotRules {
        headers: vec!["x-request-id".to_owned(), "etag".to_owned()],
        redact: vec![
            redaction(path("$..id"), "[id]"),
            redaction(RedactedPlace::Header("etag".to_owned()), "[etag]"),
        ],
        sort: vec!["$.error.details".to_owned()],
    }
}

#[test]
fn two_answers_that_differ_in_what_is_redacted_are_one_snapshot() {
    let answer = |id: &str, number: u32, time: &str, mail: &str, details: serde_json::Value| {
        let body = json!({
            "request_id": id,
            "error": {"timestamp": time, "message": format!("{mail} is taken, see {id}"), "details": details},
            "data": {"id": number, "self": format!("http://127.0.0.1:4000/leads/{number}"), "note": null},
        });
        let headers =
            [("X-Request-Id", id), ("Content-Type", "application/json"), ("Date", "x"), ("ETag", id)];
        response(409, &headers, body.to_string().as_bytes())
    };
    let made = |mail: &str| Made { name: "email".to_owned(), value: mail.into(), captured: false };
    let [one, other] = [
        (answer("req_1111", 1, "2026", "qwertyui@example.com", json!(["b", "a"])), "qwertyui@example.com"),
        (answer("req_2222", 2, "2027", "asdfghjk@example.com", json!(["a", "b"])), "asdfghjk@example.com"),
    ]
    .map(|(answer, mail)| {
        taken(&answer, &rules(), &[made(mail)], SnapshotForm::Values).replace("/leads/1", "/leads/2")
    });
    assert_eq!(one, other);
    let expected = r#"HTTP 409 Conflict
content-type: application/json
x-request-id: [request_id]
etag: [etag]

{
  "request_id": "[request_id]",
  "error": {
    "timestamp": "[timestamp]",
    "message": "[email] is taken, see [request_id]",
    "details": [
      "a",
      "b"
    ]
  },
  "data": {
    "id": "[id: number]",
    "self": "[target]/leads/2",
    "note": null
  }
}"#;
    assert_eq!(one, expected);
}

#[test]
fn the_id_of_what_was_created_is_found_by_its_address() {
    let of = |status: u16, location: &str, id: serde_json::Value, made: &[Made]| {
        let body = json!({ "key": id, "link": location });
        let response = response(status, &[("Location", location)], body.to_string().as_bytes());
        taken(&response, &SnapshotRules::default(), made, SnapshotForm::Values)
    };
    let expected = |status: &str, location: &str, id: &str| {
        format!(
            "HTTP {status}\nlocation: {location}\n\n{{\n  \"key\": \"{id}\",\n  \"link\": \"{location}\"\n}}"
        )
    };
    assert_eq!(
        of(201, "/leads/lead_Ab1", json!("lead_Ab1"), &[]),
        expected("201 Created", "/leads/[new_id]", "[new_id]")
    );
    assert_eq!(
        of(201, "/leads/48213/?x=1", json!(48_213), &[]),
        expected("201 Created", "/leads/[new_id]/?x=1", "[new_id: number]")
    );
    // A short id has its place in the address, or is called so.
    assert_eq!(
        of(201, "http://127.0.0.1:4000/leads/7", json!("7"), &[]),
        expected("201 Created", "[target]/leads/[new_id]", "7")
    );
    let short = Made { name: "lead_id".to_owned(), value: json!(7), captured: true };
    assert_eq!(of(201, "/leads/7", json!("7"), &[short]), expected("201 Created", "/leads/[lead_id]", "7"));
    assert_eq!(of(201, "lead_Ab1", json!("7"), &[]), expected("201 Created", "[new_id]", "7"));
    // A capture has a better name; a word is no id; elsewhere a `Location` is an address to go to.
    let captured = Made { name: "lead_id".to_owned(), value: json!("lead_Ab1"), captured: true };
    assert_eq!(
        of(201, "/leads/lead_Ab1", json!("lead_Ab1"), &[captured]),
        expected("201 Created", "/leads/[lead_id]", "[lead_id]")
    );
    assert_eq!(
        of(201, "/leads/newest", json!("newest"), &[]),
        expected("201 Created", "/leads/newest", "newest")
    );
    assert_eq!(
        of(302, "/leads/lead_Ab1", json!("lead_Ab1"), &[]),
        expected("302 Found", "/leads/lead_Ab1", "lead_Ab1")
    );
}

#[test]
fn bodies_that_are_not_json_are_text_or_bytes() {
    let text = |kind: &str, body: &[u8]| {
        let answer = response(502, &[("content-type", kind)], body);
        taken(&answer, &SnapshotRules::default(), &[], SnapshotForm::Values)
    };
    assert_eq!(
        text("text/html", b"<h1>Bad\r\n\x1bGateway</h1>\n"),
        "HTTP 502 Bad Gateway\ncontent-type: text/html\n\n<h1>Bad\u{240d}\n\u{241b}Gateway</h1>"
    );
    assert_eq!(text("text/plain", b"12"), "HTTP 502 Bad Gateway\ncontent-type: text/plain\n\n12");
    let hash = "ad91235e882292469812e16da0b8fc77075a7c6d6f8760c24be14a5c792508cf";
    let expected = format!("\n\n(5 bytes, not text, SHA-256 {hash})");
    assert!(text("image/png", b"\x89PNG\0").ends_with(&expected));
    assert!(text("text/plain", b"").ends_with("\n\n(no body)"));
    let large = text("text/plain", "x".repeat(LARGEST + 10).as_bytes());
    assert!(large.len() < LARGEST + 300 && large.contains("\n(10 bytes more, SHA-256 of the whole "));
}

#[test]
fn a_shape_tells_types_and_no_values() {
    let answer = response(200, &[], br#"{"id": 1, "name": "Ada", "tags": []}"#);
    let text = taken(&answer, &SnapshotRules::default(), &[], SnapshotForm::Shape);
    assert_eq!(text, "HTTP 200 OK\n\n{\n  \"id\": \"number\",\n  \"name\": \"string\",\n  \"tags\": []\n}");
}

#[test]
fn a_shape_has_placeholders_for_keys_and_no_members_of_what_is_redacted() {
    let answer = response(200, &[], br#"{"by_id": {"lead_77x": {"n": 1}}, "meta": {"any": [1]}, "id": 1}"#);
    let path = |path: &str| RedactedPlace::Path(Spanned::new(path.to_owned(), Span::default()));
    let redact =
        ["$.meta", "$.id"].map(|place| Redaction { place: path(place), placeholder: "[x]".to_owned() });
    let rules = SnapshotRules { redact: redact.into(), ..SnapshotRules::default() };
    let made = [Made { name: "lead".to_owned(), value: json!("lead_77x"), captured: true }];
    let text = taken(&answer, &rules, &made, SnapshotForm::Shape);
    let expected = json!({"by_id": {"[lead]": {"n": "number"}}, "meta": {}, "id": "number"});
    assert_eq!(text, format!("HTTP 200 OK\n\n{}", serde_json::to_string_pretty(&expected).unwrap()));
}

#[test]
fn of_a_large_body_the_beginning_is_kept_and_no_part_of_a_secret() {
    let redactor = Redactor::new();
    assert_eq!(redactor.add("tok_55555_77777"), Ok(()));
    let rules = SnapshotRules::default();
    let of = |body: String| {
        let (response, body) = response(200, &[], body.as_bytes());
        let (captures, made, form) = (&[][..], &[][..], SnapshotForm::Values);
        let with =
            Taking { form, rules: &rules, contract: None, captures, made, target: "", redactor: &redactor };
        take(&response, &body, &with)
    };
    for (before, behind) in [("", ""), ("[\"", "\"]")] {
        for cut in 1..15 {
            let filler = "x".repeat(LARGEST - cut - if before.is_empty() { 0 } else { 5 });
            let text = of(format!("{before}{filler}tok_55555_77777{}{behind}", "y".repeat(100)));
            assert!(!text.contains("xt") && text.contains("SHA-256 of the whole"), "{cut}");
            assert!(text.len() < LARGEST + 300, "{cut}");
        }
    }
}

#[test]
fn secrets_stay_out_wherever_they_stand() {
    let answer = response(
        200,
        &[("set-cookie", "sid=tok_55555"), ("location", "/x?key=tok_55555")],
        br#"{"key": "tok_55555"}"#,
    );
    let redactor = Redactor::new();
    assert_eq!(redactor.add("tok_55555"), Ok(()));
    let rules = SnapshotRules { headers: vec!["*".to_owned()], ..SnapshotRules::default() };
    let with = Taking {
        form: SnapshotForm::Values,
        rules: &rules,
        contract: None,
        captures: &[],
        made: &[],
        target: "",
        redactor: &redactor,
    };
    let text = take(&answer.0, &answer.1, &with);
    assert!(!text.contains("tok_5") && text.contains("set-cookie: [redacted]"), "{text}");
}
