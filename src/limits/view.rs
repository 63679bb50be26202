//! The log prepared for the rules: who was admitted, what the headers say, in which order, and by which key.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, SystemTime};

use super::headers::Limits;
use super::identify::Identification;
use super::log::{Declared, Log, Probe, Protocol, Record};
use super::retry::Retry;
use crate::contract::Compiled;
use crate::rules::HttpDate;

/// What a daily quota is counted over.
const DAY: Duration = Duration::from_secs(86_400);

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Served: 2xx.
    Admitted,
    /// Refused for its rate: 429, or the status or the frame that this server has for it.
    Throttled,
    /// Answered otherwise.
    Other,
    /// Not answered: nothing is known about whether it counted.
    Unknown,
}

/// A record with what was read out of it. Times are nanoseconds since the probe began.
#[derive(Debug)]
pub(super) struct Seen<'l> {
    pub(super) record: &'l Record,
    /// Sent.
    pub(super) s: i64,
    /// The head received.
    pub(super) h: i64,
    /// The body received.
    pub(super) e: i64,
    pub(super) fate: Fate,
    pub(super) limits: Limits,
    pub(super) retry: Retry,
    pub(super) date: Option<SystemTime>,
}

impl Seen<'_> {
    pub(super) fn admitted(&self) -> bool {
        self.fate == Fate::Admitted
    }

    pub(super) fn throttled(&self) -> bool {
        self.fate == Fate::Throttled
    }

    /// Sent to a server that was started anew: its counts, and the numbers of its ids, may begin anew as well.
    pub(super) fn after_restart(&self) -> bool {
        self.record.probe == Probe::Restart && self.record.phase > 0
    }

    pub(super) fn seq(&self) -> u64 {
        self.record.seq
    }

    /// The first line of a header field.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(self.record, name)
    }

    /// When a retry is promised to be served: counted from when the answer was received.
    pub(super) fn promise(&self) -> Option<i64> {
        self.h.checked_add(self.retry.wait(self.date)?)
    }

    /// When the window ends, as told.
    pub(super) fn reset(&self) -> Option<i64> {
        self.limits.reset?.at(self.h, self.date)
    }

    /// The first `Retry-After` line, for evidence.
    pub(super) fn retry_text(&self) -> &str {
        self.header("retry-after").unwrap_or("none")
    }
}

/// The first line of a header field of a record.
pub(super) fn header<'l>(record: &'l Record, name: &str) -> Option<&'l str> {
    record.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Requests of one probe, round and key, in the order sent.
#[derive(Debug)]
pub(super) struct Group<'v, 'l> {
    pub(super) round: u32,
    pub(super) key: Option<u16>,
    pub(super) seen: Vec<&'v Seen<'l>>,
}

impl<'v, 'l> Group<'v, 'l> {
    /// Those of one phase.
    pub(super) fn phase(&self, phase: u8) -> Vec<&'v Seen<'l>> {
        self.seen.iter().copied().filter(|seen| seen.record.phase == phase).collect()
    }
}

/// Round trips, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundTrip {
    pub(super) p99: i64,
    pub(super) n: usize,
}

/// Everything a rule may look at.
#[derive(Debug)]
pub(super) struct View<'l> {
    pub(super) log: &'l Log,
    pub(super) declared: &'l Declared,
    pub(super) contract: Option<&'l Compiled>,
    /// All records in the order sent.
    pub(super) seen: Vec<Seen<'l>>,
    /// Requests in a window: as declared, or as the headers say.
    pub(super) limit: Option<u64>,
    /// The window in nanoseconds.
    pub(super) window: Option<i64>,
    /// Round trips of the warm-up, or of all answers without one.
    pub(super) round_trip: Option<RoundTrip>,
    /// Which models explain the log.
    pub(super) models: Identification,
    /// Request ids that came more than once.
    pub(super) repeated_ids: HashSet<&'l str>,
    by_probe: HashMap<Probe, Vec<usize>>,
    by_key: BTreeMap<u16, Vec<usize>>,
}

impl<'l> View<'l> {
    /// Reads a log.
    pub(super) fn new(log: &'l Log, contract: Option<&'l Compiled>) -> Self {
        let declared = &log.head.declared;
        let mut order: Vec<&Record> = log.records.iter().collect();
        order.sort_by_key(|record| (record.sent, record.seq));
        let found = &log.head;
        let window = declared.window.or_else(|| told_window(&order)).or(found.found_window);
        let refusals = refusals(&order);
        let of_the_day = |record: &Record| {
            declared.daily.is_some() && Limits::read(&record.headers, window).limit == declared.daily
        };
        let mut seen: Vec<Seen<'l>> = order
            .into_iter()
            // An answer that tells of the day tells a reset that may be a day ahead.
            .map(|record| read(record, if of_the_day(record) { Some(DAY) } else { window }, &refusals))
            .collect();
        let mut by_probe: HashMap<Probe, Vec<usize>> = HashMap::new();
        let mut by_key: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (place, one) in seen.iter().enumerate() {
            by_probe.entry(one.record.probe).or_default().push(place);
            // What a server still knows after a restart is no part of any model.
            if let Some(key) = one.record.key.filter(|_| !one.after_restart()) {
                by_key.entry(key).or_default().push(place);
            }
        }
        let limit = declared.limit.or_else(|| told_limit(&seen)).or(found.found_limit);
        super::rejected::settle(&mut seen, limit, window.map(nanos));
        let id_header =
            contract.and_then(|one| one.contract.request_id.header.as_deref()).unwrap_or("x-request-id");
        let mut ids = HashSet::new();
        let repeated_ids = seen
            .iter()
            .filter(|one| !one.after_restart())
            .filter_map(|one| header(one.record, id_header).filter(|id| !id.is_empty()))
            .filter(|id| !ids.insert(*id))
            .collect();
        let round_trip = round_trip(&seen, &by_probe, log.head.protocol);
        let window = window.map(nanos);
        let mut view = Self {
            log,
            declared,
            contract,
            seen,
            limit,
            window,
            round_trip,
            models: Identification::default(),
            repeated_ids,
            by_probe,
            by_key,
        };
        view.models = super::identify::identify(&view);
        view
    }

    /// The requests of a probe.
    pub(super) fn of(&self, probe: Probe) -> impl Iterator<Item = &Seen<'l>> {
        self.by_probe.get(&probe).into_iter().flatten().filter_map(|place| self.seen.get(*place))
    }

    /// The requests of a probe by round and key.
    pub(super) fn rounds(&self, probe: Probe) -> Vec<Group<'_, 'l>> {
        let mut groups: BTreeMap<(u32, Option<u16>), Vec<&Seen<'l>>> = BTreeMap::new();
        for seen in self.of(probe) {
            groups.entry((seen.record.round, seen.record.key)).or_default().push(seen);
        }
        groups.into_iter().map(|((round, key), seen)| Group { round, key, seen }).collect()
    }

    /// The requests of each key, of all probes.
    pub(super) fn keys(&self) -> impl Iterator<Item = (u16, Vec<&Seen<'l>>)> {
        self.by_key
            .iter()
            .map(|(key, places)| (*key, places.iter().filter_map(|place| self.seen.get(*place)).collect()))
    }

    /// The requests of one key.
    pub(super) fn key(&self, key: Option<u16>) -> impl Iterator<Item = &Seen<'l>> {
        let places = key.and_then(|key| self.by_key.get(&key));
        places.into_iter().flatten().filter_map(|place| self.seen.get(*place))
    }

    /// All refused requests.
    pub(super) fn throttled(&self) -> impl Iterator<Item = &Seen<'l>> {
        self.seen.iter().filter(|seen| seen.throttled())
    }

    /// All answers with status 429.
    pub(super) fn answers_429(&self) -> impl Iterator<Item = &Seen<'l>> {
        self.seen.iter().filter(|seen| seen.record.status == 429 && seen.fate != Fate::Unknown)
    }

    /// The alias of a key.
    pub(super) fn alias(&self, key: Option<u16>) -> &'l str {
        key.and_then(|key| self.log.head.keys.get(usize::from(key))).map_or("no key", String::as_str)
    }

    /// Why a probe has no requests.
    pub(super) fn why_not(&self, probe: Probe) -> String {
        let why = self.log.undone.iter().find(|(undone, _)| *undone == probe).map(|(_, why)| why.as_str());
        match why {
            Some(why) if !why.is_empty() => format!("the probe `{}` was not done: {why}", probe.name()),
            _ => format!("the probe `{}` is not in the log", probe.name()),
        }
    }

    /// By how much several nodes may exceed the limit together.
    pub(super) fn nodes(&self) -> f64 {
        self.declared.nodes.filter(|factor| *factor >= 1.0).unwrap_or(1.0)
    }

    /// How far a round trip may differ from another one.
    pub(super) fn jitter(&self) -> i64 {
        self.round_trip.map_or(0, |trip| trip.p99)
    }
}

/// A time as nanoseconds.
pub(super) fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

fn read<'l>(record: &'l Record, window: Option<Duration>, refusals: &HashSet<u16>) -> Seen<'l> {
    let fate = match record.status {
        _ if record.error.is_some() => Fate::Unknown,
        0 => Fate::Unknown,
        // A gateway may answer for a target that is not up yet.
        500..600 if record.probe == Probe::Restart && record.phase > 0 => Fate::Unknown,
        200..300 => Fate::Admitted,
        status if refusals.contains(&status) => Fate::Throttled,
        _ => Fate::Other,
    };
    let (_, retry) = Retry::read(&record.headers);
    Seen {
        record,
        s: nanos(record.sent),
        h: nanos(record.head),
        e: nanos(record.end),
        fate,
        limits: Limits::read(&record.headers, window),
        retry,
        date: header(record, "date").and_then(HttpDate::read).map(|date| date.at),
    }
}

/// The statuses that mean "too many": 429, and whatever ends the sequential drains of requests that were served before.
fn refusals(order: &[&Record]) -> HashSet<u16> {
    let mut found = HashSet::from([429]);
    let mut drains: BTreeMap<(u32, Option<u16>), Vec<u16>> = BTreeMap::new();
    for record in order.iter().filter(|record| record.probe == Probe::Sequential && record.phase == 0) {
        if record.error.is_none() && record.status > 0 {
            drains.entry((record.round, record.key)).or_default().push(record.status);
        }
    }
    for statuses in drains.values() {
        let tail = statuses.iter().rev().take_while(|status| !(200..300).contains(*status));
        let tail: Vec<u16> = tail.copied().collect();
        if tail.len() >= 2 && tail.len() < statuses.len() {
            found.extend(tail);
        }
    }
    found
}

/// The limit that most answers tell.
fn told_limit(seen: &[Seen<'_>]) -> Option<u64> {
    let mut times: BTreeMap<u64, usize> = BTreeMap::new();
    for limit in seen.iter().filter_map(|one| one.limits.limit) {
        *times.entry(limit).or_default() += 1;
    }
    times.into_iter().max_by_key(|(_, times)| *times).map(|(limit, _)| limit)
}

/// The window that a policy tells.
fn told_window(order: &[&Record]) -> Option<Duration> {
    order
        .iter()
        .take(1_000)
        .find_map(|record| Limits::read(&record.headers, None).window)
        .map(Duration::from_secs)
}

fn round_trip(
    seen: &[Seen<'_>],
    by_probe: &HashMap<Probe, Vec<usize>>,
    protocol: Protocol,
) -> Option<RoundTrip> {
    let usual = |one: &Seen<'_>| one.fate != Fate::Unknown && one.record.protocol == protocol;
    let trip = |one: &Seen<'_>| (usual(one) && one.h >= one.s).then_some(one.h - one.s);
    let warm = by_probe.get(&Probe::Warmup).into_iter().flatten().filter_map(|place| trip(seen.get(*place)?));
    let mut trips: Vec<i64> = warm.collect();
    if trips.len() < 3 {
        trips = seen.iter().filter_map(trip).collect();
    }
    trips.sort_unstable();
    let p99 = percentile(&trips, 99)?;
    Some(RoundTrip { p99, n: trips.len() })
}

/// The nearest-rank percentile of sorted numbers.
pub(super) fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}
