//! A bound as text: `p99 < 200ms`, `throttled <= 10%`, `admitted per 1s between 15 and 20`.

use std::time::Duration;

use super::{Bound, Metric, Rate, Threshold, Unit};
use crate::spelling::nearest;
use crate::yaml::duration_from_text;

/// Longest text of a bound, in bytes.
const LONGEST: usize = 200;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The place in the text, in bytes.
    pub at: usize,
    /// Its length in bytes; 0 at the end of the text.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
}

/// The names of what can be bounded.
const METRICS: &[(&str, Metric)] = &[
    ("p50", Metric::Latency(50.0)),
    ("p75", Metric::Latency(75.0)),
    ("p90", Metric::Latency(90.0)),
    ("p95", Metric::Latency(95.0)),
    ("p99", Metric::Latency(99.0)),
    ("p99.9", Metric::Latency(99.9)),
    ("max", Metric::Latency(100.0)),
    ("mean", Metric::Mean),
    ("sent", Metric::Sent),
    ("admitted", Metric::Admitted),
    ("throttled", Metric::Throttled),
    ("errors", Metric::Errors),
    ("transport", Metric::Transport),
    ("contract_violations", Metric::ContractViolations),
    ("late", Metric::Late),
    ("dropped", Metric::Dropped),
    ("missed", Metric::Missed),
    ("rate", Metric::Rate),
    ("goodput", Metric::Goodput),
];

/// Words with their places.
struct Words<'a> {
    text: &'a str,
    words: Vec<(usize, &'a str)>,
    next: usize,
}

impl<'a> Words<'a> {
    /// Signs stand by themselves, with or without blanks around them.
    fn new(text: &'a str) -> Self {
        let is_sign = |c: char| matches!(c, '<' | '>' | '=' | '!');
        let mut words = Vec::new();
        let mut start: Option<(usize, bool)> = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if let Some((begin, sign)) = start
                && (c.is_whitespace() || is_sign(c) != sign)
            {
                words.push((begin, &text[begin..at]));
                start = None;
            }
            if !c.is_whitespace() && start.is_none() {
                start = Some((at, is_sign(c)));
            }
        }
        Self { text, words, next: 0 }
    }

    fn take(&mut self) -> Option<(usize, &'a str)> {
        let word = self.words.get(self.next).copied();
        self.next += usize::from(word.is_some());
        word
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).map(|(_, word)| *word)
    }

    /// The next word, or what was to come.
    fn expect(&mut self, what: &str, help: &str) -> Result<(usize, &'a str), Mistake> {
        self.take().ok_or_else(|| mistake((self.text.len(), ""), format!("{what} is missing here"), help))
    }
}

fn mistake((at, word): (usize, &str), message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake { at, length: word.len(), message: message.into(), help: help.into() }
}

/// Reads a bound; it does not abort, and has no place.
///
/// # Errors
/// The first mistake.
pub fn parse(text: &str) -> Result<Threshold, Mistake> {
    const FORMS: &str =
        "write for example `p99 < 200ms`, `throttled <= 10%` or `admitted per 1s between 15 and 20`";
    if text.len() > LONGEST {
        return Err(mistake((0, ""), format!("a threshold has {LONGEST} characters at most"), FORMS));
    }
    let mut words = Words::new(text);
    let subject = words.expect("what to measure", FORMS)?;
    let metric = METRICS.iter().find(|(name, _)| *name == subject.1).map(|(_, metric)| *metric);
    let metric = metric.ok_or_else(|| {
        let names = METRICS.iter().map(|(name, _)| *name);
        let help = match nearest(subject.1, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
        };
        mistake(subject, format!("`{}` is nothing that is measured", subject.1), help)
    })?;
    let window = window(&mut words, subject, metric)?;
    let operator = words.expect("a comparison", "write <, <=, >, >=, ==, != or `between A and B`")?;
    let (bound, unit) = match operator.1 {
        "between" => {
            let (least, unit) = value(words.expect("a value", FORMS)?, metric)?;
            let and = words.expect("`and`", "write `between A and B`")?;
            if and.1 != "and" {
                return Err(mistake(and, "`and` was to come here", "write `between A and B`"));
            }
            let word = words.expect("a value", FORMS)?;
            let (most, other) = value(word, metric)?;
            if other != unit {
                return Err(mistake(word, "the two values have different units", "give both the same unit"));
            }
            if most < least {
                return Err(mistake(
                    word,
                    "the second value is less than the first",
                    "write the lesser one first",
                ));
            }
            (Bound::Between(least, most), unit)
        }
        sign => {
            let make: fn(f64) -> Bound = match sign {
                "<" => Bound::Below,
                "<=" => Bound::AtMost,
                ">" => Bound::Above,
                ">=" => Bound::AtLeast,
                "==" => Bound::Equal,
                "!=" => Bound::NotEqual,
                _ => {
                    let help = "write <, <=, >, >=, ==, != or `between A and B`";
                    return Err(mistake(operator, format!("`{sign}` is no comparison"), help));
                }
            };
            let (value, unit) = value(words.expect("a value", FORMS)?, metric)?;
            (make(value), unit)
        }
    };
    if let Some(more) = words.take() {
        return Err(mistake(more, "nothing more was to come", FORMS));
    }
    Ok(Threshold {
        text: text.to_owned(),
        metric,
        unit,
        window,
        bound,
        abort: false,
        place: Default::default(),
    })
}

/// `per 1s`, if it comes next.
fn window(
    words: &mut Words<'_>,
    subject: (usize, &str),
    metric: Metric,
) -> Result<Option<Duration>, Mistake> {
    if words.peek() != Some("per") {
        return Ok(None);
    }
    words.take();
    let help = "write a window of whole milliseconds: `per 1s`, `per 60s`";
    let word = words.expect("the length of a window", help)?;
    let window = duration_from_text(word.1)
        .filter(|window| window.as_millis() > 0 && window.subsec_nanos() % 1_000_000 == 0)
        .ok_or_else(|| mistake(word, format!("`{}` is no length of a window", word.1), help))?;
    if !matches!(metric, Metric::Sent | Metric::Admitted | Metric::Throttled | Metric::Errors) {
        let help = "in windows, sent, admitted, throttled and errors are counted";
        return Err(mistake(subject, format!("`{}` is measured over the whole run only", subject.1), help));
    }
    Ok(Some(window))
}

/// A value in the unit of the metric.
fn value(word: (usize, &str), metric: Metric) -> Result<(f64, Unit), Mistake> {
    let text = word.1;
    let number = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        text.parse::<f64>().ok().filter(|_| plain && text.starts_with(|c: char| c.is_ascii_digit()))
    };
    match metric {
        Metric::Latency(_) | Metric::Mean => {
            let micros = text.strip_suffix("us").or_else(|| text.strip_suffix("µs")).and_then(number);
            let time = || duration_from_text(text).map(|time| time.as_secs_f64() * 1e6);
            let value = micros.or_else(time).map(|value| (value, Unit::Micros));
            value.ok_or_else(|| mistake(word, format!("`{text}` is no time"), "write 200ms, 1.5s or 800us"))
        }
        Metric::Rate | Metric::Goodput => {
            let rate = text.parse::<Rate>().map(|rate| (rate.per_second(), Unit::PerSecond));
            rate.map_err(|_| mistake(word, format!("`{text}` is no rate"), "write 1900/s or 60/60s"))
        }
        _ => {
            let percent = text.strip_suffix('%').and_then(number).map(|value| (value, Unit::Percent));
            let value = percent.or_else(|| number(text).map(|value| (value, Unit::Count)));
            value.ok_or_else(|| {
                mistake(word, format!("`{text}` is neither a number nor a share"), "write 0, 20 or 10%")
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_with_their_units() {
        for (text, metric, unit, window, bound) in [
            ("p99 < 200ms", Metric::Latency(99.0), Unit::Micros, None, Bound::Below(200_000.0)),
            ("p99.9<=1.5s", Metric::Latency(99.9), Unit::Micros, None, Bound::AtMost(1_500_000.0)),
            ("max < 800us", Metric::Latency(100.0), Unit::Micros, None, Bound::Below(800.0)),
            ("throttled <= 10%", Metric::Throttled, Unit::Percent, None, Bound::AtMost(10.0)),
            ("contract_violations == 0", Metric::ContractViolations, Unit::Count, None, Bound::Equal(0.0)),
            (
                "admitted per 1s between 15 and 20",
                Metric::Admitted,
                Unit::Count,
                Some(1),
                Bound::Between(15.0, 20.0),
            ),
            ("errors < 1%", Metric::Errors, Unit::Percent, None, Bound::Below(1.0)),
            ("rate >= 1900/s", Metric::Rate, Unit::PerSecond, None, Bound::AtLeast(1_900.0)),
            ("sent per 60s > 5", Metric::Sent, Unit::Count, Some(60), Bound::Above(5.0)),
            ("missed != 3", Metric::Missed, Unit::Count, None, Bound::NotEqual(3.0)),
        ] {
            let read = parse(text).unwrap();
            let expected = (metric, unit, window.map(Duration::from_secs), bound);
            assert_eq!((read.metric, read.unit, read.window, read.bound), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        for (text, at, length, message) in [
            ("", 0, 0, "what to measure is missing here"),
            ("p98 < 1s", 0, 3, "`p98` is nothing that is measured"),
            ("p99", 3, 0, "a comparison is missing here"),
            ("p99 =< 1s", 4, 2, "`=<` is no comparison"),
            ("p99 < 1", 6, 1, "`1` is no time"),
            ("p99 <", 5, 0, "a value is missing here"),
            ("throttled < 10ms", 12, 4, "`10ms` is neither a number nor a share"),
            ("rate > 5", 7, 1, "`5` is no rate"),
            ("p99 per 1s < 5ms", 0, 3, "`p99` is measured over the whole run only"),
            ("admitted per x < 5", 13, 1, "`x` is no length of a window"),
            ("admitted between 20 and 15", 24, 2, "the second value is less than the first"),
            ("admitted between 1 or 2", 19, 2, "`and` was to come here"),
            ("admitted between 1 and 2%", 23, 2, "the two values have different units"),
            ("p99 < 1s please", 9, 6, "nothing more was to come"),
        ] {
            let mistake = parse(text).unwrap_err();
            assert_eq!((mistake.at, mistake.length, &*mistake.message), (at, length, message), "{text}");
            assert!(!mistake.help.is_empty());
        }
        assert_eq!(parse("thorttled < 1").unwrap_err().help, "did you mean `throttled`?");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(p99|rate|sent)? ?(per)? ?\\PC{0,20}[<>=!]{0,3}\\PC{0,20}") {
            if let Err(mistake) = parse(&text) {
                proptest::prop_assert!(text.get(mistake.at..mistake.at + mistake.length).is_some());
            }
        }
    }
}
