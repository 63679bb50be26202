//! What to do about a text that is no YAML, by what the parser says of it.

/// Words of the parser, and what usually is the cause.
const HINTS: &[(&str, &str)] = &[
    (
        "mapping values are not allowed",
        "put quotes around a text that contains `: `, and a blank behind the colon of a key",
    ),
    ("quoted scalar", "close the quote where the text ends"),
    ("expected '-' indicator", "keys of one mapping begin in the same column; so do the items of a list"),
    ("expected <block end>", "keys of one mapping begin in the same column; so do the items of a list"),
    ("simple key", "write `key: value`, with a blank behind the colon"),
    ("recursion limit", "brackets and indentation are read 96 levels deep"),
    ("unexpected character", "take the character out, or write it as an escape in double quotes"),
    ("unclosed bracket", "close the bracket, or put quotes around a text that starts with one"),
    (
        "unknown anchor",
        "an alias `*name` needs its anchor `&name` above; put quotes around a text that starts with `*`",
    ),
];

/// What to do, if the parser's words are known.
pub(super) fn hint(words: &str) -> Option<&'static str> {
    HINTS.iter().find(|(part, _)| words.contains(part)).map(|(_, hint)| *hint)
}
