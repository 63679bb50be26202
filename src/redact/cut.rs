//! Finds the secrets that were cut in two: a text that we shorten ends with `…`, perhaps in the middle of one.

use std::cmp::Ordering;
use std::ops::Range;

use super::MIN_CHARS;
use super::forms::Form;

/// What shortened texts end with.
const CUT: char = '…';

/// Most cuts of one text that are looked at, from its end. What we shorten has a few; what a server sends may
/// have millions, none of them ours.
const MOST_CUTS: usize = 1_000;

/// Most bytes in front of a cut that are looked at; shortened texts keep less.
const MOST_BYTES: usize = 4_096;

/// Where the text's cuts are, the last first.
pub(super) fn cuts(text: &str) -> impl Iterator<Item = usize> {
    text.rmatch_indices(CUT).map(|(at, _)| at).take(MOST_CUTS)
}

/// Puts spellings in the order that [`begun`] wants: alphabetical whatever the case, so that those with the same
/// beginning stand side by side.
pub(super) fn sort(forms: &mut [Form]) {
    forms.sort_by(|one, other| compare(&one.text, &other.text));
}

/// Where the text ends with the beginning of a spelling, if that is long enough to say something: the longest such
/// end. `longest` is the length of the longest spelling.
pub(super) fn begun(forms: &[Form], longest: usize, text: &str) -> Option<Range<usize>> {
    let first = text.len().saturating_sub(longest.min(MOST_BYTES));
    let last = text.len().checked_sub(MIN_CHARS)?;
    (first..=last)
        .filter_map(|start| Some((start, text.get(start..)?)))
        .find(|(_, end)| is_beginning(forms, end))
        .map(|(start, _)| start..text.len())
}

fn is_beginning(forms: &[Form], end: &str) -> bool {
    let first = forms.partition_point(|form| compare(&form.text, end).is_lt());
    let begins = |form: &&Form| {
        form.text.as_bytes().get(..end.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(end.as_bytes()))
    };
    forms[first..].iter().take_while(begins).any(|form| form.any_case || form.text.starts_with(end))
}

fn compare(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{PLACEHOLDER, Redactor};

    #[test]
    fn a_text_full_of_cuts_is_looked_at_where_it_ends() {
        let redactor = Redactor::new();
        redactor.add("k9-pass/word").unwrap();
        let hostile = "…abcd".repeat(500_000);
        assert_eq!(cuts(&hostile).count(), MOST_CUTS);
        assert_eq!(cuts(&hostile).next(), Some(hostile.len() - "…abcd".len()));
        let shown = redactor.text(&format!("{hostile}k9-pass…")).into_owned();
        assert!(shown.ends_with(&format!("{PLACEHOLDER}…")) && shown.len() > hostile.len());
    }

    #[test]
    fn the_longest_beginning_counts_and_its_case_where_that_means_something() {
        let form = |text: &str, any_case| Form { text: text.to_owned(), any_case };
        let mut forms =
            [form("secret-b", false), form("%2Fpath", true), form("Secret-a", false), form("ret-x", false)];
        sort(&mut forms);
        for (text, expected) in [
            ("a secret-", Some(2..9)),
            ("a Secret-", Some(2..9)),
            ("a SECRET-", None),
            ("a ret-x", Some(2..7)),
            ("a secret-a", None),
            ("a %2fPA", Some(2..7)),
            ("a sec", None),
            ("ä", None),
            ("", None),
        ] {
            assert_eq!(begun(&forms, 8, text), expected, "{text}");
        }
    }
}
