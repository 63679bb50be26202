//! The file holds the log exactly, and says where it does not.

use proptest::prelude::*;

use super::super::armed::Armed;
use super::super::log::{Declared, Other, Protocol, Scope, Semantics};
use super::*;

fn time() -> impl Strategy<Value = Duration> {
    (0..1_u64 << 50).prop_map(Duration::from_nanos)
}

fn record() -> impl Strategy<Value = Record> {
    let place = (0..Probe::ALL.len(), any::<u32>(), any::<u8>(), any::<Option<u16>>(), any::<u32>());
    let texts = ("[A-Z]{0,3}", "[/a-z]{0,4}", ".{0,3}");
    let answer = (
        any::<u16>(),
        prop::collection::vec(("[a-z]{1,3}", ".{0,3}"), 0..4),
        prop_oneof![prop::collection::vec(any::<u8>(), 0..6), Just(Vec::new())],
        any::<u64>(),
        prop::collection::vec(".{0,3}", 0..3),
        any::<Option<String>>(),
    );
    (0..u64::MAX >> 2, place, texts, (time(), time(), time(), time()), answer).prop_map(
        |(seq, place, texts, times, answer)| Record {
            seq,
            probe: Probe::ALL[place.0].0,
            round: place.1,
            phase: place.2,
            key: place.3,
            connection: place.4,
            method: texts.0,
            target: texts.1,
            note: texts.2,
            due: times.0,
            sent: times.1,
            head: times.2,
            end: times.3,
            status: answer.0,
            headers: answer.1,
            body: answer.2,
            body_length: answer.3,
            found: answer.4,
            protocol: if answer.0 % 2 == 0 { Protocol::Http1 } else { Protocol::Http2 },
            rejection: Rejection::ALL.get(usize::from(answer.0 % 5)).map(|(rejection, _)| *rejection),
            error: answer.5,
        },
    )
}

fn declared() -> impl Strategy<Value = Declared> {
    let semantics = prop_oneof![
        Just(Semantics::Unspecified),
        Just(Semantics::FixedWindow),
        Just(Semantics::AnyWindow),
        any::<u64>().prop_map(|burst| Semantics::Bucket { burst }),
    ];
    let flags = (any::<Option<bool>>(), any::<bool>(), any::<bool>(), any::<bool>());
    (any::<Option<u64>>(), prop::option::of(time()), semantics, flags, prop::option::of(1.0..9.0), ".{0,5}")
        .prop_map(|(limit, window, semantics, flags, nodes, code)| Declared {
            limit,
            window,
            daily: limit.map(|limit| limit / 2),
            semantics,
            counts_rejects: flags.0,
            nodes,
            delay_seconds: flags.1,
            headers: flags.2,
            scope: if flags.3 { Scope::Key } else { Scope::Endpoint },
            window_code: code.clone(),
            daily_code: code,
            daily_reset: window,
            reset_epoch: flags.0,
        })
}

fn log() -> impl Strategy<Value = Log> {
    let undone = prop::collection::vec((0..Probe::ALL.len(), ".{0,5}"), 0..3);
    let head = (".{0,5}", any::<u64>(), prop::collection::vec("[a-z]{1,3}", 0..3), declared());
    (head, prop::collection::vec(record(), 0..12), undone).prop_map(|(head, records, undone)| Log {
        cut: (records.len() % 2 == 1).then(|| "it broke off".to_owned()),
        head: Head {
            target: head.0.clone(),
            request: head.0.clone(),
            contract: head.0,
            seed: head.1,
            started_unix_ms: head.1,
            keys: head.2,
            found_limit: head.3.limit,
            found_window: head.3.window,
            protocol: if head.1 % 2 == 0 { Protocol::Http1 } else { Protocol::Http2 },
            other: [None, Some(Other::Spoken), Some(Other::Not("no".to_owned()))][(head.1 % 3) as usize]
                .clone(),
            armed: (head.1 % 5 == 0).then(|| Armed { key: 3, date_offset_ms: Some(-7), ..Armed::default() }),
            declared: head.3,
        },
        missed: undone.iter().map(|(place, why)| (Probe::ALL[*place].0, 90, why.len() as u64)).collect(),
        records,
        undone: undone.into_iter().map(|(place, why)| (Probe::ALL[place].0, why)).collect(),
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(log in log()) {
        let source = Source::new("a.log", &write(&log));
        prop_assert_eq!(read(&source).map_err(|mistake| mistake.title), Ok(Loaded { log, cut: None }));
    }

    #[test]
    fn a_file_cut_off_anywhere_is_read_as_far_as_it_goes(log in log(), share in 0.0..1.0) {
        let text = write(&log);
        let first = text.find('\n').unwrap_or_default() + 1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share")]
        let mut end = first + ((text.len() - 1 - first) as f64 * share) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let read = read(&Source::new("a.log", &text[..end])).map_err(|mistake| TestCaseError::fail(mistake.title))?;
        prop_assert!(log.records.starts_with(&read.log.records));
        prop_assert!(read.cut.is_some());
    }

    #[test]
    fn no_bytes_make_it_panic(tail in ".{0,80}") {
        let _ = read(&Source::new("a.log", &tail));
        let _ = read(&Source::new("a.log", &format!("{}{tail}", Writer::head(&Head::default()))));
    }
}

fn refused(lines: &str) -> (u32, String) {
    let text = format!("{}{lines}", Writer::head(&Head::default()));
    let mistake = read(&Source::new("a.log", &text)).expect_err("it is wrong");
    assert!(mistake.help.is_some());
    (mistake.position().line, mistake.title.clone())
}

#[test]
fn mistakes_have_their_line() {
    let good = r#"{"p":"warmup","d":[0,1,1,1],"s":200}"#;
    for (lines, line, what) in [
        (format!("{good}\nnonsense\n{good}\n"), 3, "damaged"),
        (format!("{good}\n{good}\n{{\"p\":\"nosuch\",\"d\":[0,0,0,0]}}\n"), 4, "no probe `nosuch`"),
        ("{\"p\":\"warmup\",\"d\":[-5,0,0,0]}\n".to_owned(), 2, "before the start"),
        ("{\"p\":\"warmup\",\"d\":[0,0,0,0],\"h\":[3]}\n".to_owned(), 2, "header line 3"),
        ("{\"p\":\"warmup\",\"d\":[0,0,0,0],\"b\":7}\n".to_owned(), 2, "body 7"),
        ("{\"p\":\"warmup\",\"d\":[0,0,0,0],\"s\":70000}\n".to_owned(), 2, "no status"),
        (format!("{good}\n{{\"records\":5}}\n"), 3, "counts 5 records"),
    ] {
        let (found, title) = refused(&lines);
        assert!(found == line && title.contains(what), "{lines}: {found}: {title}");
    }
}

#[test]
fn other_files_and_other_versions_are_refused() {
    for (text, what) in [
        ("", "no log"),
        ("{}\n", "no log"),
        ("name: x\n", "no log"),
        ("{\"format\":\"tollgate-limit-log\",\"version\":2}\n", "version 2"),
        ("{\"format\":\"tollgate-limit-log\",\"version\":1,\"seed\":\"x\"}\n", "head of the log"),
    ] {
        let mistake = read(&Source::new("a.log", text)).expect_err("it is wrong");
        assert!(mistake.title.contains(what) && mistake.help.is_some(), "{text}: {}", mistake.title);
    }
}

#[test]
fn what_is_unknown_is_passed_over_and_what_repeats_is_written_once() {
    let head = Writer::head(&Head::default()).replacen('{', "{\"new\":[1],", 1);
    let text = format!(
        "{head}{{\"later\":true}}\n{{\"p\":\"warmup\",\"d\":[0,1,1,1],\"s\":200,\"zz\":{{}}}}\n{{\"records\":1}}\n"
    );
    let read = read(&Source::new("a.log", &text)).expect("a log");
    assert_eq!((read.log.records.len(), read.cut), (1, None));

    let record = Record {
        headers: vec![("content-type".into(), "application/json".into())],
        body: b"{\"success\":false}".to_vec(),
        target: "/v1/leads".into(),
        ..Record::default()
    };
    let log = Log { records: vec![record; 3], ..Log::default() };
    let text = write(&log);
    for once in ["application/json", "success", "/v1/leads"] {
        assert_eq!(text.matches(once).count(), 1, "{text}");
    }
}

#[test]
fn long_bodies_are_cut_and_their_length_is_kept() {
    let length = MAX_BODY + 5;
    let record = Record { body: vec![b'x'; length], body_length: length as u64, ..Record::default() };
    let log = Log { records: vec![record], ..Log::default() };
    let read = read(&Source::new("a.log", &write(&log))).expect("a log").log;
    assert_eq!((read.records[0].body.len(), read.records[0].body_length), (MAX_BODY, length as u64));
}
