//! What is to be probed, with which keys, and how much it may cost.

use std::time::Duration;

use super::log::{Declared, Probe, Protocol};
use super::world::{KEPT_BODY, Outgoing};

/// A request that is sent often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The target in origin form: path and query, prefixes included.
    pub target: String,
    /// Header lines beside the key's.
    pub headers: Vec<(String, String)>,
    /// The body; empty is none. `{{marker}}` stands for the marker of a write, also in the target.
    pub body: String,
}

/// A key: what it is called, and the header line that carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name in reports.
    pub alias: String,
    /// The header line with the secret.
    pub line: (String, String),
    /// Whether it may not write.
    pub read_only: bool,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("alias", &self.alias).finish_non_exhaustive()
    }
}

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Every rule once, as briefly as it can be done.
    Quick,
    /// Repetitions that find most races.
    #[default]
    Default,
    /// Repetitions that find rare ones.
    Thorough,
}

/// A write that leaves a trace, and how to look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writes {
    /// The write, with `{{marker}}` in its body or target.
    pub write: Call,
    /// The request that lists what was written; with `{{marker}}` in its target it is sent for each marker.
    pub list: Call,
}

/// What is to be probed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Task {
    /// `host:port` for the `Host` line and the absolute form; `scheme` is that of the absolute form.
    pub authority: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The version of HTTP to probe over.
    pub protocol: Protocol,
    /// The read request.
    pub request: Call,
    /// The keys; at least one.
    pub keys: Vec<Key>,
    /// What the API promises.
    pub declared: Declared,
    /// How much is asked.
    pub profile: Profile,
    /// Writes, if they may be sent.
    pub writes: Option<Writes>,
    /// Another documented request of the same keys.
    pub other: Option<Call>,
    /// Paths that no limit concerns.
    pub exempt: Vec<String>,
    /// Whether preflight requests are said to be exempt.
    pub preflight: bool,
    /// Whether the daily quota may be used up.
    pub daily: bool,
    /// Whether nothing but the daily quota is probed, and the end of its day left for a later request.
    pub arm: bool,
    /// Whether constant arrivals are wanted.
    pub steady: bool,
    /// How many obedient clients at once; 0 for none.
    pub fleet: u16,
    /// Whether the target may be started anew, last of all.
    pub restart: bool,
    /// Only these probes; all of them if none is named.
    pub only: Vec<Probe>,
    /// Most requests in all.
    pub max_requests: u64,
    /// Longest time in all.
    pub max_time: Duration,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Task {
    /// Whether a probe is wanted. Edges are found whatever is wanted, since others build on them.
    pub(super) fn wants(&self, probe: Probe) -> bool {
        self.only.is_empty() || probe == Probe::Arming || self.only.contains(&probe)
    }

    /// A request of a key, or of nobody.
    pub(super) fn outgoing(&self, call: &Call, key: Option<&Key>) -> Outgoing {
        let mut headers = call.headers.clone();
        if let Some(key) = key {
            headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&key.line.0));
            headers.push(key.line.clone());
        }
        Outgoing {
            method: call.method.clone(),
            target: call.target.clone(),
            headers,
            body: call.body.clone().into_bytes(),
            keep: KEPT_BODY,
        }
    }
}

impl Call {
    /// The same with a marker in its places.
    pub(super) fn marked(&self, marker: &str) -> Self {
        Self {
            target: self.target.replace("{{marker}}", marker),
            body: self.body.replace("{{marker}}", marker),
            ..self.clone()
        }
    }
}
