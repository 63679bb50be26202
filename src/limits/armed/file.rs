//! The state that `--arm` leaves for `--verify`: one JSON object. `docs/limit-log.md` describes it.

use serde::Serialize;
use serde_json::Value;

use super::Armed;
use crate::model::{Diagnostic, Source, Span};

/// What the file calls its format.
pub const FORMAT: &str = "tollgate-armed-quota";
/// The version that is written, and the only one that is read.
pub const VERSION: u64 = 1;
/// Bytes of a file that is read at most; what is written has a few hundred.
const MOST_BYTES: usize = 64 << 10;
/// 1 January 10000, the first second that has no date of four digits.
const MOST_SECONDS: u64 = 253_402_300_800;

#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    version: u64,
    #[serde(flatten)]
    armed: &'a Armed,
}

/// The whole file.
pub fn write(armed: &Armed) -> String {
    // Made of texts and numbers; there is nothing in it that JSON cannot hold.
    serde_json::to_string_pretty(&Written { format: FORMAT, version: VERSION, armed })
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// Reads a file. Unknown members are passed over.
///
/// # Errors
/// It is no such state, has another version, or something in it is wrong: the place, and what to do.
pub fn read(source: &Source) -> Result<Armed, Box<Diagnostic>> {
    let anew = "arm it anew: `tollgate limits --arm FILE`";
    let wrong = |place: Span, title: String, label: &str, help: &str| {
        Box::new(Diagnostic::new(source, place, title, label).with_help(help))
    };
    if source.text.len() > MOST_BYTES {
        let title = format!("this is no state of an armed quota: it has more than {} KiB", MOST_BYTES >> 10);
        return Err(wrong(source.character(0), title, "", "name a file that `tollgate limits --arm` wrote"));
    }
    let damaged = |error: &serde_json::Error| {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        let place = source.at(error.line(), error.column());
        wrong(place, "the state of the armed quota is damaged".to_owned(), reason, anew)
    };
    let any: Value = serde_json::from_str(&source.text).map_err(|error| damaged(&error))?;
    if any.get("format").and_then(Value::as_str) != Some(FORMAT) {
        let title = format!("this is no state of an armed quota: it has no \"format\": \"{FORMAT}\"");
        let how = "name a file that `tollgate limits --arm` wrote";
        return Err(wrong(member(source, "format"), title, "here", how));
    }
    if any.get("version").and_then(Value::as_u64) != Some(VERSION) {
        let version = any.get("version").map_or_else(|| "none".to_owned(), ToString::to_string);
        let title = format!("the state has version {version}; this tollgate reads version {VERSION}");
        let how = "verify it with the tollgate that armed it, or arm it anew";
        return Err(wrong(member(source, "version"), title, "another version", how));
    }
    let armed: Armed = serde_json::from_str(&source.text).map_err(|error| damaged(&error))?;
    match flaw(&armed) {
        None => Ok(armed),
        Some((name, label)) => {
            let title = format!("the state of the armed quota is damaged: `{name}`");
            Err(wrong(member(source, name), title, label, anew))
        }
    }
}

/// The first member that says what `--arm` never writes.
fn flaw(armed: &Armed) -> Option<(&'static str, &'static str)> {
    let (method, target) = armed.call();
    let sendable = !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_alphabetic())
        && target.starts_with('/')
        && target.bytes().all(|byte| byte.is_ascii_graphic());
    if !sendable {
        return Some(("request", "it is no method and path"));
    }
    if armed.key == 0 {
        return Some(("key", "keys are counted from 1"));
    }
    if armed.promised_unix_s >= MOST_SECONDS || armed.promised_unix_s == 0 {
        return Some(("promised_unix_s", "seconds since 1970"));
    }
    (armed.status != 429).then_some(("status", "only a 429 is armed"))
}

/// Where a member's name stands; the file's first character if it stands nowhere.
fn member(source: &Source, name: &str) -> Span {
    let quoted = format!("\"{name}\"");
    match source.text.find(&quoted) {
        Some(start) => Span::new(start, start + quoted.len()),
        None => source.character(0),
    }
}
