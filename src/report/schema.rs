//! The JSON Schema of the report.

use crate::model::Report;

/// The JSON Schema (2020-12) of the JSON report, made from the types that are written, as indented JSON.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("title".into(), "tollgate report".into());
    format!("{:#}\n", schema.to_value())
}
