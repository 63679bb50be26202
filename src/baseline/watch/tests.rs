//! Which findings are accepted, what is called fixed, and what an update writes.

use super::*;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn finding(step: &str, message: &str) -> Finding {
    Finding {
        rule: "HTT001".into(),
        name: "allow-missing".into(),
        severity: Severity::Error,
        source: String::new(),
        message: message.into(),
        help: String::new(),
        file: "./suite/a.yaml".into(),
        line: 7,
        column: 3,
        scenario: "Leads".into(),
        step: step.into(),
        pointer: "/error/details/3/field".into(),
        expected: String::new(),
        actual: String::new(),
        count: 1,
        accepted: false,
        spread: None,
        diff: None,
        curl: String::new(),
        response: String::new(),
        snippet: String::new(),
    }
}

fn place(step: &str) -> Place {
    Place::new("suite/a.yaml", "Leads", step)
}

fn entry(step: &str, message: &str, expires: &str) -> Entry {
    Entry { line: 4, reason: Some("API-7".into()), ..Entry::of(&finding(step, message), day(expires)) }
}

fn policy() -> Policy {
    Policy {
        file: "known.yaml".into(),
        today: day("2026-06-15"),
        fail_on: Severity::Error,
        add_until: None,
        renew_until: None,
    }
}

fn scope(steps: &[&str]) -> Scope {
    let places = steps.iter().map(|step| place(step)).collect();
    Scope { places: HashMap::from([("suite/a.yaml".to_owned(), places)]), ..Scope::default() }
}

#[test]
fn the_old_fault_is_known_again_and_a_new_one_is_not() {
    let baseline = Baseline::new(vec![entry("one", "the 405 took 31 ms", "2026-06-15")], policy());
    let moved =
        Finding { line: 99, pointer: "/error/details/0/field".into(), ..finding("one", "the 405 took 7 ms") };
    let other_status = finding("one", "the 404 took 7 ms");
    let other_rule = Finding { rule: "HTT002".into(), ..finding("one", "the 405 took 7 ms") };
    let other_place =
        Finding { pointer: "/error/details/0/code".into(), ..finding("one", "the 405 took 7 ms") };
    let mut findings = [moved, finding("two", "the 405 took 7 ms"), other_status, other_rule, other_place];
    baseline.judge(place("one"), true, &mut findings);
    let accepted: Vec<bool> = findings.iter().map(|finding| finding.accepted).collect();
    assert_eq!(accepted, [true, false, false, false, false]);
}

#[test]
fn parts_left_out_make_an_entry_wider() {
    let whole_file =
        Entry { scenario: None, step: None, pointer: None, message: None, ..entry("", "", "2026-12-31") };
    let baseline = Baseline::new(vec![whole_file], policy());
    let elsewhere = Finding { file: "suite/b.yaml".into(), ..finding("one", "x") };
    let mut findings = [finding("one", "x"), finding("two", "y"), elsewhere];
    baseline.judge(place("one"), true, &mut findings);
    let accepted: Vec<bool> = findings.iter().map(|finding| finding.accepted).collect();
    assert_eq!(accepted, [true, true, false]);
}

#[test]
fn what_expired_fails_again_and_says_so() {
    let entries = vec![
        entry("one", "x", "2026-06-14"),
        entry("two", "x", "2026-06-28"),
        entry("two", "y", "2026-06-29"),
    ];
    let baseline = Baseline::new(entries, policy());
    let mut findings = [finding("one", "x"), finding("two", "x"), finding("two", "y")];
    baseline.judge(place("one"), true, &mut findings);
    assert!(!findings[0].accepted && findings[1].accepted && findings[2].accepted);
    assert_eq!(findings[0].message, "x (accepted until 2026-06-14, which is over)");
    assert!(findings[0].help.contains("known.yaml:4"), "{}", findings[0].help);
    let report = baseline.outcome(&scope(&["one", "two"])).report;
    let of =
        |list: &[crate::model::BaselineEntry]| list.iter().map(|e| e.expires.clone()).collect::<Vec<_>>();
    assert_eq!(of(&report.expired), ["2026-06-14"]);
    assert_eq!(of(&report.expiring), ["2026-06-28"]);
    assert!(report.fixed.is_empty() && report.updated.is_none());
}

#[test]
fn only_what_was_judged_is_called_fixed() {
    let steps = ["clean", "doubtful", "twice", "never", "renamed"];
    let entries = steps.map(|step| entry(step, "x", "2026-12-31")).to_vec();
    let elsewhere = Entry { file: Some("suite/z.yaml".into()), ..entry("one", "x", "2026-12-31") };
    let deleted = Entry { file: Some("suite/old.yaml".into()), ..entry("one", "x", "2026-12-31") };
    let rule_only = Entry {
        file: None,
        scenario: None,
        step: None,
        pointer: None,
        message: None,
        ..entry("", "", "2026-12-31")
    };
    let entries = [entries, vec![elsewhere, deleted, rule_only]].concat();
    let baseline = Baseline::new(entries, Policy { add_until: Some(day("2026-09-01")), ..policy() });
    for (step, proven) in [("clean", true), ("doubtful", false), ("twice", true), ("twice", false)] {
        baseline.judge(place(step), proven, &mut []);
    }
    let mut scope = scope(&["clean", "doubtful", "twice", "never"]);
    scope.missing.insert("suite/old.yaml".into());
    for complete in [false, true] {
        scope.complete = complete;
        let outcome = baseline.outcome(&scope);
        let of = |list: &[crate::model::BaselineEntry]| {
            list.iter().filter_map(|e| e.step.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&outcome.report.fixed), ["clean"]);
        assert_eq!(of(&outcome.report.gone), ["renamed", "one"]);
        assert_eq!(outcome.report.unjudged, 5);
        assert_eq!(outcome.entries.map(|entries| entries.len()), Some(5));
    }
}

#[test]
fn what_compares_answers_is_fixed_only_where_all_of_them_came() {
    let across = Entry { rule: "CON001".into(), ..entry("one", "x", "2026-12-31") };
    let baseline = Baseline::new(vec![across], policy());
    let fixed = |complete| {
        let scope = Scope { complete, ..scope(&["one", "two"]) };
        baseline.outcome(&scope).report.fixed.len()
    };
    baseline.judge(place("one"), true, &mut []);
    assert_eq!(fixed(true), 0, "the other step was not judged");
    baseline.judge(place("two"), true, &mut []);
    assert_eq!(fixed(false), 0, "other files were left out");
    assert_eq!(fixed(true), 1);
}

#[test]
fn an_update_keeps_reasons_and_days_and_adds_what_fails() {
    let entries = vec![entry("one", "x", "2026-06-20"), entry("one", "old", "2026-06-01")];
    let update = |renew_until| {
        let policy = Policy { add_until: Some(day("2026-09-01")), renew_until, ..policy() };
        let baseline = Baseline::new(entries.clone(), policy);
        let note = Finding { severity: Severity::Note, ..finding("one", "by the way") };
        let mut findings = [
            finding("one", "x"),
            finding("one", "old"),
            finding("one", "new 1"),
            finding("one", "new 2"),
            note,
        ];
        baseline.judge(place("one"), true, &mut findings);
        let accepted: Vec<bool> = findings.iter().map(|finding| finding.accepted).collect();
        let outcome = baseline.outcome(&scope(&["one"]));
        let entries = outcome.entries.expect("asked for").into_iter();
        let told: Vec<_> =
            entries.map(|e| (e.message.unwrap_or_default(), e.expires.to_string(), e.reason)).collect();
        (accepted, told)
    };
    let reason = || Some("API-7".to_owned());
    let (accepted, told) = update(None);
    assert_eq!(accepted, [true, false, true, true, false]);
    let line = |message: &str, expires: &str, reason| (message.to_owned(), expires.to_owned(), reason);
    let added = line("new *", "2026-09-01", None);
    assert_eq!(told, [line("x", "2026-06-20", reason()), line("old", "2026-06-01", reason()), added.clone()]);
    let (accepted, told) = update(Some(day("2026-09-01")));
    assert_eq!(accepted, [true, true, true, true, false]);
    assert_eq!(told, [line("x", "2026-06-20", reason()), line("old", "2026-09-01", reason()), added]);
}

#[test]
fn who_was_first_with_an_id_makes_no_difference() {
    let reused = |step: &str, pointer: &str| Finding {
        rule: "RID005".into(),
        pointer: pointer.into(),
        ..finding(step, "the request id was used before")
    };
    let update = Baseline::new(Vec::new(), Policy { add_until: Some(day("2026-09-01")), ..policy() });
    update.judge(place("one"), true, &mut [reused("one", ""), reused("two", "/requestId")]);
    let entries = update.outcome(&scope(&["one"])).entries.expect("asked for");
    assert_eq!(entries.len(), 1);
    let mut other = [Finding { file: "suite/b.yaml".into(), ..reused("three", "/requestId") }];
    Baseline::new(entries, policy()).judge(place("three"), true, &mut other);
    assert!(other[0].accepted);
}
