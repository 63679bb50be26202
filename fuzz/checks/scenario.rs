//! A scenario file: it parses or every mistake has its place, and what parses can be looked through before a run.

use std::collections::HashSet;

use tollgate::model::{Action, Node, NodeKind, Scenario, Source};
use tollgate::plan::{self, Held};
use tollgate::{report, scenario};

use super::diagnostics::{self, inside};

/// Reads the bytes as a scenario file.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let source = Source::new("fuzz.yaml", &text);
    let scenario = match scenario::parse(&source) {
        Ok(scenario) => scenario,
        Err(mistakes) => {
            assert!(!mistakes.is_empty(), "a file that does not parse has a mistake");
            return diagnostics::check(&mistakes);
        }
    };
    places(&scenario);
    for has_contract in [false, true] {
        diagnostics::check(&plan::lint(&scenario, &HashSet::new(), &["row".to_owned()], has_contract));
    }
    let again = Held::text(scenario.clone()).open().expect("what parsed once parses again");
    assert_eq!(*again, scenario);
}

/// The places that findings point at.
fn places(scenario: &Scenario) {
    let source = &scenario.source;
    inside(source, scenario.name.span);
    scenario.vars.iter().for_each(|(name, value)| {
        inside(source, name.span);
        node(source, value);
    });
    for step in scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown) {
        inside(source, step.span);
        inside(source, step.name.span);
        let Action::Request(request) = &step.action else { continue };
        inside(source, request.method.span);
        inside(source, request.path.span);
        inside(source, request.expect.span);
        let expect = &request.expect;
        let checks = expect.headers.iter().chain(&expect.body).map(|(_, check)| check);
        for check in checks.chain(&expect.error).chain(&expect.message).chain(&expect.text) {
            inside(source, check.span);
            check.matchers.iter().for_each(|matcher| node(source, &matcher.argument));
        }
        request.capture.iter().for_each(|capture| inside(source, capture.from.span));
        assert!(report::snippet(source, request.path.span, "here").ends_with('\n'));
    }
}

fn node(source: &Source, value: &Node) {
    inside(source, value.span);
    match &value.kind {
        NodeKind::List(items) => items.iter().for_each(|item| node(source, item)),
        NodeKind::Map(entries) => entries.iter().for_each(|entry| {
            inside(source, entry.key.span);
            node(source, &entry.value);
        }),
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Text(_) => {}
    }
}
