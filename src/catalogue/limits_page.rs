//! The rules of rate limits as a page.

use crate::limits;

/// A table of all rules, then each with how it is tested and when it passes.
pub(super) fn text() -> String {
    let mut text = String::from(
        "# Rate limit rules\n\n\
         `tollgate limits` sends requests and records them; every verdict is a function of that log, and `tollgate judge \
         LOG` comes to the same ones again. A rule of class `contract` or `rfc` fails where it is broken, `draft` rules \
         only speak where such header fields are sent, and `advice` warns at most.\n\n\
         Before a probe proves anything, its guards must hold. A guard that fails makes the verdict inconclusive, never a \
         failure:\n\n\
         | guard | what must hold |\n| --- | --- |\n\
         | G1 | the generator kept its times: p99 of the lateness within 5 ms or 2 % of the spacing, and no more than 1 % of the arrivals skipped |\n\
         | G2 | every request has an answer of its own: no transport error, no redirect. A request without an answer may have counted, and is never read as a refusal |\n\
         | G3 | nobody else uses the key: the first answer of a whole limit has all but one left, and what is left drops by what was sent |\n\
         | G4 | the burst fits into half a window, and no window ends within it |\n\
         | G5 | nothing came out of a cache, and no request id came twice |\n\
         | G6 | the server's `Date` goes evenly against the generator's clock |\n\
         | G7 | the round trip is known |\n\n\
         A request was served somewhere between sending and answer. Too many are only claimed of requests that were sent \
         and answered within an interval, too few only of those that may have been.\n\n\
         | code | name | class | statement |\n| --- | --- | --- | --- |\n",
    );
    for rule in limits::rules() {
        let (code, name) = (rule.info.code, rule.info.name);
        text.push_str(&format!(
            "| [{code}](#{}-{name}) | {name} | {} | {} |\n",
            code.to_lowercase(),
            rule.class.as_str(),
            rule.statement
        ));
    }
    for rule in limits::rules() {
        text.push_str(&format!(
            "\n## {} {}\n\n{}.\n\n* Tested by `{}`: {}.\n* Passes if {}.\n* Source: {}.\n",
            rule.info.code,
            rule.info.name,
            rule.statement,
            rule.probe.name(),
            rule.tested,
            rule.passes,
            rule.info.source
        ));
    }
    text
}
