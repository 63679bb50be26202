//! What comes closest to a name that is not there.

use serde_json::Value;

/// Most places of a body that are looked at.
const PLACES: usize = 500;

/// Most places that are named.
const NAMED: usize = 3;

/// The paths of a body that are most like the wanted one, in words; `None` if it has none.
pub(super) fn nearest_path(wanted: &str, body: &Value) -> Option<String> {
    let mut paths = Vec::new();
    collect(body, "$", &mut paths);
    let mut ranked: Vec<_> =
        paths.into_iter().map(|path| (strsim::jaro_winkler(wanted, &path), path)).collect();
    ranked.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let named: Vec<_> = ranked.into_iter().take(NAMED).map(|(_, path)| path).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// The paths of all members, outer ones first; of a list the first item stands for all.
fn collect(value: &Value, path: &str, paths: &mut Vec<String>) {
    let mut inner = Vec::new();
    match value {
        Value::Object(members) => {
            inner.extend(members.iter().map(|(key, value)| (format!("{path}{}", segment(key)), value)));
        }
        Value::Array(items) => inner.extend(items.first().map(|value| (format!("{path}[0]"), value))),
        _ => {}
    }
    inner.truncate(PLACES.saturating_sub(paths.len()));
    paths.extend(inner.iter().map(|(path, _)| path.clone()));
    for (path, value) in inner {
        collect(value, &path, paths);
    }
}

fn segment(key: &str) -> String {
    let starts_as_name = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if starts_as_name && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        format!(".{key}")
    } else {
        format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}
