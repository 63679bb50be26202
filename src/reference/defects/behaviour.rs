//! Leads and keys that are not treated as they should be.

use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use wiremock::Request;

use super::{Defect, How};
use crate::reference::auth::Keyring;
use crate::reference::handlers::{Call, Success};
use crate::reference::problem::{Kind, Problem};
use crate::reference::router::Operation;

const KEYS: &str = "error codes: authentication errors";
const ACCESS: &str = "error codes: authorization errors";
const LEADS: &str = "error codes: resource errors";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Something that is let pass.
const PASSED: Defect = Defect { breaks: KEYS, expected: &["EXP001"], ..Defect::of("behaviour") };

fn bearer(keys: &Keyring, alias: &str) -> Option<HeaderValue> {
    let key = keys.keys().find(|key| key.alias == alias)?;
    HeaderValue::try_from(format!("Bearer {}", key.key)).ok()
}

/// Takes one key for the ordinary one.
fn mistake(request: &mut Request, keys: &Keyring, alias: &str) {
    if request.headers.get(AUTHORIZATION) == bearer(keys, alias).as_ref() {
        admit(request, keys);
    }
}

/// Takes whatever was sent for the ordinary key.
fn admit(request: &mut Request, keys: &Keyring) {
    if let Some(line) = bearer(keys, "api_key") {
        request.headers.insert(AUTHORIZATION, line);
    }
}

/// Serves a call and keeps the leads.
fn serve(call: &mut Call<'_>, wanted: Operation<'_>) -> Result<Success, Problem> {
    let Call { api, request, at, .. } = *call;
    Call { api, request, shelf: &mut *call.shelf, ids: &mut *call.ids, at }.serve(wanted)
}

/// Serves a call, and has the lead as it was before.
fn undo(mut call: Call<'_>, wanted: Operation<'_>, id: &str) -> Result<Success, Problem> {
    let before = call.shelf.lead(id).ok().cloned();
    let success = serve(&mut call, wanted)?;
    if let Some(lead) = before {
        call.shelf.delete(id);
        call.shelf.add(lead);
    }
    Ok(success)
}

/// The email in a request's body.
fn email(request: &Request) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(&request.body).ok()?;
    body.get("email")?.as_str().map(str::to_owned)
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "no-key-needed",
        description: "a request without a key is served",
        how: How::Request(|request, keys| {
            if !request.headers.contains_key(AUTHORIZATION) {
                admit(request, keys);
            }
        }),
        ..PASSED
    },
    Defect {
        id: "unknown-key-accepted",
        description: "a key that nobody knows is served",
        how: How::Request(|request, keys| {
            let unknown =
                |line: &HeaderValue| keys.keys().all(|key| bearer(keys, key.alias).as_ref() != Some(line));
            let is_key = |line: &HeaderValue| line.as_bytes().starts_with(b"Bearer tg_");
            if request.headers.get(AUTHORIZATION).is_some_and(|line| is_key(line) && unknown(line)) {
                admit(request, keys);
            }
        }),
        ..PASSED
    },
    Defect {
        id: "any-scheme-accepted",
        description: "whatever stands in Authorization is served, if it is no bearer key",
        how: How::Request(|request, keys| {
            let line = request.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
            if line.is_some_and(|line| !line.starts_with(b"Bearer ")) {
                admit(request, keys);
            }
        }),
        ..PASSED
    },
    Defect {
        id: "expired-key-accepted",
        description: "an expired key is served",
        how: How::Request(|request, keys| mistake(request, keys, "expired_key")),
        ..PASSED
    },
    Defect {
        id: "revoked-key-accepted",
        description: "a revoked key is served",
        how: How::Request(|request, keys| mistake(request, keys, "revoked_key")),
        ..PASSED
    },
    Defect {
        id: "suspended-key-accepted",
        description: "a suspended key is served",
        breaks: ACCESS,
        how: How::Request(|request, keys| mistake(request, keys, "suspended_key")),
        ..PASSED
    },
    Defect {
        id: "readonly-key-writes",
        description: "a key that may read only changes leads",
        breaks: ACCESS,
        how: How::Request(|request, keys| mistake(request, keys, "readonly_key")),
        ..PASSED
    },
    Defect {
        id: "no-workspace-accepted",
        description: "a key without a workspace is served",
        breaks: ACCESS,
        how: How::Request(|request, keys| mistake(request, keys, "no_workspace_key")),
        ..PASSED
    },
    Defect {
        id: "workspace-header-ignored",
        description: "X-Workspace-Id is ignored",
        breaks: ACCESS,
        how: How::Request(|request, _| drop(request.headers.remove("x-workspace-id"))),
        ..PASSED
    },
    Defect {
        id: "workspaces-open",
        description: "leads of another workspace can be read",
        breaks: "not-found example: leads of the own workspace",
        how: How::Request(|request, keys| {
            if request.method == http::Method::GET {
                mistake(request, keys, "other_workspace_key");
            }
        }),
        ..PASSED
    },
    Defect {
        id: "validation-before-key",
        description: "without a key, a wrong body is told before the missing key",
        expected: &["EXP001"],
        how: How::Request(|request, keys| {
            let object = serde_json::from_slice(&request.body).unwrap_or_default();
            let wrong = crate::reference::validation::fields(&object).is_err();
            if request.method == http::Method::POST && wrong && !request.headers.contains_key(AUTHORIZATION) {
                admit(request, keys);
            }
        }),
        ..PASSED
    },
    Defect {
        id: "duplicate-accepted",
        description: "an email that exists is accepted again",
        breaks: LEADS,
        how: How::Call(|call, wanted| {
            if wanted == Operation::Create
                && let Some(email) = email(call.request)
            {
                call.shelf.forget_email(&email);
            }
            call.serve(wanted)
        }),
        ..PASSED
    },
    Defect {
        id: "delete-undone",
        description: "a deletion is confirmed, and the lead is still there",
        breaks: LEADS,
        how: How::Call(|call, wanted| match wanted {
            Operation::Delete(id) => undo(call, wanted, id),
            _ => call.serve(wanted),
        }),
        ..PASSED
    },
    Defect {
        id: "change-undone",
        description: "a change is confirmed, and the lead is as before",
        breaks: "example clients: a success is done",
        expected: &["EXP001"],
        how: How::Call(|call, wanted| match wanted {
            Operation::Change(id) => undo(call, wanted, id),
            _ => call.serve(wanted),
        }),
        ..PASSED
    },
    Defect {
        id: "create-undone",
        description: "a new lead is confirmed, and cannot be found",
        breaks: "example clients: a success is done",
        how: How::Call(|mut call, wanted| {
            let success = serve(&mut call, wanted)?;
            if let (Operation::Create, Some(id)) = (wanted, success.data["id"].as_str()) {
                call.shelf.delete(id);
            }
            Ok(success)
        }),
        ..PASSED
    },
    Defect {
        id: "delete-twice",
        description: "a lead that was deleted can be deleted again",
        breaks: LEADS,
        how: How::Call(|call, wanted| {
            let id = match wanted {
                Operation::Delete(id) => id.to_owned(),
                _ => return call.serve(wanted),
            };
            call.serve(wanted).or_else(|problem| match problem.kind {
                Kind::Gone => Ok(Success::new(serde_json::json!({ "id": id, "deleted": true }))),
                _ => Err(problem),
            })
        }),
        ..PASSED
    },
    Defect {
        id: "if-match-ignored",
        description: "If-Match is ignored",
        breaks: "RFC 9110 section 13.1.1: If-Match",
        how: How::Request(|request, _| drop(request.headers.remove(IF_MATCH))),
        ..PASSED
    },
    Defect {
        id: "idempotency-ignored",
        description: "Idempotency-Key is ignored",
        breaks: "the idempotency key makes one lead",
        how: How::Request(|request, _| drop(request.headers.remove(IDEMPOTENCY_KEY))),
        ..PASSED
    },
    Defect {
        id: "idempotency-key-reused",
        description: "an idempotency key that was used for another body is ignored",
        breaks: "the idempotency key stands for one body",
        how: How::Call(|mut call, wanted| {
            let served = serve(&mut call, wanted);
            if !served.as_ref().is_err_and(|problem| problem.kind == Kind::KeyReused) {
                return served;
            }
            let mut request = call.request.clone();
            request.headers.remove(IDEMPOTENCY_KEY);
            Call { request: &request, ..call }.serve(wanted)
        }),
        ..PASSED
    },
    Defect {
        id: "media-type-ignored",
        description: "a body is read as JSON whatever it is declared as",
        breaks: "RFC 9110 section 15.5.16: 415",
        expected: &["EXP001"],
        how: How::Request(|request, _| {
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }),
        ..PASSED
    },
];
