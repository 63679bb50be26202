//! The scenario format as a page: every key, every matcher, every template function.

use std::fmt::Write as _;

use super::key_tables::{cell, tables};
use crate::matcher::MATCHERS;
use crate::project::PROJECT;
use crate::scenario::SCENARIO;
use crate::template;

/// The reference of scenario and project files.
pub(super) fn text() -> String {
    let mut text = String::from(
        "# Scenario files\n\nA scenario is one YAML 1.2 file. Unknown keys are mistakes; a mistake anywhere means that \
         nothing is sent. A text that is one whole `{{ expression }}` keeps the value's type; text around it makes a \
         string.\n",
    );
    tables(&SCENARIO, &mut text, &mut vec!["check"]);
    text.push_str(
        "\n## matchers\n\nWhat a check can ask; a value that is no mapping stands for `equals`.\n\n",
    );
    text.push_str("| matcher | takes | meaning | example |\n| --- | --- | --- | --- |\n");
    for matcher in MATCHERS {
        let (name, takes, doc, example) = (matcher.name, matcher.argument, matcher.doc, matcher.example);
        let _ = writeln!(text, "| `{name}` | {takes} | {} | `{}` |", cell(doc), cell(example));
    }
    text.push_str("\n## template functions\n\n| function | meaning | example |\n| --- | --- | --- |\n");
    for function in template::functions() {
        let (name, doc, example) = (function.name, function.doc, function.example);
        let _ = writeln!(text, "| `{name}` | {} | `{}` |", cell(doc), cell(example));
    }
    text.push_str("\n# The project file\n\n`tollgate.yaml` in the working directory.\n");
    tables(&PROJECT, &mut text, &mut Vec::new());
    text
}
