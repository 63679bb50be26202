//! A timestamp with more or fewer digits than documented.

use super::{Rule, Subject, show};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "TIM003",
        name: "timestamp-fraction",
        family: "timestamp",
        severity: Severity::Error,
        source: Source::Contract("the timestamp in the response format"),
        doc: r#"The timestamp of an error has as many digits of a second as documented.

## Why

Clients with a fixed format refuse another number of digits, and logs no longer sort as text.

## Fires

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T10:30:00Z", "requestId": "req_7Hk2"}
```

## Silent

```http lead-management-v1
HTTP/1.1 404 Not Found
content-type: application/json

{"success": false, "error": "Lead not found", "code": "LEAD_NOT_FOUND",
 "details": {"leadId": "lead_1", "message": "no such lead"},
 "timestamp": "2024-01-16T10:30:00.000Z", "requestId": "req_7Hk2"}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    let Some(contract) = subject.error_contract() else { return };
    let Some(digits) = contract.timestamp.as_ref().and_then(|rule| rule.fraction_digits) else { return };
    let (Some(pointer), Some((text, _))) = (&contract.envelope.timestamp, subject.time()) else { return };
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let written = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if written != usize::from(digits) {
        let message = format!("the timestamp has {written} digits of a second, documented are {digits}");
        let observation = Observation::new(&RULE.info, message).at(pointer);
        let help = format!("write exactly {digits} digits behind the point, zeros included");
        found.push(observation.help(help).values(digits.to_string(), show::text(text)));
    }
}
