//! Parameters: values for those that a request cannot be made without.

use serde_json::Value;

use super::schema::Translator;
use super::{keys, reference, sample};
use crate::model::{HeaderLine, Node, NodeKind, Spanned};

/// A number that hardly stands for something.
const UNKNOWN_NUMBER: i64 = 987_654_321;
/// The same as a UUID and as a text.
const UNKNOWN_UUID: &str = "00000000-0000-4000-8000-000000000000";
const UNKNOWN_TEXT: &str = "edge-unknown";

/// The values of an operation's parameters.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) path: Vec<(Spanned<String>, Node)>,
    pub(super) query: Vec<(Spanned<String>, Node)>,
    pub(super) headers: Vec<HeaderLine>,
}

/// Reads the parameters of the path and of the operation; the latter replace the former. `made_up` values of the
/// path stand for nothing the API has, whatever the examples say: the operation changes what it is pointed at.
pub(super) fn read<'n>(
    lists: [Option<&'n Node>; 2],
    made_up: bool,
    translator: &mut Translator<'n, '_, '_>,
) -> Parameters {
    let mut found: Vec<(String, String, &'n Node)> = Vec::new();
    for list in lists.into_iter().flatten() {
        let Some(items) = list.as_list() else {
            translator.problems.add(
                list.span,
                "`parameters` is a list",
                format!("this is {}", list.kind_name()),
            );
            continue;
        };
        for item in items {
            let Some(parameter) = reference::follow(translator.root, item, translator.problems) else {
                continue;
            };
            keys::check(parameter, keys::PARAMETER, "a parameter", translator.problems);
            let text = |key: &str| parameter.get(key).and_then(Node::as_text).map(str::to_owned);
            let (Some(name), Some(place)) = (text("name"), text("in")) else {
                if parameter.as_map().is_some() {
                    let (title, help) =
                        ("a parameter needs `name` and `in`", "add `name: NAME` and `in: query`");
                    translator.problems.add_with_help(parameter.span, title, "one of them is missing", help);
                }
                continue;
            };
            found.retain(|(other, at, _)| (other, at) != (&name, &place));
            found.push((name, place, parameter));
        }
    }
    let mut all = Parameters::default();
    for (name, place, parameter) in found {
        all.add(name, &place, parameter, made_up, translator);
    }
    all
}

impl Parameters {
    fn add<'n>(
        &mut self,
        name: String,
        place: &str,
        parameter: &'n Node,
        made_up: bool,
        translator: &mut Translator<'n, '_, '_>,
    ) {
        let flag = |key: &str| parameter.get(key).is_some_and(|node| node.kind == NodeKind::Bool(true));
        let required = flag("required");
        let name = Spanned::new(name, parameter.span);
        match place {
            "path" => {
                let value = value(parameter, made_up, translator);
                self.path.push((name, value));
            }
            "query" if required => {
                let value = value(parameter, false, translator);
                self.query.push((name, value));
            }
            // OpenAPI says of these three that they are described elsewhere.
            "header" if required && !is_described_elsewhere(&name.value) => {
                let value = value(parameter, false, translator);
                self.headers.push(HeaderLine { name, value });
            }
            "cookie" if required => {
                translator.unread.push(format!("the cookie `{}` is not understood and not sent", name.value));
            }
            "query" | "header" | "cookie" => {}
            _ => {
                let span = parameter.get("in").map_or(parameter.span, |node| node.span);
                let help = crate::spelling::nearest(place, ["path", "query", "header", "cookie"].into_iter());
                let help = help.map_or("write `path`, `query`, `header` or `cookie`".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                translator.problems.add_with_help(
                    span,
                    format!("no parameter stands in `{place}`"),
                    "no place",
                    help,
                );
            }
        }
    }
}

fn is_described_elsewhere(name: &str) -> bool {
    ["accept", "authorization", "content-type"].iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// A value for a parameter, as text or a number.
fn value<'n>(parameter: &'n Node, made_up: bool, translator: &mut Translator<'n, '_, '_>) -> Node {
    let schema = parameter.get("schema").map(|schema| translator.schema(schema)).unwrap_or(Value::Bool(true));
    let value =
        if made_up { unknown(&schema) } else { example(parameter).unwrap_or_else(|| sample::of(&schema)) };
    let kind = match value {
        Value::Number(number) => NodeKind::Number(number),
        Value::Bool(flag) => NodeKind::Text(flag.to_string().into()),
        Value::String(text) => NodeKind::Text(text.into()),
        Value::Array(items) => {
            let first = items.into_iter().find_map(|item| item.as_str().map(str::to_owned));
            NodeKind::Text(first.unwrap_or_else(|| "edge".to_owned()).into())
        }
        Value::Null | Value::Object(_) => {
            let name = parameter.get("name").and_then(Node::as_text).unwrap_or_default();
            translator
                .unread
                .push(format!("the parameter `{name}` is an object, which is not understood; it is `edge`"));
            NodeKind::Text("edge".into())
        }
    };
    Node { kind, span: parameter.span }
}

/// A value of the right type that hardly stands for something.
fn unknown(schema: &Value) -> Value {
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("integer" | "number"), _) => UNKNOWN_NUMBER.into(),
        (_, Some("uuid")) => UNKNOWN_UUID.into(),
        _ => UNKNOWN_TEXT.into(),
    }
}

/// The example that stands beside a schema.
pub(super) fn example(node: &Node) -> Option<Value> {
    let single = node.get("example");
    let named = node.get("examples").and_then(Node::as_map).and_then(<[_]>::first);
    single.or_else(|| named?.value.get("value")).map(|node| sample::literal(&node.to_json()))
}
