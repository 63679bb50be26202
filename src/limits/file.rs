//! The log as a file: one JSON object a line, what repeats written once. `docs/limit-log.md` describes it.

mod lines;

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use super::log::{Head, Log, Probe, Record, Rejection};
use crate::model::{Diagnostic, Source, Span};
use lines::{BodyPart, DeclaredPart, HeadLine, HeaderLine, HttpPart, OtherLine, RecordLine, Text};

/// What the first line calls the format.
pub const FORMAT: &str = "tollgate-limit-log";
/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;
/// Bytes of a body that are kept.
pub const MAX_BODY: usize = 64 << 10;
/// Records that are read at most.
const MAX_RECORDS: usize = 1_000_000;
/// Bytes of header lines and bodies at most, repeated ones counted each time: a small file may refer to much.
const MAX_EXPANDED: usize = 512 << 20;

/// A log that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The log, as far as the file goes.
    pub log: Log,
    /// What is missing, if the file has no last line; lower case, no full stop.
    pub cut: Option<String>,
}

/// Writes a log line by line; each method returns a line with its newline, so that a log can be written while it grows.
#[derive(Debug, Default)]
pub struct Writer {
    texts: HashMap<String, usize>,
    headers: HashMap<(String, String), usize>,
    bodies: HashMap<Vec<u8>, usize>,
    seq: u64,
    due: i64,
    records: usize,
}

impl Writer {
    /// The first line.
    pub fn head(head: &Head) -> String {
        line(&HeadLine {
            format: FORMAT.to_owned(),
            version: VERSION,
            target: head.target.clone(),
            request: head.request.clone(),
            contract: head.contract.clone(),
            seed: head.seed,
            started_unix_ms: head.started_unix_ms,
            keys: head.keys.clone(),
            declared: DeclaredPart::from(&head.declared),
            found_limit: head.found_limit,
            found_window: head.found_window.and_then(|window| u64::try_from(window.as_nanos()).ok()),
            http: HttpPart::of(head.protocol),
            other_http: head.other.as_ref().map(Into::into),
            armed: head.armed.clone(),
        })
    }

    /// One record. Bodies are cut at [`MAX_BODY`].
    pub fn record(&mut self, record: &Record) -> String {
        let times = [record.due, record.sent, record.head, record.end].map(nanos);
        let known = &mut self.texts;
        let mut text = |text: &str| (!text.is_empty()).then(|| intern_text(known, text));
        let body = &record.body[..record.body.len().min(MAX_BODY)];
        let step = i128::from(record.seq) - i128::from(self.seq) - 1;
        let line = line(&RecordLine {
            p: record.probe.name().to_owned(),
            n: i64::try_from(step).unwrap_or_default(),
            r: record.round.into(),
            f: record.phase.into(),
            k: record.key,
            c: record.connection.into(),
            v: HttpPart::of(record.protocol),
            m: text(&record.method),
            t: text(&record.target),
            w: text(&record.note),
            d: [
                times[0].wrapping_sub(self.due),
                times[1].wrapping_sub(times[0]),
                times[2].wrapping_sub(times[1]),
                times[3].wrapping_sub(times[2]),
            ],
            s: record.status.into(),
            h: record.headers.iter().map(|line| self.header(line)).collect(),
            b: (!body.is_empty()).then(|| self.body(body)),
            l: (record.body_length != body.len() as u64).then_some(record.body_length),
            found: record.found.clone(),
            error: record.error.clone(),
            rejection: record.rejection.map(|rejection| rejection.name().to_owned()),
        });
        self.seq = record.seq;
        self.due = times[0];
        self.records += 1;
        line
    }

    /// A probe that was left out or cut short.
    pub fn undone(probe: Probe, why: &str) -> String {
        let (undone, why) = (Some(probe.name().to_owned()), Some(why.to_owned()));
        line(&OtherLine { undone, why, ..OtherLine::default() })
    }

    /// Arrivals of a probe that were skipped.
    pub fn missed(probe: Probe, round: u32, count: u64) -> String {
        let missed = Some(probe.name().to_owned());
        line(&OtherLine { missed, round: Some(round), count: Some(count), ..OtherLine::default() })
    }

    /// Why the probing ended before its end.
    pub fn cut(why: &str) -> String {
        line(&OtherLine { cut: Some(why.to_owned()), ..OtherLine::default() })
    }

    /// The last line.
    pub fn end(&self) -> String {
        line(&OtherLine { records: Some(self.records), ..OtherLine::default() })
    }

    fn header(&mut self, line: &(String, String)) -> HeaderLine {
        if let Some(place) = self.headers.get(line) {
            return HeaderLine::Known(*place);
        }
        self.headers.insert(line.clone(), self.headers.len());
        HeaderLine::New(line.0.clone(), line.1.clone())
    }

    fn body(&mut self, body: &[u8]) -> BodyPart {
        if let Some(place) = self.bodies.get(body) {
            return BodyPart::Known(*place);
        }
        self.bodies.insert(body.to_vec(), self.bodies.len());
        match std::str::from_utf8(body) {
            Ok(text) => BodyPart::Text(text.to_owned()),
            Err(_) => BodyPart::Bytes { base64: BASE64.encode(body) },
        }
    }
}

fn intern_text(known: &mut HashMap<String, usize>, text: &str) -> Text {
    if let Some(place) = known.get(text) {
        return Text::Known(*place);
    }
    known.insert(text.to_owned(), known.len());
    Text::New(text.to_owned())
}

fn line(value: &impl Serialize) -> String {
    // Made of texts, numbers and lists; there is nothing in it that JSON cannot hold.
    serde_json::to_string(value).map(|text| text + "\n").unwrap_or_default()
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// The whole file.
pub fn write(log: &Log) -> String {
    let mut writer = Writer::default();
    let mut text = Writer::head(&log.head);
    text.extend(log.records.iter().map(|record| writer.record(record)));
    text.extend(log.undone.iter().map(|(probe, why)| Writer::undone(*probe, why)));
    text.extend(log.missed.iter().map(|(probe, round, count)| Writer::missed(*probe, *round, *count)));
    text.extend(log.cut.iter().map(|why| Writer::cut(why)));
    text + &writer.end()
}

/// Reads a file. One that was cut off is read as far as it goes; unknown members and lines are passed over.
///
/// # Errors
/// It is no log, has another version, or a line is wrong: the place, and what to do.
pub fn read(source: &Source) -> Result<Loaded, Box<Diagnostic>> {
    let mut reader = Reader::default();
    let mut lines = Lines { text: &source.text, at: 0 };
    let (place, first, _) = lines.next().unwrap_or((Span::default(), "", true));
    let head = head(source, place, first)?;
    let mut log = Log { head, ..Log::default() };
    let mut cut = Some(String::new());
    for (place, text, whole) in lines {
        if text.trim().is_empty() {
            continue;
        }
        match reader.line(text, &mut log) {
            Ok(Line::Last) => {
                cut = None;
                break;
            }
            Ok(Line::More) => {}
            // The end of a file that was cut off may be half a line.
            Err(_) if !whole => break,
            Err(why) => {
                let label = why.clone();
                let mistake = Diagnostic::new(source, place, format!("the log is damaged: {why}"), label);
                return Err(Box::new(mistake.with_help(
                    "record it anew; to judge what came before, delete this line and all below it",
                )));
            }
        }
    }
    let cut = cut.map(|_| format!("the log ends after record {} without its last line", log.records.len()));
    Ok(Loaded { log, cut })
}

/// The lines of a text with their places, and whether they end in a newline.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = (Span, &'t str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (line, whole) = match rest.find('\n') {
            Some(end) => (&rest[..end], true),
            None => (rest, false),
        };
        let start = self.at;
        self.at += line.len() + 1;
        // The caret shows where, not how long the line is.
        Some((Span::new(start, start + line.len().min(1)), line, whole))
    }
}

fn head(source: &Source, place: Span, text: &str) -> Result<Head, Box<Diagnostic>> {
    let wrong = |title: String, help: &str| {
        Box::new(Diagnostic::new(source, place, title, "the first line").with_help(help.to_owned()))
    };
    let any: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if any.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
        let how = "name a file that `tollgate limits --record` wrote";
        return Err(wrong(
            format!("this is no log of a rate limit probe: its first line has no \"format\": \"{FORMAT}\""),
            how,
        ));
    }
    let version = any.get("version").and_then(serde_json::Value::as_u64).unwrap_or_default();
    if version != u64::from(VERSION) {
        let how = "judge it with the tollgate that recorded it, or record it anew";
        return Err(wrong(
            format!("the log has version {version}; this tollgate reads version {VERSION}"),
            how,
        ));
    }
    let line: HeadLine = serde_json::from_value(any)
        .map_err(|error| wrong(format!("the head of the log is damaged: {error}"), "record it anew"))?;
    Ok(Head {
        target: line.target,
        request: line.request,
        contract: line.contract,
        seed: line.seed,
        started_unix_ms: line.started_unix_ms,
        keys: line.keys,
        declared: line.declared.into(),
        found_limit: line.found_limit,
        found_window: line.found_window.map(Duration::from_nanos),
        protocol: HttpPart::read(line.http),
        other: line.other_http.map(Into::into),
        armed: line.armed,
    })
}

enum Line {
    More,
    Last,
}

#[derive(Default)]
struct Reader {
    texts: Vec<String>,
    headers: Vec<(String, String)>,
    bodies: Vec<Vec<u8>>,
    seq: u64,
    due: i64,
    expanded: usize,
}

impl Reader {
    fn line(&mut self, text: &str, log: &mut Log) -> Result<Line, String> {
        let any: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|error| format!("{error}"))?;
        if any.contains_key("p") {
            if log.records.len() >= MAX_RECORDS {
                return Err(format!("more than {MAX_RECORDS} records"));
            }
            let line: RecordLine = serde_json::from_str(text).map_err(|error| format!("{error}"))?;
            log.records.push(self.record(line)?);
            return Ok(Line::More);
        }
        let line: OtherLine = serde_json::from_str(text).map_err(|error| format!("{error}"))?;
        if let Some(name) = line.undone {
            let probe = Probe::named(&name).ok_or_else(|| format!("there is no probe `{name}`"))?;
            log.undone.push((probe, line.why.unwrap_or_default()));
        }
        if let Some(name) = line.missed {
            let probe = Probe::named(&name).ok_or_else(|| format!("there is no probe `{name}`"))?;
            log.missed.push((probe, line.round.unwrap_or_default(), line.count.unwrap_or_default()));
        }
        if line.cut.is_some() {
            log.cut = line.cut;
        }
        match line.records {
            Some(records) if records != log.records.len() => {
                Err(format!("the last line counts {records} records, and there are {}", log.records.len()))
            }
            Some(_) => Ok(Line::Last),
            None => Ok(Line::More),
        }
    }

    fn record(&mut self, line: RecordLine) -> Result<Record, String> {
        let probe = Probe::named(&line.p).ok_or_else(|| format!("there is no probe `{}`", line.p))?;
        let whole =
            |number: i64, what: &str| u32::try_from(number).map_err(|_| format!("{number} is no {what}"));
        let seq = self.seq.checked_add(1).and_then(|next| next.checked_add_signed(line.n));
        let mut times = [Duration::ZERO; 4];
        let mut now = self.due;
        for (time, step) in times.iter_mut().zip(line.d) {
            let next = now.checked_add(step).and_then(|at| u64::try_from(at).ok());
            let at = next.ok_or_else(|| format!("{step} leads to a time before the start"))?;
            *time = Duration::from_nanos(at);
            now = nanos(*time);
        }
        let headers = line.h.into_iter().map(|part| self.header(part)).collect::<Result<Vec<_>, _>>()?;
        let body = line.b.map_or(Ok(Vec::new()), |part| self.body(part))?;
        self.expanded +=
            body.len() + headers.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
        if self.expanded > MAX_EXPANDED {
            return Err(format!("header lines and bodies of more than {} MiB", MAX_EXPANDED >> 20));
        }
        self.seq = seq.ok_or_else(|| format!("{} leads to no number of a request", line.n))?;
        self.due = nanos(times[0]);
        Ok(Record {
            seq: self.seq,
            probe,
            round: whole(line.r, "round")?,
            phase: u8::try_from(line.f).map_err(|_| format!("{} is no phase", line.f))?,
            key: line.k,
            connection: whole(line.c, "connection")?,
            protocol: HttpPart::read(line.v),
            method: self.text(line.m)?,
            target: self.text(line.t)?,
            note: self.text(line.w)?,
            due: times[0],
            sent: times[1],
            head: times[2],
            end: times[3],
            status: u16::try_from(line.s).map_err(|_| format!("{} is no status", line.s))?,
            headers,
            body_length: line.l.unwrap_or(body.len() as u64),
            body,
            found: line.found,
            // A frame that is not known yet refused it all the same, but nobody knows for what.
            rejection: line.rejection.as_deref().and_then(Rejection::named),
            error: line.error,
        })
    }

    fn text(&mut self, part: Option<Text>) -> Result<String, String> {
        let text = match part {
            None => String::new(),
            Some(Text::Known(place)) => known(&self.texts, place, "text")?,
            Some(Text::New(text)) => keep(&mut self.texts, text),
        };
        self.expanded += text.len();
        Ok(text)
    }

    fn header(&mut self, part: HeaderLine) -> Result<(String, String), String> {
        match part {
            HeaderLine::Known(place) => known(&self.headers, place, "header line"),
            HeaderLine::New(name, value) => Ok(keep(&mut self.headers, (name, value))),
        }
    }

    fn body(&mut self, part: BodyPart) -> Result<Vec<u8>, String> {
        let bytes = match part {
            BodyPart::Known(place) => return known(&self.bodies, place, "body"),
            BodyPart::Text(text) => text.into_bytes(),
            BodyPart::Bytes { base64 } => {
                BASE64.decode(base64).map_err(|error| format!("a body's base64: {error}"))?
            }
        };
        Ok(keep(&mut self.bodies, bytes))
    }
}

fn known<T: Clone>(all: &[T], place: usize, what: &str) -> Result<T, String> {
    all.get(place).cloned().ok_or_else(|| format!("{what} {place} was not written before"))
}

fn keep<T: Clone>(all: &mut Vec<T>, new: T) -> T {
    all.push(new.clone());
    new
}

#[cfg(test)]
mod tests;
