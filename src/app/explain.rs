//! `tollgate explain`: the rule catalogue in the terminal.

use std::fmt::Write as _;

use super::{print, refuse};
use crate::catalogue;
use crate::cli::Exit;
use crate::env::Env;
use crate::model::RuleInfo;
use crate::spelling::nearest;

pub(super) fn run(env: &mut Env, wanted: Option<&str>) -> Exit {
    let rules = catalogue::explained();
    let Some(wanted) = wanted else {
        let mut text = String::new();
        for rule in &rules {
            let _ = writeln!(
                text,
                "{}  {:<28} {:<8} {}",
                rule.code,
                rule.name,
                rule.severity.as_str(),
                rule.family
            );
        }
        return print(env, &text);
    };
    let is_it =
        |rule: &&&RuleInfo| rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted);
    if let Some(rule) = rules.iter().find(is_it) {
        return print(env, &explained(rule));
    }
    // Codes of answers come first: of two that are as near, they are meant more often.
    let answers = catalogue::rules();
    let names = answers.iter().chain(&rules).flat_map(|rule| [rule.code, rule.name]);
    refuse(
        env,
        &match nearest(wanted, names) {
            Some(near) => format!("no rule `{wanted}`; did you mean `{near}`?"),
            None => format!("no rule `{wanted}`; `tollgate explain` lists them all"),
        },
    )
}

fn explained(rule: &RuleInfo) -> String {
    let (code, name, severity) = (rule.code, rule.name, rule.severity.as_str());
    format!(
        "{code} {name}\n\nseverity: {severity}\nfamily:   {}\nsource:   {}\n\n{}\n",
        rule.family,
        rule.source,
        rule.doc.trim()
    )
}
