//! What goes out: first as JSON, then as bytes.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use wiremock::ResponseTemplate;

use super::api::Api;
use super::problem::Kind;

/// Header lines in their order.
pub(super) type Headers = Vec<(&'static str, String)>;

/// An answer whose body is still a value.
#[derive(Debug)]
pub(super) struct Reply {
    /// The API in whose dialect it speaks.
    pub(super) api: Api,
    /// The situation; none is a success.
    pub(super) kind: Option<Kind>,
    /// The status.
    pub(super) status: u16,
    /// The header lines, `Content-Type` aside.
    pub(super) headers: Headers,
    /// The JSON; none is an answer without a body.
    pub(super) body: Option<Value>,
}

/// An answer in bytes.
#[derive(Debug)]
pub(super) struct Wire {
    /// The API in whose dialect it speaks.
    pub(super) api: Api,
    /// The situation; none is a success.
    pub(super) kind: Option<Kind>,
    /// The status.
    pub(super) status: u16,
    /// The header lines.
    pub(super) headers: Headers,
    /// The body.
    pub(super) body: Vec<u8>,
}

impl From<Reply> for Wire {
    fn from(reply: Reply) -> Self {
        let Reply { api, kind, status, mut headers, body } = reply;
        let body = body.map(|body| body.to_string().into_bytes());
        if body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        Self { api, kind, status, headers, body: body.unwrap_or_default() }
    }
}

impl Wire {
    /// The answer as the server sends it.
    pub(super) fn template(self, method: &Method, latency: Duration) -> ResponseTemplate {
        let mut template = ResponseTemplate::new(self.status);
        for (name, value) in self.headers {
            template = template.append_header(name, value);
        }
        if !self.body.is_empty() {
            // Over HTTP/1.1 the body of an answer to HEAD is left out for us, over HTTP/2 it is not.
            template = if method == Method::HEAD {
                template.insert_header("Content-Length", self.body.len())
            } else {
                template.set_body_bytes(self.body)
            };
        }
        if latency.is_zero() { template } else { template.set_delay(latency) }
    }
}
