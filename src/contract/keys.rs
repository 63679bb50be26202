//! The keys of `contract.yaml`: what the file may hold, and what each part means.

use crate::snapshot;
use crate::yaml::{Key, Shape, Table};

const STATUS: Shape = Shape::Integer(100, 599);
const STATUSES: Shape = Shape::List(&STATUS);
const ERROR_STATUS: Shape = Shape::Integer(400, 599);
const TEXTS: Shape = Shape::List(&Shape::Text);

/// The whole file.
pub static CONTRACT: Table = Table {
    name: "contract",
    what: "a contract",
    doc: "A documented API: its envelope, its codes, and what it promises beside them.",
    keys: &[
        Key::required("name", Shape::Text, "The name scenarios use: `propertybase-v1`."),
        Key::optional("title", Shape::Text, "One line for people."),
        Key::optional("base_path", Shape::Text, "Path below the target's origin: `/v1`."),
        Key::required("envelope", Shape::Object(&ENVELOPE), "What an error looks like."),
        Key::optional("success", Shape::Object(&SUCCESS), "What a success looks like."),
        Key::optional(
            "requests",
            Shape::Map(&Shape::Text),
            "The files with the JSON Schemas of request bodies by operation: `POST /leads: lead.schema.json`. A part of the path in braces stands for any one part.",
        ),
        Key::optional(
            "edges",
            Shape::Object(&EDGES),
            "Operations with one good request each, from which `tollgate run --edges` provokes errors.",
        ),
        Key::optional("request_id", Shape::Object(&REQUEST_ID), "What is promised about request ids."),
        Key::optional("timestamp", Shape::Object(&TIMESTAMP), "What is promised about the timestamp."),
        Key::optional(
            "codes",
            Shape::Map(&Shape::Object(&CODE)),
            "The catalogue of codes, in the document's order.",
        ),
        Key::optional(
            "undocumented_codes",
            Shape::Word(&["deny", "note"]),
            "Whether a code that the catalogue lacks is an error (`deny`, the default) or only noted; with no codes at all, none is judged.",
        ),
        Key::optional(
            "code_pattern",
            Shape::Text,
            "A regular expression that every code matches as a whole.",
        ),
        Key::optional("retry_after", Shape::Object(&RETRY_AFTER), "What is promised about `Retry-After`."),
        Key::optional("rate_limits", Shape::List(&Shape::Object(&RATE_LIMIT)), "The documented rate limits."),
        Key::optional(
            "exempt",
            TEXTS,
            "Operations that are neither limited nor judged by this contract: `GET /health`.",
        ),
        Key::optional(
            "snapshot",
            Shape::Object(&snapshot::RULES),
            "What snapshots of this API's answers keep, and what they redact.",
        ),
        Key::optional("retryable", STATUSES, "Statuses after which a client may try again."),
        Key::optional(
            "rules",
            Shape::Map(&Shape::Word(&["error", "warning", "note", "off"])),
            "Severities of rules, by code or name, where this API wants others.",
        ),
        Key::optional("lenient", Shape::Boolean, "Whether the parts in `lenient_optional` may be missing."),
        Key::optional(
            "lenient_optional",
            TEXTS,
            "JSON pointers to parts that the document's shorter examples leave out.",
        ),
        Key::optional(
            "decisions",
            TEXTS,
            "What was decided where the document is silent or disagrees with itself.",
        ),
    ],
};

static ENVELOPE: Table = Table {
    name: "envelope",
    what: "an envelope",
    doc: "What an error looks like.",
    keys: &[
        Key::required("schema", Shape::Text, "The file with the JSON Schema of error bodies."),
        Key::optional("media_type", Shape::Text, "The media type of errors, `application/json` by default."),
        Key::optional("fields", Shape::Object(&FIELDS), "Where the parts of an error stand."),
        Key::optional("details", Shape::Object(&DETAILS), "What the details look like."),
    ],
};

static FIELDS: Table = Table {
    name: "fields",
    what: "a set of fields",
    doc: "Where the parts of an error stand, as JSON pointers into the body.",
    keys: &[
        Key::optional("success", Shape::Text, "The flag that is `false` on errors."),
        Key::optional("code", Shape::Text, "The code for programs."),
        Key::optional("message", Shape::Text, "The text for people."),
        Key::optional("details", Shape::Text, "The details."),
        Key::optional("request_id", Shape::Text, "The request id."),
        Key::optional("timestamp", Shape::Text, "The time of the error."),
        Key::optional("status", Shape::Text, "A copy of the HTTP status."),
    ],
};

static DETAILS: Table = Table {
    name: "details",
    what: "a shape of details",
    doc: "What the details of an error look like.",
    keys: &[
        Key::optional("shape", Shape::Word(&["object", "array"]), "One object, or a list with one a fault."),
        Key::optional("field", Shape::Text, "The key under which a details object names the faulty field."),
        Key::optional("message", Shape::Text, "The key of its text for people."),
        Key::optional("value", Shape::Text, "The key of the value that was sent."),
        Key::optional(
            "complete",
            Shape::Boolean,
            "Whether every field that was sent wrongly is named; `requests` says which are.",
        ),
    ],
};

static SUCCESS: Table = Table {
    name: "success",
    what: "a success",
    doc: "What a success looks like.",
    keys: &[
        Key::optional("schema", Shape::Text, "The file with the JSON Schema of success bodies."),
        Key::optional("data", Shape::Text, "JSON pointer to the data."),
    ],
};

static REQUEST_ID: Table = Table {
    name: "request_id",
    what: "a request id",
    doc: "What is promised about request ids.",
    keys: &[
        Key::optional("header", Shape::Text, "The header that has it on every response."),
        Key::optional("pattern", Shape::Text, "A regular expression that every id matches."),
    ],
};

static TIMESTAMP: Table = Table {
    name: "timestamp",
    what: "a timestamp",
    doc: "What is promised about the timestamp: RFC 3339 in UTC.",
    keys: &[
        Key::optional("fraction_digits", Shape::Integer(0, 9), "Digits of a second behind the point."),
        Key::optional(
            "tolerance",
            Shape::Duration,
            "How far it may be from the response's `Date`, 5s by default.",
        ),
    ],
};

static CODE: Table = Table {
    name: "code",
    what: "a code",
    doc: "One row of the catalogue.",
    keys: &[
        Key::required("status", ERROR_STATUS, "The status that goes with the code."),
        Key::optional("also_on", Shape::List(&ERROR_STATUS), "Further statuses it may come with."),
        Key::optional("category", Shape::Text, "The document's group."),
        Key::optional("description", Shape::Text, "The document's description."),
        Key::optional(
            "details",
            Shape::Either(&[TEXTS, Shape::Text]),
            "What this code's details carry: a list of keys, or the file with their JSON Schema.",
        ),
    ],
};

static RETRY_AFTER: Table = Table {
    name: "retry_after",
    what: "a promise about Retry-After",
    doc: "What is promised about `Retry-After`.",
    keys: &[
        Key::optional("required_on", STATUSES, "The statuses that have it."),
        Key::optional(
            "form",
            Shape::Word(&["delta-seconds", "any"]),
            "Whole seconds of at least 1, or (`any`, the default) whatever RFC 9110 allows.",
        ),
        Key::optional("max", Shape::Integer(1, i64::MAX), "The largest sensible value in seconds."),
    ],
};

static RATE_LIMIT: Table = Table {
    name: "rate_limit",
    what: "a rate limit",
    doc: "One documented rate limit; what the document leaves out is left out.",
    keys: &[
        Key::required("id", Shape::Text, "Its name in reports."),
        Key::required("code", Shape::Text, "The code of its 429."),
        Key::optional("limit", Shape::Integer(1, i64::MAX), "Requests in one window."),
        Key::optional("window", Shape::Duration, "The window."),
        Key::optional("scope", Shape::Text, "What is counted together: `api_key`, `ip`."),
        Key::optional("semantics", Shape::Text, "The algorithm, or `unspecified`."),
        Key::optional(
            "headers",
            Shape::Word(&["x-ratelimit", "draft-a", "draft-b", "draft-c"]),
            "The family of its headers.",
        ),
        Key::optional(
            "retry",
            Shape::Boolean,
            "Whether a client may wait and try again by itself, yes by default.",
        ),
    ],
};

static EDGES: Table = Table {
    name: "edges",
    what: "a set of edges",
    doc: "Operations with one good request each, from which `tollgate run --edges` provokes errors. Every text may hold templates, as in scenarios. The requests are really sent: use a system that may be written to.",
    keys: &[
        Key::optional(
            "headers",
            Shape::Map(&Shape::Any),
            "What every good request carries: `{ authorization: \"Bearer {{ api_key }}\" }`.",
        ),
        Key::optional(
            "key",
            Shape::Text,
            "The header or query parameter that has the credential, where its name alone does not tell.",
        ),
        Key::optional(
            "expired",
            Shape::Map(&Shape::Any),
            "Headers that make the credential an expired one; used where their variables are given.",
        ),
        Key::required(
            "operations",
            Shape::Map(&Shape::Object(&EDGE)),
            "Good requests by operation: `POST /leads: { json: { name: Ada } }`.",
        ),
    ],
};

static EDGE: Table = Table {
    name: "edge",
    what: "an operation's good request",
    doc: "One request that the API accepts. What is wrong with a variation of it, the schema under `requests` says; what that does not refuse may be accepted.",
    keys: &[
        Key::optional("json", Shape::Any, "The body; the more fields it has, the more can be provoked."),
        Key::optional(
            "path",
            Shape::Map(&Shape::Scalar),
            "Values of the path's parameters: `{ id: lead_1 }`.",
        ),
        Key::optional(
            "unknown",
            Shape::Map(&Shape::Scalar),
            "Values of the path's parameters that the API has nothing for; without them an unknown value is tried, but no refusal demanded.",
        ),
        Key::optional("query", Shape::Map(&Shape::Scalar), "Query parameters."),
        Key::optional(
            "headers",
            Shape::Map(&Shape::Any),
            "Headers of this operation; null takes one of all operations away: `{ authorization: null }` needs no key.",
        ),
        Key::optional(
            "unique",
            Shape::Boolean,
            "Whether the same body a second time must be refused, as a duplicate.",
        ),
        Key::optional(
            "capture",
            Shape::Map(&Shape::Text),
            "Variables for other operations, which then come after this one: `{ lead_id: $.data.id }`.",
        ),
    ],
};
