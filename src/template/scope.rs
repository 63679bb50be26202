//! The variables a template sees: layers, the inner hiding the outer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::Value;

/// Named values, possibly on top of an outer scope, and the stream its random values are drawn from.
#[derive(Debug, Default)]
pub struct Scope {
    outer: Option<Arc<Scope>>,
    own: IndexMap<String, Value>,
    stream: u64,
    drawn: Arc<AtomicU64>,
    made: Arc<Mutex<Vec<Made>>>,
}

/// A value that differs from run to run, and what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// `email`, `uuid`, or the name of a captured variable.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Whether an answer had it; else a template made it up.
    pub captured: bool,
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

    /// Sets a variable of this layer to what an answer had.
    pub fn capture(&mut self, name: impl Into<String>, value: Value) {
        let name = name.into();
        keep(&self.made, Made { name: name.clone(), value: value.clone(), captured: true });
        self.set(name, value);
    }

    /// Every value so far that will be another one in the next run: those of functions that make values up, and what
    /// was captured, this layer's first, in the order they came; the first thousand of each layer.
    pub fn made(&self) -> Vec<Made> {
        let of = |layer: &Scope| layer.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.layers().flat_map(of).collect()
    }

    /// Takes over what was made elsewhere, such as in an included file: answers may repeat it here.
    pub fn adopt(&self, made: &[Made]) {
        made.iter().for_each(|made| keep(&self.made, made.clone()));
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
        Draws { stream: self.stream, drawn: Arc::clone(&self.drawn), made: Arc::clone(&self.made) }
    }
}

/// The scope's place in its stream of random values, shared with a running expression.
#[derive(Debug)]
pub(super) struct Draws {
    pub(super) stream: u64,
    drawn: Arc<AtomicU64>,
    made: Arc<Mutex<Vec<Made>>>,
}

impl Draws {
    /// Remembers a value that a function made up.
    pub(super) fn made(&self, name: &str, value: Value) {
        keep(&self.made, Made { name: name.to_owned(), value, captured: false });
    }

    /// The number of the next draw, from 0.
    pub(super) fn next(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }
}

impl minijinja::value::Object for Draws {}

fn keep(made: &Mutex<Vec<Made>>, new: Made) {
    /// Most values that are remembered.
    const MOST: usize = 1_000;
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    if made.len() < MOST && !made.contains(&new) {
        made.push(new);
    }
}

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

    #[test]
    fn what_was_made_elsewhere_is_remembered_once() {
        let mut elsewhere = Scope::new(0);
        elsewhere.draws().made("uuid", json!("7e428e66"));
        elsewhere.capture("lead_id", json!("lead_1"));
        let here = Scope::new(1);
        here.adopt(&elsewhere.made());
        here.adopt(&elsewhere.made());
        assert_eq!(here.made(), elsewhere.made());
        assert!(!here.contains("lead_id"));
    }
}
