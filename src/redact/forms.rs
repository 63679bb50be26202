//! The spellings in which a secret may come back: percent, JSON, HTML, base64, hex.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, PAD};

/// One spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    /// The characters.
    pub(super) text: String,
    /// Whether upper and lower case mean the same in it (the digits of an escape).
    pub(super) any_case: bool,
}

/// Every spelling of a secret, the plain one included, none of them twice.
pub(super) fn of(secret: &str) -> BTreeSet<Form> {
    let exact = std::iter::once(secret.to_owned()).chain(base64(secret.as_bytes())).chain(debug(secret));
    let mut forms: BTreeSet<Form> = exact.map(|text| Form { text, any_case: false }).collect();
    let escaped = std::iter::once(hex(secret.as_bytes()))
        .chain(percent(secret))
        .chain(json(secret))
        .chain(html(secret));
    // Where nothing had to be escaped the spelling is the plain one, in which case counts.
    forms.extend(escaped.filter(|text| text != secret).map(|text| Form { text, any_case: true }));
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What encoders leave as it is, beside letters and digits. The list is by who encodes so: RFC 3986's unreserved,
/// `encodeURIComponent`, HTML forms, a path with its slashes, `encodeURI`, browsers' queries, and "nothing at all".
const KEPT: [&str; 7] =
    ["-._~", "-._~!'()*", "*-._", "-._~/", "-._~!'()*;,/?:@&=+$#", "-._~!'()*;,/?:@&=+$%[]\\^`{|}", ""];

fn percent(secret: &str) -> Vec<String> {
    let encode = |keep: &dyn Fn(u8) -> bool, space: &str| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            match byte {
                b' ' => text.push_str(space),
                _ if keep(byte) => text.push(char::from(byte)),
                _ => drop(write!(text, "%{byte:02x}")),
            }
            text
        })
    };
    let mut all = vec![encode(&|_| false, "%20")];
    for kept in KEPT {
        for space in ["%20", "+"] {
            all.push(encode(&|byte| byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte), space));
        }
    }
    all
}

/// JSON strings (RFC 8259 section 7): with as few escapes as possible, with all that is common, and in between.
fn json(secret: &str) -> Vec<String> {
    let encode = |slash: bool, html: bool, ascii: bool| {
        secret.chars().fold(String::new(), |mut text, c| {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\u{8}' => text.push_str("\\b"),
                '\u{c}' => text.push_str("\\f"),
                '/' if slash => text.push_str("\\/"),
                _ if c < ' '
                    || (html && matches!(c, '<' | '>' | '&' | '\'' | '+' | '\u{2028}' | '\u{2029}'))
                    || (ascii && (c == '\u{7f}' || !c.is_ascii())) =>
                {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(text, "\\u{unit:04x}");
                    }
                }
                _ => text.push(c),
            }
            text
        })
    };
    (0..8).map(|flags| encode(flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)).collect()
}

/// HTML text and attributes: how common encoders write `'`, `"` and `/`.
fn html(secret: &str) -> Vec<String> {
    [
        ["'", "\"", "/"],
        ["'", "&quot;", "/"],
        ["&#39;", "&quot;", "/"],
        ["&#039;", "&quot;", "/"],
        ["&#39;", "&#34;", "/"],
        ["&#x27;", "&quot;", "/"],
        ["&#x27;", "&quot;", "&#x2f;"],
        ["&apos;", "&quot;", "/"],
    ]
    .iter()
    .map(|[single, double, slash]| {
        secret.chars().fold(String::new(), |mut text, c| {
            match c {
                '&' => text.push_str("&amp;"),
                '<' => text.push_str("&lt;"),
                '>' => text.push_str("&gt;"),
                '\'' => text.push_str(single),
                '"' => text.push_str(double),
                '/' => text.push_str(slash),
                _ => text.push(c),
            }
            text
        })
    })
    .collect()
}

/// The inside of what `{:?}` prints.
fn debug(secret: &str) -> Option<String> {
    format!("{secret:?}").strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(str::to_owned)
}

/// Base64 (RFC 4648 sections 4 and 5) of the secret alone, and those characters of it that are the same wherever
/// the secret stands inside something larger, such as `user:secret`.
fn base64(secret: &[u8]) -> Vec<String> {
    let encode = |alphabet: &Alphabet, padded: bool, data: &[u8]| {
        GeneralPurpose::new(alphabet, if padded { PAD } else { NO_PAD }).encode(data)
    };
    let mut all = Vec::new();
    for alphabet in [&STANDARD, &URL_SAFE] {
        all.push(encode(alphabet, true, secret));
        all.push(encode(alphabet, false, secret));
        for before in 0..3 {
            let mut data = vec![0; before];
            data.extend_from_slice(secret);
            let text = encode(alphabet, false, &data);
            // A character holds six bits; those that share bits with a neighbour's byte are left out.
            let (first, end) = ((before * 8).div_ceil(6), data.len() * 8 / 6);
            all.push(text[first..end].to_owned());
        }
    }
    all
}
