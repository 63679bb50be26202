//! Generated files say what the code says. `UPDATE=1` writes them anew.

use std::fs;
use std::path::Path;

use tollgate::catalogue;

#[test]
fn generated_files_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for page in catalogue::pages() {
        let path = root.join(page.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == page.text) {
            continue;
        }
        if update {
            fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
            fs::write(&path, &page.text).expect("the page can be written");
        } else {
            stale.push(page.path);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} differ from the code; run `UPDATE=1 cargo test --test it catalogue`"
    );
}

#[test]
fn codes_and_names_of_rules_are_unique() {
    let rules = catalogue::rules();
    for (index, rule) in rules.iter().enumerate() {
        for other in &rules[index + 1..] {
            assert_ne!(rule.code, other.code);
            assert_ne!(rule.name, other.name);
        }
        assert!(rule.doc.len() > 80, "{} has no real documentation", rule.code);
        assert!(rule.code.chars().filter(char::is_ascii_digit).count() == 3, "{} is a code", rule.code);
    }
}

#[test]
fn every_source_of_a_rule_is_named() {
    for rule in catalogue::rules() {
        assert!(!rule.source.to_string().trim().is_empty(), "{} has no source", rule.code);
    }
}
