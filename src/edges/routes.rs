//! What is not there: routes, methods, things.

use super::good::{Answer, Good, parameter};
use super::{Dice, Provocation};
use crate::model::{BodyPart, Node, NodeKind, RequestSpec};

/// A method that HTTP's parsers know and hardly an API has (RFC 4918); it only reads.
const STRANGE_METHOD: &str = "PROPFIND";

/// Why an unknown route must be refused.
const NOT_THERE: &str = "no operation has this path, so nothing can be there (RFC 9110, section 15.5.5)";
/// Why an unknown id must be refused.
const UNKNOWN_ID: &str =
    "the contract lists this under `unknown`, so nothing is there (RFC 9110, section 15.5.5)";

/// An unknown route, wrong and unknown methods, an unknown id.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    let mut all = vec![unknown_route(good, dice)];
    all.extend(wrong_method(good, dice));
    let mut request = bodiless(good, Answer::RefusalOrNotImplemented);
    STRANGE_METHOD.clone_into(&mut request.method.value);
    all.push(Provocation::new("an unknown method", 1, request));
    if good.operation.method == "GET" {
        let mut request = good.but(Answer::Any);
        "HEAD".clone_into(&mut request.method.value);
        all.push(Provocation::new("HEAD instead of GET", 3, request));
    }
    all.extend(unknown_id(good, dice));
    all
}

/// The path with something behind its last fixed part.
fn unknown_route(good: &Good<'_>, dice: &mut Dice) -> Provocation {
    let mut parts: Vec<String> = good.operation.path.split('/').map(str::to_owned).collect();
    let word = dice.word(8);
    match parts.iter_mut().rev().find(|part| !part.is_empty() && parameter(part).is_none()) {
        Some(part) => part.push_str(&format!("-{word}")),
        None => parts.push(format!("edge-{word}")),
    }
    let template = parts.join("/");
    let known = good.target.edges.operations.iter().any(|other| may_be(&other.path, &template));
    let mut request = good.but(Answer::refusal_if((!known).then_some(NOT_THERE)));
    let parts = parts.iter().map(|part| if parameter(part).is_some() { "edge" } else { part });
    request.path.value = parts.collect::<Vec<_>>().join("/");
    Provocation::new("an unknown route", 0, request)
}

/// Whether a route may stand for a path: part by part, and a parameter for any part.
fn may_be(route: &str, path: &str) -> bool {
    let fits = |(one, other): (&str, &str)| one == other || parameter(one).is_some();
    route.split('/').count() == path.split('/').count() && route.split('/').zip(path.split('/')).all(fits)
}

/// A method that no operation of the path has. It may be there all the same, so it is one that destroys nothing:
/// its parameters stand for nothing, and its body is empty.
fn wrong_method(good: &Good<'_>, dice: &mut Dice) -> Option<Provocation> {
    let operations = &good.target.edges.operations;
    let declared = |method: &str| {
        operations.iter().any(|other| other.method == method && may_be(&other.path, &good.operation.path))
    };
    let method = ["PUT", "PATCH"].into_iter().find(|method| !declared(method))?;
    let mut request = good.but(Answer::AnyOrNotImplemented);
    method.clone_into(&mut request.method.value);
    request.path.value = good.path_with(&format!("edge-{}", dice.word(12)));
    request.body = Some(BodyPart::Json(Node { kind: NodeKind::Map(Box::default()), span: good.span() }));
    Some(Provocation::new(&format!("{method}, which is not declared"), 1, request))
}

/// Values that the contract says stand for nothing, or made-up ones that hardly stand for something.
fn unknown_id(good: &Good<'_>, dice: &mut Dice) -> Option<Provocation> {
    if !good.has_parameters() {
        return None;
    }
    let operation = good.operation;
    let declared = !operation.unknown.is_empty();
    // A PUT may create what is not there, and a DELETE of nothing may be as good as done.
    let refused = declared && !matches!(&*operation.method, "PUT" | "DELETE");
    let mut request = good.but(Answer::refusal_if(refused.then_some(UNKNOWN_ID)));
    request.path.value = if declared {
        let others = operation.values.iter();
        let others =
            others.filter(|(name, _)| !operation.unknown.iter().any(|(own, _)| own.value == name.value));
        good.path(&operation.unknown.iter().chain(others).cloned().collect::<Vec<_>>())
    } else {
        good.path_with(&format!("edge-{}", dice.word(12)))
    };
    Some(Provocation::new("an unknown id", 0, request))
}

fn bodiless(good: &Good<'_>, answer: Answer) -> RequestSpec {
    RequestSpec { body: None, ..good.but(answer) }
}
