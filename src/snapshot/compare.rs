//! Whether an answer is still what its snapshot says, and the rules that findings about it carry.

use super::{Shape, diff, normal};
use crate::model::{Diff, RuleInfo, RuleSource, Severity, SnapshotForm};

/// How an answer and its snapshot agree.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared {
    /// They do.
    Same,
    /// There is no snapshot yet, or it differs. The contents are what to keep once someone has looked at it.
    Unlike {
        /// What to keep.
        contents: String,
        /// From the snapshot to those.
        diff: Diff,
    },
}

/// Compares what was kept with what was taken now.
pub fn compare(kept: Option<&str>, taken: &str, form: SnapshotForm) -> Compared {
    let taken = normal(taken);
    let old = kept.map(normal).unwrap_or_default();
    let same = kept.is_some() && old == taken;
    let contents = match (same, form) {
        (true, _) => return Compared::Same,
        (false, SnapshotForm::Values) => taken,
        (false, SnapshotForm::Shape) => match shapes(&old, &taken) {
            Some(contents) if contents == old => return Compared::Same,
            widened => widened.unwrap_or(taken),
        },
    };
    let diff = diff(&old, &contents);
    Compared::Unlike { contents, diff }
}

/// What to keep where both texts end in a shape: the old text if nothing is new.
fn shapes(old: &str, taken: &str) -> Option<String> {
    let ((old_head, old_shape), (head, shape)) = (parted(old)?, parted(taken)?);
    if old_head == head && old_shape.holds(&shape) {
        return Some(old.to_owned());
    }
    let widened = old_shape.widened(shape);
    Some(format!("{head}\n\n{}", widened.to_text()))
}

fn parted(text: &str) -> Option<(&str, Shape)> {
    let (head, shape) = text.split_once("\n\n")?;
    Some((head, Shape::parse(shape)?))
}

macro_rules! rule {
    ($ident:ident, $code:literal, $name:literal, $doc:literal) => {
        #[doc = concat!("`", $name, "`")]
        pub static $ident: RuleInfo = RuleInfo {
            code: $code,
            name: $name,
            family: "snapshot",
            severity: Severity::Error,
            source: RuleSource::Scenario,
            doc: $doc,
        };
    };
}

rule!(
    CHANGED,
    "SNP001",
    "snapshot-changed",
    "The answer is not what its reviewed snapshot says.

The diff goes from the snapshot to the answer. Values that differ from run to run are redacted in both; what else \
does, the step can redact. If the change is meant, take the snapshot anew with `--update` and accept it.

```yaml
snapshot: { redact: { \"$.data.created_at\": \"[timestamp]\" } }
```
"
);

rule!(
    NEW,
    "SNP002",
    "snapshot-missing",
    "The step has a snapshot that nobody has taken and accepted yet.

Nothing can be said about a change of an answer that was never looked at, so a new snapshot fails until it is \
reviewed: `tollgate run --update`, then `tollgate snapshots review`.

```yaml
snapshot: true
```
"
);

rule!(
    DIFFERS,
    "SNP003",
    "targets-differ",
    "The answer differs from that of the other target.

With `--against` every step is sent to both targets and their redacted answers are compared. The diff goes from the \
other target's answer to this one's.
"
);

/// The rules about snapshots, by code.
pub fn verdicts() -> &'static [&'static RuleInfo] {
    static RULES: [&RuleInfo; 3] = [&CHANGED, &NEW, &DIFFERS];
    &RULES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(compared: Compared) -> Option<String> {
        match compared {
            Compared::Same => None,
            Compared::Unlike { contents, .. } => Some(contents),
        }
    }

    #[test]
    fn values_are_compared_as_texts() {
        let of = |kept, taken| contents(compare(kept, taken, SnapshotForm::Values));
        assert_eq!(of(Some("a\nb\n"), "a\nb"), None);
        assert_eq!(of(Some("a"), "b").as_deref(), Some("b"));
        assert_eq!(of(None, "b").as_deref(), Some("b"));
        assert_eq!(of(None, "").as_deref(), Some(""));
    }

    #[test]
    fn shapes_are_compared_by_what_they_hold() {
        let of = |kept, taken| contents(compare(Some(kept), taken, SnapshotForm::Shape));
        let wide = "HTTP 200 OK\n\n{\n  \"a\": \"null | string\"\n}";
        let narrow = "HTTP 200 OK\n\n{\n  \"a\": \"string\"\n}";
        let number = "HTTP 200 OK\n\n{\n  \"a\": \"number\"\n}";
        assert_eq!(of(wide, narrow), None);
        assert_eq!(of(narrow, "HTTP 200 OK\n\n{\n  \"a\": \"null\"\n}").as_deref(), Some(wide));
        assert_eq!(of(narrow, number).as_deref(), Some(number));
        assert_eq!(
            of(wide, &narrow.replace("200 OK", "201 Created")),
            Some(wide.replace("200 OK", "201 Created"))
        );
    }
}
