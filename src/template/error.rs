//! What is wrong with a template, in words of the scenario's author.

use std::ops::Range;

use minijinja::ErrorKind;

use super::functions::functions;
use super::scope::Scope;
use crate::model::Span;
use crate::spelling;

/// Why a text could not be rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The offending bytes of the text.
    pub range: Range<usize>,
}

/// Why a value of a file could not be rendered, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedTemplateError {
    /// The scalar, or the mapping's key, that holds the template.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl TemplateError {
    pub(super) fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), help: None, range }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Ties the error to its place in a file.
    pub fn at(self, span: Span) -> LocatedTemplateError {
        LocatedTemplateError { span, message: self.message, help: self.help }
    }

    /// What the engine says about an expression that does not parse.
    pub(super) fn syntax(error: &minijinja::Error, code: &str, range: Range<usize>) -> Self {
        Self::new(format!("`{}` is not a template expression: {}", clip(code), detail(error)), range)
    }

    /// What the engine says about an expression that cannot be evaluated; `names` are those it uses.
    pub(super) fn evaluation(
        error: &minijinja::Error,
        code: &str,
        range: Range<usize>,
        names: &[String],
        scope: &Scope,
    ) -> Self {
        let undefined = matches!(error.kind(), ErrorKind::UndefinedError | ErrorKind::UnknownFunction);
        match names.iter().find(|name| !scope.contains(name)) {
            Some(name) if undefined => Self::undefined(name, scope, range),
            _ if error.kind() == ErrorKind::UndefinedError => {
                Self::new(format!("`{}` has no value", clip(code)), range)
                    .help("one of its members is not there")
            }
            _ => Self::new(format!("`{}` fails: {}", clip(code), detail(error)), range),
        }
    }

    /// A name that nothing has, with the nearest that there is.
    pub(super) fn undefined(name: &str, scope: &Scope, range: Range<usize>) -> Self {
        let error = Self::new(format!("there is no variable `{name}`"), range);
        match nearest(name, scope) {
            Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
            None if scope.iter().next().is_none() => error.help("no variables are set here"),
            None => error.help(format!("there are: {}", clip(&listed(scope)))),
        }
    }
}

fn nearest(name: &str, scope: &Scope) -> Option<String> {
    let names = functions().iter().map(|function| function.name);
    let near = spelling::nearest(name, scope.iter().map(|(name, _)| name).chain(names))?;
    let function = functions().iter().any(|function| function.name == near);
    Some(if function { format!("{near}()") } else { near.to_owned() })
}

fn listed(scope: &Scope) -> String {
    let names: Vec<_> = scope.iter().map(|(name, _)| name).collect();
    names.join(", ")
}

fn detail(error: &minijinja::Error) -> String {
    let text = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    clip(&text)
}

/// At most 120 characters of a text.
fn clip(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
