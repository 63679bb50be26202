//! Error codes that scenarios expect, held against the closed catalogues of their contracts before anything is sent.

use crate::model::{
    Action, Contract, Diagnostic, Matcher, MatcherKind, Node, NodeKind, Scenario, Source, Span,
    UndocumentedCodes,
};
use crate::spelling::nearest;

/// A code that a step expects, written without a template.
#[derive(Debug, Clone)]
pub struct ExpectedCode {
    source: Source,
    span: Span,
    code: String,
    /// The contract that the step is judged by.
    contract: String,
}

/// The codes that a scenario's own steps expect. `default_contract` is that of scenarios which name none.
pub fn expected_codes(scenario: &Scenario, default_contract: Option<&str>) -> Vec<ExpectedCode> {
    let contract = scenario.contract.as_ref().map(|name| name.value.as_str()).or(default_contract);
    let Some(contract) = contract else { return Vec::new() };
    let steps = scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown);
    let checks = steps.filter_map(|step| match &step.action {
        Action::Request(spec) => spec.expect.error.as_ref(),
        Action::Include(_) => None,
    });
    let nodes = checks.flat_map(|check| &check.matchers).flat_map(candidates);
    nodes
        .filter_map(|node| match &node.kind {
            NodeKind::Text(code) if !code.contains("{{") => Some(ExpectedCode {
                source: scenario.source.clone(),
                span: node.span,
                code: code.to_string(),
                contract: contract.to_owned(),
            }),
            _ => None,
        })
        .collect()
}

/// What a matcher accepts, if it is a list of codes.
fn candidates(matcher: &Matcher) -> &[Node] {
    match (matcher.kind, &matcher.argument.kind) {
        (MatcherKind::Equals, _) => std::slice::from_ref(&matcher.argument),
        (MatcherKind::OneOf, NodeKind::List(items)) => items,
        _ => &[],
    }
}

/// The mistakes: codes that can only fail, since every answer with one of them breaks the contract.
pub fn unknown_codes<'c>(
    expected: &[ExpectedCode],
    contract: impl Fn(&str) -> Option<&'c Contract>,
) -> Vec<Diagnostic> {
    let unknown = |expected: &&ExpectedCode| {
        contract(&expected.contract).is_some_and(|contract| {
            let closed = contract.undocumented_codes == UndocumentedCodes::Deny && !contract.codes.is_empty();
            closed && !contract.codes.contains_key(&expected.code)
        })
    };
    let mistake = |expected: &ExpectedCode| {
        let ExpectedCode { source, span, code, contract: name } = expected;
        let title = format!("`{code}` is no code of {name}, whose catalogue is closed");
        let known = contract(name).into_iter().flat_map(|contract| contract.codes.keys().map(String::as_str));
        let help = match nearest(code, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`tollgate contract show {name}` lists its codes"),
        };
        Diagnostic::new(source, *span, title, "no answer may have this code").with_help(help)
    };
    expected.iter().filter(unknown).map(mistake).collect()
}
