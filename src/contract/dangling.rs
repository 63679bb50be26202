//! Whether a schema describes the place that a pointer of the contract leads to.

use serde_json::Value;

use super::folder::JsonFiles;

/// Deepest chain of schemas that is followed.
const DEEPEST: usize = 32;
/// Most schemas that are looked at; references may form circles.
const MOST: usize = 4096;

/// What a schema says about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holds {
    /// It describes it.
    Described,
    /// It says nothing about it or its neighbours.
    Open,
    /// It describes neighbours, but not this part of the way.
    Missing {
        /// The part of the pointer that is not described.
        token: String,
        /// What is described in its place.
        names: Vec<String>,
    },
}

impl Holds {
    /// The verdict of two parts of a schema.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Described, _) | (_, Self::Described) => Self::Described,
            (Self::Missing { token, mut names }, Self::Missing { names: more, .. }) => {
                names.extend(more);
                Self::Missing { token, names }
            }
            (missing @ Self::Missing { .. }, Self::Open) | (Self::Open, missing @ Self::Missing { .. }) => {
                missing
            }
            (Self::Open, Self::Open) => Self::Open,
        }
    }
}

/// Follows a JSON pointer through the schema of a file.
pub(super) fn holds(files: &JsonFiles, file: &str, pointer: &str) -> Holds {
    let tokens: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    match files.get(file) {
        Some(schema) => Walk { files, left: MOST }.schema(file, &schema.value, &tokens, 0),
        None => Holds::Open,
    }
}

/// A walk down the schemas of a folder.
struct Walk<'f> {
    files: &'f JsonFiles,
    left: usize,
}

impl Walk<'_> {
    fn schema(&mut self, file: &str, schema: &Value, tokens: &[String], depth: usize) -> Holds {
        let Some((token, rest)) = tokens.split_first() else { return Holds::Described };
        let Value::Object(keywords) = schema else { return Holds::Open };
        if depth > DEEPEST || self.left == 0 {
            return Holds::Open;
        }
        self.left -= 1;
        let files = self.files;
        let mut verdict = Holds::Open;
        if let Some(Value::Object(properties)) = keywords.get("properties") {
            verdict = verdict.or(match properties.get(token) {
                Some(property) => self.schema(file, property, rest, depth + 1),
                None => Holds::Missing { token: token.clone(), names: properties.keys().cloned().collect() },
            });
        }
        let catch_all = ["additionalProperties", "patternProperties", "unevaluatedProperties"];
        if catch_all
            .iter()
            .any(|keyword| keywords.get(*keyword).is_some_and(|schema| *schema != Value::Bool(false)))
        {
            verdict = verdict.or(Holds::Described);
        }
        if let Some(items) = keywords.get("items").filter(|_| token.parse::<usize>().is_ok()) {
            verdict = verdict.or(self.schema(file, items, rest, depth + 1));
        }
        let branches =
            ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| keywords.get(keyword)?.as_array());
        let conditions = ["then", "else"].into_iter().filter_map(|keyword| keywords.get(keyword));
        for branch in branches.flatten().chain(conditions) {
            verdict = verdict.or(self.schema(file, branch, tokens, depth + 1));
        }
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            let (other, fragment) = reference.split_once('#').unwrap_or((reference, ""));
            let other = if other.is_empty() { file } else { other };
            if let Some(target) = files.get(other).and_then(|file| file.value.pointer(fragment)) {
                verdict = verdict.or(self.schema(other, target, tokens, depth + 1));
            }
        }
        verdict
    }
}
