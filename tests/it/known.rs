//! Answers that are known by sight have the verdict that the judge gives them: compared over every defect of the
//! reference server, and with every part changed that is not compared byte for byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tollgate::contract::Compiled;
use tollgate::judge::{self, Judged, Known, Memory};
use tollgate::model::{Exchange, Header, Request, Response};
use tollgate::reference::{self, Call, Defect, Options, Server, defects};
use tollgate::{contract, rules};

/// Servers that run at the same time.
const AT_ONCE: usize = 16;

struct Forgetful;

impl Memory for Forgetful {
    fn first_use(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

fn compiled(name: &str) -> Arc<Compiled> {
    Arc::new(contract::load(&contract::embedded(name).unwrap(), &rules::all()).unwrap())
}

/// What the rules say, without the values that change from answer to answer.
fn said(judged: &Judged) -> Vec<String> {
    let line = |observation: &tollgate::model::Observation| {
        let (rule, severity) = (observation.rule.code, observation.severity.as_str());
        format!("{rule} {severity} {} {}", observation.pointer, tollgate::mask::mask(&observation.message))
    };
    let code = judged.code.iter().map(|code| format!("code {code}"));
    judged.observations.iter().map(line).chain(code).collect()
}

/// An answer as bytes with the length of its head, and the same as an exchange.
struct Answer {
    bytes: Vec<u8>,
    head: usize,
}

impl Answer {
    fn exchange(&self, request: &Request) -> Exchange {
        let head = std::str::from_utf8(&self.bytes[..self.head]).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let now = SystemTime::now();
        let response = Response {
            version: "HTTP/1.1",
            status,
            headers: headers.map(|(name, value)| Header::new(name, value)).collect(),
            body: Bytes::copy_from_slice(&self.bytes[self.head..]),
            cut: None,
            first_byte: Duration::from_millis(1),
            received_at: now,
            url: request.url.clone(),
        };
        let elapsed = Duration::from_millis(2);
        Exchange { request: request.clone(), sent_at: now, elapsed, outcome: Ok(response) }
    }

    /// The same with one byte after another replaced by one that could stand there.
    fn variants(&self) -> Vec<Answer> {
        let mut variants = Vec::new();
        for (at, byte) in self.bytes.iter().enumerate() {
            let others: &[u8] = match byte {
                b'0'..=b'9' => b"09-",
                b'a'..=b'f' => b"e7X",
                b'Z' | b'T' => b"z+",
                _ => continue,
            };
            let others: Vec<u8> = others.iter().copied().filter(|other| other != byte).collect();
            let mut bytes = self.bytes.clone();
            bytes[at] = others[at % others.len()];
            variants.push(Answer { bytes, head: self.head });
        }
        variants
    }
}

fn request(server: &Server, call: &Call, base: &str) -> Request {
    Request {
        method: call.method.to_owned(),
        url: format!("{}{}", server.origin(), call.path),
        path: call.path.strip_prefix(base).unwrap_or(&call.path).to_owned(),
        headers: call.headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: Bytes::from(call.body.clone()),
        redirects: 0,
        timeout: Duration::from_secs(5),
    }
}

async fn send(client: &reqwest::Client, request: &Request) -> Option<Answer> {
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
    let mut builder = client.request(method, &request.url).body(request.body.clone());
    for header in &request.headers {
        builder = builder.header(&header.name, &header.value[..]);
    }
    let response = builder.send().await.ok()?;
    let mut bytes = format!("HTTP/1.1 {}\r\n", response.status().as_u16()).into_bytes();
    for (name, value) in response.headers() {
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    let head = bytes.len();
    bytes.extend_from_slice(&response.bytes().await.ok()?);
    Some(Answer { bytes, head })
}

/// Answers that were compared, those of them that were known by sight, and what differed.
#[derive(Debug, Default)]
struct Compared {
    all: u64,
    known: u64,
    differ: Vec<String>,
}

/// Compares the verdict by sight on `answer`, `first` being known, with the judge's.
fn compare(
    first: &Answer,
    answer: &Answer,
    request: &Request,
    contract: &Arc<Compiled>,
    into: &mut Compared,
) {
    let mut known = Known::new(request, Some(contract));
    let exchange = first.exchange(request);
    let judged = judge::judge(&exchange, Some(contract), &Forgetful);
    known.learn(&first.bytes, first.head, &exchange, &judged, said(&judged));
    into.all += 1;
    let Some((said_of_first, id)) = known.find(&answer.bytes, &SystemTime::now) else { return };
    into.known += 1;
    let own = judge::judge(&answer.exchange(request), Some(contract), &Forgetful);
    let id = id.map(|range| String::from_utf8_lossy(&answer.bytes[range]).into_owned());
    // Of an operation that the contract leaves alone no id is compared with others.
    let expected = own.request_id.clone().filter(|_| !judge::exempt(&contract.contract, request));
    if *said_of_first != said(&own) || id != expected {
        let text = String::from_utf8_lossy(&answer.bytes);
        into.differ
            .push(format!("{said_of_first:?} by sight, {:?} by the judge, id {id:?}:\n{text}", said(&own)));
    }
}

/// Two answers to every request that gets a documented one, or to every other one, even or odd; with all their variants if
/// `thorough`.
async fn look(defect: Option<&'static Defect>, half: Option<usize>, thorough: bool) -> Compared {
    let mut compared = Compared::default();
    let server = reference::start(Options { defect, ..Options::default() }).await.unwrap();
    let variables: HashMap<String, String> = reference::variables(server.keys()).into_iter().collect();
    let redirect = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().no_proxy().redirect(redirect).timeout(Duration::from_secs(1));
    let client = client.build().unwrap();
    let contracts = [("lead-management-v1", "/api/v1"), ("propertybase-v1", "/v1")]
        .map(|(name, base)| (name, base, compiled(name)));
    for (place, route) in reference::routes().iter().enumerate() {
        if half.is_some_and(|half| place % 2 != half % 2) {
            continue;
        }
        let Some((_, base, contract)) = contracts.iter().find(|(name, ..)| *name == route.api) else {
            continue;
        };
        let calls = route.calls.iter().map(|call| {
            call.fill(|name| match name {
                "unique" => Some("known".to_owned()),
                "long" => Some("x".repeat(9_000)),
                "huge" => Some("x".repeat(1_100_000)),
                name => variables.get(name).cloned(),
            })
        });
        let calls: Vec<Call> = calls.collect();
        for call in &calls[..calls.len() - 1] {
            send(&client, &request(&server, call, base)).await;
        }
        let last = request(&server, &calls[calls.len() - 1], base);
        let (Some(one), Some(two)) = (send(&client, &last).await, send(&client, &last).await) else {
            continue;
        };
        compare(&one, &two, &last, contract, &mut compared);
        if thorough {
            one.variants().iter().for_each(|variant| compare(&one, variant, &last, contract, &mut compared));
        }
    }
    compared
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_verdict_by_sight_is_the_judges() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut looks = JoinSet::new();
    let all = defects().iter().copied().map(Some).chain([None]);
    // Half of the routes of each defect: the other half of the next one, so that every route is seen with many.
    for (place, defect) in all.enumerate() {
        let slots = Arc::clone(&slots);
        looks.spawn(async move {
            let _slot = slots.acquire().await.unwrap();
            look(defect, defect.map(|_| place), false).await
        });
    }
    let mut sum = Compared::default();
    for compared in looks.join_all().await {
        sum.all += compared.all;
        sum.known += compared.known;
        sum.differ.extend(compared.differ);
    }
    assert!(
        sum.differ.is_empty(),
        "{} differ:\n{}",
        sum.differ.len(),
        sum.differ[..sum.differ.len().min(5)].join("\n")
    );
    assert!(sum.known * 3 > sum.all, "{} of {} are known by sight: it is not worth it", sum.known, sum.all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_changes_the_verdict_is_seen() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let compared = look(None, None, true).await;
    assert!(compared.differ.is_empty(), "{}", compared.differ[..compared.differ.len().min(5)].join("\n"));
    assert!(compared.known > 100 && compared.known < compared.all, "{} of {}", compared.known, compared.all);
}
