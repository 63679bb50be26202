//! Tables: of a chart's data, folded away below it, and those that stand open.

use maud::{Markup, html};

/// A table of texts; the first column names its rows.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// What it lists, for those who do not see it.
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    /// How much was left out, or how rows were made of several; may be empty.
    pub(super) note: String,
}

impl Table {
    pub(super) fn new(caption: impl Into<String>, head: &[&str], rows: Vec<Vec<String>>) -> Self {
        let head = head.iter().map(|&name| name.to_owned()).collect();
        Self { caption: caption.into(), head, rows, note: String::new() }
    }
}

/// The table below a chart, opened by a click.
pub(super) fn folded(table: &Table, summary: &str) -> Markup {
    html! {
        details .data {
            summary { (summary) }
            (open(table))
        }
    }
}

/// The table as it is.
pub(super) fn open(table: &Table) -> Markup {
    html! {
        @if !table.note.is_empty() {
            p .note { (table.note) }
        }
        // What scrolls can be reached by the keyboard.
        div .scroll tabindex="0" role="region" aria-label=(table.caption) {
            table {
                caption { (table.caption) }
                thead { tr { @for name in &table.head { th scope="col" { (name) } } } }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
