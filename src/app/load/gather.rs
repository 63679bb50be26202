//! From arguments to a plan: target, requests, schedule, bounds; everything that can be wrong is said before anything
//! is sent.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::super::allow_load::{LOADING, load_allowed};
use super::super::gather::{self, Refusal};
use super::scenario::{self, Chosen};
use super::users;
use crate::cli::{LoadArgs, On429Choice, RateChoice};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::load::{Plan, Schedule, Stage, Step, Users};
use crate::model::{
    Diagnostic, Header, Load, LoadLimit, LoadModel, LoadPart, LoadStage, On429, Request, Source, Span,
};
use crate::redact::Redactor;
use crate::reference::{self, Server};
use crate::runner::Journey;
use crate::threshold::{self, Rate, Threshold};
use crate::transport::load::{Dial, wire};
use crate::transport::{self};

/// Where the key may stand instead of the command line.
const KEY: &str = "TOLLGATE_SECRET_KEY";
/// What the reference server inside is asked, and by which contract it is judged, if nobody says so.
const INSIDE: (&str, &str, &str) = ("GET", "/leads", "propertybase-v1");
const INSIDE_KEY: &str = "api_key";
/// The rate and the duration if nobody says so.
const RATE: Rate = Rate { requests: 10, nanos: 1_000_000_000 };
const DURATION: Duration = Duration::from_secs(10);
const CONNECTIONS: usize = 10;
const MAX_IN_FLIGHT: usize = 256;
/// Requests per second that one thread sends at ease.
const A_THREAD: f64 = 20_000.0;

/// What a load needs.
pub(super) struct Gathered {
    pub(super) plan: Arc<Plan>,
    /// The target's origin.
    pub(super) target: String,
    /// The name of what is loaded: the scenario's, or the command's.
    pub(super) name: String,
    /// The scenario's file; empty if there is none.
    pub(super) file: String,
    /// The way of the users, if they walk through a scenario.
    pub(super) journey: Option<Arc<Journey>>,
    /// Ends with it.
    pub(super) _server: Option<Server>,
}

pub(super) async fn gather(env: &Env, args: &LoadArgs, redactor: &Redactor) -> Result<Gathered, Refusal> {
    let mut thresholds = thresholds(args)?;
    let key = args.key.as_ref().or_else(|| env.vars.get(KEY)).cloned();
    if let Some(key) = &key {
        redactor.add(key)?;
    }
    let chosen = match args.suite.paths.is_empty() {
        true => None,
        false => Some(scenario::choose(env, args, redactor)?),
    };
    let load = chosen.as_ref().and_then(Chosen::load).cloned();
    let named = args.target.as_ref().or_else(|| chosen.as_ref()?.target.as_ref()).cloned();
    let inside = named.is_none();
    let contract = match (&chosen, args.suite.contract.as_deref().or(inside.then_some(INSIDE.2))) {
        (Some(chosen), _) => chosen.contract.clone(),
        (None, Some(name)) => Some(Arc::new(input::contract(env.files.as_ref(), name)?.contract)),
        (None, None) => None,
    };
    let own_limit = load.as_ref().and_then(|load| load.limit);
    let limit = args.limit.map(|(limit, window)| (u64::from(limit), window)).or(own_limit);
    let server = if inside { Some(start(limit).await?) } else { None };
    let target = match (&named, &server) {
        (Some(target), _) => gather::origin(target)?,
        (None, Some(server)) => server.origin(),
        (None, None) => String::new(),
    };
    if !inside {
        load_allowed(&target, &args.allow_load, LOADING)?;
    }
    let key = key.or_else(|| {
        let keys = server.as_ref().map(Server::keys).unwrap_or_default();
        keys.iter().find(|known| known.alias == INSIDE_KEY).map(|known| known.key.clone())
    });
    let mut users = users::wanted(args, load.as_ref());
    if users.is_none() {
        for_users_only(args, chosen.as_ref(), load.as_ref())?;
    }
    let (model, stages) = match &users {
        Some((_, length)) => (LoadModel::Closed, vec![Stage::constant(Rate::ZERO, *length)]),
        None => schedule(args, load.as_ref()),
    };
    let options = options(env, args)?;
    let mut journey = None;
    let (mut name, mut file) = ("load".to_owned(), String::new());
    let steps = match chosen {
        Some(chosen) => {
            (name, file) = (chosen.name.clone(), chosen.scenario.source.name.to_string());
            if let Some(load) = &load {
                thresholds.splice(0..0, chosen.thresholds(load));
            }
            match &mut users {
                Some((users, _)) => {
                    let way = chosen.journey(env, &target, (args.timeout, &options), redactor).await?;
                    let way = Arc::new(way);
                    users.script = Arc::new(users::Walkers(Arc::clone(&way)));
                    let steps = scenario::walked(&way, &target)?;
                    journey = Some(way);
                    steps
                }
                None => chosen.steps(env, &target, args.timeout, redactor)?,
            }
        }
        None => requests(args, &target, contract.as_deref(), key.as_deref(), inside)?,
    };
    for step in &steps {
        redactor.add_sent(&step.request.headers);
    }
    let given = Given { load: load.as_ref(), limit, thresholds, users: users.map(|(users, _)| users) };
    let plan = plan(args, (&target, &options), contract, steps, (model, &stages), given)?;
    Ok(Gathered { plan: Arc::new(plan), target, name, file, journey, _server: server })
}

/// What comes from the file, or is left of the command line.
struct Given<'a> {
    load: Option<&'a Load>,
    limit: Option<(u64, Duration)>,
    thresholds: Vec<Threshold>,
    users: Option<Users>,
}

/// Refuses what only users do.
fn for_users_only(args: &LoadArgs, chosen: Option<&Chosen>, load: Option<&Load>) -> Result<(), Refusal> {
    if args.on_429.is_none()
        && let (Some(chosen), Some(load)) = (chosen, load)
    {
        chosen.waits_for_nobody(load)?;
    }
    let flags = [
        ("--on-429 wait", args.on_429 == Some(On429Choice::Wait)),
        ("--start-rate", args.start_rate.is_some()),
        ("--think", args.think.is_some()),
    ];
    match flags.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(format!("{flag} is for users; say how many there are: --users 10").into()),
        None => Ok(()),
    }
}

fn options(env: &Env, args: &LoadArgs) -> Result<transport::Options, String> {
    let mut options = transport::Options {
        insecure: args.insecure,
        max_body: usize::try_from(args.max_body).unwrap_or(usize::MAX),
        ..transport::Options::default()
    };
    if let Some(path) = &args.cacert {
        let unreadable = |error| format!("the CA file {} cannot be read: {error}", path.display());
        options.ca_certificates.push(env.files.read(path).map_err(unreadable)?);
    }
    Ok(options)
}

async fn start(limit: Option<(u64, Duration)>) -> Result<Server, Refusal> {
    let mut options = reference::Options::default();
    if let Some((limit, window)) = limit {
        (options.limit, options.window) = (u32::try_from(limit).unwrap_or(u32::MAX), window);
    }
    reference::start(options).await.map_err(|error| error.to_string().into())
}

fn thresholds(args: &LoadArgs) -> Result<Vec<Threshold>, Refusal> {
    let (mut all, mut mistakes) = (Vec::new(), Vec::new());
    let flags = [("--threshold", &args.threshold, false), ("--abort-on", &args.abort_on, true)];
    for (flag, texts, abort) in flags {
        for text in texts {
            match threshold::parse(text) {
                Ok(threshold) => all.push(Threshold { abort, ..threshold }),
                Err(mistake) => {
                    let source = Source::new(flag, text);
                    let span = Span::new(mistake.at, mistake.at + mistake.length);
                    mistakes.push(
                        Diagnostic::new(&source, span, mistake.message, "here").with_help(mistake.help),
                    );
                }
            }
        }
    }
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes.into()) }
}

/// The requests of the command line.
fn requests(
    args: &LoadArgs,
    target: &str,
    contract: Option<&Compiled>,
    key: Option<&str>,
    inside: bool,
) -> Result<Vec<Step>, Refusal> {
    let own = args.request.clone();
    let requests = match own.is_empty() {
        false => own,
        true if inside => vec![(INSIDE.0.to_owned(), INSIDE.1.to_owned())],
        true => {
            return Err("what is to be sent? name a request, --request 'GET /leads', or a scenario file"
                .to_owned()
                .into());
        }
    };
    let base = contract.map_or("", |compiled| compiled.contract.base_path.as_str());
    let mut headers: Vec<Header> = args.header.iter().map(|(name, value)| Header::new(name, value)).collect();
    let has = |headers: &[Header], name: &str| headers.iter().any(|header| header.name == name);
    if let Some(key) = key.filter(|_| !has(&headers, "authorization")) {
        headers.push(Header::new("authorization", &format!("Bearer {key}")));
    }
    if args.body.is_some() && !has(&headers, "content-type") {
        headers.push(Header::new("content-type", "application/json"));
    }
    let steps = requests.into_iter().map(|(method, path)| {
        let request = Request {
            url: format!("{target}{base}{path}"),
            path: path.clone(),
            headers: headers.clone(),
            body: args.body.clone().map(Bytes::from).unwrap_or_default(),
            redirects: 0,
            timeout: args.timeout,
            method: method.clone(),
        };
        let wire = wire(&request).map_err(|error| format!("{method} {path}: {}", error.message))?;
        Ok(Step { name: format!("{method} {path}"), line: 0, request, wire, anew: None })
    });
    steps.collect()
}

/// Who decides when to send, and the stages: the command line comes before the file.
fn schedule(args: &LoadArgs, load: Option<&Load>) -> (LoadModel, Vec<Stage>) {
    if !args.stage.is_empty() {
        let stage =
            |stage: &crate::cli::StageArg| Stage { from: stage.from, to: stage.to, length: stage.length };
        return (LoadModel::Open, args.stage.iter().map(stage).collect());
    }
    let written = |(requests, nanos): (u64, u64)| Rate { requests, nanos };
    if let Some(load) =
        load.filter(|load| !load.stages.is_empty() && args.rate.is_none() && args.duration.is_none())
    {
        let stages = load.stages.iter();
        let stage =
            |part: &LoadPart| Stage { from: written(part.from), to: written(part.to), length: part.length };
        return (LoadModel::Open, stages.map(stage).collect());
    }
    let length = args.duration.or(load.and_then(|load| load.duration)).unwrap_or(DURATION);
    match args.rate {
        Some(RateChoice::Max) => (LoadModel::Saturation, vec![Stage::constant(Rate::ZERO, length)]),
        Some(RateChoice::Rate(rate)) => (LoadModel::Open, vec![Stage::constant(rate, length)]),
        None => {
            let rate = load.and_then(|load| load.rate).map_or(RATE, written);
            (LoadModel::Open, vec![Stage::constant(rate, length)])
        }
    }
}

fn plan(
    args: &LoadArgs,
    (target, options): (&str, &transport::Options),
    contract: Option<Arc<Compiled>>,
    steps: Vec<Step>,
    (model, stages): (LoadModel, &[Stage]),
    Given { load, limit, thresholds, users }: Given<'_>,
) -> Result<Plan, Refusal> {
    let peak =
        stages.iter().flat_map(|stage| [stage.from, stage.to]).map(Rate::per_second).fold(0.0, f64::max);
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let saturation = model == LoadModel::Saturation;
    let connections = args.connections.or(load.and_then(|load| load.connections)).map(usize::from);
    let most = args.max_in_flight.or(load.and_then(|load| load.max_in_flight)).map(usize::from);
    let max_in_flight = match most {
        _ if users.is_some() => users.as_ref().map_or(1, |users| users.most as usize),
        Some(most) => most,
        None if saturation => connections.unwrap_or(CONNECTIONS),
        None => connections.unwrap_or(0).max(MAX_IN_FLIGHT),
    };
    let needed = if saturation { 1 } else { (peak / A_THREAD).ceil() as usize };
    let shown = |stage: &Stage| LoadStage {
        from_rate: stage.from.per_second(),
        to_rate: stage.to.per_second(),
        duration_ms: u64::try_from(stage.length.as_millis()).unwrap_or(u64::MAX),
    };
    Ok(Plan {
        model,
        steps,
        schedule: Schedule::new(stages)?,
        stages: if model == LoadModel::Open { stages.iter().map(shown).collect() } else { Vec::new() },
        dial: Dial::new(target, options)?,
        contract,
        judging: !args.no_judge,
        threads: args.threads.map_or(needed.clamp(1, processors), usize::from).min(max_in_flight),
        warm: connections.unwrap_or(CONNECTIONS).min(max_in_flight),
        max_in_flight,
        timeout: args.timeout,
        on_429: args.on_429.map(On429::from).or(load.and_then(|load| load.on_429)).unwrap_or_default(),
        limit: limit.map(|(limit, window)| LoadLimit {
            limit,
            window_ms: u64::try_from(window.as_millis()).unwrap_or(u64::MAX).max(1),
        }),
        thresholds,
        users,
    })
}
