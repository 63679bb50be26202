//! Details that keep silent about a wrong field.

use super::blamed::{self, Blamed};
use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET007",
        name: "details-incomplete",
        family: "details",
        severity: Severity::Warning,
        source: Source::Contract("validation errors include field-level messages"),
        doc: r#"Where the contract says that details are complete, they name every field that was sent wrongly.

## Why

People correct what they are told, send again and are told the next fault. Missing fields may be told first and alone.
What is wrong is what breaks the contract's `requests`; nothing else is expected.

## Fires

```http propertybase-v1
POST /leads
content-type: application/json

{"email": "nope", "bedrooms": 99}

HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid", "request_id": "req_7Hk2",
 "details": [{"field": "email", "message": "Invalid email format"}]}}
```

## Silent

```http propertybase-v1
POST /leads
content-type: application/json

{"email": "nope", "bedrooms": 99}

HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid", "request_id": "req_7Hk2",
 "details": [{"field": "bedrooms", "message": "at most 20"}, {"field": "email", "message": "no"}]}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract().filter(|contract| contract.details.complete) else {
        return;
    };
    let (Some(sent), Some(pointer)) = (subject.sent, contract.envelope.details.as_deref()) else { return };
    if subject.sent_violations.is_empty() {
        return;
    }
    let blamed = subject.blamed;
    // A body that could not be taken at all, such as one of the wrong media type, has no single fields at fault.
    let judged = subject.refuses_fields() && (subject.response.status == 422 || !blamed.is_empty());
    if !judged {
        return;
    }
    let missing = |place: &str| blamed::value(sent, place).is_none();
    let missing_first = !blamed.is_empty() && blamed.iter().all(|blamed| missing(&blamed.place));
    let told = |place: &str| {
        blamed
            .iter()
            .any(|blamed| blamed::within(place, &blamed.place) || blamed::within(&blamed.place, place))
    };
    let untold = subject
        .sent_violations
        .iter()
        .map(String::as_str)
        .filter(|place| !place.is_empty() && !told(place) && (!missing_first || missing(place)));
    let mut names: Vec<String> = untold.map(|place| place[1..].replace('/', ".")).collect();
    names.dedup();
    if names.is_empty() || blamed.iter().any(Blamed::is_whole) {
        return;
    }
    let message = format!("the details keep silent about {}", names.join(", "));
    let told: Vec<&str> = blamed.iter().map(|blamed| blamed.name).collect();
    let observation = Observation::new(&RULE.info, message).at(pointer);
    let help = "validate every field before answering, and name each by its dotted path";
    found.push(observation.help(help).values(names.join(", "), show::text(&told.join(", "))));
}
