//! Turns a request into reqwest's own form and a response's head into ours.

use ::http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use ::http::{Method, Version};
use bytes::Bytes;
use reqwest::Url;

use crate::model::{Header, Request, TransportError, TransportErrorKind};

/// A request's parts, all of them valid; what a redirect changes, it changes here.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// The method.
    pub(super) method: Method,
    /// Where to.
    pub(super) url: Url,
    /// Header lines, repeated names included.
    pub(super) headers: HeaderMap,
    /// The body; empty means none.
    pub(super) body: Bytes,
}

impl Parts {
    /// Checks the request's parts; what is wrong with one is an error of kind `Request`.
    pub(super) fn new(request: &Request) -> Result<Self, TransportError> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| refused(format!("`{}` is not a method; use letters only", request.method)))?;
        if method == Method::CONNECT {
            return Err(refused(
                "CONNECT opens a tunnel and has no answer to judge; use another method".into(),
            ));
        }
        let url = Url::parse(&request.url)
            .map_err(|error| refused(format!("the URL cannot be used: {error}; write http://host/path")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(format!(
                "`{}://` cannot be requested; use http:// or https://",
                url.scheme()
            )));
        }
        let mut headers = HeaderMap::new();
        for header in &request.headers {
            let (name, value) = header_line(header)?;
            headers.append(name, value);
        }
        Ok(Self { method, url, headers, body: request.body.clone() })
    }

    /// The same in reqwest's form.
    pub(super) fn build(&self, client: &reqwest::Client) -> Result<reqwest::Request, reqwest::Error> {
        // The builder turns a user name in the URL into an `authorization` line; the request's own line wins.
        let mut built = client.request(self.method.clone(), self.url.clone()).build()?;
        if self.headers.contains_key(AUTHORIZATION) {
            built.headers_mut().remove(AUTHORIZATION);
        }
        for (name, value) in &self.headers {
            built.headers_mut().append(name, value.clone());
        }
        if !self.body.is_empty() {
            *built.body_mut() = Some(self.body.clone().into());
        } else if matches!(self.method, Method::POST | Method::PUT | Method::PATCH) {
            // RFC 9110 section 8.6: a method that expects content says so when there is none.
            built.headers_mut().entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
        }
        Ok(built)
    }
}

fn header_line(header: &Header) -> Result<(HeaderName, HeaderValue), TransportError> {
    let name = HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_| refused(format!("`{}` is not a header name", header.name.escape_debug())))?;
    // The value may be a secret, so it is not repeated.
    let value = HeaderValue::from_bytes(&header.value).map_err(|_| {
        refused(format!("the value of header `{name}` has a line break or a control character; take it out"))
    })?;
    Ok((name, value))
}

fn refused(message: String) -> TransportError {
    TransportError { kind: TransportErrorKind::Request, message }
}

/// Header lines in the order the map gives them: by first appearance of the name.
pub(super) fn header_lines(headers: &HeaderMap) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().to_owned(),
            value: Bytes::copy_from_slice(value.as_bytes()),
        })
        .collect()
}

/// The version as status lines write it.
pub(super) fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}
