//! The bottom floor: plain data that every room shares. It imports no room.

mod baseline;
mod body;
mod contract;
mod diagnostic;
mod diff;
mod edges;
mod event;
mod exchange;
mod finding;
mod limits;
mod load;
mod load_compare;
mod matrix;
mod node;
mod probe;
mod report;
mod scenario;
mod snapshot;
mod source;

pub use baseline::{BaselineEntry, BaselineReport, BaselineUpdate};
pub use body::{Body, BodyFlaw};
pub use contract::{
    CodeRow, Contract, Details, DetailsShape, Envelope, FieldShape, RateLimit, RequestIdRule, RequestShape,
    RetryAfterRule, SuccessEnvelope, TimestampRule, UndocumentedCodes,
};
pub use diagnostic::{Annotation, Diagnostic};
pub use diff::{Diff, DiffKind, DiffLine, DiffPart};
pub use edges::{Edges, Operation};
pub use event::Event;
pub use exchange::{Cut, Exchange, Header, Request, Response, TransportError, TransportErrorKind};
pub use finding::{
    Finding, Observation, Place, RuleInfo, SchemaViolation, Severity, Source as RuleSource, Spread,
};
pub use limits::{
    DeclaredLimit, KeyTimeline, LimitModel, LimitReport, LimitVerdict, Outcome, ProbeCost, RejectedModel,
    Slice, Timeline, UndoneProbe,
};
pub use load::{
    LATENCY_BOUNDS_US, LiveFindings, LiveLatency, LoadCause, LoadCounts, LoadGenerator, LoadHistogram,
    LoadJudging, LoadLimit, LoadLive, LoadModel, LoadOutcome, LoadPoint, LoadReport, LoadSeries, LoadStage,
    LoadStep, LoadThrottling, LoadWalks, LoadWindow, On429, Percentiles, RetryAfterCount, ThresholdResult,
    ThresholdWindows,
};
pub use load_compare::{
    Change, ComparedFigure, ComparedFinding, ComparedStep, ComparedThreshold, EarlierLoad, LoadComparison,
    OutcomeTimes, PlanDifference, Presence,
};
pub use matrix::{Matrix, Mutant};
pub use node::{Entry, Node, NodeKind};
pub use probe::{LimitMeaning, LimitProbe, LimitPromise, ProbeEffort};
pub use report::{
    Across, Coverage, FindingCounts, Kind, Report, ScenarioResult, StepResult, Summary, Tool, Verdict,
};
pub use scenario::{
    Action, BodyPart, Capture, CaptureFrom, Cases, Check, Defaults, Demand, Expect, HeaderLine, Include,
    Load, LoadBound, LoadPart, Matcher, MatcherKind, Method, RequestSpec, Retry, Scenario, StatusSet, Step,
};
pub use snapshot::{RedactedPlace, Redaction, SnapshotForm, SnapshotRules, SnapshotSpec};
pub use source::{Position, Source, Span, Spanned};
