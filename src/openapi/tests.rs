//! Documents by their parts: what is read, what is refused, what is named.

use serde_json::json;

use super::*;
use crate::model::{Diagnostic, Operation};

fn read(text: &str) -> Description {
    let found = parse(&Source::new("api.yaml", text));
    found.unwrap_or_else(|mistakes| panic!("{:?}", told(&mistakes)))
}

fn told(mistakes: &[Diagnostic]) -> Vec<String> {
    let told = |mistake: &Diagnostic| {
        let at = mistake.position();
        let help = mistake.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} {}{help}", at.line, at.column, mistake.title)
    };
    mistakes.iter().map(told).collect()
}

fn operation<'d>(description: &'d Description, name: &str) -> &'d Operation {
    let found = description.edges.operations.iter().find(|operation| operation.name.value == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn schema(text: &str) -> Value {
    let text = format!(
        "openapi: 3.0.3\npaths:\n  /a:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {text} }} }} }}\n"
    );
    read(&text).schemas.swap_remove(0).1
}

#[test]
fn json_and_yaml_are_read_alike() {
    let yaml = read("openapi: 3.1.0\npaths: { /a: { get: { responses: {} } } }\n");
    let json = read(r#"{ "openapi": "3.1.0", "paths": { "/a": { "get": { "responses": {} } } } }"#);
    for description in [yaml, json] {
        assert_eq!(operation(&description, "GET /a").path, "/a");
        assert!(description.unread.is_empty() && description.edges.operations[0].guessed);
    }
}

#[test]
fn values_of_paths_are_made_up_where_something_would_be_changed() {
    let description = read(
        "openapi: 3.0.0
paths:
  /a/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer }, example: 7 }]
    get:
      parameters:
        - { name: q, in: query, required: true, schema: { type: string, enum: [x, y] } }
        - { name: optional, in: query, schema: { type: string } }
        - { name: X-Tenant, in: header, required: true, example: t1 }
        - { name: Accept, in: header, required: true, schema: {} }
    delete: {}
",
    );
    let get = operation(&description, "GET /a/{id}");
    assert_eq!(get.values[0].1.to_json(), json!(7));
    let query: Vec<_> =
        get.query.iter().map(|(name, value)| (name.value.as_str(), value.to_json())).collect();
    assert_eq!(query, [("q", json!("x"))]);
    assert_eq!((get.headers.len(), get.headers[0].value.to_json()), (1, json!("t1")));
    assert_eq!(operation(&description, "DELETE /a/{id}").values[0].1.to_json(), json!(987_654_321));
}

#[test]
fn bodies_come_from_examples_before_schemas() {
    let body = |media: &str| {
        let text = format!(
            "openapi: 3.1.0\npaths:\n  /a:\n    post:\n      requestBody: {{ content: {{ {media} }} }}\ncomponents: {{ examples: {{ E: {{ value: {{ e: 1 }} }} }} }}\n"
        );
        let description = read(&text);
        let body = operation(&description, "POST /a").body.as_ref().map(crate::model::Node::to_json);
        (body, description.unread)
    };
    let schema = "schema: { type: object, required: [a], properties: { a: { type: integer, minimum: 4 } } }";
    for (media, expected) in [
        (format!("application/json: {{ {schema} }}"), json!({ "a": 4 })),
        (format!("application/json: {{ {schema}, example: {{ a: 9 }} }}"), json!({ "a": 9 })),
        ("application/json: { examples: { x: { value: [1] } } }".to_owned(), json!([1])),
        (
            "application/json: { examples: { x: { $ref: \"#/components/examples/E\" } } }".to_owned(),
            json!({ "e": 1 }),
        ),
        ("application/vnd.house+json: { example: 3 }".to_owned(), json!(3)),
        ("application/json: { example: { a: \"{{ x }}\" } }".to_owned(), json!({ "a": "{{ \"{{\" }} x }}" })),
    ] {
        assert_eq!(body(&media), (Some(expected), vec![]), "{media}");
    }
    let (none, unread) = body("multipart/form-data: { schema: {} }");
    assert!(none.is_none() && unread[0].contains("`multipart/form-data` is not understood"), "{unread:?}");
}

#[test]
fn schemas_of_both_versions_become_json_schema() {
    for (text, expected) in [
        (
            "{ type: string, nullable: true, enum: [a] }",
            json!({ "type": ["string", "null"], "enum": ["a", null] }),
        ),
        (
            "{ type: number, minimum: 1, exclusiveMinimum: true }",
            json!({ "type": "number", "minimum": 1, "exclusiveMinimum": 1 }),
        ),
        ("{ exclusiveMaximum: 5, exclusiveMinimum: false }", json!({ "exclusiveMaximum": 5 })),
        (
            "{ type: [string, \"null\"], format: int64, description: x, x-own: 1 }",
            json!({ "type": ["string", "null"] }),
        ),
        (
            "{ required: [id, b], properties: { id: { readOnly: true }, b: {} } }",
            json!({ "required": ["b"], "properties": { "id": { "readOnly": true }, "b": {} } }),
        ),
        (
            "{ required: [id], properties: { id: { allOf: [{ type: string, readOnly: true }] } } }",
            json!({ "required": [], "properties": { "id": { "readOnly": true } } }),
        ),
        (
            "{ required: [id], allOf: [{ properties: { id: { readOnly: true } } }], readOnly: what }",
            json!({ "required": [], "allOf": [{ "properties": { "id": { "readOnly": true } } }] }),
        ),
        ("{ pattern: \"(?=x)y\" }", json!({})),
        ("{ oneOf: [{ type: integer }, true] }", json!({ "oneOf": [{ "type": "integer" }, true] })),
    ] {
        assert_eq!(schema(text), expected, "{text}");
    }
}

#[test]
fn the_advice_for_large_documents_keeps_them_in_one_file() {
    let again = |name: &str| format!("[{}]", format!("*{name}, ").repeat(100));
    let bomb = format!(
        "openapi: 3.1.0\nx-a: &a [{}]\nx-b: &b {}\nx-c: {}\npaths: {{ /a: {{ get: {{}} }} }}\n",
        "0, ".repeat(100),
        again("a"),
        again("b")
    );
    for text in [bomb, format!("openapi: 3.1.0\n# {}\n", "x".repeat(9 << 20))] {
        let found = told(&parse(&Source::new("api.yaml", &text)).expect_err("beyond the limits"));
        assert!(found[0].contains("in one file") && !found[0].contains("split"), "{found:?}");
    }
}

#[test]
fn references_are_put_in_place_and_circles_allow_everything() {
    let description = read(
        "openapi: 3.1.0
paths:
  /a: { $ref: \"#/components/pathItems/A\" }
components:
  pathItems: { A: { put: { requestBody: { $ref: \"#/components/requestBodies/B\" } } } }
  requestBodies: { B: { content: { application/json: { schema: { $ref: \"#/components/schemas/N~1ode\" } } } } }
  schemas: { N/ode: { type: object, properties: { next: { $ref: \"#/components/schemas/N~1ode\" } } } }
",
    );
    assert_eq!(description.schemas[0].1, json!({ "type": "object", "properties": { "next": true } }));
}

#[test]
fn the_key_stands_where_the_security_scheme_says() {
    let with = |scheme: &str, security: &str| {
        let text = format!(
            "openapi: 3.1.0\nsecurity: {security}\npaths: {{ /a: {{ get: {{}} }} }}\ncomponents: {{ securitySchemes: {{ k: {scheme} }} }}\n"
        );
        let description = read(&text);
        let get = operation(&description, "GET /a");
        let header = get
            .headers
            .first()
            .map(|line| format!("{}: {}", line.name.value, line.value.as_text().unwrap_or_default()));
        let query = get
            .query
            .first()
            .map(|(name, value)| format!("?{}={}", name.value, value.as_text().unwrap_or_default()));
        (header.or(query), description.unread.len())
    };
    for (scheme, security, expected) in [
        ("{ type: http, scheme: bearer }", "[{ k: [] }]", (Some("authorization: Bearer {{ api_key }}"), 0)),
        (
            "{ type: http, scheme: Basic }",
            "[{ k: [] }]",
            (Some("authorization: Basic {{ base64(api_key) }}"), 0),
        ),
        ("{ type: oauth2, flows: {} }", "[{ k: [] }]", (Some("authorization: Bearer {{ api_key }}"), 0)),
        ("{ type: apiKey, in: header, name: X-Pass }", "[{ k: [] }]", (Some("X-Pass: {{ api_key }}"), 0)),
        ("{ type: apiKey, in: query, name: p }", "[{ k: [] }]", (Some("?p={{ api_key }}"), 0)),
        ("{ type: apiKey, in: cookie, name: s }", "[{ k: [] }]", (Some("cookie: s={{ api_key }}"), 0)),
        ("{ type: mutualTLS }", "[{ k: [] }]", (None, 1)),
        ("{ type: http, scheme: bearer }", "[{ k: [] }, {}]", (None, 0)),
        ("{ type: http, scheme: bearer }", "[]", (None, 0)),
    ] {
        assert_eq!(
            with(scheme, security),
            (expected.0.map(str::to_owned), expected.1),
            "{scheme} {security}"
        );
    }
}

#[test]
fn the_first_server_gives_the_base_path() {
    for (servers, expected, unread) in [
        ("[{ url: \"https://a.test/v1/\" }]", "/v1", 0),
        ("[{ url: /api/ }, { url: /other }]", "/api", 0),
        (
            "[{ url: \"https://{h}/{v}\", variables: { h: { default: a.test }, v: { default: v2 } } }]",
            "/v2",
            0,
        ),
        ("[{ url: \"https://a.test/{v}\" }]", "", 1),
        ("[]", "", 0),
    ] {
        let description =
            read(&format!("openapi: 3.1.0\nservers: {servers}\npaths: {{ /a: {{ get: {{}} }} }}\n"));
        assert_eq!(
            (description.base_path.as_str(), description.unread.len()),
            (expected, unread),
            "{servers}"
        );
    }
}

#[test]
fn mistakes_have_their_place_and_what_to_do() {
    for (text, expected) in [
        ("swagger: \"2.0\"\n", "1:1 Swagger 2.0 is not understood"),
        ("openapi: 4.0.0\n", "1:10 OpenAPI 4.0.0 is not understood"),
        ("- 1\n", "1:1 this is not an OpenAPI document"),
        (
            "openapi: 3.1.0\npaht: {}\n",
            "2:1 unknown key `paht` in an OpenAPI document (did you mean `paths`?)",
        ),
        ("openapi: 3.1.0\npaths: {}\n", "1:1 there is no operation in this document"),
        ("openapi: 3.1.0\npaths: { a: { get: {} } }\n", "2:10 a path starts with `/` (write `/a`)"),
        (
            "openapi: 3.1.0\npaths: { /a: { gett: {} } }\n",
            "2:16 unknown key `gett` in a path (did you mean `get`?)",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { post: { requestBody: { $ref: \"#/components/schemas/Led\" } } } }\ncomponents: { schemas: { Lead: {} } }\n",
            "2:45 the reference `#/components/schemas/Led` leads nowhere (did you mean `Lead`?)",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { post: { requestBody: { $ref: other.yaml } } } }\n",
            "2:45 the reference `other.yaml` leads out of the file",
        ),
        ("openapi: 3.1.0\npaths: { /a: { $ref: \"#/paths/~1a\" } }\n", "2:14 this reference never ends"),
        (
            "openapi: 3.1.0\nsecurity: [{ keyy: [] }]\npaths: { /a: { get: {} } }\ncomponents: { securitySchemes: { key: { type: http } } }\n",
            "2:14 there is no security scheme `keyy` (did you mean `key`?)",
        ),
        (
            "openapi: 3.1.0\npaths: { /a: { get: { parameters: [{ name: q, in: qurey }] } } }\n",
            "2:51 no parameter stands in `qurey` (did you mean `query`?)",
        ),
    ] {
        let mistakes = parse(&Source::new("api.yaml", text)).expect_err(text);
        assert!(told(&mistakes)[0].starts_with(expected), "{text}: {:?}", told(&mistakes));
    }
}

proptest::proptest! {
    #[test]
    fn no_document_makes_it_panic(text in "[a-z0-9:{}\\[\\], \\n$#/\"-]{0,120}") {
        let _ = parse(&Source::new("a", &format!("openapi: 3.1.0\npaths:\n  /a:\n    post:\n      requestBody: {text}")));
    }
}

#[test]
fn what_is_left_out_of_a_schema_never_makes_it_stricter() {
    for (text, expected) in [
        ("{ not: { type: string } }", json!({ "not": { "type": "string" } })),
        ("{ not: { type: string, format: iban } }", json!({})),
        ("{ not: { type: string, unknown: 1 } }", json!({})),
        (
            "{ oneOf: [{ type: integer, format: int32 }, { type: integer }] }",
            json!({ "anyOf": [{ "type": "integer" }, { "type": "integer" }] }),
        ),
        ("{ discriminator: { propertyName: a }, oneOf: [true] }", json!({ "anyOf": [true] })),
        (
            "{ oneOf: [{ format: x }], anyOf: [{ type: integer }] }",
            json!({ "anyOf": [{ "type": "integer" }] }),
        ),
        (
            "{ anyOf: [{ type: integer }], oneOf: [{ format: x }] }",
            json!({ "anyOf": [{ "type": "integer" }] }),
        ),
        ("{ patternProperties: { a: true }, additionalProperties: false }", json!({})),
    ] {
        assert_eq!(schema(text), expected, "{text}");
    }
}

#[test]
fn schemas_that_unfold_without_end_stay_small() {
    let mut text = String::from("openapi: 3.0.3\npaths:\n");
    for number in 0..60 {
        text.push_str(&format!(
            "  /a{number}:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }}\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for number in 0..12 {
        text.push_str(&format!("    S{number}: {{ properties: {{ "));
        for other in 0..12 {
            text.push_str(&format!("p{other}: {{ $ref: '#/components/schemas/S{other}' }}, "));
        }
        text.push_str("} }\n");
    }
    let description = read(&text);
    assert_eq!((description.edges.operations.len(), description.schemas.len()), (60, 40));
    let notes = description.unread.join("\n");
    assert!(
        notes.contains("POST /a0: line 5: the schema is large; beyond 1000 parts or 24 levels"),
        "{notes}"
    );
    assert!(notes.contains("POST /a59: the schema of its body demands nothing"), "{notes}");
}
