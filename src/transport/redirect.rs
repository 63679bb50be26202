//! Follows one redirect: what the next request is (RFC 9110 section 15.4), or that there is none.

use ::http::header::{
    CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, LOCATION,
    TRANSFER_ENCODING,
};
use ::http::{Method, StatusCode};

use super::message::Parts;
use crate::redact::is_credential;

/// The request that a response asks for, if it asks for one that can be made. As clients do, 301 and 302 turn a
/// POST into a GET, and 303 turns everything but HEAD into a GET; another origin gets no credentials.
pub(super) fn next(parts: &Parts, status: StatusCode, headers: &HeaderMap) -> Option<Parts> {
    let turns_to_get = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => parts.method == Method::POST,
        StatusCode::SEE_OTHER => parts.method != Method::HEAD,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => false,
        _ => return None,
    };
    let location = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    let url = parts.url.join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;

    let mut next = parts.clone();
    if turns_to_get {
        next.method = Method::GET;
        next.body.clear();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE, TRANSFER_ENCODING] {
            next.headers.remove(name);
        }
    }
    if url.origin() != parts.url.origin() {
        next.headers.remove(HOST);
        for name in parts.headers.keys().filter(|name| is_credential(name.as_str())) {
            next.headers.remove(name);
        }
    }
    next.url = url;
    Some(next)
}

#[cfg(test)]
mod tests {
    use ::http::header::{AUTHORIZATION, COOKIE, HeaderValue};

    use super::*;
    use crate::model::{Header, Request};

    fn follow(method: &str, status: u16, location: &str) -> Option<Parts> {
        let request = Request {
            method: method.into(),
            url: "http://a.test/x/y?q=1".into(),
            path: String::new(),
            headers: vec![
                Header::new("authorization", "Bearer t"),
                Header::new("cookie", "a=b"),
                Header::new("X-Api-Key", "k"),
                Header::new("content-type", "text/plain"),
                Header::new("x-own", "1"),
            ],
            body: "hello".into(),
            redirects: 1,
            timeout: std::time::Duration::from_secs(1),
        };
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        next(&Parts::new(&request).unwrap(), StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn the_method_follows_the_status() {
        for (method, status, expected) in [
            ("POST", 301, "GET"),
            ("POST", 302, "GET"),
            ("PUT", 302, "PUT"),
            ("PUT", 303, "GET"),
            ("HEAD", 303, "HEAD"),
            ("POST", 307, "POST"),
            ("DELETE", 308, "DELETE"),
        ] {
            let parts = follow(method, status, "/z").unwrap();
            assert_eq!(parts.method, expected, "{method} {status}");
            assert_eq!(parts.body.is_empty(), parts.method != method, "{method} {status}");
            assert_eq!(parts.headers.contains_key(CONTENT_TYPE), parts.method == method, "{method} {status}");
        }
    }

    #[test]
    fn only_the_same_origin_gets_the_credentials() {
        for (location, expected, keeps) in [
            ("z", "http://a.test/x/z", true),
            ("http://a.test:80/z", "http://a.test/z", true),
            ("http://a.test:81/z", "http://a.test:81/z", false),
            ("https://a.test/z", "https://a.test/z", false),
            ("//b.test/z", "http://b.test/z", false),
        ] {
            let parts = follow("GET", 302, location).unwrap();
            assert_eq!(parts.url.as_str(), expected);
            assert_eq!(parts.headers.contains_key(AUTHORIZATION), keeps, "{location}");
            assert_eq!(parts.headers.contains_key(COOKIE), keeps, "{location}");
            assert_eq!(parts.headers.contains_key("x-api-key"), keeps, "{location}");
            assert!(parts.headers.contains_key("x-own"), "{location}");
        }
    }

    #[test]
    fn what_is_no_redirect_ends_the_way() {
        assert!(follow("GET", 200, "/z").is_none());
        assert!(follow("GET", 304, "/z").is_none());
        assert!(follow("GET", 302, "ftp://a.test/z").is_none());
        assert!(follow("GET", 302, "http://[").is_none());
    }
}
