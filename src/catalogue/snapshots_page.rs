//! Snapshots as a page: what is kept, what is redacted and why.

use std::fmt::Write as _;

use super::key_tables::cell;
use crate::snapshot::{self, FEWEST, KEPT, LARGEST, UNMISTAKABLE};
use crate::store::FOLDER;
use crate::template;

/// The whole page.
pub(super) fn text() -> String {
    let mut text = format!("# Snapshots\n\n{WHAT}\n");
    let headers: Vec<_> = KEPT.iter().map(|name| format!("`{name}`")).collect();
    let _ = write!(
        text,
        "\n## What is kept\n\n\
         * the status line;\n\
         * the headers {}, and those that step or contract name under `headers`; `*` alone is every header; of the usual ones a shape keeps the first alone;\n\
         * the body: JSON with its keys in the order in which they came, two blanks a level; any other text as it is, \
         control characters made visible; bytes that are no text as their number and hash. Of a body \
         whose text is larger than {} KiB the beginning is kept, and a hash of the whole.\n\n\
         Files are in `{FOLDER}/<contract>/<scenario>/<step>.snap`: the scenario's file below `scenarios/`, without the \
         folder of its contract, and the step's name in small letters. A case has its values behind the step's name. Two \
         steps that would share a file are a mistake in the scenario.\n",
        headers.join(", "),
        LARGEST >> 10,
    );
    text.push_str(REDACTED);
    let makers = template::functions().iter().filter_map(|function| Some((function, function.makes?)));
    let makers: Vec<_> =
        makers.map(|(function, makes)| format!("`[{makes}]` for `{}`", function.name)).collect();
    let _ = write!(
        text,
        "| what a template made up: {} | wherever the answer repeats it | it is made up anew in every run |\n\
         | captured values, as `[variable]` | in the place they were captured from, and wherever the answer repeats \
         them; a code of the contract's catalogue stays | they are likely another server's or another run's |\n\
         | the target, as `[target]` and `[host]` | wherever it stands | the same API elsewhere answers the same |\n\
         | secrets, as `[redacted]` | everywhere, encoded forms included | snapshots are checked in |\n\n\
         A value of fewer than {FEWEST} characters is replaced only where it was captured: elsewhere it would stand by \
         chance. A longer one must stand alone, between signs or blanks; of what a template made up, a number may have letters \
         beside it, and {UNMISTAKABLE} characters and more are found inside of a word, too, in capitals or small letters. \
         All are found percent-encoded as well.\n\n\
         A placeholder keeps the type of what it stands for: a redacted number is `\"[id: number]\"`, and null stays \
         null. So a redacted field that changes its type is still seen, and so is a `Retry-After` that becomes a \
         date.\n",
        makers.join(", "),
    );
    text.push_str(MORE);
    for rule in snapshot::verdicts() {
        let summary = rule.doc.lines().next().unwrap_or_default();
        let _ = writeln!(text, "| {} | {} | {} |", rule.code, rule.name, cell(summary));
    }
    text
}

const WHAT: &str = "A contract says what must hold; a snapshot says what changed. A step with `snapshot: true` has its \
answer compared with one that a person has looked at and accepted: a reworded message, a renamed or retyped field, a \
new one, details in another order are each a diff of a line or two.

```yaml
steps:
  - name: refuses an unknown id
    request: { get: /leads/lead_nonexistent123 }
    expect: { status: 404 }
    snapshot: true
  - name: creates a lead
    request: { post: /leads, json: { name: Ada, email: \"{{ random_email() }}\" } }
    expect: { status: 201 }
    capture: { lead_id: $.data.id }
    snapshot:
      headers: [etag]
      redact: { $.data.created_at: \"[timestamp]\", etag: \"[etag]\" }
      sort: [$.data.tags]
```

| command | what it does |
| --- | --- |
| `tollgate run` | compares, writes nothing; what is new or changed fails |
| `tollgate run --update` | writes what is new or changed beside the accepted files, for review; fails as long as something waits |
| `tollgate snapshots review` | shows one after the other: accept, reject, skip |
| `tollgate snapshots accept`, `reject` | the same without questions, `--filter` chooses |
| `tollgate snapshots list` | what there is, what waits, what no step names any more; `--json` for scripts |
| `tollgate snapshots prune` | deletes what no step of the project's scenarios names any more |
| `tollgate run --update=accept` | writes accepted files at once; look at them before you commit |
| `tollgate run --target A --against B` | no files: every step's answer of A is compared with that of B |

Where `CI` is set, `--update` is refused. With `--repeat` a step that answers now this, now that is never accepted \
unseen. A `--filter` that is the whole name of a snapshot means this one alone. Files are written whole or not at all, and what waits for review survives an \
interrupted run. An answer that is not what the step expects is not compared: the expectation has failed already.

The files are insta's: in a Rust project `cargo insta review` works on them, too.
";

const REDACTED: &str = "
## What is redacted, and why

Two runs against the same server give the same snapshots, byte for byte. For that, whatever differs from run to run has \
a placeholder:

| what | where | why |
| --- | --- | --- |
| what the step redacts | its `redact`: JSONPath or header to placeholder | the author knows |
| what the contract redacts | `snapshot: { redact: ... }` in contract.yaml | it is so in every answer of the API |
| request id, as `[request_id]` | where the contract says it stands, the headers `X-Request-Id` and `Request-Id`, and wherever the answer repeats it | it is another one in every answer |
| timestamp, as `[timestamp]` | where the contract says it stands | it is the time of the answer |
| dates and waits, as `[date]` or `[number]` | `Date`, `Expires`, `Last-Modified`, `Age`, `Retry-After` | they count from the time of the answer |
| `Content-Length`, as `[number]` | where step or contract keep it | it counts what is redacted, too |
| counters of rate limits, as `[number]` or `[time]` | headers of rate limits with `remaining`, `reset` or `used` in their names, and the counters within `RateLimit` | they count requests and time |
| the id of what was created, as `[new_id]` | the last part of the `Location` of a 201 unless it is a word, and wherever the answer repeats it; one of fewer than 4 characters in that address and in members called `id` | the server gives another one each time |
";

const MORE: &str = "
## Shapes

`snapshot: shape` keeps the names and types of fields and no values: a number that became text fails, a new value does \
not. Keys that differ from run to run have placeholders, and what the step redacts is told without its members. A shape is \
JSON in which types are texts:

```json
{
  \"id\": \"string\",
  \"price\": \"null | number\",
  \"tags\": [ \"string\" ],
  \"owner | null\": { \"name\": \"string\", \"phone?\": \"string\" }
}
```

`null | number` is either; the name of a member that only some items of a list have ends with `?`; the name of an object \
or a list that may be something else as well has the other types behind it. An answer fits if every field of it does: a \
field that may be null need not be. If nothing but nullability is new, the shape that waits for review is the wider one.

## Two targets

`tollgate run --target A --against B` runs the suite on B, then on A, and compares what they answer, redacted as above. \
Every difference is an error; the step's own findings on A are reported as ever, those on B are only counted. Each run \
makes up values of its own, so both may share a database; redact what a template made up if it is shorter than the \
limit above. A step that B did not answer is inconclusive.

## Rules

| code | name | what it says |
| --- | --- | --- |
";
