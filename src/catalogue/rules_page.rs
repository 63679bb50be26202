//! The rule catalogue as a page.

use crate::model::RuleInfo;

/// A table of all rules, then each with its documentation.
pub(super) fn text(rules: &[&'static RuleInfo]) -> String {
    let mut text = String::from(
        "# Rules\n\nThe contract's rules judge every response of a run, those of the family `consistency` \
         the answers of a run together; those of the family `expectation` are the scenario's own. A contract turns a \
         rule's severity under `rules:`, by code or name.\n\n\
         | code | name | severity | family | source |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in rules {
        text.push_str(&format!(
            "| [{code}](#{anchor}) | {name} | {severity} | {family} | {source} |\n",
            code = rule.code,
            anchor = anchor(rule),
            name = rule.name,
            severity = rule.severity.as_str(),
            family = rule.family,
            source = rule.source.to_string().replace('|', "\\|"),
        ));
    }
    for rule in rules {
        text.push_str(&format!("\n## {} {}\n\n{}\n", rule.code, rule.name, deeper(rule.doc.trim())));
    }
    text
}

fn anchor(rule: &RuleInfo) -> String {
    format!("{}-{}", rule.code.to_lowercase(), rule.name)
}

/// Headings of a rule's text stand below the rule's own.
fn deeper(doc: &str) -> String {
    doc.replace("\n## ", "\n### ").trim_start_matches("## ").to_owned()
}
