//! `tollgate run`: from arguments to an exit code.

use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use indexmap::IndexMap;

use super::baseline;
use super::gather::{self, Refusal};
use super::outputs::Outputs;
use super::runtime;
use super::shelf::Shelf;
use super::suite::{Against, Suite, Wanted};
use super::{against, colour, dry_run, limits, print, width};
use crate::cli::{Exit, HttpChoice, ReportTarget, RunArgs};
use crate::env::Env;
use crate::model::{Event, Report, Severity, Tool};
use crate::project::{Environment, Project};
use crate::redact::Redactor;
use crate::reference::{self, Server};
use crate::report::{Fold, Style};
use crate::runner::{self, Answers, Runner, Settings, Snapshots, Stop};
use crate::template::Engine;
use crate::transport::{self, Http, HttpVersion, ProxyChoice};

pub(super) fn run(env: &mut Env, args: &RunArgs) -> Exit {
    runtime::run(env, args, execute)
}

async fn execute(env: &mut Env, args: &RunArgs, redactor: &Redactor) -> Result<Exit, Refusal> {
    let seed = args.seed.unwrap_or_else(runtime::fresh_seed);
    let engine = Engine::new(seed, SystemTime::now);
    let wanted = Wanted {
        args: &args.suite,
        pack: &args.pack,
        against: Against::Target { named: args.target.is_some() },
        seed,
        engine: &engine,
        redactor,
    };
    let (suite, baseline) = Suite::open(env, &wanted, |project, loaded| {
        baseline::open(env, args, loaded, fail_on(args, project), redactor)
    })?;
    if !args.quiet {
        suite.tell(env, redactor);
    }
    let (project, environment) = (&suite.project, &suite.environment);
    let (target, server) = target(args, project, environment).await?;
    if args.dry_run {
        let target = server.as_ref().map_or(target.as_str(), |_| "the reference server inside");
        return Ok(print(env, &redactor.text(&dry_run::plan(&suite, target))));
    }
    let options = options(env, args, project, environment)?;
    let transport = Http::new(&options)?;
    let named = server.is_none().then_some(target.as_str());
    announce_probes(env, args, &suite, named, redactor)?;
    let targets = report_targets(args, project)?;
    let mut outputs =
        Outputs::open(&targets, style(env, args, project), redactor.clone(), env.files.as_ref())?;
    let catalogues = suite.catalogues();
    let mut settings = settings(args, project, &target, seed);
    settings.baseline = baseline.as_ref().map(|known| Arc::clone(&known.baseline));
    let records = match &args.record_limits {
        Some(folder) => Some(limits::Records::new(folder, Arc::clone(&env.files))?),
        None => None,
    };
    let stop = Stop::default();
    let listener = tokio::spawn(runtime::interrupt(stop.clone()));
    let other = match &args.against {
        Some(other) => Some(other_answers(env, args, &wanted, &settings, other, &stop).await?),
        None => None,
    };
    let shelf = match other {
        Some(_) => None,
        None => Some(Arc::new(Shelf::open(env, args, &suite.snapshots, redactor)?)),
    };
    settings.snapshots = snapshots(env, other.as_ref(), shelf.as_ref());
    let probes = limits::Probes::new(&target, server.is_some(), options, seed, redactor);
    let probes = probes.recorded(records.clone());
    let files = Arc::clone(&env.files);
    let Suite { plan, contracts, variables, .. } = suite;
    let runner =
        Runner::new(Box::new(transport), contracts, engine, redactor.clone(), files, variables, settings);
    let runner = match &args.against {
        Some(_) => runner,
        None => runner.with_limits(Arc::new(probes)),
    };
    let mut report = observe(env, runner, plan, catalogues, &mut outputs, &stop).await;
    listener.abort();
    // Every answer was waited for, so there is nothing to drain.
    drop(server);
    let closed = baseline.map_or(Ok(()), |known| known.close(env, &mut report, redactor));
    let mut unwritten = outputs.finish(&report, env);
    unwritten.extend(closed.err());
    unwritten.extend(records.iter().flat_map(limits::Records::unwritten));
    for problem in &unwritten {
        let _ = writeln!(env.stderr, "error: {problem}");
    }
    if let Some(shelf) = shelf {
        shelf.tell(env);
    }
    if args.seed.is_none() && !args.quiet && Exit::of(&report) == Exit::Failed {
        let _ = writeln!(env.stderr, "repeat with the same random values: --seed {seed}");
    }
    Ok(match Exit::of(&report) {
        Exit::Success if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    })
}

/// What is done with the answers beside judging them.
fn snapshots(env: &Env, other: Option<&Arc<Answers>>, shelf: Option<&Arc<Shelf>>) -> Snapshots {
    match (other, shelf) {
        (Some(other), _) => Snapshots::Against(Arc::clone(other)),
        (None, Some(shelf)) => {
            let shelf: Arc<dyn runner::Shelf> = Arc::clone(shelf) as _;
            Snapshots::Kept { shelf, root: env.cwd.clone() }
        }
        (None, None) => Snapshots::Off,
    }
}

/// Says what the probes of rate limits will cost, and refuses them where nobody allowed it. A target without a name is
/// the server inside.
fn announce_probes(
    env: &mut Env,
    args: &RunArgs,
    suite: &Suite,
    target: Option<&str>,
    redactor: &Redactor,
) -> Result<(), Refusal> {
    let probed = if args.against.is_some() { Vec::new() } else { limits::probed(suite) };
    if let Some(target) = target.filter(|_| !probed.is_empty()) {
        limits::may_load(target, &args.allow_load)?;
    }
    for (run, scenario) in probed.iter().filter(|_| !args.quiet) {
        let cost = limits::cost_of(suite, run, scenario);
        let _ = write!(env.stderr, "{}", redactor.text(&cost));
    }
    Ok(())
}

/// The answers of the target that this one is compared with.
async fn other_answers(
    env: &mut Env,
    args: &RunArgs,
    wanted: &Wanted<'_>,
    settings: &Settings,
    other: &str,
    stop: &Stop,
) -> Result<Arc<Answers>, Refusal> {
    let redactor = wanted.redactor;
    let target = gather::origin(other).map_err(|why| format!("--against: {why}"))?;
    // What both make up must differ, since both may write to one database: in the project's variables and in the bodies
    // of the error pack, too, which are known before a run. What is chosen stays the same.
    let seed = settings.seed.wrapping_add(1);
    let engine = Engine::new(seed, SystemTime::now);
    let (suite, ()) = Suite::open(env, &Wanted { engine: &engine, ..*wanted }, |_, _| Ok(()))?;
    let answers = Arc::new(Answers::of(redactor.url(&target)));
    let settings = Settings {
        target,
        fail_fast: false,
        repeat: 1,
        baseline: None,
        seed,
        snapshots: Snapshots::Record(Arc::clone(&answers)),
        ..settings.clone()
    };
    let runner = Runner::new(
        Box::new(Http::new(&options(env, args, &suite.project, &suite.environment)?)?),
        suite.contracts,
        engine,
        redactor.clone(),
        Arc::clone(&env.files),
        suite.variables,
        settings,
    );
    against::gather(env, runner, suite.plan, &answers, args.quiet, stop).await;
    Ok(answers)
}

/// Runs the plan while reporters listen, until its end or until Ctrl-C.
async fn observe(
    env: &mut Env,
    runner: Runner,
    plan: crate::plan::Plan,
    catalogues: IndexMap<String, Vec<String>>,
    outputs: &mut Outputs,
    stop: &Stop,
) -> Report {
    let started = Instant::now();
    let tool = Tool { name: "tollgate".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let mut fold = Fold::new(tool.clone(), catalogues);
    let first = Event::RunStarted {
        version: Report::VERSION,
        tool,
        scenarios: plan.runs.len(),
        target: runner.redactor.url(&runner.settings.target),
        against: runner.settings.snapshots.other().map(str::to_owned),
        seed: runner.settings.seed,
        repeat: runner.settings.repeat,
    };
    let stdout = &mut env.stdout;
    let redactor = runner.redactor.clone();
    let mut emit = |event: &Event| {
        let event = redactor.event(event);
        fold.event(&event);
        outputs.event(&event, stdout);
    };
    emit(&first);
    Arc::new(runner).run(plan, stop.clone(), &mut emit).await;
    let interrupted = stop.is_interrupted();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let last = Event::RunFinished { summary: fold.summary(millis, interrupted), interrupted };
    fold.event(&last);
    outputs.event(&last, stdout);
    let mut report = fold.report(millis, interrupted);
    redactor.report(&mut report);
    report
}

/// The target's origin, and the reference server if that is the target.
async fn target(
    args: &RunArgs,
    project: &Project,
    environment: &Environment,
) -> Result<(String, Option<Server>), Refusal> {
    if let Some(target) = &args.target {
        return Ok((gather::origin(target)?, None));
    }
    if let Some(target) = &environment.target {
        let origin = gather::origin(&target.value).map_err(|why| project.mistake(target.span, why))?;
        return Ok((origin, None));
    }
    let mut options = reference::Options::default();
    // The server inside is there for these requests; its limits on them are not what is looked at.
    options.limit = options.limit.saturating_mul(args.repeat.into());
    let server = reference::start(options).await.map_err(|error| error.to_string())?;
    Ok((server.origin(), Some(server)))
}

/// How connections are made.
fn options(
    env: &Env,
    args: &RunArgs,
    project: &Project,
    environment: &Environment,
) -> Result<transport::Options, Refusal> {
    let unreadable = |path: &Path, error| format!("the CA file {} cannot be read: {error}", path.display());
    let mut ca_certificates = Vec::new();
    if let Some(path) = &args.cacert {
        ca_certificates.push(env.files.read(path).map_err(|error| unreadable(path, error))?);
    } else if let Some(named) = &environment.cacert {
        let path = Path::new(&named.value);
        let pem = env.files.read(path);
        ca_certificates.push(pem.map_err(|error| project.mistake(named.span, unreadable(path, error)))?);
    }
    let proxy = match &args.proxy {
        Some(url) => ProxyChoice::Url(url.clone()),
        None => ProxyChoice::FromEnvironment(
            env.vars
                .iter()
                .filter(|(name, _)| name.to_ascii_lowercase().ends_with("_proxy"))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        ),
    };
    let options = transport::Options {
        insecure: args.insecure || environment.insecure,
        ca_certificates,
        proxy,
        version: match args.http {
            HttpChoice::Auto => HttpVersion::Auto,
            HttpChoice::Http1 => HttpVersion::Http1,
            HttpChoice::Http2 => HttpVersion::Http2,
        },
        connect_timeout: args.connect_timeout,
        max_body: usize::try_from(args.max_body).unwrap_or(usize::MAX),
        ..transport::Options::default()
    };
    Ok(options)
}

fn report_targets(args: &RunArgs, project: &Project) -> Result<Vec<ReportTarget>, Refusal> {
    if !args.report.is_empty() {
        return Ok(args.report.clone());
    }
    let mut targets = Vec::new();
    for text in &project.reports {
        targets.push(text.value.parse().map_err(|why: String| project.mistake(text.span, why))?);
    }
    Ok(targets)
}

fn style(env: &Env, args: &RunArgs, project: &Project) -> Style {
    Style {
        colour: colour(env, env.stdout_is_terminal),
        width: width(env),
        verbose: args.verbose,
        quiet: args.quiet,
        fail_on: fail_on(args, project),
    }
}

fn fail_on(args: &RunArgs, project: &Project) -> Severity {
    args.fail_on.map(Severity::from).or(project.fail_on).unwrap_or(Severity::Error)
}

fn settings(args: &RunArgs, project: &Project, target: &str, seed: u64) -> Settings {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    Settings {
        target: target.to_owned(),
        jobs: args.jobs.map(usize::from).or(project.jobs).unwrap_or(processors),
        fail_on: fail_on(args, project),
        fail_fast: args.fail_fast,
        repeat: args.repeat.into(),
        timeout: args.timeout,
        longest_wait: args.max_wait,
        seed,
        baseline: None,
        snapshots: Snapshots::Off,
    }
}
