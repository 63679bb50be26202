//! Which words of replaced lines changed, and long lines shortened around them.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::DiffPart;

/// Characters of a line beyond which it is shortened.
const LONG: usize = 400;
/// Characters of an unchanged piece that stay on either side of a change in a long line.
const AROUND: usize = 40;
/// Characters of a changed piece that stay in a long line.
const CHANGED: usize = 150;
/// Words of a line beyond which they are not compared: only what the lines begin and end with is.
const MOST_WORDS: usize = 1_000;
/// How much all comparisons of words of a diff may cost together, in pairs of words.
const BUDGET: usize = 20_000_000;
/// New lines among which the partner of an old line is looked for.
const NEAR: usize = 16;

/// Marks words, as long as that does not cost too much.
pub(super) struct Words {
    left: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { left: BUDGET }
    }
}

/// A word, and whether it changed.
struct Word<'t> {
    text: &'t str,
    changed: bool,
}

impl Words {
    /// The pieces of lines that were removed and of those that were put in their place.
    pub(super) fn mark(&mut self, old: &[&str], new: &[&str]) -> (Vec<Vec<DiffPart>>, Vec<Vec<DiffPart>>) {
        let plain = |lines: &[&str]| lines.iter().map(|line| unmarked(line)).collect::<Vec<_>>();
        let (mut old_lines, mut new_lines) = (plain(old), plain(new));
        let mut next = 0;
        for (at, line) in old.iter().enumerate() {
            let Some(partner) = partner(line, &new[next..]).map(|partner| next + partner) else { continue };
            next = partner + 1;
            if let Some((old_line, new_line)) = self.compare(line, new[partner]) {
                (old_lines[at], new_lines[partner]) = (old_line, new_line);
            }
        }
        (old_lines, new_lines)
    }

    /// A line and what it became; none if too little stayed for marks to mean something.
    fn compare(&mut self, old: &str, new: &str) -> Option<(Vec<DiffPart>, Vec<DiffPart>)> {
        let (Some(mut old_words), Some(mut new_words)) = (words(old), words(new)) else {
            return Some(ends(old, new));
        };
        let cost = (old_words.len() + new_words.len()).pow(2);
        self.left = self.left.checked_sub(cost)?;
        compare(&mut old_words, &mut new_words).then(|| (pieces(&old_words), pieces(&new_words)))
    }
}

/// The line that most likely was this one: of the next ones the one that begins and ends most like it.
fn partner(line: &str, new: &[&str]) -> Option<usize> {
    let line = line.trim();
    let score = |other: &str| {
        let other = other.trim();
        let head = line.bytes().zip(other.bytes()).take(LONG).take_while(|(one, other)| one == other).count();
        let tail =
            line.bytes().rev().zip(other.bytes().rev()).take(LONG).take_while(|(one, other)| one == other);
        head + tail.count()
    };
    // The first of equals stands nearest.
    (0..new.len().min(NEAR)).rev().max_by_key(|at| score(new[*at]))
}

/// The words of a line; none if there are too many.
fn words(mut line: &str) -> Option<Vec<Word<'_>>> {
    let mut words = Vec::new();
    while !line.is_empty() {
        let (text, rest) = line.split_at(word(line));
        words.push(Word { text, changed: false });
        line = rest;
        if words.len() > MOST_WORDS {
            return None;
        }
    }
    Some(words)
}

/// The length of the first word: letters and digits, or blanks, or one character of any other kind.
fn word(text: &str) -> usize {
    let end = |belongs: fn(char) -> bool| text.find(|c| !belongs(c)).unwrap_or(text.len());
    match text.chars().next() {
        Some(first) if is_letter(first) => end(is_letter),
        Some(first) if first.is_whitespace() => end(char::is_whitespace),
        Some(first) => first.len_utf8(),
        None => 0,
    }
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Marks what differs; says whether enough stayed for the marks to mean something: a word at least for each piece that
/// changed.
fn compare(old: &mut [Word<'_>], new: &mut [Word<'_>]) -> bool {
    let old_texts: Vec<&str> = old.iter().map(|word| word.text).collect();
    let new_texts: Vec<&str> = new.iter().map(|word| word.text).collect();
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        if !matches!(op, DiffOp::Equal { .. }) {
            old.get_mut(op.old_range()).into_iter().flatten().for_each(|word| word.changed = true);
            new.get_mut(op.new_range()).into_iter().flatten().for_each(|word| word.changed = true);
        }
    }
    let stayed = old.iter().filter(|word| !word.changed && says_something(word.text)).count();
    join(old);
    join(new);
    let counts = |run: &&[Word<'_>]| run[0].changed && run.iter().any(|word| says_something(word.text));
    let changed =
        |words: &[Word<'_>]| words.chunk_by(|one, other| one.changed == other.changed).filter(counts).count();
    stayed >= changed(old).max(changed(new))
}

fn says_something(word: &str) -> bool {
    word.starts_with(is_letter)
}

/// Signs and blanks between two changed words read better as changed: a new id is one new thing, not five.
fn join(words: &mut [Word<'_>]) {
    let mut last: Option<usize> = None;
    for at in 0..words.len() {
        if words[at].changed {
            if let Some(last) = last.filter(|_| says_something(words[at].text)) {
                words[last..at].iter_mut().for_each(|word| word.changed = true);
            }
            last = Some(at);
        } else if says_something(words[at].text) {
            last = None;
        }
    }
}

/// The words of a line, put together to as few pieces as possible.
fn pieces(words: &[Word<'_>]) -> Vec<DiffPart> {
    let mut line = Vec::new();
    words.iter().for_each(|word| add(&mut line, word.text, word.changed));
    shortened(line)
}

fn add(line: &mut Vec<DiffPart>, text: &str, changed: bool) {
    match line.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => line.push(DiffPart { text: text.to_owned(), changed }),
    }
}

/// A long line for another: what stands between their equal beginning and their equal end changed.
fn ends(old: &str, new: &str) -> (Vec<DiffPart>, Vec<DiffPart>) {
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
        shortened(line)
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
