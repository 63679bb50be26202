//! What does not fit together over a whole run: small facts of every judged answer, and rules that compare them. Pure.
//!
//! A rule of this room asks a question that all routes of a contract should answer alike, such as "which code says
//! that no credential was sent?". It tells a minority of another answer, with a specimen of both sides; where no side
//! is the larger one nobody is told. Answers that throttle (429), that are a fault inside (5xx), that stand in another
//! contract's paths or under `exempt`, and those that a rule for single responses finds fault with, do not count.

mod answer;
mod cause;
mod members;
mod routes;
mod tally;

mod cause_code;
mod cause_status;
mod code_status;
mod header_family;
mod member_missing;
mod member_type;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Contract, Finding, Observation, RuleInfo};
use crate::rules;
pub use answer::{Answer, Position};
use answer::{Fact, Question};
use routes::Routes;
use tally::{Sides, Tally};

/// A rule about a whole run.
struct Rule {
    /// Its identity and documentation.
    info: RuleInfo,
    /// Compares the facts of one contract.
    check: fn(&Facts, &Contract, &mut Vec<Told>),
}

/// Every rule, sorted by code.
static RULES: &[&Rule] = &[
    &cause_status::RULE,
    &cause_code::RULE,
    &code_status::RULE,
    &member_type::RULE,
    &member_missing::RULE,
    &header_family::RULE,
];

/// Every rule's identity, sorted by code.
pub fn rules() -> Vec<&'static RuleInfo> {
    RULES.iter().map(|rule| &rule.info).collect()
}

/// What a rule says about a run, at the place of a specimen of the minority.
#[derive(Debug)]
pub struct Told {
    /// What is said.
    pub observation: Observation,
    /// The minority's specimen: place, request and answer.
    pub specimen: Arc<Finding>,
}

/// What an answer says, read before the census is asked for: that is shared by all who send.
pub struct Read<'a> {
    fact: Fact<'a>,
    questions: Vec<(Question, String)>,
}

impl<'a> Read<'a> {
    /// Reads an answer, if it can be compared with others.
    pub fn of(answer: &'a Answer<'a>) -> Option<Self> {
        let fact = Fact::of(answer)?;
        let questions = if fact.counts { fact.questions() } else { Vec::new() };
        Some(Self { fact, questions })
    }
}

/// The facts of a run, contract by contract, in bounded memory.
#[derive(Debug, Default)]
pub struct Census(BTreeMap<String, Facts>);

/// The facts of one contract's answers.
#[derive(Debug, Default)]
struct Facts {
    tally: Tally,
    routes: Routes,
}

impl Census {
    /// Takes in what was read of an answer. `specimen` has its place, request and answer; it is asked for only if it
    /// may be shown.
    pub fn note(&mut self, read: Read<'_>, specimen: &dyn Fn() -> Finding) {
        let Read { fact, questions } = read;
        let name = fact.answer.name;
        // Nearly every answer is one of a contract that is known already.
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Facts::default());
        }
        let Some(facts) = self.0.get_mut(name) else { return };
        facts.routes.note(&fact);
        let mut made = None;
        let mut specimen = || Arc::clone(made.get_or_insert_with(|| Arc::new(specimen())));
        for (question, way) in questions {
            facts.tally.note(question, way, &fact, &mut specimen);
        }
    }

    /// What does not fit together, contract by contract; the severities are those of the rules or of the contract.
    pub fn told<'c>(&self, contract: impl Fn(&str) -> Option<&'c Contract>) -> Vec<Told> {
        let mut told = Vec::new();
        for (name, facts) in &self.0 {
            let Some(contract) = contract(name) else { continue };
            let mut found = Vec::new();
            for rule in RULES {
                (rule.check)(facts, contract, &mut found);
            }
            found.retain_mut(|one| rules::turn(contract, &mut one.observation));
            told.append(&mut found);
        }
        told
    }
}

/// What is told about a minority: what it does, against what the majority does.
fn told(rule: &'static RuleInfo, sides: &Sides<'_>, message: String) -> Option<Told> {
    let (minority, majority) = (&sides.minority, &sides.majority);
    let specimen = Arc::clone(minority.specimen.as_ref()?);
    let mut help = format!(
        "{} of {}, against {} of {}",
        counted(minority.answers, "answer"),
        counted(minority.routes, "route"),
        counted(majority.answers, "answer"),
        counted(majority.routes, "route"),
    );
    if let Some(other) = &majority.specimen {
        help.push_str(&format!(", such as {}:{} ({})", other.file, other.line, other.step));
    }
    let observation = Observation::new(rule, message).help(help);
    Some(Told { observation: observation.values(majority.way.clone(), minority.way.clone()), specimen })
}

fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests;
