//! The JSON Schema of the report.

use serde_json::{Map, Value};

use crate::model::Report;

/// The JSON Schema (2020-12) of the JSON report, made from the types that are written, as indented JSON.
pub fn schema() -> String {
    let Value::Object(mut rest) = schemars::schema_for!(Report).to_value() else { return String::new() };
    rest.insert("title".into(), "tollgate report".into());
    // What the document is goes first, for those who read it.
    let mut schema = Map::new();
    for key in ["$schema", "title", "description"] {
        schema.extend(rest.shift_remove_entry(key));
    }
    schema.extend(rest);
    format!("{:#}\n", Value::Object(schema))
}
