//! From arguments and contract to what is probed: requests, keys, promises, budget.

use std::time::Duration;

use super::super::allow_load::{PROBING, load_allowed};
use super::super::gather::{self, Refusal};
use crate::cli::{LimitsArgs, ProbeHttp, ResetUnit, ScopeChoice, SemanticsChoice, YesNo};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::limits::log::{Declared, Protocol, Scope, Semantics};
use crate::limits::{Call, Key, Profile, Task, Writes};
use crate::model::{Contract, LimitMeaning, LimitPromise};
use crate::redact::Redactor;
use crate::reference::{self, Server};

/// Keys beside those of the command line, separated by spaces.
const KEYS: &str = "TOLLGATE_KEYS";
/// The limit of the reference server inside: small, so that a look at it takes seconds.
const INSIDE: (u32, Duration) = (20, Duration::from_secs(1));
const INSIDE_CONTRACT: &str = "lead-management-v1";
/// Keys of the reference server that have its common limit; the last one may only read.
const INSIDE_KEYS: [&str; 4] = ["api_key", "second_key", "other_workspace_key", READ_ONLY];
const READ_ONLY: &str = "readonly_key";

/// What is probed, and where.
pub(super) struct Probed {
    /// Scheme, host, port, perhaps a prefix.
    pub(super) origin: String,
    /// What is sent.
    pub(super) task: Task,
    /// What is promised, beside the numbers.
    pub(super) contract: Option<Compiled>,
    /// The reference server, if that is the target.
    pub(super) server: Option<Server>,
}

/// Gathers everything, and starts the reference server if no target is named.
///
/// # Errors
/// What is missing or wrong, before anything is sent.
pub(super) async fn gather(
    env: &Env,
    args: &LimitsArgs,
    seed: u64,
    redactor: &Redactor,
) -> Result<Probed, Refusal> {
    let inside = args.target.is_none();
    let named = args.contract.as_deref().or(inside.then_some(INSIDE_CONTRACT));
    let contract = match named {
        Some(name) => Some(input::contract(env.files.as_ref(), name)?.contract),
        None => None,
    };
    let server = if inside { Some(start(args, seed).await?) } else { None };
    let origin = match (&args.target, &server) {
        (Some(target), _) => gather::origin(target)?,
        (None, Some(server)) => server.origin(),
        (None, None) => String::new(),
    };
    let (scheme, authority, prefix) = parts(&origin)?;
    if !inside {
        load_allowed(&origin, &args.allow_load, PROBING)?;
    }
    let promised = contract.as_ref().map(|compiled| &compiled.contract);
    let keys = keys(env, args, server.as_ref(), redactor)?;
    let base = format!("{prefix}{}", promised.map_or("", |contract| contract.base_path.as_str()));
    let task = Task {
        authority,
        scheme,
        protocol: match args.http {
            ProbeHttp::Http1 => Protocol::Http1,
            ProbeHttp::Http2 => Protocol::Http2,
        },
        keys,
        declared: declared(&promise(args, inside)?, promised)?,
        profile: match (args.quick, args.thorough) {
            (true, _) => Profile::Quick,
            (_, true) => Profile::Thorough,
            _ => Profile::Default,
        },
        exempt: exempt(&args.exempt, promised, &base),
        preflight: promised.is_some(),
        daily: args.daily.is_some(),
        arm: args.arm.is_some(),
        steady: args.steady,
        fleet: args.fleet.unwrap_or_default(),
        restart: args.restart_command.is_some(),
        only: args.only.clone(),
        max_requests: args.max_requests,
        max_time: Duration::from_secs(args.max_seconds),
        seed,
        ..requests(args, &base, inside)?
    };
    Ok(Probed { origin, task, contract, server })
}

async fn start(args: &LimitsArgs, seed: u64) -> Result<Server, Refusal> {
    let (limit, window) = args.limit.unwrap_or(INSIDE);
    let options =
        reference::Options { limit, window, daily: args.daily, seed, ..reference::Options::default() };
    reference::start(options).await.map_err(|error| error.to_string().into())
}

/// Scheme, authority and path of an origin that was looked at before.
pub(super) fn parts(origin: &str) -> Result<(String, String, String), String> {
    let url = url::Url::parse(origin).map_err(|error| format!("`{origin}` is not a URL ({error})"))?;
    let host = url.host_str().unwrap_or_default();
    let authority = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    Ok((url.scheme().to_owned(), authority, url.path().trim_end_matches('/').to_owned()))
}

fn keys(
    env: &Env,
    args: &LimitsArgs,
    server: Option<&Server>,
    redactor: &Redactor,
) -> Result<Vec<Key>, Refusal> {
    let mut secrets: Vec<(String, String)> = Vec::new();
    let from_environment = env.vars.get(KEYS).map_or("", String::as_str).split_whitespace();
    let own = args.key.iter().map(String::as_str).chain(from_environment);
    for (number, key) in (1..).zip(own) {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(format!("key {number} cannot stand in a header line; check how it was quoted").into());
        }
        redactor.add(key).map_err(|why| format!("key {number}: {why}"))?;
        if let Some((earlier, _)) = secrets.iter().find(|(_, known)| known == key) {
            return Err(format!(
                "key {number} is {earlier} again: keys have to differ, since each has its own limit"
            )
            .into());
        }
        secrets.push((format!("key{number}"), key.to_owned()));
    }
    if secrets.is_empty() {
        let known = server.map(Server::keys).unwrap_or_default();
        let usable = known.iter().filter(|key| INSIDE_KEYS.contains(&key.alias));
        secrets.extend(usable.map(|key| (key.alias.to_owned(), key.key.clone())));
    }
    if secrets.is_empty() {
        let why = format!(
            "no key to probe with; give test keys with --key KEY or in {KEYS}, four of the same plan if there are"
        );
        return Err(why.into());
    }
    let keys = secrets.into_iter().map(|(alias, secret)| {
        let line = match &args.key_header {
            Some(name) => (name.clone(), secret),
            None => ("Authorization".to_owned(), format!("Bearer {secret}")),
        };
        Key { read_only: server.is_some() && alias == READ_ONLY, alias, line }
    });
    Ok(keys.collect())
}

/// What the command line says about the limit.
fn promise(args: &LimitsArgs, inside: bool) -> Result<LimitPromise, Refusal> {
    let meaning = match args.semantics {
        SemanticsChoice::Bucket => LimitMeaning::Bucket,
        SemanticsChoice::FixedWindow => LimitMeaning::FixedWindow,
        SemanticsChoice::AnyWindow => LimitMeaning::AnyWindow,
        SemanticsChoice::Unspecified => LimitMeaning::Unspecified,
    };
    if args.burst.is_some() && meaning != LimitMeaning::Bucket {
        return Err("`--burst` says something of a bucket: add --semantics bucket".to_owned().into());
    }
    Ok(LimitPromise {
        limit: args.limit.or(inside.then_some(INSIDE)),
        daily: args.daily,
        meaning,
        burst: args.burst,
        counts_rejects: args.counts_rejects.map(|word| word == YesNo::Yes),
        reset_epoch: args.reset_unit.map(|unit| unit == ResetUnit::Epoch),
        nodes: args.nodes,
        by_endpoint: args.scope == ScopeChoice::Endpoint,
    })
}

/// What is promised; of what is not said the contract decides.
///
/// # Errors
/// A bucket without a size.
pub(super) fn declared(promise: &LimitPromise, contract: Option<&Contract>) -> Result<Declared, String> {
    let (window_limit, day) = documented(contract);
    let own = promise.limit;
    let limit = own.map(|(limit, _)| limit.into()).or(window_limit.and_then(|limit| limit.limit));
    let window = own.map(|(_, window)| window).or(window_limit.and_then(|limit| limit.window));
    let semantics = match promise.meaning {
        LimitMeaning::Bucket => {
            let Some(burst) = promise.burst.map(u64::from).or(limit) else {
                return Err("`--semantics bucket` needs --burst or --limit".to_owned());
            };
            Semantics::Bucket { burst }
        }
        LimitMeaning::FixedWindow => Semantics::FixedWindow,
        LimitMeaning::AnyWindow => Semantics::AnyWindow,
        LimitMeaning::Unspecified => Semantics::Unspecified,
    };
    let code =
        |limit: Option<&crate::model::RateLimit>| limit.map(|limit| limit.code.clone()).unwrap_or_default();
    Ok(Declared {
        limit,
        window,
        daily: promise.daily.map(u64::from),
        semantics,
        counts_rejects: promise.counts_rejects,
        nodes: promise.nodes,
        delay_seconds: contract.is_some_and(|contract| contract.retry_after.seconds_only),
        headers: window_limit.is_some_and(|limit| limit.headers.is_some()),
        scope: if promise.by_endpoint { Scope::Endpoint } else { Scope::Key },
        window_code: code(window_limit),
        daily_code: code(day),
        daily_reset: None,
        reset_epoch: promise.reset_epoch,
    })
}

/// The contract's limit on a short time, and the one on a day.
fn documented(
    contract: Option<&Contract>,
) -> (Option<&crate::model::RateLimit>, Option<&crate::model::RateLimit>) {
    let day = Duration::from_secs(86_400);
    let limits = contract.map_or(&[][..], |contract| &contract.rate_limits);
    let is_day = |limit: &&crate::model::RateLimit| limit.window.is_some_and(|window| window >= day);
    (limits.iter().find(|limit| !is_day(limit)), limits.iter().find(is_day))
}

/// The paths that no limit concerns: those that are named, or else those of the contract.
pub(super) fn exempt(own: &[String], contract: Option<&Contract>, base: &str) -> Vec<String> {
    let named = own.iter().map(|path| format!("{base}{path}"));
    let documented = contract.map_or(&[][..], |contract| &contract.exempt).iter();
    let documented = documented.filter_map(|operation| operation.strip_prefix("GET "));
    if own.is_empty() { documented.map(|path| format!("{base}{path}")).collect() } else { named.collect() }
}

/// The requests, those of the demonstration if nothing else is named.
fn requests(args: &LimitsArgs, base: &str, inside: bool) -> Result<Task, Refusal> {
    let call = |(method, path): &(String, String), body: &str| {
        let mut headers = args.header.clone();
        if !body.is_empty() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Call { method: method.clone(), target: format!("{base}{path}"), headers, body: body.to_owned() }
    };
    let get = |path: &str| ("GET".to_owned(), path.to_owned());
    let request = match &args.request {
        Some(request) => request.clone(),
        None if inside => get("/leads"),
        // The state says what was armed.
        None if args.verify.is_some() => get(""),
        None => {
            return Err("no request to probe with; name one that changes nothing: --request 'GET /leads'"
                .to_owned()
                .into());
        }
    };
    let writes = match (&args.write, &args.list) {
        (Some(write), Some(list)) => {
            let body = args.body.clone().unwrap_or_default();
            if !body.contains("{{marker}}") && !write.1.contains("{{marker}}") {
                let why =
                    "the write has no `{{marker}}` in its --body or path, so it could not be found again";
                return Err(why.to_owned().into());
            }
            Some(Writes { write: call(write, &body), list: call(list, "") })
        }
        _ if inside && args.request.is_none() => Some(Writes {
            write: call(&("POST".to_owned(), "/leads".to_owned()), INSIDE_BODY),
            list: call(&get("/leads?limit=100"), ""),
        }),
        _ => None,
    };
    let other = args.other.as_ref().map(|other| call(other, ""));
    Ok(Task { request: call(&request, ""), writes, other, ..Task::default() })
}

const INSIDE_BODY: &str = r#"{"name":"Ada Lovelace","email":"{{marker}}@example.com"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_three_parts() {
        let parts = |origin| parts(origin).map(|(scheme, authority, path)| [scheme, authority, path]);
        let owned = |three: [&str; 3]| Ok(three.map(str::to_owned));
        assert_eq!(parts("http://127.0.0.1:8080"), owned(["http", "127.0.0.1:8080", ""]));
        assert_eq!(parts("https://api.example.com/stage"), owned(["https", "api.example.com", "/stage"]));
    }
}
