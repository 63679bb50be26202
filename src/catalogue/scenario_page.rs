//! The scenario format as a page: every key, every matcher, every template function.

use std::fmt::Write as _;

use crate::matcher::MATCHERS;
use crate::project::PROJECT;
use crate::scenario::SCENARIO;
use crate::template;
use crate::yaml::{Shape, Table, expected};

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

/// A table's keys, then the tables it refers to, each once.
fn tables(table: &'static Table, text: &mut String, done: &mut Vec<&'static str>) {
    if done.contains(&table.name) {
        return;
    }
    done.push(table.name);
    let _ = writeln!(
        text,
        "\n## {}\n\n{}\n\n| key | takes | meaning |\n| --- | --- | --- |",
        table.name, table.doc
    );
    for key in table.keys {
        let required = if key.required { " (required)" } else { "" };
        let takes = cell(&expected(&key.shape));
        let _ = writeln!(text, "| `{}`{required} | {takes} | {} |", key.name, cell(key.doc));
    }
    for key in table.keys {
        inner(&key.shape, text, done);
    }
}

fn inner(shape: &'static Shape, text: &mut String, done: &mut Vec<&'static str>) {
    match shape {
        Shape::Object(table) => tables(table, text, done),
        Shape::List(shape) | Shape::Map(shape) => inner(shape, text, done),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| inner(shape, text, done)),
        _ => {}
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
