//! The located values of `contract.yaml` to a contract, with every mistake that the keys alone do not show.

use std::time::Duration;

use indexmap::IndexMap;
use regex::Regex;

use super::edges;
use crate::model::{
    CodeRow, Contract, Details, DetailsShape, Edges, Envelope, Node, RateLimit, RequestIdRule, RequestShape,
    RetryAfterRule, RuleInfo, Severity, Spanned, SuccessEnvelope, TimestampRule, UndocumentedCodes,
};
use crate::snapshot;
use crate::spelling::nearest;
use crate::yaml::{Fields, Problems};

/// The schema files that a contract names.
#[derive(Debug, Default)]
pub(super) struct SchemaNames {
    /// For error bodies.
    pub(super) envelope: Option<Spanned<String>>,
    /// For success bodies.
    pub(super) success: Option<Spanned<String>>,
    /// For the details of codes.
    pub(super) details: Vec<(String, Spanned<String>)>,
    /// For request bodies, in the order of the contract's `requests`.
    pub(super) requests: Vec<Spanned<String>>,
}

/// A contract as far as the YAML goes.
#[derive(Debug)]
pub(super) struct Decoded {
    /// The contract.
    pub(super) contract: Contract,
    /// Its schema files.
    pub(super) schemas: SchemaNames,
    /// Its pointers into errors, with their places.
    pub(super) pointers: Vec<Spanned<String>>,
    /// Its pointer into successes.
    pub(super) data: Option<Spanned<String>>,
    /// For codes.
    pub(super) code_pattern: Option<Regex>,
    /// For request ids.
    pub(super) request_id_pattern: Option<Regex>,
    /// What errors are provoked on.
    pub(super) edges: Option<Edges>,
}

/// Reads a contract; what has another shape than it should was noted before and reads as missing.
pub(super) fn decode(root: &Node, rules: &[&RuleInfo], problems: &mut Problems<'_>) -> Decoded {
    let root = Fields::of(root);
    let part = |key: &str| root.get(key).map(Fields::of);
    let snapshot = part("snapshot").map(|fields| snapshot::rules(&fields, problems)).unwrap_or_default();
    let mut schemas = SchemaNames::default();
    let mut pointers = Vec::new();
    let mut contract = Contract {
        name: root.text("name").map(|name| name.value).unwrap_or_default(),
        title: root.text("title").map(|title| title.value).unwrap_or_default(),
        base_path: base_path(root, problems),
        codes: codes(root, &mut schemas),
        undocumented_codes: match root.text("undocumented_codes") {
            Some(word) if word.value == "note" => UndocumentedCodes::Note,
            _ => UndocumentedCodes::Deny,
        },
        code_pattern: root.text("code_pattern").map(|pattern| pattern.value),
        retry_after: part("retry_after").map(retry_after).unwrap_or_default(),
        exempt: exempt(root, problems),
        snapshot,
        retryable: statuses(root, "retryable"),
        requests: requests(root, &mut schemas, problems),
        rules: severities(root, rules, problems),
        lenient: root.flag("lenient").unwrap_or_default(),
        decisions: root.texts("decisions").into_iter().map(|text| text.value).collect(),
        ..Contract::default()
    };
    if let Some(envelope) = part("envelope") {
        schemas.envelope = envelope.text("schema");
        contract.envelope = read_envelope(envelope, &mut pointers, problems);
        contract.details = envelope.get("details").map(Fields::of).map(details).unwrap_or_default();
    }
    let success = part("success");
    schemas.success = success.and_then(|success| success.text("schema"));
    let data = success.and_then(|success| pointer(success, "data", problems));
    contract.success = SuccessEnvelope {
        has_schema: schemas.success.is_some(),
        data: data.as_ref().map(|data| data.value.clone()),
    };
    if let Some(rule) = part("request_id") {
        contract.request_id = request_id(rule, problems);
    }
    contract.timestamp = part("timestamp").map(|rule| TimestampRule {
        fraction_digits: rule.integer("fraction_digits").and_then(|digits| u8::try_from(digits).ok()),
        tolerance: rule.duration("tolerance").map_or(Duration::from_secs(5), |tolerance| tolerance.value),
    });
    contract.rate_limits = rate_limits(root, &contract, problems);
    for optional in root.texts("lenient_optional") {
        if is_pointer(&optional, problems) {
            contract.lenient_optional.push(optional.value.clone());
            pointers.push(optional);
        }
    }
    let code_pattern = pattern(root, "code_pattern", problems);
    let request_id_pattern = part("request_id").and_then(|rule| pattern(rule, "pattern", problems));
    let edges = edges::edges(root, problems);
    Decoded { contract, schemas, pointers, data, code_pattern, request_id_pattern, edges }
}

fn base_path(root: Fields<'_>, problems: &mut Problems<'_>) -> String {
    let Some(path) = root.text("base_path") else { return String::new() };
    if !path.value.is_empty() && (!path.value.starts_with('/') || path.value.contains(['?', '#'])) {
        problems.add(path.span, "a base path starts with `/` and is a path alone", "not a path");
    }
    path.value.trim_end_matches('/').to_owned()
}

fn read_envelope(
    envelope: Fields<'_>,
    pointers: &mut Vec<Spanned<String>>,
    problems: &mut Problems<'_>,
) -> Envelope {
    let media_type = envelope.text("media_type").map_or("application/json".to_owned(), |text| text.value);
    let Some(fields) = envelope.get("fields").map(Fields::of) else {
        return Envelope { media_type, ..Envelope::default() };
    };
    let mut field = |key: &str| {
        let pointer = pointer(fields, key, problems)?;
        pointers.push(pointer.clone());
        Some(pointer.value)
    };
    Envelope {
        media_type: media_type.to_ascii_lowercase(),
        success: field("success"),
        code: field("code"),
        message: field("message"),
        details: field("details"),
        request_id: field("request_id"),
        timestamp: field("timestamp"),
        status: field("status"),
    }
}

fn details(details: Fields<'_>) -> Details {
    let text = |key: &str| details.text(key).map(|text| text.value);
    let shape = match text("shape").as_deref() {
        Some("array") => DetailsShape::Array,
        _ => DetailsShape::Object,
    };
    let complete = details.flag("complete").unwrap_or_default();
    Details { shape, field: text("field"), message: text("message"), value: text("value"), complete }
}

fn request_id(rule: Fields<'_>, problems: &mut Problems<'_>) -> RequestIdRule {
    let header = rule.text("header");
    if let Some(name) = &header
        && http::HeaderName::from_bytes(name.value.as_bytes()).is_err()
    {
        problems.add(
            name.span,
            format!("`{}` cannot be the name of a header", name.value),
            "not a header name",
        );
    }
    let text = |spanned: Spanned<String>| spanned.value;
    RequestIdRule { header: header.map(text), pattern: rule.text("pattern").map(text) }
}

fn codes(root: Fields<'_>, schemas: &mut SchemaNames) -> IndexMap<String, CodeRow> {
    let mut rows = IndexMap::new();
    for (code, row) in root.pairs("codes") {
        let row = Fields::of(&row);
        let text = |key: &str| row.text(key).map(|text| text.value).unwrap_or_default();
        let details = match row.get("details") {
            Some(node) if node.as_list().is_some() => {
                row.texts("details").into_iter().map(|key| key.value).collect()
            }
            Some(_) => {
                schemas.details.extend(row.text("details").map(|file| (code.value.clone(), file)));
                Vec::new()
            }
            None => Vec::new(),
        };
        let row = CodeRow {
            status: row.integer("status").and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
            also_on: statuses(row, "also_on"),
            category: text("category"),
            description: text("description"),
            details,
        };
        rows.insert(code.value, row);
    }
    rows
}

fn retry_after(rule: Fields<'_>) -> RetryAfterRule {
    RetryAfterRule {
        required_on: statuses(rule, "required_on"),
        seconds_only: rule.text("form").is_some_and(|form| form.value == "delta-seconds"),
        max: rule.integer("max"),
    }
}

fn rate_limits(root: Fields<'_>, contract: &Contract, problems: &mut Problems<'_>) -> Vec<RateLimit> {
    let mut limits = Vec::new();
    for node in root.list("rate_limits") {
        let limit = Fields::of(node);
        let text = |key: &str| limit.text(key).map(|text| text.value);
        if let Some(code) = limit.text("code").filter(|code| !contract.codes.contains_key(&code.value)) {
            let help = nearest(&code.value, contract.codes.keys().map(String::as_str));
            let help = help.map_or("add it to `codes`".to_owned(), |name| format!("did you mean `{name}`?"));
            problems.add_with_help(
                code.span,
                format!("the catalogue lacks `{}`", code.value),
                "unknown code",
                help,
            );
        }
        limits.push(RateLimit {
            id: text("id").unwrap_or_default(),
            code: text("code").unwrap_or_default(),
            limit: limit.integer("limit"),
            window: limit.duration("window").map(|window| window.value),
            scope: text("scope"),
            semantics: text("semantics"),
            headers: text("headers"),
            retry: limit.flag("retry").unwrap_or(true),
        });
    }
    limits
}

fn exempt(root: Fields<'_>, problems: &mut Problems<'_>) -> Vec<String> {
    let operations = root.texts("exempt");
    for operation in &operations {
        check_operation(operation, problems);
    }
    operations.into_iter().map(|operation| operation.value).collect()
}

/// Notes it if a text is not a method and a path.
pub(super) fn check_operation(operation: &Spanned<String>, problems: &mut Problems<'_>) {
    let good = operation.value.split_once(' ').is_some_and(|(method, path)| {
        !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()) && path.starts_with('/')
    });
    if !good {
        let help = "write `GET /health`: the path stands below the base path";
        problems.add_with_help(
            operation.span,
            "an operation is a method and a path",
            "not an operation",
            help,
        );
        return;
    }
    let path = operation.value.split_once(' ').map_or("", |(_, path)| path);
    if let Some((title, help)) = path_mistake(path) {
        problems.add_with_help(operation.span, title, "not such a path", help);
    }
}

/// What is wrong with the path of an operation, and what to do.
fn path_mistake(path: &str) -> Option<(String, &'static str)> {
    if path.contains(['?', '#']) {
        let title = format!("the path `{path}` has a query or a fragment");
        return Some((
            title,
            "an operation is its path alone; under `edges`, parameters stand under its `query`",
        ));
    }
    if path.chars().any(|c| c.is_whitespace() || c.is_control()) {
        let title = format!("the path `{path}` has a blank");
        return Some((title, "write `%20` for a blank that belongs to the path"));
    }
    let whole = |part: &str| {
        let inner = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')).unwrap_or(part);
        !inner.contains(['{', '}']) && part != "{}"
    };
    let part = path.split('/').find(|part| !whole(part))?;
    let title = format!("`{part}` is neither a parameter nor a fixed part of the path");
    Some((title, "a parameter is a name in braces, from one slash to the next: `/leads/{id}`"))
}

/// The operations whose request bodies have a schema. What the schemas say is added when they are read.
fn requests(root: Fields<'_>, schemas: &mut SchemaNames, problems: &mut Problems<'_>) -> Vec<RequestShape> {
    let mut shapes = Vec::new();
    let requests = root.get("requests").map(Fields::of);
    for (operation, _) in root.pairs("requests") {
        let Some(file) = requests.and_then(|requests| requests.text(&operation.value)) else { continue };
        check_operation(&operation, problems);
        let (method, path) = operation.value.split_once(' ').unwrap_or_default();
        schemas.requests.push(file);
        shapes.push(RequestShape {
            method: method.to_owned(),
            path: path.to_owned(),
            ..RequestShape::default()
        });
    }
    shapes
}

fn severities(
    root: Fields<'_>,
    rules: &[&RuleInfo],
    problems: &mut Problems<'_>,
) -> IndexMap<String, Option<Severity>> {
    let mut turned = IndexMap::new();
    for entry in root.get("rules").map(Fields::of).map(|fields| fields.entries()).unwrap_or_default() {
        let name = &*entry.key.value;
        if !rules.iter().any(|rule| rule.code == name || rule.name == name) {
            let names = rules.iter().flat_map(|rule| [rule.code, rule.name]);
            let help = nearest(name, names).map(|name| format!("did you mean `{name}`?"));
            let help = help.unwrap_or("use the code or the name of a rule, such as `ENV001`".to_owned());
            problems.add_with_help(entry.key.span, format!("unknown rule `{name}`"), "no such rule", help);
        }
        let severity = match entry.value.as_text() {
            Some("error") => Some(Severity::Error),
            Some("warning") => Some(Severity::Warning),
            Some("note") => Some(Severity::Note),
            _ => None,
        };
        turned.insert(name.to_owned(), severity);
    }
    turned
}

fn statuses(fields: Fields<'_>, key: &str) -> Vec<u16> {
    let number = |status: Spanned<String>| status.value.parse().ok();
    fields.texts(key).into_iter().filter_map(number).collect()
}

/// A regular expression; it must hold for the whole text, so it is anchored on both sides.
fn pattern(fields: Fields<'_>, key: &str, problems: &mut Problems<'_>) -> Option<Regex> {
    let text = fields.text(key)?;
    match Regex::new(&text.value) {
        Ok(_) => Regex::new(&format!("^(?:{})$", text.value)).ok(),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            problems.add(text.span, "this is not a regular expression", reason);
            None
        }
    }
}

fn pointer(fields: Fields<'_>, key: &str, problems: &mut Problems<'_>) -> Option<Spanned<String>> {
    fields.text(key).filter(|pointer| is_pointer(pointer, problems))
}

/// Notes it if a text is not a JSON pointer (RFC 6901, section 3).
fn is_pointer(text: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let escapes = text.value.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    let good = text.value.starts_with('/') && escapes;
    if !good {
        let help = format!("write `/{}`", text.value.trim_start_matches("$.").replace('.', "/"));
        problems.add_with_help(text.span, "expected a JSON pointer", "it starts with `/`", help);
    }
    good
}
