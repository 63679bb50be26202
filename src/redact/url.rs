//! URLs as they may be shown: no user and password, no values of parameters that sound secret.

use super::{PLACEHOLDER, Redactor};

/// Parts of a parameter's name that make it sound secret wherever they stand.
const PARTS: [&str; 8] =
    ["token", "secret", "password", "passwd", "signature", "credential", "apikey", "accesskey"];

/// Words of a parameter's name that do so only as a whole word.
const WORDS: [&str; 8] = ["key", "sig", "pwd", "pass", "auth", "jwt", "session", "hmac"];

impl Redactor {
    /// The URL, or path with query, without secrets. It need not be a valid one.
    pub fn url(&self, url: &str) -> String {
        let url = self.text(url);
        let (place, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let mut clean = without_user(place);
        for piece in rest.split_inclusive(['?', '&', ';', '#']) {
            let end = piece.trim_end_matches(['?', '&', ';', '#']).len();
            match piece[..end].split_once('=') {
                Some((name, value)) if !value.is_empty() && sounds_secret(name) => {
                    clean.push_str(name);
                    clean.push('=');
                    clean.push_str(PLACEHOLDER);
                    clean.push_str(&piece[end..]);
                }
                _ => clean.push_str(piece),
            }
        }
        clean
    }
}

fn without_user(place: &str) -> String {
    let Some((scheme, rest)) = place.split_once("://") else { return place.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{PLACEHOLDER}@{host}{path}"),
        None => place.to_owned(),
    }
}

fn sounds_secret(name: &str) -> bool {
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
        || name.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}
