//! The snapshots that scenarios name, known before anything is sent: two steps must not share one.

use std::collections::HashMap;

use super::{Row, all_steps, case, included};
use crate::model::{Action, Diagnostic, RequestSpec, Scenario, SnapshotSpec, Source, Span, Step};
use crate::snapshot;

/// A snapshot that a step names.
#[derive(Debug, Clone)]
pub struct Named {
    /// `<contract>/<scenario>/<step>`.
    pub name: String,
    /// The scenario file.
    pub source: Source,
    /// The step's `snapshot`.
    pub span: Span,
    /// The step.
    pub step: Span,
    case: String,
}

/// The snapshots of a scenario and of what it includes, one for each case. `contract` is that of scenarios which name
/// none; `place` makes a file's name one below the project's folder, `shown` takes the secrets out of a case.
pub fn snapshots(
    scenario: &Scenario,
    rows: &[Row],
    contract: Option<&str>,
    place: &dyn Fn(&str) -> String,
    shown: &dyn Fn(&str) -> String,
) -> Vec<Named> {
    let contract = scenario.contract.as_ref().map(|name| name.value.as_str()).or(contract);
    // Many cases cost nothing where no step asks for their names.
    let asked = all_steps(scenario).any(|step| snapshot_of(step).is_some());
    let cases: Vec<String> = rows.iter().filter(|_| asked).map(|row| shown(&case(row))).collect();
    let mut named = own(scenario, &cases, contract, place);
    included(scenario, &mut |part| {
        let contract = part.contract.as_ref().map(|name| name.value.as_str()).or(contract);
        named.extend(own(part, &[String::new()], contract, place));
    });
    named
}

fn own(
    scenario: &Scenario,
    cases: &[String],
    contract: Option<&str>,
    place: &dyn Fn(&str) -> String,
) -> Vec<Named> {
    let file = place(&scenario.source.name);
    let mut named = Vec::new();
    for (step, spec) in all_steps(scenario).filter_map(snapshot_of) {
        named.extend(cases.iter().map(|case| Named {
            name: snapshot::name(contract, &file, &step.name.value, case),
            source: scenario.source.clone(),
            span: spec.span,
            step: step.span,
            case: case.clone(),
        }));
    }
    named
}

fn snapshot_of(step: &Step) -> Option<(&Step, &SnapshotSpec)> {
    match &step.action {
        Action::Request(spec) => {
            let RequestSpec { snapshot, .. } = &**spec;
            snapshot.as_ref().map(|snapshot| (step, snapshot))
        }
        Action::Include(_) | Action::LeftOut(_) => None,
    }
}

/// The mistakes: steps or cases whose snapshots would be one file.
pub fn shared_snapshots(named: &[Named]) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, &Named> = HashMap::new();
    let mut mistakes = Vec::new();
    for new in named {
        let known = first.entry(&new.name).or_insert(new);
        let same_step = known.source.name == new.source.name && known.step == new.step;
        if same_step && known.case == new.case {
            // A file that several scenarios include, or equal cases, which give equal answers.
            continue;
        }
        let title = format!("the snapshot `{}` is another one's already", new.name);
        let mistake = Diagnostic::new(&new.source, new.span, title, "the same file again");
        let known_here = known.source.name == new.source.name && !same_step;
        mistakes.push(if known_here {
            mistake.with_context(known.span, "the first").with_help("give one of the two steps another name")
        } else if same_step {
            mistake.with_help(format!("the cases `{}` and `{}` differ in signs only", known.case, new.case))
        } else {
            let at = known.source.position(known.span).line;
            mistake.with_help(format!("{}, line {at}, has it; rename a file or a step", known.source.name))
        });
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Cell;

    fn named(text: &str, rows: &[Row]) -> Vec<Named> {
        let scenario = crate::scenario::parse(&Source::new("scenarios/a.yaml", text)).expect("valid");
        snapshots(&scenario, rows, Some("house"), &str::to_owned, &str::to_owned)
    }

    #[test]
    fn steps_and_cases_have_snapshots_of_their_own() {
        let text = "name: A\nsteps:\n- { name: One, request: { get: /a }, snapshot: true }\n\
                    - { name: Two, request: { get: /b } }\n- { name: one, request: { get: /c }, snapshot: shape }\n";
        let all = named(text, &[Row::new()]);
        assert_eq!(
            all.iter().map(|named| named.name.as_str()).collect::<Vec<_>>(),
            ["house/a/one", "house/a/one"]
        );
        let [mistake] = shared_snapshots(&all).try_into().expect("one mistake");
        assert_eq!(mistake.position().line, 5);
        let rows = ["a@", "b@"].map(|mail| vec![("mail".to_owned(), Cell::Value(mail.into()))]);
        let text = "name: A\nsteps: [{ name: One, request: { get: /a }, snapshot: true }]\n";
        let all = named(text, &rows);
        assert_eq!(all[1].name, "house/a/one.mail-b");
        assert!(shared_snapshots(&all).is_empty());
        let rows = ["a@", "a!"].map(|mail| vec![("mail".to_owned(), Cell::Value(mail.into()))]);
        assert_eq!(shared_snapshots(&named(text, &rows)).len(), 1);
    }
}
