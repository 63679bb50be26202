//! The rows a scenario is repeated for: written in the file, or a CSV file beside it.

use super::{beside, source};
use crate::env::Files;
use crate::model::{Cases, Diagnostic, Node, Scenario, Source, Span, Spanned};
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
    if !files.exists(&path) {
        let missing = problem(format!("there is no file {shown}"), "named here");
        return Err(missing.with_help("the path is relative to this file").into());
    }
    let table = source(files, &path)?;
    let text = table.text.strip_prefix('\u{feff}').unwrap_or(&table.text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| unreadable(&table, &error))?.clone();
    check_names(&headers, &table)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&table, &error))?;
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

/// The first line names the variables, each once.
fn check_names(headers: &csv::StringRecord, table: &Source) -> Result<(), Box<Diagnostic>> {
    let mut at = 0;
    for (index, name) in headers.iter().enumerate() {
        let start = table.text[at..].find(name).map_or(at, |found| at + found);
        at = start + name.len();
        let mistake = |title: String, label: &str| {
            let mistake = Diagnostic::new(table, Span::new(start, at), title, label);
            Err(mistake.with_help("the first line names the variables").into())
        };
        if !is_variable_name(name) {
            return mistake(format!("`{name}` is not a variable name"), "only letters, digits and `_`");
        }
        if headers.iter().take(index).any(|earlier| earlier == name) {
            return mistake(format!("the column `{name}` stands here twice"), "second time");
        }
    }
    Ok(())
}

/// What is wrong with a row, at its first line.
fn unreadable(table: &Source, error: &csv::Error) -> Box<Diagnostic> {
    let start = error.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
    // A row's position may be that of the line break before it.
    let start = start + table.text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let end =
        table.text.get(start..).and_then(|rest| rest.find('\n')).map_or(table.text.len(), |at| start + at);
    let place = Span::new(start, end);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let cells = |count: &u64| format!("{count} cell{}", if *count == 1 { "" } else { "s" });
            let title = format!("this row has {}, the first line has {expected_len}", cells(len));
            let help = "put double quotes around a cell with a comma, and close every quote";
            Diagnostic::new(table, place, title, format!("{} here", cells(len))).with_help(help).into()
        }
        _ => Diagnostic::new(table, place, format!("this is not CSV: {error}"), "in this row").into(),
    }
}
