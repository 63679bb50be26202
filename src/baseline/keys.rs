//! The keys of a baseline file.

use crate::yaml::{Key, Shape, Table};

/// The version that this program reads and writes.
pub(super) const VERSION: u32 = 1;

/// The top level of a baseline file.
pub static BASELINE: Table = Table {
    name: "baseline",
    what: "a baseline",
    doc: "The findings that a run accepts for the time being.",
    keys: &[
        Key::required("version", Shape::Integer(VERSION as i64, i64::MAX), "Version of this format: 1."),
        Key::required(
            "findings",
            Shape::List(&Shape::Object(&FINDING)),
            "What is accepted. A finding is accepted if one entry fits it that has not expired.",
        ),
    ],
};

static FINDING: Table = Table {
    name: "finding",
    what: "an accepted finding",
    doc: "One accepted finding. Every part that is given must fit; a part that is left out fits anything, so that \
          an entry with only `rule` accepts every finding of that rule.",
    keys: &[
        Key::required("rule", Shape::Text, "The rule's code (`ENV001`) or name (`envelope-schema`)."),
        Key::optional("file", Shape::Text, "The scenario file; in an included file that one."),
        Key::optional(
            "scenario",
            Shape::Text,
            "The scenario's name; a case's own values stand in brackets behind it.",
        ),
        Key::optional("step", Shape::Text, "The step's name."),
        Key::optional(
            "pointer",
            Shape::Text,
            "JSON pointer into the response body, `*` for the places in lists; empty for the response as a whole.",
        ),
        Key::optional(
            "message",
            Shape::Text,
            "What the finding says. Ids, times and numbers count as equal; `--update-baseline` writes `*` for them. \
             Statuses are compared.",
        ),
        Key::required(
            "expires",
            Shape::Text,
            "The last day (UTC) on which this is accepted: `2026-12-31`. After it the finding fails again.",
        ),
        Key::optional("reason", Shape::Text, "Why it is accepted, for the reader."),
    ],
};
