//! Every rule's documentation holds a run about which it speaks and one about which it does not.

use super::*;
use crate::judge::tests::docs::{example, parse};

fn run(rule: &RuleInfo, heading: &str) -> Vec<Told> {
    let (contract, text) = example(rule, rule.doc, heading);
    let exchanges: Vec<Exchange> = text.split("---\n").map(parse).collect();
    told_of(&contract.expect("a contract"), &exchanges)
}

#[test]
fn every_rule_fires_alone_and_is_silent_as_documented() {
    for rule in rules() {
        let told = run(rule, "Fires");
        assert_eq!(names(&told), [rule.name], "{}: one fault, one finding", rule.name);
        let Told { observation, specimen } = &told[0];
        assert_ne!(observation.expected, observation.actual, "{}", rule.name);
        assert!(
            observation.help.contains(" (step ") && !specimen.step.is_empty(),
            "both sides have a specimen"
        );
        assert_eq!(names(&run(rule, "Silent")), [""; 0], "{}", rule.name);
    }
}

#[test]
fn codes_are_sorted_and_docs_are_complete() {
    let codes: Vec<_> = rules().iter().map(|rule| rule.code).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    for rule in rules() {
        assert_eq!(rule.family, "consistency");
        for heading in ["\n\n## Why\n\n", "\n\n## Fires\n\n", "\n\n## Silent\n\n"] {
            assert!(rule.doc.contains(heading), "{}: {heading:?}", rule.name);
        }
    }
}
