//! The parts of an error envelope, wherever the contract says they stand.

use serde_json::Value;

use super::{Context, Subject, rules, unreadable};
use crate::model::{Check, Envelope, Expect, Observation, RuleInfo, Span};
use crate::template::LocatedTemplateError;

/// Most characters of the server's message in ours.
const LONGEST: usize = 200;

/// The code passes its check.
pub(super) fn error(
    expect: &Expect,
    context: &Context<'_>,
) -> Result<Option<Observation>, LocatedTemplateError> {
    let part =
        Part { rule: &rules::ERROR_CODE, name: "error code", place: |envelope| envelope.code.as_deref() };
    expect.error.as_ref().map_or(Ok(None), |check| part.check(check, context))
}

/// The text for people passes its check.
pub(super) fn message(
    expect: &Expect,
    context: &Context<'_>,
) -> Result<Option<Observation>, LocatedTemplateError> {
    let part =
        Part { rule: &rules::MESSAGE, name: "error message", place: |envelope| envelope.message.as_deref() };
    expect.message.as_ref().map_or(Ok(None), |check| part.check(check, context))
}

/// One part of the envelope.
pub(super) struct Part {
    pub(super) rule: &'static RuleInfo,
    pub(super) name: &'static str,
    pub(super) place: fn(&Envelope) -> Option<&str>,
}

impl Part {
    /// The JSON pointer to the part, or what to say where no contract gives one.
    pub(super) fn pointer<'a>(&self, context: &Context<'a>, span: Span) -> Result<&'a str, Box<Observation>> {
        let unknown = |message: String, help: &str| {
            Box::new(Observation::new(self.rule, message).help(help).span(span))
        };
        let Some(contract) = context.contract else {
            let message = format!("without a contract nobody knows where the {} stands", self.name);
            return Err(unknown(message, "name one: `contract: NAME` in the scenario or the config"));
        };
        (self.place)(&contract.envelope).ok_or_else(|| {
            let message =
                format!("the contract {} does not say where the {} stands", contract.name, self.name);
            unknown(message, "add its pointer to the contract's `envelope`, or use `body`")
        })
    }

    fn check(
        &self,
        check: &Check,
        context: &Context<'_>,
    ) -> Result<Option<Observation>, LocatedTemplateError> {
        let pointer = match self.pointer(context, check.span) {
            Ok(pointer) => pointer,
            Err(observation) => return Ok(Some(*observation)),
        };
        let value = context.body.value.as_ref().and_then(|body| body.pointer(pointer));
        let name = format!("the {}", self.name);
        let help = if value.is_none() { absence(context) } else { String::new() };
        let subject = Subject { rule: self.rule, name: &name, pointer, help: &help };
        subject.judge(check, context, |_, _| value)
    }
}

/// What there is where a part is missing.
pub(super) fn absence(context: &Context<'_>) -> String {
    match (&context.body.value, unreadable(context.body)) {
        (_, Some(why)) => format!("the body is {why}"),
        (Some(Value::Object(members)), None) if members.is_empty() => "the body has no keys".to_owned(),
        (Some(Value::Object(members)), None) => {
            let keys: Vec<_> = members.keys().take(12).map(String::as_str).collect();
            format!("the body has the keys: {}", keys.join(", "))
        }
        (Some(_), None) => "the body is not an object".to_owned(),
        (None, None) => "the answer has no body".to_owned(),
    }
}

/// ` CODE: message` of the answer's error envelope, as far as it has one.
pub(super) fn summary(context: &Context<'_>) -> String {
    let part = |place: fn(&Envelope) -> Option<&str>| {
        context.body.value.as_ref()?.pointer(place(&context.contract?.envelope)?)?.as_str()
    };
    let code = part(|envelope| envelope.code.as_deref());
    let message = part(|envelope| envelope.message.as_deref()).map(clip);
    match (code, message) {
        (Some(code), Some(message)) => format!(" {}: {message}", clip(code)),
        (Some(code), None) => format!(" {}", clip(code)),
        (None, Some(message)) => format!(": {message}"),
        (None, None) => String::new(),
    }
}

/// The server's words within ours: on one line, and not too long.
pub(super) fn clip(text: &str) -> String {
    let line = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut clipped: String = line.take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        clipped.push('…');
    }
    clipped
}
