//! Bodies that are no JSON, or not the JSON that their reader expects.

use super::edit::retext;
use super::{Defect, How};

const JSON: &str = "RFC 8259 section 2: one JSON text";
const GRAMMAR: &str = "RFC 8259 section 2: the grammar of JSON";
const STRINGS: &str = "RFC 8259 section 7: strings";
const UTF8: &str = "RFC 8259 section 8.1: UTF-8 without a byte order mark";

const ERRORS: Defect = Defect { expected: &["ENV003"], breaks: GRAMMAR, ..Defect::of("json") };

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "body-empty",
        description: "errors have no body",
        breaks: JSON,
        expected: &["ENV002"],
        how: How::Wire(|wire, _| wire.body.clear()),
        ..ERRORS
    },
    Defect {
        id: "body-blank",
        description: "the body of an error is a line feed",
        breaks: JSON,
        how: How::Wire(|wire, _| wire.body = b"\n".to_vec()),
        ..ERRORS
    },
    Defect {
        id: "body-null",
        description: "the body of an error is `null`",
        breaks: "error format: all errors have one structure",
        expected: &["ENV001"],
        how: How::Wire(|wire, _| wire.body = b"null".to_vec()),
        ..ERRORS
    },
    Defect {
        id: "byte-order-mark",
        description: "a byte order mark stands before the body",
        breaks: UTF8,
        expected: &["ENV004"],
        how: How::Wire(|wire, _| retext(wire, |body| format!("\u{feff}{body}"))),
        ..ERRORS
    },
    Defect {
        id: "trailing-comma",
        description: "a comma stands before the last brace",
        how: How::Wire(|wire, _| retext(wire, |body| format!("{},}}", &body[..body.len() - 1]))),
        ..ERRORS
    },
    Defect {
        id: "single-quotes",
        description: "strings stand in single quotes, as Python prints them",
        how: How::Wire(|wire, _| retext(wire, |body| body.replace('"', "'"))),
        ..ERRORS
    },
    Defect {
        id: "python-literals",
        description: "false is written `False`, as Python does",
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen("false", "False", 1))),
        ..ERRORS
    },
    Defect {
        id: "keys-unquoted",
        description: "the first key is not quoted, as in JavaScript",
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen("\"success\"", "success", 1))),
        ..ERRORS
    },
    Defect {
        id: "not-a-number",
        description: "a member is NaN",
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen('{', "{\"cost\":NaN,", 1))),
        ..ERRORS
    },
    Defect {
        id: "comment",
        description: "a comment stands in the body",
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen('{', "{/* error */", 1))),
        ..ERRORS
    },
    Defect {
        id: "body-unfinished",
        description: "the last brace is missing; Content-Length agrees",
        how: How::Wire(|wire, _| wire.body.truncate(wire.body.len().saturating_sub(1))),
        ..ERRORS
    },
    Defect {
        id: "control-character",
        description: "a line feed stands in a string as it is",
        breaks: STRINGS,
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen(' ', "\n", 1))),
        ..ERRORS
    },
    Defect {
        id: "escape-unknown",
        description: "a string has the escape `\\'`",
        breaks: STRINGS,
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen(' ', "\\' ", 1))),
        ..ERRORS
    },
    Defect {
        id: "lone-surrogate",
        description: "a string has half of a surrogate pair",
        breaks: "RFC 8259 section 8.2: unpaired surrogates are unpredictable",
        expected: &["ENV019"],
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen(' ', "\\ud83d ", 1))),
        ..ERRORS
    },
    Defect {
        id: "jsonp",
        description: "the body is a call of a function, for scripts of old",
        how: How::Wire(|wire, _| retext(wire, |body| format!("callback({body});"))),
        ..ERRORS
    },
    Defect {
        id: "xssi-prefix",
        description: "a line that stops scripts stands before the body",
        how: How::Wire(|wire, _| retext(wire, |body| format!(")]}}',\n{body}"))),
        ..ERRORS
    },
    Defect {
        id: "php-notice",
        description: "a notice of the interpreter stands before the body",
        how: How::Wire(|wire, _| {
            retext(wire, |body| format!("<br />\n<b>Notice</b>:  Undefined index: id<br />\n{body}"));
        }),
        ..ERRORS
    },
    Defect {
        id: "two-documents",
        description: "the body is sent twice, one behind the other",
        breaks: JSON,
        expected: &["ENV005"],
        how: How::Wire(|wire, _| wire.body.extend_from_within(..)),
        ..ERRORS
    },
    Defect {
        id: "trailing-zero",
        description: "a `0` stands behind the body, as of a chunk that nobody decoded",
        breaks: JSON,
        expected: &["ENV005"],
        how: How::Wire(|wire, _| wire.body.extend(b"\r\n0\r\n\r\n")),
        ..ERRORS
    },
    Defect {
        id: "trailing-nul",
        description: "a NUL byte stands behind the body",
        breaks: JSON,
        expected: &["ENV005"],
        how: How::Wire(|wire, _| wire.body.push(0)),
        ..ERRORS
    },
    Defect {
        id: "double-encoded",
        description: "the body is a JSON string that holds the JSON",
        breaks: "error format: all errors have one structure",
        expected: &["ENV010"],
        how: How::Wire(|wire, _| retext(wire, |body| serde_json::Value::from(body).to_string())),
        ..ERRORS
    },
    Defect {
        id: "latin-1",
        description: "a letter in the message is ISO 8859-1",
        breaks: UTF8,
        expected: &["ENV006"],
        how: How::Wire(|wire, _| {
            if let Some(space) = wire.body.iter_mut().find(|byte| **byte == b' ') {
                *space = 0xE9;
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "utf-16",
        description: "the body is UTF-16",
        breaks: UTF8,
        expected: &["ENV006"],
        how: How::Wire(|wire, _| {
            let text = String::from_utf8_lossy(&wire.body).into_owned();
            wire.body =
                std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        }),
        ..ERRORS
    },
    Defect {
        id: "success-twice",
        description: "`success` stands in the body twice, with two values",
        breaks: "RFC 8259 section 4: names are unique",
        expected: &["ENV007"],
        how: How::Wire(|wire, _| retext(wire, |body| body.replacen('{', "{\"success\":true,", 1))),
        ..ERRORS
    },
];
