//! Wrong fields that are let pass, and good ones that are not.

use serde_json::{Map, Value};

use super::{Apis, Defect, How};
use crate::reference::handlers::{Call, Success};
use crate::reference::problem::{Class, Fault, Problem};
use crate::reference::router::Operation;
use crate::reference::validation::fields;

const VALIDATION: &str = "error codes: validation errors";
const REQUIRED: &str = "troubleshooting: name and email are required";

const PASSED: Defect = Defect { breaks: VALIDATION, expected: &["EXP001"], ..Defect::of("validation") };

/// What a service that does not look at a field makes of it.
type StandIn = fn(&mut Map<String, Value>, &mut Call<'_>);

/// Creates a lead whose field may be wrong: `missing` or in another way.
fn overlook(
    mut call: Call<'_>,
    wanted: Operation<'_>,
    (field, missing): (&str, bool),
    stand_in: StandIn,
) -> Result<Success, Problem> {
    let Ok(mut object) = serde_json::from_slice::<Map<_, _>>(&call.request.body) else {
        return call.serve(wanted);
    };
    let wrong = |fault: &Fault| fault.field == field && (fault.class == Class::Missing) == missing;
    let faults = fields(&object).err().unwrap_or_default();
    if wanted != Operation::Create || !faults.iter().any(wrong) {
        return call.serve(wanted);
    }
    stand_in(&mut object, &mut call);
    let mut request = call.request.clone();
    request.body = Value::Object(object).to_string().into_bytes();
    Call { request: &request, ..call }.serve(wanted)
}

/// Any address that nobody has.
fn some_email(object: &mut Map<String, Value>, call: &mut Call<'_>) {
    let email = format!("{}@example.com", call.ids.next("unchecked"));
    object.insert("email".to_owned(), email.into());
}

fn some_name(object: &mut Map<String, Value>, _: &mut Call<'_>) {
    object.insert("name".to_owned(), "unnamed".into());
}

pub(super) static DEFECTS: &[Defect] = &[
    Defect {
        id: "email-unchecked",
        description: "any email is accepted",
        how: How::Call(|call, wanted| overlook(call, wanted, ("email", false), some_email)),
        ..PASSED
    },
    Defect {
        id: "email-optional",
        description: "a lead without an email is accepted",
        breaks: REQUIRED,
        how: How::Call(|call, wanted| overlook(call, wanted, ("email", true), some_email)),
        ..PASSED
    },
    Defect {
        id: "name-unchecked",
        description: "any name is accepted",
        how: How::Call(|call, wanted| overlook(call, wanted, ("name", false), some_name)),
        ..PASSED
    },
    Defect {
        id: "name-optional",
        description: "a lead without a name is accepted",
        breaks: REQUIRED,
        how: How::Call(|call, wanted| overlook(call, wanted, ("name", true), some_name)),
        ..PASSED
    },
    Defect {
        id: "phone-unchecked",
        description: "any phone is accepted",
        expected: &["EXP001"],
        how: How::Call(|call, wanted| {
            overlook(call, wanted, ("phone", false), |object, _| drop(object.shift_remove("phone")))
        }),
        ..PASSED
    },
    Defect {
        id: "price-unchecked",
        description: "any amount is accepted",
        expected: &["EXP004"],
        how: How::Call(|call, wanted| {
            overlook(call, wanted, ("price.amount", false), |object, _| drop(object.shift_remove("price")))
        }),
        ..PASSED
    },
    Defect {
        id: "bedrooms-unchecked",
        description: "any number of bedrooms is accepted",
        expected: &["EXP004"],
        how: How::Call(|call, wanted| {
            overlook(call, wanted, ("bedrooms", false), |object, _| drop(object.shift_remove("bedrooms")))
        }),
        ..PASSED
    },
    Defect {
        id: "status-unchecked",
        description: "any status of a lead is accepted",
        how: How::Call(|call, wanted| {
            overlook(call, wanted, ("status", false), |object, _| drop(object.shift_remove("status")))
        }),
        ..PASSED
    },
    Defect {
        id: "numbers-as-text",
        description: "a number of bedrooms in quotes is accepted",
        expected: &["EXP001"],
        how: How::Call(|call, wanted| {
            overlook(call, wanted, ("bedrooms", false), |object, _| {
                let number = object["bedrooms"].as_str().and_then(|text| text.parse::<u64>().ok());
                if let Some(number) = number {
                    object.insert("bedrooms".to_owned(), number.into());
                }
            })
        }),
        ..PASSED
    },
    Defect {
        id: "plus-refused",
        description: "a valid email with a plus sign is refused",
        expected: &["EXP001"],
        how: How::Call(|call, wanted| {
            let object: Map<String, Value> = serde_json::from_slice(&call.request.body).unwrap_or_default();
            match object.get("email") {
                Some(value) if value.as_str().is_some_and(|email| email.contains('+')) => {
                    let (value, message) = (value.clone(), "Must be a valid email address");
                    Err(Problem::invalid(vec![Fault { field: "email", value, message, class: Class::Wrong }]))
                }
                _ => call.serve(wanted),
            }
        }),
        ..PASSED
    },
    Defect {
        id: "query-unchecked",
        description: "limits and offsets of a list are ignored if they are wrong",
        expected: &["EXP001"],
        how: How::Request(|request, _| {
            if request.url.query_pairs().any(|(_, value)| value == "0") {
                request.url.set_query(None);
            }
        }),
        ..PASSED
    },
    Defect {
        id: "empty-body-as-object",
        description: "an empty body is read as an empty object",
        expected: &["EXP001"],
        apis: Apis::Nested,
        how: How::Request(|request, _| {
            if request.method == http::Method::POST && request.body.is_empty() {
                request.body = b"{}".to_vec();
            }
        }),
        ..PASSED
    },
    Defect {
        id: "list-as-object",
        description: "a body that is a list is read as an empty object",
        expected: &["EXP001"],
        apis: Apis::Nested,
        how: How::Request(|request, _| {
            if request.body.starts_with(b"[") {
                request.body = b"{}".to_vec();
            }
        }),
        ..PASSED
    },
];
