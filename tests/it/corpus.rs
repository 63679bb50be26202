//! What fuzzing found worth keeping does no harm: every file of `fuzz/corpus` goes through its target's checks again.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[expect(unreachable_pub, reason = "the fuzz package has the same file as its library")]
#[path = "../../fuzz/checks/mod.rs"]
mod checks;

/// Most files of one target.
const MOST: usize = 60;
/// Most bytes of all of them.
const LARGEST: usize = 100_000;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let (mut files, mut size) = (0, 0);
    for entry in fs::read_dir(&folder).expect("the corpus is there") {
        let path = entry.expect("an entry").path();
        let bytes = fs::read(&path).expect("a file");
        (files, size) = (files + 1, size + bytes.len());
        assert!(catch_unwind(|| check(&bytes)).is_ok(), "{} fails", path.display());
    }
    assert!((1..=MOST).contains(&files), "{files} files in {}", folder.display());
    assert!(size <= LARGEST, "{size} bytes in {}: keep what `cargo fuzz cmin` keeps", folder.display());
}

#[test]
fn scenario_files_parse_or_every_mistake_has_its_place() {
    replay("scenario", checks::scenario::check);
}

#[test]
fn contract_folders_load_or_every_mistake_has_its_place() {
    replay("contract", checks::contract::check);
}

#[test]
fn any_exchange_is_judged_the_same_way_twice() {
    replay("judge", checks::judge::check);
}

#[test]
fn seconds_and_dates_are_what_their_grammar_says() {
    replay("dates", checks::dates::check);
}

#[test]
fn bodies_are_json_if_the_grammar_says_so() {
    replay("json", checks::json::check);
}
