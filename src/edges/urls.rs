//! URLs that are long, or that do not decode.

use super::good::{Answer, Good};
use super::{Dice, Provocation};

/// Bytes of the long query: what common servers still hand to the application.
const LONG: usize = 3_500;
/// Bytes of the longer one, which their libraries may refuse by themselves.
const LONGER: usize = 9_000;
/// Bytes of a long part of the path: more than a file name or a key column takes.
const LONG_PART: usize = 600;

/// Long and badly encoded URLs. Nothing of it is surely wrong to an API that ignores what it does not know.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    let in_query = |what: &str, rank: u8, raw: &str| {
        let mut request = good.but(Answer::Any);
        request.path.value.push_str(&format!("?edge={raw}"));
        Provocation::new(what, rank, request)
    };
    let in_path = |what: &str, rank: u8, raw: &str| {
        if !good.has_parameters() {
            return in_query(what, rank, raw);
        }
        let mut request = good.but(Answer::Any);
        request.path.value = good.path_with(raw);
        Provocation::new(what, rank, request)
    };
    let mut all = vec![
        in_query("a URL of 3.5 kB", 2, &repeated(dice, LONG)),
        in_path("bad percent-encoding (%zz)", 1, "edge%zz"),
        in_path("cut percent-encoding (%e)", 3, "edge%e"),
        in_path("a URL that is not UTF-8 (%c3%28)", 1, "edge%c3%28"),
        in_path("NUL in the URL (%00)", 2, "edge%00"),
    ];
    if good.has_parameters() {
        all.push(in_path("a long id", 2, &repeated(dice, LONG_PART)));
    }
    if good.has_parameters() && good.operation.method == "GET" {
        all.push(in_path("an id that climbs (..%2f)", 3, "..%2f..%2fedge"));
    }
    if good.target.large {
        all.push(in_query("a URL of 9 kB", 2, &repeated(dice, LONGER)));
    }
    all
}

/// A letter so many times, written so that a plan stays readable.
fn repeated(dice: &mut Dice, times: usize) -> String {
    format!("{{{{ repeat('{}', {times}) }}}}", dice.word(1))
}
