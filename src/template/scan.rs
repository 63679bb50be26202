//! Splits a text into what stands as it is and the `{{ expressions }}` in it.

use std::ops::Range;

use super::error::TemplateError;
use super::limits;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// Text that stands as it is.
    Literal(&'a str),
    /// An expression without its braces and the blanks at its ends, and where it stands in the text.
    Expression(&'a str, Range<usize>),
}

/// Whether a text has anything to render.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains("{{")
}

/// The parts of a text in order, none of them an empty literal.
pub(super) fn parts(text: &str) -> Result<Vec<Part<'_>>, TemplateError> {
    if text.len() > limits::TEXT {
        let message = format!("a text with templates of {} bytes; the limit is {}", text.len(), limits::TEXT);
        return Err(TemplateError::new(message, 0..0).help("send large fixed texts from a file"));
    }
    let mut parts = Vec::new();
    let mut rest = 0;
    while let Some(found) = text[rest..].find("{{") {
        let open = rest + found;
        if found > 0 {
            parts.push(Part::Literal(&text[rest..open]));
        }
        let inner = open + 2;
        let Some(length) = closing(&text[inner..]) else {
            return Err(TemplateError::new("`{{` without its `}}`", open..inner)
                .help("close it, or write {{ \"{{\" }} for two literal braces"));
        };
        parts.push(expression(text, inner..inner + length)?);
        rest = inner + length + 2;
    }
    if rest < text.len() {
        parts.push(Part::Literal(&text[rest..]));
    }
    Ok(parts)
}

fn expression(text: &str, inner: Range<usize>) -> Result<Part<'_>, TemplateError> {
    let raw = &text[inner.clone()];
    let code = raw.trim();
    let start = inner.start + (raw.len() - raw.trim_start().len());
    let range = start..start + code.len();
    if code.is_empty() {
        return Err(TemplateError::new("an empty template", inner.start - 2..inner.end + 2)
            .help("write a variable or a function between the braces"));
    }
    if code.len() > limits::EXPRESSION {
        let message = format!("a template of {} bytes; the limit is {}", code.len(), limits::EXPRESSION);
        return Err(TemplateError::new(message, range));
    }
    Ok(Part::Expression(code, range))
}

/// Where the `}}` stands that closes an expression: outside of quotes and of brackets opened within.
fn closing(code: &str) -> Option<usize> {
    let bytes = code.as_bytes();
    let (mut at, mut depth, mut quote) = (0, 0usize, None);
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), _) => quote = Some(open).filter(|open| *open != byte),
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b'}') if depth == 0 && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match parts(text) {
            Ok(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => format!("[{text}]"),
                    Part::Expression(code, range) => {
                        assert_eq!(&text[range.clone()], *code);
                        format!("<{code}>")
                    }
                })
                .collect(),
            Err(error) => format!("error: {}", error.message),
        }
    }

    #[test]
    fn texts_fall_into_parts() {
        let table = [
            ("", ""),
            ("plain }} text {% if %} {# c #}", "[plain }} text {% if %} {# c #}]"),
            ("{{ a }}", "<a>"),
            ("x{{a}}y{{ b }}", "[x]<a>[y]<b>"),
            ("{{ '}}' ~ \"}}\\\"}}\" }}z", "<'}}' ~ \"}}\\\"}}\">[z]"),
            ("{{ {'a': {'b': 1}} }}", "<{'a': {'b': 1}}>"),
            ("{\"n\":{{n}}}", "[{\"n\":]<n>[}]"),
            ("{{ 'ü' }}ü", "<'ü'>[ü]"),
            ("a {{ b", "error: `{{` without its `}}`"),
            ("{{  }}", "error: an empty template"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_are_refused() {
        assert!(shown(&"{{".repeat(limits::TEXT)).starts_with("error: a text with templates of"));
        let code = "1".repeat(limits::EXPRESSION + 1);
        assert!(shown(&format!("{{{{{code}}}}}")).starts_with("error: a template of 4097 bytes"));
    }
}
