//! The catalogue: every rule that judges a response, one file each, in one table.

mod blamed;
mod echo;
mod freshness;
mod glance;
mod http_date;
mod leak;
mod limits;
mod messages;
mod pointer;
mod sent;
mod show;
mod subject;
mod wait;

mod allow_missing;
mod allow_refused_method;
mod body_cut;
mod body_empty;
mod body_not_json;
mod byte_order_mark;
mod challenge_grammar;
mod challenge_scheme;
mod code_missing;
mod code_pattern;
mod code_undocumented;
mod code_unknown;
mod coding_unknown;
mod content_forbidden;
mod content_type_missing;
mod credential_echoed;
mod date_form;
mod date_missing;
mod details_content;
mod details_incomplete;
mod details_item;
mod details_repeated;
mod details_shape;
mod details_unknown_field;
mod details_valid_field;
mod details_value;
mod double_encoded;
mod duplicate_keys;
mod envelope_schema;
mod error_cacheable;
mod exception_name;
mod framework_page;
mod header_repeated;
mod internal_host;
mod invalid_utf8;
mod json_charset;
mod length_and_encoding;
mod limit_header_grammar;
mod limit_remaining_used_up;
mod location_missing;
mod location_on_error;
mod lone_surrogate;
mod media_type;
mod message_empty;
mod message_is_code;
mod message_long;
mod message_placeholder;
mod message_structured;
mod never_stored;
mod no_answer;
mod not_http;
mod old_version;
mod other_dialect;
mod request_id_differs;
mod request_id_header;
mod request_id_missing;
mod request_id_pattern;
mod request_id_reused;
mod retry_after_form;
mod retry_after_grammar;
mod retry_after_large;
mod retry_after_missing;
mod retry_after_on_503;
mod retry_after_repeated;
mod secret_exposed;
mod server_path;
mod software_named;
mod sql_text;
mod stack_trace;
mod status_copy;
mod status_member;
mod status_of_code;
mod success_flag;
mod success_schema;
mod timestamp_format;
mod timestamp_fraction;
mod timestamp_skew;
mod timestamp_utc;
mod trailing_bytes;
mod www_authenticate_missing;

use crate::model::{Contract, Observation, RuleInfo, Severity, TransportError};
pub use blamed::{Blamed, blamed};
pub use credential_echoed::credentials;
pub use glance::Glance;
pub use http_date::HttpDate;
pub use messages::{Message, messages};
pub use pointer::resolve;
pub use subject::{Fields, Kind, Patterns, Subject, bodiless, media_type};

/// A rule: what it is, and how it looks at one response.
#[derive(Debug)]
struct Rule {
    /// Its identity and documentation.
    info: RuleInfo,
    /// Adds what it has to say; silent if all is well or the response is not its business.
    check: fn(&Subject<'_>, &mut Vec<Observation>),
}

/// Every rule, sorted by code.
static RULES: &[&Rule] = &[
    &code_missing::RULE,
    &code_unknown::RULE,
    &code_undocumented::RULE,
    &code_pattern::RULE,
    &status_of_code::RULE,
    &details_shape::RULE,
    &details_content::RULE,
    &details_item::RULE,
    &details_unknown_field::RULE,
    &details_valid_field::RULE,
    &details_value::RULE,
    &details_incomplete::RULE,
    &details_repeated::RULE,
    &envelope_schema::RULE,
    &body_empty::RULE,
    &body_not_json::RULE,
    &byte_order_mark::RULE,
    &trailing_bytes::RULE,
    &invalid_utf8::RULE,
    &duplicate_keys::RULE,
    &media_type::RULE,
    &success_flag::RULE,
    &double_encoded::RULE,
    &message_empty::RULE,
    &message_is_code::RULE,
    &success_schema::RULE,
    &status_member::RULE,
    &other_dialect::RULE,
    &message_placeholder::RULE,
    &message_structured::RULE,
    &message_long::RULE,
    &lone_surrogate::RULE,
    &status_copy::RULE,
    &www_authenticate_missing::RULE,
    &allow_missing::RULE,
    &date_missing::RULE,
    &body_cut::RULE,
    &not_http::RULE,
    &never_stored::RULE,
    &error_cacheable::RULE,
    &content_forbidden::RULE,
    &length_and_encoding::RULE,
    &content_type_missing::RULE,
    &json_charset::RULE,
    &allow_refused_method::RULE,
    &challenge_grammar::RULE,
    &location_missing::RULE,
    &date_form::RULE,
    &retry_after_on_503::RULE,
    &challenge_scheme::RULE,
    &coding_unknown::RULE,
    &location_on_error::RULE,
    &header_repeated::RULE,
    &old_version::RULE,
    &no_answer::RULE,
    &stack_trace::RULE,
    &sql_text::RULE,
    &exception_name::RULE,
    &server_path::RULE,
    &framework_page::RULE,
    &internal_host::RULE,
    &credential_echoed::RULE,
    &secret_exposed::RULE,
    &software_named::RULE,
    &limit_header_grammar::RULE,
    &limit_remaining_used_up::RULE,
    &request_id_missing::RULE,
    &request_id_header::RULE,
    &request_id_pattern::RULE,
    &request_id_differs::RULE,
    &request_id_reused::RULE,
    &retry_after_missing::RULE,
    &retry_after_repeated::RULE,
    &retry_after_grammar::RULE,
    &retry_after_form::RULE,
    &retry_after_large::RULE,
    &timestamp_format::RULE,
    &timestamp_utc::RULE,
    &timestamp_fraction::RULE,
    &timestamp_skew::RULE,
];

/// The rules that only repeat what the contract's schema says. Where a rule of its own speaks about the same
/// part of the body, they are silent: one fault, one finding.
static FROM_SCHEMAS: &[&Rule] = &[&envelope_schema::RULE, &success_schema::RULE];

/// The rules that say who wrote the body if the API did not. What other rules say about the same body as an envelope
/// is then the same fault once more.
static EXPLAIN: &[&Rule] = &[&framework_page::RULE, &other_dialect::RULE];

/// The rules that are silent about a body which another one explains.
static EXPLAINED: &[&Rule] = &[
    &body_not_json::RULE,
    &code_missing::RULE,
    &code_pattern::RULE,
    &code_undocumented::RULE,
    &code_unknown::RULE,
    &details_content::RULE,
    &details_item::RULE,
    &details_shape::RULE,
    &envelope_schema::RULE,
    &media_type::RULE,
    &message_empty::RULE,
    &request_id_header::RULE,
    &request_id_missing::RULE,
    &request_id_pattern::RULE,
    &success_flag::RULE,
    &timestamp_format::RULE,
    &timestamp_fraction::RULE,
    &timestamp_skew::RULE,
    &timestamp_utc::RULE,
    &trailing_bytes::RULE,
];

/// Every rule's identity, sorted by code.
pub fn all() -> Vec<&'static RuleInfo> {
    RULES.iter().map(|rule| &rule.info).collect()
}

/// The rule with this code (in any case) or name.
pub fn find(code_or_name: &str) -> Option<&'static RuleInfo> {
    let wanted = |info: &&RuleInfo| info.code.eq_ignore_ascii_case(code_or_name) || info.name == code_or_name;
    RULES.iter().map(|rule| &rule.info).find(wanted)
}

/// The rule whose code or name is most like `word`, if one is near.
pub fn suggest(word: &str) -> Option<&'static str> {
    crate::spelling::nearest(word, RULES.iter().flat_map(|rule| [rule.info.code, rule.info.name]))
}

/// Lets every rule look at one response. The severities are those of the rules or of the contract.
pub fn check(subject: &Subject<'_>) -> Vec<Observation> {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(subject, &mut found);
    }
    if found.is_empty() {
        return found;
    }
    drop_repetitions(&mut found);
    drop_explained(subject.contract, &mut found);
    if let Some(contract) = subject.contract {
        found.retain_mut(|observation| turn(contract, observation));
    }
    found
}

/// What the rules say about an exchange that failed: most failures are nobody's fault that can be named.
pub fn check_failure(error: &TransportError, contract: Option<&Contract>) -> Vec<Observation> {
    let mut found: Vec<_> = not_http::failed(error).into_iter().chain(no_answer::failed(error)).collect();
    if let Some(contract) = contract {
        found.retain_mut(|observation| turn(contract, observation));
    }
    found
}

/// Leaves out what a schema says about a part of the body that another rule speaks about.
fn drop_repetitions(found: &mut Vec<Observation>) {
    let from_schema =
        |observation: &Observation| FROM_SCHEMAS.iter().any(|rule| rule.info.code == observation.rule.code);
    let spoken_for: Vec<String> = found
        .iter()
        .filter(|observation| !observation.pointer.is_empty() && !from_schema(observation))
        .map(|observation| observation.pointer.clone())
        .collect();
    found.retain(|observation| !from_schema(observation) || !spoken_for.contains(&observation.pointer));
}

/// Leaves out what is said about a body as an envelope if a rule that is not turned off says whose body it is.
fn drop_explained(contract: Option<&Contract>, found: &mut Vec<Observation>) {
    let is_one_of = |rules: &[&Rule], observation: &Observation| {
        rules.iter().any(|rule| rule.info.code == observation.rule.code)
    };
    let is_on = |rule: &RuleInfo| {
        contract.is_none_or(|contract| turned(contract, rule).is_none_or(|to| to.is_some()))
    };
    if found.iter().any(|observation| is_one_of(EXPLAIN, observation) && is_on(observation.rule)) {
        found.retain(|observation| !is_one_of(EXPLAINED, observation));
    }
}

/// What a contract turned a rule to; the inner `None` is "off".
fn turned(contract: &Contract, rule: &RuleInfo) -> Option<Option<Severity>> {
    contract.rules.get(rule.code).or_else(|| contract.rules.get(rule.name)).copied()
}

/// Gives an observation the severity its contract wants. Returns false if it wants none of it.
pub fn turn(contract: &Contract, observation: &mut Observation) -> bool {
    let severity = turned(contract, observation.rule).unwrap_or(Some(observation.severity));
    observation.severity = severity.unwrap_or(observation.severity);
    severity.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_unique_sorted_and_well_formed() {
        let codes: Vec<_> = RULES.iter().map(|rule| rule.info.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "sorted, and none twice: {codes:?}");
        for rule in all() {
            let (letters, digits) = rule.code.split_at(3);
            assert!(letters.bytes().all(|byte| byte.is_ascii_uppercase()), "{}", rule.code);
            assert!(digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", rule.code);
            assert!(
                rule.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
                "{}",
                rule.name
            );
            assert_eq!(all().iter().filter(|other| other.name == rule.name).count(), 1, "{}", rule.name);
            for heading in ["\n\n## Why\n\n", "\n\n## Fires\n\n", "\n\n## Silent\n\n"] {
                assert!(rule.doc.contains(heading), "{}: {heading:?}", rule.name);
            }
        }
    }

    #[test]
    fn rules_are_found_by_code_and_name() {
        assert_eq!(find("env001").map(|rule| rule.name), Some("envelope-schema"));
        assert_eq!(find("status-of-code").map(|rule| rule.code), Some("COD005"));
        assert!(find("nonsense").is_none());
        assert_eq!(suggest("staus-of-code"), Some("status-of-code"));
    }
}
