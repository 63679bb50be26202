//! The expectations as rules, so that findings, `explain` and the catalogue know them.

use crate::model::{RuleInfo, RuleSource, Severity};

macro_rules! rule {
    ($ident:ident, $code:literal, $name:literal, $doc:literal) => {
        pub(super) static $ident: RuleInfo = RuleInfo {
            code: $code,
            name: $name,
            family: "expectation",
            severity: Severity::Error,
            source: RuleSource::Scenario,
            doc: $doc,
        };
    };
}

rule!(
    STATUS,
    "EXP001",
    "unexpected-status",
    "The answer has another status than the step expects.

A status is a number, a class or a list of those. The message names the code and the text of the error envelope, \
if the answer has one.

```yaml
expect: { status: 422 }          # or 4xx, or [400, 422]
```
"
);

rule!(
    ERROR_CODE,
    "EXP002",
    "unexpected-error-code",
    "The answer has another error code than the step expects.

The contract says where the code stands in the body; a scenario without a contract cannot expect one.

```yaml
expect: { error: VALIDATION_ERROR }
```
"
);

rule!(
    MESSAGE,
    "EXP003",
    "unexpected-message",
    "The error's text for people is not what the step expects.

The contract says where the text stands. Its wording may change, so ask for little.

```yaml
expect: { message: { contains: email } }
```
"
);

rule!(
    DETAILS,
    "EXP004",
    "unexpected-details",
    "The error's details lack something that the step expects.

A list names objects of which a part is given: each must be among the details, in any order, and others may be \
there, too. Where the API has a single object, it counts as a list of one. A mapping checks the keys of the single \
object. Values may be matchers.

```yaml
expect:
  details: [{ field: email }, { field: { starts_with: price. } }]
```

```yaml
expect:
  details: { leadId: lead_1, message: { empty: false } }
```
"
);

rule!(
    HEADER,
    "EXP005",
    "unexpected-header",
    "A header of the answer is not what the step expects.

Names are compared without case. Several lines of one header are joined with commas. A number in the expectation \
is compared with the header read as a number.

```yaml
expect:
  headers: { content-type: { contains: json }, retry-after: { gte: 1 }, server: { exists: false } }
```
"
);

rule!(
    BODY,
    "EXP006",
    "unexpected-body",
    "A part of the body is not what the step expects.

The part is chosen by a JSONPath (RFC 9535). A path that can only mean one place gives its value or nothing; every \
other path gives the list of all values it finds.

```yaml
expect:
  body: { \"$.data.id\": { starts_with: lead_ }, \"$.error.details[*].field\": { contains: email } }
```
"
);

rule!(
    TEXT,
    "EXP007",
    "unexpected-text",
    "The body as text is not what the step expects.

Bytes that are not UTF-8 are replaced by U+FFFD.

```yaml
expect: { text: { not: { contains: Traceback } } }
```
"
);

rule!(
    WITHIN,
    "EXP008",
    "slow-response",
    "The answer took longer than the step allows.

The time counts from the start of sending to the last byte of the body.

```yaml
expect: { within: 500ms }
```
"
);

rule!(
    CAPTURE,
    "EXP009",
    "nothing-to-capture",
    "The answer lacks a value that the step keeps for later ones.

A capture that finds nothing ends the scenario: the steps after it could not be what they are meant to be. A JSON \
`null` is something.

```yaml
capture: { lead_id: \"$.data.id\", version: \"header etag\" }
```
"
);

/// Every expectation, by code.
pub fn rules() -> &'static [&'static RuleInfo] {
    static RULES: [&RuleInfo; 9] =
        [&STATUS, &ERROR_CODE, &MESSAGE, &DETAILS, &HEADER, &BODY, &TEXT, &WITHIN, &CAPTURE];
    &RULES
}
