//! Tables of keys as Markdown.

use std::fmt::Write as _;

use crate::yaml::{Shape, Table, expected};

/// A table's keys, then the tables it refers to, each once.
pub(super) fn tables(table: &'static Table, text: &mut String, done: &mut Vec<&'static str>) {
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

pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
