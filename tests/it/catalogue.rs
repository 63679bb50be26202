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
    let rules = catalogue::explained();
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
    for rule in catalogue::explained() {
        assert!(!rule.source.to_string().trim().is_empty(), "{} has no source", rule.code);
    }
}

#[test]
fn shipped_scenarios_fit_the_generated_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&catalogue::schema(tollgate::cli::SchemaOf::Scenario)).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("scenarios can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                let source = tollgate::model::Source::new("scenario.yaml", &text);
                let value = tollgate::yaml::parse(&source).expect("YAML").to_json();
                let problems: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
                assert!(problems.is_empty(), "{}: {problems:?}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "no scenario was looked at");
}
