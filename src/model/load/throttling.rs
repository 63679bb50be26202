//! How a target throttled under load, as reports show it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A limit that the target is said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadLimit {
    /// Requests per window.
    pub limit: u64,
    /// The window in milliseconds.
    pub window_ms: u64,
}

/// What came through in one window of the limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadWindow {
    /// Its begin in milliseconds since the start; windows are counted from the first request.
    pub at_ms: u64,
    /// Requests sent in it.
    pub sent: u64,
    /// Those of them that were admitted: not throttled, and below 400.
    pub admitted: u64,
    /// Those of them that were throttled, whether or not the answer keeps the contract.
    pub throttled: u64,
}

/// One value of `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetryAfterCount {
    /// Whole seconds.
    pub seconds: u64,
    /// Answers that said so.
    pub count: u64,
}

/// How the target throttled, and what became of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LoadThrottling {
    /// The limit, if one was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LoadLimit>,
    /// Admitted requests per second, over the run.
    pub goodput_per_s: f64,
    /// The same as a share of what the declared limit allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goodput: Option<f64>,
    /// Throttled requests for each admitted one; absent if nothing was admitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waste: Option<f64>,
    /// Requests sent before the time was over that the last throttled answer to the same step told to wait; in the closed
    /// model the last one to the same user.
    pub early: u64,
    /// Those of them that were admitted all the same: the told wait was longer than needed.
    pub early_admitted: u64,
    /// Throttled answers by their `Retry-After`, ascending; at most 256 values are told apart.
    pub retry_after: Vec<RetryAfterCount>,
    /// Throttled answers whose `Retry-After` is missing, a date, or not to be read.
    pub without_seconds: u64,
    /// Windows of the declared limit. At most 3600; later ones are left out, and `windows_seen` counts on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<LoadWindow>,
    /// Windows seen, those left out included.
    pub windows_seen: u64,
    /// Most admitted requests that were sent within any stretch as long as the window, to a hundredth of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at_most: Option<u64>,
    /// Waits of users that came to their end. Closed model only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waits: u64,
    /// Most requests sent within 100 ms of each other after such waits, for each user: 1 means that all came back at
    /// once. Closed model only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub herd: Option<f64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
