//! The variables a template sees: layers, the inner hiding the outer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indexmap::IndexMap;
use serde_json::Value;

/// Named values, possibly on top of an outer scope, and the stream its random values are drawn from.
#[derive(Debug, Default)]
pub struct Scope {
    outer: Option<Arc<Scope>>,
    own: IndexMap<String, Value>,
    stream: u64,
    drawn: Arc<AtomicU64>,
}

impl Scope {
    /// An empty scope; scopes with different streams draw different random values.
    pub fn new(stream: u64) -> Self {
        Self { stream, ..Self::default() }
    }

    /// A scope on top of `outer`, with a stream of its own. Costs a pointer.
    pub fn child(outer: &Arc<Scope>, stream: u64) -> Self {
        Self { outer: Some(Arc::clone(outer)), stream, ..Self::default() }
    }

    /// Sets a variable of this layer.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.own.insert(name.into(), value);
    }

    /// The value of a variable, the innermost first.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.layers().find_map(|layer| layer.own.get(name))
    }

    /// Whether there is such a variable.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All visible variables: this layer's in the order they were set, then the outer ones they do not hide.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.layers().enumerate().flat_map(move |(depth, layer)| {
            layer
                .own
                .iter()
                .filter(move |(name, _)| {
                    !self.layers().take(depth).any(|inner| inner.own.contains_key(*name))
                })
                .map(|(name, value)| (name.as_str(), value))
        })
    }

    fn layers(&self) -> impl Iterator<Item = &Scope> {
        std::iter::successors(Some(self), |scope| scope.outer.as_deref())
    }

    pub(super) fn draws(&self) -> Draws {
        Draws { stream: self.stream, drawn: Arc::clone(&self.drawn) }
    }
}

/// The scope's place in its stream of random values, shared with a running expression.
#[derive(Debug)]
pub(super) struct Draws {
    pub(super) stream: u64,
    drawn: Arc<AtomicU64>,
}

impl Draws {
    /// The number of the next draw, from 0.
    pub(super) fn next(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }
}

impl minijinja::value::Object for Draws {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inner_variables_hide_outer_ones() {
        let mut outer = Scope::new(0);
        outer.set("a", json!(1));
        outer.set("b", json!(2));
        let mut inner = Scope::child(&Arc::new(outer), 1);
        inner.set("b", json!(3));
        assert_eq!(inner.get("a"), Some(&json!(1)));
        assert_eq!(inner.get("b"), Some(&json!(3)));
        assert!(!inner.contains("c"));
        let all: Vec<_> = inner.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(all, ["b=3", "a=1"]);
    }
}
