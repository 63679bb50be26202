//! JSON declared in another encoding than UTF-8.

use super::{Rule, Subject, show, subject::is_json};
use crate::model::{Observation, RuleInfo, RuleSource as Source, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo {
        code: "HTP011",
        name: "json-charset",
        family: "HTTP",
        severity: Severity::Error,
        source: Source::Rfc("RFC 8259, section 8.1"),
        doc: r#"JSON is not declared in another encoding than UTF-8.

## Why

JSON between systems must be UTF-8. Clients that believe the parameter garble every letter beyond ASCII. The parameter
means nothing for JSON and is best left out; `utf-8` and its part `us-ascii` are not judged.

## Fires

```http
HTTP/1.1 404 Not Found
content-type: application/json; charset=iso-8859-1

{}
```

## Silent

```http
HTTP/1.1 404 Not Found
content-type: application/problem+json; charset="UTF-8"

{}
```
"#,
    },
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Observation>) {
    if !subject.media_type.is_some_and(is_json) {
        return;
    }
    let line = subject.response.header("content-type").unwrap_or_default();
    let charset = line.split(';').skip(1).filter_map(|parameter| parameter.split_once('=')).find_map(
        |(name, value)| name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"')),
    );
    let Some(charset) = charset else { return };
    if !["utf-8", "utf8", "us-ascii"].iter().any(|good| charset.eq_ignore_ascii_case(good)) {
        let observation = Observation::new(&RULE.info, "the JSON is declared in another encoding than UTF-8");
        found.push(observation.help("leave `charset` out").values("utf-8", show::text(charset)));
    }
}
