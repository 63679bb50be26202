//! Numbers, times and shares as the page writes them.

/// A space that does not break and is narrow: it groups digits.
const THIN: char = '\u{202f}';

/// `1 234 567`, in groups of three; four digits stay together.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * THIN.len_utf8());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// A number beside an axis: `0.5`, `250`, `1.5k`, `2M`.
pub(super) fn short(number: f64) -> String {
    let (value, unit) = match number {
        n if n >= 1e15 => return format!("{n:.0e}"),
        n if n >= 1e12 => (n / 1e12, "T"),
        n if n >= 1e9 => (n / 1e9, "G"),
        n if n >= 1e6 => (n / 1e6, "M"),
        n if n >= 1e4 => (n / 1e3, "k"),
        n => (n, ""),
    };
    format!("{}{unit}", trimmed(value))
}

/// At most three significant digits behind the point, none that say nothing.
fn trimmed(value: f64) -> String {
    let text = match value.abs() {
        0.0 => return "0".to_owned(),
        n if n < 0.01 => return format!("{value:.0e}"),
        n if n < 1.0 => format!("{value:.2}"),
        n if n < 100.0 => format!("{value:.1}"),
        _ => return format!("{value:.0}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A rate, without its unit: `103.3`, `2000`.
pub(super) fn rate(number: f64) -> String {
    match number {
        n if !n.is_finite() => "–".to_owned(),
        n if n >= 1e4 => count(n.round() as u64),
        n if n >= 1e3 => format!("{n:.0}"),
        n => format!("{n:.1}").trim_end_matches(".0").to_owned(),
    }
}

/// A time of microseconds: `950 µs`, `1.2 ms`, `31 ms`, `2.05 s`.
pub(super) fn micros(micros: u64) -> String {
    let value = micros as f64;
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..10_000 => format!("{:.2} ms", value / 1e3),
        10_000..100_000 => format!("{:.1} ms", value / 1e3),
        100_000..1_000_000 => format!("{:.0} ms", value / 1e3),
        1_000_000..100_000_000 => format!("{:.2} s", value / 1e6),
        _ => format!("{} s", count(micros / 1_000_000)),
    }
}

/// A time beside an axis, in microseconds: no digits that say nothing.
pub(super) fn micros_short(micros: f64) -> String {
    match micros {
        n if n >= 1e6 => format!("{} s", short(n / 1e6)),
        n if n >= 1e3 => format!("{} ms", trimmed(n / 1e3)),
        n => format!("{} µs", trimmed(n)),
    }
}

/// A time of the run: `0.5 s`, `15 s`, `1:30 min`, `2:00 h`.
pub(super) fn clock(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{} s", trimmed((seconds * 10.0).round() / 10.0));
    }
    let whole = seconds.round() as u64;
    match whole {
        0..3_600 => format!("{}:{:02} min", whole / 60, whole % 60),
        _ => format!("{}:{:02} h", whole / 3_600, whole % 3_600 / 60),
    }
}

/// `47.1 %`; what is there but rounds to nothing is `< 0.1 %`.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    percent(part as f64 / whole as f64)
}

/// The same of a share that is known.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        n if !n.is_finite() => "–".to_owned(),
        0.0 => "0 %".to_owned(),
        n if n < 0.1 => "< 0.1 %".to_owned(),
        n if n > 99.9 && n < 100.0 => "> 99.9 %".to_owned(),
        n => format!("{n:.1} %"),
    }
}

/// The percentile of a share: `50`, `99`, `99.9`.
pub(super) fn percentile(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1_550, 12_345].map(count), ["0", "999", "1550", "12\u{202f}345"]);
        assert_eq!(count(u64::MAX).chars().filter(|c| *c == THIN).count(), 6);
    }

    #[test]
    fn numbers_beside_an_axis_are_short() {
        let cases = [0.0, 0.25, 2.5, 1_500.0, 15_000.0, 2e6, 1.8e19].map(short);
        assert_eq!(cases, ["0", "0.25", "2.5", "1500", "15k", "2M", "2e19"]);
        assert_eq!([200.0, 1_500.0, 2e6].map(micros_short), ["200 µs", "1.5 ms", "2 s"]);
    }

    #[test]
    fn times_and_shares_keep_a_readable_unit() {
        assert_eq!(
            [0, 999, 1_218, 10_479, 200_000, 2_050_000, u64::MAX].map(micros)[..6],
            ["0 µs", "999 µs", "1.22 ms", "10.5 ms", "200 ms", "2.05 s"]
        );
        assert_eq!([0.5, 15.0, 90.0, 7_200.0].map(clock), ["0.5 s", "15 s", "1:30 min", "2:00 h"]);
        assert_eq!(share(1, 0), "–");
        assert_eq!([share(0, 9), share(1, 9_999_999), share(1, 3)], ["0 %", "< 0.1 %", "33.3 %"]);
        assert_eq!(share(99_999, 100_000), "> 99.9 %");
        assert_eq!([0.0, 0.5, 0.99, 0.9999].map(percentile), ["0", "50", "99", "99.99"]);
        assert_eq!(rate(f64::NAN), "–");
    }
}
