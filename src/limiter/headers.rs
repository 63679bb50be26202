//! The rate limit headers in the forms that servers send: `X-RateLimit-*` and three generations of the draft.
//!
//! The draft is draft-ietf-httpapi-ratelimit-headers: A is up to -06, B is -07, C is from -08 on.

use std::time::Duration;

use super::keyed::{DAY, Quota, Scope};
use super::policy::Algorithm;

/// Header lines in their order.
pub type Lines = Vec<(&'static str, String)>;

/// Which headers are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderFamily {
    /// `X-RateLimit-Limit`, `-Remaining`, `-Reset` (seconds from now).
    #[default]
    XRatelimit,
    /// `RateLimit-Limit`, `-Remaining`, `-Reset`, `RateLimit-Policy: 60;w=60`.
    DraftA,
    /// `RateLimit: limit=60, remaining=59, reset=60` and `RateLimit-Policy: 60;w=60`.
    DraftB,
    /// `RateLimit: "window";r=59;t=60` and `RateLimit-Policy: "window";q=60;w=60`.
    DraftC,
    /// `X-RateLimit-*`, the fields of generation A but its policy, and generation C.
    All,
    /// None.
    None,
}

/// What is told of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// The limit that binds first.
    pub(super) scope: Scope,
    /// Its size.
    pub(super) limit: u64,
    /// What is left of it; below zero only by a fault.
    pub(super) remaining: i64,
    /// Whole seconds until it is whole again.
    pub(super) reset: u64,
    /// Whole seconds until more is available: what the draft calls reset, and what Retry-After says.
    pub(super) available: u64,
}

impl HeaderFamily {
    /// The lines.
    pub(super) fn lines(self, quota: &Quota, told: Told) -> Lines {
        let mut lines = Lines::new();
        if matches!(self, Self::XRatelimit | Self::All) {
            lines.push(("X-RateLimit-Limit", told.limit.to_string()));
            lines.push(("X-RateLimit-Remaining", told.remaining.to_string()));
            lines.push(("X-RateLimit-Reset", told.reset.to_string()));
        }
        if matches!(self, Self::DraftA | Self::All) {
            lines.push(("RateLimit-Limit", told.limit.to_string()));
            lines.push(("RateLimit-Remaining", told.remaining.to_string()));
            lines.push(("RateLimit-Reset", told.available.to_string()));
        }
        let Told { scope, limit, remaining, available, .. } = told;
        match self {
            Self::DraftA => lines.push(("RateLimit-Policy", policy(quota, false))),
            Self::DraftB => {
                let standing = format!("limit={limit}, remaining={remaining}, reset={available}");
                lines.push(("RateLimit", standing));
                lines.push(("RateLimit-Policy", policy(quota, false)));
            }
            Self::DraftC | Self::All => {
                lines.push(("RateLimit", format!("\"{}\";r={remaining};t={available}", name(scope))));
                lines.push(("RateLimit-Policy", policy(quota, true)));
            }
            Self::XRatelimit | Self::None => {}
        }
        lines
    }
}

/// Every limit of a quota, as a list; with names in the form of generation C.
fn policy(quota: &Quota, named: bool) -> String {
    let width = |window: Duration| match window.subsec_nanos() {
        0 => format!(";w={}", window.as_secs()),
        // The draft knows whole seconds only, and lets a window be left out.
        _ => String::new(),
    };
    let item = |scope, limit: u64, parameters: &str| match named {
        true => format!("\"{}\";q={limit}{parameters}", name(scope)),
        false => format!("{limit}{parameters}"),
    };
    let parameters = match quota.policy.algorithm {
        Algorithm::Concurrency if named => ";qu=\"concurrent-requests\"".to_owned(),
        Algorithm::Concurrency => String::new(),
        Algorithm::TokenBucket { burst } | Algorithm::Gcra { burst } if !named => {
            format!("{};burst={burst}", width(quota.policy.window))
        }
        _ => width(quota.policy.window),
    };
    let window = item(Scope::Window, quota.policy.limit, &parameters);
    match quota.daily {
        Some(daily) => format!("{window}, {}", item(Scope::Day, daily, &width(DAY))),
        None => window,
    }
}

fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::Window => "window",
        Scope::Day => "day",
    }
}
