//! Snapshots during a run: taken of the answer that ends a step, and compared with what was kept of an earlier one.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::scenario::Context;
use crate::judge::Judged;
use crate::model::{
    Observation, RequestSpec, Response, RuleInfo, SnapshotForm, SnapshotRules, SnapshotSpec, Step,
};
use crate::plan;
use crate::snapshot::{self, Compared, Snapshot, Taking};
use crate::template::Scope;

/// Where accepted snapshots are, and where new ones go.
pub trait Shelf: Send + Sync {
    /// What was accepted under this name.
    fn accepted(&self, name: &str) -> Option<String>;

    /// Hands over what there is now instead, and gets what to do about it, for people; nothing if it was accepted.
    ///
    /// # Errors
    /// It was to be written, and cannot be; the text says why.
    fn unlike(&self, name: &str, new: &Snapshot) -> Result<Option<String>, String>;

    /// Hears that the accepted one still holds.
    fn like(&self, name: &str);
}

/// What a run does with the answers to its steps.
#[derive(Clone, Default)]
pub enum Snapshots {
    /// Nothing.
    #[default]
    Off,
    /// Those of steps that have a snapshot are compared with it.
    Kept {
        /// The snapshots.
        shelf: Arc<dyn Shelf>,
        /// The project's folder.
        root: PathBuf,
    },
    /// All are kept for another run.
    Record(Arc<Answers>),
    /// All are compared with those of another run.
    Against(Arc<Answers>),
}

impl Snapshots {
    /// The target whose answers are compared with, without secrets.
    pub fn other(&self) -> Option<&str> {
        match self {
            Self::Against(answers) => Some(&answers.target),
            _ => None,
        }
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::Kept { .. } => "Kept",
            Self::Record(_) => "Record",
            Self::Against(_) => "Against",
        })
    }
}

/// The answers of a run by step, as snapshots have them.
#[derive(Debug)]
pub struct Answers {
    /// Who gave them: the origin, without secrets.
    target: String,
    taken: Mutex<HashMap<String, String>>,
}

impl Answers {
    /// None yet from this target.
    pub fn of(target: String) -> Self {
        Self { target, taken: Mutex::default() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The answer that ends a step.
pub(super) struct Answer<'a> {
    pub(super) response: &'a Response,
    pub(super) judged: &'a Judged,
    /// Whether it is what the step expects.
    pub(super) expected: bool,
}

/// What is found out about the answer by comparing it.
///
/// # Errors
/// It cannot be compared; the text says why.
pub(super) fn look(
    context: &Context<'_>,
    step: &Step,
    spec: &RequestSpec,
    answer: &Answer<'_>,
    scope: &Scope,
) -> Result<Option<Observation>, String> {
    match &context.runner.settings.snapshots {
        Snapshots::Off => Ok(None),
        Snapshots::Kept { shelf, root } => {
            // An answer that is not the expected one is no news, and not worth keeping.
            let Some(own) = spec.snapshot.as_ref().filter(|_| answer.expected) else { return Ok(None) };
            let file = snapshot::below(root, &context.scenario.source.name);
            let case = plan::case(context.row);
            let case = context.runner.redactor.text(&case);
            let name = snapshot::name(context.contract_name, &file, &step.name.value, &case);
            let taken = take(context, spec, own.form, &own.rules, answer, scope);
            kept(context, step, spec, own, &**shelf, Place { name, file }, &taken)
        }
        Snapshots::Record(answers) => {
            let taken = any(context, spec, answer, scope);
            let mut all = answers.taken.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(key(context, step), taken);
            Ok(None)
        }
        Snapshots::Against(answers) => {
            let key = key(context, step);
            let other = answers.taken.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let target = &answers.target;
            let Some(other) = other else {
                return Err(format!("not compared: {target} gave no answer to this step"));
            };
            let form = spec.snapshot.as_ref().map_or(SnapshotForm::Values, |own| own.form);
            let compared = snapshot::compare(Some(&other), &any(context, spec, answer, scope), form);
            let message = format!("the answer is not the one of {target}");
            Ok(unlike(compared, &snapshot::DIFFERS, message).map(|(found, _)| found))
        }
    }
}

/// The name of a snapshot and the scenario file below the project's folder.
struct Place {
    name: String,
    file: String,
}

fn kept(
    context: &Context<'_>,
    step: &Step,
    spec: &RequestSpec,
    own: &SnapshotSpec,
    shelf: &dyn Shelf,
    place: Place,
    taken: &str,
) -> Result<Option<Observation>, String> {
    let Place { name, file } = place;
    let accepted = shelf.accepted(&name);
    let (rule, message) = match &accepted {
        Some(_) => (&snapshot::CHANGED, format!("the answer is not the one of the snapshot `{name}`")),
        None => (&snapshot::NEW, format!("the snapshot `{name}` was not accepted yet")),
    };
    let compared = snapshot::compare(accepted.as_deref(), taken, own.form);
    let Some((found, contents)) = unlike(compared, rule, message) else {
        shelf.like(&name);
        return Ok(None);
    };
    let asked = format!("{} {}", spec.method.value, spec.path.value);
    let description = if step.name.value == asked { asked } else { format!("{}: {asked}", step.name.value) };
    let redactor = &context.runner.redactor;
    let new = Snapshot {
        source: redactor.text(&file).into_owned(),
        line: context.scenario.source.position(step.span).line,
        description: redactor.text(&description).into_owned(),
        contents,
    };
    let help = shelf.unlike(&name, &new)?;
    Ok(help.map(|help| found.help(help).span(own.span)))
}

fn unlike(compared: Compared, rule: &'static RuleInfo, message: String) -> Option<(Observation, String)> {
    match compared {
        Compared::Same => None,
        Compared::Unlike { contents, diff } => {
            Some((Observation { diff: Some(Box::new(diff)), ..Observation::new(rule, message) }, contents))
        }
    }
}

/// The answer by the rules of its step, or by the contract's alone where the step has none.
fn any(context: &Context<'_>, spec: &RequestSpec, answer: &Answer<'_>, scope: &Scope) -> String {
    let none = SnapshotRules::default();
    let (form, rules) = match &spec.snapshot {
        Some(own) => (own.form, &own.rules),
        None => (SnapshotForm::Values, &none),
    };
    take(context, spec, form, rules, answer, scope)
}

fn take(
    context: &Context<'_>,
    spec: &RequestSpec,
    form: SnapshotForm,
    rules: &SnapshotRules,
    answer: &Answer<'_>,
    scope: &Scope,
) -> String {
    let with = Taking {
        form,
        rules,
        contract: context.contract.map(|compiled| &compiled.contract),
        captures: &spec.capture,
        made: &scope.made(),
        target: &context.runner.settings.target,
        redactor: &context.runner.redactor,
    };
    snapshot::take(answer.response, &answer.judged.body, &with)
}

/// What tells a step from all others of a run.
fn key(context: &Context<'_>, step: &Step) -> String {
    let contract = context.contract_name.unwrap_or_default();
    let file = &context.scenario.source.name;
    format!("{contract}\n{file}\n{}\n{}\n{}", step.span.start, step.name.value, plan::case(context.row))
}
