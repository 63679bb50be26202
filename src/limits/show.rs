//! Times, counts and request numbers in the words of evidence.

/// Nanoseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}

/// A point in time: `+1.204 s`.
pub(super) fn at(nanos: i64) -> String {
    format!("+{:.3} s", seconds(nanos))
}

/// A length of time in a fitting unit: `58.1 s`, `2.30 ms`, `180 µs`.
pub(super) fn span(nanos: i64) -> String {
    let seconds = seconds(nanos);
    match seconds.abs() {
        size if size >= 10.0 => format!("{seconds:.1} s"),
        size if size >= 0.1 => format!("{seconds:.2} s"),
        size if size >= 0.001 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.0} µs", seconds * 1e6),
    }
}

/// `1 request`, `2 requests`, `2 retries`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match noun.strip_suffix("ry") {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ries"),
        None => format!("{number} {noun}s"),
    }
}

/// `#3, #4 and 12 more`.
pub(super) fn requests(seqs: &[u64]) -> String {
    const MOST: usize = 6;
    let shown: Vec<String> = seqs.iter().take(MOST).map(|seq| format!("#{seq}")).collect();
    match seqs.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A text from the wire, cut and in quotes.
pub(super) fn text(text: &str) -> String {
    const MOST: usize = 200;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

/// A share in percent.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_that_can_be_read() {
        for (nanos, expected) in
            [(58_100_000_000, "58.1 s"), (980_000_000, "0.98 s"), (2_300_000, "2.3 ms"), (180_000, "180 µs")]
        {
            assert_eq!(span(nanos), expected);
        }
        assert_eq!(at(1_204_400_000), "+1.204 s");
        assert_eq!(requests(&[1, 2, 3, 4, 5, 6, 7, 8]), "#1, #2, #3, #4, #5, #6 and 2 more");
    }
}
