//! Nothing that the real binary shows or writes holds a secret, in whatever form a server sends it back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::bad_server::{Server, answer};
use crate::tool::{self, Ended};

/// A secret that every encoding changes.
const SECRET: &str = "Zk9/\"pass+wörd\\7~?>";
/// One that goes into header lines and paths as it is.
const PLAIN: &str = "Kq4-plain.secret_93";
/// One that the server makes up.
const MADE_UP: &str = "Wx7/made+up==secret";

fn percent(secret: &str) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").unwrap();
        text
    })
}

fn form(secret: &str) -> String {
    url::form_urlencoded::byte_serialize(secret.as_bytes()).collect()
}

/// The spellings of a secret.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let ascii: String = json.chars().fold(String::new(), |mut text, c| {
        match c.is_ascii() {
            true => text.push(c),
            false => write!(text, "\\u{:04x}", u32::from(c)).unwrap(),
        }
        text
    });
    let mut all = vec![secret.to_owned(), percent(secret), percent(secret).to_lowercase(), form(secret)];
    all.extend([json.trim_matches('"').to_owned(), ascii.trim_matches('"').to_owned()]);
    all.extend([STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret)]);
    all.extend([URL_SAFE.encode(secret), URL_SAFE_NO_PAD.encode(secret)]);
    all.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    all
}

/// What the server says back: everything that it was sent, and the secrets in every spelling.
fn echo() -> Server {
    Server::reading(|stream, _, request| {
        let spelled: Vec<_> = [SECRET, PLAIN, MADE_UP].iter().flat_map(|secret| spellings(secret)).collect();
        let basic = STANDARD.encode(format!("user:{PLAIN}"));
        let text = format!("{request}\n{}\n{basic}", spelled.join("\n"));
        let body = serde_json::json!({
            "success": false, "error": text, "code": SECRET, "token": MADE_UP,
            "raw": format!("{SECRET} {PLAIN}"), "details": { "field": PLAIN, "message": percent(SECRET) },
            SECRET: 1,
        });
        let headers =
            format!("x-echo: {PLAIN}\r\nset-cookie: sid={MADE_UP}\r\nx-percent: {}\r\n", percent(SECRET));
        answer(stream, "400 Bad Request", &headers, &format!("{body} {text}"));
    })
}

/// Every text inside a JSON value, keys included.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            into.push(key.clone());
            texts(value, into);
        }),
        _ => {}
    }
}

/// Looks for the secrets in everything that a run left behind.
fn assert_clean(folder: &Path, ended: &Ended, secrets: &[&str]) {
    let mut all = vec![ended.stdout.clone(), ended.stderr.clone()];
    for name in ["out.json", "out.ndjson", "out.xml"] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
        for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>().map_while(Result::ok) {
            texts(&value, &mut all);
        }
        all.push(
            text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"),
        );
        all.push(text);
    }
    for secret in secrets {
        for spelling in spellings(secret) {
            let found = all.iter().find(|text| text.contains(&spelling));
            assert!(found.is_none(), "`{spelling}` of `{secret}` in {}", found.unwrap());
        }
    }
}

const REPORTS: [&str; 8] = [
    "--report",
    "terminal",
    "--report",
    "json=out.json",
    "--report",
    "ndjson=out.ndjson",
    "--report",
    "junit=out.xml",
];

/// Runs scenario files against the echo; both secrets are declared on the command line.
fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let server = echo();
    let target = format!("http://{}", server.address);
    let (secret, plain) = (format!("token={SECRET}"), format!("plain={PLAIN}"));
    let mut all =
        vec!["run", "a.yaml", "--target", &target, "--secret", &secret, "--secret", &plain, "--seed", "1"];
    all.extend(arguments);
    tool::run(folder, &all)
}

fn folder(scenario: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), scenario).unwrap();
    folder
}

/// Fails in every way an expectation can.
const ECHO: &str = r#"
name: "Echo {{ token }}"
contract: lead-management-v1
defaults: { headers: { authorization: "Bearer {{ plain }}", cookie: "sid={{ plain }}", x-key: "{{ plain }}" } }
steps:
  - name: sends it everywhere
    request:
      post: "/echo/{{ plain }}"
      query: { t: "{{ token }}" }
      json: { token: "{{ token }}", nested: ["{{ token }} and {{ plain }}"] }
    expect:
      status: 200
      error: "{{ plain }}"
      message: { contains: "{{ token }}-not" }
      details: { field: "{{ token }}" }
      headers: { x-echo: other, x-percent: { matches: "^{{ plain }}" } }
      body: { $.raw: other, $.nothing: "{{ token }}" }
      text: { not: { contains: "{{ plain }}" } }
      within: 0ms
"#;

#[test]
fn declared_secrets_appear_nowhere() {
    for more in [&[][..], &["-v"], &["-q"], &["--fail-on", "note"], &["--dry-run"]] {
        let folder = folder(ECHO);
        let ended = run(folder.path(), &[&REPORTS, more].concat());
        let exit = if more == ["--dry-run"] { 0 } else { 1 };
        assert_eq!(ended.code, Some(exit), "{}{}", ended.stdout, ended.stderr);
        assert_clean(folder.path(), &ended, &[SECRET, PLAIN]);
        assert!(exit == 0 || ended.stdout.contains("[redacted]"), "{}", ended.stdout);
    }
    let folder = folder(ECHO);
    let ended = run(folder.path(), &["--report", "json"]);
    serde_json::from_str::<Value>(&ended.stdout).unwrap();
    assert_clean(folder.path(), &ended, &[SECRET, PLAIN]);
}

#[test]
fn captured_secrets_appear_nowhere() {
    // The answers repeat the secret, so what comes after must hide it as well.
    let capture = "    capture: { made_up: { from: header x-token, secret: true } }\n";
    let login = "  - name: logs in\n    request: { get: /echo }\n";
    let server = Server::reading(|stream, _, request| {
        let body =
            format!("{{\"all\": {}}}", serde_json::to_string(&format!("{MADE_UP} {request}")).unwrap());
        answer(stream, "200 OK", &format!("x-token: {MADE_UP}\r\n"), &body);
    });
    let target = format!("http://{}", server.address);
    let use_it = "  - request: { post: \"/echo?t={{ made_up }}\", raw: \"{{ made_up }}\" }\n    expect: { status: 201 }\n";
    for scenario in [
        format!("name: Login\nsteps:\n{login}{capture}{use_it}"),
        // The step that captures fails itself.
        format!("name: Login\nsteps:\n{login}    expect: {{ status: 201, text: other }}\n{capture}"),
        format!(
            "name: Login\nsteps:\n{login}    retry: {{ max: 2, interval: 1ms }}\n    expect: {{ text: x }}\n{capture}"
        ),
    ] {
        let folder = folder(&scenario);
        let ended =
            tool::run(folder.path(), &[&["run", "a.yaml", "-v", "--target", &target], &REPORTS[..]].concat());
        assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        assert_clean(folder.path(), &ended, &[MADE_UP]);
    }
}

#[test]
fn a_secret_written_into_a_file_is_not_shown_with_its_mistakes() {
    let long = "x".repeat(150);
    for scenario in [
        format!("name: {PLAIN}\nnmae: {PLAIN}\nsteps: {PLAIN}\n"),
        format!("name: a\nsteps:\n  - request: {{ get: /a, headers: {{ a: {PLAIN} }}, jsno: 1 }}\n"),
        format!("name: a\nsteps: [ {{ request: {{ get: \"{{{{ {PLAIN} }}}}\" }} }} ]\n"),
        format!("name: [ {PLAIN}\n"),
        format!(
            "name: a\nsteps:\n  - request: {{ get: /{long}, headers: {{ a: {PLAIN} }}, jsno: {long} }}\n"
        ),
        format!("name: a\ncontract: {PLAIN}\nsteps: [ {{ request: {{ get: / }} }} ]\n"),
        format!("name: a\nsteps: [ {{ include: {PLAIN}.yaml }} ]\n"),
    ] {
        let folder = folder(&scenario);
        let ended = run(folder.path(), &[]);
        assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
        assert_clean(folder.path(), &ended, &[PLAIN]);
    }
    let dry = format!("name: a {PLAIN}\nsteps:\n  - name: b {PLAIN}\n    request: {{ get: /{PLAIN} }}\n");
    let folder = folder(&dry);
    let ended = run(folder.path(), &["--dry-run"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_clean(folder.path(), &ended, &[PLAIN]);
}

#[test]
fn a_secret_is_not_cut_in_two_and_shown_by_half() {
    let server = Server::reading(|stream, _, request| {
        let number = request.split(['/', ' ']).find_map(|part| part.parse::<usize>().ok()).unwrap_or(0);
        let text = format!("{}{PLAIN}{}", "-".repeat(number), "=".repeat(900));
        answer(stream, "200 OK", "", &format!("{{\"a\":\"{text}\"}}"));
    });
    let target = format!("http://{}", server.address);
    let cases: Vec<_> = (0..240)
        .step_by(4)
        .map(|number| format!("{{ n: {number}, name: {}{PLAIN} }}", "n".repeat(number)))
        .collect();
    let scenario = format!(
        "name: Cut\ncases: [{}]\nsteps:\n  - request: {{ get: \"/{{{{ n }}}}\" }}\n    expect: {{ text: other, body: {{ $.a: other }} }}\n",
        cases.join(", ")
    );
    let folder = folder(&scenario);
    let plain = format!("plain={PLAIN}");
    let arguments = ["run", "a.yaml", "--target", &target, "--secret", &plain];
    let ended = tool::run(folder.path(), &[&arguments, &REPORTS[..]].concat());
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let part = &PLAIN[..6];
    for name in ["out.json", "out.ndjson", "out.xml"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        let at = text.find(part);
        assert!(at.is_none(), "half of it in {name}: {}", &text[at.unwrap() - 100..at.unwrap() + 100]);
    }
    assert!(!ended.stdout.contains(part) && !ended.stderr.contains(part));
}

#[test]
fn a_secret_name_hides_the_value_wherever_it_is_set() {
    let [own_value, cell_value, column_value, rendered_value, part_value]: [&str; 5] =
        ["Own-secret-1", "Cell-secret-2", "Column-secret-3", "Rendered-secret-4", "Part-secret-5"];
    let server = echo();
    let target = format!("http://{}", server.address);
    let steps = "steps:\n  - request: { post: /echo, json: { a: \"{{ own }} {{ cell }}\" } }\n    expect: { status: 200, text: \"{{ own }}\" }\n";
    for (scenario, secrets) in [
        (format!("name: Own\nvars: {{ own: {own_value}, cell: \"{{{{ own }}}}\" }}\n{steps}"), vec![own_value]),
        (format!("name: Own\nvars: {{ part: 4, own: \"Rendered-secret-{{{{ part }}}}\", cell: x }}\n{steps}"), vec![rendered_value]),
        (format!("name: Cells\nvars: {{ own: {own_value} }}\ncases: [{{ cell: {cell_value} }}]\n{steps}"), vec![own_value, cell_value]),
        (format!("name: Column\nvars: {{ own: {own_value} }}\ncases: rows.csv\n{steps}"), vec![own_value, column_value]),
        ("name: Captured\nvars: { own: xx }\nsteps:\n  - request: { get: /echo }\n    expect: { status: 4xx }\n    capture: { cell: { from: header x-echo } }\n  - request: { get: \"/{{ cell }}\" }\n    expect: { status: 200 }\n".to_owned(), vec![PLAIN]),
        (format!("name: Included\nvars: {{ own: x, cell: y }}\nsetup: [{{ include: _part.yaml }}]\n{steps}"), vec![part_value]),
    ] {
        let folder = folder(&scenario);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("rows.csv", &format!("cell\n{column_value}\n"));
        write("_part.yaml", &format!("name: {part_value}\nvars: {{ own: {part_value} }}\nsteps: [{{ name: {part_value}, request: {{ get: \"/{{{{ own }}}}\" }}, expect: {{ status: 200 }} }}]\n"));
        write("tollgate.yaml", "secrets: [own, cell]\n");
        let arguments = ["run", "a.yaml", "-v", "--target", &target];
        let ended = tool::run(folder.path(), &[&arguments, &REPORTS[..]].concat());
        assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        assert_clean(folder.path(), &ended, &secrets);
        assert!(ended.stdout.contains("[redacted]"), "{}", ended.stdout);
        let dry = tool::run(folder.path(), &["run", "a.yaml", "--dry-run", "--target", &target]);
        assert_eq!(dry.code, Some(0), "{}", dry.stderr);
        assert_clean(folder.path(), &dry, &secrets);
        write("a.yaml", &scenario.replace("vars: {", "vars: { wrong: \"{{ nobody }}\","));
        let wrong = tool::run(folder.path(), &["run", "a.yaml", "--target", &target]);
        assert_eq!(wrong.code, Some(2), "{}", wrong.stdout);
        assert_clean(folder.path(), &wrong, &secrets);
    }
}

#[test]
fn a_secret_that_looks_like_a_report_leaves_the_report_whole() {
    let server = Server::start(|stream, number| {
        answer(
            stream,
            "400 Bad Request",
            "",
            &format!("{{\"pin\": \"1100 pass fail step\", \"n\": {number}}}"),
        );
    });
    let target = format!("http://{}", server.address);
    let scenario = "name: A 1100 pass\nsteps:\n  - name: step 1100\n    request: { get: /1100 }\n    expect: { status: 400 }\n  - name: pass\n    request: { get: /fail }\n    expect: { text: \"1100\" }\n";
    for secret in ["1100", "pass", "fail", "error", "step", "verdict", "duration_ms", "tollgate", "true"] {
        let folder = folder(scenario);
        let secret = format!("pin={secret}");
        let arguments = ["run", "a.yaml", "--target", &target, "--secret", &secret];
        let ended = tool::run(folder.path(), &[&arguments, &REPORTS[..]].concat());
        assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let report: tollgate::model::Report = serde_json::from_str(&read("out.json")).unwrap();
        let verdicts: Vec<_> = report.scenarios[0].steps.iter().map(|step| step.verdict.as_str()).collect();
        assert_eq!((report.summary.verdict.as_str(), verdicts), ("fail", vec!["pass", "fail"]), "{secret}");
        for line in read("out.ndjson").lines() {
            serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{secret}: {error} in {line}"));
        }
        assert!(read("out.xml").contains("<testsuite "), "{secret}");
        let secret = secret.trim_start_matches("pin=");
        let scenario = &report.scenarios[0];
        let mut texts = vec![&scenario.name];
        texts.extend(scenario.steps.iter().map(|step| &step.name));
        for finding in &report.findings {
            texts.extend([
                &finding.message,
                &finding.help,
                &finding.scenario,
                &finding.step,
                &finding.pointer,
            ]);
            texts.extend([
                &finding.expected,
                &finding.actual,
                &finding.curl,
                &finding.response,
                &finding.snippet,
            ]);
        }
        assert!(!report.findings.is_empty());
        let shown = texts.iter().find(|text| text.contains(secret));
        assert!(shown.is_none(), "{secret} in {}", shown.unwrap());
    }
}

/// A server that keeps what it is sent, and what it kept so far.
fn listening() -> (String, Arc<Mutex<String>>) {
    let heard = Arc::new(Mutex::new(String::new()));
    let own = Arc::clone(&heard);
    let server = Server::reading(move |stream, _, request| {
        own.lock().unwrap().push_str(&request.to_ascii_lowercase());
        answer(stream, "200 OK", "", "{}");
    });
    (format!("http://{}", server.address), heard)
}

#[test]
fn the_files_credentials_go_to_the_target_only() {
    let ((target, at_target), (other, at_other)) = (listening(), listening());
    let scenario = format!(
        "name: Two origins\ndefaults: {{ headers: {{ authorization: Bearer for-target, X-Api-Key: for-target, x-plain: for-all }} }}\nsteps:\n\
         \u{20} - request: {{ get: /a }}\n  - request: {{ get: \"{target}/b\" }}\n\
         \u{20} - request: {{ get: \"{other}/c\", headers: {{ cookie: a=for-other }} }}\n"
    );
    let folder = folder(&scenario);
    let ended = tool::run(folder.path(), &["run", "a.yaml", "--target", &target]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(at_target.lock().unwrap().matches("for-target").count(), 4);
    let at_other = at_other.lock().unwrap();
    assert!(!at_other.contains("for-target"), "{at_other}");
    assert!(at_other.contains("x-plain: for-all") && at_other.contains("a=for-other"), "{at_other}");
}

#[test]
fn a_value_in_a_path_does_not_lead_to_another_host() {
    let ((target, at_target), (other, at_other)) = (listening(), listening());
    let host = other.trim_start_matches("http://");
    let ended = |path: &str, value: &str| {
        let value = serde_json::to_string(value).unwrap();
        let folder = folder(&format!(
            "name: Path\nvars: {{ id: {value} }}\nsteps:\n  - request: {{ get: \"{path}\" }}\n    expect: {{ status: 200 }}\n"
        ));
        tool::run(folder.path(), &["run", "a.yaml", "--target", &target])
    };
    for (path, value) in [
        ("{{ id }}", format!("@{host}/x")),
        ("{{ id }}", ":1/x".to_owned()),
        ("{{ id }}", ".example.test/x".to_owned()),
        ("{{ id }}/x", other.clone()),
        ("{{ id }}", "leads".to_owned()),
    ] {
        let ended = ended(path, &value);
        assert_eq!(ended.code, Some(3), "{path} {value}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("does not start with `/`"), "{}", ended.stdout);
    }
    assert!(at_target.lock().unwrap().is_empty() && at_other.lock().unwrap().is_empty());
    for (path, value) in [
        ("{{ id }}", "/x"),
        ("{{ id }}", "?a=b"),
        ("{{ id }}", &*other),
        ("/x/{{ id }}", "@y"),
        ("{{ id }}", ""),
    ] {
        let ended = ended(path, value);
        assert_eq!(ended.code, Some(0), "{path} {value}: {}{}", ended.stdout, ended.stderr);
    }
    assert_eq!(at_other.lock().unwrap().matches("host: ").count(), 1);
    assert_eq!(at_target.lock().unwrap().matches("host: ").count(), 4);
}
