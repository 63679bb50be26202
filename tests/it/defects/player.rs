//! Plays requests against a server and writes down its answers, without what differs from run to run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Client, Method, Response};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tollgate::reference::{self, Call, Defect, Options, Server};

pub(super) fn client() -> Client {
    // An error means that another test has installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirect = reqwest::redirect::Policy::none();
    Client::builder().no_proxy().redirect(redirect).timeout(Duration::from_secs(20)).build().unwrap()
}

/// Requests of which the last answer is looked at.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) api: &'static str,
    /// Whether it uses up the key that has three requests a second.
    pub(super) limited: bool,
    calls: Vec<Call>,
    unique: String,
}

/// What the route table does not reach: method, path below the base, body.
const BEYOND: &[&[(&str, &str, &str)]] = &[
    &[("POST", "/leads", r#"{"name":" ","email":"<unique>@example.com"}"#)],
    &[("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com","phone":"call me"}"#)],
    &[("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com","price":{"amount":-1}}"#)],
    &[("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com","bedrooms":99}"#)],
    &[("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com","bedrooms":"2"}"#)],
    &[("POST", "/leads", r#"{"name":"Ada","email":"plus+<unique>@example.com"}"#)],
    &[("POST", "/leads", r#"{"name":"Ada"}"#)],
    &[("POST", "/leads", r#"{"email":"<unique>@example.com"}"#)],
    &[
        ("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com"}"#),
        ("DELETE", "/leads/<lead>", ""),
        ("DELETE", "/leads/<lead>", ""),
    ],
    &[
        ("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com"}"#),
        ("PATCH", "/leads/<lead>", r#"{"bedrooms":3}"#),
        ("GET", "/leads/<lead>", ""),
    ],
    &[
        ("POST", "/leads", r#"{"name":"Ada","email":"<unique>@example.com"}"#),
        ("PATCH", "/leads/<lead>", r#"{"bedrooms":"#),
    ],
    &[("POST without a key", "/leads", "{}")],
    &[("GET without a key", "/leads", "")],
];

fn beyond(prefix: &str, calls: &[(&'static str, &str, &str)]) -> Vec<Call> {
    let call = |(method, path, body): &(&'static str, &str, &str)| {
        let key =
            (!method.ends_with(" without a key")).then(|| ("Authorization", "Bearer <api_key>".to_owned()));
        let json = ("Content-Type", "application/json".to_owned());
        Call {
            method: method.split_once(' ').map_or(method, |(method, _)| method),
            path: format!("{prefix}{path}"),
            headers: key.into_iter().chain([json]).collect(),
            body: (*body).to_owned(),
        }
    };
    calls.iter().map(call).collect()
}

/// Everything that is played, what depends on the time of a second last.
pub(super) fn plays() -> Vec<Play> {
    let mut plays: Vec<Play> = Vec::new();
    for route in reference::routes() {
        let limited = route.code == "RATE_LIMIT_EXCEEDED";
        plays.push(Play { api: route.api, limited, calls: route.calls.clone(), unique: String::new() });
    }
    for (api, prefix) in [("lead-management-v1", "/api/v1"), ("propertybase-v1", "/v1")] {
        for calls in BEYOND {
            let calls = beyond(prefix, calls);
            plays.push(Play { api, limited: false, calls, unique: String::new() });
        }
    }
    plays.sort_by_key(|play| play.limited);
    for (play, number) in plays.iter_mut().zip(0..) {
        play.unique = format!("play{number}");
    }
    plays
}

/// A client, and what a clean server answers to every play.
#[derive(Clone)]
pub(super) struct Player {
    client: Client,
    pub(super) clean: Arc<Vec<String>>,
}

/// A running server.
pub(super) struct Stage {
    client: Client,
    server: Server,
    variables: HashMap<String, String>,
}

impl Player {
    /// Asks a clean server for everything.
    pub(super) async fn record(client: Client) -> Self {
        let mut player = Self { client, clean: Arc::default() };
        'attempts: for _ in 0..5 {
            let stage = player.start(None).await;
            let mut clean = Vec::new();
            for play in plays() {
                clean.push(stage.play(&play).await);
                if play.limited && clean.last().unwrap().starts_with("HTTP/1.1 200") {
                    continue 'attempts;
                }
            }
            player.clean = Arc::new(clean);
            return player;
        }
        panic!("the machine is too slow for the limited key");
    }

    pub(super) async fn start(&self, defect: Option<&'static Defect>) -> Stage {
        let server = reference::start(Options { defect, ..Options::default() }).await.unwrap();
        let variables = reference::variables(server.keys()).into_iter().collect();
        Stage { client: self.client.clone(), server, variables }
    }
}

impl Stage {
    /// Sends the requests of a play; the last answer as text.
    pub(super) async fn play(&self, play: &Play) -> String {
        let mut made = HashMap::new();
        let mut last = String::new();
        for call in &play.calls {
            let call = call.fill(|name| match name {
                "unique" => Some(play.unique.clone()),
                "long" => Some("x".repeat(9_000)),
                "huge" => Some("x".repeat(1_100_000)),
                name => made.get(name).or_else(|| self.variables.get(name)).cloned(),
            });
            let method = Method::from_bytes(call.method.as_bytes()).unwrap();
            let mut request =
                self.client.request(method, format!("{}{}", self.server.origin(), call.path)).body(call.body);
            for (name, value) in &call.headers {
                request = request.header(*name, value);
            }
            let answer = match request.send().await {
                Ok(response) => read(response, &mut made).await,
                Err(_) => "no answer".to_owned(),
            };
            last = answer;
        }
        last
    }
}

/// Status line, header lines and body.
async fn read(response: Response, made: &mut HashMap<&'static str, String>) -> String {
    let mut text = format!("{:?} {}\n", response.version(), response.status().as_u16());
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        lines.push(format!("{name}: {}\n", steady(name.as_str(), &value)));
        if name == "etag" {
            made.insert("etag", value);
        }
    }
    lines.retain(|line| !line.starts_with("connection:"));
    lines.sort();
    text.extend(lines);
    let Ok(body) = response.bytes().await else { return format!("{text}\nbroken off") };
    let body: String = body.escape_ascii().to_string().replace("\\\"", "\"");
    if let Some((_, rest)) = body.split_once("\"data\":{\"id\":\"") {
        made.insert("lead", rest.split('"').next().unwrap().to_owned());
    }
    text + "\n" + &timeless(&body)
}

/// A header's value, unless the time decides it.
fn steady(name: &str, value: &str) -> String {
    let number = value.parse::<u64>().ok();
    match name {
        "date" if httpdate::parse_http_date(value).is_ok() => "now".to_owned(),
        "x-ratelimit-reset" if number.is_some() => "seconds".to_owned(),
        "retry-after" if number.is_some_and(|seconds| (86_000..=86_400).contains(&seconds)) => {
            "a day".to_owned()
        }
        _ => value.to_owned(),
    }
}

/// The text with every timestamp of this minute replaced, if it has the documented form.
fn timeless(text: &str) -> String {
    const FORM: usize = "2024-01-16T10:30:00.000Z".len();
    let now = OffsetDateTime::from(SystemTime::now());
    let recent = |form: &str| {
        let shaped = form.as_bytes()[10] == b'T' && form.ends_with('Z');
        let at = shaped.then(|| OffsetDateTime::parse(form, &Rfc3339).ok()).flatten();
        at.is_some_and(|at| (at - now).abs() < Duration::from_secs(60))
    };
    let mut result = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match rest.get(..FORM) {
            Some(form) if recent(form) => {
                result.push_str("now");
                rest = &rest[FORM..];
            }
            _ => {
                result.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    result
}
