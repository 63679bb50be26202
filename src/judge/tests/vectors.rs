//! The documents' own examples, judged strictly and leniently.

use serde::Deserialize;
use serde_json::Value;

use super::*;

/// One example and the rules that speak about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    /// Where it stands in the document.
    name: String,
    request: String,
    status: u16,
    headers: indexmap::IndexMap<String, String>,
    body: Value,
    strict: Vec<String>,
    lenient: Vec<String>,
}

fn check(name: &str, text: &str) {
    let vectors: Vec<Vector> = serde_json::from_str(text).expect("a file of vectors");
    assert!(!vectors.is_empty());
    for vector in vectors {
        let headers: Vec<_> =
            vector.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let exchange = exchange(&vector.request, vector.status, &headers, vector.body.to_string());
        for (lenient, expected) in [(false, &vector.strict), (true, &vector.lenient)] {
            let contract = contract(name).with_lenient(lenient);
            let judged = judge(&exchange, Some(&contract), &Seen::default());
            assert_eq!(&names(&judged), expected, "{name}, {}, lenient {lenient}", vector.name);
        }
    }
}

#[test]
fn examples_are_judged_as_expected() {
    check("lead-management-v1", include_str!("../../../tests/vectors/lead-management-v1/examples.json"));
    check("propertybase-v1", include_str!("../../../tests/vectors/propertybase-v1/examples.json"));
    check("problem-details", include_str!("../../../tests/vectors/problem-details/examples.json"));
}
