//! Which findings are new, which are gone, and which both runs have.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::mask::{mask, mask_pointer};
use crate::model::{ComparedFinding, Finding, Presence};

/// Most findings that are listed.
const LISTED: usize = 1_000;
/// Most characters of a message that are compared and kept.
const LONGEST: usize = 240;

/// The findings of both runs, new ones first, and how many were left out.
pub(super) fn compare(earlier: &[Finding], now: &[Finding]) -> (Vec<ComparedFinding>, usize) {
    let mut all: Vec<ComparedFinding> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let both = now.iter().map(|one| (one, true)).chain(earlier.iter().map(|one| (one, false)));
    for (finding, is_new) in both {
        let place = *places.entry(key(finding)).or_insert_with(|| {
            all.push(started(finding));
            all.len() - 1
        });
        if let Some(known) = all.get_mut(place) {
            let count = if is_new { &mut known.count } else { &mut known.earlier_count };
            *count = count.saturating_add(finding.count);
        }
    }
    for finding in &mut all {
        finding.presence = match (finding.earlier_count, finding.count) {
            (0, _) => Presence::New,
            (_, 0) => Presence::Gone,
            _ => Presence::Both,
        };
    }
    all.sort_by_key(|one| {
        (one.presence, Reverse(one.severity), Reverse(one.count.saturating_add(one.earlier_count)))
    });
    let left_out = all.len().saturating_sub(LISTED);
    all.truncate(LISTED);
    (all, left_out)
}

fn started(finding: &Finding) -> ComparedFinding {
    ComparedFinding {
        presence: Presence::New,
        rule: finding.rule.clone(),
        name: finding.name.clone(),
        severity: finding.severity,
        step: finding.step.clone(),
        message: cut(&finding.message).to_owned(),
        earlier_count: 0,
        count: 0,
    }
}

/// What makes two findings one: the same fault at the same place, whatever ids and times the answers had.
fn key(finding: &Finding) -> String {
    let [message, actual] = [&finding.message, &finding.actual].map(|text| mask(cut(text)));
    let pointer = mask_pointer(&finding.pointer);
    let Finding { rule, step, severity, .. } = finding;
    format!("{rule} {}\n{step}\n{pointer}\n{message}\n{actual}", severity.as_str())
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}
