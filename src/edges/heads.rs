//! Long headers, odd ones, and conditions that do not hold.

use super::good::{Answer, Good};
use super::{Dice, Provocation};

/// Bytes of the long header: what common servers still hand to the application.
const LONG: usize = 4_000;
/// Bytes of each of the three longer ones, which their libraries may refuse by themselves.
const LONGER: usize = 6_000;

/// Headers that an API may ignore or refuse, as it likes.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    let tag = format!("\"edge-{}\"", dice.word(8));
    let with = |what: &str, rank: u8, lines: &[(&str, &str)]| {
        let mut request = good.but(Answer::Any);
        let replaced = |name: &str| lines.iter().any(|(new, _)| new.eq_ignore_ascii_case(name));
        request.headers.retain(|line| !replaced(&line.name.value));
        request.headers.extend(lines.iter().map(|(name, value)| good.header(name, value)));
        Provocation::new(what, rank, request)
    };
    let mut all = vec![
        with("a header of 4 kB", 2, &[("x-edge", &format!("{{{{ repeat('{}', {LONG}) }}}}", dice.word(1)))]),
        with("If-Match that cannot match", 2, &[("if-match", &tag)]),
        with("If-Match that is no tag", 3, &[("if-match", "edge, edge")]),
        with("If-None-Match: *", 3, &[("if-none-match", "*")]),
        with("If-Unmodified-Since long ago", 4, &[("if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT")]),
        // A range that could be met would give a part of the JSON, which cannot be judged.
        with("Range beyond the end", 2, &[("range", "bytes=99999999999-")]),
        with("Range in an unknown unit", 4, &[("range", "edges=0-1")]),
        with("a header that is not ASCII", 3, &[("x-edge", "é")]),
    ];
    if good.target.large {
        let long = format!("{{{{ repeat('{}', {LONGER}) }}}}", dice.word(1));
        let lines = [("x-edge-1", &*long), ("x-edge-2", &*long), ("x-edge-3", &*long)];
        all.push(with("headers of 18 kB", 2, &lines));
    }
    all
}
