//! The judge speaks about anything at all without falling over.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn any_bytes_and_headers_are_judged(
        status in 100u16..600,
        method in "GET|HEAD|POST",
        body in prop::collection::vec(any::<u8>(), 0..200),
        name in "content-type|date|retry-after|x-request-id|[a-z-]{1,12}",
        value in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        check(&method, status, &name, &value, &body);
    }

    #[test]
    fn any_envelope_is_judged(
        status in 200u16..600,
        part in "[a-z_/~]{0,8}",
        text in ".{0,40}",
        number in any::<f64>(),
    ) {
        let body = format!(
            r#"{{"success": {number}, "code": {text:?}, "details": [{number}, {{"{part}": 1, "{part}": 2}}],
                "timestamp": {text:?}, "error": {{"code": {text:?}, "details": [{text:?}], "request_id": {text:?}}}}}"#
        );
        check("GET", status, "retry-after", text.as_bytes(), body.as_bytes());
    }
}

fn check(method: &str, status: u16, name: &str, value: &[u8], body: &[u8]) {
    thread_local! {
        static CONTRACTS: Vec<Compiled> =
            ["lead-management-v1", "propertybase-v1", "problem-details"].map(contract).to_vec();
    }
    let mut exchange =
        exchange(&format!("{method} /leads"), status, &[("content-type", "application/json")], body);
    if let Ok(response) = &mut exchange.outcome {
        response.headers.push(Header { name: name.to_owned(), value: Bytes::copy_from_slice(value) });
    }
    CONTRACTS.with(|contracts| {
        for contract in contracts.iter().map(Some).chain([None]) {
            for observation in judge(&exchange, contract, &Seen::default()).observations {
                assert!(observation.message.len() < 400, "{}", observation.message);
                assert!(observation.actual.len() < 900, "{}", observation.actual);
            }
        }
    });
}
