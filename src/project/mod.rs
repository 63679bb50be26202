//! `tollgate.yaml`: named targets, variables and defaults of a project.

mod keys;

pub use keys::PROJECT;

use crate::model::{Diagnostic, Node, NodeKind, Severity, Source, Span, Spanned};
use crate::scenario::is_variable_name;
use crate::spelling;
use crate::yaml::{self, Fields, Problems, Shape};

/// The file's name, looked for in the working directory.
pub const FILE_NAME: &str = "tollgate.yaml";

/// Where requests go, and with which variables.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Environment {
    /// The target's origin.
    pub target: Option<Spanned<String>>,
    /// The contract of scenarios that name none.
    pub contract: Option<Spanned<String>>,
    /// Variables.
    pub vars: Vec<(Spanned<String>, Node)>,
    /// Names of variables whose values must never be shown.
    pub secrets: Vec<Spanned<String>>,
    /// A PEM file with certificates to trust.
    pub cacert: Option<Spanned<String>>,
    /// Whether certificates are not checked.
    pub insecure: bool,
}

/// A project file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Project {
    /// What holds for every environment.
    pub base: Environment,
    /// Named environments, for `--env`.
    pub environments: Vec<(Spanned<String>, Environment)>,
    /// Scenario files and folders to run when none are named.
    pub scenarios: Vec<Spanned<String>>,
    /// Reports to write when none are named.
    pub reports: Vec<Spanned<String>>,
    /// The lowest severity that fails a run.
    pub fail_on: Option<Severity>,
    /// Scenarios side by side.
    pub jobs: Option<usize>,
    /// The file; none if there is none.
    pub source: Option<Source>,
}

impl Project {
    /// A mistake that shows only when a value of the file is used; `why` may say what to do behind a semicolon.
    pub fn mistake(&self, span: Span, why: impl Into<String>) -> Diagnostic {
        let why = why.into();
        let (title, help) = why.split_once("; ").map_or((&*why, None), |(title, help)| (title, Some(help)));
        let diagnostic = match &self.source {
            Some(source) => Diagnostic::new(source, span, title, "named here"),
            None => Diagnostic::file(FILE_NAME, title),
        };
        Diagnostic { help: help.map(str::to_owned), ..diagnostic }
    }

    /// The base with a named environment laid over it.
    ///
    /// # Errors
    /// The message names the environments there are.
    pub fn environment(&self, name: Option<&str>) -> Result<Environment, String> {
        let Some(name) = name else { return Ok(self.base.clone()) };
        let Some((_, over)) = self.environments.iter().find(|(known, _)| known.value == name) else {
            let known: Vec<_> = self.environments.iter().map(|(name, _)| name.value.as_str()).collect();
            return Err(match spelling::nearest(name, known.iter().copied()) {
                Some(near) => format!("no environment `{name}` in {FILE_NAME}; did you mean `{near}`?"),
                None if known.is_empty() => format!("no environment `{name}`: {FILE_NAME} names none"),
                None => format!("no environment `{name}` in {FILE_NAME}; there are {}", known.join(", ")),
            });
        };
        let mut all = self.base.clone();
        all.target = over.target.clone().or(all.target);
        all.contract = over.contract.clone().or(all.contract);
        all.cacert = over.cacert.clone().or(all.cacert);
        all.insecure |= over.insecure;
        all.secrets.extend(over.secrets.iter().cloned());
        all.vars.extend(over.vars.iter().cloned());
        Ok(all)
    }
}

/// Parses a project file.
///
/// # Errors
/// Every mistake in the file, in file order.
pub fn parse(source: &Source) -> Result<Project, Vec<Diagnostic>> {
    let root = yaml::parse(source).map_err(|diagnostic| vec![*diagnostic])?;
    if root.kind == NodeKind::Null {
        return Ok(Project { source: Some(source.clone()), ..Project::default() });
    }
    let mut problems = Problems::new(source);
    yaml::check(&root, &Shape::Object(&PROJECT), &mut problems);
    let fields = Fields::of(&root);
    let environments = Fields::of_key(&fields, "environments");
    let project = Project {
        base: environment(&fields),
        environments: environments
            .entries()
            .iter()
            .map(|entry| {
                let name = Spanned::new(entry.key.value.to_string(), entry.key.span);
                (name, environment(&Fields::of(&entry.value)))
            })
            .collect(),
        scenarios: fields.texts("scenarios"),
        reports: fields.texts("report"),
        fail_on: fields.text("fail_on").and_then(|word| severity(&word.value)),
        jobs: fields.integer("jobs").and_then(|jobs| usize::try_from(jobs).ok()),
        source: Some(source.clone()),
    };
    let environments = project.environments.iter().map(|(_, environment)| environment);
    for (name, _) in std::iter::once(&project.base).chain(environments).flat_map(|place| &place.vars) {
        if !is_variable_name(&name.value) {
            problems.add(name.span, "a variable's name is letters, digits and `_`", "not a variable name");
        }
    }
    if problems.is_empty() { Ok(project) } else { Err(problems.into_diagnostics()) }
}

fn environment(fields: &Fields<'_>) -> Environment {
    Environment {
        target: fields.text("target"),
        contract: fields.text("contract"),
        vars: fields.pairs("vars"),
        secrets: fields.texts("secrets"),
        cacert: fields.text("cacert"),
        insecure: fields.flag("insecure").unwrap_or(false),
    }
}

/// The severity a word names.
pub fn severity(word: &str) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Error]
        .into_iter()
        .find(|severity| severity.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "contract: lead-management-v1\nvars: { a: 1, b: 2 }\nsecrets: [api_key]\nfail_on: warning\n\
                        environments:\n  staging: { target: \"https://staging.example.com\", vars: { b: 3 } }\n";

    #[test]
    fn an_environment_lies_over_the_base() {
        let project = parse(&Source::new(FILE_NAME, FILE)).expect("valid");
        let staging = project.environment(Some("staging")).expect("known");
        assert_eq!(staging.target.map(|target| target.value).as_deref(), Some("https://staging.example.com"));
        assert_eq!(staging.contract.map(|name| name.value).as_deref(), Some("lead-management-v1"));
        let last_b = staging.vars.iter().rfind(|(name, _)| name.value == "b").map(|(_, node)| node.to_json());
        assert_eq!(last_b, Some(3.into()));
        assert_eq!(project.fail_on, Some(Severity::Warning));
        assert_eq!(project.environment(None).expect("the base").target, None);
        let error = project.environment(Some("stagin")).expect_err("unknown");
        assert!(error.contains("did you mean `staging`"), "{error}");
    }

    #[test]
    fn mistakes_are_found() {
        let found = parse(&Source::new(FILE_NAME, "tagret: x\nfail_on: fatal\n")).expect_err("two mistakes");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `target`?"));
    }
}
