//! What a rule or an expectation has to say about one exchange.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding weighs. Ordered: `Note < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice, or something worth knowing.
    Note,
    /// A broken SHOULD.
    Warning,
    /// A broken documented contract or RFC MUST.
    Error,
}

impl Severity {
    /// The word used in files, flags and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The documented contract; the text names the sentence or section.
    Contract(&'static str),
    /// A standard; the text names the RFC and its section.
    Rfc(&'static str),
    /// Good advice without a standard behind it.
    Advice(&'static str),
    /// The scenario's own expectation.
    Scenario,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contract(text) => write!(f, "contract: {text}"),
            Self::Rfc(text) => f.write_str(text),
            Self::Advice(text) => write!(f, "advice: {text}"),
            Self::Scenario => f.write_str("the scenario"),
        }
    }
}

/// The identity of a rule: what every finding of it carries, and what `explain` prints.
#[derive(Debug)]
pub struct RuleInfo {
    /// Stable code, never reused: `ENV001`.
    pub code: &'static str,
    /// Stable kebab-case name, read after "allow": `envelope-schema`.
    pub name: &'static str,
    /// The family, as in the catalogue: `envelope`, `request id`, ...
    pub family: &'static str,
    /// The severity unless the contract turns it.
    pub severity: Severity,
    /// Where it comes from.
    pub source: Source,
    /// The documentation, Markdown; its first paragraph is the summary.
    pub doc: &'static str,
}

/// A rule's or expectation's word on one exchange, before the runner says where it belongs.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// The rule's severity, or what the contract turned it to.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it, or why it matters; may be empty.
    pub help: String,
    /// JSON pointer into the response body; empty for the whole or for the head.
    pub pointer: String,
    /// What should have been there; may be empty.
    pub expected: String,
    /// What was there; may be empty.
    pub actual: String,
    /// The offending place in the scenario, where an expectation wrote one down.
    pub span: Option<super::Span>,
    /// From what was expected to what was there, where both are texts of many lines.
    pub diff: Option<Box<super::Diff>>,
}

impl Observation {
    /// A word at the rule's own severity about the whole response.
    pub fn new(rule: &'static RuleInfo, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            help: String::new(),
            pointer: String::new(),
            expected: String::new(),
            actual: String::new(),
            span: None,
            diff: None,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds the place in the body.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// Adds what was expected and what was there.
    #[must_use]
    pub fn values(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// Adds the place in the scenario.
    #[must_use]
    pub fn span(mut self, span: super::Span) -> Self {
        self.span = Some(span);
        self
    }
}

/// One schema violation, freed of the validator's own types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaViolation {
    /// JSON pointer into the body.
    pub pointer: String,
    /// Path inside the schema: `/properties/error/required`.
    pub schema_path: String,
    /// What is wrong, in words.
    pub message: String,
}

/// How far one and the same fault reaches over a repeated run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    /// Answers that have it.
    pub answers: u64,
    /// Out of so many requests of the run.
    pub of: u64,
    /// Steps that have such an answer.
    pub steps: u64,
    /// The first of these steps.
    pub places: Vec<Place>,
}

/// A step in which a fault was found, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The scenario file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The step's name.
    pub step: String,
    /// Answers of the step that have it.
    pub answers: u64,
    /// Out of so many requests of the step, in those of the scenario's cases that have it.
    pub of: u64,
}

/// An observation at its place, as reports show it. The field names are stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's code.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Which sentence or section it comes from.
    pub source: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub help: String,
    /// The scenario file.
    pub file: String,
    /// Line in it, from 1.
    pub line: u32,
    /// Column in it, from 1, in characters.
    pub column: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The step's name.
    pub step: String,
    /// JSON pointer into the response body; may be empty.
    pub pointer: String,
    /// What should have been there; may be empty.
    pub expected: String,
    /// What was there; may be empty.
    pub actual: String,
    /// How the whole answer differs from what it should be, line by line, where a rule compares whole answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Box<super::Diff>>,
    /// How often the same was found at this place; with `--repeat` on whatever step.
    pub count: u64,
    /// Whether the baseline accepts it: it is known, and fails nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// Where and in how many answers it was found, with `--repeat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Box<Spread>>,
    /// A command that repeats the request, secrets left out.
    pub curl: String,
    /// The response, bounded and redacted: status line, headers, body; may be empty.
    #[serde(default)]
    pub response: String,
    /// The place drawn as text: source line, caret, label; may be empty.
    #[serde(default)]
    pub snippet: String,
}
