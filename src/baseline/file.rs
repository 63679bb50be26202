//! The baseline as a file: read with every mistake placed, written so that a review is a pleasure.

use super::entry::plain_path;
use super::keys::{BASELINE, VERSION};
use super::{Day, Entry};
use crate::mask::{mask, mask_pointer};
use crate::model::{Diagnostic, NodeKind, RuleInfo, Source, Spanned};
use crate::spelling::nearest;
use crate::yaml::{self, Fields, Problems, Shape};

/// Most entries in a file; what has more faults than that is not adopted by accepting them one by one.
pub const MOST: usize = 5_000;

const HEAD: &str = "\
# Findings that `tollgate run --baseline` accepts until they expire. A new finding fails; give these a reason, or mend
# them. `--update-baseline` writes this file anew: it keeps reasons and dates, and no other comment.
";

/// Parses a baseline file; `rules` are all that an entry can name.
///
/// # Errors
/// Every mistake in the file, in file order.
pub fn parse(source: &Source, rules: &[&'static RuleInfo]) -> Result<Vec<Entry>, Vec<Diagnostic>> {
    let root = yaml::parse(source).map_err(|diagnostic| vec![*diagnostic])?;
    if root.kind == NodeKind::Null {
        return Ok(Vec::new());
    }
    let mut problems = Problems::new(source);
    yaml::check(&root, &Shape::Object(&BASELINE), &mut problems);
    let fields = Fields::of(&root);
    if let Some(node) =
        fields.get("version").filter(|_| fields.integer("version").is_some_and(|v| v > u64::from(VERSION)))
    {
        let title = "the file has a later version than this tollgate reads";
        problems.add_with_help(node.span, title, format!("this one reads {VERSION}"), "use a newer tollgate");
    }
    let nodes = fields.list("findings");
    let read = nodes.iter().filter_map(|node| entry(&Fields::of(node), rules, &mut problems));
    let entries: Vec<Entry> = read.collect();
    if entries.len() > MOST {
        problems.add(
            fields.span,
            format!("more than {MOST} accepted findings"),
            "a list that long is not reviewed",
        );
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems.into_diagnostics()) }
}

fn entry(fields: &Fields<'_>, rules: &[&'static RuleInfo], problems: &mut Problems<'_>) -> Option<Entry> {
    let line = problems.source().position(fields.span).line;
    let rule = fields.text("rule").and_then(|named| rule(&named, rules, problems));
    let expires = fields.get("expires").filter(|node| node.as_text().is_some());
    let expires = expires.and(fields.text("expires")).and_then(|named| day(&named, problems));
    if let Some(pointer) =
        fields.text("pointer").filter(|text| !matches!(text.value.chars().next(), None | Some('/')))
    {
        problems.add_with_help(
            pointer.span,
            format!("`{}` is not a JSON pointer", pointer.value),
            "a pointer starts with `/`",
            format!(
                "did you mean `/{}`? \"\" is the response as a whole",
                pointer.value.trim_start_matches("$.").replace('.', "/")
            ),
        );
    }
    let text = |key| fields.text(key).map(|text| text.value);
    let (rule, expires) = (rule?, expires?);
    Some(Entry {
        rule: rule.code.to_owned(),
        name: rule.name.to_owned(),
        file: text("file").map(|path| plain_path(&path)),
        scenario: text("scenario"),
        step: text("step"),
        pointer: text("pointer").map(|pointer| mask_pointer(&pointer)),
        message: text("message").map(|message| mask(&message)),
        expires,
        reason: text("reason").filter(|reason| !reason.is_empty()),
        line,
    })
}

fn rule(
    named: &Spanned<String>,
    rules: &[&'static RuleInfo],
    problems: &mut Problems<'_>,
) -> Option<&'static RuleInfo> {
    let is_meant = |rule: &&&RuleInfo| {
        rule.code.eq_ignore_ascii_case(&named.value) || rule.name.eq_ignore_ascii_case(&named.value)
    };
    let found = rules.iter().find(is_meant).copied();
    if found.is_none() {
        let names = rules.iter().flat_map(|rule| [rule.code, rule.name]);
        let help = match nearest(&named.value, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tollgate explain` lists the rules".to_owned(),
        };
        problems.add_with_help(named.span, format!("there is no rule `{}`", named.value), "not a rule", help);
    }
    found
}

fn day(named: &Spanned<String>, problems: &mut Problems<'_>) -> Option<Day> {
    let day = named.value.parse().ok();
    if day.is_none() {
        problems.add_with_help(
            named.span,
            format!("`{}` is not a day", named.value),
            "no day of the calendar",
            "write year, month and day: `2026-12-31`",
        );
    }
    day
}

/// The file with these entries, in an order of its own.
pub fn write(entries: &[Entry]) -> String {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|one, other| one.order().cmp(&other.order()));
    let mut text = format!("{HEAD}version: {VERSION}\n");
    text.push_str(if entries.is_empty() { "findings: []\n" } else { "findings:\n" });
    for entry in entries {
        text.push_str(&format!("  - rule: {} # {}\n", entry.rule, entry.name));
        let expires = Some(entry.expires.to_string());
        let parts = [
            ("file", &entry.file),
            ("scenario", &entry.scenario),
            ("step", &entry.step),
            ("pointer", &entry.pointer),
            ("message", &entry.message),
            ("expires", &expires),
            ("reason", &entry.reason),
        ];
        for (key, part) in parts {
            if let Some(part) = part {
                text.push_str(&format!("    {key}: {}\n", scalar(part)));
            }
        }
    }
    text
}

/// A text as a YAML scalar: plain where nobody could take it for something else, else in double quotes (YAML 1.2.2,
/// section 7.3.1).
fn scalar(text: &str) -> String {
    let mut characters = text.chars();
    let starts_plain = characters.next().is_some_and(char::is_alphanumeric) || text.starts_with('/');
    let inside = |c: char| c.is_alphanumeric() || " /._-()*,=".contains(c);
    let is_word = !matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off"
    );
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && text.parse::<Day>().is_err();
    if starts_plain && is_word && !is_number && text.chars().all(inside) && !text.ends_with(' ') {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether YAML, and a reader, can have the character as it is; marks of writing direction are spelled out.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{85}' | '\u{2028}'..='\u{202e}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2066}'..='\u{2069}')
        && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules;

    fn entry(step: &str, message: &str) -> Entry {
        Entry {
            rule: "ENV001".into(),
            name: "envelope-schema".into(),
            file: Some("scenarios/a.yaml".into()),
            scenario: Some("Leads [email: \"a@\"]".into()),
            step: Some(step.into()),
            pointer: Some(String::new()),
            message: Some(message.into()),
            expires: "2026-12-31".parse().expect("a day"),
            reason: None,
            line: 0,
        }
    }

    fn read(text: &str) -> Vec<Entry> {
        let mut entries =
            parse(&Source::new("b.yaml", text), &rules::all()).expect("what was written is read");
        entries.iter_mut().for_each(|entry| entry.line = 0);
        entries
    }

    #[test]
    fn a_file_reads_like_one_written_by_hand() {
        let wide =
            Entry { file: None, scenario: None, step: None, pointer: None, message: None, ..entry("", "") };
        let entries = [
            Entry { reason: Some("see API-7: soon".into()), ..entry("no email", "the 405 lacks Allow") },
            wide,
        ];
        let expected = "version: 1\nfindings:\n  - rule: ENV001 # envelope-schema\n    expires: 2026-12-31\n  \
                        - rule: ENV001 # envelope-schema\n    file: scenarios/a.yaml\n    \
                        scenario: \"Leads [email: \\\"a@\\\"]\"\n    step: no email\n    pointer: \"\"\n    \
                        message: the 405 lacks Allow\n    expires: 2026-12-31\n    reason: \"see API-7: soon\"\n";
        assert_eq!(write(&entries).strip_prefix(HEAD), Some(expected));
        assert_eq!(read(&write(&[])), []);
    }

    #[test]
    fn the_order_does_not_depend_on_the_run() {
        let (one, two) = (entry("a", "x"), entry("b", "x"));
        assert_eq!(write(&[one.clone(), two.clone()]), write(&[two, one]));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(step in "\\PC*|[\\x00-\\x7f]{0,12}|[-0-9.eE:#*&?~]{0,6}|true|Null|.*") {
            let whole = entry(&step, "m");
            prop_assert_eq!(read(&write(std::slice::from_ref(&whole))), [whole]);
        }
    }
}
