//! Keeps values of an answer for later steps.

use serde_json::Value;

use super::nearest::nearest_path;
use super::rules::CAPTURE;
use super::{header_names, header_text, unreadable};
use crate::jsonpath;
use crate::model::{Body, Capture, CaptureFrom, Exchange, Observation, Response, Span};
use crate::spelling::nearest;

/// Why a value could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureError {
    /// The capture's place in the file.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What there is instead.
    pub help: Option<String>,
}

impl CaptureError {
    /// The same as a word on the exchange.
    pub fn observation(self) -> Observation {
        Observation::new(&CAPTURE, self.message).help(self.help.unwrap_or_default()).span(self.span)
    }
}

/// The captured variables in order: name, value, and whether it must never be shown.
///
/// # Errors
/// With the first capture that finds nothing. A JSON null is something.
pub fn capture(
    captures: &[Capture],
    exchange: &Exchange,
    body: &Body,
) -> Result<Vec<(String, Value, bool)>, CaptureError> {
    captures
        .iter()
        .map(|capture| {
            let fail = |(message, help): (String, Option<String>)| CaptureError {
                span: capture.from.span,
                message: format!("`{}` is not captured: {message}", capture.name.value),
                help,
            };
            let response =
                exchange.response().ok_or_else(|| fail(("there is no response".to_owned(), None)))?;
            let value = take(&capture.from.value, response, body).map_err(fail)?;
            Ok((capture.name.value.clone(), value, capture.secret))
        })
        .collect()
}

fn take(from: &CaptureFrom, response: &Response, body: &Body) -> Result<Value, (String, Option<String>)> {
    match from {
        CaptureFrom::Status => Ok(response.status.into()),
        CaptureFrom::Body => Ok(String::from_utf8_lossy(&response.body).into()),
        CaptureFrom::Header(name) => header_text(response, name).map(Value::String).ok_or_else(|| {
            let near = nearest(name, header_names(response));
            (format!("no header `{name}`"), near.map(|near| format!("the answer has a header `{near}`")))
        }),
        CaptureFrom::Path(text) => {
            let path = jsonpath::compile(text)
                .map_err(|(_, why)| (format!("`{text}` is not a JSONPath: {why}"), None))?;
            let Some(value) = &body.value else {
                let why = unreadable(body).map(|why| format!("the body is {why}"));
                return Err((why.unwrap_or_else(|| "the answer has no body".to_owned()), None));
            };
            let found =
                path.select(value).value.filter(|found| path.singular || *found != Value::Array(vec![]));
            found.ok_or_else(|| {
                let near = nearest_path(text, value);
                (format!("nothing at `{text}`"), near.map(|near| format!("the body has {near}")))
            })
        }
    }
}
