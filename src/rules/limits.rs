//! What the rules about rate limit headers share.

use crate::model::Contract;

/// How the names of the headers begin that most servers send.
pub(super) const PREFIX: &str = "x-ratelimit-";

/// Whether the contract says that its limits are told by `X-RateLimit-*`.
pub(super) fn has_x_headers(contract: &Contract) -> bool {
    contract.rate_limits.iter().any(|limit| limit.headers.as_deref() == Some("x-ratelimit"))
}

/// Whether a value is a whole number from 0.
pub(super) fn whole(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
