//! The keys of the reference server, and what a request may do with the one it brings.

use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};

use super::ids::token;
use super::problem::{Kind, Problem};
use crate::limiter::{Algorithm, Anchor, Policy, Quota};

const ALPHA: &str = "ws_alpha";
const BETA: &str = "ws_beta";
/// Keeps keys apart from the request ids of the same seed.
const SALT: u64 = 0x746F_6C6C_6761_7465;

/// An API key that the server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name of the scenario variable that holds it.
    pub alias: &'static str,
    /// The bearer token.
    pub key: String,
    /// The workspace it belongs to; empty if it has none.
    pub workspace: &'static str,
    /// What it is for: `valid`, `expired`, `revoked`, ...
    pub note: &'static str,
}

/// In what state a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Valid,
    Expired,
    Revoked,
    ReadOnly,
    Suspended,
    NoWorkspace,
}

/// A key's own limits, where it does not have those of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowance {
    Common,
    Tiny,
    Few,
    TwoADay,
}

type Row = (&'static str, &'static str, &'static str, Standing, Allowance);

const ROWS: [Row; 14] = [
    ("api_key", ALPHA, "valid", Standing::Valid, Allowance::Common),
    ("second_key", ALPHA, "valid", Standing::Valid, Allowance::Common),
    ("other_workspace_key", BETA, "valid", Standing::Valid, Allowance::Common),
    ("expired_key", ALPHA, "expired", Standing::Expired, Allowance::Common),
    ("revoked_key", ALPHA, "revoked", Standing::Revoked, Allowance::Common),
    ("readonly_key", ALPHA, "may read only", Standing::ReadOnly, Allowance::Common),
    ("suspended_key", ALPHA, "suspended", Standing::Suspended, Allowance::Common),
    ("no_workspace_key", "", "no workspace", Standing::NoWorkspace, Allowance::Common),
    ("limited_key", ALPHA, "valid, 3 requests per second", Standing::Valid, Allowance::Tiny),
    ("daily_key", ALPHA, "valid, 2 requests a day", Standing::Valid, Allowance::TwoADay),
    ("probe_key_1", ALPHA, "valid, 5 requests per second", Standing::Valid, Allowance::Few),
    ("probe_key_2", ALPHA, "valid, 5 requests per second", Standing::Valid, Allowance::Few),
    ("probe_key_3", ALPHA, "valid, 5 requests per second", Standing::Valid, Allowance::Few),
    ("probe_key_4", ALPHA, "valid, 5 requests per second", Standing::Valid, Allowance::Few),
];

/// A key with all that is known of it.
#[derive(Debug)]
pub(super) struct Grant {
    /// The key itself.
    pub(super) key: Key,
    /// Its limits.
    pub(super) quota: Quota,
    standing: Standing,
}

impl Grant {
    /// Whether the key may be used at all, and in the workspace that `X-Workspace-Id` names.
    ///
    /// # Errors
    ///
    /// A 403 for a suspended key, a key without a workspace and a workspace of someone else.
    pub(super) fn enter(&self, headers: &HeaderMap) -> Result<(), Problem> {
        match self.standing {
            Standing::Suspended => return Err(Problem::new(Kind::Forbidden)),
            Standing::NoWorkspace => return Err(Problem::new(Kind::WorkspaceDenied)),
            _ => {}
        }
        match headers.get("x-workspace-id") {
            Some(wanted) if wanted.as_bytes() != self.key.workspace.as_bytes() => {
                Err(Problem::new(Kind::WorkspaceDenied))
            }
            _ => Ok(()),
        }
    }

    /// Whether the key may change anything.
    ///
    /// # Errors
    ///
    /// A 403 for a key that may read only.
    pub(super) fn write(&self) -> Result<(), Problem> {
        match self.standing {
            Standing::ReadOnly => Err(Problem::new(Kind::InsufficientScope)),
            _ => Ok(()),
        }
    }
}

/// All keys.
#[derive(Debug)]
pub(super) struct Keyring {
    grants: Vec<Grant>,
}

impl Keyring {
    /// The keys of a seed; `common` are the limits of those that have none of their own.
    pub(super) fn new(seed: u64, common: Quota) -> Self {
        let grants = ROWS.iter().zip(0..).map(|(&(alias, workspace, note, standing, allowance), index)| {
            let quota = match allowance {
                Allowance::Common => common,
                Allowance::Tiny => small(common.policy.algorithm, 3),
                Allowance::Few => small(common.policy.algorithm, 5),
                Allowance::TwoADay => Quota { daily: Some(2), ..common },
            };
            Grant { key: Key { alias, key: secret(seed, index), workspace, note }, quota, standing }
        });
        Self { grants: grants.collect() }
    }

    /// The keys as others see them.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.grants.iter().map(|grant| &grant.key)
    }

    /// The key that a request brings.
    ///
    /// # Errors
    ///
    /// A 401 with `WWW-Authenticate` (RFC 6750 section 3): without an error code if nothing usable was sent.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<&Grant, Problem> {
        let mut lines = headers.get_all(AUTHORIZATION).iter();
        let sent = match (lines.next(), lines.next()) {
            (Some(line), None) => line.to_str().ok().and_then(bearer),
            _ => None,
        };
        let sent = sent.ok_or_else(|| challenge(Kind::Unauthorized, ""))?;
        let grant = self.grants.iter().find(|grant| grant.key.key == sent);
        let grant = grant.ok_or_else(|| challenge(Kind::InvalidKey, r#", error="invalid_token""#))?;
        match grant.standing {
            Standing::Expired => Err(challenge(Kind::TokenExpired, r#", error="invalid_token""#)),
            Standing::Revoked => Err(challenge(Kind::KeyRevoked, r#", error="invalid_token""#)),
            _ => Ok(grant),
        }
    }
}

/// So few requests a second, counted as for the other keys.
fn small(algorithm: Algorithm, limit: u64) -> Quota {
    let algorithm = match algorithm {
        Algorithm::TokenBucket { .. } => Algorithm::TokenBucket { burst: limit },
        Algorithm::Gcra { .. } => Algorithm::Gcra { burst: limit },
        other => other,
    };
    Quota { policy: Policy { algorithm, limit, window: Duration::from_secs(1) }, daily: None }
}

fn secret(seed: u64, index: u64) -> String {
    format!("tg_test_{}", token(seed.wrapping_mul(0x100).wrapping_add(index) ^ SALT))
}

/// The key in `Bearer KEY`: at least eight letters, digits, `_` or `-`. Anything else is no key at all.
fn bearer(line: &str) -> Option<&str> {
    let (scheme, key) = line.split_once(' ')?;
    let key = key.trim_matches(' ');
    let shaped =
        key.len() >= 8 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && shaped).then_some(key)
}

fn challenge(kind: Kind, error: &str) -> Problem {
    Problem::new(kind).header("WWW-Authenticate", format!(r#"Bearer realm="tollgate"{error}"#))
}

/// The keys that a server with this seed knows.
pub fn keys(seed: u64) -> Vec<Key> {
    let first = Algorithm::FixedWindow { anchor: Anchor::FirstRequest };
    Keyring::new(seed, small(first, 3)).keys().cloned().collect()
}

/// The keys as `serve --keys` prints them: `{ALIAS: {key, workspace, note}}`.
pub fn keys_json(keys: &[Key]) -> Value {
    let entry = |key: &Key| json!({ "key": key.key.as_str(), "workspace": key.workspace, "note": key.note });
    Value::Object(keys.iter().map(|key| (key.alias.to_owned(), entry(key))).collect::<Map<_, _>>())
}

/// The variables that suites need: every key by its alias, `unknown_key` (shaped like a key, known to nobody),
/// `workspace` and `other_workspace`, `fault_header`, the header that injects a fault, a marker `has_...` for every
/// ability that the documents do not promise, and one for the choices that they leave open.
pub fn variables(keys: &[Key]) -> Vec<(String, String)> {
    let offered = [
        "has_delete",
        "has_health",
        "has_idempotency",
        "has_list",
        "has_patch",
        "has_status",
        "has_unique_email",
        "reads_as_reference",
    ];
    let fixed = [
        ("unknown_key", "tg_test_0000000000000000"),
        ("workspace", ALPHA),
        ("other_workspace", BETA),
        ("fault_header", super::edges::FAULT_HEADER),
    ];
    let keys = keys.iter().map(|key| (key.alias, key.key.as_str()));
    let offered = offered.map(|name| (name, "true"));
    keys.chain(fixed).chain(offered).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(seed: u64) -> Keyring {
        Keyring::new(seed, small(Algorithm::SlidingCounter, 3))
    }

    fn kind(keyring: &Keyring, lines: &[&str]) -> Result<&'static str, Kind> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, line.parse().unwrap());
        }
        keyring.authenticate(&headers).map(|grant| grant.key.alias).map_err(|problem| problem.kind)
    }

    #[test]
    fn every_alias_has_its_answer() {
        let keyring = keyring(1);
        for grant in &keyring.grants {
            let expected = match grant.key.alias {
                "expired_key" => Err(Kind::TokenExpired),
                "revoked_key" => Err(Kind::KeyRevoked),
                alias => Ok(alias),
            };
            assert_eq!(kind(&keyring, &[&format!("bearer  {}", grant.key.key)]), expected);
        }
    }

    #[test]
    fn what_is_not_a_key_is_unauthorized_and_a_strange_key_is_invalid() {
        let keyring = keyring(1);
        let valid = format!("Bearer {}", keyring.grants[0].key.key);
        for lines in [
            &[][..],
            &[""],
            &["Bearer"],
            &["Bearer "],
            &["Bearer short"],
            &["Bearer two words12"],
            &["Basic dXNlcjpwYXNzd29yZA=="],
            &[&valid["Bearer ".len()..]],
            &[&valid, &valid],
        ] {
            assert_eq!(kind(&keyring, lines), Err(Kind::Unauthorized), "{lines:?}");
        }
        assert_eq!(kind(&keyring, &["Bearer tg_test_0000000000000000"]), Err(Kind::InvalidKey));
    }

    #[test]
    fn keys_follow_the_seed() {
        let keys = |seed| keyring(seed).keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(1), keys(1));
        assert!(keys(1).iter().zip(keys(2)).all(|(one, two)| one.key != two.key));
        let json = keys_json(&keys(1));
        assert_eq!(json["expired_key"]["note"], "expired");
        assert_eq!(json.as_object().unwrap().len(), ROWS.len());
    }
}
