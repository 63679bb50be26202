//! Operations that wait for each other's captures, so that none can come first.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use super::good::Good;
use crate::model::{Capture, Diagnostic};

/// A variable that an operation needs, by the places of operations.
struct Need<'g> {
    operation: usize,
    capture: &'g Capture,
}

/// Each circle once, at the capture that its first operation waits for.
pub(super) fn mistakes(goods: &[Good<'_>]) -> Vec<Diagnostic> {
    let mut captured = HashMap::new();
    for (index, good) in goods.iter().enumerate() {
        for capture in &good.operation.capture {
            captured.entry(&*capture.name.value).or_insert((index, capture));
        }
    }
    let needs = |good: &Good<'_>| -> Vec<Need<'_>> {
        let mut names: Vec<_> = good.variables().into_iter().collect();
        names.retain(|name| !(good.target.given)(name));
        names.sort_unstable();
        let found = names.iter().filter_map(|name| captured.get(&**name));
        found.map(|&(operation, capture)| Need { operation, capture }).collect()
    };
    let needs: Vec<_> = if captured.is_empty() { Vec::new() } else { goods.iter().map(needs).collect() };
    let circles = (0..needs.len()).filter_map(|start| circle(start, &needs));
    circles.map(|circle| told(goods, &circle)).collect()
}

/// The shortest circle whose first operation in the file this is: what it needs, what that needs, and so on.
fn circle<'n, 'g>(start: usize, needs: &'n [Vec<Need<'g>>]) -> Option<Vec<&'n Need<'g>>> {
    let mut before: HashMap<usize, (usize, &Need<'_>)> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for need in needs[at].iter().filter(|need| need.operation >= start) {
            if let Entry::Vacant(entry) = before.entry(need.operation) {
                entry.insert((at, need));
                open.push_back(need.operation);
            }
        }
        if before.contains_key(&start) {
            break;
        }
    }
    let (mut from, need) = *before.get(&start)?;
    let mut way = vec![need];
    while from != start {
        let (earlier, need) = *before.get(&from)?;
        way.push(need);
        from = earlier;
    }
    way.reverse();
    Some(way)
}

fn told(goods: &[Good<'_>], circle: &[&Need<'_>]) -> Diagnostic {
    let name = |need: &Need<'_>| &*goods[need.operation].operation.name.value;
    // The last one gives what the circle began with: the first operation itself.
    let (first, start) = (circle[0], circle[circle.len() - 1]);
    let variable = &first.capture.name.value;
    let source = &goods[start.operation].target.edges.source;
    let span = first.capture.name.span;
    if circle.len() == 1 {
        let title = format!("{} needs `{variable}`, which only its own answer gives", name(first));
        let help = "capture it from another operation, or write a value that is known before; a header of all \
                    operations is taken away with null";
        return Diagnostic::new(source, span, title, "captured too late").with_help(help);
    }
    let mut way = vec![name(start)];
    way.extend(circle.iter().map(|need| name(need)));
    let title = format!("operations need each other's captures: {}", way.join(", which needs "));
    let mistake = Diagnostic::new(source, span, title, format!("needed by {}", name(start)));
    let help = "none of them can come first; write a value that is known before in one of them";
    mistake.with_context(start.capture.name.span, "captured too late").with_help(help)
}
