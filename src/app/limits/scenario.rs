//! The rate limits of scenarios: what they cost, whether they may be probed, and the probing of them for the runner.

use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use url::{Position, Url};

use super::super::allow_load::{PROBING, load_allowed};
use super::super::gather::Refusal;
use super::super::suite::Suite;
use super::{End, Records, conduct, cost, millis, redact, task};
use crate::contract::Compiled;
use crate::limits::log::{Declared, Log, Protocol};
use crate::limits::{Call, Key, Measured, Profile, Task, Wire, Writes, judge, plan};
use crate::model::{Header, LimitProbe, ProbeEffort, Request, Scenario};
use crate::plan::Run;
use crate::redact::Redactor;
use crate::runner::{Limits, MARKER, ProbeJob, ProbedLimit, Probing, Stop};
use crate::transport::{HttpVersion, Options};

/// The round trip that a cost is reckoned with before anything was sent.
const ROUND_TRIP: Duration = Duration::from_millis(1);

/// The scenarios of a suite that have limits and will come to probe them: whose variables are given.
pub(in super::super) fn probed(suite: &Suite) -> Vec<(&Run, std::sync::Arc<Scenario>)> {
    let with_limits = suite.plan.runs.iter().filter(|run| run.scenario.has_limits);
    let opened = with_limits.filter_map(|run| Some((run, run.scenario.open()?)));
    let is_given = |run: &Run, scenario: &Scenario, name: &str| {
        suite.variables.contains(name)
            || run.row.iter().any(|(column, _)| column == name)
            || scenario.vars.iter().any(|(var, _)| var.value == name)
    };
    opened
        .filter(|(run, scenario)| scenario.requires.iter().all(|name| is_given(run, scenario, &name.value)))
        .collect()
}

/// Whether scenarios may probe this target.
///
/// # Errors
/// It is not this machine, and nobody allowed it.
pub(in super::super) fn may_load(origin: &str, allowed: &[String]) -> Result<(), Refusal> {
    Ok(load_allowed(origin, allowed, PROBING)?)
}

/// What the probe of a scenario costs, as far as it is known before the limit is.
pub(in super::super) fn cost_of(suite: &Suite, run: &Run, scenario: &Scenario) -> String {
    let Some(spec) = &scenario.limits else { return String::new() };
    let contract = run.contract.as_deref().and_then(|name| suite.contracts.get(name)).map(|known| &**known);
    let key = |number: usize| Key {
        alias: number.to_string(),
        line: (String::new(), String::new()),
        read_only: false,
    };
    let declared = task::declared(&spec.promise, contract.map(|compiled| &compiled.contract));
    let declared = declared.unwrap_or_default();
    let (limit, window) = (declared.limit, declared.window);
    let requests = Task {
        keys: (0..spec.keys.len()).map(key).collect(),
        writes: spec.writes.is_some().then(|| Writes { write: Call::default(), list: Call::default() }),
        other: spec.endpoint.is_some().then(Call::default),
        ..Task::default()
    };
    let task = surroundings(spec, contract, "", declared, requests);
    let (Some(limit), Some(window)) = (limit, window) else {
        let most = format!("at most {} requests in {} s", task.max_requests, task.max_time.as_secs());
        return format!("{}: the limit is not declared, so it is found first; {most}\n", run.name);
    };
    let plan = plan(&task, Measured { limit, window, rtt: ROUND_TRIP, multiplexed: true });
    cost(&plan, limit, window, &run.name)
}

/// A task with what does not depend on rendered requests.
fn surroundings(
    spec: &LimitProbe,
    contract: Option<&Compiled>,
    base: &str,
    declared: Declared,
    requests: Task,
) -> Task {
    Task {
        daily: declared.daily.is_some(),
        declared,
        profile: match spec.effort {
            ProbeEffort::Quick => Profile::Quick,
            ProbeEffort::Default => Profile::Default,
            ProbeEffort::Thorough => Profile::Thorough,
        },
        exempt: task::exempt(&spec.exempt, contract.map(|compiled| &compiled.contract), base),
        preflight: contract.is_some(),
        steady: spec.steady,
        fleet: spec.fleet,
        max_requests: spec.max_requests,
        max_time: spec.max_time,
        ..requests
    }
}

/// Probes for the runner.
pub(in super::super) struct Probes {
    origin: String,
    /// What commands call the target and the way there; nothing for the usual way to the reference server inside.
    named: String,
    options: Options,
    seed: u64,
    redactor: Redactor,
    records: Option<Records>,
}

impl Probes {
    /// Of one target; `inside` says that it is the reference server inside.
    pub(in super::super) fn new(
        origin: &str,
        inside: bool,
        options: Options,
        seed: u64,
        redactor: &Redactor,
    ) -> Self {
        let mut named = if inside { String::new() } else { format!(" --target {origin}") };
        if options.version == HttpVersion::Http2 {
            named.push_str(" --http 2");
        }
        Self { origin: origin.to_owned(), named, options, seed, redactor: redactor.clone(), records: None }
    }

    /// Keeps the logs.
    pub(in super::super) fn recorded(self, records: Option<Records>) -> Self {
        Self { records, ..self }
    }
}

impl Limits for Probes {
    fn probe(&self, job: ProbeJob, stop: Stop) -> Probing {
        let Self { origin, named, options, seed, redactor, records } = self;
        let wire = task::parts(origin).and_then(|(_, authority, _)| Wire::new(origin, &authority, options));
        let (origin, redactor, seed) = (origin.clone(), redactor.clone(), *seed);
        let (target, records) = (named.clone(), records.clone());
        let http2 = job.spec.http2.unwrap_or(options.version == HttpVersion::Http2);
        let protocol = if http2 { Protocol::Http2 } else { Protocol::Http1 };
        Box::pin(async move {
            let wire = wire?;
            let task = Task { protocol, ..task_of(&job, &origin, seed)? };
            let runtime = tokio::runtime::Handle::current();
            // The prober keeps its state on one thread.
            let probing = tokio::task::spawn_blocking(move || {
                let told = (&*origin, &*target);
                runtime.block_on(probe(&job, &task, told, &wire, &stop, &redactor, records.as_ref()))
            });
            probing.await.map_err(|error| format!("the probe ended by itself: {error}"))?
        })
    }
}

async fn probe(
    job: &ProbeJob,
    task: &Task,
    (origin, target): (&str, &str),
    wire: &Wire,
    stop: &Stop,
    redactor: &Redactor,
    records: Option<&Records>,
) -> Result<ProbedLimit, String> {
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis);
    let (mut log, end) = conduct(task, (origin, &job.contract_name), wire, stop, |_, _, _| {}).await;
    log.head.started_unix_ms = started;
    redact(&mut log, redactor);
    if let Some(records) = records {
        records.keep(&job.file, &log);
    }
    if let End::Failed(why) = end {
        return Err(why);
    }
    let mut judgement = judge(&log, job.contract.as_deref());
    judgement.reproduced_by(&format!("tollgate run {}{target} --seed {}", job.file, task.seed));
    Ok(ProbedLimit {
        findings: judgement.findings(),
        requests: judgement.requests,
        codes: job.contract.as_deref().map(|contract| codes(&log, contract)).unwrap_or_default(),
        cut: end.cut().map(str::to_owned),
        report: judgement.limit,
    })
}

/// How often errors had which code of the catalogue. Anything else is a server's text, and the rules' business.
fn codes(log: &Log, contract: &Compiled) -> IndexMap<String, u64> {
    let mut counts = IndexMap::new();
    let Some(pointer) = contract.contract.envelope.code.as_deref() else { return counts };
    for record in log.records.iter().filter(|record| record.status >= 400) {
        let body: Option<serde_json::Value> = serde_json::from_slice(&record.body).ok();
        let code = body.as_ref().and_then(|body| body.pointer(pointer)?.as_str());
        if let Some(code) = code.filter(|code| contract.contract.codes.contains_key(*code)) {
            *counts.entry(code.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// What the prober is given.
fn task_of(job: &ProbeJob, origin: &str, seed: u64) -> Result<Task, String> {
    let (scheme, authority, prefix) = task::parts(origin)?;
    let contract = job.contract.as_deref();
    let base = format!("{prefix}{}", contract.map_or("", |compiled| compiled.contract.base_path.as_str()));
    let declared = task::declared(&job.spec.promise, contract.map(|compiled| &compiled.contract))?;
    let keys = job.keys.iter().zip(&job.spec.keys).zip(1..).map(|((secret, written), number)| Key {
        alias: alias(&written.value).unwrap_or_else(|| format!("key{number}")),
        line: match &job.spec.key_header {
            Some(name) => (name.clone(), secret.clone()),
            None => ("Authorization".to_owned(), format!("Bearer {secret}")),
        },
        read_only: false,
    });
    let writes = match &job.writes {
        Some((write, list)) => Some(Writes { write: call(write)?, list: call(list)? }),
        None => None,
    };
    let requests = Task {
        authority,
        scheme,
        request: call(&job.request)?,
        keys: keys.collect(),
        writes,
        other: job.endpoint.as_ref().map(call).transpose()?,
        seed,
        ..Task::default()
    };
    Ok(surroundings(&job.spec, contract, &base, declared, requests))
}

/// The variable that a key is, if it is nothing else.
fn alias(written: &str) -> Option<String> {
    let name = written.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

/// A rendered request as the prober sends it. A URL escapes the marker's braces, so they are put back.
fn call(request: &Request) -> Result<Call, String> {
    let url =
        Url::parse(&request.url).map_err(|error| format!("`{}` is not a URL ({error})", request.url))?;
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let body = std::str::from_utf8(&request.body).map_err(|_| "a probe's body is text, and this is none")?;
    let mut headers = Vec::with_capacity(request.headers.len());
    for Header { name, value } in &request.headers {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let value = std::str::from_utf8(value).ok().filter(|value| !value.contains(['\r', '\n', '\0']));
        let Some(value) = value.filter(|_| !name.is_empty() && name.bytes().all(token)) else {
            return Err(format!("the header `{}` cannot be sent as one line of text", name.escape_debug()));
        };
        headers.push((name.clone(), value.to_owned()));
    }
    Ok(Call {
        method: request.method.clone(),
        target: target.replace("%7B%7Bmarker%7D%7D", MARKER),
        headers,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_called_as_its_variable() {
        assert_eq!(alias("{{ limited_key }}").as_deref(), Some("limited_key"));
        for other in ["sk-123", "{{ a ~ b }}", "{{ }}", "x{{ a }}"] {
            assert_eq!(alias(other), None, "{other}");
        }
    }
}
