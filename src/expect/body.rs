//! Parts of the body by JSONPath, and the body as text.

use serde_json::Value;

use super::nearest::nearest_path;
use super::{Context, Subject, envelope, rules, unreadable};
use crate::jsonpath;
use crate::model::{Check, Expect, Observation, Response, Spanned};
use crate::template::LocatedTemplateError;

/// What a path finds passes its check. In a body that cannot be read nothing passes.
pub(super) fn at_path(
    place: &Spanned<String>,
    check: &Check,
    context: &Context<'_>,
) -> Result<Option<Observation>, LocatedTemplateError> {
    let text = context.engine.string(&place.value, context.scope).map_err(|error| error.at(place.span))?;
    let compiled = jsonpath::compile(&text).map_err(|(_, message)| LocatedTemplateError {
        span: place.span,
        message: format!("`{text}` is not a JSONPath: {message}"),
        help: None,
    })?;
    if let Some(why) = unreadable(context.body) {
        let observation = Observation::new(&rules::BODY, format!("{text}: the body is {why}"));
        return Ok(Some(observation.values("a JSON body", "no JSON").span(place.span)));
    }
    let found = context.body.value.as_ref().map(|body| compiled.select(body)).unwrap_or_default();
    let help = match (&found.value, &context.body.value) {
        (None, Some(body)) => nearest_path(&text, body).map(|near| format!("the body has {near}")),
        (None, None) => Some(envelope::absence(context)),
        _ => None,
    };
    let help = help.unwrap_or_default();
    let subject = Subject { rule: &rules::BODY, name: &text, pointer: &found.pointer, help: &help };
    subject.judge(check, context, |_, _| found.value.as_ref())
}

/// The body as text passes its check.
pub(super) fn text(
    expect: &Expect,
    response: &Response,
    context: &Context<'_>,
) -> Result<Option<Observation>, LocatedTemplateError> {
    let Some(check) = &expect.text else { return Ok(None) };
    let value = Value::String(String::from_utf8_lossy(&response.body).into_owned());
    let subject = Subject { rule: &rules::TEXT, name: "the body as text", pointer: "", help: "" };
    subject.judge(check, context, |_, _| Some(&value))
}
