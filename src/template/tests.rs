//! Templates as the rest of the program sees them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{Entry, Node, NodeKind, Span, Spanned};

fn clock() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_760_000_000_042)
}

fn engine() -> Engine {
    Engine::new(42, clock)
}

fn scope() -> Scope {
    let mut scope = Scope::new(1);
    scope.set("name", json!("Ada"));
    scope.set("repeat", json!("functions hide variables"));
    scope.set("count", json!(3));
    scope.set("big", json!(u64::MAX));
    scope.set("small", json!(i64::MIN));
    scope.set("ratio", json!(1.0));
    scope.set("flag", json!(true));
    scope.set("nothing", Value::Null);
    scope.set("list", json!([1, "two", [3]]));
    scope.set("lead", json!({"z": 1, "a": {"id": "lead_1"}, "m": u64::MAX}));
    scope
}

#[test]
fn values_keep_their_type_and_texts_become_strings() {
    let table = [
        ("plain", json!("plain")),
        ("{{ name }}", json!("Ada")),
        ("{{count}}", json!(3)),
        ("{{ big }}", json!(u64::MAX)),
        ("{{ [big, small][0] }}", json!(u64::MAX)),
        ("{{ [big, small][1] }}", json!(i64::MIN)),
        ("{{ [ratio][0] }}", json!(1.0)),
        ("{{ flag }}", json!(true)),
        ("{{ nothing }}", Value::Null),
        ("{{ [list, nothing, flag] }}", json!([[1, "two", [3]], null, true])),
        ("{{ lead.a.id }}", json!("lead_1")),
        ("{{ lead['m'] }}", json!(u64::MAX)),
        ("{{ {'b': 1, 'a': {'c': count}} }}", json!({"b": 1, "a": {"c": 3}})),
        ("{{ count + 1 }}", json!(4)),
        ("{{ count > 2 }}", json!(true)),
        ("{{ 'yes' if flag else 'no' }}", json!("yes")),
        ("{{ missing | default('none') }}", json!("none")),
        ("{{ missing is defined }}", json!(false)),
        ("{{ name | upper | replace('A', 'a') }}", json!("aDa")),
        ("{{ '4' | int }}", json!(4)),
        ("{{ list | length }}", json!(3)),
        ("/leads/{{ 'a b/ü' | urlencode }}", json!("/leads/a%20b%2F%C3%BC")),
        (" {{ count }}", json!(" 3")),
        ("{{ count }}{{ flag }}{{ nothing }}", json!("3truenull")),
        ("<{{ list }}|{{ ratio }}>", json!("<[1,\"two\",[3]]|1.0>")),
        ("{{ \"{{\" }} {% for x in y %} {# kept #}", json!("{{ {% for x in y %} {# kept #}")),
        ("{{ base64('user:secret') }}", json!("dXNlcjpzZWNyZXQ=")),
        ("{{ repeat('ab', 3) }}", json!("ababab")),
        ("{{ now() }}", json!("2025-10-09T08:53:20.042Z")),
        ("{{ now('unix') }}", json!(1_760_000_000)),
    ];
    for (text, expected) in table {
        assert_eq!(engine().text(text, &scope()), Ok(expected), "{text}");
    }
    let object = engine().text("{{ [lead][0] }}", &scope()).unwrap();
    assert_eq!(object.to_string(), json!({"z": 1, "a": {"id": "lead_1"}, "m": u64::MAX}).to_string());
}

#[test]
fn mistakes_say_what_and_what_to_do() {
    let table = [
        ("{{ nam }}", "there is no variable `nam`", "did you mean `name`?"),
        ("{{ uid() }}", "there is no variable `uid`", "did you mean `uuid()`?"),
        ("{{ quite_other }}", "there is no variable `quite_other`", "there are: name, "),
        ("{{ lead.b }}", "`lead.b` has no value", "one of its members is not there"),
        ("{{ lead.b.c }}", "`lead.b.c` has no value", "one of its members is not there"),
        ("{{ name", "`{{` without its `}}`", "close it"),
        ("{{ a b }}", "`a b` is not a template expression: ", ""),
        ("{{ name | shout }}", "`name | shout` fails: ", ""),
        ("{{ name + 1 }}", "`name + 1` fails: ", ""),
        ("{{ uuid }}", "`uuid` gives no value: ", ""),
        ("{{ [uuid] }}", "`[uuid]` gives no value: not a value that JSON has", ""),
        ("{{ random_int(2, 1) }}", "`random_int(2, 1)` fails: random_int(2, 1): the first is larger", ""),
        ("{{ now('iso') }}", "`now('iso')` fails: now knows no form `iso`", ""),
        ("{{ env('HOME') }}", "there is no variable `env`", "there are: "),
    ];
    for (text, message, help) in table {
        let error = engine().text(text, &scope()).expect_err(text);
        assert!(error.message.starts_with(message), "{text}: {}", error.message);
        assert!(error.help.clone().unwrap_or_default().starts_with(help), "{text}: {:?}", error.help);
        assert!(text.get(error.range.clone()).is_some(), "{text}: {:?}", error.range);
    }
}

#[test]
fn nothing_grows_without_bound() {
    let deep = format!("{{{{ {}1{} }}}}", "[".repeat(140), "]".repeat(140));
    let table = [
        "{{ repeat('a', 99999999999) }}",
        "{{ 'a' * 99999999999 }}",
        "{{ [1] * 99999999999 }}",
        "{{ [[1] * 99999] * 99999 }}",
        "{{ random_string(99999999) }}",
        "{{ repeat('a', 9999999) | replace('a', repeat('b', 9999)) }}",
        "{{ repeat('a', 9999999) }}{{ repeat('a', 9999999) }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 1e999 }}",
        &deep,
    ];
    for text in table {
        let error = engine().text(text, &scope());
        assert!(error.is_err(), "{text} gives {} bytes", error.map_or(0, |value| value.to_string().len()));
    }
}

#[test]
fn random_values_repeat_for_a_seed_and_a_stream() {
    let three = |seed, stream| {
        let (engine, scope) = (Engine::new(seed, clock), Scope::new(stream));
        let text = "{{ uuid() }} {{ random_int(1, 1000000) }} {{ random_string(9) }} {{ random_email() }}";
        let draw = || engine.string(text, &scope).unwrap();
        [draw(), draw(), draw()]
    };
    assert_eq!(three(1, 1), three(1, 1));
    assert_ne!(three(1, 1), three(2, 1));
    assert_ne!(three(1, 1), three(1, 2));
    let [first, second, _] = three(1, 1);
    assert_ne!(first, second);
    let outer = Arc::new(Scope::new(0));
    let inner = |stream| engine().string("{{ uuid() }}", &Scope::child(&outer, stream)).unwrap();
    assert_eq!(inner(5), inner(5));
    assert_ne!(inner(5), inner(6));
}

#[test]
fn names_are_listed_once_and_without_functions() {
    let list = |text| names(text).map_err(|error| error.message);
    assert_eq!(list("no template"), Ok(vec![]));
    assert_eq!(list("{{ b }} {{ a.x ~ b }} {{ uuid() }}"), Ok(vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(list("{{ z ~ y ~ random_int(low, 3) }}"), Ok(["z", "y", "low"].map(str::to_owned).to_vec()));
    assert!(list("{{ 1 + }}").is_err());
}

fn text_node(text: &str, at: usize) -> Node {
    Node { kind: NodeKind::Text(text.into()), span: Span::new(at, at + text.len()) }
}

fn map_node(entries: &[(&str, Node)]) -> Node {
    let entries = entries.iter().map(|(key, value)| Entry {
        key: Spanned::new((*key).into(), Span::new(500, 501)),
        value: value.clone(),
    });
    Node { kind: NodeKind::Map(entries.collect()), span: Span::new(0, 900) }
}

#[test]
fn nodes_are_rendered_with_their_keys_and_errors_have_a_place() {
    let node = map_node(&[("x-{{ name }}", text_node("{{ count }}", 1)), ("y", text_node("y", 2))]);
    assert_eq!(engine().node(&node, &scope()), Ok(json!({"x-Ada": 3, "y": "y"})));
    let node = map_node(&[("a", text_node("{{ missing }}", 77))]);
    assert_eq!(engine().node(&node, &scope()).unwrap_err().span.start, 77);
    let node = map_node(&[("{{ name }}", text_node("1", 1)), ("Ada", text_node("2", 2))]);
    let error = engine().node(&node, &scope()).unwrap_err();
    assert_eq!((error.span.start, error.message.as_str()), (500, "the key `Ada` is there twice"));
    let mut deep = text_node("x", 0);
    for _ in 0..limits::DEPTH {
        deep = Node { kind: NodeKind::List([deep].into()), span: Span::default() };
    }
    assert!(engine().node(&deep, &scope()).is_err());
}

#[test]
fn the_documented_examples_work() {
    for function in functions() {
        let text = format!("{{{{ {} }}}}", function.example);
        assert!(engine().text(&text, &Scope::new(0)).is_ok(), "{}", function.name);
        assert!(function.example.starts_with(function.name) && function.doc.ends_with('.'));
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\{\\{|\\}\\}|\\PC|[a-z0-9 .|()\\[\\]'\"~+*/%-]){0,40}") {
        let _ = engine().text(&text, &scope());
        let _ = names(&text);
    }

    #[test]
    fn any_value_goes_through_an_expression(numbers in prop::collection::vec(any::<i64>(), 0..4), float in any::<f64>(), text in "\\PC*") {
        let mut scope = Scope::new(0);
        let value = json!({"n": numbers, "f": float, "t": text, "o": {text.clone(): null}});
        scope.set("v", value.clone());
        prop_assert_eq!(engine().text("{{ [v][0] }}", &scope), Ok(value.clone()));
        prop_assert_eq!(engine().text("{{ v }}", &scope), Ok(value));
    }
}
