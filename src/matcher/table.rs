//! The matchers as a table: for the parser, the documentation and the editor's schema.

use crate::model::MatcherKind;

/// One matcher of the scenario format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatcherInfo {
    /// Which one.
    pub kind: MatcherKind,
    /// Its key in scenario files.
    pub name: &'static str,
    /// What it asks.
    pub doc: &'static str,
    /// What it takes: `any value`, `text`, `number`, `boolean`, `list`, `type name`, `regular expression`,
    /// `matchers or a value`.
    pub argument: &'static str,
    /// A use of it.
    pub example: &'static str,
}

const fn matcher(
    kind: MatcherKind,
    name: &'static str,
    argument: &'static str,
    example: &'static str,
    doc: &'static str,
) -> MatcherInfo {
    MatcherInfo { kind, name, doc, argument, example }
}

/// Every matcher, in the order of the documentation.
pub const MATCHERS: &[MatcherInfo] = {
    use MatcherKind as K;
    &[
        matcher(
            K::Equals,
            "equals",
            "any value",
            "equals: { amount: 1 }",
            "Equal as JSON: numbers by value (`1` is `1.0`), objects in any order of keys, lists in order. \
             A literal without a matcher means this.",
        ),
        matcher(
            K::Not,
            "not",
            "matchers or a value",
            "not: { contains: password }",
            "None of the matchers holds, or not equal. A value that is not there passes.",
        ),
        matcher(
            K::Contains,
            "contains",
            "any value",
            "contains: json",
            "Text contains the text; a list has the item, of which an object may give a part; an object has the \
             members.",
        ),
        matcher(K::StartsWith, "starts_with", "text", "starts_with: req_", "Text starts with the text."),
        matcher(K::EndsWith, "ends_with", "text", "ends_with: Z", "Text ends with the text."),
        matcher(
            K::Matches,
            "matches",
            "regular expression",
            "matches: \"^req_[a-z0-9]+$\"",
            "Text matches the regular expression somewhere; `^` and `$` bind it to the ends.",
        ),
        matcher(
            K::Exists,
            "exists",
            "boolean",
            "exists: false",
            "The value is there, or is not. A null is there.",
        ),
        matcher(
            K::Type,
            "type",
            "type name",
            "type: integer",
            "Has the JSON type: `string`, `number`, `integer`, `boolean`, `null`, `list` or `object`. \
             A number without a fraction is an `integer`.",
        ),
        matcher(
            K::Length,
            "length",
            "number",
            "length: 3",
            "Text has so many characters, a list so many items, an object so many members.",
        ),
        matcher(
            K::Empty,
            "empty",
            "boolean",
            "empty: false",
            "Text, a list or an object has nothing in it, or has something.",
        ),
        matcher(K::OneOf, "one_of", "list", "one_of: [400, 422]", "Equal to one of the list."),
        matcher(K::Gt, "gt", "number", "gt: 0", "A number greater than."),
        matcher(K::Gte, "gte", "number", "gte: 1", "A number at least."),
        matcher(K::Lt, "lt", "number", "lt: 100", "A number less than."),
        matcher(K::Lte, "lte", "number", "lte: 86400", "A number at most."),
        matcher(
            K::Each,
            "each",
            "matchers or a value",
            "each: { type: string }",
            "Every item of a list passes. An empty list passes; `empty: false` beside it refuses that.",
        ),
        matcher(
            K::Any,
            "any",
            "matchers or a value",
            "any: { starts_with: price. }",
            "At least one item of a list passes.",
        ),
    ]
};

/// The matcher with this key.
pub fn kind_of(name: &str) -> Option<MatcherKind> {
    MATCHERS.iter().find(|matcher| matcher.name == name).map(|matcher| matcher.kind)
}

/// What the table says about a matcher.
pub fn info(kind: MatcherKind) -> Option<&'static MatcherInfo> {
    MATCHERS.iter().find(|matcher| matcher.kind == kind)
}
