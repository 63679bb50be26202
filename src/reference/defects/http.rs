//! Media types and header lines that HTTP asks for.

use super::edit::{add_header, drop_header, set_header};
use super::{Defect, How, On};
use crate::reference::problem::Kind;
use crate::reference::reply::{Reply, Wire};

const MEDIA_TYPE: &str = "RFC 9110 section 8.3: the media type of the body";
const CHALLENGE: &str = "RFC 9110 section 15.5.2: a 401 has WWW-Authenticate";
const ALLOW: &str = "RFC 9110 section 15.5.6: a 405 lists the methods in Allow";
const CODING: &str = "RFC 9110 section 8.4: the coding of the body";
const CACHE: &str = "RFC 9111 section 4.2.2: caches may guess how long an answer is fresh";

const ERRORS: Defect = Defect { breaks: MEDIA_TYPE, expected: &["ENV008"], ..Defect::of("http") };

fn retype(wire: &mut Wire, media_type: &str) {
    set_header(&mut wire.headers, "Content-Type", |_| media_type.to_owned());
}

fn challenge(reply: &mut Reply, line: &str) {
    set_header(&mut reply.headers, "WWW-Authenticate", |_| line.to_owned());
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "media-type-html",
        description: "errors are declared as HTML",
        how: How::Wire(|wire, _| retype(wire, "text/html; charset=utf-8")),
        ..ERRORS
    },
    Defect {
        id: "media-type-plain",
        description: "errors are declared as plain text",
        how: How::Wire(|wire, _| retype(wire, "text/plain")),
        ..ERRORS
    },
    Defect {
        id: "media-type-binary",
        description: "errors are declared as bytes",
        how: How::Wire(|wire, _| retype(wire, "application/octet-stream")),
        ..ERRORS
    },
    Defect {
        id: "media-type-problem",
        description: "errors are declared as problem details, which they are not",
        how: How::Wire(|wire, _| retype(wire, "application/problem+json")),
        ..ERRORS
    },
    Defect {
        id: "media-type-misspelt",
        description: "errors are declared as `application-json`",
        how: How::Wire(|wire, _| retype(wire, "application-json")),
        ..ERRORS
    },
    Defect {
        id: "media-type-missing",
        description: "errors are not declared as anything",
        how: How::Wire(|wire, _| drop_header(&mut wire.headers, "Content-Type")),
        ..ERRORS
    },
    Defect {
        id: "media-type-of-success",
        description: "successes are declared as plain text",
        on: On::Successes,
        how: How::Wire(|wire, _| retype(wire, "text/plain")),
        ..ERRORS
    },
    Defect {
        id: "charset-latin-1",
        description: "errors are declared as ISO 8859-1",
        breaks: "RFC 8259 section 8.1: JSON is UTF-8",
        expected: &["HTP011"],
        how: How::Wire(|wire, _| retype(wire, "application/json; charset=iso-8859-1")),
        ..ERRORS
    },
    Defect {
        id: "challenge-missing",
        description: "a 401 has no WWW-Authenticate",
        breaks: CHALLENGE,
        expected: &["HTP001"],
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, "WWW-Authenticate")),
        ..ERRORS
    },
    Defect {
        id: "challenge-empty",
        description: "WWW-Authenticate is empty",
        breaks: CHALLENGE,
        expected: &["HTP013"],
        how: How::Reply(|reply, _| challenge(reply, "")),
        ..ERRORS
    },
    Defect {
        id: "challenge-basic",
        description: "WWW-Authenticate asks for a password, which makes browsers ask their user",
        breaks: "RFC 6750 section 3: the scheme is Bearer",
        expected: &["HTP017"],
        how: How::Reply(|reply, _| challenge(reply, "Basic realm=\"tollgate\"")),
        ..ERRORS
    },
    Defect {
        id: "allow-missing",
        description: "a 405 has no Allow",
        breaks: ALLOW,
        expected: &["HTP002"],
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, "Allow")),
        ..ERRORS
    },
    Defect {
        id: "allow-lists-refused",
        description: "Allow lists the method that was just refused",
        breaks: ALLOW,
        expected: &["HTP012"],
        how: How::Reply(|reply, request| {
            set_header(&mut reply.headers, "Allow", |methods| format!("{methods}, {}", request.method));
        }),
        ..ERRORS
    },
    Defect {
        id: "cacheable-errors",
        description: "errors may be kept in any cache for an hour",
        breaks: "RFC 9111 section 5.2.2.9: public stores what it should not",
        expected: &["HTP007"],
        limits: &["CA001"],
        how: How::Reply(|reply, _| {
            set_header(&mut reply.headers, "Cache-Control", |_| "public, max-age=3600".to_owned());
        }),
        ..ERRORS
    },
    Defect {
        id: "cache-control-missing",
        description: "errors do not say whether they may be kept",
        breaks: CACHE,
        expected: &["EXP005"],
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, "Cache-Control")),
        ..ERRORS
    },
    Defect {
        id: "coding-untrue",
        description: "a body that is not packed is declared as gzip",
        breaks: CODING,
        expected: &["HTP004"],
        how: How::Reply(|reply, _| add_header(&mut reply.headers, "Content-Encoding", "gzip")),
        ..ERRORS
    },
    Defect {
        id: "coding-unknown",
        description: "the body is declared in a coding that nobody knows",
        breaks: CODING,
        expected: &["HTP019"],
        how: How::Reply(|reply, _| add_header(&mut reply.headers, "Content-Encoding", "utf-8")),
        ..ERRORS
    },
    Defect {
        id: "error-with-location",
        description: "a lead that is not there points to where it would be",
        breaks: "RFC 9110 section 10.2.2: Location is for 201 and redirections",
        expected: &["HTP020"],
        how: How::Reply(|reply, request| {
            if reply.kind == Some(Kind::LeadNotFound) {
                add_header(&mut reply.headers, "Location", request.url.path());
            }
        }),
        ..ERRORS
    },
    Defect {
        id: "location-missing",
        description: "a new lead is answered without Location",
        breaks: "RFC 9110 section 15.3.2: Location names what was created",
        expected: &["EXP005"],
        on: On::Successes,
        how: How::Reply(|reply, _| drop_header(&mut reply.headers, "Location")),
        ..ERRORS
    },
];
