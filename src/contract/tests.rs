//! Mistakes in contracts, found at their places; what the shipped ones are.

use super::*;
use crate::model::{RuleSource, Severity};

static KNOWN: RuleInfo = RuleInfo {
    code: "ENV001",
    name: "envelope-schema",
    family: "envelope",
    severity: Severity::Error,
    source: RuleSource::Scenario,
    doc: "",
};

const SCHEMA: &str = r##"{
  "type": "object",
  "required": ["error"],
  "properties": {
    "error": { "$ref": "#/$defs/error" }
  },
  "$defs": {
    "error": { "type": "object", "properties": { "code": { "type": "string" }, "at": { "format": "date-time" } } }
  }
}
"##;

const CONTRACT: &str = "\
name: mine
envelope:
  schema: envelope.schema.json
  fields: { code: /error/code }
codes:
  GONE: { status: 410, details: [id] }
";

fn files(contract: &str, schemas: &[(&str, &str)]) -> ContractFiles {
    let schemas = schemas.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let contract = (ContractFiles::CONTRACT.to_owned(), contract.to_owned());
    ContractFiles { folder: "mine".to_owned(), files: schemas.chain([contract]).collect() }
}

/// The mistakes as `file:line:column title: label (help)`.
fn mistakes(contract: &str, schemas: &[(&str, &str)]) -> Vec<String> {
    let Err(found) = load(&files(contract, schemas), &[&KNOWN]) else { return Vec::new() };
    let line = |mistake: Diagnostic| {
        let at = mistake.position();
        let help = mistake.help.map(|help| format!(" ({help})")).unwrap_or_default();
        let (file, label) = (&mistake.source.name, &mistake.primary.label);
        format!("{file}:{}:{} {}: {label}{help}", at.line, at.column, mistake.title)
    };
    found.into_iter().map(line).collect()
}

/// The mistakes of the good contract with a line added or replaced.
fn with(old: &str, new: &str) -> Vec<String> {
    assert!(CONTRACT.contains(old));
    mistakes(&CONTRACT.replacen(old, new, 1), &[("envelope.schema.json", SCHEMA)])
}

/// The mistakes of the good schema with a part replaced.
fn with_schema(old: &str, new: &str) -> Vec<String> {
    assert!(SCHEMA.contains(old));
    mistakes(CONTRACT, &[("envelope.schema.json", &SCHEMA.replacen(old, new, 1))])
}

#[test]
fn mistakes_in_the_contract_are_found_at_their_places() {
    let name = "name: mine\n";
    for (old, new, expected) in [
        (
            name,
            "name: mine\nundocumented_code: deny\n",
            "mine/contract.yaml:2:1 unknown key `undocumented_code` in a contract: not a key here (did you mean `undocumented_codes`?)",
        ),
        ("410", "99", "mine/contract.yaml:6:19 expected a whole number from 400 to 599: out of range"),
        ("410", "600", "mine/contract.yaml:6:19 expected a whole number from 400 to 599: out of range"),
        (
            "/error/code",
            "/error/cod",
            "mine/contract.yaml:4:19 envelope.schema.json describes nothing at `/error/cod`: this pointer leads nowhere (did you mean `code`?)",
        ),
        (
            "/error/code",
            "error.code",
            "mine/contract.yaml:4:19 expected a JSON pointer: it starts with `/` (write `/error/code`)",
        ),
        (
            "envelope.schema",
            "enevlope.schema",
            "mine/contract.yaml:3:11 no file `enevlope.schema.json` in the contract's folder: not there (did you mean `envelope.schema.json`?)",
        ),
        (
            name,
            "name: mine\ncode_pattern: '[A-Z'\n",
            "mine/contract.yaml:2:15 this is not a regular expression: unclosed character class",
        ),
        (
            name,
            "name: mine\nrequest_id: { header: X Id }\n",
            "mine/contract.yaml:2:23 `X Id` cannot be the name of a header: not a header name",
        ),
        (
            name,
            "name: mine\nrules: { envelope-shema: off }\n",
            "mine/contract.yaml:2:10 unknown rule `envelope-shema`: no such rule (did you mean `envelope-schema`?)",
        ),
        (
            name,
            "name: mine\nrules: { ENV001: of }\n",
            "mine/contract.yaml:2:18 expected `error`, `warning`, `note` or `off`: not one of them (did you mean `off`?)",
        ),
        (
            name,
            "name: mine\nexempt: [/health]\n",
            "mine/contract.yaml:2:10 an operation is a method and a path: not an operation (write `GET /health`: the path stands below the base path)",
        ),
        (
            name,
            "name: mine\nrequests: { leads: envelope.schema.json }\n",
            "mine/contract.yaml:2:13 an operation is a method and a path: not an operation (write `GET /health`: the path stands below the base path)",
        ),
        (
            name,
            "name: mine\nrequests: { POST /leads: lead.json }\n",
            "mine/contract.yaml:2:26 no file `lead.json` in the contract's folder: not there (put the file into the contract's folder; names have no folders in them)",
        ),
        (
            name,
            "name: mine\nrate_limits: [{ id: a, code: GON }]\n",
            "mine/contract.yaml:2:30 the catalogue lacks `GON`: unknown code (did you mean `GONE`?)",
        ),
        (
            name,
            "name: mine\nbase_path: v1\n",
            "mine/contract.yaml:2:12 a base path starts with `/` and is a path alone: not a path",
        ),
    ] {
        assert_eq!(with(old, new), [expected]);
    }
    let twice = with("  GONE", "  GONE: { status: 404 }\n  GONE");
    assert!(twice.len() == 1 && twice[0].starts_with("mine/contract.yaml:7:3 "), "{twice:?}");
}

#[test]
fn all_mistakes_of_a_folder_are_told_at_once() {
    let contract = CONTRACT.replace("410", "4100").replace("name: mine", "nmae: mine");
    let found =
        mistakes(&contract, &[("envelope.schema.json", &SCHEMA.replace("\"required\"", "\"requird\""))]);
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn mistakes_in_a_schema_are_found_at_their_places() {
    for (old, new, expected) in [
        (
            "\"required\"",
            "\"requird\"",
            "mine/envelope.schema.json:3:3 unknown keyword `requird`: it checks nothing (did you mean `required`?)",
        ),
        (
            "date-time",
            "datetime",
            "mine/envelope.schema.json:8:98 unknown format `datetime`: nobody checks this (did you mean `date-time`?)",
        ),
        (
            "\"required\": [\"error\"]",
            "\"required\": \"error\"",
            "mine/envelope.schema.json:3:15 this is not a valid schema: value is not of type \"array\"",
        ),
        (
            "\"type\": \"string\"",
            "\"type\": \"text\"",
            "mine/envelope.schema.json:8:68 this is not a valid schema: value is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        (
            "\"type\": \"string\"",
            "\"pattern\": \"(\"",
            "mine/envelope.schema.json:8:71 this is not a valid schema: value is not a \"regex\"",
        ),
        (
            "#/$defs/error",
            "https://example.com/e.json",
            "mine/envelope.schema.json:5:24 the reference `https://example.com/e.json` leaves the contract's folder: this is not followed (copy the schema into the contract's folder, and refer to it by its file name)",
        ),
        (
            "#/$defs/error",
            "../e.json",
            "mine/envelope.schema.json:5:24 the reference `../e.json` leaves the contract's folder: this is not followed (copy the schema into the contract's folder, and refer to it by its file name)",
        ),
        (
            "#/$defs/error",
            "file:///etc/passwd",
            "mine/envelope.schema.json:5:24 the reference `file:///etc/passwd` leaves the contract's folder: this is not followed (copy the schema into the contract's folder, and refer to it by its file name)",
        ),
        (
            "#/$defs/error",
            "envelope.json",
            "mine/envelope.schema.json:5:24 no file `envelope.json` in the contract's folder: this is not followed",
        ),
        (
            "\"type\": \"object\",\n",
            "\"type\": \"object\"\n",
            "mine/envelope.schema.json:3:3 this is not JSON: expected `,` or `}`",
        ),
        (
            "{\n",
            "{\n \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n",
            "mine/envelope.schema.json:2:13 schema dialect \"http://json-schema.org/draft-07/schema#\" is not supported: another dialect (write https://json-schema.org/draft/2020-12/schema)",
        ),
    ] {
        assert_eq!(with_schema(old, new), [expected]);
    }
    let nowhere = with_schema("#/$defs/error", "#/$defs/eror");
    assert!(nowhere.len() == 1 && nowhere[0].contains("not a valid schema"), "{nowhere:?}");
}

#[test]
fn a_missing_contract_is_told() {
    let empty = ContractFiles { folder: "mine".to_owned(), files: BTreeMap::new() };
    let found = load(&empty, &[]).expect_err("nothing is there");
    assert_eq!(found[0].title, "the folder has no contract.yaml");
}

#[test]
fn schemas_may_refer_to_each_other() {
    let envelope = SCHEMA.replace("#/$defs/error", "common.json#/$defs/error");
    let common = SCHEMA.replace("\"type\": \"object\",\n", "\"$id\": \"https://example.com/common\",\n");
    let files = files(CONTRACT, &[("envelope.schema.json", &envelope), ("common.json", &common)]);
    let compiled = load(&files, &[]).unwrap_or_else(|found| panic!("{found:?}"));
    let violations = compiled.envelope_violations(&serde_json::json!({ "error": { "code": 1 } }));
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].pointer, "/error/code");
    assert_eq!(violations[0].message, "it is not of type \"string\"");
}

#[test]
fn violations_point_to_what_is_missing_and_never_show_values() {
    let compiled = load(&files(CONTRACT, &[("envelope.schema.json", SCHEMA)]), &[]).expect("no mistakes");
    let missing = compiled.envelope_violations(&serde_json::json!({}));
    assert_eq!((missing[0].pointer.as_str(), missing[0].message.as_str()), ("/error", "`error` is missing"));
    let secret = compiled.envelope_violations(&serde_json::json!({ "error": "hunter2" }));
    assert!(!format!("{secret:?}").contains("hunter2"), "{secret:?}");
}

#[test]
fn keys_of_details_come_from_a_list_or_from_a_schema() {
    let compiled = load(&files(CONTRACT, &[("envelope.schema.json", SCHEMA)]), &[]).expect("no mistakes");
    let missing = compiled.details_violations("GONE", &serde_json::json!({}));
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].message, "`id` is missing");
    assert_eq!(compiled.details_violations("GONE", &serde_json::json!({ "id": 1, "more": 2 })), []);
    let flat = load(&embedded("lead-management-v1").expect("shipped"), &[]).expect("no mistakes");
    assert_eq!(flat.contract.codes["DUPLICATE_EMAIL"].details, ["email", "existingLeadId", "message"]);
}

#[test]
fn request_bodies_are_judged_by_the_schema_of_their_operation() {
    let nested = load(&embedded("propertybase-v1").expect("shipped"), &[]).expect("no mistakes");
    let wrong = |method, path, body| nested.request_violations(method, path, &body).map(|(_, wrong)| wrong);
    let body = serde_json::json!({ "email": "nope", "price": { "amount": 0 }, "bedrooms": 21, "name": 7 });
    let places = ["/bedrooms", "/email", "/price/amount"];
    let mut found = wrong("POST", "/leads", body.clone()).expect("there is a schema");
    found.sort();
    assert_eq!(found, places);
    assert_eq!(wrong("POST", "/leads/1", body), None);
    let flat = load(&embedded("lead-management-v1").expect("shipped"), &[]).expect("no mistakes");
    let found = flat.request_violations("POST", "/leads", &serde_json::json!({ "email": "a@b" }));
    assert_eq!(found.expect("there is a schema").1, ["/name"], "what is missing has its place");
}

#[test]
fn every_shipped_contract_is_without_mistakes_and_told_whole() {
    for name in embedded_names() {
        let files = embedded(name).expect("it is shipped");
        let compiled = load(&files, &[]).unwrap_or_else(|found| panic!("{name}: {found:#?}"));
        assert_eq!(compiled.contract.name, name);
        let text = describe(&compiled.contract);
        for part in compiled.contract.codes.keys().chain(&compiled.contract.decisions) {
            assert!(text.contains(part), "{name}: {part}");
        }
        assert!(!compiled.contract.decisions.is_empty());
        assert!(summary(&compiled.contract).starts_with(name));
    }
}

#[test]
fn a_compiled_contract_is_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Compiled>();
}

#[test]
fn references_in_a_circle_come_to_an_end() {
    for schema in [
        r##"{ "$ref": "#" }"##,
        r##"{ "allOf": [{ "$ref": "#" }, { "$ref": "#" }, { "$ref": "#" }] }"##,
        r##"{ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } }"##,
    ] {
        if let Ok(compiled) = load(&files(CONTRACT, &[("envelope.schema.json", schema)]), &[]) {
            compiled.envelope_violations(&serde_json::json!({ "error": {} }));
        }
    }
}

proptest::proptest! {
    #[test]
    fn broken_folders_are_told_and_never_panic(at in 0usize..2000, cut in 0usize..30, put in "[ -~\\n]{0,6}") {
        let break_up = |text: &str| {
            let start = at % text.len();
            let end = (start + cut).min(text.len());
            format!("{}{put}{}", &text[..start], &text[end..])
        };
        mistakes(&break_up(CONTRACT), &[("envelope.schema.json", SCHEMA)]);
        mistakes(CONTRACT, &[("envelope.schema.json", &break_up(SCHEMA))]);
    }
}
