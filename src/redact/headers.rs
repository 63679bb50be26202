//! Header lines as they may be shown: credentials hidden whether or not anybody declared them secret.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

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

    /// Hides the credentials in a request's lines from now on, wherever they turn up: the value of a credential
    /// header behind its scheme word, the pair and the password in it if the scheme is `Basic` (RFC 7617), the value
    /// of each cookie. What is too short to be told from ordinary text is
    /// left, and so is what comes after the first few hundred: each has to be searched for in every text to come.
    pub fn add_sent(&self, headers: &[Header]) {
        self.add_credentials(headers, &self.sent);
    }

    /// The same for a response's lines. They are counted apart, so that a server that sends many does not keep
    /// those of requests from being hidden.
    pub fn add_received(&self, headers: &[Header]) {
        self.add_credentials(headers, &self.received);
    }

    /// Takes header fields of this name for credentials from now on, whatever the name sounds like.
    pub fn add_credential_header(&self, name: &str) {
        self.headers.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_ascii_lowercase());
    }

    /// Whether a header of this name carries a credential: by its name, or because somebody said so.
    fn has_credential(&self, name: &str) -> bool {
        let known = || {
            let named = self.headers.read().unwrap_or_else(PoisonError::into_inner);
            !named.is_empty() && named.contains(&name.to_ascii_lowercase())
        };
        is_credential(name) || known()
    }

    fn add_credentials(&self, headers: &[Header], undeclared: &Mutex<Undeclared>) {
        for header in headers.iter().filter(|header| self.has_credential(&header.name)) {
            let value = header.text();
            let parts = credentials(&header.name, &value);
            let basic = parts.iter().filter_map(|part| pair(part)).collect::<Vec<_>>();
            let passwords = basic.iter().filter_map(|pair| Some(pair.split_once(':')?.1));
            for credential in parts.iter().copied().chain(basic.iter().map(String::as_str)).chain(passwords) {
                if credential.chars().count() < MIN_CREDENTIAL || self.knows(credential) {
                    continue;
                }
                if undeclared.lock().unwrap_or_else(PoisonError::into_inner).has_room_for(credential) {
                    // What cannot be added is still hidden where the header itself is shown.
                    let _ = self.add(credential);
                }
            }
        }
    }

    fn header_value(&self, header: &Header) -> String {
        let value = header.text();
        if ["location", "content-location", "referer"]
            .iter()
            .any(|name| header.name.eq_ignore_ascii_case(name))
        {
            return self.url(&value);
        }
        if !self.has_credential(&header.name) {
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

/// Fewest characters of a credential that is searched for elsewhere; nobody declared it, so it may be a word.
const MIN_CREDENTIAL: usize = 8;

/// Most undeclared credentials of requests, and of responses, that are searched for elsewhere.
pub(super) const MOST_UNDECLARED: usize = 500;

/// Most bytes of them. Their spellings take about a thousand times as much.
const MOST_UNDECLARED_BYTES: usize = 64 << 10;

/// How many credentials are searched for though nobody declared them.
#[derive(Default)]
pub(super) struct Undeclared {
    count: usize,
    bytes: usize,
}

impl Undeclared {
    /// Counts one more, if there is room for it.
    fn has_room_for(&mut self, credential: &str) -> bool {
        let (count, bytes) = (self.count + 1, self.bytes + credential.len());
        let has_room = count <= MOST_UNDECLARED && bytes <= MOST_UNDECLARED_BYTES;
        if has_room {
            *self = Self { count, bytes };
        }
        has_room
    }
}

/// What base64 says, if that is a user and a password.
fn pair(code: &str) -> Option<String> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(code.trim_end_matches('=')).ok()?;
    String::from_utf8(bytes).ok().filter(|pair| pair.contains(':'))
}

/// The parts of a credential header that are the credential.
fn credentials<'a>(name: &str, value: &'a str) -> Vec<&'a str> {
    if name.eq_ignore_ascii_case("cookie") {
        return value.split(';').filter_map(|pair| Some(pair.split_once('=')?.1.trim())).collect();
    }
    if name.eq_ignore_ascii_case("set-cookie") {
        let first = value.split(';').next().unwrap_or_default();
        return first.split_once('=').map(|(_, value)| value.trim()).into_iter().collect();
    }
    match value.trim().split_once(' ') {
        Some((scheme, rest)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
            vec![rest.trim()]
        }
        _ => vec![value.trim()],
    }
}

/// Whether a header of this name carries a credential, as far as names tell.
pub fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends =
        |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'));
    CREDENTIALS.contains(&name.as_str()) || ENDINGS.iter().any(|ending| ends(ending))
}
