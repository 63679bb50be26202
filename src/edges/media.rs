//! Media types that are not what the body is, or not there.

use super::good::{Answer, Good};
use super::{Dice, Provocation};
use crate::model::{BodyPart, Node, NodeKind};

/// The good body as something else, something else as a body, and nothing said about it. Servers may guess, so
/// nothing of it is surely wrong.
pub(super) fn provoke(good: &Good<'_>, _: &mut Dice) -> Vec<Provocation> {
    if good.operation.body.is_none() {
        return Vec::new();
    }
    let with = |what: &str, rank: u8, value: Node, body: Option<&str>| {
        let mut request = good.but(Answer::Any);
        request.headers.retain(|line| !line.name.value.eq_ignore_ascii_case("content-type"));
        let mut line = good.header("content-type", "");
        line.value = value;
        request.headers.push(line);
        if let Some(text) = body {
            request.body = Some(BodyPart::Raw(good.here(text.to_owned())));
        }
        Provocation::new(what, rank, request)
    };
    let text = |text: &str| good.text(text);
    let none = Node { kind: NodeKind::Null, span: good.span() };
    vec![
        with("JSON declared as text/plain", 1, text("text/plain"), None),
        with("XML instead of JSON", 1, text("application/xml"), Some("<edge><of>JSON</of></edge>")),
        with("no media type", 1, none, None),
        with("a form instead of JSON", 2, text("application/x-www-form-urlencoded"), Some("edge=1&of=JSON")),
        with("an empty multipart body", 3, text("multipart/form-data"), Some("--edge--")),
        with("an unknown charset", 4, text("application/json; charset=edge"), None),
    ]
}
