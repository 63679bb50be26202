//! The baseline file as a page: how an API that is not clean gets its gate.

use super::key_tables::tables;
use crate::baseline::BASELINE;

/// The reference of baseline files.
pub(super) fn text() -> String {
    let mut text = String::from(
        "# Baseline files\n\n`tollgate run --baseline FILE` accepts the findings that the file lists. What is not in it \
         fails as ever; what is in it is counted, shown with `-v`, and marked `\"accepted\": true` in the JSON report.\n\n\
         ```console\n$ tollgate run --baseline tollgate-baseline.yaml --update-baseline   # on your machine, then commit\n\
         $ tollgate run --baseline tollgate-baseline.yaml                     # in the pipeline\n```\n\n\
         `--update-baseline` writes the file anew, whole or not at all:\n\n\
         * findings that would fail the run are added; `--expires 2026-12-31` or `--expires 30d` says until when \
         (90 days from today by default);\n\
         * entries that are there already keep their reason and their day; one that has expired gets a new day only \
         if `--expires` is given;\n\
         * entries whose finding is gone are dropped: every step they are about was run, got the answer it wants, and \
         the finding did not come. What was skipped, not selected, interrupted, inconclusive or answered in an \
         unexpected way stays;\n\
         * comments of your own are lost: write a `reason`.\n\n\
         It is refused where the variable `CI` is set: a pipeline that accepts what it finds guards nothing.\n\n\
         An accepted expectation that fails still ends its scenario: the steps behind it are skipped, with that \
         reason, and nothing is said of their findings. After an entry's last day (UTC) its finding fails again and \
         says so; entries in use are announced 14 days before.\n\n\
         An entry written by `--update-baseline` names rule, file, scenario (with its case), step, pointer and message, so \
         that a new fault does not hide behind an old one, and neither lines nor ids, times and numbers, so that the \
         old one is known again. Leave parts out to accept more: only `rule` and `file`, say. An entry for \
         `request-id-reused` has no place at all: which of two answers came first differs from run to run. A run that was given \
         paths, `--tag` or `--filter` never calls an entry without a `file` fixed.\n",
    );
    tables(&BASELINE, &mut text, &mut Vec::new());
    text
}
