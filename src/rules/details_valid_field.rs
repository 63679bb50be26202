//! Details that blame a field which is right.

use super::{Rule, Subject, blamed, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "DET005",
        name: "details-valid-field",
        family: "details",
        severity: Severity::Warning,
        source: Source::Contract("the details name the faulty field"),
        doc: r#"A field that the details blame breaks what the contract says about it.

## Why

People look for a fault where there is none. Only fields whose values the contract limits on both sides or lists are
judged; of any other the server may know more.

## Fires

```http propertybase-v1
POST /leads
content-type: application/json

{"email": "nope", "bedrooms": 3}

HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid", "request_id": "req_7Hk2",
 "details": [{"field": "bedrooms", "message": "Must be between 1 and 20"}, {"field": "email", "message": "no"}]}}
```

## Silent

```http propertybase-v1
POST /leads
content-type: application/json

{"email": "nope", "bedrooms": 99}

HTTP/1.1 422 Unprocessable Content
content-type: application/json

{"success": false, "error": {"code": "VALIDATION_ERROR", "message": "invalid", "request_id": "req_7Hk2",
 "details": [{"field": "bedrooms", "message": "Must be between 1 and 20"}, {"field": "email", "message": "no"}]}}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let (Some(contract), Some(shape), Some(sent)) = (subject.contract, subject.shape, subject.sent) else {
        return;
    };
    if !subject.refuses_fields() {
        return;
    }
    for blamed in subject.blamed {
        let Some(value) = blamed::value(sent, &blamed.place) else { continue };
        let Some(field) = blamed::shape(shape, &blamed.place) else { continue };
        let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
        let breaks =
            |wrong: &String| blamed::within(wrong, &blamed.place) || blamed::within(&blamed.place, wrong);
        if (field.listed || field.bounded && whole) && !subject.sent_violations.iter().any(breaks) {
            let message = "the details blame a field that is as documented";
            let observation = Observation::new(&RULE.info, message)
                .at(blamed.pointer(contract, contract.details.field.as_deref()));
            let help = format!("`{}` was sent with a value that the contract allows", blamed.name);
            found.push(observation.help(help).values("a field that is wrong", show::value(value)));
        }
    }
}
