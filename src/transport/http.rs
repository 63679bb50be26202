//! The real transport: reqwest, with redirects, time and size kept in our own hands.

use std::sync::OnceLock;
use std::time::SystemTime;

use reqwest::Client;
use tokio::time::{Instant, timeout_at};

use super::message::{Parts, header_lines, version_name};
use super::{HttpVersion, Options, Sending, Transport, body, client, failure, redirect};
use crate::model::{Exchange, Request, Response, TransportError, TransportErrorKind};

/// Sends requests over real connections, which are kept and used again.
///
/// A request is sent once. The one exception cannot be seen by the server: if a kept connection turns out to be
/// closed before a single byte of the request was written to it, another connection is taken.
pub struct Http {
    options: Options,
    way: failure::Way,
    plain: Client,
    /// Made with the first `https://` request, since loading root certificates takes milliseconds.
    secure: OnceLock<Result<Client, String>>,
}

impl Http {
    /// A transport with these options.
    ///
    /// # Errors
    ///
    /// A proxy or a CA file that cannot be used; the text says which and what to do.
    pub fn new(options: &Options) -> Result<Self, String> {
        // Fails if there is a provider already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        client::certificates(options)?;
        let way = failure::Way {
            proxy: client::proxy_origin(&options.proxy),
            only_http2: options.version == HttpVersion::Http2,
        };
        Ok(Self { plain: client::plain(options)?, options: options.clone(), way, secure: OnceLock::new() })
    }

    fn client(&self, scheme: &str) -> Result<&Client, TransportError> {
        if scheme != "https" {
            return Ok(&self.plain);
        }
        self.secure
            .get_or_init(|| client::secure(&self.options))
            .as_ref()
            .map_err(|message| TransportError { kind: TransportErrorKind::Tls, message: message.clone() })
    }

    /// Sends, follows redirects, reads.
    async fn exchange(&self, request: &Request, start: Instant) -> Result<Response, TransportError> {
        let mut parts = Parts::new(request)?;
        let deadline = deadline(start, request);
        let mut left = request.redirects;
        loop {
            let mut response = self.head(&parts, request, deadline).await?;
            let (first_byte, received_at) = (start.elapsed(), SystemTime::now());
            if request.redirects > 0
                && let Some(next) = redirect::next(&parts, response.status(), response.headers())
            {
                if left == 0 {
                    return Err(too_many(request.redirects));
                }
                left -= 1;
                parts = next;
                continue;
            }
            let (bytes, cut) = body::read(&mut response, self.options.max_body, deadline).await;
            return Ok(Response {
                version: version_name(response.version()),
                status: response.status().as_u16(),
                headers: header_lines(response.headers()),
                body: bytes,
                cut,
                first_byte,
                received_at,
                url: if left == request.redirects { request.url.clone() } else { parts.url.into() },
            });
        }
    }

    async fn head(
        &self,
        parts: &Parts,
        request: &Request,
        deadline: Instant,
    ) -> Result<reqwest::Response, TransportError> {
        let client = self.client(parts.url.scheme())?;
        let built = parts.build(client).map_err(|error| failure::head(&error, &parts.url, &self.way))?;
        match timeout_at(deadline, client.execute(built)).await {
            Err(_) => Err(failure::timeout(request.timeout, &parts.url)),
            Ok(answer) => answer.map_err(|error| failure::head(&error, &parts.url, &self.way)),
        }
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, request: &'a Request) -> Sending<'a> {
        Box::pin(async move {
            let (sent_at, start) = (SystemTime::now(), Instant::now());
            let outcome = self.exchange(request, start).await;
            Exchange { request: request.clone(), sent_at, elapsed: start.elapsed(), outcome }
        })
    }
}

/// When to give up; a timeout beyond what the clock can hold counts as a day.
fn deadline(start: Instant, request: &Request) -> Instant {
    let day = std::time::Duration::from_secs(86_400);
    start + request.timeout.min(day)
}

fn too_many(allowed: u8) -> TransportError {
    TransportError {
        kind: TransportErrorKind::Redirects,
        message: format!(
            "more than {allowed} redirects in a row; allow more with `redirects`, or find the loop"
        ),
    }
}
