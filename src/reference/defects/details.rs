//! Details in another shape, with parts missing, or untrue.

use serde_json::{Map, Value, json};

use super::edit::{Details, get, put, remove};
use super::{Apis, Defect, How};
use crate::reference::problem::{self, Class, Fault, Kind};
use crate::reference::reply::Reply;

const SHAPE: &str = "error format: the shape of details";
const FIELDS: &str = "validation details: each wrong field with a message";
const FLAT: &str = "validation example: field, value and message";
const LEAD: &str = "not-found example: the lead's id and a message";
const DUPLICATE: &str = "conflict example: the email, the other lead's id and a message";

const ERRORS: Defect = Defect { breaks: SHAPE, expected: &["DET001"], ..Defect::of("details") };
const ITEMS: Defect = Defect { breaks: FIELDS, expected: &["DET003"], apis: Apis::Nested, ..ERRORS };
const OBJECT: Defect = Defect { breaks: FLAT, expected: &["DET002"], apis: Apis::Flat, ..ERRORS };
const UNTRUE: Defect = Defect { breaks: FIELDS, expected: &["EXP004"], ..ERRORS };

/// Changes each entry of the nested API's list.
fn each(reply: &mut Reply, change: impl Fn(&mut Map<String, Value>) -> Value) {
    for item in get(reply, Details).and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(object) = item.as_object_mut() {
            *item = change(object);
        }
    }
}

/// Takes a key out of the flat API's object, in one situation.
fn without(reply: &mut Reply, kind: Kind, key: &str) {
    if reply.kind == Some(kind)
        && let Some(details) = get(reply, Details).and_then(Value::as_object_mut)
    {
        details.shift_remove(key);
    }
}

/// Gives a key of the flat API's object another value, in one situation.
fn instead(reply: &mut Reply, kind: Kind, key: &str, value: &str) {
    if reply.kind == Some(kind)
        && let Some(details) = get(reply, Details).and_then(Value::as_object_mut)
    {
        details.insert(key.to_owned(), value.into());
    }
}

/// The wrong fields that a problem names, if it names any.
fn faults(problem: &mut problem::Problem) -> Option<&mut Vec<Fault>> {
    match &mut problem.details {
        problem::Details::Faults(faults) => Some(faults),
        _ => None,
    }
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "details-missing",
        description: "errors have no details",
        breaks: FIELDS,
        expected: &["EXP004"],
        how: How::Reply(|reply, _| drop(remove(reply, Details))),
        ..ERRORS
    },
    Defect {
        id: "details-null",
        description: "details are null",
        how: How::Reply(|reply, _| put(reply, Details, Value::Null)),
        ..ERRORS
    },
    Defect {
        id: "details-in-list",
        description: "the object of details stands in a list, as in the other API",
        apis: Apis::Flat,
        how: How::Reply(|reply, _| {
            let details = get(reply, Details).cloned().unwrap_or_default();
            put(reply, Details, vec![details]);
        }),
        ..ERRORS
    },
    Defect {
        id: "details-first-alone",
        description: "details are the first entry instead of a list",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            let first = get(reply, Details).and_then(|details| details.get(0)).cloned();
            put(reply, Details, first.unwrap_or_else(|| json!({})));
        }),
        ..ERRORS
    },
    Defect {
        id: "details-text",
        description: "details are a sentence",
        how: How::Reply(|reply, _| put(reply, Details, "see the documentation")),
        ..ERRORS
    },
    Defect {
        id: "details-encoded",
        description: "details are a string that holds their JSON",
        how: How::Reply(|reply, _| {
            let details = get(reply, Details).cloned().unwrap_or_default();
            put(reply, Details, details.to_string());
        }),
        ..ERRORS
    },
    Defect {
        id: "details-by-field",
        description: "details are an object from fields to lists of messages, as in Rails",
        apis: Apis::Nested,
        how: How::Reply(|reply, _| {
            let entry = |item: &Value| {
                (item["field"].as_str().unwrap_or_default().to_owned(), json!([item["message"]]))
            };
            let items =
                get(reply, Details).and_then(|details| details.as_array().cloned()).unwrap_or_default();
            put(reply, Details, items.iter().map(entry).collect::<Map<_, _>>());
        }),
        ..ERRORS
    },
    Defect {
        id: "details-empty",
        description: "details are always empty",
        breaks: FIELDS,
        expected: &["EXP004"],
        how: How::Problem(|problem| problem.details = problem::Details::None),
        ..ERRORS
    },
    Defect {
        id: "details-of-strings",
        description: "the entries are sentences",
        expected: &["DET001"],
        how: How::Reply(|reply, _| each(reply, |item| item["message"].take())),
        ..ITEMS
    },
    Defect {
        id: "details-without-field",
        description: "the entries do not name the field",
        how: How::Reply(|reply, _| {
            each(reply, |item| {
                item.shift_remove("field");
                item.clone().into()
            });
        }),
        ..ITEMS
    },
    Defect {
        id: "details-without-message",
        description: "the entries have no message",
        how: How::Reply(|reply, _| {
            each(reply, |item| {
                item.shift_remove("message");
                item.clone().into()
            });
        }),
        ..ITEMS
    },
    Defect {
        id: "details-field-null",
        description: "the entries name the field null",
        how: How::Reply(|reply, _| each(reply, |item| json!({ "field": null, "message": item["message"] }))),
        ..ITEMS
    },
    Defect {
        id: "details-field-list",
        description: "the entries name the field as a list of keys",
        how: How::Reply(|reply, _| {
            each(reply, |item| {
                let keys: Vec<&str> = item["field"].as_str().unwrap_or_default().split('.').collect();
                json!({ "field": keys, "message": item["message"] })
            });
        }),
        ..ITEMS
    },
    Defect {
        id: "details-keys-renamed",
        description: "the entries have `param` and `msg` instead of `field` and `message`",
        how: How::Reply(|reply, _| {
            each(reply, |item| json!({ "param": item["field"], "msg": item["message"] }));
        }),
        ..ITEMS
    },
    Defect {
        id: "details-message-empty",
        description: "the messages of the entries are empty",
        how: How::Reply(|reply, _| each(reply, |item| json!({ "field": item["field"], "message": "" }))),
        ..ITEMS
    },
    Defect {
        id: "details-without-field-name",
        description: "details of a wrong field do not name it",
        how: How::Reply(|reply, _| without(reply, Kind::Invalid, "field")),
        ..OBJECT
    },
    Defect {
        id: "details-without-sentence",
        description: "details of a wrong field have no message",
        how: How::Reply(|reply, _| without(reply, Kind::Invalid, "message")),
        ..OBJECT
    },
    Defect {
        id: "details-without-value",
        description: "details of a wrong field do not repeat its value",
        expected: &["EXP004"],
        how: How::Reply(|reply, _| without(reply, Kind::Invalid, "value")),
        ..OBJECT
    },
    Defect {
        id: "details-without-lead-id",
        description: "details of a lead that is not there do not name it",
        breaks: LEAD,
        how: How::Reply(|reply, _| without(reply, Kind::LeadNotFound, "leadId")),
        ..OBJECT
    },
    Defect {
        id: "details-without-email",
        description: "details of an email that exists do not repeat it",
        breaks: DUPLICATE,
        how: How::Reply(|reply, _| without(reply, Kind::DuplicateEmail, "email")),
        ..OBJECT
    },
    Defect {
        id: "details-without-existing-lead",
        description: "details of an email that exists do not name the lead that has it",
        breaks: DUPLICATE,
        how: How::Reply(|reply, _| without(reply, Kind::DuplicateEmail, "existingLeadId")),
        ..OBJECT
    },
    Defect {
        id: "details-other-lead",
        description: "details name another lead than the one asked for",
        breaks: LEAD,
        expected: &["EXP004"],
        how: How::Reply(|reply, _| instead(reply, Kind::LeadNotFound, "leadId", "lead_1234567890abcdef")),
        ..OBJECT
    },
    Defect {
        id: "details-other-email",
        description: "details repeat another email than the one sent",
        breaks: DUPLICATE,
        expected: &["EXP004"],
        how: How::Reply(|reply, _| instead(reply, Kind::DuplicateEmail, "email", "john.doe@example.com")),
        ..OBJECT
    },
    Defect {
        id: "details-other-existing-lead",
        description: "details name a lead as the owner of the email that is not",
        breaks: DUPLICATE,
        expected: &["EXP004"],
        how: How::Reply(|reply, _| {
            instead(reply, Kind::DuplicateEmail, "existingLeadId", "lead_1234567890abcdef");
        }),
        ..OBJECT
    },
    Defect {
        id: "details-other-value",
        description: "details repeat another value than the one sent",
        breaks: FLAT,
        expected: &["DET006"],
        apis: Apis::Flat,
        how: How::Problem(|problem| {
            if let Some(first) = faults(problem).and_then(|faults| faults.first_mut()) {
                first.value = "invalid-email".into();
            }
        }),
        ..UNTRUE
    },
    Defect {
        id: "details-leaf-names",
        description: "fields are named by their last key: `amount` for `price.amount`",
        how: How::Problem(|problem| {
            for fault in faults(problem).into_iter().flatten() {
                fault.field = fault.field.rsplit('.').next().unwrap_or_default();
            }
        }),
        ..UNTRUE
    },
    Defect {
        id: "details-first-fault-only",
        description: "only the first of several wrong fields is told",
        how: How::Problem(|problem| {
            if let Some(faults) = faults(problem) {
                faults.truncate(1);
            }
        }),
        ..UNTRUE
    },
    Defect {
        id: "details-last-fault-missing",
        description: "the last of several wrong fields is not told",
        how: How::Problem(|problem| {
            if let Some(faults) = faults(problem).filter(|faults| faults.len() > 1) {
                faults.pop();
            }
        }),
        ..UNTRUE
    },
    Defect {
        id: "details-fault-twice",
        description: "the last wrong field is told twice",
        expected: &["DET008"],
        how: How::Problem(|problem| {
            if let Some(faults) = faults(problem) {
                faults.extend(faults.last().cloned());
            }
        }),
        ..UNTRUE
    },
    Defect {
        id: "details-blame-good-field",
        description: "the phone, with which all is well, is told to be wrong, too",
        expected: &["EXP006"],
        how: How::Problem(|problem| {
            if let Some(faults) =
                faults(problem).filter(|faults| faults.iter().all(|fault| fault.field != "phone"))
            {
                let message = "Must be a telephone number";
                faults.push(Fault { field: "phone", value: Value::Null, message, class: Class::Wrong });
            }
        }),
        ..UNTRUE
    },
];
