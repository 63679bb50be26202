//! JSON pointers (RFC 6901) into a body.

use serde_json::{Map, Value};

/// The part of a value that a pointer leads to. Unlike `Value::pointer` it allocates nothing unless the pointer
/// holds an escape, which matters because every response is asked for half a dozen parts.
pub fn resolve<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    if pointer.contains('~') {
        return value.pointer(pointer);
    }
    if pointer.is_empty() {
        return Some(value);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(value, |value, token| match value {
        Value::Object(members) => member(members, token),
        Value::Array(items) => items.get(index(token)?),
        _ => None,
    })
}

/// Members up to which looking through them is cheaper than hashing a key.
const FEW: usize = 8;

/// A member of an object. Envelopes and entries of details have a few members, which are looked through.
pub(super) fn member<'v>(members: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    if members.len() > FEW {
        return members.get(key);
    }
    members.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// An array index: digits without leading zeros.
fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| plain)
}

/// The pointer to the whole of which this pointer's target is a member; `None` for the root.
pub(super) fn parent(pointer: &str) -> Option<&str> {
    pointer.rfind('/').map(|slash| &pointer[..slash])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_agrees_with_serde_json() {
        let value = json!({ "a": { "b": [1, { "c": null }] }, "": 2, "x~y": { "z/z": 3 }, "0": 4 });
        for pointer in [
            "",
            "/",
            "/a",
            "/a/b",
            "/a/b/0",
            "/a/b/1/c",
            "/a/b/01",
            "/a/b/+1",
            "/a/b/2",
            "/a/b/-",
            "/x~0y/z~1z",
            "/0",
            "a",
            "/a/b/c",
        ] {
            assert_eq!(resolve(&value, pointer), value.pointer(pointer), "{pointer}");
        }
    }
}
