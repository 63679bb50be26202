//! Without a key, or with one that cannot be right.

use super::good::{Answer, Credential, Good, collect};
use super::{Dice, Provocation};
use crate::model::{HeaderLine, NodeKind};
use crate::redact::is_credential;

/// No key, a malformed, an unknown and an expired one, and another scheme. Whatever else sounds like a credential is
/// taken away as well: it might be enough by itself.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    match &good.credential {
        Some(Credential::Header(name)) => in_header(good, name, dice),
        Some(Credential::Query(name)) => in_query(good, name, dice),
        None => Vec::new(),
    }
}

fn in_header(good: &Good<'_>, name: &str, dice: &mut Dice) -> Vec<Provocation> {
    let written = good.headers.iter().find(|line| line.name.value == *name);
    let written = written.and_then(|line| line.value.as_text()).unwrap_or_default();
    let scheme = written.split_once(' ').map(|(scheme, _)| scheme).filter(|scheme| !scheme.contains("{{"));
    let own = |key: &str| match (scheme, name.eq_ignore_ascii_case("cookie"), written.split_once('=')) {
        (Some(scheme), _, _) => format!("{scheme} {key}"),
        (None, true, Some((cookie, _))) => format!("{cookie}={key}"),
        _ => key.to_owned(),
    };
    let with = |what: &str, rank: u8, value: Option<String>| {
        let mut request = good.but(Answer::Refusal);
        request.headers.retain(|line| line.name.value != *name && !is_credential(&line.name.value));
        request.headers.extend(value.map(|value| good.header(name, &value)));
        Provocation::new(what, rank, request)
    };
    let mut all = vec![
        with("no key", 0, None),
        with("a malformed key", 1, Some(own(&format!("%%{}=;", dice.word(5))))),
        with("an unknown key", 1, Some(own(&dice.word(32)))),
    ];
    if let Some(scheme) = scheme {
        let other = if scheme.eq_ignore_ascii_case("basic") {
            format!("Bearer {}", dice.word(32))
        } else {
            "Basic ZWRnZTplZGdl".to_owned()
        };
        all.push(with("another scheme", 1, Some(other)));
    }
    all.extend(expired(good));
    all
}

fn in_query(good: &Good<'_>, name: &str, dice: &mut Dice) -> Vec<Provocation> {
    let with = |what: &str, rank: u8, value: Option<String>| {
        let mut request = good.but(Answer::Refusal);
        request.headers.retain(|line| !is_credential(&line.name.value));
        request.query.retain(|(key, _)| key.value != *name);
        request.query.extend(value.map(|value| (good.here(name.to_owned()), good.text(&value))));
        Provocation::new(what, rank, request)
    };
    let mut all = vec![with("no key", 0, None), with("an unknown key", 1, Some(dice.word(32)))];
    all.extend(expired(good));
    all
}

/// The expired key, where it is given.
fn expired(good: &Good<'_>) -> Option<Provocation> {
    const NAME: &str = "an expired key";
    let lines = &good.target.edges.expired;
    if lines.is_empty() {
        return None;
    }
    let mut names = Default::default();
    lines.iter().for_each(|line| collect(&line.value, &mut names));
    let mut missing: Vec<_> = names.into_iter().filter(|name| !(good.target.given)(name)).collect();
    missing.sort_unstable();
    if let Some(name) = missing.first() {
        return Some(Provocation::left_out(NAME, format!("requires `{name}`, which is not given")));
    }
    let mut request = good.but(Answer::Refusal);
    let replaced = |line: &HeaderLine| {
        let named = lines.iter().any(|expired| expired.name.value.eq_ignore_ascii_case(&line.name.value));
        named || is_credential(&line.name.value)
    };
    request.headers.retain(|line| !replaced(line));
    request.headers.extend(lines.iter().filter(|line| line.value.kind != NodeKind::Null).cloned());
    Some(Provocation::new(NAME, 1, request))
}
