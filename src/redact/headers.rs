//! Header lines as they may be shown: credentials hidden whether or not anybody declared them secret.

use super::{PLACEHOLDER, Redactor};
use crate::model::Header;

/// Names that carry a credential.
const CREDENTIALS: [&str; 11] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-auth",
    "x-auth-key",
    "x-access-key",
    "x-secret-key",
    "x-signature",
    "ocp-apim-subscription-key",
    "x-functions-key",
];

/// Endings of further names that do, after any `-`.
const ENDINGS: [&str; 7] = ["api-key", "apikey", "token", "secret", "password", "credential", "session-id"];

/// Words before the credential in `authorization` that tell its kind and nothing else.
const SCHEMES: [&str; 11] =
    ["apikey", "api-key", "basic", "bearer", "digest", "dpop", "hawk", "hmac", "negotiate", "ntlm", "token"];

impl Redactor {
    /// The lines as names and values, in order. Values of credential headers become the placeholder behind their
    /// scheme word, if they have one (`Bearer [redacted]`); all others are searched for secrets.
    pub fn headers(&self, headers: &[Header]) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|header| (self.text(&header.name).into_owned(), self.header_value(header)))
            .collect()
    }

    fn header_value(&self, header: &Header) -> String {
        let value = header.text();
        if ["location", "content-location", "referer"]
            .iter()
            .any(|name| header.name.eq_ignore_ascii_case(name))
        {
            return self.url(&value);
        }
        if !is_credential(&header.name) {
            return self.text(&value).into_owned();
        }
        match value.trim_start().split_once(' ') {
            Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                format!("{scheme} {PLACEHOLDER}")
            }
            _ if value.trim().is_empty() => String::new(),
            _ => PLACEHOLDER.to_owned(),
        }
    }
}

fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends =
        |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'));
    CREDENTIALS.contains(&name.as_str()) || ENDINGS.iter().any(|ending| ends(ending))
}
