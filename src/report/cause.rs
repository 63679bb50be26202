//! Which findings have one cause: the same rule says the same at the same part of the body, whatever the step.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::Finding;

/// Most causes that are told apart; what comes later is told apart by its rule only.
const MOST: usize = 1_000;
/// Characters of a message or a value that are compared.
const COMPARED: usize = 240;
/// Characters of the shortest word that is taken for an id without a digit in it.
const ID: usize = 12;

/// The causes seen so far, each with the place of its finding in a list.
#[derive(Debug, Default)]
pub struct Causes(HashMap<String, usize>);

impl Causes {
    /// The place of the finding with the same cause. A new cause gets `next`, the place that is free.
    pub fn place(&mut self, finding: &Finding, next: usize) -> usize {
        let mut cause = cause(finding);
        if self.0.len() >= MOST && !self.0.contains_key(&cause) {
            cause = format!("{} {}", finding.rule, finding.severity.as_str());
        }
        *self.0.entry(cause).or_insert(next)
    }
}

/// Rule, severity, pointer, message and value without the numbers, ids and times that differ from answer to answer.
fn cause(finding: &Finding) -> String {
    let Finding { rule, severity, pointer, message, actual, .. } = finding;
    let parts = [pointer, message, actual];
    let [pointer, message, actual] = parts.map(|part| masked(cut(part)));
    format!("{rule} {}\n{pointer}\n{message}\n{actual}", severity.as_str())
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(COMPARED).map_or(text, |(end, _)| &text[..end])
}

/// The text with `#` for every word that is a number, an id or a time. A number that may be a status stays.
fn masked(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) && text.len() < ID {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    for part in text.split_inclusive(|c: char| !is_word(c)) {
        let word = part.trim_end_matches(|c: char| !is_word(c));
        if varies(word) {
            // `10:30:00.000Z` and `0.25` are one number each.
            if !out.ends_with("#.") && !out.ends_with("#:") {
                out.push('#');
            } else {
                out.pop();
            }
        } else {
            out.push_str(word);
        }
        out.push_str(&part[word.len()..]);
    }
    Cow::Owned(out)
}

/// Whether a word is likely to be another one in the next answer.
fn varies(word: &str) -> bool {
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        let status = word.len() == 3 && word.parse().is_ok_and(|number: u16| (100..600).contains(&number));
        return !status;
    }
    let turns = word.as_bytes().windows(2);
    let turns = turns.filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    word.len() >= ID && turns >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_answer_to_answer_is_masked() {
        for (text, expected) in [
            ("expected 422, the server answered 400", "expected 422, the server answered 400"),
            ("took 512ms of 1200", "took # of #"),
            ("\"req_X94i4GRDke3lVan6\"", "\"#\""),
            ("req_kdGRtDkelVanQwXe is known", "# is known"),
            ("at 2024-01-16T10:30:00.000Z, now", "at #, now"),
            ("lead f81d4fae-7dec-41d0-8765-00a0c91e6bf6 is gone", "lead # is gone"),
            ("INVALID_FORMAT in existingLeadId", "INVALID_FORMAT in existingLeadId"),
            ("/error/details/12/message", "/error/details/#/message"),
            ("0.25 s", "# s"),
            ("größe 7", "größe #"),
            ("", ""),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }
}
