//! Expectations by table: an `expect` as JSON, an answer, and what is said about it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::matcher::{kind_of, tests::node};
use crate::model::{
    BodyFlaw, Capture, CaptureFrom, Demand, Details, DetailsShape, Envelope, Header, Matcher, MatcherKind,
    Node, Request, RuleSource, Spanned, StatusSet,
};

/// A check as the parser makes it of a mapping of matchers or a literal.
fn check_of(node: &Node) -> Check {
    let matchers = match node.as_map() {
        Some(entries) if entries.iter().all(|entry| kind_of(&entry.key.value).is_some()) => entries
            .iter()
            .map(|entry| Matcher { kind: kind_of(&entry.key.value).unwrap(), argument: entry.value.clone() })
            .collect(),
        _ => vec![Matcher { kind: MatcherKind::Equals, argument: node.clone() }],
    };
    Check { span: node.span, matchers }
}

/// An expectation from JSON; the status is a pair of numbers, the time one of milliseconds.
fn expect_of(value: &Value) -> Expect {
    let node = node(value, &mut 0);
    let part = |key: &str| node.get(key).map(check_of);
    let checks = |key: &str| {
        let entries = node.get(key).and_then(Node::as_map).unwrap_or_default();
        entries
            .iter()
            .map(|entry| (Spanned::new(entry.key.value.to_string(), entry.key.span), check_of(&entry.value)))
            .collect()
    };
    let number = |value: &Value| u16::try_from(value.as_u64().unwrap()).unwrap();
    let spanned = |key: &str| node.get(key).map(|node| (node.to_json(), node.span));
    Expect {
        span: node.span,
        demand: Demand::Must,
        status: spanned("status").map(|(pair, span)| {
            Spanned::new(StatusSet { ranges: vec![(number(&pair[0]), number(&pair[1]))] }, span)
        }),
        because: String::new(),
        error: part("error"),
        message: part("message"),
        details: node.get("details").cloned(),
        headers: checks("headers"),
        body: checks("body"),
        text: part("text"),
        within: spanned("within")
            .map(|(time, span)| Spanned::new(Duration::from_millis(time.as_u64().unwrap()), span)),
    }
}

fn exchange_of(status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let request = Request {
        method: "GET".to_owned(),
        url: "http://localhost/x".to_owned(),
        path: "/x".to_owned(),
        headers: vec![],
        body: Bytes::new(),
        redirects: 0,
        timeout: Duration::from_secs(1),
    };
    let response = Response {
        version: "HTTP/1.1",
        status,
        headers: headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        cut: None,
        first_byte: Duration::from_millis(10),
        received_at: SystemTime::UNIX_EPOCH,
        url: String::new(),
    };
    let elapsed = Duration::from_millis(812);
    Exchange { request, sent_at: SystemTime::UNIX_EPOCH, elapsed, outcome: Ok(response) }
}

fn body_of(text: &str) -> Body {
    match serde_json::from_str(text) {
        Ok(value) => Body { value: Some(value), ..Body::default() },
        Err(_) if text.is_empty() => Body { empty: true, ..Body::default() },
        Err(error) => Body {
            flaws: vec![BodyFlaw::Syntax { offset: error.column(), message: "no value".to_owned() }],
            ..Body::default()
        },
    }
}

fn contract_of(flat: bool) -> Contract {
    let pointer = |nested: &str, plain: &str| Some(if flat { plain } else { nested }.to_owned());
    Contract {
        name: "api".to_owned(),
        envelope: Envelope {
            code: pointer("/error/code", "/code"),
            message: pointer("/error/message", "/error"),
            details: pointer("/error/details", "/details"),
            ..Envelope::default()
        },
        details: Details {
            shape: if flat { DetailsShape::Object } else { DetailsShape::Array },
            field: Some("field".to_owned()),
            ..Details::default()
        },
        ..Contract::default()
    }
}

/// What is said: code, message, help, pointer.
fn judge(
    expect: &Value,
    exchange: &Exchange,
    body: &str,
    contract: Option<&Contract>,
) -> Result<Vec<[String; 4]>, LocatedTemplateError> {
    let mut scope = Scope::new(0);
    scope.set("email", json!("ada@example.com"));
    let engine = Engine::new(0, SystemTime::now);
    let body = body_of(body);
    let context = Context { scope: &scope, engine: &engine, contract, body: &body };
    let found = check(&expect_of(expect), exchange, &context)?;
    assert!(found.iter().all(|observation| observation.span.is_some()));
    Ok(found
        .into_iter()
        .map(|said| [said.rule.code.to_owned(), said.message, said.help, said.pointer])
        .collect())
}

const NESTED: &str = r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"2 fields are invalid",
    "details":[{"field":"email","message":"is not an address"},{"field":"price.amount","message":"is negative"}],
    "request_id":"req_1"}}"#;

const FLAT: &str = r#"{"success":false,"error":"lead not found","code":"LEAD_NOT_FOUND",
    "details":{"leadId":"lead_1","message":"gone"}}"#;

#[test]
fn what_holds_is_silent() {
    let nested = json!({
        "status": [422, 422], "error": "VALIDATION_ERROR", "message": {"contains": "invalid", "not": {"empty": true}},
        "details": [{"field": {"starts_with": "price."}}, {"field": "email", "message": {"type": "string"}}],
        "headers": {"Content-Type": {"contains": "json"}, "retry-after": {"gte": 60, "equals": 60, "not": 61}, "server": {"exists": false},
                    "x-id": "007", "vary": "a, b"},
        "body": {"$.error.details[*].field": {"contains": "email", "length": 2}, "$.data": {"exists": false},
                 "$.error.details[?@.field == '{{ 'email' }}'].message": ["is not an address"]},
        "text": {"not": {"contains": "Traceback"}}, "within": 812
    });
    let headers = [
        ("content-type", "application/json"),
        ("retry-after", "60"),
        ("x-id", "007"),
        ("vary", "a"),
        ("vary", "b"),
    ];
    let exchange = exchange_of(422, &headers, NESTED);
    assert_eq!(judge(&nested, &exchange, NESTED, Some(&contract_of(false))), Ok(vec![]));

    let flat = exchange_of(404, &[], FLAT);
    for details in [
        json!([{"leadId": "lead_1"}]),
        json!({"leadId": {"starts_with": "lead_"}, "gone": {"exists": false}}),
    ] {
        let expect =
            json!({"status": [400, 499], "error": {"one_of": ["X", "LEAD_NOT_FOUND"]}, "details": details});
        assert_eq!(judge(&expect, &flat, FLAT, Some(&contract_of(true))), Ok(vec![]));
    }
    let empty = json!({"body": {"$.data": {"exists": false}}, "text": "", "details": []});
    assert_eq!(judge(&empty, &exchange_of(204, &[], ""), "", Some(&contract_of(false))), Ok(vec![]));
}

/// One failure a line: `expect`, body, contract; then code, start of the message, help, pointer.
const FAILURES: &str = r#"
{"status":[201,201]} ¦ nested ¦ nested ¦ EXP001 ¦ expected 201, the server answered 422 VALIDATION_ERROR: 2 fields are invalid ¦ ¦
{"status":[200,299]} ¦ nested ¦ none ¦ EXP001 ¦ expected 2xx, the server answered 422 ¦ ¦
{"error":"validation_error"} ¦ nested ¦ nested ¦ EXP002 ¦ the error code: expected string "validation_error", found string "VALIDATION_ERROR" ¦ they differ only in upper and lower case ¦ /error/code
{"error":"X"} ¦ flat ¦ nested ¦ EXP002 ¦ the error code: expected string "X", found nothing ¦ the body has the keys: success, error, code, details ¦ /error/code
{"error":"X"} ¦ nested ¦ none ¦ EXP002 ¦ without a contract nobody knows where the error code stands ¦ name one: `contract: NAME` in the scenario or the config ¦
{"error":"X"} ¦ <html> ¦ nested ¦ EXP002 ¦ the error code: expected string "X", found nothing ¦ the body is not JSON at byte 1: no value ¦ /error/code
{"message":{"contains":"three"}} ¦ flat ¦ flat ¦ EXP003 ¦ the error message: expected contains "three", found string "lead not found" ¦ ¦ /error
{"details":[{"field":"email"},{"field":"bedrooms"}]} ¦ nested ¦ nested ¦ EXP004 ¦ no details with {"field":"bedrooms"}; reported are: email, price.amount ¦ ¦ /error/details
{"details":[{"field":"email","message":"wrong"}]} ¦ nested ¦ nested ¦ EXP004 ¦ no details with {"field":"email","message":"wrong"}; reported are: email, price.amount ¦ number 1 is close, but at /message it has string "is not an address" instead of string "wrong" ¦ /error/details
{"details":[{"field":"email"}]} ¦ {"error":{}} ¦ nested ¦ EXP004 ¦ no details with {"field":"email"}; there are none ¦ the body has the keys: error ¦
{"details":{"leadId":"lead_2"}} ¦ flat ¦ flat ¦ EXP004 ¦ details /leadId: expected string "lead_2", found string "lead_1" ¦ ¦ /details/leadId
{"details":{"leadId":{"exists":true}}} ¦ {} ¦ flat ¦ EXP004 ¦ details /leadId: expected any value, found nothing ¦ the body has no keys ¦
{"details":{"field":"email"}} ¦ nested ¦ nested ¦ EXP004 ¦ the details are not one object ¦ a list of partial objects is looked for among several details ¦ /error/details
{"headers":{"retry-after":{"gt":0}}} ¦ nested ¦ none ¦ EXP005 ¦ header retry-after: expected greater than 0, found nothing ¦ ¦
{"headers":{"x-request-id":{"exists":true}}} ¦ nested ¦ none ¦ EXP005 ¦ header x-request-id: expected any value, found nothing ¦ the answer has a header `x-requestid` ¦
{"headers":{"x-requestid":{"gt":9}}} ¦ nested ¦ none ¦ EXP005 ¦ header x-requestid: expected greater than 9, found number 7 ¦ ¦
{"body":{"$.error.cod":"X"}} ¦ nested ¦ none ¦ EXP006 ¦ $.error.cod: expected string "X", found nothing ¦ the body has $.error.code, $.error, $.error.details ¦
{"body":{"$.error.details[*].field":{"contains":"name"}}} ¦ nested ¦ none ¦ EXP006 ¦ $.error.details[*].field: expected contains "name", found list ["email","price.amount"] ¦ ¦
{"body":{"$.error.code":{"length":1}}} ¦ nested ¦ none ¦ EXP006 ¦ $.error.code: expected length 1, found string "VALIDATION_ERROR" ¦ the length is 16 ¦ /error/code
{"body":{"$.data":{"exists":false}}} ¦ <html> ¦ none ¦ EXP006 ¦ $.data: the body is not JSON at byte 1: no value ¦ ¦
{"text":{"not":{"contains":"req_"}}} ¦ nested ¦ none ¦ EXP007 ¦ the body as text: expected not contains: "req_" ¦ ¦
{"within":500} ¦ nested ¦ none ¦ EXP008 ¦ the answer took 812ms, 500ms at most were expected ¦ ¦
"#;

#[test]
fn what_fails_is_said_once_with_its_place() {
    for line in FAILURES.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<_> = line.split('¦').map(str::trim).collect();
        let [expect, body, contract, code, message, help, pointer] = fields.as_slice() else {
            panic!("{line}")
        };
        let expect = serde_json::from_str(expect).expect(line);
        let body = match *body {
            "nested" => NESTED,
            "flat" => FLAT,
            other => other,
        };
        let contract = (*contract != "none").then(|| contract_of(*contract == "flat"));
        let exchange = exchange_of(422, &[("x-requestid", "7")], body);
        let said = judge(&expect, &exchange, body, contract.as_ref()).expect(line);
        let [[said_code, said_message, said_help, said_pointer]] = said.as_slice() else {
            panic!("{line}: {said:?}")
        };
        assert!(said_message.starts_with(message), "{line}: {said_message}");
        assert_eq!([said_code, said_help, said_pointer], [code, help, pointer], "{line}");
    }
}

#[test]
fn a_template_that_fails_fails_the_step() {
    let exchange = exchange_of(422, &[], NESTED);
    let error =
        |expect: Value| judge(&expect, &exchange, NESTED, Some(&contract_of(false))).unwrap_err().message;
    for part in [
        json!({"error": "{{ emial }}"}),
        json!({"details": [{"field": "{{ emial }}"}]}),
        json!({"details": [{"{{ emial }}": 1}]}),
        json!({"body": {"$['{{ emial }}']": 1}}),
        json!({"headers": {"etag": {"not": {"equals": "{{ emial }}"}}}}),
    ] {
        assert_eq!(error(part), "there is no variable `emial`");
    }
    assert!(
        error(json!({"body": {"$.{{ email }}": 1}})).starts_with("`$.ada@example.com` is not a JSONPath: ")
    );
}

#[test]
fn captures_keep_values_or_say_what_there_is() {
    let exchange = exchange_of(422, &[("ETag", "\"v1\""), ("x-requestid", "7")], NESTED);
    let run = |from: CaptureFrom, text: &str| {
        let name = Spanned::new("kept".to_owned(), Span::new(1, 2));
        let one = Capture { name, from: Spanned::new(from, Span::new(3, 4)), secret: true };
        match capture(&[one], &exchange, &body_of(text)) {
            Ok(kept) => {
                kept.into_iter().map(|(name, value, secret)| format!("{name}={value} {secret}")).collect()
            }
            Err(error) => {
                assert_eq!(error.span, Span::new(3, 4));
                format!("{} | {}", error.message, error.help.unwrap_or_default())
            }
        }
    };
    let path = |text: &str| CaptureFrom::Path(text.to_owned());
    let header = |text: &str| CaptureFrom::Header(text.to_owned());
    let table = [
        (path("$.error.code"), NESTED, "kept=\"VALIDATION_ERROR\" true"),
        (path("$.error.details[*].field"), NESTED, "kept=[\"email\",\"price.amount\"] true"),
        (path("$.x"), "{\"x\":null}", "kept=null true"),
        (path("$.x"), "{\"x\":[]}", "kept=[] true"),
        (path("$.x[*]"), "{\"x\":[]}", "`kept` is not captured: nothing at `$.x[*]` | the body has $.x"),
        (
            path("$.error.cod"),
            NESTED,
            "`kept` is not captured: nothing at `$.error.cod` | the body has $.error.code, $.error, $.error.details",
        ),
        (path("$.a"), "", "`kept` is not captured: the answer has no body | "),
        (path("$.a"), "<html>", "`kept` is not captured: the body is not JSON at byte 1: no value | "),
        (
            path("a"),
            "{}",
            "`kept` is not captured: `a` is not a JSONPath: it starts with `$`, the whole body: `$.data.id` | ",
        ),
        (header("etag"), NESTED, "kept=\"\\\"v1\\\"\" true"),
        (
            header("x-request-id"),
            NESTED,
            "`kept` is not captured: no header `x-request-id` | the answer has a header `x-requestid`",
        ),
        (CaptureFrom::Status, NESTED, "kept=422 true"),
        (CaptureFrom::Body, NESTED, "kept=\"{\\\"success"),
    ];
    for (from, body, expected) in table {
        let said = run(from.clone(), body);
        assert!(said.starts_with(expected), "{from:?}: {said}");
    }
}

#[test]
fn the_rules_are_whole() {
    for (index, rule) in rules().iter().enumerate() {
        assert_eq!(rule.code, format!("EXP{:03}", index + 1));
        assert_eq!((rule.family, rule.source), ("expectation", RuleSource::Scenario));
        assert!(rule.doc.contains("```yaml\n") && rule.doc.lines().next().unwrap().ends_with('.'));
    }
}
