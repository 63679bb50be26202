//! Without a key, or with one that cannot be right.

use serde_json::Value;

use super::good::{Answer, Credential, Good, collect};
use super::{Dice, Provocation};
use crate::model::{HeaderLine, NodeKind};
use crate::redact::is_credential;

/// Why these must be refused.
const NO_KEY: &str =
    "the operation needs a key, and without a valid one a request is refused (RFC 9110, section 15.5.2)";

/// No key, a malformed, an unknown and an expired one, and another scheme. Whatever else sounds like a credential is
/// taken away as well: it might be enough by itself.
pub(super) fn provoke(good: &Good<'_>, dice: &mut Dice) -> Vec<Provocation> {
    // Browsers ask with OPTIONS before they send a credential (CORS preflights of the Fetch standard), so that needs none.
    if good.operation.method == "OPTIONS" {
        return Vec::new();
    }
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
        let mut request = good.but(Answer::Refusal(NO_KEY.to_owned()));
        request.headers.retain(|line| line.name.value != *name && !is_credential(&line.name.value));
        request.headers.extend(value.map(|value| good.header(name, &value)));
        Provocation::new(what, rank, request)
    };
    let mut all = vec![
        with("no key", 0, None),
        with("a malformed key", 1, Some(own(&format!("%%{}=;", dice.word(5))))),
        with("an unknown key", 1, Some(own(&unknown(good, name, scheme, dice)))),
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

/// A key that nobody knows, in the form of the good one where that is known: a server that looks at the form alone
/// takes it for a key.
fn unknown(good: &Good<'_>, name: &str, scheme: Option<&str>, dice: &mut Dice) -> String {
    let line = good.headers.iter().find(|line| line.name.value == *name);
    let filled = line.and_then(|line| (good.target.render)(&line.value));
    let filled = filled.as_ref().and_then(Value::as_str).unwrap_or_default();
    let key = scheme.and_then(|scheme| filled.strip_prefix(scheme)).unwrap_or(filled).trim();
    alike(key, dice).unwrap_or_else(|| dice.word(32))
}

/// The text with other letters and digits in its last part, if there are enough to make it another one for sure.
fn alike(key: &str, dice: &mut Dice) -> Option<String> {
    const ENOUGH: usize = 8;
    let last = key.rfind(['_', '-', '.']).map_or(0, |at| at + 1);
    let start = if key.len() - last >= ENOUGH { last } else { key.len() / 2 };
    let (kept, spoiled) = key.split_at_checked(start)?;
    let letter = |first: u8, count: usize, dice: &mut Dice| {
        char::from(first.saturating_add(u8::try_from(dice.index(count)).unwrap_or_default()))
    };
    let other = |c: char| match c {
        '0'..='9' => letter(b'0', 10, dice),
        'a'..='z' => letter(b'a', 26, dice),
        'A'..='Z' => letter(b'A', 26, dice),
        other => other,
    };
    let changed: String = spoiled.chars().map(other).collect();
    let enough = spoiled.bytes().filter(u8::is_ascii_alphanumeric).count() >= ENOUGH;
    (enough && changed != spoiled).then(|| format!("{kept}{changed}"))
}

fn in_query(good: &Good<'_>, name: &str, dice: &mut Dice) -> Vec<Provocation> {
    let with = |what: &str, rank: u8, value: Option<String>| {
        let mut request = good.but(Answer::Refusal(NO_KEY.to_owned()));
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
    let mut request = good.but(Answer::Refusal(NO_KEY.to_owned()));
    let replaced = |line: &HeaderLine| {
        let named = lines.iter().any(|expired| expired.name.value.eq_ignore_ascii_case(&line.name.value));
        named || is_credential(&line.name.value)
    };
    request.headers.retain(|line| !replaced(line));
    request.headers.extend(lines.iter().filter(|line| line.value.kind != NodeKind::Null).cloned());
    Some(Provocation::new(NAME, 1, request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_has_the_form_of_the_good_one() {
        let mut dice = Dice::new(1, "x");
        let key = alike("tg_test_0aB9cD8eF7", &mut dice).expect("long enough");
        assert!(key.starts_with("tg_test_") && key != "tg_test_0aB9cD8eF7" && key.len() == 18, "{key}");
        assert!(key[8..9].bytes().all(|byte| byte.is_ascii_digit()), "{key}");
        let token = alike("aaaa.bbbb.signature-_x", &mut dice).expect("long enough");
        assert!(token.starts_with("aaaa.bbbb.s") && token.contains('.'), "{token}");
        for short in ["", "edge", "user:pas", "ééééééééééé"] {
            assert_eq!(alike(short, &mut dice), None, "{short}");
        }
    }
}
