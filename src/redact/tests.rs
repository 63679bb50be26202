//! What is hidden, what is not, and that no spelling of a secret gets through.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::{
    Cut, Diff, DiffKind, DiffLine, DiffPart, Event, Finding, Header, Request, Response, Verdict,
};

fn knowing(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    for secret in secrets {
        redactor.add(secret).unwrap();
    }
    redactor
}

#[test]
fn a_secret_that_reaches_over_marked_words_is_hidden_in_a_diff() {
    let redactor = knowing(&["tok-en-12345"]);
    let part = |text: &str, changed| DiffPart { text: text.to_owned(), changed };
    let line = |parts| DiffLine { kind: DiffKind::Added, old: None, new: Some(1), parts };
    let whole = line(vec![part("a: ", false), part("b", true)]);
    let mut finding: Finding = serde_json::from_value(serde_json::json!({
        "rule": "", "name": "", "severity": "error", "source": "", "message": "", "help": "", "file": "", "line": 1,
        "column": 1, "scenario": "", "step": "", "pointer": "", "expected": "", "actual": "", "count": 1, "curl": ""
    }))
    .unwrap();
    let lines =
        vec![line(vec![part("key: tok-", false), part("en", true), part("-12345", false)]), whole.clone()];
    finding.diff = Some(Box::new(Diff { lines }));
    let event = Event::RunJudged { verdict: Verdict::Fail, findings: vec![finding] };
    let Event::RunJudged { findings, .. } = redactor.event(&event) else { panic!("another event") };
    let lines = findings[0].diff.as_ref().unwrap().lines.clone();
    assert_eq!(lines, [line(vec![part(&format!("key: {PLACEHOLDER}"), false)]), whole]);
}

#[test]
fn every_spelling_is_hidden() {
    let redactor = knowing(&["p@ss/wörd & \"co\"<1>"]);
    for text in [
        "p@ss/wörd & \"co\"<1>",
        "p%40ss%2Fw%C3%B6rd%20%26%20%22co%22%3C1%3E",
        "p%40ss%2fw%c3%b6rd%20%26%20%22co%22%3c1%3e",
        "p%40ss%2Fw%C3%b6rd+%26+%22co%22%3C1%3E",
        "p%40ss/w%C3%B6rd%20%26%20%22co%22%3C1%3E",
        "%70%40%73%73%2F%77%C3%B6%72%64%20%26%20%22%63%6F%22%3C%31%3E",
        r#"p@ss/wörd & \"co\"<1>"#,
        r#"p@ss\/wörd & \"co\"<1>"#,
        r#"p@ss/w\u00f6rd & \"co\"<1>"#,
        r#"p@ss/w\u00F6rd \u0026 \"co\"\u003C1\u003e"#,
        "p@ss/wörd &amp; &quot;co&quot;&lt;1&gt;",
        "p@ss/wörd &amp; &#34;co&#34;&lt;1&gt;",
        "p@ss&#x2F;wörd &amp; &quot;co&quot;&lt;1&gt;",
        "p@ss/wörd &amp; \"co\"&lt;1&gt;",
        "704073732f77c3b6726420262022636f223c313e",
        "704073732F77C3B6726420262022636F223C313E",
    ] {
        assert_eq!(redactor.text(&format!("<{text}>")), "<[redacted]>", "{text}");
    }
    for text in ["p@ss/wörd", "704073732f77c3b6", "P@ss/wörd & \"co\"<1>"] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn base64_is_hidden_at_every_alignment() {
    let redactor = knowing(&["hunter2-hunter2"]);
    for before in ["", "a", "ab", "abc", "user:"] {
        for after in ["", "x", "xy", "xyz"] {
            let whole = format!("{before}hunter2-hunter2{after}");
            for code in [BASE64_STANDARD.encode(&whole), BASE64_URL_SAFE_NO_PAD.encode(&whole)] {
                let shown = redactor.text(&code).into_owned();
                assert!(shown.contains(PLACEHOLDER), "{whole} {code} {shown}");
                assert!(shown.len() <= before.len() * 2 + after.len() * 2 + PLACEHOLDER.len() + 6, "{shown}");
            }
        }
    }
}

#[test]
fn case_counts_where_it_means_something() {
    let redactor = knowing(&["Secret"]);
    assert_eq!(redactor.text("secret SECRET"), "secret SECRET");
    assert_eq!(redactor.text("Secret-Secret"), "[redacted]-[redacted]");
}

#[test]
fn overlapping_secrets_leave_no_rest() {
    assert_eq!(knowing(&["abcd", "cdef", "abcdefgh"]).text("_abcdef_abcdefgh_"), "_[redacted]_[redacted]_");
    assert_eq!(knowing(&["aaaa"]).text("baaaaaab"), "b[redacted]b");
}

#[test]
fn short_secrets_are_refused_and_empty_ones_ignored() {
    let redactor = Redactor::new();
    for secret in ["a", "abc", "äöü"] {
        let message = redactor.add(secret).unwrap_err();
        assert!(message.contains("4 characters") && !message.contains(&format!("`{secret}`")), "{message}");
    }
    redactor.add("").unwrap();
    assert!(matches!(redactor.text("a abc äöü"), Cow::Borrowed(_)));
}

#[test]
fn clones_learn_together_and_forget_nothing() {
    let redactor = Redactor::new();
    let twin = redactor.clone();
    for n in 0..300 {
        redactor.add(&format!("secret-{n:03}")).unwrap();
        redactor.add(&format!("secret-{n:03}")).unwrap();
    }
    for n in 0..300 {
        assert_eq!(twin.text(&format!("<secret-{n:03}>")), "<[redacted]>");
    }
    assert!(twin.tiers.read().unwrap().len() < 10, "searchers are merged");
    assert_eq!(format!("{redactor:?}"), "Redactor");
}

#[test]
fn credential_headers_are_hidden_undeclared() {
    let shown = |name: &str, value: &str| Redactor::new().headers(&[Header::new(name, value)]).remove(0).1;
    for (name, value, expected) in [
        ("Authorization", "Bearer abc.def", "Bearer [redacted]"),
        ("authorization", "basic dTpw", "basic [redacted]"),
        ("authorization", "rawkey", "[redacted]"),
        ("authorization", "raw key", "[redacted]"),
        ("authorization", "Bearer", "[redacted]"),
        ("proxy-authorization", "Basic dTpw", "Basic [redacted]"),
        ("cookie", "a=b; c=d", "[redacted]"),
        ("set-cookie", "a=b; HttpOnly", "[redacted]"),
        ("x-api-key", "k", "[redacted]"),
        ("Api-Key", "k", "[redacted]"),
        ("apikey", "k", "[redacted]"),
        ("x-csrf-token", "k", "[redacted]"),
        ("x-amz-security-token", "k", "[redacted]"),
        ("authorization", "", ""),
        ("location", "/x?code=1&token=abc", "/x?code=1&token=[redacted]"),
        ("idempotency-key", "k", "k"),
        ("x-ratelimit-tokens", "5", "5"),
        ("www-authenticate", "Bearer realm=\"x\"", "Bearer realm=\"x\""),
    ] {
        assert_eq!(shown(name, value), expected, "{name}: {value}");
    }
    let lines =
        knowing(&["geheim"]).headers(&[Header::new("x-echo", "is geheim"), Header::new("geheim", "1")]);
    assert_eq!(lines[0].1, "is [redacted]");
    assert_eq!(lines[1].0, "[redacted]");
}

#[test]
fn undeclared_credentials_are_bounded_and_declared_secrets_are_not() {
    let redactor = Redactor::new();
    let known = || redactor.tiers.read().unwrap().iter().map(|tier| tier.secrets.len()).sum::<usize>();
    let cookie = |n: usize| vec![Header::new("set-cookie", &format!("sid=cookie-{n:06}; path=/"))];
    for n in 0..headers::MOST_UNDECLARED + 100 {
        redactor.add_received(&cookie(n));
        redactor.add_received(&cookie(n));
    }
    assert_eq!(known(), headers::MOST_UNDECLARED);
    assert_eq!(redactor.text("cookie-000000 cookie-000550"), "[redacted] cookie-000550");
    assert_eq!(redactor.headers(&cookie(550))[0].1, PLACEHOLDER);
    redactor.add_sent(&[Header::new("authorization", "Bearer abc-def-ghi")]);
    redactor.add("declared-secret").unwrap();
    assert_eq!(redactor.text("abc-def-ghi declared-secret"), "[redacted] [redacted]");
    redactor.add_sent(&[Header::new("x-api-key", &"k".repeat(100_000))]);
    assert_eq!(known(), headers::MOST_UNDECLARED + 2);
}

#[test]
fn basic_credentials_are_hidden_decoded_as_well() {
    for (name, pad) in [("authorization", true), ("Proxy-Authorization", false)] {
        let redactor = Redactor::new();
        let code = BASE64_STANDARD.encode("ada:open:sesame");
        let code = if pad { &code } else { code.trim_end_matches('=') };
        redactor.add_sent(&[Header::new(name, &format!("Basic {code}"))]);
        let shown = redactor.text("<ada:open:sesame> <open:sesame> <ada> <b3Blbjpz>").into_owned();
        assert_eq!(shown, "<[redacted]> <[redacted]> <ada> <b3Blbjpz>", "{name}");
        assert_eq!(redactor.text(code), PLACEHOLDER);
    }
    let redactor = Redactor::new();
    redactor.add_sent(&[Header::new(
        "authorization",
        &format!("Basic {}", BASE64_STANDARD.encode("administrator:pass")),
    )]);
    assert_eq!(redactor.text("administrator:pass did pass"), "[redacted] did pass");
}

#[test]
fn urls_lose_users_and_secret_values() {
    for (url, expected) in [
        ("http://a.test/x?page=2&limit=5", "http://a.test/x?page=2&limit=5"),
        ("http://ada:pw@a.test:80/x@y", "http://[redacted]@a.test:80/x@y"),
        ("http://ada@a.test", "http://[redacted]@a.test"),
        ("http://a.test?user@x=1", "http://a.test?user@x=1"),
        ("/x?token=a&b=c", "/x?token=[redacted]&b=c"),
        (
            "/x?Access_Token=a;API-KEY=b&apiKey=c",
            "/x?Access_Token=[redacted];API-KEY=[redacted]&apiKey=[redacted]",
        ),
        ("/x?monkey=a&keyword=b&key=c", "/x?monkey=a&keyword=b&key=[redacted]"),
        ("/x?X-Amz-Signature=a#id_token=b&c=d", "/x?X-Amz-Signature=[redacted]#id_token=[redacted]&c=d"),
        ("/x?%74oken=a=b&secret", "/x?%74oken=[redacted]&secret"),
        ("/x?password=", "/x?password="),
        ("", ""),
    ] {
        assert_eq!(Redactor::new().url(url), expected, "{url}");
    }
    assert_eq!(knowing(&["a b&c"]).url("/x/a%20b%26c?q=a+b%26c"), "/x/[redacted]?q=[redacted]");
}

fn request(method: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request {
    Request {
        method: method.into(),
        url: "http://a.test/leads?page=1".into(),
        path: "/leads?page=1".into(),
        headers: headers.iter().map(|(name, value)| Header::new(name, value)).collect(),
        body: body.into(),
        redirects: 0,
        timeout: Duration::from_secs(1),
    }
}

#[test]
fn curl_lines_repeat_the_request() {
    let redactor = knowing(&["s3cr'et"]);
    for (request, expected) in [
        (request("GET", &[], ""), "curl 'http://a.test/leads?page=1'"),
        (request("HEAD", &[], ""), "curl --head 'http://a.test/leads?page=1'"),
        (
            request("DELETE", &[("x-empty", "")], ""),
            "curl -X DELETE -H 'x-empty;' 'http://a.test/leads?page=1'",
        ),
        (
            request(
                "POST",
                &[("Content-Type", "application/json"), ("authorization", "Bearer x")],
                r#"{"a":"it's"}"#,
            ),
            r#"curl -H 'content-type: application/json' -H 'authorization: Bearer [redacted]' --data-raw '{"a":"it'\''s"}' 'http://a.test/leads?page=1'"#,
        ),
        (
            request("PUT", &[], "is s3cr'et"),
            "curl -X PUT -H 'content-type:' --data-raw 'is [redacted]' 'http://a.test/leads?page=1'",
        ),
        (
            request("POST", &[("content-type", "x")], &b"\x00\x1b\xff"[..]),
            "printf %s 'ABv/' | base64 -d | curl -H 'content-type: x' --data-binary @- 'http://a.test/leads?page=1'",
        ),
        (request("B'D", &[], ""), r"curl -X 'B'\''D' 'http://a.test/leads?page=1'"),
    ] {
        assert_eq!(redactor.curl(&request), expected);
    }
}

#[test]
fn curl_lines_are_bounded() {
    let line = Redactor::new().curl(&request("POST", &[("content-type", "x")], "é".repeat(10_000)));
    assert!(line.len() < 4300 && line.ends_with("# only 4096 of 20000 bytes of data"), "{line}");
    let line = Redactor::new().curl(&request("POST", &[], vec![0xff; 10_000]));
    assert!(line.len() < 4300, "{line}");
}

#[test]
fn half_a_secret_in_front_of_a_cut_is_hidden_too() {
    let redactor = Redactor::new();
    redactor.add("k9-pass/word").unwrap();
    for (text, clean) in [
        ("found \"x k9-pass… (900 bytes)", "found \"x [redacted]… (900 bytes)"),
        ("k9-pass/word…", "[redacted]…"),
        ("k9%2Dpass%2fwo…", "[redacted]…"),
        ("k9-… and k9-p…", "k9-… and [redacted]…"),
        ("k9-pass", "k9-pass"),
    ] {
        assert_eq!(redactor.text(text), clean);
    }
    let source = redactor.masked(&Source::new("ü.yaml", "ü: k9-pass/word # k9-pass/word"));
    assert_eq!((&*source.name, &*source.text), ("ü.yaml", "ü: ************ # ************"));
}

#[test]
fn a_place_in_a_large_file_is_masked_line_by_line() {
    let redactor = knowing(&["geheim", "multi\nline"]);
    let text = "ü: geheim\na: multi\nline geheim ü\nb: geheim\n";
    let source = Source::new("ü.yaml", text);
    let shown = |word: &str| {
        let at = text.find(word).expect("it is there");
        redactor.masked_at(&source, Span::new(at, at + 1)).text.to_string()
    };
    let line = |text: &str, number: usize| text.lines().nth(number).map(str::to_owned);
    // The newline is a part of the secret.
    assert_eq!(line(&shown("a:"), 1).as_deref(), Some("a: ********** ****** ü"));
    assert_eq!(line(&shown("line geheim"), 1).as_deref(), Some("a: ********** ****** ü"));
    assert!(shown("b:").ends_with("\nb: ******\n"), "{}", shown("b:"));
    let far = redactor.masked_at(&source, Span::new(text.len() + 9, text.len() + 10));
    assert_eq!(far.text.len(), text.len(), "a place behind the end");
}

fn response(content_type: &str, body: impl Into<Bytes>, cut: Option<Cut>) -> Response {
    Response {
        version: "HTTP/1.1",
        status: 429,
        headers: vec![Header::new("content-type", content_type), Header::new("set-cookie", "a=b")],
        body: body.into(),
        cut,
        first_byte: Duration::ZERO,
        received_at: SystemTime::UNIX_EPOCH,
        url: "http://a.test/".into(),
    }
}

#[test]
fn responses_are_shown_bounded_and_harmless() {
    let redactor = knowing(&["geheim"]);
    let head = "HTTP/1.1 429\ncontent-type: t\nset-cookie: [redacted]\n";
    for (body, cut, expected) in [
        (&b""[..], None, ""),
        (b"is geheim", None, "\nis [redacted]"),
        (b"0123456789geheim", None, "\n0123456789[redact\n<3 more bytes>"),
        (b"a\r\nb\x1b[2J\x9b", None, "\n<9 bytes of binary, t>"),
        (b"a\r\nb\x1b[2J\xc2\x9b\r", None, "\na\nb\\u{1b}[2J\\u{9b\n<6 more bytes>"),
        ("\u{202e}x".as_bytes(), None, "\n\\u{202e}x"),
        (b"\x00", None, "\n<1 bytes of binary, t>"),
        (b"abc\xc3", Some(Cut::TooLarge(4)), "\nabc\n<larger than 4 bytes, reading stopped>"),
        (b"abc", Some(Cut::Broken("geheim".into())), "\nabc\n<[redacted]>"),
        (b"", Some(Cut::TimedOut), "\n<the time ran out while the body was being read>"),
    ] {
        assert_eq!(redactor.response_text(&response("t", body, cut), 17), format!("{head}{expected}"));
    }
    let shown = redactor.response_text(&response("t\u{9b}", "x", None), 17);
    assert!(shown.contains("t\\u{9b}"), "{shown}");
}

/// The encoders of other hands: what servers and libraries make of a secret.
fn encoded(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let debug = format!("{secret:?}");
    let lower = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02x}"),
    };
    vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        json[1..json.len() - 1].replace('/', "\\/"),
        debug[1..debug.len() - 1].to_owned(),
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string(),
        secret.bytes().map(lower).collect(),
        ::url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        BASE64_STANDARD_NO_PAD.encode(secret),
        BASE64_STANDARD.encode(secret),
        BASE64_URL_SAFE.encode(secret),
        secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ]
}

proptest! {
    #[test]
    fn no_spelling_survives(secret in "\\PC{4,24}|[ -~]{4,40}|.{4,12}", before in "\\PC{0,12}", after in ".{0,12}") {
        let redactor = knowing(&[&secret]);
        for spelling in encoded(&secret) {
            let shown = redactor.text(&format!("{before}{spelling}{after}")).into_owned();
            prop_assert!(shown.contains(PLACEHOLDER), "{:?} in {:?}", spelling, shown);
            for piece in shown.split(PLACEHOLDER) {
                for other in encoded(&secret) {
                    prop_assert!(!piece.contains(&other), "{:?} in {:?}", other, shown);
                }
            }
        }
    }

    #[test]
    fn base64_of_a_larger_whole_gives_nothing_away(secret in "[ -~]{6,40}", before in "[ -~]{0,9}", after in "[ -~]{0,9}") {
        let redactor = knowing(&[&secret]);
        for code in [BASE64_STANDARD.encode(format!("{before}{secret}{after}")), BASE64_URL_SAFE.encode(format!("{before}{secret}{after}"))] {
            let shown = redactor.text(&code).into_owned();
            prop_assert!(shown.contains(PLACEHOLDER), "{:?}", shown);
            let rest: usize = shown.split(PLACEHOLDER).map(str::len).sum();
            prop_assert!(rest <= (before.len() + after.len()) * 8 / 6 + 6, "{:?}", shown);
        }
    }

    #[test]
    fn anything_can_be_shown(bytes in proptest::collection::vec(any::<u8>(), 0..64), name in "[a-z-]{1,12}", url in ".{0,40}") {
        let redactor = knowing(&["geheim"]);
        let mut request = request("POST", &[], bytes.clone());
        request.headers.push(Header { name, value: bytes.clone().into() });
        request.url.clone_from(&url);
        let line = redactor.curl(&request);
        let shown = redactor.response_text(&response("t", bytes, None), 20);
        prop_assert!(visible(&line) == line && visible(&shown) == shown);
        redactor.url(&url);
    }
}
