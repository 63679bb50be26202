//! What judging an answer costs: every rule on, beside one parse and one schema validation of the same body.
//!
//! Run it with `cargo bench --bench judge`. Goals: at most 3 times parse and validation, and at most 10 µs. A number
//! asks for so many rounds: a hundred are enough to count instructions with `valgrind --tool=callgrind`.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use serde_json::Value;
use tollgate::judge::{self, Memory};
use tollgate::model::{Exchange, Header, Request, Response};
use tollgate::{contract, rules};

/// Calls in one round: few, so that a round is seldom interrupted.
const CALLS: u32 = 200;
/// Rounds unless told otherwise; the two sides take turns.
const ROUNDS: usize = 601;
/// Most that judging may cost, in parses with validation.
const MOST_TIMES: f64 = 3.0;
/// Most that judging may cost, in microseconds.
const MOST_MICROS: f64 = 10.0;

const BODY: &str = r#"{"success":false,"error":{"code":"VALIDATION_ERROR","message":"Request validation failed",
"details":[{"field":"email","message":"Invalid email format"},{"field":"bedrooms","message":"Must be 50 or less"},
{"field":"name","message":"Is required"}],"request_id":"req_4f9d1c2b7a6e4d5f8091a2b3c4d5e6f7"}}"#;

/// Remembers nothing: the same answer is judged again and again.
struct Forgetful;

impl Memory for Forgetful {
    fn first_use(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

#[expect(clippy::print_stdout, clippy::expect_used, reason = "a program for people at a terminal")]
#[expect(clippy::disallowed_methods, reason = "no part of the product, so it has no `Env`")]
fn main() -> ExitCode {
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let files = contract::embedded("propertybase-v1").expect("it is built in");
    let contract = contract::load(&files, &rules::all()).expect("it is valid");
    let schema = include_str!("../schemas/propertybase-v1/envelope.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).expect("JSON")).expect("a schema");
    let exchange = exchange();
    let judged = judge::judge(&exchange, Some(&contract), &Forgetful);
    assert!(judged.observations.is_empty(), "nothing is wrong with it: {:?}", judged.observations);

    let mut floors = Vec::new();
    let mut judges = Vec::new();
    for _ in 0..rounds {
        floors.push(micros(|| {
            let value: Value = serde_json::from_slice(black_box(BODY.as_bytes())).expect("JSON");
            black_box(schema.iter_errors(&value).count());
        }));
        judges.push(micros(|| {
            black_box(judge::judge(black_box(&exchange), Some(&contract), &Forgetful));
        }));
    }
    let (floor, judge) = (median(floors), median(judges));
    let met = judge <= MOST_TIMES * floor && judge <= MOST_MICROS;
    println!("a body of {} bytes, medians of {rounds} rounds", BODY.len());
    println!("  parse and validate   {floor:6.2} µs");
    println!("  judge by every rule  {judge:6.2} µs, {:.2} times as much", judge / floor);
    println!(
        "  goal: {MOST_TIMES} times and {MOST_MICROS} µs at most: {}",
        if met { "met" } else { "NOT MET" }
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Microseconds of one call.
fn micros(call: impl Fn()) -> f64 {
    let start = Instant::now();
    (0..CALLS).for_each(|_| call());
    start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A documented answer, with the header lines that servers send.
fn exchange() -> Exchange {
    let request = Request {
        method: "POST".to_owned(),
        url: "http://127.0.0.1:8080/v1/leads".to_owned(),
        path: "/leads".to_owned(),
        headers: vec![Header::new("content-type", "application/json")],
        body: Bytes::from_static(br#"{"name":"","email":"nope","bedrooms":99}"#),
        redirects: 0,
        timeout: Duration::from_secs(30),
    };
    let response = Response {
        version: "HTTP/1.1",
        status: 422,
        headers: [
            ("server", "nginx"),
            ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("content-type", "application/json"),
            ("content-length", "361"),
            ("connection", "keep-alive"),
            ("x-request-id", "req_4f9d1c2b7a6e4d5f8091a2b3c4d5e6f7"),
        ]
        .map(|(name, value)| Header::new(name, value))
        .to_vec(),
        body: Bytes::from_static(BODY.as_bytes()),
        cut: None,
        first_byte: Duration::from_millis(1),
        received_at: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
        url: request.url.clone(),
    };
    Exchange {
        request,
        sent_at: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
        elapsed: Duration::from_millis(2),
        outcome: Ok(response),
    }
}
