//! `tollgate load --metrics`: what a scraper reads while the load runs, line by line, and how the endpoint begins and ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use serde_json::Value;

use crate::bad_server::Server;
use crate::tool;

/// Samples by name and labels, each with the type of its family.
type Samples = BTreeMap<String, (String, f64)>;

/// A running load, its stdout line by line, and where its metrics are.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    metrics: SocketAddr,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let first = ["load", "--metrics", "127.0.0.1:0", "--report", "json=out.json", "--report", "ndjson=-"];
        let mut child = tool::command(folder, &[&first[..], arguments].concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = String::new();
        BufReader::with_capacity(1, child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics"));
        let metrics = address.unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        Self { child, lines, metrics }
    }

    /// Waits until so many seconds of the load are told.
    fn wait(&mut self, seconds: usize) {
        let told = self.lines.by_ref().map(Result::unwrap).filter(|line| line.contains("\"load-tick\""));
        assert_eq!(told.take(seconds).count(), seconds, "the load ended too soon");
    }

    /// Waits for the end, and returns the report.
    fn end(mut self, folder: &Path) -> Value {
        self.lines.by_ref().for_each(drop);
        let ended = tool::ended(self.child);
        assert!(TcpStream::connect(self.metrics).is_err(), "the endpoint is gone with the load");
        let text =
            std::fs::read_to_string(folder.join("out.json")).unwrap_or_else(|_| panic!("{}", ended.stderr));
        serde_json::from_str(&text).unwrap()
    }
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn scrape(address: SocketAddr) -> String {
    let answer = ask(address, "GET /metrics HTTP/1.1\r\nhost: metrics\r\n\r\n");
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    assert!(head.contains(&format!("content-length: {}", page.len())), "{head}");
    page.to_owned()
}

fn is_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The labels up to their closing brace, and what follows.
fn labels(text: &str) -> (Vec<(String, String)>, &str) {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        let (name, value) = rest.split_once("=\"").unwrap_or_else(|| panic!("{text}"));
        assert!(is_name(name), "{text}");
        let (mut read, mut chars) = (String::new(), value.char_indices());
        let end = loop {
            match chars.next().unwrap_or_else(|| panic!("{text}")) {
                (at, '"') => break at + 1,
                (_, '\\') => match chars.next() {
                    Some((_, 'n')) => read.push('\n'),
                    Some((_, c @ ('\\' | '"'))) => read.push(c),
                    _ => panic!("{text}"),
                },
                (_, c) => read.push(c),
            }
        };
        found.push((name.to_owned(), read));
        rest = &value[end..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (found, rest.strip_prefix('}').unwrap_or_else(|| panic!("{text}"))),
        }
    }
}

/// Reads a page as the text format 0.0.4 has it: each family has its help, its type, then its samples, and none comes twice.
fn parse(page: &str) -> Samples {
    assert!(page.ends_with('\n'), "{page}");
    let (mut samples, mut families) = (Samples::new(), BTreeMap::new());
    let (mut helped, mut family, mut kind) = (String::new(), String::new(), String::new());
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').unwrap();
            assert!(is_name(name) && !text.trim().is_empty(), "{line}");
            helped = name.to_owned();
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, word) = of.split_once(' ').unwrap();
            assert_eq!(name, helped, "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&word), "{line}");
            assert!(families.insert(name.to_owned(), word.to_owned()).is_none(), "{line}");
            assert_eq!(word == "counter", name.ends_with("_total"), "{line}");
            (family, kind) = (name.to_owned(), word.to_owned());
        } else {
            let end = line.find(['{', ' ']).unwrap();
            let (name, rest) = line.split_at(end);
            let (labels, value) = rest.strip_prefix('{').map_or((Vec::new(), rest), labels);
            let suffix = name.strip_prefix(&family).unwrap_or_else(|| panic!("{line}"));
            let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(suffixes.contains(&suffix), "{line}");
            assert_eq!(suffix == "_bucket", labels.iter().any(|(name, _)| name == "le"), "{line}");
            let value: f64 = value.strip_prefix(' ').unwrap().parse().unwrap();
            assert!(value >= 0.0, "{line}");
            let key = format!("{name} {labels:?}");
            assert!(samples.insert(key, (kind.clone(), value)).is_none(), "{line}");
        }
    }
    histograms(page, &samples);
    samples
}

/// Buckets of a histogram stand in order, never get less, and end with all that were counted.
fn histograms(page: &str, samples: &Samples) {
    let (mut last, mut bound, mut seen) = (0.0, 0.0, 0);
    for line in page.lines().filter(|line| line.starts_with("tollgate_load_latency_seconds_bucket")) {
        let (labels, value) = labels(line.split_once('{').unwrap().1);
        let (value, le): (f64, f64) = (value.trim().parse().unwrap(), labels[1].1.parse().unwrap());
        assert!(value >= last && le > bound, "{line}");
        (last, bound) = (value, le);
        if le.is_infinite() {
            let count = &samples[&format!("tollgate_load_latency_seconds_count {:?}", &labels[..1])];
            assert_eq!(count.1, value, "{line}");
            (last, bound, seen) = (0.0, 0.0, seen + 1);
        }
    }
    assert_eq!(seen, 5, "a histogram for each outcome");
}

fn value(samples: &Samples, name: &str) -> f64 {
    samples.get(name).unwrap_or_else(|| panic!("no {name} in {samples:#?}")).1
}

fn ended(samples: &Samples, outcome: &str) -> f64 {
    value(samples, &format!("tollgate_load_requests_total [(\"outcome\", \"{outcome}\")]"))
}

const OUTCOMES: [&str; 5] = ["admitted", "throttled", "error", "contract_broken", "transport"];

/// Scrapes twice, and compares: nothing gets less, and the report has at least as much.
fn watched(folder: &Path, arguments: &[&str]) -> (String, Samples, Value) {
    let mut running = Running::start(folder, arguments);
    running.wait(2);
    let first = parse(&scrape(running.metrics));
    let known = value(&first, "tollgate_load_known_seconds []");
    assert!(known >= 1.0, "{known}");
    // On a busy machine the first page may have shown a second that is only told of now.
    let (page, second) = loop {
        running.wait(1);
        let page = scrape(running.metrics);
        let second = parse(&page);
        if value(&second, "tollgate_load_known_seconds []") > known {
            break (page, second);
        }
    };
    for (name, (kind, before)) in &first {
        let after = value(&second, name);
        assert!(kind == "gauge" || after >= *before, "{name}: {before} then {after}");
    }
    let strange = ask(running.metrics, "GET /other HTTP/1.1\r\nhost: metrics\r\n\r\n");
    assert!(strange.starts_with("HTTP/1.1 404 "), "{strange}");
    let report = running.end(folder);
    let total = |name: &str| report["load"]["totals"][name].as_f64().unwrap();
    for outcome in OUTCOMES {
        assert!(ended(&second, outcome) <= total(outcome), "{outcome}");
    }
    for name in ["sent", "late", "dropped", "missed", "refused"] {
        assert!(value(&second, &format!("tollgate_load_{name}_total []")) <= total(name), "{name}");
    }
    let sum: f64 = OUTCOMES.iter().map(|outcome| ended(&second, outcome)).sum();
    let under_way = value(&second, "tollgate_load_in_flight []");
    assert_eq!(
        sum + under_way,
        value(&second, "tollgate_load_sent_total []"),
        "one thread tells all at once"
    );
    assert!(sum > 0.0);
    (page, second, report)
}

#[test]
fn a_load_at_a_rate_is_watched_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--rate",
        "100/s",
        "--duration",
        "6s",
        "--limit",
        "20/1s",
        "--threads",
        "1",
        "--key",
        "key-of-nobody-77",
    ];
    let (page, samples, _) = watched(folder.path(), &arguments);
    assert_eq!(value(&samples, "tollgate_load_target_requests_per_second []"), 100.0);
    let info = "tollgate_load_info [(\"name\", \"load\"), (\"contract\", \"propertybase-v1\"), (\"model\", \"open\")]";
    assert_eq!(value(&samples, info), 1.0);
    let build = format!("tollgate_build_info [(\"version\", \"{}\")]", env!("CARGO_PKG_VERSION"));
    assert_eq!(value(&samples, &build), 1.0);
    assert!(!page.contains("key-of-nobody") && !page.contains("Bearer"), "{page}");
}

#[test]
fn users_and_their_findings_are_watched_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|stream, _| {
        let body = r#"{"oops":true}"#;
        let head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
        let _ = stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes());
    });
    let target = format!("http://{}", server.address);
    let what = ["--target", &target, "--contract", "propertybase-v1", "--request", "GET /leads"];
    let how = ["--users", "2", "--think", "50ms", "--duration", "6s", "--threads", "1"];
    let (_, samples, report) = watched(folder.path(), &[&what[..], &how].concat());
    assert!(ended(&samples, "contract_broken") > 0.0);
    assert!(!samples.keys().any(|name| name.contains("target_requests_per_second")));
    let findings: BTreeMap<&String, f64> = samples
        .iter()
        .filter(|(name, _)| name.starts_with("tollgate_load_findings_total"))
        .map(|(name, (_, count))| (name, *count))
        .collect();
    assert!(!findings.is_empty());
    for (name, count) in findings {
        let of = |finding: &&Value| name.contains(&format!("\"{}\"", finding["rule"].as_str().unwrap()));
        let reported = report["findings"].as_array().unwrap().iter().filter(of);
        let reported: f64 = reported.map(|finding| finding["count"].as_f64().unwrap()).sum();
        assert!(count > 0.0 && count <= reported, "{name}: {count} of {reported}");
    }
}

#[test]
fn an_address_that_is_taken_ends_the_run_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|stream, _| drop(stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (target, address) = (format!("http://{}", server.address), taken.local_addr().unwrap().to_string());
    let arguments = ["load", "--target", &target, "--request", "GET /x", "--metrics", &address];
    let ended = tool::run(folder.path(), &arguments);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let why = format!("--metrics: {address} is in use: stop what listens there, or choose another port");
    assert!(ended.stderr.contains(&why), "{}", ended.stderr);
    assert!(server.seen().is_empty());
    let ended = tool::run(folder.path(), &["load", "--metrics", "9464"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("such as 127.0.0.1:9464"), "{}", ended.stderr);
}
