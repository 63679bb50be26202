//! The `limits` part of a scenario.

use std::time::Duration;

use super::request;
use crate::model::{
    Entry, LimitMeaning, LimitProbe, LimitPromise, Node, NodeKind, ProbeEffort, RequestSpec, Spanned,
};
use crate::yaml::{Fields, Problems, limit_from_text};

/// Most requests and longest time unless the file says otherwise, as on the command line.
const MOST_REQUESTS: u64 = 20_000;
const MOST_SECONDS: u64 = 900;

/// Reads what is to be probed.
pub(super) fn parse(entry: &Entry, problems: &mut Problems<'_>) -> Option<LimitProbe> {
    let fields = Fields::of(&entry.value);
    let keys = fields.texts("keys");
    if let Some(node) = fields.get("keys").filter(|node| node.as_list().is_some_and(<[Node]>::is_empty)) {
        problems.add_with_help(
            node.span,
            "a limit is probed with at least one key",
            "no key here",
            "name test keys: `keys: [\"{{ limited_key }}\"]`; four of the same plan are best",
        );
    }
    let whole = |key: &str, default| fields.integer(key).unwrap_or(default);
    Some(LimitProbe {
        span: entry.key.span,
        keys,
        key_header: key_header(&fields, problems),
        headers: request::headers(&fields, problems),
        writes: writes(&fields, problems),
        endpoint: plain(&fields, "endpoint", problems).map(Box::new),
        exempt: exempt(&fields, problems),
        promise: promise(&fields, problems),
        effort: match word(&fields, "profile").as_deref() {
            Some("quick") => ProbeEffort::Quick,
            Some("thorough") => ProbeEffort::Thorough,
            _ => ProbeEffort::Default,
        },
        http2: http2(&fields, problems),
        steady: fields.flag("steady").unwrap_or(false),
        fleet: u16::try_from(whole("fleet", 0)).unwrap_or(0),
        max_requests: whole("max_requests", MOST_REQUESTS),
        max_time: Duration::from_secs(whole("max_seconds", MOST_SECONDS)),
        request: plain(&fields, "request", problems)?,
    })
}

/// Takes out the permission that no file may give.
pub(super) fn refuse_permission(root: &mut Node, problems: &mut Problems<'_>) {
    let NodeKind::Map(entries) = &mut root.kind else { return };
    for entry in entries.iter_mut().filter(|entry| &*entry.key.value == "limits") {
        let NodeKind::Map(keys) = &mut entry.value.kind else { continue };
        let given = |entry: &Entry| matches!(&*entry.key.value, "allow_load" | "allow-load");
        let Some(permission) = keys.iter().find(|entry| given(entry)) else { continue };
        problems.add_with_help(
            permission.key.span,
            "a file cannot allow a load",
            "only who runs it can",
            "take it out; on the command line it is `tollgate run --allow-load HOST`",
        );
        *keys = keys.iter().filter(|entry| !given(entry)).cloned().collect();
    }
}

fn word(fields: &Fields<'_>, key: &str) -> Option<String> {
    fields.text(key).map(|text| text.value)
}

fn http2(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<bool> {
    let version = fields.number("http")?;
    match (version * 10.0).round() {
        11.0 => Some(false),
        20.0 => Some(true),
        _ => {
            if let Some(entry) = fields.entry("http") {
                let help = "write `http: 1.1` or `http: 2`";
                problems.add_with_help(
                    entry.value.span,
                    "limits are probed over HTTP/1.1 or HTTP/2",
                    "neither",
                    help,
                );
            }
            None
        }
    }
}

fn key_header(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let name = fields.text("key_header")?;
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.value.is_empty() || !name.value.chars().all(token) {
        problems.add(name.span, "a header name is a token of ASCII characters", "not a header name");
        return None;
    }
    Some(name.value)
}

/// A request of the probe: below the target, sent as it is by connections of the prober's own.
fn plain(fields: &Fields<'_>, key: &str, problems: &mut Problems<'_>) -> Option<RequestSpec> {
    let node = fields.get(key)?;
    let inner = Fields::of(node);
    for unused in ["redirects", "timeout"] {
        if let Some(entry) = inner.entry(unused) {
            let title = format!("a probe takes no `{unused}`");
            problems.add(entry.key.span, title, "each request has one answer, and the prober's own patience");
        }
    }
    if let Some(entry) = inner.entry("base64") {
        problems.add(entry.key.span, "a probe's body is text", "bytes cannot be sent here");
    }
    let spec = request::parse(node, problems)?;
    if spec.path.value.contains("://") {
        problems.add_with_help(
            spec.path.span,
            "a probe stays below the target",
            "another host would be loaded",
            "write the path only: `/leads`",
        );
    }
    Some(spec)
}

fn writes(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Box<(RequestSpec, RequestSpec)>> {
    let (write, list) = (plain(fields, "write", problems), plain(fields, "list", problems));
    for (key, other) in [("write", "list"), ("list", "write")] {
        if let Some(entry) = fields.entry(key).filter(|_| fields.get(other).is_none()) {
            problems.add_with_help(
                entry.key.span,
                format!("`{key}` needs a `{other}` beside it"),
                format!("no `{other}`"),
                "refused writes are looked for in a list: name the write and the request that lists what was written",
            );
        }
    }
    Some(Box::new((write?, list?)))
}

fn exempt(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<String> {
    let good = |path: &Spanned<String>| {
        path.value.starts_with('/') && path.value.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let paths = fields.texts("exempt");
    for path in paths.iter().filter(|path| !good(path)) {
        problems.add(path.span, "a path starts with `/` and has no blank", "not a path");
    }
    paths.into_iter().map(|path| path.value).collect()
}

fn promise(fields: &Fields<'_>, problems: &mut Problems<'_>) -> LimitPromise {
    let small = |key: &str| fields.integer(key).and_then(|number| u32::try_from(number).ok());
    let limit = limit(fields, problems);
    let meaning = match word(fields, "semantics").as_deref() {
        Some("fixed-window") => LimitMeaning::FixedWindow,
        Some("any-window") => LimitMeaning::AnyWindow,
        Some("bucket") => LimitMeaning::Bucket,
        _ => LimitMeaning::Unspecified,
    };
    let is_bucket = meaning == LimitMeaning::Bucket;
    if let Some(entry) = fields.entry("burst").filter(|_| !is_bucket) {
        let help = "add `semantics: bucket`, or take it out";
        problems.add_with_help(entry.key.span, "`burst` says something of a bucket", "no bucket here", help);
    }
    if let Some(entry) = fields.entry("semantics").filter(|_| is_bucket)
        && fields.get("burst").is_none()
        && fields.get("limit").is_none()
    {
        let help = "add `burst: 20`, or the `limit`";
        problems.add_with_help(entry.value.span, "a bucket has a size", "how large is it?", help);
    }
    LimitPromise {
        limit,
        daily: small("daily"),
        meaning,
        burst: small("burst"),
        counts_rejects: fields.flag("counts_rejects"),
        reset_epoch: word(fields, "reset_unit").map(|unit| unit == "epoch"),
        nodes: fields.number("nodes"),
        by_endpoint: word(fields, "scope").as_deref() == Some("endpoint"),
    }
}

fn limit(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<(u32, Duration)> {
    let text = fields.text("limit")?;
    let limit = limit_from_text(&text.value);
    if limit.is_none() {
        let help = "requests, `/`, and the window with its unit: `60/60s`, `5/1s`, `1000/1h`";
        problems.add_with_help(text.span, "this is not a limit", "neither 60/60s nor the like", help);
    }
    limit
}

/// A scenario with limits has the server for itself.
pub(super) fn alone(fields: &Fields<'_>, problems: &mut Problems<'_>) {
    if let Some(entry) = fields.entry("serial").filter(|_| fields.flag("serial") == Some(false)) {
        problems.add_with_help(
            entry.value.span,
            "a scenario with `limits` runs alone",
            "cannot be",
            "take `serial` out: other scenarios' requests would count against the same limits",
        );
    }
}
