//! The lines of a log's file, as they are written and read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::armed::Armed;
use super::super::log::{Declared, Other, Protocol, Scope, Semantics};

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeadLine {
    pub(super) format: String,
    pub(super) version: u32,
    #[serde(default)]
    pub(super) target: String,
    #[serde(default)]
    pub(super) request: String,
    #[serde(default)]
    pub(super) contract: String,
    #[serde(default)]
    pub(super) seed: u64,
    #[serde(default)]
    pub(super) started_unix_ms: u64,
    #[serde(default)]
    pub(super) keys: Vec<String>,
    #[serde(default)]
    pub(super) declared: DeclaredPart,
    /// What the prober went by; the window in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found_limit: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) found_window: Option<u64>,
    /// The version of HTTP that is probed over; none is 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) http: Option<HttpPart>,
    /// Whether the target speaks the other one: true, or why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) other_http: Option<OtherPart>,
    /// The promise that is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) armed: Option<Armed>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum HttpPart {
    #[serde(rename = "1.1")]
    Http1,
    #[serde(rename = "2")]
    Http2,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum OtherPart {
    Spoken(bool),
    Not(String),
}

/// What the API promises; times in nanoseconds.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DeclaredPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) window: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) daily: Option<u64>,
    pub(super) semantics: SemanticsPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counts_rejects: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nodes: Option<f64>,
    pub(super) delay_seconds: bool,
    pub(super) headers: bool,
    pub(super) scope: ScopePart,
    pub(super) window_code: String,
    pub(super) daily_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) daily_reset: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reset_epoch: Option<bool>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SemanticsPart {
    #[default]
    Unspecified,
    FixedWindow,
    AnyWindow,
    Bucket(u64),
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ScopePart {
    #[default]
    Key,
    Endpoint,
}

/// A text, or the number of one that was written before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Known(usize),
    New(String),
}

/// A header line, or the number of one that was written before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum HeaderLine {
    Known(usize),
    New(String, String),
}

/// A body as text, as base64 if it is none, or the number of one that was written before.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum BodyPart {
    Known(usize),
    Text(String),
    Bytes { base64: String },
}

/// A request and its answer; what is usual is left out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RecordLine {
    /// The probe.
    pub(super) p: String,
    /// Steps from the last number, less one.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) n: i64,
    /// The round.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) r: i64,
    /// The phase.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) f: i64,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) k: Option<u16>,
    /// The connection.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) c: i64,
    /// The version of HTTP; none is 1.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) v: Option<HttpPart>,
    /// Method, target, note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) m: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) t: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) w: Option<Text>,
    /// Nanoseconds: due from the last due, sent from due, head from sent, end from head.
    pub(super) d: [i64; 4],
    /// The status.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) s: i64,
    /// Header lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) h: Vec<HeaderLine>,
    /// The body, and its whole length if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) b: Option<BodyPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) l: Option<u64>,
    /// Markers found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) found: Vec<String>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// The frame that refused the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rejection: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A probe that was left out, arrivals that were skipped, or the last line.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct OtherLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// The probe of which arrivals were skipped, its round, and how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) round: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    /// Why the probing ended before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cut: Option<String>,
    /// How many records the file has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) records: Option<usize>,
}

impl HttpPart {
    /// What is written for a version: nothing for the usual one.
    pub(super) fn of(protocol: Protocol) -> Option<Self> {
        match protocol {
            Protocol::Http1 => None,
            Protocol::Http2 => Some(Self::Http2),
        }
    }

    /// The version that stands in a file.
    pub(super) fn read(part: Option<Self>) -> Protocol {
        match part {
            None | Some(Self::Http1) => Protocol::Http1,
            Some(Self::Http2) => Protocol::Http2,
        }
    }
}

impl From<&Other> for OtherPart {
    fn from(other: &Other) -> Self {
        match other {
            Other::Spoken => Self::Spoken(true),
            Other::Not(why) => Self::Not(why.clone()),
        }
    }
}

impl From<OtherPart> for Other {
    fn from(part: OtherPart) -> Self {
        match part {
            OtherPart::Spoken(true) => Self::Spoken,
            OtherPart::Spoken(false) => Self::Not(String::new()),
            OtherPart::Not(why) => Self::Not(why),
        }
    }
}

impl From<&Declared> for DeclaredPart {
    fn from(declared: &Declared) -> Self {
        let time = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Self {
            limit: declared.limit,
            window: declared.window.map(time),
            daily: declared.daily,
            semantics: match declared.semantics {
                Semantics::Unspecified => SemanticsPart::Unspecified,
                Semantics::FixedWindow => SemanticsPart::FixedWindow,
                Semantics::AnyWindow => SemanticsPart::AnyWindow,
                Semantics::Bucket { burst } => SemanticsPart::Bucket(burst),
            },
            counts_rejects: declared.counts_rejects,
            nodes: declared.nodes,
            delay_seconds: declared.delay_seconds,
            headers: declared.headers,
            scope: match declared.scope {
                Scope::Key => ScopePart::Key,
                Scope::Endpoint => ScopePart::Endpoint,
            },
            window_code: declared.window_code.clone(),
            daily_code: declared.daily_code.clone(),
            daily_reset: declared.daily_reset.map(time),
            reset_epoch: declared.reset_epoch,
        }
    }
}

impl From<DeclaredPart> for Declared {
    fn from(part: DeclaredPart) -> Self {
        Self {
            limit: part.limit,
            window: part.window.map(Duration::from_nanos),
            daily: part.daily,
            semantics: match part.semantics {
                SemanticsPart::Unspecified => Semantics::Unspecified,
                SemanticsPart::FixedWindow => Semantics::FixedWindow,
                SemanticsPart::AnyWindow => Semantics::AnyWindow,
                SemanticsPart::Bucket(burst) => Semantics::Bucket { burst },
            },
            counts_rejects: part.counts_rejects,
            nodes: part.nodes,
            delay_seconds: part.delay_seconds,
            headers: part.headers,
            scope: match part.scope {
                ScopePart::Key => Scope::Key,
                ScopePart::Endpoint => Scope::Endpoint,
            },
            window_code: part.window_code,
            daily_code: part.daily_code,
            daily_reset: part.daily_reset.map(Duration::from_nanos),
            reset_epoch: part.reset_epoch,
        }
    }
}
