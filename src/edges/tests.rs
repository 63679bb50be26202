//! Provocations by family: what is sent, and what is demanded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use super::*;
use crate::contract::{self, Compiled, ContractFiles};
use crate::model::{Demand, StatusSet};
use crate::template::{Engine, Scope};

const SCHEMA: &str = r#"{ "type": "object", "required": ["name", "email"], "properties": {
    "name": { "type": "string", "maxLength": 200 },
    "email": { "type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$" },
    "rooms": { "type": "integer", "minimum": 1, "maximum": 20 },
    "note": {}, "price": { "type": "object", "properties": { "amount": { "exclusiveMinimum": 0 } } } } }"#;

const EDGES: &str = "
  headers: { authorization: \"Bearer {{ api_key }}\" }
  expired: { authorization: \"Bearer {{ expired_key }}\" }
  operations:
    POST /leads:
      json: { name: Ada, email: \"{{ uuid() }}@a.b\", rooms: 3, note: x, price: { amount: 1 } }
      unique: true
      capture: { lead: $.data.id }
    GET /leads/{id}: { path: { id: \"{{ lead }}\" }, unknown: { id: none } }
    DELETE /leads/{id}: { path: { id: \"{{ lead }}\" }, unknown: { id: none }, headers: { authorization: null } }
";

fn compiled(edges: &str) -> Compiled {
    let text = format!(
        "name: house\nenvelope: {{ schema: e.json }}\nrequests: {{ POST /leads: lead.json }}\nedges:{edges}"
    );
    let files = [("contract.yaml", text.as_str()), ("e.json", "{}"), ("lead.json", SCHEMA)];
    let files: BTreeMap<_, _> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    contract::load(&ContractFiles { folder: String::new(), files }, &[]).expect("a good contract")
}

/// The scenarios of a section, `given` the variables from outside.
fn made(edges: &str, given: &[&str], seed: u64, most: usize, large: bool) -> Vec<Scenario> {
    let contract = compiled(edges);
    let edges = contract.edges.as_deref().expect("edges");
    made_of(&contract, edges, given, seed, most, large)
}

fn made_of(
    contract: &Compiled,
    edges: &Edges,
    given: &[&str],
    seed: u64,
    most: usize,
    large: bool,
) -> Vec<Scenario> {
    let engine = Engine::new(seed, || SystemTime::UNIX_EPOCH);
    let variables = Arc::new(Scope::new(0));
    let is_given = |name: &str| given.contains(&name);
    let render = |node: &Node| {
        let mut scope = Scope::child(&variables, 1);
        super::variables(node).into_iter().for_each(|name| scope.set(name, "edge".into()));
        engine.node(node, &scope).ok()
    };
    let schemas: HashMap<_, _> = edges
        .operations
        .iter()
        .filter_map(|operation| {
            Some((&*operation.name.value, contract.body_schema(&operation.method, &operation.path)?))
        })
        .collect();
    let target = Target { edges, contract: "house", schemas, given: &is_given, render: &render, large };
    assert!(mistakes(&target).is_empty());
    scenarios(&[target], seed, most)
}

fn all(seed: u64) -> Vec<Scenario> {
    made(EDGES, &["api_key", "expired_key"], seed, usize::MAX, false)
}

fn request<'s>(scenario: &'s Scenario, name: &str) -> &'s RequestSpec {
    let step = scenario.setup.iter().chain(&scenario.steps).find(|step| step.name.value == name);
    match step.map(|step| &step.action) {
        Some(Action::Request(spec)) => spec,
        other => panic!("{name}: {other:?} in {:?}", names(scenario)),
    }
}

fn names(scenario: &Scenario) -> Vec<&str> {
    scenario.steps.iter().map(|step| step.name.value.as_str()).collect()
}

/// `refused` if nothing but a refusal is right, `any` if all but a crash is.
fn demanded(scenario: &Scenario, name: &str) -> &'static str {
    let expect = &request(scenario, name).expect;
    assert_eq!(expect.demand, Demand::Must, "{name}");
    let statuses = &expect.status.as_ref().expect("a status").value;
    assert!(statuses.contains(404) && !statuses.contains(500) && !statuses.contains(503), "{name}");
    if statuses.contains(201) { "any" } else { "refused" }
}

fn header<'s>(spec: &'s RequestSpec, name: &str) -> Option<&'s str> {
    spec.headers.iter().find(|line| line.name.value == name).and_then(|line| line.value.as_text())
}

fn json(spec: &RequestSpec) -> Value {
    match &spec.body {
        Some(BodyPart::Json(node)) => node.to_json(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_good_requests_come_first_and_are_premises() {
    let scenarios = all(1);
    let names: Vec<_> = scenarios.iter().map(|scenario| scenario.name.value.as_str()).collect();
    assert_eq!(names, ["Errors of POST /leads", "Errors of GET /leads/{id}", "Errors of DELETE /leads/{id}"]);
    let setup: Vec<_> = scenarios[1].setup.iter().map(|step| step.name.value.as_str()).collect();
    assert_eq!(setup, ["first POST /leads", "the good request"]);
    assert_eq!(request(&scenarios[1], "the good request").path.value, "/leads/{{ lead }}");
    assert!(scenarios.iter().all(|scenario| scenario.independent && scenario.requires.is_empty()));
    for name in setup {
        let expect = &request(&scenarios[1], name).expect;
        assert_eq!(expect.demand, Demand::Premise);
        assert_eq!(expect.status.as_ref().expect("2xx").value, StatusSet { ranges: vec![(200, 299)] });
    }
    // The place is the operation's line in the contract.
    let at = scenarios[1].source.position(scenarios[1].steps[0].span);
    assert_eq!(
        scenarios[1].source.text.lines().nth(at.line as usize - 1).map(|line| line.contains("GET")),
        Some(true)
    );
}

#[test]
fn keys_are_taken_away_and_spoiled() {
    let scenarios = all(1);
    let post = &scenarios[0];
    assert_eq!(header(request(post, "no key"), "authorization"), None);
    assert!(
        header(request(post, "an unknown key"), "authorization")
            .is_some_and(|key| key.starts_with("Bearer "))
    );
    assert!(
        header(request(post, "another scheme"), "authorization").is_some_and(|key| key.starts_with("Basic "))
    );
    assert_eq!(header(request(post, "an expired key"), "authorization"), Some("Bearer {{ expired_key }}"));
    for name in ["no key", "a malformed key", "an unknown key", "another scheme", "an expired key"] {
        assert_eq!(demanded(post, name), "refused", "{name}");
    }
    // An operation that takes the key away needs none.
    assert!(!names(&scenarios[2]).iter().any(|name| name.contains("key")), "{:?}", names(&scenarios[2]));
    let without = made(EDGES, &["api_key"], 1, usize::MAX, false);
    let step = without[0].steps.iter().find(|step| step.name.value == "an expired key").expect("told");
    assert_eq!(step.action, Action::LeftOut("requires `expired_key`, which is not given".to_owned()));
}

#[test]
fn a_key_in_the_query_or_under_another_name_is_found() {
    let edges = "\n  key: k\n  operations:\n    GET /a: { query: { k: \"{{ api_key }}\", q: x } }\n";
    let scenario = &made(edges, &["api_key"], 1, usize::MAX, false)[0];
    let query = |name: &str| -> Vec<&str> {
        request(scenario, name).query.iter().map(|(name, _)| name.value.as_str()).collect()
    };
    assert_eq!(query("no key"), ["q"]);
    assert_eq!(query("an unknown key"), ["q", "k"]);
    let edges = "\n  key: x-pass\n  headers: { x-pass: \"{{ api_key }}\", cookie: a=b }\n  operations: { GET /a: {} }\n";
    let scenario = &made(edges, &["api_key"], 1, usize::MAX, false)[0];
    assert_eq!(header(request(scenario, "no key"), "x-pass"), None);
    assert_eq!(header(request(scenario, "no key"), "cookie"), None, "it might be enough by itself");
    assert_eq!(header(request(scenario, "an unknown method"), "cookie"), Some("a=b"));
    assert!(!names(scenario).contains(&"another scheme"));
}

#[test]
fn routes_methods_and_ids_that_are_not_there() {
    let scenarios = all(1);
    let get = &scenarios[1];
    let route = &request(get, "an unknown route").path.value;
    assert!(route.starts_with("/leads-") && route.ends_with("/edge"), "{route}");
    assert_eq!(demanded(get, "an unknown route"), "refused");
    let unknown = request(get, "an unknown method");
    assert_eq!((unknown.method.value.as_str(), &unknown.body), ("PROPFIND", &None));
    assert!(
        unknown
            .expect
            .status
            .as_ref()
            .is_some_and(|status| status.value.contains(501) && !status.value.contains(200))
    );
    // A method that nobody declared may be there: it is pointed at nothing, and may succeed.
    let put = request(get, "PUT, which is not declared");
    assert!(put.path.value.starts_with("/leads/edge-") && json(put) == serde_json::json!({}));
    assert_eq!(demanded(get, "PUT, which is not declared"), "any");
    assert_eq!(request(get, "HEAD instead of GET").method.value, "HEAD");
    assert_eq!(request(get, "an unknown id").path.value, "/leads/none");
    assert_eq!(demanded(get, "an unknown id"), "refused");
    assert_eq!(demanded(&scenarios[2], "an unknown id"), "any", "a DELETE of nothing may be as good as done");
    // A route that another operation may stand for is not surely unknown.
    let edges = "\n  operations: { GET /leads: {}, \"GET /{id}\": { path: { id: x } } }\n";
    let scenarios = made(edges, &[], 1, usize::MAX, false);
    assert_eq!(demanded(&scenarios[0], "an unknown route"), "any");
    assert_eq!(demanded(&scenarios[1], "an unknown id"), "any", "nobody says that it is unknown");
}

#[test]
fn bodies_are_wrong_by_json_or_by_the_schema() {
    let post = &all(1)[0];
    for (name, expected) in [
        ("malformed JSON", "refused"),
        ("truncated JSON", "refused"),
        ("an empty body", "refused"),
        ("null as the body", "refused"),
        ("a list as the body", "refused"),
        ("a deeply nested body", "refused"),
        ("a body of 1.1 MB", "any"),
        ("a body that is not UTF-8", "any"),
        ("half a character (a lone surrogate)", "any"),
        ("a byte order mark", "any"),
        ("a key twice", "any"),
    ] {
        assert_eq!(demanded(post, name), expected, "{name}");
        assert_eq!(header(request(post, name), "content-type"), Some("application/json"), "{name}");
    }
    assert_eq!(request(post, "an empty body").body, None);
    // Without a schema only what is no JSON is surely wrong.
    let free = &made("\n  operations: { PUT /a: { json: { a: 1 } } }\n", &[], 1, usize::MAX, false)[0];
    assert_eq!(demanded(free, "malformed JSON"), "refused");
    for name in ["an empty body", "a list as the body", "a missing", "a of another type", "an unknown field"]
    {
        if names(free).contains(&name) {
            assert_eq!(demanded(free, name), "any", "{name}");
        }
    }
    assert!(!names(&all(1)[1]).iter().any(|name| name.contains("body")), "a GET has none");
}

#[test]
fn a_demand_says_why_it_is_made() {
    let scenarios = all(1);
    for (scenario, name, why) in [
        (0, "no key", "section 15.5.2"),
        (0, "an unknown route", "section 15.5.5"),
        (0, "an unknown method", "section 9.1"),
        (1, "an unknown id", "`unknown`"),
        (0, "malformed JSON", "RFC 8259"),
        (0, "an empty body", "`/name` breaks `/required` in the schema lead.json"),
        (0, "null as the body", "the body breaks `/type` in the schema lead.json"),
        (0, "rooms out of range: 21", "`/rooms` breaks `/properties/rooms/maximum` in the schema lead.json"),
        (0, "the good request a second time", "`unique`"),
        (0, "a header of 4 kB", "section 15.6"),
        (0, "the good request", ""),
    ] {
        let because = &request(&scenarios[scenario], name).expect.because;
        assert!(because.contains(why) && because.is_empty() == why.is_empty(), "{name}: {because}");
    }
}

#[test]
fn media_types_may_be_guessed() {
    let post = &all(1)[0];
    for name in
        ["JSON declared as text/plain", "XML instead of JSON", "no media type", "a form instead of JSON"]
    {
        assert_eq!(demanded(post, name), "any", "{name}");
    }
    let none = request(post, "no media type");
    let line = none.headers.iter().find(|line| line.name.value == "content-type").expect("an explicit null");
    assert_eq!(line.value.kind, crate::model::NodeKind::Null);
}

#[test]
fn fields_are_wrong_where_the_schema_says_so() {
    let post = &all(1)[0];
    for (name, expected) in [
        ("name missing", "refused"),
        ("name null", "refused"),
        ("name of 5,000 characters", "refused"),
        ("name with a NUL", "any"),
        ("email empty", "refused"),
        ("email of 5,000 characters", "any"),
        ("rooms missing", "any"),
        // Null is often taken for nothing, and nothing is allowed here.
        ("rooms null", "any"),
        ("rooms out of range: 0", "refused"),
        ("rooms out of range: 21", "refused"),
        ("note missing", "any"),
        ("note of 5,000 characters", "any"),
        ("price.amount out of range: 0", "refused"),
        ("price.amount missing", "any"),
        ("an unknown field", "any"),
    ] {
        assert_eq!(demanded(post, name), expected, "{name}");
    }
    let of_type = |field: &str| {
        let start = format!("{field} of another type");
        let found = names(post).into_iter().find(|name| name.starts_with(&start)).expect("one");
        demanded(post, found)
    };
    assert_eq!(
        [of_type("name"), of_type("rooms"), of_type("note"), of_type("price")],
        ["refused", "refused", "any", "refused"]
    );
    let form = names(post).into_iter().find(|name| name.starts_with("email in another form")).expect("one");
    assert_eq!(demanded(post, form), "refused");
    assert_eq!(json(request(post, "rooms out of range: 21"))["rooms"], 21);
    assert_eq!(json(request(post, "name missing")).get("name"), None);
    let together = json(request(post, "4 fields wrong at once"));
    assert!(
        together["rooms"] != 3 && together["price"]["amount"] != 1 && together["note"] == "x",
        "{together}"
    );
}

#[test]
fn a_field_that_the_good_body_lacks_is_added_to_be_wrong() {
    let contract =
        compiled("\n  operations: { POST /leads: { json: { name: Ada, email: a@b.c, price: {} } } }\n");
    let mut edges = contract.edges.as_deref().expect("edges").clone();
    let value = |value| Node::from_json(&value, Default::default());
    edges.operations[0].optional = vec![
        (vec!["rooms".to_owned()], value(serde_json::json!(3))),
        (vec!["price".to_owned(), "amount".to_owned()], value(serde_json::json!(1))),
        (vec!["free".to_owned()], value(serde_json::json!({ "text": "x" }))),
    ];
    let post = &made_of(&contract, &edges, &[], 1, usize::MAX, false)[0];
    for (name, expected) in [
        ("rooms out of range: 21", "refused"),
        ("rooms null", "any"),
        ("price.amount out of range: 0", "refused"),
        ("free.text of 5,000 characters", "any"),
        ("free.text missing", "any"),
        ("4 fields wrong at once", "refused"),
    ] {
        assert_eq!(demanded(post, name), expected, "{name}");
    }
    let sent = json(request(post, "rooms out of range: 21"));
    assert_eq!(sent, serde_json::json!({ "name": "Ada", "email": "a@b.c", "price": {}, "rooms": 21 }));
    assert_eq!(json(request(post, "price.amount out of range: 0"))["price"]["amount"], 0);
    assert!(!names(post).contains(&"rooms missing"), "that is the good request");
    assert_eq!(json(request(post, "the good request")).get("rooms"), None);
}

#[test]
fn what_several_operations_need_comes_first_once() {
    let edges = "\n  operations:
    POST /a: { json: {}, capture: { a: $.a, more: $.more } }
    POST /b: { json: { a: \"{{ a }}\" }, capture: { b: $.b } }
    POST /c: { json: { a: \"{{ a }}{{ more }}\" }, capture: { c: $.c } }
    POST /d: { json: { of: \"{{ b }}{{ c }}\" } }\n";
    let scenario = &made(edges, &[], 1, usize::MAX, false)[3];
    let setup: Vec<_> = scenario.setup.iter().map(|step| step.name.value.as_str()).collect();
    assert_eq!(setup, ["first POST /a", "first POST /b", "first POST /c", "the good request"]);
    assert!(scenario.requires.is_empty(), "{:?}", scenario.requires);
}

#[test]
fn duplicates_are_the_same_body_twice() {
    let scenarios = all(1);
    let body = Value::from("{{ edge_body }}");
    assert_eq!(json(request(&scenarios[0], "the good request")), body);
    assert_eq!(json(request(&scenarios[0], "the good request a second time")), body);
    assert_eq!(demanded(&scenarios[0], "the good request a second time"), "refused");
    assert_eq!(scenarios[0].vars[0].0.value, "edge_body");
    let edges = "\n  operations:\n    POST /a: { json: { a: \"{{ x }}\" }, unique: true }\n    POST /b: { json: {}, capture: { x: $.x } }\n";
    let scenario = &made(edges, &[], 1, usize::MAX, false)[0];
    let step = scenario.steps.iter().find(|step| step.name.value == "the good request a second time");
    assert!(matches!(&step.expect("told").action, Action::LeftOut(why) if why.contains("capture")));
}

#[test]
fn urls_and_headers_are_long_and_odd_and_larger_on_demand() {
    let get = &all(1)[1];
    for name in
        ["a URL of 3.5 kB", "a URL that is not UTF-8 (%c3%28)", "a header of 4 kB", "Range beyond the end"]
    {
        assert_eq!(demanded(get, name), "any", "{name}");
    }
    assert_eq!(request(get, "bad percent-encoding (%zz)").path.value, "/leads/edge%zz");
    assert_eq!(request(&all(1)[0], "bad percent-encoding (%zz)").path.value, "/leads?edge=edge%zz");
    let large = made(EDGES, &["api_key"], 1, usize::MAX, true);
    for name in ["a URL of 9 kB", "headers of 18 kB", "a body of 10.6 MB"] {
        assert!(names(&large[0]).contains(&name) && !names(&all(1)[0]).contains(&name), "{name}");
    }
}

#[test]
fn a_seed_repeats_everything_and_another_chooses_otherwise() {
    assert_eq!(all(7), all(7));
    assert_ne!(all(7), all(8));
    let bounded = |seed| made(EDGES, &["api_key", "expired_key"], seed, 40, false);
    assert_eq!(bounded(7), bounded(7));
    assert_ne!(bounded(7), bounded(8));
}

#[test]
fn a_step_has_the_same_name_with_every_seed() {
    let steps = |seed| -> Vec<String> { all(seed).iter().flat_map(names).map(str::to_owned).collect() };
    for seed in 8..20 {
        assert_eq!(steps(7), steps(seed));
    }
}

#[test]
fn what_http_leaves_open_is_not_demanded() {
    let made = |operation: &str| {
        let edges = format!("\n  headers: {{ authorization: Bearer x }}\n  operations: {{ {operation} }}\n");
        made(&edges, &[], 1, usize::MAX, false).remove(0)
    };
    for method in ["GET", "DELETE"] {
        let open = made(&format!("{method} /a: {{ json: {{ a: 1 }} }}"));
        assert_eq!(demanded(&open, "malformed JSON"), "any", "{method}");
        assert_eq!(demanded(&open, "truncated JSON"), "any", "{method}");
        assert_eq!(demanded(&open, "no key"), "refused", "{method}");
    }
    assert!(!names(&made("OPTIONS /a: {}")).contains(&"no key"));
}

#[test]
fn the_bound_holds_and_what_is_left_out_is_told() {
    let whole: usize = all(1).iter().map(|scenario| scenario.setup.len() + scenario.steps.len()).sum();
    for most in [0, 1, 2, 3, 5, 20, 60, whole - 1, whole, whole + 1] {
        let scenarios = made(EDGES, &["api_key", "expired_key"], 3, most, false);
        let steps = || scenarios.iter().flat_map(|scenario| scenario.setup.iter().chain(&scenario.steps));
        let sent = steps().filter(|step| matches!(step.action, Action::Request(_))).count();
        assert_eq!(sent, most.min(whole), "{most}");
        let told = steps()
            .filter(|step| matches!(&step.action, Action::LeftOut(why) if why.contains("--max-requests")));
        assert_eq!(told.count() == 0, most >= whole, "{most}");
    }
    // The first places go to what matters most.
    let few = made(EDGES, &["api_key", "expired_key"], 3, 30, false);
    for name in ["no key", "an unknown route"] {
        request(&few[0], name);
    }
}

#[test]
fn a_good_body_that_its_schema_refuses_is_a_mistake() {
    let contract = compiled("\n  operations: { POST /leads: { json: { name: Ada, email: nope } } }\n");
    let edges = contract.edges.as_deref().expect("edges");
    let schemas = [("POST /leads", contract.body_schema("POST", "/leads").expect("a schema"))];
    let target = Target {
        edges,
        contract: "house",
        schemas: schemas.into_iter().collect(),
        given: &|_| false,
        render: &|node| Some(node.to_json()),
        large: false,
    };
    let found = mistakes(&target);
    assert!(found[0].title.contains("`/email`"), "{found:?}");
}
