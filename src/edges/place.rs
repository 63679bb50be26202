//! Places inside a body: walked, named, and changed one at a time.

use crate::model::{Entry, Node, NodeKind};

/// One part of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The member of this name.
    Member(String),
    /// The item of this number.
    Item(usize),
}

/// The way from the body to a value in it.
pub(super) type Place = [Part];

/// Deepest place that is looked at.
const DEEPEST: usize = 8;
/// Most places of one body.
const MOST: usize = 200;

/// Every member of every object, and the first item of every list, in the order written.
pub(super) fn places(body: &Node) -> Vec<Vec<Part>> {
    let mut found = Vec::new();
    walk(body, &mut Vec::new(), &mut found);
    found.truncate(MOST);
    found
}

fn walk(node: &Node, way: &mut Vec<Part>, found: &mut Vec<Vec<Part>>) {
    if way.len() == DEEPEST || found.len() > MOST {
        return;
    }
    let mut below = |part: Part, node: &Node| {
        way.push(part);
        found.push(way.clone());
        walk(node, way, found);
        way.pop();
    };
    match &node.kind {
        NodeKind::Map(entries) => {
            for entry in entries.iter().filter(|entry| !entry.key.value.contains("{{")) {
                below(Part::Member(entry.key.value.to_string()), &entry.value);
            }
        }
        NodeKind::List(items) => {
            if let Some(first) = items.first() {
                below(Part::Item(0), first);
            }
        }
        _ => {}
    }
}

/// `price.amount`, `rooms[0]`.
pub(super) fn name(place: &Place) -> String {
    let mut text = String::new();
    for part in place {
        match part {
            Part::Member(name) if text.is_empty() => text.push_str(name),
            Part::Member(name) => text.push_str(&format!(".{name}")),
            Part::Item(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// The JSON pointer.
pub(super) fn pointer(place: &Place) -> String {
    let token = |part: &Part| match part {
        Part::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Part::Item(index) => format!("/{index}"),
    };
    place.iter().map(token).collect()
}

/// The value at a place.
pub(super) fn at<'n>(node: &'n Node, place: &Place) -> Option<&'n Node> {
    place.iter().try_fold(node, |node, part| match part {
        Part::Member(name) => node.get(name),
        Part::Item(index) => node.as_list()?.get(*index),
    })
}

/// The same body with another value at a place, or without it. A member that its object lacks is added.
pub(super) fn with(node: &Node, place: &Place, value: Option<&Node>) -> Node {
    let Some((part, rest)) = place.split_first() else {
        return value.unwrap_or(node).clone();
    };
    let kind = match (part, &node.kind) {
        (Part::Member(name), NodeKind::Map(entries)) => {
            let changed = |entry: &Entry| {
                if *entry.key.value != **name {
                    return Some(entry.clone());
                }
                let gone = rest.is_empty() && value.is_none();
                (!gone).then(|| Entry { key: entry.key.clone(), value: with(&entry.value, rest, value) })
            };
            let mut all: Vec<_> = entries.iter().filter_map(changed).collect();
            let known = entries.iter().any(|entry| *entry.key.value == **name);
            if let Some(value) = value.filter(|_| rest.is_empty() && !known) {
                let key = crate::model::Spanned::new(name.as_str().into(), node.span);
                all.push(Entry { key, value: value.clone() });
            }
            NodeKind::Map(all.into())
        }
        (Part::Item(index), NodeKind::List(items)) => {
            let changed = |(at, item): (usize, &Node)| {
                if at != *index {
                    return Some(item.clone());
                }
                let gone = rest.is_empty() && value.is_none();
                (!gone).then(|| with(item, rest, value))
            };
            NodeKind::List(items.iter().enumerate().filter_map(changed).collect())
        }
        (_, kind) => kind.clone(),
    };
    Node { kind, span: node.span }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Source, Span};
    use serde_json::json;

    #[test]
    fn places_are_named_and_changed_one_at_a_time() {
        let text = "name: Ada\nprice: { amount: 1, \"a/b\": [x, y] }\n";
        let body = crate::yaml::parse(&Source::new("t", text)).expect("valid");
        let all = places(&body);
        let names: Vec<_> = all.iter().map(|place| name(place)).collect();
        assert_eq!(names, ["name", "price", "price.amount", "price.a/b", "price.a/b[0]"]);
        assert_eq!(pointer(&all[4]), "/price/a~1b/0");
        assert_eq!(
            with(&body, &all[0], None).to_json(),
            json!({ "price": { "amount": 1, "a/b": ["x", "y"] } })
        );
        let null = Node::from_json(&json!(null), Span::default());
        let changed = with(&body, &all[4], Some(&null)).to_json();
        assert_eq!(changed, json!({ "name": "Ada", "price": { "amount": 1, "a/b": [null, "y"] } }));
        assert_eq!(at(&body, &all[2]).map(Node::to_json), Some(json!(1)));
        let more = [Part::Member("price".to_owned()), Part::Member("more".to_owned())];
        let added = with(&body, &more, Some(&null)).to_json();
        assert_eq!(added["price"], json!({ "amount": 1, "a/b": ["x", "y"], "more": null }));
    }
}
