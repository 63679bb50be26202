//! The table of `tollgate serve --defects`: every fault the reference server can have, one a line.

use crate::reference::{self, Defect};

/// Said once above the table.
const HEAD: &str = "\
Known faults of the reference server: `tollgate serve --defect ID` has one of them.
The rules are those that should find it, behind `limits` those of `tollgate limits`; - says that there is none.
";

const TITLES: [&str; 6] = ["family", "id", "api", "rules", "what is different", "what that breaks"];

/// The whole text.
pub(super) fn table() -> String {
    let rows: Vec<[String; 6]> = reference::defects().iter().copied().map(row).collect();
    let titles = TITLES.map(str::to_owned);
    let all = || [&titles].into_iter().chain(&rows);
    let widths: [usize; 6] =
        std::array::from_fn(|at| all().map(|row| row[at].chars().count()).max().unwrap_or_default());
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut text = format!("{HEAD}\n{}", line(&titles));
    for family in rows.chunk_by(|one, next| one[0] == next[0]) {
        text.push('\n');
        text.extend(family.iter().map(line));
    }
    text
}

fn row(defect: &Defect) -> [String; 6] {
    let limits = if defect.limits.is_empty() { &[][..] } else { &["limits"] };
    let rules = [defect.expected, limits, defect.limits].concat().join(" ");
    let rules = if rules.is_empty() { "-".to_owned() } else { rules };
    let Defect { id, family, description, breaks, apis, .. } = defect;
    [family, id, &apis.as_str(), &rules.as_str(), description, breaks].map(|cell| (*cell).to_owned())
}
