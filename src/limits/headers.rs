//! What an answer says about the limit: `X-RateLimit-*` and the draft's three generations.

use std::time::{Duration, SystemTime};

use sfv::{BareItem, Dictionary, List, ListEntry, Parser};

/// Which family of header fields carries the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// None.
    #[default]
    Absent,
    /// `X-RateLimit-Limit` and its kin, by nobody's standard.
    X,
    /// Drafts up to 06: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`.
    DraftA,
    /// Draft 07: `RateLimit` as a dictionary.
    DraftB,
    /// Drafts from 08: `RateLimit` as a list of strings.
    DraftC,
}

impl Family {
    /// Its name in evidence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "none",
            Self::X => "X-RateLimit-*",
            Self::DraftA => "RateLimit-* (drafts to 06)",
            Self::DraftB => "RateLimit (draft 07)",
            Self::DraftC => "RateLimit (drafts from 08)",
        }
    }
}

/// When the window ends, as told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reset {
    /// Seconds from the answer.
    Seconds(f64),
    /// Milliseconds from the answer: inferred, since as seconds they would be beyond two windows.
    Millis(f64),
    /// Seconds since 1970.
    Epoch(f64),
    /// Milliseconds since 1970.
    EpochMillis(f64),
    /// Neither fits.
    Unclear(f64),
}

impl Reset {
    /// The unit of a number, by its size: an epoch is large, a delay is at most two windows.
    pub fn infer(value: f64, window: Option<Duration>) -> Self {
        let two_windows = window.map_or(f64::INFINITY, |window| 2.0 * window.as_secs_f64());
        match value {
            v if v > 1e12 => Self::EpochMillis(v),
            v if (1e9..=1e11).contains(&v) => Self::Epoch(v),
            v if v < 1e9 && v <= two_windows.max(2.0) => Self::Seconds(v),
            v if v < 1e9 && v / 1e3 <= two_windows => Self::Millis(v),
            v => Self::Unclear(v),
        }
    }

    /// The instant in nanoseconds of the generator's clock. Epochs are compared with the answer's own `Date`, never with
    /// a clock here; without one they say nothing.
    pub fn at(self, head: i64, date: Option<SystemTime>) -> Option<i64> {
        let delay = match self {
            Self::Seconds(seconds) => seconds,
            Self::Millis(millis) => millis / 1e3,
            Self::Epoch(seconds) => seconds - epoch(date?),
            Self::EpochMillis(millis) => millis / 1e3 - epoch(date?),
            Self::Unclear(_) => return None,
        };
        head.checked_add(nanos(delay)?)
    }

    /// The unit in words.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Seconds(_) => "seconds from now",
            Self::Millis(_) => "milliseconds from now (inferred)",
            Self::Epoch(_) => "seconds since 1970",
            Self::EpochMillis(_) => "milliseconds since 1970",
            Self::Unclear(_) => "a unit that fits neither",
        }
    }
}

fn epoch(at: SystemTime) -> f64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[expect(clippy::cast_possible_truncation, reason = "held within the range before")]
fn nanos(seconds: f64) -> Option<i64> {
    (seconds.abs() < 9e9).then(|| (seconds * 1e9).round() as i64)
}

/// The rate limit header fields of one answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// Which family.
    pub family: Family,
    /// Requests in a window.
    pub limit: Option<u64>,
    /// What is left, as far as it is a number; negative ones are a fault, and are kept.
    pub remaining: Option<i64>,
    /// What is left, as written.
    pub remaining_text: Option<String>,
    /// When the window ends.
    pub reset: Option<Reset>,
    /// The window in seconds, where a policy tells it.
    pub window: Option<u64>,
    /// What breaks the draft's text, each with the sentence's number there.
    pub faults: Vec<String>,
}

impl Limits {
    /// Whether there is any such field.
    pub fn present(&self) -> bool {
        self.family != Family::Absent
    }

    /// Reads the header lines of an answer. The window helps to tell units apart.
    pub fn read(headers: &[(String, String)], window: Option<Duration>) -> Self {
        let find = |names: &[&str]| {
            let line =
                headers.iter().find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
            line.map(|(_, value)| value.as_str())
        };
        let mut read = Self::default();
        let policy = find(&["ratelimit-policy"]);
        if let Some(line) = find(&["ratelimit"]) {
            read.structured(line, policy, window);
        } else {
            let x = [
                find(&["x-ratelimit-limit", "x-rate-limit-limit"]),
                find(&["x-ratelimit-remaining", "x-rate-limit-remaining"]),
                find(&["x-ratelimit-reset", "x-rate-limit-reset"]),
            ];
            let a = [find(&["ratelimit-limit"]), find(&["ratelimit-remaining"]), find(&["ratelimit-reset"])];
            if a.iter().any(Option::is_some) {
                read.family = Family::DraftA;
                read.fields(a, window);
                read.strict(a);
                if let Some(policy) = policy {
                    read.old_policy(policy);
                }
            } else if x.iter().any(Option::is_some) {
                read.family = Family::X;
                read.fields(x, window);
            }
        }
        read
    }

    fn fields(&mut self, [limit, remaining, reset]: [Option<&str>; 3], window: Option<Duration>) {
        // Old drafts put the policy behind the number: `100, 100;w=60`.
        let first = |text: &str| text.split([',', ';']).next().unwrap_or_default().trim().to_owned();
        self.limit = limit.and_then(|text| first(text).parse().ok());
        self.remaining_text = remaining.map(str::to_owned);
        self.remaining = remaining.and_then(|text| first(text).parse().ok());
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        self.reset = reset.and_then(number).map(|value| Reset::infer(value, window));
        if let Some(policy) = limit.and_then(|text| text.split_once(',')) {
            self.old_policy(policy.1);
        }
    }

    /// What drafts up to 06 say of the three fields.
    fn strict(&mut self, [limit, remaining, reset]: [Option<&str>; 3]) {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        for (name, value) in [("RateLimit-Remaining", remaining), ("RateLimit-Reset", reset)] {
            if let Some(value) = value.filter(|value| !digits(value.trim())) {
                self.faults.push(format!("D-7: {name} is not a whole number: {value:?}"));
            }
        }
        if limit.is_some() && reset.is_none() {
            self.faults.push("D-13: RateLimit-Limit without RateLimit-Reset".to_owned());
        }
        if let Some(Reset::Epoch(value) | Reset::EpochMillis(value)) = self.reset {
            self.faults.push(format!("D-7: RateLimit-Reset is a delay, and {value} is a time since 1970"));
        }
    }

    /// `10;w=1, 50;w=60`: the first window.
    fn old_policy(&mut self, text: &str) {
        let first = text.split(',').next().unwrap_or_default();
        let window = first.split(';').find_map(|part| part.trim().strip_prefix("w="));
        self.window = self.window.or_else(|| window.and_then(|window| window.trim().parse().ok()));
    }

    fn structured(&mut self, line: &str, policy: Option<&str>, window: Option<Duration>) {
        let dictionary = Parser::new(line).parse::<Dictionary>();
        let is_b = |dictionary: &Dictionary| {
            ["limit", "remaining", "reset"].iter().any(|key| dictionary.contains_key(*key))
        };
        match dictionary {
            Ok(dictionary) if is_b(&dictionary) => self.dictionary(&dictionary, policy, window),
            _ => self.list(line, policy, window),
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary, policy: Option<&str>, window: Option<Duration>) {
        self.family = Family::DraftB;
        let number = |key: &str| match dictionary.get(key) {
            Some(ListEntry::Item(item)) => integer(&item.bare_item),
            _ => None,
        };
        self.limit = number("limit").and_then(|limit| u64::try_from(limit).ok());
        self.remaining = number("remaining");
        self.remaining_text = self.remaining.map(|number| number.to_string());
        self.reset = number("reset").map(|reset| delay(reset, window));
        for key in ["limit", "remaining", "reset"] {
            if dictionary.contains_key(key) && number(key).is_none_or(|number| number < 0) {
                self.faults.push(format!("D-7: `{key}` is not a whole number from 0"));
            }
        }
        if dictionary.contains_key("limit") && !dictionary.contains_key("reset") {
            self.faults.push("D-13: `limit` without `reset`".to_owned());
        }
        if let Some(policy) = policy {
            self.old_policy(policy);
        }
    }

    fn list(&mut self, line: &str, policy: Option<&str>, window: Option<Duration>) {
        self.family = Family::DraftC;
        let quotas = policy.map(|line| self.policies(line)).unwrap_or_default();
        let list = match Parser::new(line).parse::<List>() {
            Ok(list) => list,
            Err(error) => return self.faults.push(format!("RateLimit is no structured list: {error}")),
        };
        if list.is_empty() {
            self.faults.push("RateLimit is an empty list".to_owned());
        }
        for entry in &list {
            let ListEntry::Item(item) = entry else {
                self.faults.push("RateLimit has an inner list".to_owned());
                continue;
            };
            let name = match &item.bare_item {
                BareItem::String(name) => Some(name.as_str()),
                other => {
                    self.faults.push(format!("RateLimit has an item that is not a string: {other:?}"));
                    None
                }
            };
            let left = item.params.get("r").and_then(integer);
            if left.is_none_or(|left| left < 0) {
                self.faults.push("D-7: an item without `r` as a whole number from 0".to_owned());
            }
            let until = item.params.get("t");
            if until.is_some_and(|until| integer(until).is_none_or(|until| until < 0)) {
                self.faults.push("D-7: `t` is not a whole number from 0".to_owned());
            }
            if item.params.get("pk").is_some_and(|key| !matches!(key, BareItem::ByteSequence(_))) {
                self.faults.push("D-5: `pk` is not a byte sequence".to_owned());
            }
            // Of several policies the one with the least left decides.
            if left.is_some() && self.remaining.is_none_or(|least| left.is_some_and(|left| left < least)) {
                self.remaining = left;
                self.remaining_text = left.map(|left| left.to_string());
                self.reset = until.and_then(integer).map(|until| delay(until, window));
                let quota = quotas.iter().find(|quota| Some(quota.0.as_str()) == name);
                self.limit = quota.and_then(|quota| quota.1);
                self.window = quota.and_then(|quota| quota.2);
            }
        }
    }

    /// Name, quota and window of each policy.
    fn policies(&mut self, line: &str) -> Vec<(String, Option<u64>, Option<u64>)> {
        let list = match Parser::new(line).parse::<List>() {
            Ok(list) => list,
            Err(error) => {
                self.faults.push(format!("D-1: RateLimit-Policy is no structured list: {error}"));
                return Vec::new();
            }
        };
        if list.is_empty() {
            self.faults.push("D-1: RateLimit-Policy is an empty list".to_owned());
        }
        let mut found = Vec::new();
        for entry in &list {
            let ListEntry::Item(item) = entry else {
                self.faults.push("D-1: RateLimit-Policy has an inner list".to_owned());
                continue;
            };
            let BareItem::String(name) = &item.bare_item else {
                self.faults.push("D-1: RateLimit-Policy has an item that is not a string".to_owned());
                continue;
            };
            let whole =
                |key: &str| item.params.get(key).and_then(integer).and_then(|n| u64::try_from(n).ok());
            let (quota, window) = (whole("q"), whole("w").filter(|window| *window > 0));
            if quota.is_none() {
                self.faults
                    .push(format!("D-2: policy {:?} without `q` as a whole number from 0", name.as_str()));
            }
            if item.params.contains_key("w") && window.is_none() {
                self.faults
                    .push(format!("D-3: `w` of policy {:?} is not a whole number from 1", name.as_str()));
            }
            let unit = item.params.get("qu");
            let known = ["request", "requests", "content-bytes", "concurrent-requests"];
            let is_known =
                |unit: &BareItem| matches!(unit, BareItem::String(unit) if known.contains(&unit.as_str()));
            if unit.is_some_and(|unit| !is_known(unit)) {
                self.faults.push(format!("D-4: `qu` of policy {:?} is not in the registry", name.as_str()));
            }
            found.push((name.as_str().to_owned(), quota, window));
        }
        found
    }
}

fn integer(item: &BareItem) -> Option<i64> {
    match item {
        BareItem::Integer(number) => Some(i64::from(*number)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "structured integers have 15 digits")]
fn delay(value: i64, window: Option<Duration>) -> Reset {
    match Reset::infer(value as f64, window) {
        // These generations know delays in seconds only; a long one is long.
        Reset::Millis(value) | Reset::Unclear(value) => Reset::Seconds(value),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        lines.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn read(headers: &[(&str, &str)]) -> Limits {
        Limits::read(&lines(headers), Some(Duration::from_secs(60)))
    }

    #[test]
    fn every_family_gives_the_same_numbers() {
        for (headers, family) in [
            (
                &[("X-RateLimit-Limit", "100"), ("x-ratelimit-remaining", "7"), ("X-Ratelimit-Reset", "30")]
                    [..],
                Family::X,
            ),
            (
                &[
                    ("X-Rate-Limit-Limit", "100"),
                    ("X-Rate-Limit-Remaining", "7"),
                    ("X-Rate-Limit-Reset", "30"),
                ],
                Family::X,
            ),
            (
                &[
                    ("RateLimit-Limit", "100, 100;w=60"),
                    ("RateLimit-Remaining", "7"),
                    ("RateLimit-Reset", "30"),
                ],
                Family::DraftA,
            ),
            (
                &[("RateLimit", "limit=100, remaining=7, reset=30"), ("RateLimit-Policy", "100;w=60")],
                Family::DraftB,
            ),
            (
                &[
                    ("RateLimit", "\"day\";r=900;t=3000, \"minute\";r=7;t=30"),
                    ("RateLimit-Policy", "\"day\";q=1000;w=86400, \"minute\";q=100;w=60;qu=\"requests\""),
                ],
                Family::DraftC,
            ),
        ] {
            let found = read(headers);
            assert_eq!(
                (found.family, found.limit, found.remaining),
                (family, Some(100), Some(7)),
                "{headers:?}"
            );
            assert_eq!(found.reset, Some(Reset::Seconds(30.0)), "{headers:?}");
            assert_eq!(found.window, (family != Family::X).then_some(60), "{headers:?}");
            assert!(found.faults.is_empty(), "{:?}", found.faults);
        }
        assert!(!read(&[("content-type", "text/plain")]).present());
    }

    #[test]
    fn what_breaks_the_draft_is_named() {
        for (headers, fault) in [
            (&[("RateLimit", "quota;t=1")][..], "not a string"),
            (&[("RateLimit", "\"a\";t=1")], "D-7"),
            (&[("RateLimit", "\"a\";r=1;t=-1")], "`t`"),
            (&[("RateLimit", "\"a\";r=1;pk=\"x\"")], "D-5"),
            (&[("RateLimit", "\"a\";r=")], "no structured list"),
            (&[("RateLimit", "\"a\";r=1"), ("RateLimit-Policy", "\"a\";w=60")], "D-2"),
            (&[("RateLimit", "\"a\";r=1"), ("RateLimit-Policy", "\"a\";q=1;w=0")], "D-3"),
            (&[("RateLimit", "\"a\";r=1"), ("RateLimit-Policy", "\"a\";q=1;qu=\"apples\"")], "D-4"),
            (&[("RateLimit", "\"a\";r=1"), ("RateLimit-Policy", "60")], "D-1"),
            (&[("RateLimit", "limit=10, remaining=-1, reset=2")], "remaining"),
            (&[("RateLimit", "limit=10")], "D-13"),
            (&[("RateLimit-Limit", "10"), ("RateLimit-Remaining", "1")], "D-13"),
            (&[("RateLimit-Reset", "1700000000")], "since 1970"),
        ] {
            let faults = read(headers).faults;
            assert!(faults.iter().any(|found| found.contains(fault)), "{headers:?}: {faults:?}");
        }
    }

    #[test]
    fn units_of_a_reset_go_by_size() {
        let window = Some(Duration::from_secs(60));
        for (value, unit) in [
            (59.0, "seconds from now"),
            (59_000.0, "milliseconds from now (inferred)"),
            (900_000.0, "a unit that fits neither"),
            (1.7e9, "seconds since 1970"),
            (1.7e12, "milliseconds since 1970"),
        ] {
            assert_eq!(Reset::infer(value, window).unit(), unit, "{value}");
        }
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(Reset::Epoch(1_700_000_007.0).at(5, Some(date)), Some(7_000_000_005));
        assert_eq!(Reset::Epoch(1_700_000_007.0).at(5, None), None);
    }
}
