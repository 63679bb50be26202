//! A member of errors with one code that some route never has and others always have.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Question;
use super::tally::{Count, Side, compared};
use super::{Facts, Rule, Told, told};
use crate::model::{Contract, RuleInfo, RuleSource as Source, Severity};

/// Fewest answers of a side; a single one says nothing about "never" and "always".
const FEWEST: u64 = 2;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "CON005",
        name: "member-sometimes-missing",
        family: "consistency",
        severity: Severity::Note,
        source: Source::Advice("one code, one shape of its error"),
        doc: r#"In errors with the same code an optional member is there on all routes, or on none.

Looked at are members beside those that the contract names; what stands in the details depends on the fault. Routes that
sometimes have the member do not count, and a side of a single answer is none.

## Why

It is allowed, and nobody documents it: whoever writes a client finds out in production that one route says less.

## Fires

```http propertybase-v1
GET /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_1

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_1", "details": []}}
---
DELETE /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_2", "details": []}}
---
GET /notes/note_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_3

{"success": false, "error": {"code": "NOT_FOUND", "message": "no note", "request_id": "req_3"}}
---
GET /notes/note_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_4

{"success": false, "error": {"code": "NOT_FOUND", "message": "no note", "request_id": "req_4"}}
```

## Silent

```http propertybase-v1
GET /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_1

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_1", "details": []}}
---
DELETE /leads/lead_1
HTTP/1.1 404 Not Found
content-type: application/json
x-request-id: req_2

{"success": false, "error": {"code": "NOT_FOUND", "message": "no lead", "request_id": "req_2", "details": []}}
---
POST /leads
HTTP/1.1 422 Unprocessable Content
content-type: application/json
x-request-id: req_3

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "no", "request_id": "req_3"}}
---
POST /leads
HTTP/1.1 422 Unprocessable Content
content-type: application/json
x-request-id: req_4

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "no", "request_id": "req_4"}}
```
"#,
    },
    check,
};

fn check(facts: &Facts, contract: &Contract, found: &mut Vec<Told>) {
    if facts.tally.is_full() {
        return;
    }
    let below = contract.envelope.details.as_ref().map(|details| format!("{details}/"));
    for question in facts.tally.questions() {
        let Question::Member(code, pointer) = question else { continue };
        let excused = contract.lenient && contract.lenient_optional.contains(pointer);
        if excused || below.as_ref().is_some_and(|below| pointer.starts_with(below)) {
            continue;
        }
        let answered = Question::Status(code.clone());
        let all: BTreeMap<&String, Vec<&Count>> = by_route(facts.tally.ways(&answered));
        let with: BTreeMap<&String, Vec<&Count>> = by_route(facts.tally.ways(question));
        let total = |counts: &[&Count]| counts.iter().map(|count| count.answers).sum::<u64>();
        let always: BTreeSet<&String> = all
            .iter()
            .filter(|(route, counts)| with.get(*route).is_some_and(|with| total(with) == total(counts)))
            .map(|(route, _)| *route)
            .collect();
        let side = |way: &str, wanted: &dyn Fn(&String) -> bool| {
            let routes = all.iter().filter(|(route, _)| wanted(route));
            Side::of(way, routes.flat_map(|(route, counts)| counts.iter().map(|count| (*route, *count))))
        };
        let there = side("it is there", &|route| always.contains(route));
        let missing = side("it is missing or null", &|route| !with.contains_key(route));
        let sides: Vec<Side> =
            there.into_iter().chain(missing).filter(|side| side.answers >= FEWEST).collect();
        let message = format!("errors with the code {code} differ in this member from route to route");
        for sides in compared(question, sides) {
            found.extend(told(&RULE.info, &sides, message.clone()).map(|mut one| {
                one.observation.pointer.clone_from(pointer);
                one
            }));
        }
    }
}

/// The counts of each route, whatever they say.
fn by_route<'t>(
    ways: impl Iterator<Item = (&'t String, &'t BTreeMap<String, Count>)>,
) -> BTreeMap<&'t String, Vec<&'t Count>> {
    let mut routes: BTreeMap<&String, Vec<&Count>> = BTreeMap::new();
    for (route, count) in ways.flat_map(|(_, routes)| routes) {
        routes.entry(route).or_default().push(count);
    }
    routes
}
