//! The keys of the scenario format, with their meaning and shape: the one source of parser, docs and schema.

use crate::matcher::MATCHERS;
use crate::snapshot;
use crate::yaml::{Key, Shape, Table};

const TEXT: Shape = Shape::Text;
const DURATION: Shape = Shape::Duration;
const STATUSES: Shape = Shape::Either(&[Shape::Status, Shape::List(&Shape::Status)]);
const CHECK: Shape = Shape::Either(&[Shape::Object(&CHECKS), Shape::Any]);
const STEPS: Shape = Shape::List(&Shape::Object(&STEP));

/// The top level of a scenario file.
pub static SCENARIO: Table = Table {
    name: "scenario",
    what: "a scenario",
    doc: "One scenario: steps that run in order, judged against a contract.",
    keys: &[
        Key::required("name", TEXT, "The scenario's name in every report."),
        Key::optional("description", TEXT, "What the scenario proves, for readers of the file."),
        Key::optional(
            "contract",
            TEXT,
            "The contract every response is judged by: a built-in name, or a folder relative to the project. \
             Without it the project's default is used.",
        ),
        Key::optional("tags", Shape::List(&TEXT), "Words for `--tag`."),
        Key::optional(
            "requires",
            Shape::List(&TEXT),
            "Variables that must be given. If one is missing the scenario is skipped, and the report says which.",
        ),
        Key::optional(
            "vars",
            Shape::Map(&Shape::Any),
            "Variables of this file; a later one may use an earlier one. The command line and the project's \
             variables come first.",
        ),
        Key::optional("defaults", Shape::Object(&DEFAULTS), "What every request of this file has."),
        Key::optional(
            "cases",
            Shape::Either(&[Shape::List(&Shape::Map(&Shape::Any)), TEXT]),
            "Runs the scenario once for each item, whose members become variables; or the name of a CSV file \
             beside this one, whose first line names the variables.",
        ),
        Key::optional("serial", Shape::Boolean, "Whether no other scenario may run at the same time."),
        Key::optional(
            "load",
            Shape::Object(&LOAD),
            "How `tollgate load` sends the steps again and again, taking turns. `tollgate run` takes no notice of it.",
        ),
        Key::optional("setup", STEPS, "Steps before the others. If one of them fails, `steps` are skipped."),
        Key::optional(
            "steps",
            STEPS,
            "The steps, run in order; a scenario without `limits` needs them. After a step whose expectation failed, or that could not be judged, the rest are \
             skipped; a finding of the contract's rules alone does not stop the scenario.",
        ),
        Key::optional(
            "limits",
            Shape::Object(&LIMITS),
            "A rate limit that is probed and judged after the steps; such a scenario runs alone, and once.",
        ),
        Key::optional("teardown", STEPS, "Steps that run at the end whatever happened before."),
    ],
};

static DEFAULTS: Table = Table {
    name: "defaults",
    what: "`defaults`",
    doc: "What every request of the file has unless it says otherwise.",
    keys: &[
        Key::optional("headers", HEADERS, "Headers of every request. A request takes one away with `null`."),
        Key::optional("timeout", DURATION, "Longest time for one request. Default `30s`."),
        Key::optional("within", DURATION, "Longest time a response may take to count as expected."),
    ],
};

const HEADERS: Shape = Shape::Map(&Shape::Any);

static LOAD: Table = Table {
    name: "load",
    what: "`load`",
    doc: "The load of `tollgate load`: requests are sent at their times, however slowly the target answers.",
    keys: &[
        Key::optional("rate", TEXT, "Requests per time: `2000/s`, `60/60s`. Default `10/s`."),
        Key::optional("duration", DURATION, "How long to send. Default `10s`."),
        Key::optional(
            "stages",
            Shape::List(&Shape::Object(&STAGE)),
            "Parts that follow one another, instead of one rate.",
        ),
        Key::optional(
            "users",
            Shape::Integer(1, 20_000),
            "Users, each walking through the steps and waiting for its answers, instead of a schedule.",
        ),
        Key::optional("start_rate", TEXT, "Users that begin in a time: `10/s`. Default all at once."),
        Key::optional(
            "test_plan",
            TEXT,
            "How many users there are when, instead of `users` and `duration`: `10,5s;10,30s;0,5s` is ten after five \
             seconds, for half a minute, and none five seconds later.",
        ),
        Key::optional(
            "think",
            TEXT,
            "How long a user thinks after an answer: `200ms`, or drawn from a range, `100ms..500ms`. Default not at all.",
        ),
        Key::optional(
            "connections",
            Shape::Integer(1, 20_000),
            "Connections to open before the first request. Default 10.",
        ),
        Key::optional(
            "max_in_flight",
            Shape::Integer(1, 20_000),
            "Most requests under way at once; sends beyond are dropped and counted. Default 256.",
        ),
        Key::optional(
            "on_429",
            Shape::Word(&["count", "wait", "stop"]),
            "What is done with a 429: it is counted (the default), users wait as it tells, or the first one ends the run.",
        ),
        Key::optional("limit", TEXT, "Requests and window that the target promises: `60/60s`."),
        Key::optional(
            "thresholds",
            Shape::List(&Shape::Either(&[TEXT, Shape::Object(&THRESHOLD)])),
            "Bounds that must hold: `p99 < 200ms`, `throttled <= 10%`, `admitted per 1s between 15 and 20`.",
        ),
    ],
};

static STAGE: Table = Table {
    name: "stage",
    what: "a stage",
    doc: "A part of a schedule.",
    keys: &[
        Key::required("duration", DURATION, "Its length."),
        Key::required("rate", TEXT, "The rate at its begin."),
        Key::optional("to", TEXT, "The rate at its end, if it changes."),
    ],
};

static THRESHOLD: Table = Table {
    name: "threshold",
    what: "a threshold",
    doc: "A bound that must hold.",
    keys: &[
        Key::required("bound", TEXT, "The bound."),
        Key::optional(
            "abort",
            Shape::Boolean,
            "Whether the run ends as soon as it is broken. Default false.",
        ),
    ],
};

pub(super) static STEP: Table = Table {
    name: "step",
    what: "a step",
    doc: "One request and what is expected of its answer, or another file to run.",
    keys: &[
        Key::optional("name", TEXT, "The step's name in every report. Default: the request line."),
        Key::optional("request", Shape::Object(&REQUEST), "What to send."),
        Key::optional(
            "expect",
            Shape::Object(&EXPECT),
            "What the answer must be. The contract's rules judge it in any case.",
        ),
        Key::optional(
            "capture",
            Shape::Map(&Shape::Either(&[TEXT, Shape::Object(&CAPTURE)])),
            "Values to keep, by variable name: a JSONPath (`$.data.id`), `header NAME`, `status` or `body`.",
        ),
        Key::optional(
            "retry",
            Shape::Object(&RETRY),
            "Whether and how to try again until the expectation holds.",
        ),
        Key::optional(
            "snapshot",
            Shape::Either(&[Shape::Boolean, Shape::Word(&["shape"]), Shape::Object(&snapshot::SPEC)]),
            "Compares the answer with a reviewed snapshot of it: `true` for all of it, `shape` for the names and \
             types of its fields.",
        ),
        Key::optional(
            "include",
            TEXT,
            "Another scenario file, relative to this one: its steps run once for the whole run, and its captures \
             are handed over.",
        ),
    ],
};

pub(super) static REQUEST: Table = Table {
    name: "request",
    what: "a request",
    doc: "A request: a method with the path below the contract's base path, headers and one kind of body.",
    keys: &[
        Key::optional("get", TEXT, "GET this path."),
        Key::optional("post", TEXT, "POST to this path."),
        Key::optional("put", TEXT, "PUT to this path."),
        Key::optional("patch", TEXT, "PATCH this path."),
        Key::optional("delete", TEXT, "DELETE this path."),
        Key::optional("head", TEXT, "HEAD of this path."),
        Key::optional("options", TEXT, "OPTIONS of this path."),
        Key::optional("method", TEXT, "Any other method; the path stands under `path`."),
        Key::optional("path", TEXT, "The path for `method`."),
        Key::optional("query", Shape::Map(&Shape::Any), "Query parameters; a list repeats the parameter."),
        Key::optional(
            "headers",
            HEADERS,
            "Headers; a list sends several lines, `null` takes a default away.",
        ),
        Key::optional(
            "json",
            Shape::Any,
            "A JSON body, keys in the order written. Sets `content-type: application/json` unless given.",
        ),
        Key::optional("raw", TEXT, "A body as it stands. No content type is added."),
        Key::optional("base64", TEXT, "A body of any bytes, written as base64. No content type is added."),
        Key::optional(
            "form",
            Shape::Map(&Shape::Any),
            "A form body. Sets `content-type: application/x-www-form-urlencoded` unless given.",
        ),
        Key::optional("file", TEXT, "The bytes of a file, relative to this one. No content type is added."),
        Key::optional("redirects", Shape::Integer(0, 20), "How many redirects to follow. Default 0: none."),
        Key::optional("timeout", DURATION, "Longest time for this request."),
    ],
};

static LIMITS: Table = Table {
    name: "limits",
    what: "`limits`",
    doc: "A rate limit to probe, as `tollgate limits` does it: every verdict is a step of the scenario. Probing sends \
          many requests and uses up the limits of its keys, so a target that is not this machine must be allowed on the \
          command line: `tollgate run --allow-load HOST`. Captures of earlier steps may be used.",
    keys: &[
        Key::required(
            "request",
            Shape::Object(&REQUEST),
            "The request that is limited and changes nothing, below the contract's base path.",
        ),
        Key::required(
            "keys",
            Shape::List(&TEXT),
            "Test keys of one plan, templates as a rule, sent as `Authorization: Bearer KEY` and never shown. Four are \
             best: fresh keys make rounds independent and spare waits.",
        ),
        Key::optional(
            "key_header",
            TEXT,
            "The header that carries a key as it is, instead of `Authorization`.",
        ),
        Key::optional(
            "headers",
            HEADERS,
            "Headers of every request, those of `defaults` included; a request's own come first.",
        ),
        Key::optional(
            "limit",
            TEXT,
            "Requests and window that are promised: `60/60s`. Default: the contract's `rate_limits`, or else what counting \
             and waiting finds.",
        ),
        Key::optional(
            "daily",
            Shape::Integer(1, u32::MAX as i64),
            "Requests a day that are promised; the day of one key is used up.",
        ),
        Key::optional(
            "semantics",
            Shape::Word(&["unspecified", "fixed-window", "any-window", "bucket"]),
            "How the limit is meant. Default `unspecified`: whatever honest limiters have in common.",
        ),
        Key::optional(
            "burst",
            Shape::Integer(1, u32::MAX as i64),
            "Size of the bucket, for `semantics: bucket`. Default: the limit.",
        ),
        Key::optional(
            "counts_rejects",
            Shape::Boolean,
            "Whether refused requests count; not judged unless it is said.",
        ),
        Key::optional(
            "reset_unit",
            Shape::Word(&["delay", "epoch"]),
            "What the reset of the rate limit headers counts; not judged unless it is said.",
        ),
        Key::optional(
            "nodes",
            Shape::Number(1.0, 1_000.0),
            "By which factor several nodes together may exceed the limit.",
        ),
        Key::optional("scope", Shape::Word(&["key", "endpoint"]), "What is counted together. Default `key`."),
        Key::optional(
            "write",
            Shape::Object(&REQUEST),
            "A write that may be sent, `{{ marker }}` in its body or path. With it, refused writes are looked for.",
        ),
        Key::optional(
            "list",
            Shape::Object(&REQUEST),
            "The request that lists what was written; with `{{ marker }}` in its path it is sent for each write.",
        ),
        Key::optional("endpoint", Shape::Object(&REQUEST), "Another documented request of the same keys."),
        Key::optional(
            "exempt",
            Shape::List(&TEXT),
            "Paths that no limit concerns, below the base path. Default: those of the contract.",
        ),
        Key::optional(
            "profile",
            Shape::Word(&["quick", "default", "thorough"]),
            "`quick` probes every rule once and briefly, `thorough` finds rare races.",
        ),
        Key::optional(
            "http",
            Shape::Number(1.1, 2.0),
            "Version of HTTP to probe over, 1.1 or 2. Default: that of `run --http`, or 1.1.",
        ),
        Key::optional(
            "steady",
            Shape::Boolean,
            "Also sends at a constant rate of 90, 100 and 110 percent of the limit.",
        ),
        Key::optional(
            "fleet",
            Shape::Integer(1, 256),
            "Also runs so many clients that wait as they are told.",
        ),
        Key::optional(
            "max_requests",
            Shape::Integer(1, 1_000_000),
            "Most requests in all; probes that do not fit are left out. Default 20000.",
        ),
        Key::optional(
            "max_seconds",
            Shape::Integer(1, 172_800),
            "Longest time in all; probes that do not fit are left out. Default 900.",
        ),
    ],
};

static EXPECT: Table = Table {
    name: "expect",
    what: "`expect`",
    doc: "What the answer must be; every part that is given must hold.",
    keys: &[
        Key::optional("status", STATUSES, "The status: `422`, a class `4xx`, or a list of those."),
        Key::optional("error", CHECK, "The error code, wherever the contract says it stands."),
        Key::optional("message", CHECK, "The message for people, wherever the contract says it stands."),
        Key::optional(
            "details",
            Shape::Either(&[Shape::List(&Shape::Map(&Shape::Any)), Shape::Map(&Shape::Any)]),
            "The error's details. A list: for each item some detail must have these members. A mapping: checks \
             on the members of the one details object.",
        ),
        Key::optional("headers", Shape::Map(&CHECK), "Checks on response headers."),
        Key::optional("body", Shape::Map(&CHECK), "Checks on parts of a JSON body, by JSONPath (RFC 9535)."),
        Key::optional("text", CHECK, "A check on the whole body as text."),
        Key::optional("within", DURATION, "Longest time from sending to the last byte."),
    ],
};

static CAPTURE: Table = Table {
    name: "capture",
    what: "a capture",
    doc: "A value to keep.",
    keys: &[
        Key::required("from", TEXT, "A JSONPath (`$.data.id`), `header NAME`, `status` or `body`."),
        Key::optional("secret", Shape::Boolean, "Whether the value must never be shown."),
    ],
};

static RETRY: Table = Table {
    name: "retry",
    what: "`retry`",
    doc: "Tries again until the expectation holds.",
    keys: &[
        Key::optional("until", Shape::Word(&["expect"]), "What ends the tries: the expectation holds."),
        Key::optional("max", Shape::Integer(1, 10_000), "Most attempts, the first included. Default 5."),
        Key::optional("interval", DURATION, "Wait before the second attempt. Default `200ms`."),
        Key::optional("backoff", Shape::Number(1.0, 10.0), "Factor from wait to wait. Default 1."),
        Key::optional(
            "jitter",
            Shape::Number(0.0, 1.0),
            "Share of each wait that is drawn at random. Default 0.",
        ),
    ],
};

macro_rules! matcher_keys {
    ($($index:literal)*) => {
        [$(Key::optional(MATCHERS[$index].name, Shape::Any, MATCHERS[$index].doc)),*]
    };
}

static MATCHER_KEYS: [Key; MATCHERS.len()] = matcher_keys!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);

/// The matchers of a check, as keys.
static CHECKS: Table = Table {
    name: "check",
    what: "a check",
    doc: "Matchers that must all hold. A value that is no mapping stands for `equals`.",
    keys: &MATCHER_KEYS,
};
