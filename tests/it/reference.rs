//! The reference server over real sockets: every row of its route table, its leads, its limits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod bench;
mod life;

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tollgate::reference::{self, Options};

use bench::{Answer, Bench};

const APIS: [&str; 2] = ["/api/v1", "/v1"];

fn code(flat: bool, body: &Value) -> &str {
    let code = if flat { &body["code"] } else { &body["error"]["code"] };
    code.as_str().unwrap_or_else(|| panic!("no code in {body}"))
}

/// What holds for every error of an API, whatever went wrong.
fn check_error(flat: bool, answer: &Answer) {
    let body = answer.json();
    let keys: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(body["success"], false);
    let id = if flat {
        let expected = ["code", "details", "error", "requestId", "success", "timestamp"];
        assert_eq!(keys, BTreeSet::from(expected));
        assert!(body["details"].is_object() && body["error"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(body["timestamp"].as_str().is_some_and(|text| text.len() == 24 && text.ends_with('Z')));
        &body["requestId"]
    } else {
        assert_eq!(keys, BTreeSet::from(["error", "success"]));
        let inner = body["error"].as_object().unwrap();
        let keys: Vec<&str> = inner.keys().map(String::as_str).collect();
        assert_eq!(keys, ["code", "message", "details", "request_id"]);
        assert!(
            inner["details"].is_array() && inner["message"].as_str().is_some_and(|text| !text.is_empty())
        );
        &inner["request_id"]
    };
    assert_eq!(answer.header("x-request-id"), id.as_str());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("www-authenticate").is_some(), answer.status == 401);
    assert_eq!(answer.header("allow").is_some(), answer.status == 405);
    assert_eq!(answer.header("retry-after").is_some(), matches!(answer.status, 429 | 503));
}

#[tokio::test]
async fn every_row_of_the_route_table_is_reached() {
    let bench = Bench::start(Options::default()).await;
    let mut ids = HashSet::new();
    for (number, route) in reference::routes().iter().enumerate() {
        let mut answer = bench.play(&route.calls, &format!("row{number}")).await;
        // Four requests may take longer than the second in which the limited key has three.
        for attempt in 0..5 {
            if route.code == "RATE_LIMIT_EXCEEDED" && answer.status != 429 {
                answer = bench.play(&route.calls, &format!("row{number}-{attempt}")).await;
            }
        }
        assert_eq!(answer.status, route.status, "{:?}\n{}", route.calls, answer.body);
        assert!(ids.insert(answer.header("x-request-id").unwrap().to_owned()), "a request id came twice");
        assert!(answer.header("date").is_some());
        let keyed = route.calls.last().unwrap().headers.iter().any(|(name, _)| *name == "Authorization");
        let limited = keyed && route.status != 401;
        for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            assert_eq!(answer.header(name).is_some(), limited, "{name}");
        }
        if route.status == 204 {
            assert_eq!(
                (answer.body.as_str(), answer.header("allow")),
                ("", Some("GET, HEAD, POST, OPTIONS"))
            );
            continue;
        }
        assert_eq!(answer.header("content-type"), Some("application/json"));
        if route.method == "HEAD" {
            assert_eq!(answer.body, "");
        } else if route.code == "-" {
            let body = answer.json();
            assert_eq!((&body["success"], body.as_object().unwrap().len()), (&json!(true), 2));
            assert!(body["data"].is_object());
        } else {
            let flat = route.api == "lead-management-v1";
            check_error(flat, &answer);
            assert_eq!(code(flat, &answer.json()), route.code);
        }
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn details_say_what_the_documents_show() {
    let bench = Bench::start(Options::default()).await;
    let wrong = json!({ "name": "Ada", "email": "nope", "price": { "amount": -1 }, "bedrooms": 99 });

    let nested = bench.json("POST", "/v1/leads", "api_key", &wrong).await.json();
    let fields: Vec<&Value> =
        nested["error"]["details"].as_array().unwrap().iter().map(|entry| &entry["field"]).collect();
    assert_eq!(fields, ["email", "price.amount", "bedrooms"]);

    let flat = bench.json("POST", "/api/v1/leads", "api_key", &wrong).await.json();
    assert_eq!((&flat["details"]["field"], &flat["details"]["value"]), (&json!("email"), &json!("nope")));
    assert_eq!(flat["details"]["errors"][2]["value"], 99);

    let ada = json!({ "name": "Ada", "email": "Ada@example.com" });
    let made = bench.json("POST", "/api/v1/leads", "api_key", &ada).await;
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), Some(format!("/api/v1/leads/{id}").as_str()));
    let copy = json!({ "name": "A", "email": "ada@example.com" });
    let again = bench.json("POST", "/api/v1/leads", "second_key", &copy).await.json();
    assert_eq!(again["details"]["email"], "ada@example.com");
    assert_eq!(again["details"]["existingLeadId"], id.as_str());
    assert!(again["details"]["message"].is_string());

    let missing = bench.json("GET", "/api/v1/leads/lead%20x", "api_key", &Value::Null).await.json();
    assert_eq!(missing["details"]["leadId"], "lead x");

    // The other workspace and the other API have leads of their own.
    for (path, alias) in [("/api/v1/leads", "other_workspace_key"), ("/v1/leads", "api_key")] {
        assert_eq!(bench.json("POST", path, alias, &ada).await.status, 201, "{path} {alias}");
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn a_lead_lives_changes_and_ends() {
    let bench = Bench::start(Options::default()).await;
    for (api, gone) in APIS.into_iter().zip([404, 410]) {
        let leads = format!("{api}/leads");
        let body =
            json!({ "name": "Ada", "email": "ada@example.com", "price": { "amount": 5, "currency": "EUR" } });
        let made = bench.json("POST", &leads, "api_key", &body).await;
        let lead = format!("{leads}/{}", made.json()["data"]["id"].as_str().unwrap());
        let patch = json!({ "phone": "+49 30 12345", "price": { "amount": 7 } });
        let changed = bench.json("PATCH", &lead, "api_key", &patch).await;
        assert_ne!(changed.header("etag"), made.header("etag"));
        let read = bench.json("GET", &lead, "second_key", &Value::Null).await;
        assert_eq!(read.json()["data"], changed.json()["data"]);
        assert_eq!(read.json()["data"]["price"], json!({ "amount": 7, "currency": "EUR" }));
        assert_eq!(read.header("etag"), changed.header("etag"));
        // What a change would break is left as it was.
        assert!(matches!(
            bench.json("PATCH", &lead, "api_key", &json!({ "name": null })).await.status,
            400 | 422
        ));
        assert_eq!(bench.json("GET", &lead, "api_key", &Value::Null).await.json(), read.json());

        let page = bench.json("GET", &leads, "api_key", &Value::Null).await.json();
        assert_eq!((&page["data"]["total"], page["data"]["items"].as_array().unwrap().len()), (&json!(1), 1));
        assert_eq!(bench.json("DELETE", &lead, "api_key", &Value::Null).await.status, 200);
        assert_eq!(bench.json("GET", &lead, "api_key", &Value::Null).await.status, gone);
        assert_eq!(bench.json("POST", &leads, "api_key", &body).await.status, 201, "its email is free again");
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_makes_one_lead() {
    let bench = Bench::start(Options::default()).await;
    let body = json!({ "name": "Ada", "email": "ada@example.com" }).to_string();
    let headers = [
        ("authorization", format!("Bearer {}", bench.variables["api_key"])),
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", "once".to_owned()),
    ];
    let first = bench.send("POST", "/v1/leads", &headers, body.clone()).await;
    let second = bench.send("POST", "/v1/leads", &headers, body).await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.json(), second.json());
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    bench.server.stop().await;
}

#[tokio::test]
async fn paths_of_neither_api_are_answered_in_the_nested_dialect() {
    let bench = Bench::start(Options::default()).await;
    for path in ["/", "/leads", "/v10/leads", "/api", "//", "/v1x"] {
        let answer = bench.send("GET", path, &[], String::new()).await;
        assert_eq!(answer.status, 404, "{path}");
        check_error(false, &answer);
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let bench = Bench::start(Options::default()).await;
    let http2 = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    for client in [&bench.client, &http2] {
        for path in ["/v1/health", "/api/v1/nothing"] {
            let url = format!("{}{path}", bench.server.origin());
            let get = Answer::read(client.get(&url).send().await.unwrap()).await;
            let head = Answer::read(client.head(&url).send().await.unwrap()).await;
            assert_eq!((head.status, head.body.as_str()), (get.status, ""));
            for name in ["content-type", "content-length"] {
                assert!(
                    head.header(name).is_some() && head.header(name) == get.header(name),
                    "{name} {path}"
                );
            }
        }
    }
    bench.server.stop().await;
}

#[tokio::test]
async fn fifty_at_once_get_exactly_the_limit() {
    let bench = Bench::start(Options { limit: 20, ..Options::default() }).await;
    for api in APIS {
        let url = format!("{}{api}/leads", bench.server.origin());
        let mut requests = JoinSet::new();
        for _ in 0..50 {
            let request = bench.client.get(&url).bearer_auth(&bench.variables["api_key"]);
            requests.spawn(async move { Answer::read(request.send().await.unwrap()).await });
        }
        let answers = requests.join_all().await;
        let (admitted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((admitted.len(), refused.len()), (20, 30));
        let left: BTreeSet<u64> =
            admitted.iter().map(|answer| answer.number("x-ratelimit-remaining")).collect();
        assert_eq!(left, (0..20).collect());
        for answer in refused {
            assert_eq!((answer.status, answer.number("x-ratelimit-remaining")), (429, 0));
            let wait = answer.number("retry-after");
            assert!((1..=60).contains(&wait) && wait == answer.number("x-ratelimit-reset"));
        }
        let other = bench.json("GET", &format!("{api}/leads"), "second_key", &Value::Null).await;
        assert_eq!((other.status, other.number("x-ratelimit-remaining")), (200, 19), "keys do not share");
    }
    let unknown = bench.send("GET", "/v1/leads", &[], String::new()).await;
    assert_eq!(unknown.status, 401, "a 401 is given however the limits stand");
    bench.server.stop().await;
}

#[tokio::test]
async fn whoever_waits_retry_after_is_admitted() {
    let bench =
        Bench::start(Options { limit: 2, window: Duration::from_millis(300), ..Options::default() }).await;
    let ask = || bench.json("GET", "/v1/leads", "api_key", &Value::Null);
    let mut refused = None;
    for _ in 0..50 {
        let answer = ask().await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let wait = refused.expect("two requests in 300 ms are all there are").number("retry-after");
    assert_eq!(wait, 1);
    // The wait is what is tested, not a synchronisation.
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(ask().await.status, 200);
    bench.server.stop().await;
}
