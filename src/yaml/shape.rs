//! Tables of keys and shapes: one source for what a parser accepts, what the docs say, what editors complete.

use super::{Problems, duration_from_text};
use crate::model::{Node, NodeKind, Span};
use crate::spelling::nearest;

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it means, Markdown, one or a few sentences.
    pub doc: &'static str,
    /// What may stand under it.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
}

impl Key {
    /// A key that may be left out.
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, doc, shape, required: false }
    }

    /// A key that must be there.
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, doc, shape, required: true }
    }
}

/// The keys of one kind of mapping.
#[derive(Debug)]
pub struct Table {
    /// The name in docs and schema: `step`.
    pub name: &'static str,
    /// The name in messages, with its article: `a step`.
    pub what: &'static str,
    /// What the mapping is for, Markdown.
    pub doc: &'static str,
    /// Its keys, in the order docs show them.
    pub keys: &'static [Key],
}

/// What may stand under a key.
#[derive(Debug)]
pub enum Shape {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// Text, a number or a boolean, meant as text.
    Scalar,
    /// `true` or `false`.
    Boolean,
    /// A whole number in a range.
    Integer(i64, i64),
    /// A number in a range.
    Number(f64, f64),
    /// A time with its unit: `500ms`, `2s`, `1m`, `24h`.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A status or a class of statuses: `422`, `4xx`.
    Status,
    /// A list.
    List(&'static Shape),
    /// A mapping with free keys.
    Map(&'static Shape),
    /// A mapping with known keys.
    Object(&'static Table),
    /// The first of these that the kind of the value fits.
    Either(&'static [Shape]),
}

/// Notes every place in which a value differs from its shape. Returns whether there was none.
pub fn check(node: &Node, shape: &Shape, problems: &mut Problems<'_>) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Object(table) => check_object(node, table, problems),
        Shape::List(item) => match &node.kind {
            NodeKind::List(items) => every(items.iter(), |node| check(node, item, problems)),
            _ => wrong(node, shape, problems),
        },
        Shape::Map(value) => match &node.kind {
            NodeKind::Map(entries) => every(entries.iter(), |entry| check(&entry.value, value, problems)),
            _ => wrong(node, shape, problems),
        },
        Shape::Either(shapes) => match shapes.iter().find(|shape| fits(node, shape)) {
            Some(shape) => check(node, shape, problems),
            None => {
                // A scalar was meant as one status: the alternative to it would only be noise.
                let scalar = node.as_list().is_none() && node.as_map().is_none();
                let meant = shapes.iter().find(|one| scalar && matches!(one, Shape::Status));
                wrong(node, meant.unwrap_or(shape), problems)
            }
        },
        _ if scalar_fits(node, shape) => true,
        _ => wrong(node, shape, problems),
    }
}

/// Whether `good` holds for every item; unlike `all` it looks at each, so that every mistake is noted.
fn every<T>(items: impl Iterator<Item = T>, good: impl FnMut(T) -> bool) -> bool {
    items.map(good).filter(|good| !good).count() == 0
}

/// Whether a value is of the kind a shape wants; what stands inside is not looked at.
fn fits(node: &Node, shape: &Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::List(_) => matches!(node.kind, NodeKind::List(_)),
        Shape::Map(_) | Shape::Object(_) => matches!(node.kind, NodeKind::Map(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(node, shape)),
        _ => scalar_fits(node, shape),
    }
}

fn scalar_fits(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.kind) {
        (Shape::Text, NodeKind::Text(_))
        | (Shape::Scalar, NodeKind::Text(_) | NodeKind::Number(_) | NodeKind::Bool(_))
        | (Shape::Boolean, NodeKind::Bool(_)) => true,
        (Shape::Integer(low, high), NodeKind::Number(number)) => {
            number.as_i64().is_some_and(|number| (*low..=*high).contains(&number))
        }
        (Shape::Number(low, high), NodeKind::Number(number)) => {
            number.as_f64().is_some_and(|number| (*low..=*high).contains(&number))
        }
        (Shape::Duration, NodeKind::Text(text)) => duration_from_text(text).is_some(),
        (Shape::Word(words), NodeKind::Text(text)) => words.contains(&&**text),
        (Shape::Status, NodeKind::Number(number)) => {
            number.as_u64().is_some_and(|status| (100..=599).contains(&status))
        }
        (Shape::Status, NodeKind::Text(text)) => status_class(text).is_some(),
        _ => false,
    }
}

/// The hundred of a class of statuses: 4 for `4xx`.
pub(crate) fn status_class(text: &str) -> Option<u16> {
    let digit = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"))?;
    digit.parse().ok().filter(|class| (1..=5).contains(class))
}

fn check_object(node: &Node, table: &'static Table, problems: &mut Problems<'_>) -> bool {
    let NodeKind::Map(entries) = &node.kind else {
        return wrong(node, &Shape::Object(table), problems);
    };
    let mut good = true;
    for entry in entries {
        match table.keys.iter().find(|key| key.name == &*entry.key.value) {
            Some(key) => good = check(&entry.value, &key.shape, problems) && good,
            None => {
                unknown_key(&entry.key.value, entry.key.span, table, problems);
                good = false;
            }
        }
    }
    for key in table.keys.iter().filter(|key| key.required) {
        if !entries.iter().any(|entry| &*entry.key.value == key.name) {
            let place = entries.first().map_or(node.span, |entry| entry.key.span);
            problems.add_with_help(
                place,
                format!("{} lacks `{}`", table.what, key.name),
                format!("`{}` is missing in this mapping", key.name),
                format!("add `{}`: {}", key.name, first_sentence(key.doc)),
            );
            good = false;
        }
    }
    good
}

fn unknown_key(key: &str, span: Span, table: &Table, problems: &mut Problems<'_>) {
    let names = table.keys.iter().map(|key| key.name);
    let help = match nearest(key, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the keys are {}", words(names)),
    };
    problems.add_with_help(span, format!("unknown key `{key}` in {}", table.what), "not a key here", help);
}

fn wrong(node: &Node, shape: &Shape, problems: &mut Problems<'_>) -> bool {
    let expected = expected(shape);
    let found = match (&node.kind, shape) {
        (NodeKind::Text(text), Shape::Word(allowed)) => {
            let help = nearest(text, allowed.iter().copied()).map(|word| format!("did you mean `{word}`?"));
            let diagnostic = crate::model::Diagnostic::new(
                problems.source(),
                node.span,
                format!("expected {expected}"),
                "not one of them",
            );
            problems.push(match help {
                Some(help) => diagnostic.with_help(help),
                None => diagnostic,
            });
            return false;
        }
        (NodeKind::Number(_), Shape::Integer(..) | Shape::Number(..) | Shape::Status) => {
            "out of range".to_owned()
        }
        (NodeKind::Number(number), Shape::Duration) => {
            problems.add_with_help(
                node.span,
                "a time needs its unit",
                "a number without a unit",
                format!("write `{number}ms` or `{number}s`"),
            );
            return false;
        }
        (NodeKind::Text(_), Shape::Status) => "not a status".to_owned(),
        (NodeKind::Text(_), Shape::Duration) => "not a time".to_owned(),
        _ => format!("this is {}", node.kind_name()),
    };
    let title = format!("expected {expected}");
    match (&node.kind, shape) {
        (NodeKind::Number(_) | NodeKind::Bool(_), Shape::Text) => {
            problems.add_with_help(node.span, title, found, "put it in quotes");
        }
        (NodeKind::Text(text), Shape::List(Shape::Text)) => {
            problems.add_with_help(node.span, title, found, format!("write `[{text}]`"));
        }
        _ => problems.add(node.span, title, found),
    }
    false
}

/// A shape in words: `a list of a step`.
pub(crate) fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any value".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Scalar => "text, a number or a boolean".to_owned(),
        Shape::Boolean => "true or false".to_owned(),
        Shape::Integer(low, i64::MAX) => format!("a whole number of at least {low}"),
        Shape::Integer(low, high) => format!("a whole number from {low} to {high}"),
        Shape::Number(low, high) if *high == f64::MAX => format!("a number of at least {low}"),
        Shape::Number(low, high) => format!("a number from {low} to {high}"),
        Shape::Duration => "a time such as `500ms`, `2s`, `1m` or `24h`".to_owned(),
        Shape::Word(allowed) => words(allowed.iter().copied()),
        Shape::Status => "a status such as `422`, or a class such as `4xx`".to_owned(),
        Shape::List(item) => match item {
            Shape::Any => "a list".to_owned(),
            Shape::Text => "a list of texts".to_owned(),
            Shape::Object(table) => format!("a list of {}s", table.name),
            Shape::Status => "a list of them".to_owned(),
            _ => format!("a list, each item {}", expected(item)),
        },
        Shape::Map(_) => "a mapping".to_owned(),
        Shape::Object(table) => format!("{} (a mapping)", table.what),
        Shape::Either(shapes) => {
            let shapes: Vec<_> = shapes.iter().map(expected).collect();
            shapes.join(", or ")
        }
    }
}

fn words(names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

fn first_sentence(doc: &str) -> &str {
    let end = doc.find(". ").or_else(|| doc.find(".\n")).unwrap_or(doc.len());
    doc[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::super::json_schema;
    use super::*;
    use crate::model::Source;

    static INNER: Table = Table {
        name: "inner",
        what: "an inner part",
        doc: "Inner.",
        keys: &[Key::required(
            "status",
            Shape::Either(&[Shape::Status, Shape::List(&Shape::Status)]),
            "The status.",
        )],
    };
    static OUTER: Table = Table {
        name: "outer",
        what: "the file",
        doc: "Outer.",
        keys: &[
            Key::optional("name", Shape::Text, "A name."),
            Key::optional("wait", Shape::Duration, "A wait."),
            Key::optional("times", Shape::Integer(1, 10), "How often."),
            Key::optional("mode", Shape::Word(&["fast", "slow"]), "The mode."),
            Key::optional("inner", Shape::Object(&INNER), "The inside."),
        ],
    };

    fn mistakes(text: &str) -> Vec<String> {
        let source = Source::new("t.yaml", text);
        let node = super::super::parse(&source).expect("YAML");
        let mut problems = Problems::new(&source);
        check(&node, &Shape::Object(&OUTER), &mut problems);
        let diagnostics = problems.into_diagnostics();
        diagnostics
            .into_iter()
            .map(|found| {
                let at = found.position();
                let help = found.help.map(|help| format!(" ({help})")).unwrap_or_default();
                format!("{}:{} {}: {}{help}", at.line, at.column, found.title, found.primary.label)
            })
            .collect()
    }

    #[test]
    fn all_mistakes_of_a_file_are_found_at_their_places() {
        assert_eq!(
            mistakes("nmae: x\nwait: 5\ntimes: 11\nmode: fats\ninner: { status: [200, 6xx] }\n"),
            [
                "1:1 unknown key `nmae` in the file: not a key here (did you mean `name`?)",
                "2:7 a time needs its unit: a number without a unit (write `5ms` or `5s`)",
                "3:8 expected a whole number from 1 to 10: out of range",
                "4:7 expected `fast` or `slow`: not one of them (did you mean `fast`?)",
                "5:24 expected a status such as `422`, or a class such as `4xx`: not a status",
            ]
        );
        assert_eq!(
            mistakes("inner: {}\n"),
            [
                "1:8 an inner part lacks `status`: `status` is missing in this mapping (add `status`: The status)"
            ]
        );
        assert_eq!(mistakes("name: 5\n"), ["1:7 expected text: this is a number (put it in quotes)"]);
        assert_eq!(mistakes("wait: 500ms\ninner: { status: 4xx }\n"), [""; 0]);
    }

    #[test]
    fn the_schema_accepts_and_refuses_the_same() {
        let schema = json_schema(&OUTER, "outer");
        let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
        for text in [
            "nmae: x",
            "wait: 5",
            "times: 11",
            "mode: fats",
            "inner: { status: [200, 6xx] }",
            "inner: {}",
            "name: 5",
            "wait: 500ms",
            "inner: { status: 4xx }",
            "mode: slow",
            "times: 10",
            "name: x",
        ] {
            let source = Source::new("t.yaml", text);
            let value = super::super::parse(&source).expect("YAML").to_json();
            assert_eq!(validator.is_valid(&value), mistakes(text).is_empty(), "{text}");
        }
    }
}
