//! Which words of replaced lines changed, and long lines shortened around them.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::DiffPart;

/// Characters of a line beyond which it is shortened.
const LONG: usize = 400;
/// Characters of an unchanged piece that stay on either side of a change in a long line.
const AROUND: usize = 40;
/// Characters of a changed piece that stay in a long line.
const CHANGED: usize = 150;
/// Words of either side of a block beyond which words are not compared: only what its lines begin and end with is.
const MOST_WORDS: usize = 1_000;
/// How much all comparisons of words of a diff may cost together, in pairs of words.
const BUDGET: usize = 20_000_000;
/// Marks words, as long as that does not cost too much.
pub(super) struct Words {
    left: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { left: BUDGET }
    }
}

/// A word, whether it changed, and where it stands.
struct Word<'t> {
    text: &'t str,
    line: usize,
    changed: bool,
}

impl Words {
    /// The pieces of lines that were removed and of those that were put in their place.
    pub(super) fn mark(&mut self, old: &[&str], new: &[&str]) -> (Vec<Vec<DiffPart>>, Vec<Vec<DiffPart>>) {
        let plain = |lines: &[&str]| lines.iter().map(|line| unmarked(line)).collect();
        if old.is_empty() || new.is_empty() {
            return (plain(old), plain(new));
        }
        let (Some(mut old_words), Some(mut new_words)) = (words(old), words(new)) else {
            return match (old, new) {
                ([old], [new]) => ends(old, new),
                _ => (plain(old), plain(new)),
            };
        };
        let cost = (old_words.len() + new_words.len()).pow(2);
        if cost > self.left || !compare(&mut old_words, &mut new_words) {
            return (plain(old), plain(new));
        }
        self.left -= cost;
        (pieces(&old_words, old.len()), pieces(&new_words, new.len()))
    }
}

/// The words of some lines; none if there are too many.
fn words<'t>(lines: &[&'t str]) -> Option<Vec<Word<'t>>> {
    let mut words = Vec::new();
    for (line, mut rest) in lines.iter().copied().enumerate() {
        while !rest.is_empty() {
            let (text, behind) = rest.split_at(word(rest));
            words.push(Word { text, line, changed: false });
            rest = behind;
            if words.len() > MOST_WORDS {
                return None;
            }
        }
        // The end of a line is a word, so that words find their partners line by line.
        words.push(Word { text: "\n", line, changed: false });
    }
    Some(words)
}

/// The length of the first word: letters and digits, or blanks, or one character of any other kind.
fn word(text: &str) -> usize {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return 0 };
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let longer = |belongs: fn(char) -> bool| text.find(|c| !belongs(c)).unwrap_or(text.len());
    if is_letter(first) {
        longer(|c| c.is_alphanumeric() || c == '_')
    } else if first.is_whitespace() {
        longer(char::is_whitespace)
    } else {
        first.len_utf8()
    }
}

/// Marks what differs; says whether enough stayed for the marks to mean something: a word at least for each piece that
/// changed.
fn compare(old: &mut [Word<'_>], new: &mut [Word<'_>]) -> bool {
    let old_texts: Vec<&str> = old.iter().map(|word| word.text).collect();
    let new_texts: Vec<&str> = new.iter().map(|word| word.text).collect();
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        if !matches!(op, DiffOp::Equal { .. }) {
            old[op.old_range()].iter_mut().for_each(|word| word.changed = true);
            new[op.new_range()].iter_mut().for_each(|word| word.changed = true);
        }
    }
    let stayed = old.iter().filter(|word| !word.changed && says_something(word.text)).count();
    join(old);
    join(new);
    // Whole lines that came or went in between say nothing about the others.
    let counts = |run: &&[Word<'_>]| run[0].changed && run.iter().all(|word| word.text != "\n");
    let changed =
        |words: &[Word<'_>]| words.chunk_by(|one, other| one.changed == other.changed).filter(counts).count();
    stayed >= changed(old).max(changed(new))
}

fn says_something(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Signs and blanks between two changed words read better as changed: a new id is one new thing, not five.
fn join(words: &mut [Word<'_>]) {
    let mut last: Option<usize> = None;
    for at in 0..words.len() {
        if words[at].changed {
            if let Some(last) = last {
                words[last..at].iter_mut().for_each(|word| word.changed = true);
            }
            last = Some(at);
        } else if says_something(words[at].text) || words[at].text == "\n" {
            last = None;
        }
    }
}

/// The words of each line, put together to as few pieces as possible.
fn pieces(words: &[Word<'_>], lines: usize) -> Vec<Vec<DiffPart>> {
    let mut pieces: Vec<Vec<DiffPart>> = vec![Vec::new(); lines];
    for word in words.iter().filter(|word| word.text != "\n") {
        add(&mut pieces[word.line], word.text, word.changed);
    }
    pieces.into_iter().map(shortened).collect()
}

fn add(line: &mut Vec<DiffPart>, text: &str, changed: bool) {
    match line.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => line.push(DiffPart { text: text.to_owned(), changed }),
    }
}

/// A long line for another: what stands between their equal beginning and their equal end changed.
fn ends(old: &str, new: &str) -> (Vec<Vec<DiffPart>>, Vec<Vec<DiffPart>>) {
    let head =
        old.chars().zip(new.chars()).take_while(|(old, new)| old == new).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let equal = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(old, new)| old == new);
    let tail: usize = equal.map(|(c, _)| c.len_utf8()).sum();
    let line = |text: &str| {
        let mut line = Vec::new();
        add(&mut line, &text[..head], false);
        add(&mut line, &text[head..text.len() - tail], head + tail > 0);
        add(&mut line, &text[text.len() - tail..], false);
        vec![shortened(line)]
    };
    (line(old), line(new))
}

/// A line in which nothing is marked.
pub(super) fn unmarked(line: &str) -> Vec<DiffPart> {
    shortened(vec![DiffPart { text: line.to_owned(), changed: false }])
}

/// The line, if it is a long one without most of what did not change.
fn shortened(mut parts: Vec<DiffPart>) -> Vec<DiffPart> {
    if parts.iter().flat_map(|part| part.text.chars()).nth(LONG).is_none() {
        return parts;
    }
    let count = parts.len();
    for (at, part) in parts.iter_mut().enumerate().filter(|_| count > 1) {
        let (start, end) = match (part.changed, at) {
            (true, _) => (CHANGED, AROUND),
            (false, 0) => (0, AROUND),
            (false, at) if at + 1 == count => (AROUND, 0),
            (false, _) => (AROUND, AROUND),
        };
        leave_out_middle(&mut part.text, start, end);
    }
    let mut left = LONG;
    let mut kept = Vec::new();
    for mut part in parts {
        let length = part.text.chars().count();
        leave_out_middle(&mut part.text, left, 0);
        kept.push(part);
        if length > left {
            break;
        }
        left -= length;
    }
    kept
}

/// Keeps so many characters of the start and of the end.
fn leave_out_middle(text: &mut String, start: usize, end: usize) {
    let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    let to = match end {
        0 => text.len(),
        end => text.char_indices().rev().nth(end - 1).map_or(0, |(at, _)| at),
    };
    if to > from {
        text.replace_range(from..to, "…");
    }
}
