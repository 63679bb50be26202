//! Which findings have one cause: the same rule says the same at the same part of the body, whatever the step.

use std::collections::HashMap;

use crate::mask::{mask, mask_pointer};
use crate::model::Finding;

/// Most causes that are told apart; what comes later is told apart only by its rule, and by whether it is accepted.
const MOST: usize = 1_000;
/// Characters of a message or a value that are compared.
const COMPARED: usize = 240;

/// The causes seen so far, each with the place of its finding in a list.
#[derive(Debug, Default)]
pub struct Causes(HashMap<String, usize>);

impl Causes {
    /// The place of the finding with the same cause. A new cause gets `next`, the place that is free.
    pub fn place(&mut self, finding: &Finding, next: usize) -> usize {
        let mut cause = cause(finding);
        if self.0.len() >= MOST && !self.0.contains_key(&cause) {
            cause = format!("{} {} {}", finding.rule, finding.severity.as_str(), finding.accepted);
        }
        *self.0.entry(cause).or_insert(next)
    }
}

/// Rule, severity, pointer, message and value without the numbers, ids and times that differ from answer to answer.
fn cause(finding: &Finding) -> String {
    let Finding { rule, severity, accepted, pointer, message, actual, .. } = finding;
    let [message, actual] = [message, actual].map(|part| mask(cut(part)));
    let pointer = mask_pointer(pointer);
    format!("{rule} {} {accepted}\n{pointer}\n{message}\n{actual}", severity.as_str())
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(COMPARED).map_or(text, |(end, _)| &text[..end])
}
