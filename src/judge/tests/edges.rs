//! Values at the edges of what the contracts promise: times, waits, ids, media types.

use super::*;

const DATE: &str = "Tue, 16 Jan 2024 10:30:00 GMT";

/// The rules that speak about a flat error with this timestamp.
fn with_timestamp(timestamp: &str, date: Option<&str>) -> Vec<&'static str> {
    let body = format!(
        r#"{{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
            "details": {{"leadId": "lead_1", "message": "no such lead"}},
            "timestamp": {timestamp}, "requestId": "req_1"}}"#
    );
    let headers = [("content-type", "application/json"), ("date", date.unwrap_or_default())];
    let headers = if date.is_some() { &headers[..] } else { &headers[..1] };
    let mut exchange = exchange("GET /leads/lead_1", 404, headers, body);
    if let Ok(response) = &mut exchange.outcome {
        response.received_at = httpdate::parse_http_date(DATE).expect("a date");
    }
    names(&judge(&exchange, Some(&contract("lead-management-v1")), &Seen::default()))
}

#[test]
fn timestamps() {
    for (timestamp, expected) in [
        (r#""2024-01-16T10:30:00.000Z""#, &[][..]),
        (r#""2024-01-16T10:29:54.000Z""#, &[]),
        (r#""2024-01-16T10:30:06.000Z""#, &[]),
        (r#""2024-01-16T10:29:53.999Z""#, &["timestamp-skew"]),
        (r#""2024-01-16T10:30:06.001Z""#, &["timestamp-skew"]),
        (r#""2024-01-16T11:30:00.000Z""#, &["timestamp-skew"]),
        (r#""2024-01-16T10:30:00Z""#, &["timestamp-fraction"]),
        (r#""2024-01-16T10:30:00.000000Z""#, &["timestamp-fraction"]),
        (r#""2024-01-16T11:30:00.000+01:00""#, &["timestamp-utc"]),
        (r#""2024-01-16T10:30:00.000+00:00""#, &["timestamp-utc"]),
        (r#""2024-01-16T10:30:00.000""#, &["timestamp-format"]),
        (r#""2024-13-16T10:30:00.000Z""#, &["timestamp-format"]),
        (r#""2024-02-30T10:30:00.000Z""#, &["timestamp-format"]),
        (r#""0000-01-01T00:00:00.000+23:59""#, &["timestamp-skew", "timestamp-utc"]),
        (r#""9999-12-31T23:59:59.999-23:59""#, &["timestamp-skew", "timestamp-utc"]),
        (r#""1705401000""#, &["timestamp-format"]),
        (r#""""#, &["timestamp-format"]),
        ("1705401000", &["timestamp-format"]),
        ("null", &["timestamp-format"]),
    ] {
        assert_eq!(with_timestamp(timestamp, Some(DATE)), expected, "{timestamp}");
    }
}

#[test]
fn without_a_date_the_time_of_receipt_counts_and_has_no_slack() {
    let timestamp = r#""2024-01-16T10:30:05.500Z""#;
    assert_eq!(with_timestamp(timestamp, Some(DATE)), [""; 0]);
    assert_eq!(with_timestamp(timestamp, None), ["date-missing", "timestamp-skew"]);
    assert_eq!(with_timestamp(r#""2024-01-16T10:30:05.000Z""#, None), ["date-missing"]);
    assert_eq!(with_timestamp(timestamp, Some("yesterday")), ["date-missing", "timestamp-skew"]);
}

/// The findings about a nested 429 with these headers beside the usual ones.
fn throttled(headers: &[(&str, &str)]) -> Judged {
    let body = r#"{"success": false,
        "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "request_id": "req_1"}}"#;
    let usual = [("content-type", "application/json"), ("date", DATE), ("x-request-id", "req_1")];
    let exchange = exchange("GET /leads", 429, &[&usual, headers].concat(), body);
    judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default())
}

#[test]
fn waits() {
    for (wait, expected, help) in [
        ("1", &[][..], ""),
        ("007", &[], ""),
        (" 30 ", &[], ""),
        ("86400", &[], ""),
        ("0", &["retry-after-form"], "at least 1"),
        (DATE, &["retry-after-form"], "whole seconds"),
        ("Tuesday, 16-Jan-24 10:30:00 GMT", &["retry-after-grammar"], "senders must write"),
        ("1.5", &["retry-after-grammar"], "digits"),
        ("-1", &["retry-after-grammar"], "digits"),
        ("30s", &["retry-after-grammar"], "digits"),
        ("", &["retry-after-grammar"], "digits"),
        ("86401", &["retry-after-large"], "milliseconds"),
        ("60000000", &["retry-after-large"], "milliseconds"),
        ("500000000", &["retry-after-large"], "until the next"),
        ("1705401000", &["retry-after-large"], "since 1970"),
        ("1705401000000", &["retry-after-large"], "milliseconds since 1970"),
        ("99999999999999999999999", &["retry-after-large"], "since 1970"),
    ] {
        let judged = throttled(&[("retry-after", wait)]);
        assert_eq!(names(&judged), expected, "{wait}");
        let said = judged.observations.iter().all(|observation| observation.help.contains(help));
        assert!(said, "{wait}: {:?}", judged.observations);
    }
    assert_eq!(names(&throttled(&[])), ["retry-after-missing"]);
    assert_eq!(names(&throttled(&[("retry-after", "1"), ("Retry-After", "1")])), ["retry-after-repeated"]);
}

#[test]
fn a_wait_that_is_legal_but_hostile_says_both() {
    let judged = throttled(&[("retry-after", "0")]);
    assert_eq!(
        judged.observations[0].message,
        "Retry-After is 0: legal per RFC 9110, but clients of this contract parseInt it"
    );
}

#[test]
fn request_ids() {
    let nested = |in_body: &str, headers: &[(&str, &str)]| {
        let error = format!(r#"{{"code": "NOT_FOUND", "message": "no such lead", "request_id": {in_body}}}"#);
        let body = format!(r#"{{"success": false, "error": {error}}}"#);
        let usual = [("content-type", "application/json"), ("date", DATE)];
        let exchange = exchange("GET /leads", 404, &[&usual, headers].concat(), body);
        names(&judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default()))
    };
    let good = [("x-request-id", "req_1")];
    assert_eq!(nested(r#""req_1""#, &good), [""; 0]);
    assert_eq!(nested("null", &good), ["request-id-missing"]);
    assert_eq!(nested("17", &good), ["request-id-missing"]);
    assert_eq!(nested(r#""""#, &good), ["request-id-missing"]);
    assert_eq!(nested(r#""req_""#, &[("x-request-id", "req_")]), ["request-id-pattern"]);
    assert_eq!(nested(r#""req_1\n""#, &good), ["request-id-differs", "request-id-pattern"]);
    assert_eq!(nested(r#""req_1""#, &[]), ["request-id-header"]);
    assert_eq!(nested(r#""req_1""#, &[("x-request-id", "")]), ["request-id-header"]);
    assert_eq!(nested(r#""req_1""#, &[good[0], good[0]]), ["request-id-header"]);
    assert_eq!(nested(r#""req_1""#, &[("x-request-id", "1")]), ["request-id-differs", "request-id-pattern"]);
}

#[test]
fn media_types() {
    let nested = |media_type: &str| {
        let body =
            r#"{"success": false, "error": {"code": "NOT_FOUND", "message": "none", "request_id": "req_1"}}"#;
        let headers = [("content-type", media_type), ("date", DATE), ("x-request-id", "req_1")];
        names(&judge(
            &exchange("GET /leads", 404, &headers, body),
            Some(&contract("propertybase-v1")),
            &Seen::default(),
        ))
    };
    for good in ["application/json", "APPLICATION/JSON;charset=utf-8", "application/json ; x=\"a;b\""] {
        assert_eq!(nested(good), [""; 0], "{good}");
    }
    for bad in
        ["", "text/json", "application/problem+json", "application/jsonp", "application/json, text/html"]
    {
        assert_eq!(nested(bad), ["media-type"], "{bad}");
    }
}

#[test]
fn an_id_that_the_client_chose_or_that_is_replayed_is_not_reused() {
    let compiled = contract("propertybase-v1");
    let answer = |header: Option<(&str, &str)>| {
        let body = r#"{"success": true, "data": {}}"#;
        let headers = [("content-type", "application/json"), ("x-request-id", "req_1"), ("date", DATE)];
        let mut exchange = exchange("POST /leads", 201, &headers, body);
        exchange.request.headers.extend(header.map(|(name, value)| Header::new(name, value)));
        exchange
    };
    let reused = |exchanges: &[Exchange]| {
        let memory = Seen::default();
        let judged = exchanges.iter().map(|exchange| names(&judge(exchange, Some(&compiled), &memory)));
        judged.last().expect("one").contains(&"request-id-reused")
    };
    let (plain, own) = (answer(None), answer(Some(("x-request-id", "req_1"))));
    let replayed = answer(Some(("idempotency-key", "k")));
    assert!(reused(&[plain.clone(), plain.clone()]));
    assert!(!reused(&[own.clone(), own]));
    assert!(!reused(&[replayed.clone(), replayed.clone()]));
    assert!(reused(&[replayed, plain]), "what was replayed is known all the same");
}
