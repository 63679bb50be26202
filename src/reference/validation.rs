//! What a lead's fields have to be; every wrong field is told, in the order below.

use serde_json::{Map, Value};

use super::lead::{Fields, Price};
use super::problem::{Class, Fault};

/// The values of `status`; a lead without one gets the first.
const STATUSES: [&str; 4] = ["new", "contacted", "qualified", "lost"];

const REQUIRED: &str = "This field is required";
const PRICE: &str = "Price must be a positive number";

/// Reads a lead's fields. Unknown fields are ignored, and null is the same as absent.
///
/// # Errors
///
/// Every wrong field.
pub(super) fn fields(object: &Map<String, Value>) -> Result<Fields, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new() };
    let name = reader.required("name", get(object, "name"), name, "Must be 1 to 200 characters");
    let email = reader.required("email", get(object, "email"), email, "Must be a valid email address");
    let phone = reader.optional("phone", get(object, "phone"), phone, "Must be a telephone number");
    let price = get(object, "price").and_then(|price| reader.price(price));
    let bedrooms = reader.optional("bedrooms", get(object, "bedrooms"), bedrooms, "Must be between 1 and 20");
    let status = reader.status(get(object, "status"));
    match (name, email, status) {
        (Some(name), Some(email), Some(status)) if reader.faults.is_empty() => {
            Ok(Fields { name, email, phone, price, bedrooms, status })
        }
        _ => Err(reader.faults),
    }
}

fn get<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}

/// Collects what is wrong.
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, field: &'static str, value: Option<&Value>, message: &'static str, class: Class) {
        let value = value.cloned().unwrap_or_default();
        self.faults.push(Fault { field, value, message, class });
    }

    fn required<T>(
        &mut self,
        field: &'static str,
        value: Option<&Value>,
        read: fn(&Value) -> Option<T>,
        message: &'static str,
    ) -> Option<T> {
        if value.is_none() {
            self.fault(field, None, REQUIRED, Class::Missing);
        }
        self.optional(field, value, read, message)
    }

    fn optional<T>(
        &mut self,
        field: &'static str,
        value: Option<&Value>,
        read: fn(&Value) -> Option<T>,
        message: &'static str,
    ) -> Option<T> {
        let read = read(value?);
        if read.is_none() {
            self.fault(field, value, message, Class::Wrong);
        }
        read
    }

    fn price(&mut self, value: &Value) -> Option<Price> {
        let Value::Object(price) = value else {
            self.fault("price", Some(value), "Must be an object with amount and currency", Class::Wrong);
            return None;
        };
        let positive = |value: &Value| match value {
            Value::Number(amount) if amount.as_f64().is_some_and(|amount| amount > 0.0) => {
                Some(amount.clone())
            }
            _ => None,
        };
        let currency = |value: &Value| {
            let letters =
                |text: &&str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            value.as_str().filter(letters).map(str::to_owned)
        };
        let amount = self.required("price.amount", get(price, "amount"), positive, PRICE);
        let currency =
            self.optional("price.currency", get(price, "currency"), currency, "Must be three letters");
        amount.map(|amount| Price { amount, currency })
    }

    fn status(&mut self, value: Option<&Value>) -> Option<&'static str> {
        let Some(sent) = value else { return STATUSES.first().copied() };
        let known = STATUSES.into_iter().find(|status| sent.as_str() == Some(status));
        if known.is_none() {
            self.fault("status", value, "Must be one of new, contacted, qualified, lost", Class::Choice);
        }
        known
    }
}

fn name(value: &Value) -> Option<String> {
    let fits = |text: &&str| !text.trim().is_empty() && text.chars().count() <= 200;
    value.as_str().filter(fits).map(str::to_owned)
}

/// Plausible, not RFC 5322: one `@` with something before it, and a domain with a dot inside behind it.
fn email(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let (local, domain) = text.split_once('@')?;
    let strange = |character: char| {
        character.is_whitespace() || character.is_control() || "@,;<>()".contains(character)
    };
    let labels = || domain.split('.');
    let plausible = text.len() <= 254
        && (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(strange)
        && !domain.contains(strange)
        && labels().count() >= 2
        && labels().all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    plausible.then(|| text.to_owned())
}

fn phone(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let clean = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-() ./".contains(&byte));
    (clean && text.len() <= 40 && (5..=20).contains(&digits)).then(|| text.to_owned())
}

fn bedrooms(value: &Value) -> Option<u64> {
    value.as_u64().filter(|count| (1..=20).contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The faults of a body on top of a good lead, as `field:class`.
    fn faults(changes: &Value) -> Vec<String> {
        let mut object = json!({ "name": "Ada", "email": "ada@example.com" }).as_object().unwrap().clone();
        object.extend(changes.as_object().unwrap().clone());
        let faults = fields(&object).err().unwrap_or_default();
        faults.iter().map(|fault| format!("{}:{:?}", fault.field, fault.class)).collect()
    }

    #[test]
    fn finds_every_wrong_field_and_no_other() {
        for (changes, expected) in [
            (json!({}), vec![]),
            (json!({ "unknown": [1], "phone": null, "price": null }), vec![]),
            (json!({ "name": null, "email": null }), vec!["name:Missing", "email:Missing"]),
            (json!({ "name": "" }), vec!["name:Wrong"]),
            (json!({ "name": " " }), vec!["name:Wrong"]),
            (json!({ "name": 7 }), vec!["name:Wrong"]),
            (json!({ "name": "é".repeat(200) }), vec![]),
            (json!({ "name": "é".repeat(201) }), vec!["name:Wrong"]),
            (json!({ "phone": "+44 (0)20 7946-0958" }), vec![]),
            (json!({ "phone": "call me" }), vec!["phone:Wrong"]),
            (json!({ "phone": 5 }), vec!["phone:Wrong"]),
            (json!({ "price": 5 }), vec!["price:Wrong"]),
            (json!({ "price": {} }), vec!["price.amount:Missing"]),
            (json!({ "price": { "amount": 0 } }), vec!["price.amount:Wrong"]),
            (json!({ "price": { "amount": "5" } }), vec!["price.amount:Wrong"]),
            (json!({ "price": { "amount": 0.01, "currency": "eur" } }), vec![]),
            (json!({ "price": { "amount": 1, "currency": "EURO" } }), vec!["price.currency:Wrong"]),
            (json!({ "price": { "currency": 1 } }), vec!["price.amount:Missing", "price.currency:Wrong"]),
            (json!({ "bedrooms": 1 }), vec![]),
            (json!({ "bedrooms": 20 }), vec![]),
            (json!({ "bedrooms": 0 }), vec!["bedrooms:Wrong"]),
            (json!({ "bedrooms": 21 }), vec!["bedrooms:Wrong"]),
            (json!({ "bedrooms": 2.5 }), vec!["bedrooms:Wrong"]),
            (json!({ "bedrooms": "2" }), vec!["bedrooms:Wrong"]),
            (json!({ "status": "lost" }), vec![]),
            (json!({ "status": "New" }), vec!["status:Choice"]),
            (json!({ "status": 1 }), vec!["status:Choice"]),
            (
                json!({ "email": "nope", "price": { "amount": -1 }, "bedrooms": 99 }),
                vec!["email:Wrong", "price.amount:Wrong", "bedrooms:Wrong"],
            ),
        ] {
            assert_eq!(faults(&changes), expected, "{changes}");
        }
    }

    #[test]
    fn tells_plausible_addresses() {
        for good in ["a@b.co", "first.last+tag@sub.example.com", "ünï@exämple.org", "o'neil@example.com"] {
            assert_eq!(faults(&json!({ "email": good })), [""; 0], "{good}");
        }
        for bad in
            ["", "a", "a@", "@b.co", "a@b", "a@b.", "a@.co", "a b@c.de", "a@b@c.de", ".a@b.co", "a..b@c.de"]
        {
            assert_eq!(faults(&json!({ "email": bad })), ["email:Wrong"], "{bad}");
        }
    }

    #[test]
    fn a_lead_reads_back_what_it_prints() {
        let object = json!({ "name": "Ada", "email": "a@b.co", "phone": "+49 30 12345", "bedrooms": 3,
            "price": { "amount": 12.5, "currency": "EUR" }, "status": "qualified" });
        let read = fields(object.as_object().unwrap()).unwrap();
        assert_eq!(fields(&read.to_object()).unwrap(), read);
        assert_eq!(read.to_object().len(), 6);
    }
}
