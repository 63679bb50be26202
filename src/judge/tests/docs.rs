//! Every rule's documentation holds an example that fires and one that does not, and both do as they say.

use super::*;
use crate::model::{Cut, RuleInfo, TransportError, TransportErrorKind};

/// An exchange written as HTTP text: the request, if it matters, and the response. `<BOM>`, `<0xFC>` and
/// `<connection closed>` stand for what text cannot show.
pub(crate) fn parse(text: &str) -> Exchange {
    if !text.contains("HTTP/") {
        return not_http(text);
    }
    let (request, response) = match text.find("HTTP/").filter(|at| *at > 0) {
        None => ("GET /leads/lead_1", text),
        Some(at) => text.split_at(at),
    };
    let (request_head, sent) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut request_lines = request_head.lines();
    let request = request_lines.next().expect("a request line");
    let (head, body) = response.split_once("\n\n").unwrap_or((response, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers: Vec<_> = lines.map(|line| line.split_once(": ").expect("a header line")).collect();
    let whole = body.trim_end_matches('\n');
    let (kept, cut) = match whole.strip_suffix("<connection closed>") {
        Some(kept) => (kept, Some(Cut::Broken("the connection was closed".to_owned()))),
        None => (whole, None),
    };
    let mut bytes = Vec::new();
    for (index, part) in kept.replace("<BOM>", "\u{feff}").split("<0xFC>").enumerate() {
        bytes.extend((index > 0).then_some(0xFC));
        bytes.extend(part.as_bytes());
    }
    let mut exchange = exchange(request, status, &headers, bytes);
    let sent_lines = request_lines.map(|line| line.split_once(": ").expect("a header line"));
    exchange.request.headers = sent_lines.map(|(name, value)| Header::new(name, value)).collect();
    exchange.request.body = Bytes::copy_from_slice(sent.trim_end_matches('\n').as_bytes());
    if let Ok(response) = &mut exchange.outcome {
        response.cut = cut;
        if text.contains("HTTP/1.0 ") {
            response.version = "HTTP/1.0";
        }
    }
    exchange
}

/// An exchange whose answer is something else than HTTP, or none.
fn not_http(text: &str) -> Exchange {
    let mut exchange = exchange("GET /leads/lead_1", 200, &[], Vec::new());
    let kind = match text.trim() {
        "<connection closed>" => TransportErrorKind::Closed,
        _ => TransportErrorKind::NotHttp,
    };
    let message = format!("the answer is no HTTP: {}", text.trim());
    exchange.outcome = Err(TransportError { kind, message });
    exchange
}

/// The one block of HTTP (or of what a server sends instead) under a heading, and the contract it names.
pub(crate) fn example<'d>(rule: &RuleInfo, doc: &'d str, heading: &str) -> (Option<Compiled>, &'d str) {
    let section = doc.split(&format!("## {heading}\n")).nth(1);
    let section = section.unwrap_or_else(|| panic!("{}: no section `{heading}`", rule.name));
    let block =
        section.split("\n## ").next().and_then(|section| section.split_once("```")).map(|(_, block)| block);
    let (info, rest) = block.and_then(|block| block.split_once('\n')).expect("a block of HTTP");
    let info = info.trim_start_matches("http").trim_start_matches("text");
    let text = rest.split("```").next().expect("the block ends");
    (Some(info.trim()).filter(|name| !name.is_empty()).map(contract), text)
}

/// Whether the rule speaks about the last exchange of an example.
fn speaks(rule: &RuleInfo, heading: &str) -> bool {
    let (contract, text) = example(rule, rule.doc, heading);
    let memory = Seen::default();
    let judged = text.split("---\n").map(|text| judge(&parse(text), contract.as_ref(), &memory)).last();
    let judged = judged.expect("at least one exchange");
    names(&judged).contains(&rule.name)
}

#[test]
fn every_rule_fires_and_is_silent_as_documented() {
    for rule in rules::all() {
        assert!(speaks(rule, "Fires"), "{} does not fire on its example", rule.name);
        assert!(!speaks(rule, "Silent"), "{} fires on its silent example", rule.name);
    }
}

#[test]
fn silent_examples_are_exchanges_that_the_schema_accepts() {
    let schemas = ["envelope-schema", "success-schema", "code-missing", "status-of-code"];
    for rule in rules::all().into_iter().filter(|rule| schemas.contains(&rule.name)) {
        let (contract, text) = example(rule, rule.doc, "Silent");
        let judged = judge(&parse(text), contract.as_ref(), &Seen::default());
        assert!(
            !names(&judged).iter().any(|name| schemas.contains(name)),
            "{}: {:?}",
            rule.name,
            names(&judged)
        );
    }
}
