//! What looks like a fault and need not be one.

use super::*;
use crate::judge::tests::docs::parse;

/// A refusal of `propertybase-v1`.
fn refused(request: &str, status: u16, code: &str, number: usize) -> Exchange {
    let id = format!("req_{number}");
    parse(&format!(
        "{request}\nHTTP/1.1 {status} X\ncontent-type: application/json\nallow: GET\nwww-authenticate: Bearer\n\
         x-request-id: {id}\n\n\
         {{\"success\": false, \"error\": {{\"code\": \"{code}\", \"message\": \"no\", \"request_id\": \"{id}\"}}}}"
    ))
}

fn served(request: &str, number: usize) -> Exchange {
    parse(&format!(
        "{request}\nHTTP/1.1 200 OK\ncontent-type: application/json\nx-request-id: req_{number}\n\n\
         {{\"success\": true, \"data\": {{}}}}"
    ))
}

/// The rules that speak about refusals (request, status, code), after these requests were served.
fn spoken(good: &[&str], bad: &[(&str, u16, &str)]) -> Vec<&'static str> {
    let good = good.iter().enumerate().map(|(number, request)| served(request, number));
    let bad = bad
        .iter()
        .enumerate()
        .map(|(number, (request, status, code))| refused(request, *status, code, number + 100));
    names(&told_of(&contract("propertybase-v1"), &good.chain(bad).collect::<Vec<_>>()))
}

const KEY: &str = "authorization: Bearer good";

#[test]
fn a_login_is_no_request_without_a_credential() {
    let good = ["GET /a", "GET /b", "GET /d", "POST /login"].map(|line| format!("{line}\n{KEY}"));
    let good: Vec<&str> = good.iter().map(String::as_str).collect();
    let two = [("GET /a", 401, "UNAUTHORIZED"), ("GET /b", 401, "UNAUTHORIZED")];
    let login = "POST /login\ncontent-type: application/json\n\n{\"user\": \"ada\", \"password\": \"x\"}";
    assert_eq!(spoken(&good, &[two[0], two[1], (login, 401, "INVALID_API_KEY")]), [""; 0]);
    let link = "GET /verify?token=abc";
    assert_eq!(spoken(&good, &[two[0], two[1], (link, 401, "TOKEN_EXPIRED")]), [""; 0]);
    // A public route that nobody ever called with a key, and one that really differs.
    assert_eq!(spoken(&good, &[two[0], two[1], ("GET /c", 401, "INVALID_API_KEY")]), [""; 0]);
    let again = ("GET /d", 401, "INVALID_API_KEY");
    assert_eq!(spoken(&good, &[two[0], two[1], again]), ["cause-other-code"]);
}

#[test]
fn a_credential_that_is_let_in_elsewhere_is_not_refused_for_itself() {
    let refused = ["GET /a", "GET /b", "GET /c"].map(|line| format!("{line}\n{KEY}"));
    let bad: Vec<_> = refused.iter().map(|line| (line.as_str(), 401, "UNAUTHORIZED")).collect();
    let bad = [bad[0], bad[1], (bad[2].0, 401, "TOKEN_EXPIRED")];
    assert_eq!(spoken(&[], &bad), ["cause-other-code"]);
    let elsewhere = format!("GET /d\n{KEY}");
    assert_eq!(spoken(&[&elsewhere], &bad), [""; 0], "a second factor, say");
}

#[test]
fn a_broken_body_counts_where_nothing_else_can_be_wrong() {
    let post = |path: &str, more: &str, body: &str| {
        format!("POST {path}\n{KEY}\n{more}content-type: application/json\n\n{body}")
    };
    let good = [post("/a", "", "{}"), post("/b", "", "{}"), post("/c", "idempotency-key: 1\n", "{}")];
    let good: Vec<&str> = good.iter().map(String::as_str).collect();
    let cut = [post("/a", "", "{\"a\":"), post("/b", "", "{\"a\":"), post("/c", "", "{\"a\":")];
    let bad = [(&*cut[0], 400, "INVALID_FORMAT"), (&*cut[1], 400, "INVALID_FORMAT")];
    let other = (&*cut[2], 422, "VALIDATION_ERROR");
    assert_eq!(spoken(&good, &[bad[0], bad[1], other]), [""; 0], "a header is missing as well");
    let with = post("/c", "idempotency-key: 2\n", "{\"a\":");
    assert_eq!(spoken(&good, &[bad[0], bad[1], (&with, 422, "VALIDATION_ERROR")]), ["cause-other-status"]);
    // A lenient parser takes a comma too many, so that the fields are judged.
    let comma = post("/c", "idempotency-key: 2\n", "{\"a\": 1,}");
    assert_eq!(spoken(&good, &[bad[0], bad[1], (&comma, 422, "VALIDATION_ERROR")]), [""; 0]);
    // A missing key, a missing lead, a limit and a fault inside win over the body.
    for (status, code) in
        [(401, "UNAUTHORIZED"), (404, "NOT_FOUND"), (429, "RATE_LIMIT_EXCEEDED"), (500, "INTERNAL_ERROR")]
    {
        assert_eq!(spoken(&good, &[bad[0], bad[1], (&with, status, code)]), [""; 0], "{code}");
    }
    let get = format!("GET /c\n{KEY}\nidempotency-key: 2\ncontent-type: application/json\n\n{{\"a\":");
    assert_eq!(spoken(&good, &[bad[0], bad[1], (&get, 422, "VALIDATION_ERROR")]), [""; 0]);
}

#[test]
fn halves_are_no_majority_and_one_route_can_be_at_odds_with_itself() {
    let refused = |path: &'static str, code: &'static str| (path, 405, code);
    let (one, other) = ("INVALID_FORMAT", "NOT_FOUND");
    assert_eq!(spoken(&[], &[refused("PUT /a", one), refused("PUT /b", other)]), [""; 0]);
    let flaky = [refused("PUT /a", one), refused("PUT /a", one), refused("PUT /a", other)];
    assert_eq!(spoken(&[], &flaky), ["cause-other-code"]);
    let by_method = [refused("PUT /a", one), refused("PUT /b", one), refused("DELETE /a", other)];
    assert_eq!(spoken(&[], &by_method), [""; 0]);
}

#[test]
fn exempt_operations_heads_and_faulty_answers_are_no_specimens() {
    let put = [("PUT /a", 405, "INVALID_FORMAT"), ("PUT /b", 405, "INVALID_FORMAT")];
    for odd in [("HEAD /c", 405, "NOT_FOUND"), ("GET /health", 405, "NOT_FOUND")] {
        assert_eq!(spoken(&[], &[put[0], put[1], odd]), [""; 0], "{odd:?}");
    }
    // A code that the closed catalogue does not have is told with its answer.
    assert_eq!(spoken(&[], &[put[0], put[1], ("PUT /c", 405, "NO_METHOD")]), [""; 0]);
}

#[test]
fn a_blank_problem_type_is_no_code() {
    let problem = |path: &str, status: u16, kind: &str| {
        parse(&format!(
            "GET {path}\nHTTP/1.1 {status} X\ncontent-type: application/problem+json\n\n\
             {{\"type\": \"{kind}\", \"title\": \"no\", \"status\": {status}}}"
        ))
    };
    let of = |kind: &str| {
        let exchanges =
            [("/a", 404), ("/b", 404), ("/c", 409)].map(|(path, status)| problem(path, status, kind));
        names(&told_of(&contract("problem-details"), &exchanges))
    };
    assert_eq!(of("about:blank"), [""; 0]);
    assert_eq!(of("https://example.com/gone"), ["code-other-status"]);
}

#[test]
fn the_contract_turns_the_rules_and_memory_is_bounded() {
    let mut compiled = contract("propertybase-v1");
    let bad = ["PUT /a", "PUT /b", "PUT /c"].map(|line| refused(line, 405, "INVALID_FORMAT", line.len()));
    let odd = refused("PUT /d", 405, "NOT_FOUND", 9);
    let exchanges = [bad.as_slice(), &[odd]].concat();
    compiled.contract.rules.insert("cause-other-code".to_owned(), Some(Severity::Error));
    assert_eq!(told_of(&compiled, &exchanges)[0].observation.severity, Severity::Error);
    compiled.contract.rules.insert("CON002".to_owned(), None);
    assert!(told_of(&compiled, &exchanges).is_empty());

    let many: Vec<Exchange> = (0..3_000)
        .map(|number| refused(&format!("PUT /{}", letters(number)), 405, "NOT_FOUND", number))
        .collect();
    assert_eq!(names(&told_of(&contract("propertybase-v1"), &many)), [""; 0]);
}

/// A number in letters, so that it looks like a route of its own.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}
