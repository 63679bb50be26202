//! One field at a time: missing, null, of another type, out of range, in another form, too long.

use serde_json::{Number, Value, json};

use super::good::{Answer, Good};
use super::place::{self, Place};
use super::{Dice, Provocation};
use crate::model::{BodyPart, Node, NodeKind};

/// Characters of a text that is too long for most.
const LONG: usize = 5_000;
/// Items of a list that is too long for most.
const MANY: usize = 1_000;
/// Most fields that are added to one body.
const MOST_OPTIONAL: usize = 100;

/// Every field of the good body made wrong in every way; the schema says which of them must be refused.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    let (Some(body), Some(filled)) = (&good.operation.body, &good.body) else { return Vec::new() };
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for place in place::places(body) {
        let field =
            Field { good, body, place: &place, name: place::name(&place), all: &mut all, wrong: None };
        wrong.extend(field.vary(filled, dice).map(|value| (place, value)));
    }
    for (way, value) in good.operation.optional.iter().take(MOST_OPTIONAL) {
        let place: Vec<_> = way.iter().cloned().map(place::Part::Member).collect();
        let body = &place::with(body, &place, Some(value));
        let filled = &(good.target.render)(body).unwrap_or_else(|| body.to_json());
        let inner = place::places(value).into_iter().map(|below| [&*place, &below].concat());
        for place in std::iter::once(place.clone()).chain(inner) {
            let name = place::name(&place);
            let field = Field { good, body, place: &place, name, all: &mut all, wrong: None };
            let found = field.vary(filled, dice);
            wrong.extend(found.filter(|_| place.len() == way.len()).map(|value| (place, value)));
        }
    }
    all.extend(together(good, body, &wrong));
    all.extend(extra(good, body));
    all
}

/// Every field wrong at once, where more than one can be: an API that says which fields are wrong names them all.
fn together(good: &Good<'_>, body: &Node, wrong: &[(Vec<place::Part>, Node)]) -> Option<Provocation> {
    let mut all = body.clone();
    for (place, value) in wrong {
        all = place::with(&all, place, Some(value));
    }
    if wrong.len() < 2 {
        return None;
    }
    let mut request = good.but(Answer::refusal_if(good.wrong(&all)));
    request.body = Some(BodyPart::Json(all));
    Some(Provocation::new(&format!("{} fields wrong at once", wrong.len()), 0, request))
}

struct Field<'f, 'g> {
    good: &'f Good<'g>,
    body: &'f Node,
    place: &'f Place,
    name: String,
    all: &'f mut Vec<Provocation>,
    /// A value that the schema refuses.
    wrong: Option<Node>,
}

impl Field<'_, '_> {
    fn node(&self, value: &Value) -> Node {
        Node::from_json(value, self.good.span())
    }

    /// The variations of the field, and a value that the schema refuses, if there is one and the field is no
    /// collection. `filled` is the body with its templates filled in.
    fn vary(mut self, filled: &Value, dice: &mut Dice) -> Option<Node> {
        self.missing_or_null();
        let value = filled.pointer(&place::pointer(self.place))?;
        match value {
            Value::String(text) => self.text(text, dice),
            Value::Number(number) => self.number(number, dice),
            Value::Array(items) => self.list(items),
            _ => {}
        }
        self.other_type(value, dice);
        self.wrong.filter(|_| !value.is_object() && !value.is_array())
    }

    /// The body with another value here, and why the schema refuses it, if it does.
    fn changed(&self, value: Option<&Node>) -> (Node, Option<String>) {
        let body = place::with(self.body, self.place, value);
        let wrong = self.good.wrong(&body);
        (body, wrong)
    }

    fn add(&mut self, what: &str, rank: u8, value: Option<&Node>) {
        let (body, wrong) = self.changed(value);
        let mut request = self.good.but(Answer::refusal_if(wrong));
        request.body = Some(BodyPart::Json(body));
        self.all.push(Provocation::new(&format!("{} {what}", self.name), rank, request));
    }

    /// Null is often taken for nothing, so it is wrong only where nothing is wrong, too.
    fn missing_or_null(&mut self) {
        let (without, needed) = self.changed(None);
        // Without a field that was added it is the good body again.
        let good = self.good.operation.body.as_ref() == Some(&without);
        if matches!(self.place.last(), Some(place::Part::Member(_))) && !good {
            self.add("missing", 0, None);
        }
        let (body, wrong) = self.changed(Some(&self.node(&Value::Null)));
        let mut request = self.good.but(Answer::refusal_if(wrong.filter(|_| needed.is_some())));
        request.body = Some(BodyPart::Json(body));
        self.all.push(Provocation::new(&format!("{} null", self.name), 3, request));
    }

    /// Those of the values that the schema refuses, or one of the others if it refuses none. A step is named by its
    /// value only if every seed sends that value: what is accepted in a baseline is known again by the name.
    fn some_of(&mut self, what: &str, rank: u8, values: Vec<Value>, most: usize, dice: &mut Dice) {
        let refused = |value: &Value| self.changed(Some(&self.node(value))).1.is_some();
        let (wrong, unclear): (Vec<_>, Vec<_>) = values.into_iter().partition(refused);
        if let Some(first) = wrong.first().filter(|_| self.wrong.is_none()) {
            self.wrong = Some(self.node(first));
        }
        let (from, most) = if wrong.is_empty() { (unclear, 1) } else { (wrong, most) };
        let all = from.len() <= most;
        let chosen = if all { from } else { dice.some(from, most) };
        for (index, value) in chosen.iter().enumerate() {
            let name = match index {
                _ if all => format!("{what}: {}", shown(value)),
                0 => what.to_owned(),
                _ => format!("{what} again"),
            };
            let rank = rank + u8::from(index > 0) * 2;
            self.add(&name, rank, Some(&self.node(value)));
        }
    }

    fn other_type(&mut self, value: &Value, dice: &mut Dice) {
        let values = match value {
            Value::String(_) => vec![json!(12_345), json!(true), json!([]), json!({})],
            Value::Number(_) => vec![json!("edge"), json!(true), json!([]), json!({})],
            Value::Bool(_) => vec![json!("edge"), json!(2), json!([])],
            Value::Array(_) => vec![json!("edge"), json!({}), json!(1)],
            Value::Object(_) => vec![json!("edge"), json!([]), json!(1)],
            Value::Null => return,
        };
        self.some_of("of another type", 1, values, 1, dice);
    }

    fn number(&mut self, number: &Number, dice: &mut Dice) {
        let beside = self.beside_the_limits();
        let mut far = vec![json!(-1), json!(0), json!(1e9), json!(-1e15), json!(1e300)];
        if number.is_i64() || number.is_u64() {
            far.extend([json!(0.5), json!(9_007_199_254_740_993_i64)]);
        }
        far.retain(|value| !beside.contains(value));
        if !beside.is_empty() {
            self.some_of("out of range", 1, beside, 2, dice);
        }
        self.some_of("far out of range", 2, far, 1, dice);
    }

    /// The values next to what the schema allows.
    fn beside_the_limits(&self) -> Vec<Value> {
        let schema = self.good.schema.and_then(|schema| schema.at(&place::pointer(self.place)));
        let limit = |name: &str| schema.and_then(|schema| schema.get(name)).filter(|limit| limit.is_number());
        let mut values: Vec<Value> =
            ["exclusiveMinimum", "exclusiveMaximum"].into_iter().filter_map(limit).cloned().collect();
        let moved = |limit: &Value, by: i64| match limit.as_i64() {
            Some(whole) => whole.checked_add(by).map(Value::from),
            #[expect(clippy::cast_precision_loss, reason = "one more or less")]
            None => limit.as_f64().map(|real| json!(real + by as f64)),
        };
        values.extend(limit("minimum").and_then(|limit| moved(limit, -1)));
        values.extend(limit("maximum").and_then(|limit| moved(limit, 1)));
        values
    }

    fn text(&mut self, text: &str, dice: &mut Dice) {
        self.add("empty", 2, Some(&self.node(&json!(""))));
        let forms = ["edge", " ", "@", "edge edge", "2024-13-45", "0", "%", "é\u{202e}"];
        let forms = forms.into_iter().filter(|form| *form != text).map(Value::from);
        let refused = |value: &Value| self.changed(Some(&self.node(value))).1.is_some();
        let wrong: Vec<_> = forms.filter(refused).collect();
        if !wrong.is_empty() {
            self.some_of("in another form", 1, wrong, 2, dice);
        }
        // The good text follows, so that length is all that is wrong with it.
        if let Some(NodeKind::Text(written)) = place::at(self.body, self.place).map(|node| &node.kind) {
            let long = self.good.text(&format!("{{{{ repeat('x', {LONG}) }}}}{written}"));
            let nul = self.good.text(&format!("{written}\u{0}"));
            self.add("of 5,000 characters", 2, Some(&long));
            self.add("with a NUL", 3, Some(&nul));
        }
    }

    fn list(&mut self, items: &[Value]) {
        self.add("empty", 2, Some(&self.node(&json!([]))));
        if let Some(first) = items.first().filter(|first| !first.is_object() && !first.is_array()) {
            let many = vec![first.clone(); MANY];
            self.add("of 1,000 items", 3, Some(&self.node(&Value::Array(many))));
        }
    }
}

/// One field more than the good body has.
fn extra(good: &Good<'_>, body: &Node) -> Option<Provocation> {
    let entries = body.as_map()?;
    let more = crate::model::Entry { key: good.here("edge_extra".into()), value: good.text("edge") };
    let kind = NodeKind::Map(entries.iter().cloned().chain([more]).collect());
    let body = Node { kind, span: body.span };
    let mut request = good.but(Answer::refusal_if(good.wrong(&body)));
    request.body = Some(BodyPart::Json(body));
    Some(Provocation::new("an unknown field", 1, request))
}

/// A value in a step's name.
fn shown(value: &Value) -> String {
    value.to_string().escape_debug().collect::<String>().replace("\\\"", "\"")
}
