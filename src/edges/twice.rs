//! The same request a second time, where the contract says that there can be one only.

use super::good::{Answer, Good};
use super::{Dice, Provocation};
use crate::model::{BodyPart, Node};

/// The variable that holds the good body, so that it can be sent twice.
pub(super) const BODY: &str = "edge_body";

/// The good request once more; the first time is the good request itself.
pub(super) fn provoke(good: &Good<'_>, _: &mut Dice) -> Vec<Provocation> {
    if !good.operation.unique {
        return Vec::new();
    }
    let name = "the good request a second time";
    if captured(good).is_some() {
        let why = "its body has values that other operations capture, so it is another one each time";
        return vec![Provocation::left_out(name, why.to_owned())];
    }
    let mut request = good.but(Answer::Refusal(
        "the operation is `unique`, so the second one is in conflict with the first (RFC 9110, section 15.5.10)".to_owned(),
    ));
    request.body = Some(BodyPart::Json(body(good)));
    vec![Provocation::new(name, 0, request)]
}

/// The body that is filled in once, if it is to be sent twice.
pub(super) fn shared<'g>(good: &'g Good<'_>) -> Option<&'g Node> {
    good.operation.body.as_ref().filter(|_| good.operation.unique && captured(good).is_none())
}

/// The shared body where it is sent.
pub(super) fn body(good: &Good<'_>) -> Node {
    good.text(&format!("{{{{ {BODY} }}}}"))
}

/// A variable of the body that is known only after another operation.
fn captured(good: &Good<'_>) -> Option<String> {
    let mut names = Default::default();
    good.operation.body.iter().for_each(|body| super::good::collect(body, &mut names));
    names.into_iter().find(|name| !(good.target.given)(name))
}
