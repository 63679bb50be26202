//! Makes reqwest clients from the options, and nothing that the options do not say.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, NoProxy, Proxy, redirect, retry};

use super::{HttpVersion, Options, ProxyChoice};

/// Idle connections are dropped before common servers drop them (the shortest default known is 2 s), so that a
/// request seldom meets a connection that is just being closed.
const IDLE: Duration = Duration::from_millis(1_500);

/// Largest total size of a response's header lines on HTTP/2, in bytes.
const HTTP2_HEADER_BYTES: u32 = 256 << 10;

/// Hosts that the environment's proxy is never asked for.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

/// The client for `http://`. It loads no root certificates, which would cost milliseconds.
pub(super) fn plain(options: &Options) -> Result<Client, String> {
    let builder = base(options)?.tls_certs_only([]);
    builder.build().map_err(|error| format!("the HTTP client could not be made: {}", chain(&error)))
}

/// The client for `https://`.
pub(super) fn secure(options: &Options) -> Result<Client, String> {
    let builder = base(options)?
        .tls_danger_accept_invalid_certs(options.insecure)
        .tls_certs_merge(certificates(options)?);
    builder.build().map_err(|error| {
        format!(
            "TLS could not be set up: {}; install the system's CA certificates or name a file with --cacert",
            chain(&error)
        )
    })
}

/// The extra certificate authorities.
pub(super) fn certificates(options: &Options) -> Result<Vec<Certificate>, String> {
    let mut all = Vec::new();
    for pem in &options.ca_certificates {
        let some = Certificate::from_pem_bundle(pem)
            .map_err(|error| format!("the CA file is not PEM: {}", chain(&error)))?;
        if some.is_empty() {
            return Err(
                "the CA file has no certificate; it needs a `-----BEGIN CERTIFICATE-----` block".into()
            );
        }
        all.extend(some);
    }
    Ok(all)
}

fn base(options: &Options) -> Result<ClientBuilder, String> {
    let mut builder = Client::builder()
        .no_proxy()
        // Content codings are undone here, not there: reqwest would ask for them and hide the header lines.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .tcp_nodelay(true)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE)
        .http1_max_headers(options.max_headers)
        .http2_max_header_list_size(HTTP2_HEADER_BYTES)
        .user_agent(concat!("tollgate/", env!("CARGO_PKG_VERSION")));
    builder = match options.version {
        HttpVersion::Auto => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    };
    for proxy in proxies(&options.proxy)? {
        builder = builder.proxy(proxy);
    }
    Ok(builder)
}

fn proxies(choice: &ProxyChoice) -> Result<Vec<Proxy>, String> {
    match choice {
        ProxyChoice::None => Ok(Vec::new()),
        ProxyChoice::Url(url) => {
            // A bare word would be taken for a host: more likely it is a slip.
            if !url.contains(':') {
                return Err(no_proxy("--proxy"));
            }
            Ok(vec![proxy(Proxy::all, url, "--proxy")?])
        }
        ProxyChoice::FromEnvironment(vars) => {
            let value = |name: &str| {
                let of =
                    |name: &str| vars.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
                of(&name.to_ascii_lowercase()).or_else(|| of(name)).filter(|value| !value.is_empty())
            };
            let exempt =
                NoProxy::from_string(&format!("{LOOPBACK},{}", value("NO_PROXY").unwrap_or_default()));
            let mut all = Vec::new();
            type Make = fn(String) -> reqwest::Result<Proxy>;
            for (name, make) in [
                ("HTTP_PROXY", Proxy::http as Make),
                ("HTTPS_PROXY", Proxy::https),
                ("ALL_PROXY", Proxy::all),
            ] {
                if let Some(url) = value(name) {
                    all.push(proxy(make, url, name)?.no_proxy(exempt.clone()));
                }
            }
            Ok(all)
        }
    }
}

fn proxy(make: fn(String) -> reqwest::Result<Proxy>, url: &str, origin: &str) -> Result<Proxy, String> {
    let url = with_scheme(url);
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(no_proxy(origin));
    }
    make(url).map_err(|_| no_proxy(origin))
}

/// What is wrong with a proxy's URL. It may hold a password, so it is not repeated.
fn no_proxy(origin: &str) -> String {
    format!("{origin} is not a proxy that can be used; write http://host:port or https://host:port")
}

fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_owned() } else { format!("http://{url}") }
}

/// Scheme, host and port of the proxy that every connection goes to, if there is one.
pub(super) fn proxy_origin(choice: &ProxyChoice) -> Option<String> {
    // Which of the environment's proxies a request takes is decided elsewhere.
    let ProxyChoice::Url(url) = choice else { return None };
    reqwest::Url::parse(&with_scheme(url)).ok().map(|url| url.origin().ascii_serialization())
}

/// An error with its causes, outermost first, repetitions left out.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}
