//! Diffs drawn small: `-` and `+` lines, changed words in brackets, gaps in words.

use proptest::prelude::*;

use super::*;

fn drawn(old: &str, new: &str) -> String {
    let part = |part: &DiffPart| if part.changed { format!("[{}]", part.text) } else { part.text.clone() };
    let line = |line: &DiffLine| {
        let sign = match line.kind {
            DiffKind::Context => ' ',
            DiffKind::Removed => '-',
            DiffKind::Added => '+',
            DiffKind::Gap => '~',
        };
        format!("{sign}{}\n", line.parts.iter().map(part).collect::<String>())
    };
    diff(old, new).lines.iter().map(line).collect()
}

#[test]
fn words_are_marked_where_most_of_a_line_stays() {
    for (old, new, expected) in [
        ("", "", ""),
        ("same", "same", " same\n"),
        ("a", "", "-a\n"),
        ("", "a\nb", "+a\n+b\n"),
        ("404", "500", "-404\n+500\n"),
        (
            "\"code\": \"NOT_FOUND\",",
            "\"code\": \"GONE\",",
            "-\"code\": \"[NOT_FOUND]\",\n+\"code\": \"[GONE]\",\n",
        ),
        // A line finds its partner among those that came with it.
        (
            "\"name\": \"Ada\"\n\"age\": 1",
            "\"name\": \"Bob\"\n\"tall\": true\n\"age\": 1",
            "-\"name\": \"[Ada]\"\n+\"name\": \"[Bob]\"\n+\"tall\": true\n \"age\": 1\n",
        ),
        // A comma that came does not mark the quote before it.
        ("a: \"x y\"", "a: \"x z\",", "-a: \"x [y]\"\n+a: \"x [z]\"[,]\n"),
        ("  blanks", "    blanks", "-[  ]blanks\n+[    ]blanks\n"),
        ("id: 3f2a-11b", "id: 9c1d-22e", "-id: [3f2a-11b]\n+id: [9c1d-22e]\n"),
        ("the answer  is", "the answer is", "-the answer[  ]is\n+the answer[ ]is\n"),
        ("ünï code", "ünï cödé", "-ünï [code]\n+ünï [cödé]\n"),
    ] {
        assert_eq!(drawn(old, new), expected, "{old:?} {new:?}");
    }
}

#[test]
fn equal_lines_far_from_a_difference_are_counted() {
    let old: Vec<String> = (1..=30).map(|n| format!("line {n}")).collect();
    let mut new = old.clone();
    new[4] = "line five".to_owned();
    new.remove(20);
    let expected = " line 1\n line 2\n line 3\n line 4\n-line [5]\n+line [five]\n line 6\n line 7\n line 8\n\
                    ~9 equal lines\n line 18\n line 19\n line 20\n-line 21\n line 22\n line 23\n line 24\n\
                    ~6 equal lines\n";
    assert_eq!(drawn(&old.join("\n"), &new.join("\n")), expected);
    let lines = diff(&old.join("\n"), &new.join("\n")).lines;
    let numbers: Vec<_> = lines.iter().map(|line| (line.old, line.new)).collect();
    assert_eq!(
        numbers[..6],
        [
            (Some(1), Some(1)),
            (Some(2), Some(2)),
            (Some(3), Some(3)),
            (Some(4), Some(4)),
            (Some(5), None),
            (None, Some(5))
        ]
    );
    assert_eq!(numbers[14], (Some(22), Some(21)));
}

#[test]
fn long_diffs_are_cut_and_say_so() {
    let old: String = (0..1_000).map(|n| format!("old {n}\n")).collect();
    let new: String = (0..900).map(|n| format!("new {n}\n")).collect();
    let lines = diff(&old, &new).lines;
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    assert_eq!((count(DiffKind::Removed), count(DiffKind::Added), count(DiffKind::Gap)), (200, 200, 1));
    assert_eq!(lines.last().map(DiffLine::text).as_deref(), Some("800 more lines"));
    assert!(drawn(&old, "").ends_with("-old 399\n~600 more lines\n"));
    assert!(drawn("", &new).ends_with("+new 399\n~500 more lines\n"));
}

#[test]
fn long_lines_are_shortened_around_the_change() {
    let (head, tail) = ("h".repeat(1_000), "t ".repeat(1_000));
    let shown = drawn(&format!("{head} one {tail}"), &format!("{head} two {tail}"));
    let (h, t) = ("h".repeat(39), "t ".repeat(20));
    assert_eq!(shown, format!("-…{h} [one] {}…\n+…{h} [two] {}…\n", &t[..39], &t[..39]));
    let whole = drawn(&"x".repeat(5_000), "y");
    assert_eq!(whole, format!("-{}…\n+y\n", "x".repeat(400)));
    // Too many words to compare: only what both ends share stays.
    let shown = drawn(&format!("{tail}one {tail}"), &format!("{tail}two {tail}"));
    assert_eq!(shown.lines().next(), Some(&*format!("-…{t}[one] {}…", &t[..39])));
}

#[test]
fn comparing_is_bounded_whatever_is_compared() {
    let many = |word: &str| {
        (0..200_000).map(|n| format!("  \"{word}{}\": {n},\n", n * 7919 % 10_007)).collect::<String>()
    };
    let long = |word: &str| format!("{word} {}", "x y ".repeat(1_000_000));
    let alike = |with: usize| (0..2_000).map(|n| format!("{}\n", n * with % 7)).collect::<String>();
    let wide = |with: usize| {
        (0..400).map(|n| format!("{}\n", "a b c d e ".repeat(n * with % 90))).collect::<String>()
    };
    for (old, new) in [
        (many("a"), many("b")),
        (many("a"), long("b")),
        (long("a"), long("b")),
        (alike(3), alike(5)),
        (wide(3), wide(7)),
        ("\n".repeat(4_000_000), "\n".repeat(3_000_000)),
    ] {
        let lines = diff(&old, &new).lines;
        assert!(lines.len() <= MOST_LINES + 10, "{} lines", lines.len());
        assert!(lines.iter().all(|line| line.text().chars().count() <= 450));
    }
}

proptest! {
    #[test]
    fn a_diff_says_of_both_texts_what_they_are(old in "([ab1: ]{0,5}\n){0,12}", new in "([ab1: ]{0,5}\n){0,12}") {
        let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let (mut from, mut to) = (0, 0);
        for line in diff(&old, &new).lines {
            if line.kind == DiffKind::Gap {
                let count: usize = line.text().split(' ').next().and_then(|word| word.parse().ok()).unwrap();
                prop_assert_eq!(&old_lines[from..from + count], &new_lines[to..to + count]);
                (from, to) = (from + count, to + count);
                continue;
            }
            if let Some(number) = line.old {
                from += 1;
                prop_assert_eq!((number as usize, line.text()), (from, old_lines[from - 1].to_owned()));
            }
            if let Some(number) = line.new {
                to += 1;
                prop_assert_eq!((number as usize, line.text()), (to, new_lines[to - 1].to_owned()));
            }
            let sides = (line.old.is_some(), line.new.is_some());
            let expected = match line.kind {
                DiffKind::Removed => (true, false),
                DiffKind::Added => (false, true),
                DiffKind::Context | DiffKind::Gap => (true, true),
            };
            prop_assert_eq!(sides, expected);
        }
        prop_assert_eq!((from, to), (old_lines.len(), new_lines.len()));
    }
}
