//! Scenario files: YAML to [`crate::model::Scenario`], or every mistake in the file.

mod check;
mod keys;
mod load;
mod request;
mod root;
mod step;

pub use keys::SCENARIO;
pub use root::parse;
pub use step::is_variable_name;

/// The JSON Schema of the scenario format, for editors.
pub fn json_schema() -> serde_json::Value {
    crate::yaml::json_schema(&SCENARIO, "tollgate scenario")
}
