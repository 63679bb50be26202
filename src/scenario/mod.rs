//! Scenario files: YAML to [`crate::model::Scenario`], or every mistake in the file.

mod check;
mod keys;
mod limits;
mod load;
mod request;
mod root;
mod step;

pub use keys::SCENARIO;
pub use root::parse;
pub use step::is_variable_name;

/// The JSON Schema of the scenario format, for editors.
pub fn json_schema() -> serde_json::Value {
    let mut schema = crate::yaml::json_schema(&SCENARIO, "tollgate scenario");
    // A table says of each key alone whether it must be there; of these two there must be one.
    schema["$defs"]["scenario"]["anyOf"] =
        serde_json::json!([{ "required": ["steps"] }, { "required": ["limits"] }]);
    schema
}
