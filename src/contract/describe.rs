//! A contract as plain text, for `contract show` and `contract list`.

use std::fmt::Write;

use crate::model::{Contract, DetailsShape, RateLimit, Severity, UndocumentedCodes};

/// One line: name, number of codes, title.
pub fn summary(contract: &Contract) -> String {
    let codes = match contract.codes.len() {
        0 => "no codes".to_owned(),
        1 => "1 code".to_owned(),
        many => format!("{many} codes"),
    };
    format!("{:<20} {codes:<9} {}", contract.name, contract.title)
}

/// The whole contract: envelope, codes, promises, decisions.
pub fn describe(contract: &Contract) -> String {
    let mut out = format!("{}\n{}\n", contract.name, contract.title);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{name:<16} {value}");
        }
    };
    line("base path", &contract.base_path);
    line("media type", &contract.envelope.media_type);
    for (name, pointer) in fields(contract) {
        line(name, pointer.as_deref().unwrap_or_default());
    }
    if contract.envelope.details.is_some() {
        line("details are", shape(contract.details.shape));
    }
    if contract.details.complete {
        line("details name", "every field that was sent wrongly");
    }
    for request in &contract.requests {
        line("request body", &format!("{} {}", request.method, request.path));
    }
    line("id header", contract.request_id.header.as_deref().unwrap_or_default());
    line("id pattern", contract.request_id.pattern.as_deref().unwrap_or_default());
    line("retry after", &retry_after(contract));
    for limit in &contract.rate_limits {
        line("rate limit", &rate_limit(limit));
    }
    line("exempt", &contract.exempt.join(", "));
    let retryable: Vec<_> = contract.retryable.iter().map(u16::to_string).collect();
    line("retryable", &retryable.join(", "));
    if contract.lenient {
        line("lenient", &format!("{} may be missing", contract.lenient_optional.join(", ")));
    }
    let turned = |(rule, severity): (&String, &Option<Severity>)| {
        format!("{rule}: {}", severity.map_or("off", Severity::as_str))
    };
    line("rules", &contract.rules.iter().map(turned).collect::<Vec<_>>().join(", "));
    out + &catalogue(contract) + &decisions(contract)
}

fn fields(contract: &Contract) -> [(&'static str, &Option<String>); 7] {
    let envelope = &contract.envelope;
    [
        ("success flag", &envelope.success),
        ("code", &envelope.code),
        ("message", &envelope.message),
        ("details", &envelope.details),
        ("request id", &envelope.request_id),
        ("timestamp", &envelope.timestamp),
        ("status", &envelope.status),
    ]
}

fn shape(shape: DetailsShape) -> &'static str {
    match shape {
        DetailsShape::Object => "an object",
        DetailsShape::Array => "a list of objects",
    }
}

fn retry_after(contract: &Contract) -> String {
    let rule = &contract.retry_after;
    let on: Vec<_> = rule.required_on.iter().map(u16::to_string).collect();
    let form = if rule.seconds_only { "whole seconds" } else { "seconds or a date" };
    let required = if on.is_empty() { String::new() } else { format!(", required on {}", on.join(", ")) };
    let max = rule.max.map(|max| format!(", at most {max} s")).unwrap_or_default();
    format!("{form}{required}{max}")
}

fn rate_limit(limit: &RateLimit) -> String {
    let number = limit.limit.map_or("undocumented number".to_owned(), |number| number.to_string());
    let window = limit.window.map(|window| format!(" in {} s", window.as_secs_f64())).unwrap_or_default();
    let scope = limit.scope.as_ref().map(|scope| format!(" by {scope}")).unwrap_or_default();
    format!("{}: {}, {number}{window}{scope}", limit.id, limit.code)
}

fn catalogue(contract: &Contract) -> String {
    if contract.codes.is_empty() {
        return String::new();
    }
    let rest = match contract.undocumented_codes {
        UndocumentedCodes::Deny => "closed: another code is an error",
        UndocumentedCodes::Note => "open: another code is noted",
    };
    let mut out = format!("\ncodes ({rest})\n");
    let width = contract.codes.keys().map(String::len).max().unwrap_or_default();
    for (code, row) in &contract.codes {
        let also: Vec<_> = row.also_on.iter().map(u16::to_string).collect();
        let also = if also.is_empty() { String::new() } else { format!(" (also {})", also.join(", ")) };
        let details =
            if row.details.is_empty() { String::new() } else { format!(" [{}]", row.details.join(", ")) };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {} {code:<width$} {}{also}{details}", row.status, row.description);
    }
    out
}

fn decisions(contract: &Contract) -> String {
    if contract.decisions.is_empty() {
        return String::new();
    }
    let items: String = contract.decisions.iter().map(|decision| format!("  - {decision}\n")).collect();
    format!("\ndecisions\n{items}")
}
