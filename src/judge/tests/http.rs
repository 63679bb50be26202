//! What HTTP itself demands, and what it leaves free.

use super::*;

const DATE: (&str, &str) = ("date", "Tue, 16 Jan 2024 10:30:00 GMT");

/// The rules that speak without a contract.
fn judged(request: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Vec<&'static str> {
    let headers = [&[DATE][..], headers].concat();
    names(&judge(&exchange(request, status, &headers, body), None, &Seen::default()))
}

#[test]
fn what_is_offered_to_caches() {
    for (status, headers, expected) in [
        (429, &[("cache-control", "max-age=1")][..], &["never-stored"][..]),
        (429, &[("cache-control", "private, max-age=60")], &["never-stored"]),
        (429, &[("cache-control", "public")], &["never-stored"]),
        (431, &[("expires", "Tue, 16 Jan 2024 10:31:00 GMT")], &["never-stored"]),
        (500, &[("Cache-Control", "S-MaxAge=\"60\"")], &["error-cacheable"]),
        (401, &[("cache-control", "public"), ("www-authenticate", "Basic")], &["error-cacheable"]),
        (429, &[], &[]),
        (429, &[("cache-control", "no-store")], &[]),
        (429, &[("cache-control", "no-store, max-age=60")], &[]),
        (429, &[("cache-control", "public"), ("cache-control", "no-cache")], &[]),
        (429, &[("cache-control", "max-age=0, must-revalidate")], &[]),
        (429, &[("cache-control", "public, max-age=0"), ("expires", "Tue, 16 Jan 2024 10:31:00 GMT")], &[]),
        (429, &[("expires", "Tue, 16 Jan 2024 10:30:00 GMT")], &[]),
        (429, &[("expires", "0"), ("pragma", "no-cache")], &[]),
        (429, &[("cache-control", "max-age=soon")], &[]),
        (404, &[("cache-control", "public, max-age=60")], &[]),
        (410, &[("cache-control", "max-age=60")], &[]),
        (200, &[("cache-control", "public, max-age=60")], &[]),
    ] {
        assert_eq!(judged("GET /leads", status, headers, ""), expected, "{status} {headers:?}");
    }
}

#[test]
fn framing() {
    for (request, status, headers, expected) in [
        ("DELETE /leads/1", 204, &[("content-length", "2")][..], &["content-forbidden"][..]),
        ("DELETE /leads/1", 204, &[("transfer-encoding", "chunked")], &["content-forbidden"]),
        ("DELETE /leads/1", 205, &[("content-length", "2")], &["content-forbidden"]),
        ("DELETE /leads/1", 204, &[("content-length", "0")], &[]),
        ("DELETE /leads/1", 205, &[("transfer-encoding", "chunked")], &[]),
        ("GET /leads/1", 304, &[("content-length", "200")], &[]),
        ("HEAD /leads/1", 200, &[("content-length", "200")], &[]),
        ("HEAD /leads/1", 404, &[("content-length", "200"), ("content-type", "application/json")], &[]),
        ("GET /leads", 200, &[("transfer-encoding", "chunked")], &[]),
        (
            "GET /leads",
            200,
            &[("transfer-encoding", "chunked"), ("content-length", "2")],
            &["length-and-encoding"],
        ),
    ] {
        assert_eq!(judged(request, status, headers, ""), expected, "{request} {status} {headers:?}");
    }
    assert_eq!(judged("DELETE /leads/1", 204, &[("content-type", "a/b")], "{}"), ["content-forbidden"]);
}

#[test]
fn media_types_and_charsets() {
    let typed = |media_type: &str| judged("GET /leads", 200, &[("content-type", media_type)], "{}");
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;Charset=\"UTF-8\"",
        "application/problem+json; charset=us-ascii",
        "application/json; profile=\"charset\"; q=1",
        "text/html; charset=iso-8859-1",
    ] {
        assert_eq!(typed(good), [""; 0], "{good}");
    }
    for bad in ["application/json; charset=iso-8859-1", "application/vnd.api+json;charset=utf-16"] {
        assert_eq!(typed(bad), ["json-charset"], "{bad}");
    }
    assert_eq!(judged("GET /leads", 200, &[], "{}"), ["content-type-missing"]);
    assert_eq!(judged("GET /leads", 200, &[], ""), [""; 0]);
    assert_eq!(judged("HEAD /leads", 200, &[], ""), [""; 0]);
    let exchange = exchange(
        "GET /leads",
        404,
        &[DATE, ("x-request-id", "req_1")],
        r#"{"success": false,
        "error": {"code": "NOT_FOUND", "message": "no such lead", "request_id": "req_1"}}"#,
    );
    let found = names(&judge(&exchange, Some(&contract("propertybase-v1")), &Seen::default()));
    assert_eq!(found, ["media-type"], "one fault, one finding");
}

#[test]
fn allowed_methods_and_challenges() {
    for (allow, expected) in [
        ("GET, HEAD", &[][..]),
        ("", &[]),
        ("put", &[]),
        ("PUTS", &[]),
        ("GET,PUT", &["allow-refused-method"]),
        (" PUT ", &["allow-refused-method"]),
    ] {
        assert_eq!(judged("PUT /leads", 405, &[("allow", allow)], ""), expected, "{allow}");
    }
    assert_eq!(judged("PUT /leads", 404, &[("allow", "PUT")], ""), [""; 0], "another status");
    let challenge = |line| judged("GET /leads", 401, &[("www-authenticate", line)], "");
    assert_eq!(challenge("Bearer"), [""; 0]);
    assert_eq!(challenge("ApiKey realm=\"leads\""), [""; 0]);
    assert_eq!(challenge(""), ["challenge-grammar"]);
    assert_eq!(challenge("\"Bearer\""), ["challenge-grammar"]);
}

#[test]
fn places_waits_and_dates() {
    assert_eq!(judged("GET /leads", 308, &[], ""), ["location-missing"]);
    assert_eq!(judged("GET /leads", 302, &[("Location", "")], ""), ["location-missing"]);
    for status in [201, 300, 304] {
        assert_eq!(judged("GET /leads", status, &[], ""), [""; 0], "{status}");
    }
    assert_eq!(judged("GET /leads", 503, &[], ""), ["retry-after-on-503"]);
    assert_eq!(judged("GET /leads", 503, &[("retry-after", "0")], ""), [""; 0]);
    assert_eq!(judged("GET /leads", 500, &[], ""), [""; 0]);
    let dated = |date| names(&judge(&exchange("GET /", 404, &[("date", date)], ""), None, &Seen::default()));
    for (date, expected) in [
        (DATE.1, &[][..]),
        (" Tue, 16 Jan 2024 10:30:00 GMT ", &[]),
        ("Tuesday, 16-Jan-24 10:30:00 GMT", &["date-form"]),
        ("Tue Jan 16 10:30:00 2024", &["date-form"]),
        ("Mon, 16 Jan 2024 10:30:00 GMT", &["date-missing"]),
        ("Tue, 16 Jan 2024 10:30:00 +0000", &["date-missing"]),
        ("2024-01-16T10:30:00Z", &["date-missing"]),
    ] {
        assert_eq!(dated(date), expected, "{date}");
    }
}
