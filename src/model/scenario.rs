//! A parsed scenario file: what to send, what to expect, what to keep.

use std::time::Duration;

use super::{Node, SnapshotSpec, Source, Span, Spanned};

/// One scenario file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file.
    pub source: Source,
    /// Its name for people.
    pub name: Spanned<String>,
    /// The contract every response is judged by; the config's default otherwise.
    pub contract: Option<Spanned<String>>,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// Variables without which the scenario is skipped.
    pub requires: Vec<Spanned<String>>,
    /// The file's own variables, in order; later ones may use earlier ones.
    pub vars: Vec<(Spanned<String>, Node)>,
    /// What every request of the file has.
    pub defaults: Defaults,
    /// Run before the steps; if one fails the steps are skipped.
    pub setup: Vec<Step>,
    /// Run in order.
    pub steps: Vec<Step>,
    /// The rate limit that is probed after the steps, boxed because few files have one.
    pub limits: Option<Box<super::LimitProbe>>,
    /// Always run, also after a failure or an interruption.
    pub teardown: Vec<Step>,
    /// Data the scenario is repeated for.
    pub cases: Option<Cases>,
    /// How `tollgate load` sends the steps; `tollgate run` sends them once.
    pub load: Option<Box<Load>>,
    /// Whether it must run while no other scenario does.
    pub serial: bool,
    /// Whether each step stands by itself: one that fails ends the scenario in `setup` only.
    pub independent: bool,
}

/// What every request of a file has unless the request says otherwise.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Defaults {
    /// Header lines.
    pub headers: Vec<HeaderLine>,
    /// Longest time for one request.
    pub timeout: Option<Duration>,
    /// Longest time a response may take before `within` fails.
    pub within: Option<Spanned<Duration>>,
}

/// The rows a scenario is repeated for.
#[derive(Debug, Clone, PartialEq)]
pub enum Cases {
    /// Written in the file: each is a mapping of variables.
    Inline(Vec<Node>),
    /// A CSV file beside it; its first line names the variables.
    Csv(Spanned<String>),
}

/// One step: something to do, or another file to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name; made from the request where the file gives none.
    pub name: Spanned<String>,
    /// Where the step starts.
    pub span: Span,
    /// What it does.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sends a request and judges the answer.
    Request(Box<RequestSpec>),
    /// Runs another file's steps once for the whole run and takes over its captures.
    Include(Include),
    /// Nothing is done; the text says why.
    LeftOut(String),
}

/// Another file to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Include {
    /// The path, relative to this file.
    pub path: Spanned<String>,
    /// The parsed file, boxed because it is as large as any.
    pub scenario: Option<std::sync::Arc<Scenario>>,
}

/// A request method with its place.
pub type Method = Spanned<String>;

/// One header line to send; an explicit null takes a default away.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderLine {
    /// The name.
    pub name: Spanned<String>,
    /// The value: text with templates, a list for several lines, null for none.
    pub value: Node,
}

/// A request with what is expected of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestSpec {
    /// The method.
    pub method: Method,
    /// The path below the contract's base path, or an absolute URL; with templates.
    pub path: Spanned<String>,
    /// Query parameters, added to the path's own.
    pub query: Vec<(Spanned<String>, Node)>,
    /// Header lines.
    pub headers: Vec<HeaderLine>,
    /// The body.
    pub body: Option<BodyPart>,
    /// How many redirects to follow.
    pub redirects: u8,
    /// Longest time for this request.
    pub timeout: Option<Duration>,
    /// What is expected.
    pub expect: Expect,
    /// What to keep from the answer.
    pub capture: Vec<Capture>,
    /// Whether and how to try again.
    pub retry: Option<Retry>,
    /// What of the answer is compared with a snapshot of an earlier one.
    pub snapshot: Option<SnapshotSpec>,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyPart {
    /// JSON, keys in the order written.
    Json(Node),
    /// Text as it stands.
    Raw(Spanned<String>),
    /// Bytes, written as base64.
    Base64(Spanned<String>),
    /// `application/x-www-form-urlencoded` pairs.
    Form(Vec<(Spanned<String>, Node)>),
    /// The bytes of a file beside the scenario.
    File(Spanned<String>),
}

/// Expected statuses: `422`, `4xx`, or a list of those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSet {
    /// Inclusive ranges; one status is a range of one.
    pub ranges: Vec<(u16, u16)>,
}

impl StatusSet {
    /// Whether the status is among the expected.
    pub fn contains(&self, status: u16) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&status))
    }
}

/// What it means that an expectation does not hold. An answer of 500 and above fails the step in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// The API is at fault.
    #[default]
    Must,
    /// What the step was to prepare is not there: nothing can be said about the API.
    Premise,
    /// Worth a note: the request was only a guess.
    Hint,
}

/// What is expected of an answer; every part that is given must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expect {
    /// Where `expect` stands.
    pub span: Span,
    /// What it means if it does not hold.
    pub demand: Demand,
    /// The status.
    pub status: Option<Spanned<StatusSet>>,
    /// Why this status is expected, where no file says it; may be empty.
    pub because: String,
    /// The error code, wherever the contract says it stands.
    pub error: Option<Check>,
    /// The text for people, wherever the contract says it stands.
    pub message: Option<Check>,
    /// The details: a list of partial objects that must be among them, or a mapping of checks on the one object.
    pub details: Option<Node>,
    /// Checks on headers.
    pub headers: Vec<(Spanned<String>, Check)>,
    /// Checks on parts of the body, by JSONPath (RFC 9535).
    pub body: Vec<(Spanned<String>, Check)>,
    /// A check on the body as text.
    pub text: Option<Check>,
    /// Longest time from sending to the last byte.
    pub within: Option<Spanned<Duration>>,
}

/// One or more matchers that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Where it stands.
    pub span: Span,
    /// The matchers.
    pub matchers: Vec<Matcher>,
}

/// A matcher and its argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Matcher {
    /// Which one.
    pub kind: MatcherKind,
    /// Its argument, templates and all.
    pub argument: Node,
}

/// The matchers of the scenario format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatcherKind {
    /// Equal as JSON.
    Equals,
    /// None of the argument's matchers holds, or not equal.
    Not,
    /// Text contains text; a list has the item; an object has the members.
    Contains,
    /// Text starts with it.
    StartsWith,
    /// Text ends with it.
    EndsWith,
    /// Text matches the regular expression somewhere.
    Matches,
    /// There, or not there.
    Exists,
    /// Has the JSON type.
    Type,
    /// Has so many characters, items or members.
    Length,
    /// Is empty, or not.
    Empty,
    /// Equal to one of the list.
    OneOf,
    /// Number greater than.
    Gt,
    /// Number at least.
    Gte,
    /// Number less than.
    Lt,
    /// Number at most.
    Lte,
    /// Every item of a list passes.
    Each,
    /// At least one item of a list passes.
    Any,
}

/// A value to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    /// The variable.
    pub name: Spanned<String>,
    /// Where the value is taken from.
    pub from: Spanned<CaptureFrom>,
    /// Whether it must never be shown.
    pub secret: bool,
}

/// Where a captured value is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureFrom {
    /// A JSONPath into the body.
    Path(String),
    /// A response header.
    Header(String),
    /// The status code.
    Status,
    /// The body as text.
    Body,
}

impl CaptureFrom {
    /// Reads `$.data.id`, `header etag`, `status` or `body`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.strip_prefix("header ") {
            Some(header) => Some(Self::Header(header.trim().to_owned())),
            None if text.starts_with('$') => Some(Self::Path(text.to_owned())),
            None if text == "status" => Some(Self::Status),
            None if text == "body" => Some(Self::Body),
            None => None,
        }
    }
}

/// How to try again until the expectation holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Where it stands.
    pub span: Span,
    /// Most attempts, the first included.
    pub max: u32,
    /// Wait before the second attempt.
    pub interval: Duration,
    /// Factor from wait to wait.
    pub backoff: f64,
    /// Share of each wait that is drawn at random, 0 to 1.
    pub jitter: f64,
}

/// How a scenario's steps are sent again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Where it stands.
    pub span: Span,
    /// Requests and the nanoseconds they take.
    pub rate: Option<(u64, u64)>,
    /// How long.
    pub duration: Option<Duration>,
    /// Parts of a schedule, instead of one rate and duration.
    pub stages: Vec<LoadPart>,
    /// Users of the closed model.
    pub users: Option<u32>,
    /// Users that begin, and the nanoseconds they take.
    pub start_rate: Option<(u64, u64)>,
    /// How many users there are when, instead of one number: parts with the users that each ends with.
    pub test_plan: Option<Vec<(u32, Duration)>>,
    /// How long a user thinks after an answer, from the one to the other.
    pub think: Option<(Duration, Duration)>,
    /// Connections to open before the first request.
    pub connections: Option<u16>,
    /// Most requests under way at once.
    pub max_in_flight: Option<u16>,
    /// What is done with a 429.
    pub on_429: Option<super::On429>,
    /// Where that stands.
    pub on_429_span: Option<Span>,
    /// The limit that the target promises.
    pub limit: Option<(u64, Duration)>,
    /// The thresholds.
    pub thresholds: Vec<LoadBound>,
}

/// A part of a schedule; rates are requests and the nanoseconds they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadPart {
    /// Its length.
    pub length: Duration,
    /// The rate at its begin.
    pub from: (u64, u64),
    /// The rate at its end.
    pub to: (u64, u64),
}

/// A threshold as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBound {
    /// The bound.
    pub text: Spanned<String>,
    /// Whether the run ends as soon as it is broken.
    pub abort: bool,
}
