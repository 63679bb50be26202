//! The error pack as a page: what is sent, and what must be refused.

use std::fmt::Write as _;

use super::key_tables::cell;
use crate::edges::{FAMILIES, MOST_REQUESTS};

/// Every family of provocations.
pub(super) fn text() -> String {
    let mut text = String::from(
        "# Error pack\n\n`tollgate run --edges` makes each operation's good request a bad one, in one way at a time. \
         Every answer is judged by the contract's rules, and none may be a 5xx. A refusal (4xx) is demanded only \
         where HTTP or the schema of the body says that the input is wrong; where they are silent, an answer of 2xx \
         or 3xx is as good.\n\n| family | what is sent | what must be refused |\n| --- | --- | --- |\n",
    );
    for family in &FAMILIES {
        let _ = writeln!(text, "| {} | {} | {} |", family.name, cell(family.sends), cell(family.refused));
    }
    let _ = write!(
        text,
        "\nThe good requests come first; if one is refused, the rest of its operation is inconclusive. With \
         `--edges-large` there are a URL of 9 kB, headers of 18 kB and a body of 10.6 MB besides, which common HTTP \
         libraries refuse before the application sees them.\n\nValues and choices follow from `--seed`. At most \
         `--max-requests` ({MOST_REQUESTS} by default) are sent, repetitions after a 429 not counted; what is left \
         out is in the report, skipped.\n"
    );
    text
}
