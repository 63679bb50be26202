//! The rules of whole runs: the examples of their docs, and what must not be told.

mod docs;
mod silent;

use super::*;
use crate::contract::Compiled;
use crate::judge::{self, tests::Seen};
use crate::model::{Exchange, Severity};

/// The contract of tests, by name; it may turn the rules of this room.
fn contract(name: &str) -> Compiled {
    crate::judge::tests::contract(name)
}

/// What is told about exchanges, in the order they stand in.
fn told_of(compiled: &Compiled, exchanges: &[Exchange]) -> Vec<Told> {
    let mut census = Census::default();
    let memory = Seen::default();
    for (number, exchange) in exchanges.iter().enumerate() {
        let judged = judge::judge(exchange, Some(compiled), &memory);
        let line = u32::try_from(number).expect("few");
        let position = Position { repetition: 0, file: "a.yaml".into(), line, run: "a".to_owned() };
        let answer = Answer {
            name: &compiled.contract.name,
            contract: &compiled.contract,
            exchange,
            judged: &judged,
            path: &exchange.request.path,
            position,
        };
        if let Some(read) = Read::of(&answer) {
            census.note(read, &|| specimen(line));
        }
    }
    census.told(|_| Some(&compiled.contract))
}

/// A specimen of which only the place matters.
fn specimen(line: u32) -> Finding {
    Finding {
        rule: String::new(),
        name: String::new(),
        severity: Severity::Note,
        source: String::new(),
        message: String::new(),
        help: String::new(),
        file: "a.yaml".to_owned(),
        line,
        column: 1,
        scenario: "a".to_owned(),
        step: format!("step {line}"),
        pointer: String::new(),
        expected: String::new(),
        actual: String::new(),
        count: 1,
        accepted: false,
        spread: None,
        diff: None,
        curl: String::new(),
        response: String::new(),
        snippet: String::new(),
    }
}

/// The names of the rules that speak.
fn names(told: &[Told]) -> Vec<&'static str> {
    told.iter().map(|one| one.observation.rule.name).collect()
}
