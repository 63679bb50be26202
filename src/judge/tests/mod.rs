//! The judge with the shipped contracts: examples of the rules' docs, vectors of the documents, every row.

mod details;
mod dialects;
pub(crate) mod docs;
mod edges;
mod http;
mod judged;
mod leaks;
mod robust;
mod rows;
mod unjudged;
mod vectors;

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::{Judged, Memory, judge};
use crate::contract::{Compiled, embedded, load};
use crate::model::{Exchange, Header, Request, Response};
use crate::rules;

/// Remembers ids in a set.
#[derive(Default)]
pub(crate) struct Seen(RefCell<HashSet<String>>);

impl Memory for Seen {
    fn first_use(&self, contract: &str, id: &str) -> Option<String> {
        let new = self.0.borrow_mut().insert(format!("{contract} {id}"));
        (!new).then(|| "an earlier step".to_owned())
    }
}

/// A shipped contract.
pub(crate) fn contract(name: &str) -> Compiled {
    let files = embedded(name).expect("it is shipped");
    load(&files, &rules::all()).expect("it has no mistakes")
}

/// An exchange as plain as can be.
fn exchange(request: &str, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Exchange {
    let (method, path) = request.split_once(' ').expect("a method and a path");
    let request = Request {
        method: method.to_owned(),
        url: format!("http://127.0.0.1{path}"),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Bytes::new(),
        redirects: 0,
        timeout: Duration::from_secs(1),
    };
    let response = Response {
        version: "HTTP/1.1",
        status,
        headers: headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: Bytes::copy_from_slice(body.as_ref()),
        cut: None,
        first_byte: Duration::ZERO,
        received_at: SystemTime::UNIX_EPOCH,
        url: request.url.clone(),
    };
    Exchange { request, sent_at: SystemTime::UNIX_EPOCH, elapsed: Duration::ZERO, outcome: Ok(response) }
}

/// The names of the rules that speak, sorted.
fn names(judged: &Judged) -> Vec<&'static str> {
    let mut names: Vec<_> = judged.observations.iter().map(|observation| observation.rule.name).collect();
    names.sort_unstable();
    names
}
