//! The keys of `tollgate.yaml`.

use crate::yaml::{Key, Shape, Table};

const TEXT: Shape = Shape::Text;
const TEXTS: Shape = Shape::Either(&[Shape::List(&TEXT), TEXT]);

const TARGET: Key = Key::optional("target", TEXT, "Origin of the API: scheme, host, port, perhaps a prefix.");
const CONTRACT: Key = Key::optional("contract", TEXT, "The contract of scenarios that name none.");
const VARS: Key = Key::optional("vars", Shape::Map(&Shape::Any), "Variables for every scenario.");
const SECRETS: Key =
    Key::optional("secrets", Shape::List(&TEXT), "Names of variables whose values must never be shown.");
const CACERT: Key = Key::optional("cacert", TEXT, "PEM file with certificates to trust beside the system's.");
const INSECURE: Key = Key::optional("insecure", Shape::Boolean, "Whether certificates are not checked.");

/// The top level of `tollgate.yaml`.
pub static PROJECT: Table = Table {
    name: "project",
    what: "tollgate.yaml",
    doc: "A project: where its API is, what its scenarios share, which reports it wants.",
    keys: &[
        TARGET,
        CONTRACT,
        VARS,
        SECRETS,
        CACERT,
        INSECURE,
        Key::optional(
            "environments",
            Shape::Map(&Shape::Object(&ENVIRONMENT)),
            "Named environments for `--env`; what one says comes before what the top level says.",
        ),
        Key::optional("scenarios", TEXTS, "Files and folders to run when the command names none."),
        Key::optional("report", TEXTS, "Reports to write when the command names none: `junit=report.xml`."),
        Key::optional(
            "fail_on",
            Shape::Word(&["error", "warning", "note"]),
            "The lowest severity that fails a run. Default `error`.",
        ),
        Key::optional("jobs", Shape::Integer(1, 1024), "Scenarios side by side. Default: the processors."),
    ],
};

static ENVIRONMENT: Table = Table {
    name: "environment",
    what: "an environment",
    doc: "One place the API runs at.",
    keys: &[TARGET, CONTRACT, VARS, SECRETS, CACERT, INSECURE],
};
