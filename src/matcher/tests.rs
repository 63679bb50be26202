//! Matchers by table: what passes, what does not, and what is said about it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{Entry, Node, NodeKind, Span, Spanned};

/// Runs one matcher given by name.
fn run(name: &str, argument: &Value, actual: Option<&Value>) -> Result<(), Mismatch> {
    matches(kind_of(name).expect(name), argument, actual)
}

#[test]
fn verdicts() {
    let deep = json!({"a": [1, {"b": null}], "c": "x"});
    let table = [
        ("equals", json!(1), json!(1.0), true),
        ("equals", json!(u64::MAX), json!(u64::MAX), true),
        ("equals", json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), false),
        ("equals", json!({"c": "x", "a": [1.0, {"b": null}]}), deep.clone(), true),
        ("equals", json!([1, 2]), json!([2, 1]), false),
        ("equals", json!("1"), json!(1), false),
        ("equals", json!(null), json!(null), true),
        ("equals", json!(0), json!(false), false),
        ("not", json!("a"), json!("b"), true),
        ("not", json!("a"), json!("a"), false),
        ("not", json!({"contains": "a", "length": 9}), json!("xay"), false),
        ("not", json!({"contains": "z", "length": 9}), json!("xay"), true),
        ("not", json!({}), json!({}), false),
        ("contains", json!("son"), json!("application/json"), true),
        ("contains", json!("JSON"), json!("application/json"), false),
        ("contains", json!(42), json!("a42b"), true),
        ("contains", json!(1), json!([3, 1.0]), true),
        ("contains", json!("1"), json!([1]), false),
        ("contains", json!({"field": "email"}), json!([{"x": 1}, {"field": "email", "message": "m"}]), true),
        ("contains", json!({"c": {"starts_with": "x"}}), deep.clone(), true),
        ("contains", json!({"c": "y"}), deep.clone(), false),
        ("contains", json!("c"), deep.clone(), false),
        ("contains", json!("1"), json!(1), false),
        ("starts_with", json!("req_"), json!("req_1"), true),
        ("starts_with", json!("Req_"), json!("req_1"), false),
        ("starts_with", json!("4"), json!(42), false),
        ("ends_with", json!("Z"), json!("12:00Z"), true),
        ("ends_with", json!("Z"), json!("12:00+01:00"), false),
        ("matches", json!("^req_[a-z0-9]+$"), json!("req_1"), true),
        ("matches", json!("req"), json!("a req_1"), true),
        ("matches", json!("^req_$"), json!("req_1"), false),
        ("matches", json!("("), json!("("), false),
        ("exists", json!(true), json!(null), true),
        ("exists", json!(false), json!(null), false),
        ("type", json!("integer"), json!(2.0), true),
        ("type", json!("integer"), json!(2.5), false),
        ("type", json!("number"), json!(2), true),
        ("type", json!("null"), json!(null), true),
        ("type", json!("list"), json!([]), true),
        ("type", json!("object"), json!([]), false),
        ("type", json!("text"), json!("x"), false),
        ("length", json!(2), json!("üß"), true),
        ("length", json!(2), json!([1, 2]), true),
        ("length", json!(1), json!({"a": 1}), true),
        ("length", json!(1), json!(1), false),
        ("length", json!(-1), json!([]), false),
        ("empty", json!(true), json!([]), true),
        ("empty", json!(false), json!(" "), true),
        ("empty", json!(true), json!(null), false),
        ("empty", json!(false), json!(null), false),
        ("one_of", json!([400, 422]), json!(422.0), true),
        ("one_of", json!([400, 422]), json!("422"), false),
        ("gt", json!(1), json!(1), false),
        ("gt", json!(1), json!(1.5), true),
        ("gt", json!(-1), json!(-1.5), false),
        ("gte", json!(1), json!(1.0), true),
        ("lt", json!(u64::MAX), json!(i64::MIN), true),
        ("lt", json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), true),
        ("lt", json!(1e300), json!(u64::MAX), true),
        ("lte", json!(0.5), json!(0), true),
        ("lte", json!(5), json!("4"), false),
        ("each", json!({"type": "string", "empty": false}), json!(["a", "b"]), true),
        ("each", json!({"type": "string", "empty": false}), json!(["a", ""]), false),
        ("each", json!(1), json!([1, 1.0]), true),
        ("each", json!({"type": "string"}), json!([]), true),
        ("each", json!(1), json!(1), false),
        ("any", json!({"starts_with": "price."}), json!(["name", "price.amount"]), true),
        ("any", json!("x"), json!(["name"]), false),
        ("any", json!({"any": 2}), json!([[1], [2]]), true),
        ("any", json!(1), json!([]), false),
    ];
    for (name, argument, actual, passes) in table {
        let verdict = run(name, &argument, Some(&actual));
        assert_eq!(verdict.is_ok(), passes, "{name}: {argument} on {actual}: {verdict:?}");
    }
}

#[test]
fn nothing_passes_only_what_asks_for_nothing() {
    for matcher in MATCHERS {
        let arguments = match matcher.name {
            "exists" => vec![json!(true)],
            "not" => vec![json!({"exists": false})],
            "type" => vec![json!("null")],
            "empty" => vec![json!(true), json!(false)],
            "one_of" => vec![json!([null]), json!([])],
            _ => vec![json!(null), json!(0), json!("")],
        };
        for argument in arguments {
            let verdict = matches(matcher.kind, &argument, None);
            assert_eq!(
                verdict.map_err(|mismatch| mismatch.actual),
                Err("nothing".to_owned()),
                "{}",
                matcher.name
            );
        }
    }
    assert!(run("exists", &json!(false), None).is_ok());
    assert!(run("not", &json!({"contains": "secret"}), None).is_ok());
}

/// One mismatch a line: matcher, argument, value; what is expected, what is there, the hint.
const MISMATCHES: &str = r#"
equals ¦ "Ada" ¦ "ada" ¦ string "Ada" ¦ string "ada" ¦ they differ only in upper and lower case
equals ¦ "Ada" ¦ " Ada\n" ¦ string "Ada" ¦ string " Ada\n" ¦ they differ only in the blanks at their ends
equals ¦ 5 ¦ "5" ¦ number 5 ¦ string "5" ¦ they read the same, but one is text and the other is a number
equals ¦ true ¦ "true" ¦ boolean true ¦ string "true" ¦ they read the same, but one is text and the other is a boolean
equals ¦ {"a":{"b/c":[1,2]}} ¦ {"a":{"b/c":[1,3]}} ¦ object {"a":{"b/c":[1,2]}} ¦ object {"a":{"b/c":[1,3]}} ¦ at /a/b~1c/1: number 3 instead of number 2
equals ¦ {"a":1} ¦ {"a":1,"b":2} ¦ object {"a":1} ¦ object {"a":1,"b":2} ¦ `b` is there unasked at the top
equals ¦ {"a":1} ¦ {} ¦ object {"a":1} ¦ object {} ¦ `a` is missing at the top
equals ¦ [1] ¦ [] ¦ list [1] ¦ list [] ¦ 0 items at the top instead of 1
starts_with ¦ "Req" ¦ "req_1" ¦ starts with "Req" ¦ string "req_1" ¦ it does if upper and lower case are ignored
contains ¦ "5" ¦ [5] ¦ contains "5" ¦ list [5] ¦ one item is close: they read the same, but one is text and the other is a number
contains ¦ {"a":{"b":1}} ¦ {"a":{"b":2}} ¦ contains {"a":{"b":1}} ¦ object {"a":{"b":2}} ¦ at /a/b: expected number 1, but it is number 2
gt ¦ 5 ¦ "6" ¦ greater than 5 ¦ string "6" ¦ it looks like a number, but is text
length ¦ 3 ¦ "ab" ¦ length 3 ¦ string "ab" ¦ the length is 2
each ¦ {"type":"string"} ¦ ["a",1] ¦ each item type string ¦ item 1 is number 1 ¦
any ¦ "x" ¦ ["y"] ¦ any item equal to string "x" ¦ list ["y"] ¦
any ¦ {"gt":1} ¦ [] ¦ any item {"gt":1} ¦ list [] ¦ the list is empty
not ¦ {"contains":"a"} ¦ "a" ¦ not contains: "a" ¦ string "a" ¦
matches ¦ "a{1000}{1000}{1000}" ¦ "a" ¦ matches /a{1000}{1000}{1000}/ ¦ string "a" ¦ the regular expression needs more than 1048576 bytes; repeat less, or smaller classes
matches ¦ "a(" ¦ "a" ¦ matches /a(/ ¦ string "a" ¦ not a regular expression: unclosed group
"#;

#[test]
fn mismatches_speak() {
    for line in MISMATCHES.lines().filter(|line| !line.is_empty()) {
        let fields: Vec<_> = line.split('¦').map(str::trim).collect();
        let [name, argument, actual, said @ ..] = fields.as_slice() else { panic!("{line}") };
        let read = |text: &str| serde_json::from_str::<Value>(text).expect(line);
        let mismatch = run(name, &read(argument), Some(&read(actual))).expect_err(line);
        assert_eq!(said, [mismatch.expected, mismatch.actual, mismatch.hint.unwrap_or_default()], "{line}");
    }
    let long = json!("x".repeat(5000));
    let mismatch = run("equals", &json!("y"), Some(&long)).unwrap_err();
    assert!(mismatch.actual.len() < 260 && mismatch.actual.ends_with("… (5002 bytes)"));
}

#[test]
fn partial_objects_point_to_the_fault() {
    let actual = json!({"field": "price.amount", "value": {"n": -1, "unit": "EUR"}, "list": [1]});
    let table = [
        (json!({"field": "price.amount"}), None),
        (json!({"value": {"n": {"lt": 0}}}), None),
        (json!({"list": [1.0], "gone": {"exists": false}}), None),
        (json!({}), None),
        (json!({"field": "email"}), Some("/field")),
        (json!({"value": {"unit": {"length": 2}}}), Some("/value/unit")),
        (json!({"gone": 1}), Some("/gone")),
        (json!({"list": [1, 2]}), Some("/list")),
        (json!("text"), Some("")),
    ];
    for (pattern, pointer) in table {
        let fault = partial(&pattern, Some(&actual)).err().map(|fault| fault.pointer);
        assert_eq!(fault.as_deref(), pointer, "{pattern}");
    }
}

/// A value as a node whose every part has a place of its own.
pub(crate) fn node(value: &Value, next: &mut usize) -> Node {
    *next += 1;
    let span = Span::new(*next, *next + 1);
    let kind = match value {
        Value::Null => NodeKind::Null,
        Value::Bool(flag) => NodeKind::Bool(*flag),
        Value::Number(number) => NodeKind::Number(number.clone()),
        Value::String(text) => NodeKind::Text(text.as_str().into()),
        Value::Array(items) => NodeKind::List(items.iter().map(|item| node(item, next)).collect()),
        Value::Object(members) => NodeKind::Map(
            members
                .iter()
                .map(|(key, value)| Entry {
                    key: Spanned::new(key.as_str().into(), span),
                    value: node(value, next),
                })
                .collect(),
        ),
    };
    Node { kind, span }
}

#[test]
fn arguments_are_checked_as_they_are_written() {
    let table = [
        ("equals", json!({"type": 1}), ""),
        ("starts_with", json!(1), "`starts_with` takes text; put it in quotes, but this is a number"),
        ("starts_with", json!("{{ n }}"), ""),
        ("gt", json!("{{ n }}"), ""),
        ("gt", json!("5"), "`gt` takes a number, but this is text"),
        ("matches", json!("["), "not a regular expression: unclosed character class"),
        ("type", json!("strng"), "there is no type `strng`; the types are string, number, integer"),
        ("type", json!(null), "write `type: \"null\"`"),
        ("exists", json!("yes"), "`exists` takes true or false, but this is text"),
        ("length", json!(-1), "`length` takes a whole number, 0 or more, but this is a number"),
        ("one_of", json!([]), "nothing is one of an empty list"),
        ("one_of", json!(1), "`one_of` takes a list, but this is a number"),
        ("not", json!({"length": "x"}), "`length` takes a whole number, 0 or more, but this is text"),
        ("not", json!({"name": "x"}), ""),
        (
            "each",
            json!({"type": "string", "name": 1}),
            "`name` is no matcher, but `type` is; put `equals:` before",
        ),
        ("any", json!({"not": {"not": {"gt": []}}}), "`gt` takes a number, but this is a list"),
        ("contains", json!({"field": {"matches": "("}}), "not a regular expression: unclosed group"),
    ];
    for (name, argument, expected) in table {
        let verdict = check_argument(kind_of(name).expect(name), &node(&argument, &mut 0));
        let said = verdict.map_or_else(|(_, message)| message, |()| String::new());
        assert!(
            said.starts_with(expected) && said.is_empty() == expected.is_empty(),
            "{name} {argument}: {said}"
        );
    }
    let (span, _) =
        check_argument(MatcherKind::Not, &node(&json!({"not": {"gt": "x"}}), &mut 0)).unwrap_err();
    assert_eq!(span.start, 3);
}

#[test]
fn the_table_is_whole() {
    let mut names: Vec<_> = MATCHERS.iter().map(|matcher| matcher.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 17);
    for matcher in MATCHERS {
        assert_eq!(kind_of(matcher.name), Some(matcher.kind));
        assert_eq!(info(matcher.kind), Some(matcher));
        assert!(matcher.doc.ends_with('.') && matcher.example.starts_with(&format!("{}: ", matcher.name)));
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["integer", "(", ".*", "[a", "1"]).prop_map(Value::from),
    ];
    let key = prop_oneof![
        prop::sample::select(MATCHERS.iter().map(|matcher| matcher.name.to_owned()).collect::<Vec<_>>()),
        "[a-b~/]{0,2}"
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_argument_and_no_value_makes_it_panic(argument in value(), actual in prop::option::of(value())) {
        for matcher in MATCHERS {
            let _ = matches(matcher.kind, &argument, actual.as_ref());
            let _ = check_argument(matcher.kind, &node(&argument, &mut 0));
        }
        let _ = partial(&argument, actual.as_ref());
    }

    #[test]
    fn equality_is_reflexive_and_symmetric(left in value(), right in value()) {
        prop_assert!(run("equals", &left, Some(&left)).is_ok());
        prop_assert_eq!(run("equals", &left, Some(&right)).is_ok(), run("equals", &right, Some(&left)).is_ok());
    }

    #[test]
    fn exactly_one_order_holds(left in any::<i64>(), right in prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from), (-3i64..3).prop_map(Value::from)]) {
        prop_assume!(right.is_number());
        let holds = |name: &str| run(name, &right, Some(&json!(left))).is_ok();
        prop_assert_eq!(u8::from(holds("gt")) + u8::from(holds("lt")) + u8::from(holds("equals")), 1);
        prop_assert_eq!(holds("gte"), holds("gt") || holds("equals"));
        prop_assert_eq!(holds("lte"), holds("lt") || holds("equals"));
    }
}
