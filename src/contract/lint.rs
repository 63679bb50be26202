//! Mistakes in a schema that a validator accepts in silence: unknown keywords, formats, references outside.

use jsonschema::Draft;
use serde_json::{Map, Value};

use super::folder::{JsonFile, JsonFiles};
use super::locate::Side;
use crate::model::Diagnostic;
use crate::spelling::nearest;

/// Keywords with one schema (JSON Schema 2020-12, core and validation).
const ONE: &[&str] = &[
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords with a list of schemas.
const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords with schemas by name.
const MAP: &[&str] = &["$defs", "dependentSchemas", "patternProperties", "properties"];
/// Keywords without schemas.
const PLAIN: &[&str] = &[
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
];
/// The only dialect that contracts are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Looks through one schema file.
pub(super) fn lint(files: &JsonFiles, file: &JsonFile, mistakes: &mut Vec<Diagnostic>) {
    let mut lint = Lint { files, file, mistakes };
    if let Some(dialect) = file.value.get("$schema").filter(|dialect| *dialect != DIALECT) {
        let title = format!("schema dialect {dialect} is not supported");
        lint.note("/$schema", Side::Value, title, "another dialect", Some(format!("write {DIALECT}")));
    }
    lint.schema(&file.value, "");
}

struct Lint<'l> {
    files: &'l JsonFiles,
    file: &'l JsonFile,
    mistakes: &'l mut Vec<Diagnostic>,
}

impl Lint<'_> {
    fn note(&mut self, pointer: &str, side: Side, title: String, label: &str, help: Option<String>) {
        let mistake = self.file.mistake(pointer, side, title, label);
        self.mistakes.push(match help {
            Some(help) => mistake.with_help(help),
            None => mistake,
        });
    }

    fn schema(&mut self, schema: &Value, pointer: &str) {
        let Value::Object(keywords) = schema else {
            if !schema.is_boolean() {
                let title = "a schema is an object or a boolean".to_owned();
                self.note(pointer, Side::Value, title, "this is neither", None);
            }
            return;
        };
        for (keyword, value) in keywords {
            let at = format!("{pointer}/{}", escape(keyword));
            self.keyword(keyword, value, &at);
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, at: &str) {
        match (keyword, value) {
            (word, _) if ONE.contains(&word) => self.schema(value, at),
            (word, Value::Array(schemas)) if LIST.contains(&word) => {
                for (index, schema) in schemas.iter().enumerate() {
                    self.schema(schema, &format!("{at}/{index}"));
                }
            }
            (word, Value::Object(schemas)) if MAP.contains(&word) => self.schemas(schemas, at),
            ("$ref" | "$dynamicRef", Value::String(target)) => self.reference(target, at),
            ("format", Value::String(format)) => {
                if !jsonschema::options().is_known_format(Draft::Draft202012, format) {
                    let help = nearest(format, FORMATS.iter().copied());
                    let help = help.map(|name| format!("did you mean `{name}`?"));
                    self.note(
                        at,
                        Side::Value,
                        format!("unknown format `{format}`"),
                        "nobody checks this",
                        help,
                    );
                }
            }
            // A wrong type of a known keyword is found when the schema is compiled.
            (word, _) if LIST.contains(&word) || MAP.contains(&word) || PLAIN.contains(&word) => {}
            (word, _) if word.starts_with("x-") => {}
            (word, _) => {
                let known = [ONE, LIST, MAP, PLAIN].into_iter().flatten().copied();
                let help = match nearest(word, known) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => {
                        "validators skip what they do not know; notes of your own start with `x-`".to_owned()
                    }
                };
                self.note(
                    at,
                    Side::Key,
                    format!("unknown keyword `{word}`"),
                    "it checks nothing",
                    Some(help),
                );
            }
        }
    }

    fn schemas(&mut self, schemas: &Map<String, Value>, at: &str) {
        for (name, schema) in schemas {
            self.schema(schema, &format!("{at}/{}", escape(name)));
        }
    }

    /// A reference stays inside the folder: nothing is fetched, and no other folder is read.
    fn reference(&mut self, target: &str, at: &str) {
        let file = target.split('#').next().unwrap_or_default();
        if file.is_empty() || self.files.contains_key(file) {
            return;
        }
        let outside = file.contains(':')
            || file.starts_with(['/', '\\'])
            || file.split(['/', '\\']).any(|part| part == "..");
        let (title, help) = if outside {
            let help = "copy the schema into the contract's folder, and refer to it by its file name";
            (format!("the reference `{target}` leaves the contract's folder"), Some(help.to_owned()))
        } else {
            let near = nearest(file, self.files.keys().map(String::as_str));
            (
                format!("no file `{file}` in the contract's folder"),
                near.map(|name| format!("did you mean `{name}`?")),
            )
        };
        self.note(at, Side::Value, title, "this is not followed", help);
    }
}

/// The formats of JSON Schema 2020-12, for suggestions.
const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// A key as a token of a JSON pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
