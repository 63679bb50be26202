//! The file of one snapshot, in the format of the crate insta, so that `cargo insta` can review it, too.
//!
//! The format is written and read here, and not by insta, for three reasons: its writing functions are reachable only
//! through hidden assertions, which panic; comparing must write nothing; and what is written must be written whole or
//! not at all. The unit tests hold both sides together: insta reads what is written here, and the other way round.

use std::fmt::Write;

use crate::model::{Diagnostic, NodeKind, Source, Span};
use crate::yaml::{self, Fields};

/// The line above and below a header.
const FENCE: &str = "---";

/// One response as text, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The scenario file, relative to the project's folder, with `/` between its parts; empty if unknown.
    pub source: String,
    /// The line of the step in it, from 1; 0 if unknown. Only pending files carry it: an accepted one would change
    /// whenever a line is added above the step.
    pub line: u32,
    /// What was asked, for people: `GET /leads/{id} (shows a lead)`; empty if unknown.
    pub description: String,
    /// The response, without blanks and newlines at its end.
    pub contents: String,
}

impl Snapshot {
    /// The text of the file, of a pending one with the line of the step.
    pub fn write(&self, pending: bool) -> String {
        let mut text = format!("{FENCE}\n");
        // Writing to a string cannot fail.
        if !self.source.is_empty() {
            let _ = writeln!(text, "source: {}", scalar(&self.source));
        }
        if pending && self.line > 0 {
            let _ = writeln!(text, "assertion_line: {}", self.line);
        }
        if !self.description.is_empty() {
            let _ = writeln!(text, "description: {}", scalar(&self.description));
        }
        if text.len() == FENCE.len() + 1 {
            // What insta reads between the fences has to be a mapping.
            text.push_str("{}\n");
        }
        let _ = writeln!(text, "{FENCE}\n{}", normal(&self.contents));
        text
    }

    /// Reads a file. Of its header, what insta writes and this program has no use for is passed over.
    ///
    /// # Errors
    /// There is no header, or it is broken; or the snapshot is a binary one.
    pub fn parse(source: &Source) -> Result<Self, Box<Diagnostic>> {
        let text = &*source.text;
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let first = text[start..].lines().next().unwrap_or_default();
        if first.trim_end() != FENCE {
            let span = Span::new(start, start + first.len());
            return Err(Diagnostic::new(source, span, "this is not a snapshot", "`---` is expected here")
                .with_help(REMAKE)
                .into());
        }
        let Some((end, contents)) = fence(text, start + first.len()) else {
            let span = Span::new(start, start + FENCE.len());
            return Err(Diagnostic::new(source, span, "the header has no end", "opened here")
                .with_help(format!("put `---` on a line of its own behind the header; or {REMAKE}"))
                .into());
        };
        let header = Source::new(&source.name, &text[..end]);
        let root = yaml::parse(&header).map_err(|mut mistake| {
            mistake.source = source.clone();
            mistake.help.get_or_insert_with(|| REMAKE.to_owned());
            mistake
        })?;
        if !matches!(root.kind, NodeKind::Null | NodeKind::Map(_)) {
            let title = format!("a snapshot's header is a mapping, and this is {}", root.kind_name());
            return Err(Diagnostic::new(source, root.span, title, "in the header").with_help(REMAKE).into());
        }
        let fields = Fields::of(&root);
        if let Some(kind) = fields.text("snapshot_kind").filter(|kind| kind.value == "binary") {
            return Err(Diagnostic::new(source, kind.span, "this is a binary snapshot", "text is expected")
                .with_help(REMAKE)
                .into());
        }
        let text_of = |key| fields.text(key).map(|text| text.value).unwrap_or_default();
        Ok(Self {
            source: text_of("source"),
            line: fields.integer("assertion_line").and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
            description: text_of("description"),
            contents: normal(contents),
        })
    }
}

/// What to do about a file that cannot be read.
const REMAKE: &str = "delete the file and take the snapshot anew with `tollgate run --update`";

/// Contents as they are compared: without blanks and newlines at the end, and with LF for CRLF, as insta does it. Several
/// CR before an LF go at once: a file that is written and read again stays as it is.
pub fn normal(contents: &str) -> String {
    let contents = contents.trim_end();
    let (lines, last) =
        contents.rsplit_once('\n').map_or((None, contents), |(lines, last)| (Some(lines), last));
    let mut normal = String::with_capacity(contents.len());
    for line in lines.into_iter().flat_map(|lines| lines.split('\n')) {
        normal.push_str(line.trim_end_matches('\r'));
        normal.push('\n');
    }
    normal.push_str(last);
    normal
}

/// Where the line of the closing fence begins, and what stands behind it.
fn fence(text: &str, from: usize) -> Option<(usize, &str)> {
    let mut at = from + text.get(from..)?.find('\n')? + 1;
    for line in text[at..].split_inclusive('\n') {
        let end = at + line.len();
        if line.trim_end() == FENCE {
            return Some((at, &text[end..]));
        }
        at = end;
    }
    None
}

/// The text as a scalar: plain or in double quotes as insta would have it, so that accepting with either tool gives the
/// same bytes.
fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // A JSON string is YAML but for the line separators that JSON leaves alone.
    let json = serde_json::Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if is_separator(character) {
            // All of these fit into one escape of four digits.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// Whether a text means itself without quotes.
fn is_plain(text: &str) -> bool {
    const OTHERS: [&str; 10] = ["yes", "no", "true", "false", "on", "off", "null", "inf", "infinity", "nan"];
    let starts = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '(' | '$' | ';' | '+' | '^');
    let quotes = |c: char| is_separator(c) || ":{}[],#`\"'\\".contains(c);
    text.starts_with(starts)
        && !text.ends_with(' ')
        && !text.contains(quotes)
        && !text.starts_with("0x")
        && text.parse::<f64>().is_err()
        && !OTHERS.iter().any(|other| text.eq_ignore_ascii_case(other))
}

/// Whether a character ends a line somewhere, or is no text at all.
fn is_separator(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXTS: [&str; 16] = [
        "",
        "404\n\n{}",
        "---",
        "---\nsource: x\n---\nmore",
        "a\n---\nb",
        "  leading blanks\n\ttab",
        "\n\nleading newlines",
        "\"quotes\" 'single' \\ back # no comment: {{ x }}",
        "ünïcode ✓ 🦀 \u{2028} \u{85} end",
        "- a\n- b: [1",
        "blank at the end of a line  \nnext",
        "lone \r return",
        "null",
        "\u{1b}[31mred\u{7f}",
        "\u{feff}mark",
        "%YAML 1.2",
    ];

    fn by_insta(text: &str) -> insta::Snapshot {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.snap");
        std::fs::write(&path, text).unwrap();
        insta::Snapshot::from_file(&path).unwrap()
    }

    fn sample(text: &str) -> Snapshot {
        Snapshot {
            source: format!("scenarios/{text}.yaml"),
            line: 7,
            description: text.to_owned(),
            contents: text.to_owned(),
        }
    }

    #[test]
    fn insta_reads_what_is_written() {
        for text in TEXTS {
            let snapshot = sample(text);
            for pending in [true, false] {
                let read = by_insta(&snapshot.write(pending));
                let metadata = read.metadata();
                assert_eq!(read.as_text().unwrap().to_string(), text, "{text:?}");
                assert_eq!(metadata.source(), Some(&*snapshot.source), "{text:?}");
                assert_eq!(metadata.description().unwrap_or_default(), text, "{text:?}");
                assert_eq!(metadata.assertion_line(), pending.then_some(7));
            }
        }
        let bare = Snapshot { contents: "x".to_owned(), ..Snapshot::default() };
        assert_eq!(by_insta(&bare.write(false)).as_text().unwrap().to_string(), "x");
    }

    #[test]
    fn insta_accepts_into_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (pending, accepted) = (folder.path().join("x.snap.new"), folder.path().join("x.snap"));
        for description in [
            "GET /leads/{id} (shows a lead)",
            "GET /leads?limit=2&q=* (lists)",
            "POST /leads (it's wrong: \"x\", again)",
            "DELETE /leads (ünï ✓) #1",
            "yes",
            "12e3",
            "GET / \\ `code` \t tab",
        ] {
            for text in TEXTS {
                let source = "scenarios/leads-2.yaml".to_owned();
                let description = description.to_owned();
                let snapshot = Snapshot { source, line: 7, description, contents: text.to_owned() };
                std::fs::write(&pending, snapshot.write(true)).unwrap();
                insta::Snapshot::from_file(&pending).unwrap().save(&accepted).unwrap();
                assert_eq!(std::fs::read_to_string(&accepted).unwrap(), snapshot.write(false));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in TEXTS {
            let snapshot = sample(text);
            let written = snapshot.write(true);
            assert_eq!(Snapshot::parse(&Source::new("x.snap.new", &written)).unwrap(), snapshot, "{text:?}");
            let crlf = written.replace("\r", "").replace('\n', "\r\n");
            let read = Snapshot::parse(&Source::new("x.snap.new", &crlf)).unwrap();
            assert_eq!(read.contents, text.replace('\r', ""), "{text:?} with CRLF");
            let accepted = Snapshot::parse(&Source::new("x.snap", &snapshot.write(false))).unwrap();
            assert_eq!(accepted, Snapshot { line: 0, ..snapshot });
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_through(
            source in any::<String>(),
            description in "(?s).{0,12}",
            contents in "(?s)[-a: \r\n\"\\\\{é]{0,20}",
            line in any::<u32>(),
        ) {
            let written = Snapshot { source, line, description, contents };
            let read = Snapshot::parse(&Source::new("x.snap.new", &written.write(true))).unwrap();
            prop_assert_eq!(&read, &Snapshot { contents: normal(&written.contents), ..written.clone() });
            let insta = by_insta(&written.write(true));
            prop_assert_eq!(insta.as_text().unwrap().to_string(), read.contents);
            prop_assert_eq!(insta.metadata().source().unwrap_or_default(), &*read.source);
            prop_assert_eq!(insta.metadata().description().unwrap_or_default(), &*read.description);
        }
    }

    #[test]
    fn blanks_at_the_end_are_nobodys() {
        let with = Snapshot { contents: "a\r\nb \n\n".to_owned(), ..Snapshot::default() };
        let text = with.write(false);
        assert_eq!(text, "---\n{}\n---\na\nb\n");
        assert_eq!(by_insta(&text).as_text().unwrap().to_string(), normal(&with.contents));
    }

    #[test]
    fn headers_of_insta_are_read() {
        let text = "\u{feff}---\nsource: src/lib.rs\nassertion_line: 12\ndescription: \"two\\nlines\"\nexpression: \"&x\"\n\
                    info:\n  method: GET\n  tags:\n    - a\ninput_file: scenarios/users/get.yaml\nsnapshot_kind: text\n\
                    ---\n\n{\n}\n";
        let read = Snapshot::parse(&Source::new("x.snap", text)).unwrap();
        assert_eq!((&*read.source, read.line, &*read.description), ("src/lib.rs", 12, "two\nlines"));
        assert_eq!(read.contents, "\n{\n}");
        let empty = Snapshot::parse(&Source::new("x.snap", "---\n---\n")).unwrap();
        assert_eq!(empty, Snapshot::default());
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        for (text, line, column, title) in [
            ("", 1, 1, "this is not a snapshot"),
            ("source: x\n\nold\n", 1, 1, "this is not a snapshot"),
            ("---\nsource: x\n", 1, 1, "the header has no end"),
            ("---\nsource: [a\n---\nx", 2, 9, "this is not valid YAML"),
            ("---\na: 1\na: 2\n---\nx", 3, 1, "the key `a` stands here twice"),
            ("---\n- a\n---\nx", 2, 1, "a snapshot's header is a mapping, and this is a list"),
            ("---\nextension: png\nsnapshot_kind: binary\n---\n", 3, 16, "this is a binary snapshot"),
        ] {
            let mistake = Snapshot::parse(&Source::new("x.snap", text)).unwrap_err();
            let at = mistake.position();
            assert_eq!((&*mistake.title, at.line, at.column), (title, line, column), "{text:?}");
            assert_eq!(&*mistake.source.text, text);
            assert!(mistake.help.is_some(), "{text:?}");
        }
    }
}
