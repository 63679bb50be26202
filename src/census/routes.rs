//! Routes: how requests are told apart by method and path, and what is known of each.

use std::collections::{BTreeMap, HashSet};

use super::answer::{Credential, Fact, hashed};
use crate::model::Request;

/// Most routes that are known, and most things that are known of all of them.
const MOST: usize = 4_096;
/// Characters of a part of a path that is taken for an id.
const ID: usize = 20;

/// What is known of a contract's routes.
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: BTreeMap<String, Known>,
    outlines: usize,
    /// Credentials that were let in somewhere, hashed.
    let_in: HashSet<u64>,
}

#[derive(Debug, Default)]
struct Known {
    /// Whether a request with a credential got past the question who is asking.
    let_in: bool,
    /// Whether a request with a credential did what it was to do.
    served: bool,
    /// The outlines of requests that did what they were to do.
    outlines: HashSet<u64>,
}

impl Routes {
    /// Takes an answer in, whether or not it takes part in comparisons.
    pub(super) fn note(&mut self, fact: &Fact<'_>) {
        let status = fact.response.status;
        if matches!(status, 401 | 403 | 429) || status >= 500 {
            return;
        }
        if let Credential::Some(credential) = fact.credential
            && self.let_in.len() < MOST
        {
            self.let_in.insert(credential);
        }
        if self.known.len() >= MOST && !self.known.contains_key(&fact.route) {
            return;
        }
        let known = self.known.entry(fact.route.clone()).or_default();
        let has_credential = matches!(fact.credential, Credential::Some(_));
        let served = (200..300).contains(&status);
        known.let_in |= has_credential;
        known.served |= has_credential && served;
        if served && self.outlines < MOST && known.outlines.insert(fact.outline) {
            self.outlines += 1;
        }
    }

    /// Whether this route surely asks for a credential that was found good: with one it got past a 401.
    pub(super) fn let_in(&self, route: &str) -> bool {
        self.known.get(route).is_some_and(|known| known.let_in)
    }

    /// Whether this route served someone with a credential, and so is not forbidden to all.
    pub(super) fn served(&self, route: &str) -> bool {
        self.known.get(route).is_some_and(|known| known.served)
    }

    /// Whether a request of this outline was served there, so that nothing but its body can be at fault.
    pub(super) fn served_like(&self, route: &str, outline: u64) -> bool {
        self.known.get(route).is_some_and(|known| known.outlines.contains(&outline))
    }

    /// Whether a credential was surely let in nowhere.
    pub(super) fn never_let_in(&self, credential: u64) -> bool {
        self.let_in.len() < MOST && !self.let_in.contains(&credential)
    }
}

/// Method and path of a request without what varies: templates, and parts that look like an id.
pub(super) fn route(method: &str, path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').map(|part| if varies(part) { "{}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

fn varies(part: &str) -> bool {
    part.contains(['{', '}', '%', '@']) || part.len() > ID || part.bytes().any(|byte| byte.is_ascii_digit())
}

/// The names of a request's header lines and query parameters, hashed.
pub(super) fn outline(request: &Request) -> u64 {
    let mut names: Vec<String> =
        request.headers.iter().map(|header| header.name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    let mut query: Vec<&str> =
        query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect();
    query.sort_unstable();
    hashed(&(names, query))
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn what_varies_in_a_path_is_left_out() {
        for (path, expected) in [
            ("/leads/lead_1?full=1", "GET /leads/{}"),
            ("/leads/{{ id }}/notes", "GET /leads/{}/notes"),
            ("/leads/f81d4fae-7dec-41d0", "GET /leads/{}"),
            ("/leads", "GET /leads"),
            ("/", "GET /"),
        ] {
            assert_eq!(route("GET", path), expected, "{path}");
        }
    }
}
