//! The judge: it speaks about any exchange, says the same twice, keeps it short, and shows no secret.

use std::sync::LazyLock;

use tollgate::contract::{self, Compiled};
use tollgate::judge;
use tollgate::model::{Body, BodyFlaw, Exchange, Header, Observation};
use tollgate::redact::Redactor;
use tollgate::rules;

use super::exchange::{self, Forgetful};

/// The credential that every request carries.
const SECRET: &str = "Canary-9F8e7D6c5B4a3210";
/// Fewest characters of it that must not be seen on their own.
const PART: usize = 12;
/// Most observations about one exchange.
const MOST: usize = 256;
/// Longest text of an observation, in bytes.
const LONGEST: usize = 4_096;

/// Every shipped contract, and none.
static CONTRACTS: LazyLock<Vec<Option<Compiled>>> = LazyLock::new(|| {
    let load = |name: &str| {
        let files = contract::embedded(name).expect("it is built in");
        contract::load(&files, &rules::all()).expect("it is valid")
    };
    let strict: Vec<_> = contract::embedded_names().map(load).collect();
    let lenient = strict.iter().cloned().map(|compiled| compiled.with_lenient(true));
    lenient.chain(strict.iter().cloned()).map(Some).chain([None]).collect()
});

/// Judges the exchange that the bytes show, and the same without a body.
pub fn check(bytes: &[u8]) {
    let mut exchange = exchange::of(bytes);
    exchange.request.headers.push(Header::new("authorization", &format!("Bearer {SECRET}")));
    let redactor = Redactor::new();
    redactor.add_sent(&exchange.request.headers);
    if let Ok(response) = &exchange.outcome {
        redactor.add_received(&response.headers);
    }
    let whole = !shows_parts(&exchange);
    for contract in CONTRACTS.iter() {
        let judged = judge::judge(&exchange, contract.as_ref(), &Forgetful);
        let again = judge::judge(&exchange, contract.as_ref(), &Forgetful);
        assert_eq!(format!("{judged:?}"), format!("{again:?}"));
        assert!(judged.observations.len() <= MOST, "{} observations", judged.observations.len());
        for observation in &judged.observations {
            bounded(observation);
            honest(observation, &judged.body);
            if whole {
                secretive(observation, &redactor);
            }
        }
    }
    "HEAD".clone_into(&mut exchange.request.method);
    if let Ok(response) = &mut exchange.outcome {
        // The transport reads none.
        response.body.clear();
    }
    for contract in CONTRACTS.iter() {
        for observation in judge::judge(&exchange, contract.as_ref(), &Forgetful).observations {
            assert_eq!(observation.pointer, "", "HEAD has no body to point into");
        }
    }
}

fn texts(observation: &Observation) -> [&str; 5] {
    let Observation { message, help, pointer, expected, actual, .. } = observation;
    [message, help, pointer, expected, actual]
}

fn bounded(observation: &Observation) {
    assert!(!observation.message.is_empty());
    for text in texts(observation) {
        assert!(text.len() <= LONGEST, "{}: {} bytes", observation.rule.name, text.len());
    }
}

/// The place is there, or is that of a missing member of something that is there. Faults of the text itself may stand in
/// the first of two equal keys, of which the value has the last.
fn honest(observation: &Observation, body: &Body) {
    let is_duplicate = |flaw: &BodyFlaw| matches!(flaw, BodyFlaw::DuplicateKey { .. });
    let of_the_text = ["duplicate-keys", "lone-surrogate"].contains(&observation.rule.name);
    if of_the_text && body.flaws.iter().any(is_duplicate) {
        return;
    }
    let pointer = observation.pointer.as_str();
    let parent = pointer.rfind('/').map_or("", |slash| &pointer[..slash]);
    let is_there = |pointer: &str| body.value.as_ref().is_some_and(|body| body.pointer(pointer).is_some());
    assert!(
        pointer.is_empty() || is_there(pointer) || is_there(parent),
        "{}: {pointer} leads nowhere",
        observation.rule.name
    );
}

fn secretive(observation: &Observation, redactor: &Redactor) {
    for text in texts(observation) {
        let shown = redactor.text(text);
        let seen = parts().find(|part| shown.to_lowercase().contains(&part.to_lowercase()));
        assert_eq!(seen, None, "{}: {shown}", observation.rule.name);
    }
}

fn parts() -> impl Iterator<Item = &'static str> {
    (0..=SECRET.len() - PART).map(|start| &SECRET[start..start + PART])
}

/// Whether the server shows parts of the secret on their own, or in other letters, which nothing can tell from other
/// texts.
fn shows_parts(exchange: &Exchange) -> bool {
    let Ok(response) = &exchange.outcome else { return false };
    let headers =
        response.headers.iter().flat_map(|header| [header.name.clone(), header.text().into_owned()]);
    let request =
        [exchange.request.path.clone(), String::from_utf8_lossy(&exchange.request.body).into_owned()];
    let bodies = [String::from_utf8_lossy(&response.body).into_owned()];
    headers.chain(request).chain(bodies).any(|text| {
        let rest = text.replace(SECRET, "").to_lowercase();
        parts().any(|part| rest.contains(&part.to_lowercase()))
    })
}
