//! The curl line is pasted into shells, so a shell has to read it as it is meant.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use tollgate::model::{Header, Request};
use tollgate::redact::Redactor;

/// What a shell gives to a program called `curl` on this line: its arguments, and its standard input.
fn run(line: &str) -> (Vec<String>, Vec<u8>) {
    let shell = |body: &str| {
        let script = format!("curl() {{ {body}; }}\n{line}\n");
        Command::new("sh").arg("-c").arg(script).output().unwrap().stdout
    };
    let arguments = String::from_utf8(shell("printf '%s\\001' \"$@\"")).unwrap();
    let input = if line.starts_with("printf") { shell("cat") } else { Vec::new() };
    (arguments.split_terminator('\u{1}').map(str::to_owned).collect(), input)
}

fn line(body: impl Into<Bytes>, value: &str) -> String {
    let request = Request {
        method: "POST".into(),
        url: "http://a.test/it's?q=$HOME&x=`id`".into(),
        path: String::new(),
        headers: vec![Header::new("x-odd", value)],
        body: body.into(),
        redirects: 2,
        timeout: Duration::from_secs(1),
    };
    Redactor::new().curl(&request)
}

#[test]
fn every_argument_arrives_as_it_is() {
    for text in
        ["plain", "it's", "''", "$(id) `id` ${HOME} \\n \\", "a\nb\tc", "!! # ; | & > <", "ä \u{1f600}", "-"]
    {
        let value = text.replace('\n', " ");
        let (arguments, _) = run(&line(text.to_owned(), &value));
        let header = format!("x-odd: {value}");
        let expected = [
            "--location",
            "--max-redirs",
            "2",
            "-H",
            &header,
            "-H",
            "content-type:",
            "--data-raw",
            text,
            "http://a.test/it's?q=$HOME&x=`id`",
        ];
        assert_eq!(arguments, expected, "{text:?}");
    }
}

#[test]
fn binary_data_arrives_byte_for_byte() {
    let all: Vec<u8> = (0..=255).collect();
    let (arguments, input) = run(&line(all.clone(), "v"));
    assert_eq!(input, all);
    assert!(arguments.windows(2).any(|pair| pair == ["--data-binary", "@-"]), "{arguments:?}");
}
