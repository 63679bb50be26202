//! The keys that say what a snapshot keeps, the same in a scenario's step and in a contract.

use crate::jsonpath;
use crate::model::{
    Node, NodeKind, RedactedPlace, Redaction, SnapshotForm, SnapshotRules, SnapshotSpec, Spanned,
};
use crate::yaml::{Fields, Key, Problems, Shape, Table};

const TEXTS: Shape = Shape::List(&Shape::Text);

/// Keys that a contract has for all snapshots of its answers.
pub static RULES: Table = Table {
    name: "snapshot_rules",
    what: "`snapshot`",
    doc: "What snapshots of this API's answers keep, and what they redact.",
    keys: &[HEADERS, REDACT, SORT],
};

/// Keys that a step has for its own snapshot.
pub static SPEC: Table = Table {
    name: "snapshot",
    what: "`snapshot`",
    doc: "What the step's snapshot keeps, and what it redacts, beside what the contract says.",
    keys: &[
        Key::optional(
            "shape",
            Shape::Boolean,
            "Whether only the names and types of fields are kept, and which may be null. `snapshot: shape` is short for it.",
        ),
        HEADERS,
        REDACT,
        SORT,
    ],
};

const HEADERS: Key = Key::optional(
    "headers",
    TEXTS,
    "Headers to keep beside the usual ones; a `*` at the end stands for any rest: `x-ratelimit-*`.",
);

const REDACT: Key = Key::optional(
    "redact",
    Shape::Map(&Shape::Text),
    "What differs from answer to answer: a JSONPath or the name of a header, and what stands there instead: `{ \"$.data.id\": \"[id]\", etag: \"[etag]\" }`.",
);

const SORT: Key = Key::optional(
    "sort",
    TEXTS,
    "JSONPaths of lists whose order means nothing: their items are sorted before they are compared.",
);

/// Reads a step's `snapshot`: `true`, `false`, `shape`, or a mapping.
pub fn spec(node: &Node, problems: &mut Problems<'_>) -> Option<SnapshotSpec> {
    let (form, rules) = match &node.kind {
        NodeKind::Bool(false) => return None,
        NodeKind::Text(_) => (SnapshotForm::Shape, SnapshotRules::default()),
        NodeKind::Map(_) => {
            let fields = Fields::of(node);
            let form = match fields.flag("shape") {
                Some(true) => SnapshotForm::Shape,
                _ => SnapshotForm::Values,
            };
            (form, rules(&fields, problems))
        }
        _ => (SnapshotForm::Values, SnapshotRules::default()),
    };
    Some(SnapshotSpec { span: node.span, form, rules })
}

/// Reads the keys that step and contract share.
pub fn rules(fields: &Fields<'_>, problems: &mut Problems<'_>) -> SnapshotRules {
    let headers = fields.texts("headers");
    for name in headers.iter().filter(|name| !is_header(name.value.trim())) {
        problems.add(name.span, "this is not the name of a header", "a token of ASCII characters");
    }
    let lower = |name: Spanned<String>| name.value.trim().to_ascii_lowercase();
    let headers = headers.into_iter().map(lower).collect();
    let mut redact = Vec::new();
    for (place, placeholder) in fields.pairs("redact") {
        let Some(placeholder) = placeholder.as_text().map(str::to_owned) else { continue };
        let place = if place.value.starts_with('$') {
            check(&place, problems);
            RedactedPlace::Path(place)
        } else {
            let named = place.value.strip_prefix("header ").map(str::trim);
            // Nobody's headers have dots, and a place of a body that is taken for one would go unnoticed.
            if !named.map_or(!place.value.contains('.') && is_header(&place.value), is_header) {
                problems.add_with_help(
                    place.span,
                    "this is neither a JSONPath nor the name of a header",
                    "a JSONPath starts with `$`, the whole body",
                    "JSONPath as in RFC 9535: `$.error.code`, `$.items[*].id`; or a header: `etag`",
                );
            }
            RedactedPlace::Header(named.unwrap_or(&place.value).to_ascii_lowercase())
        };
        redact.push(Redaction { place, placeholder });
    }
    let sort = fields.texts("sort");
    sort.iter().for_each(|path| check(path, problems));
    SnapshotRules { headers, redact, sort: sort.into_iter().map(|path| path.value).collect() }
}

/// Whether a header may be called so (RFC 9110 section 5.1).
fn is_header(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

fn check(path: &Spanned<String>, problems: &mut Problems<'_>) {
    if let Err((_, message)) = jsonpath::check(&path.value) {
        problems.add_with_help(
            path.span,
            "this is not a JSONPath",
            message,
            "JSONPath as in RFC 9535: `$.error.code`, `$.items[*].id`, `$['odd key']`",
        );
    }
}
