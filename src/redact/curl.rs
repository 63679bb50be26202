//! A request as a curl line that can be pasted into a POSIX shell; secrets are left for the reader to fill in.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::response::prefix;
use super::{Redactor, visible};
use crate::model::Request;

/// Most bytes of a body in a curl line.
const MAX_BODY: usize = 4096;

impl Redactor {
    /// The curl command that repeats a request, on one line unless the body has several.
    pub fn curl(&self, request: &Request) -> String {
        let (before, data, note) = self.data(&request.body);
        let mut line = format!("{before}curl{}", method(request));
        let url = self.url(&request.url);
        if url.contains(['[', ']', '{', '}']) {
            line.push_str(" --globoff");
        }
        if request.redirects > 0 {
            let _ = write!(line, " --location --max-redirs {}", request.redirects);
        }
        for (name, value) in self.headers(&request.headers) {
            // A header without a value is written with a semicolon; with a colon curl would leave it out.
            let text = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            let _ = write!(line, " -H {}", quoted(&text));
        }
        if !data.is_empty() && request.header("content-type").is_none() {
            // Otherwise curl says that the data is a form.
            line.push_str(" -H 'content-type:'");
        }
        let _ = write!(line, "{data} {}{note}", quoted(&url));
        line
    }

    /// What stands before `curl`, the option with the data, and a note at the end of the line.
    fn data(&self, body: &[u8]) -> (String, String, String) {
        if body.is_empty() {
            return Default::default();
        }
        let note = |length: usize| {
            if length > MAX_BODY {
                format!(" # only {MAX_BODY} of {length} bytes of data")
            } else {
                String::new()
            }
        };
        match std::str::from_utf8(body) {
            Ok(text) if visible(text) == text => {
                let text = self.text(text);
                let part = prefix(&text, MAX_BODY);
                (String::new(), format!(" --data-raw {}", quoted(part)), note(text.len()))
            }
            _ => {
                let code = BASE64_STANDARD.encode(body);
                let text = self.text(&code);
                let part = prefix(&text, MAX_BODY);
                let before = format!("printf %s {} | base64 -d | ", quoted(part));
                (before, " --data-binary @-".to_owned(), note(text.len()))
            }
        }
    }
}

fn method(request: &Request) -> String {
    match request.method.as_str() {
        "GET" if request.body.is_empty() => String::new(),
        // With `-X HEAD` curl would wait for a body.
        "HEAD" => " --head".to_owned(),
        "POST" if !request.body.is_empty() => String::new(),
        method if !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            format!(" -X {method}")
        }
        method => format!(" -X {}", quoted(method)),
    }
}

/// The text as one word for a POSIX shell, harmless to a terminal.
fn quoted(text: &str) -> String {
    format!("'{}'", visible(text).replace('\'', r"'\''"))
}
