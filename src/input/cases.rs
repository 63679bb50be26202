//! The rows a scenario is repeated for: written in the file, or a CSV file beside it.

use super::beside;
use crate::env::Files;
use crate::model::{Cases, Diagnostic, Node, Scenario, Spanned};
use crate::plan::{Cell, Row};
use crate::scenario::is_variable_name;

/// Most rows of one scenario.
const MOST: usize = 100_000;

/// One row for each run; a scenario without cases has one empty row.
pub(super) fn rows(files: &dyn Files, scenario: &Scenario, problems: &mut Vec<Diagnostic>) -> Vec<Row> {
    match &scenario.cases {
        None => vec![Row::new()],
        Some(Cases::Inline(nodes)) => nodes.iter().map(|node| inline(node, scenario, problems)).collect(),
        Some(Cases::Csv(name)) => csv(files, scenario, name).unwrap_or_else(|problem| {
            problems.push(*problem);
            Vec::new()
        }),
    }
}

fn inline(node: &Node, scenario: &Scenario, problems: &mut Vec<Diagnostic>) -> Row {
    let entries = node.as_map().unwrap_or(&[]);
    for entry in entries.iter().filter(|entry| !is_variable_name(&entry.key.value)) {
        let title = "a variable's name is letters, digits and `_`";
        problems.push(Diagnostic::new(&scenario.source, entry.key.span, title, "not a variable name"));
    }
    entries.iter().map(|entry| (entry.key.value.to_string(), Cell::Template(entry.value.clone()))).collect()
}

fn csv(files: &dyn Files, scenario: &Scenario, name: &Spanned<String>) -> Result<Vec<Row>, Box<Diagnostic>> {
    let path = beside(&scenario.source.name, &name.value);
    let problem =
        |title: String, label: &str| Box::new(Diagnostic::new(&scenario.source, name.span, title, label));
    let shown = path.display();
    let bytes = files
        .read(&path)
        .map_err(|error| problem(format!("{shown} cannot be read: {error}"), "named here"))?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(bytes.as_slice());
    let unreadable = |error: csv::Error| problem(format!("{shown} is not a CSV file: {error}"), "named here");
    let headers = reader.headers().map_err(unreadable)?.clone();
    if let Some(wrong) = headers.iter().find(|name| !is_variable_name(name)) {
        let title = format!("{shown}, line 1: `{wrong}` is not a variable name");
        return Err(Box::new(problem(title, "named here").with_help("the first line names the variables")));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if rows.len() == MOST {
            return Err(problem(format!("{shown} has more than {MOST} rows"), "named here"));
        }
        let cells = record.iter().map(|cell| Cell::Value(cell.into()));
        rows.push(headers.iter().map(str::to_owned).zip(cells).collect());
    }
    if rows.is_empty() {
        return Err(problem(format!("{shown} has no rows"), "no case to run"));
    }
    Ok(rows)
}
