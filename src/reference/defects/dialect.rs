//! Errors in the words of another layer: a proxy, a framework, a gateway.

use serde_json::json;

use super::edit::{add_header, page};
use super::{Defect, How};
use crate::reference::problem::Kind;
use crate::reference::reply::Wire;

const JSON: &str = "application/json";
const HTML: &str = "text/html";
const PLAIN: &str = "text/plain; charset=utf-8";

const LAYER: &str = "error format: all errors have one structure";
const ERRORS: Defect = Defect { breaks: LAYER, expected: &["ENV015"], ..Defect::of("dialect") };
const PAGES: Defect = Defect { expected: &["LEA005"], ..ERRORS };

const VALIDATION: &[Kind] = &[Kind::Invalid, Kind::MissingField, Kind::InvalidValue];
const KEYS: &[Kind] = &[Kind::Unauthorized, Kind::InvalidKey, Kind::TokenExpired, Kind::KeyRevoked];

/// Answers some situations with another body under another media type.
fn speak(wire: &mut Wire, kinds: &[Kind], media_type: &str, body: impl AsRef<str>) {
    if wire.kind.is_some_and(|kind| kinds.contains(&kind)) {
        page(wire, media_type, body.as_ref());
    }
}

/// The page of a proxy.
fn nginx(title: &str) -> String {
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

/// The page of Express.
fn express(text: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n\
         <body>\n<pre>{text}</pre>\n</body>\n</html>\n"
    )
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "nginx-not-found",
        description: "unknown routes get the HTML page of nginx",
        how: How::Wire(|wire, _| speak(wire, &[Kind::RouteNotFound], HTML, nginx("404 Not Found"))),
        ..PAGES
    },
    Defect {
        id: "nginx-too-large",
        description: "a body that is too large gets the HTML page of nginx",
        how: How::Wire(|wire, _| {
            speak(wire, &[Kind::BodyTooLarge], HTML, nginx("413 Request Entity Too Large"));
        }),
        ..PAGES
    },
    Defect {
        id: "nginx-unavailable",
        description: "a service that is away gets the HTML page of nginx",
        how: How::Wire(|wire, _| {
            speak(wire, &[Kind::Unavailable], HTML, nginx("503 Service Temporarily Unavailable"));
        }),
        ..PAGES
    },
    Defect {
        id: "express-cannot",
        description: "unknown routes get the `Cannot GET` of Express",
        how: How::Wire(|wire, request| {
            let text = format!("Cannot {} {}", request.method, request.url.path());
            speak(wire, &[Kind::RouteNotFound], "text/html; charset=utf-8", express(&text));
        }),
        ..PAGES
    },
    Defect {
        id: "express-syntax-error",
        description: "a body that cannot be read gets the HTML page of Express's parser",
        how: How::Wire(|wire, _| {
            let text = "SyntaxError: Unexpected end of JSON input";
            speak(wire, &[Kind::Malformed], "text/html; charset=utf-8", express(text));
        }),
        ..PAGES
    },
    Defect {
        id: "fastapi-not-found",
        description: "unknown routes get the `detail` of FastAPI",
        how: How::Wire(|wire, _| speak(wire, &[Kind::RouteNotFound], JSON, r#"{"detail":"Not Found"}"#)),
        ..ERRORS
    },
    Defect {
        id: "fastapi-validation",
        description: "wrong fields get the `detail` of FastAPI",
        how: How::Wire(|wire, _| {
            let item =
                json!({ "type": "missing", "loc": ["body", "email"], "msg": "Field required", "input": {} });
            speak(wire, VALIDATION, JSON, json!({ "detail": [item] }).to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "django-not-authenticated",
        description: "keys that are no good get the `detail` of Django REST framework",
        how: How::Wire(|wire, _| speak(wire, KEYS, JSON, r#"{"detail":"Invalid token."}"#)),
        ..ERRORS
    },
    Defect {
        id: "spring-not-found",
        description: "unknown routes get the error object of Spring Boot",
        how: How::Wire(|wire, request| {
            let body = json!({ "timestamp": "2024-01-16T10:30:00.000+00:00", "status": 404, "error": "Not Found",
                "path": request.url.path() });
            speak(wire, &[Kind::RouteNotFound], JSON, body.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "spring-internal",
        description: "a fault inside gets the error object of Spring Boot",
        how: How::Wire(|wire, request| {
            let body = json!({ "timestamp": "2024-01-16T10:30:00.000+00:00", "status": 500,
                "error": "Internal Server Error", "path": request.url.path() });
            speak(wire, &[Kind::Internal], JSON, body.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "rails-internal",
        description: "a fault inside gets the HTML page of Rails",
        how: How::Wire(|wire, _| {
            let body = "<!DOCTYPE html>\n<html>\n<head><title>We're sorry (500)</title></head>\n<body>\n\
                        <h1>We're sorry, but something went wrong.</h1>\n</body>\n</html>\n";
            speak(wire, &[Kind::Internal], HTML, body);
        }),
        ..PAGES
    },
    Defect {
        id: "rails-validation",
        description: "wrong fields get the `errors` of Rails",
        expected: &["ENV015"],
        how: How::Wire(|wire, _| speak(wire, VALIDATION, JSON, r#"{"errors":{"email":["is invalid"]}}"#)),
        ..ERRORS
    },
    Defect {
        id: "laravel-method",
        description: "a method that a route does not know gets the `message` of Laravel",
        how: How::Wire(|wire, request| {
            let message = format!("The {} method is not supported for this route.", request.method);
            speak(wire, &[Kind::MethodNotAllowed], JSON, json!({ "message": message }).to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "aspnet-validation",
        description: "wrong fields get the problem details of ASP.NET",
        how: How::Wire(|wire, _| {
            let body = json!({ "title": "One or more validation errors occurred.", "status": wire.status,
                "errors": { "Email": ["The Email field is not a valid e-mail address."] }, "traceId": "00-4bf9-01" });
            speak(wire, VALIDATION, "application/problem+json; charset=utf-8", body.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "aspnet-unsupported",
        description: "a media type that is no JSON gets the problem details of ASP.NET",
        how: How::Wire(|wire, _| {
            let body = json!({ "title": "Unsupported Media Type", "status": 415, "traceId": "00-4bf9-01" });
            speak(wire, &[Kind::UnsupportedMediaType], "application/problem+json", body.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "go-not-found",
        description: "unknown routes get the plain text of Go's router",
        how: How::Wire(|wire, _| speak(wire, &[Kind::RouteNotFound], PLAIN, "404 page not found\n")),
        ..PAGES
    },
    Defect {
        id: "gateway-no-key",
        description: "keys that are no good get the `message` of a cloud's API gateway",
        how: How::Wire(|wire, _| speak(wire, KEYS, JSON, r#"{"message":"Missing Authentication Token"}"#)),
        ..ERRORS
    },
    Defect {
        id: "gateway-limit",
        description: "a limit that is used up gets the `message` of an API gateway",
        limits: &["EN001"],
        how: How::Wire(|wire, _| {
            speak(wire, &[Kind::RateLimited], JSON, r#"{"message":"API rate limit exceeded"}"#);
        }),
        ..ERRORS
    },
    Defect {
        id: "edge-limit",
        description: "a limit that is used up gets the plain text of a content delivery network",
        expected: &["LEA005"],
        limits: &["EN001", "EN003"],
        how: How::Wire(|wire, _| speak(wire, &[Kind::RateLimited], PLAIN, "error code: 1015")),
        ..PAGES
    },
    Defect {
        id: "envoy-timeout",
        description: "a request that took too long gets the plain text of Envoy",
        expected: &["LEA005"],
        how: How::Wire(|wire, _| speak(wire, &[Kind::Timeout], "text/plain", "upstream request timeout")),
        ..PAGES
    },
    Defect {
        id: "tomcat-headers",
        description: "header fields that are too large get the HTML page of Tomcat",
        how: How::Wire(|wire, _| {
            let body = "<!doctype html><html lang=\"en\"><head><title>HTTP Status 431</title></head>\
                        <body><h1>HTTP Status 431</h1></body></html>";
            speak(wire, &[Kind::HeadersTooLarge], "text/html;charset=utf-8", body);
        }),
        ..PAGES
    },
    Defect {
        id: "google-not-found",
        description: "a lead that is not there gets an error object with the status as code",
        how: How::Wire(|wire, _| {
            let error = json!({ "code": 404, "message": "Lead not found.", "status": "NOT_FOUND" });
            speak(wire, &[Kind::LeadNotFound], JSON, json!({ "error": error }).to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "json-api-conflict",
        description: "an email that exists gets the `errors` of JSON:API",
        how: How::Wire(|wire, _| {
            let error =
                json!({ "status": "409", "title": "Conflict", "source": { "pointer": "/data/email" } });
            let body = json!({ "errors": [error] }).to_string();
            speak(wire, &[Kind::DuplicateEmail], "application/vnd.api+json", body);
        }),
        ..ERRORS
    },
    Defect {
        id: "oauth-error",
        description: "keys that are no good get the `error` of OAuth 2.0",
        how: How::Wire(|wire, _| {
            let body = json!({ "error": "invalid_token", "error_description": "The token is not valid" });
            speak(wire, KEYS, JSON, body.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "xml-error",
        description: "a lead that is not there gets XML",
        expected: &["LEA005"],
        how: How::Wire(|wire, _| {
            let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NotFound</Code></Error>";
            speak(wire, &[Kind::LeadNotFound], "application/xml", body);
        }),
        ..PAGES
    },
    Defect {
        id: "login-page",
        description: "keys that are no good are sent to a page to log in at",
        breaks: "error codes: authentication errors are 401",
        expected: &["EXP001"],
        how: How::Wire(|wire, _| {
            if wire.kind.is_some_and(|kind| KEYS.contains(&kind)) {
                wire.status = 302;
                add_header(&mut wire.headers, "Location", "/login");
                page(
                    wire,
                    HTML,
                    "<html><body>You are being <a href=\"/login\">redirected</a>.</body></html>",
                );
            }
        }),
        ..ERRORS
    },
];
