//! Numbers, times and lists in words.

/// `1 step`, `2 steps`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A time given in milliseconds: `812 ms`, `12.3 s`, `2 min 5 s`.
pub(super) fn time(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{ms} ms"),
        10_000..120_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// The items with commas between them, broken into lines of at most `width` characters where they allow it.
pub(super) fn wrap(items: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        let wide = item.chars().count() + comma.len();
        match lines.last_mut() {
            Some(line) if length + 1 + wide <= width => {
                line.push(' ');
                line.push_str(item);
                line.push_str(comma);
                length += 1 + wide;
            }
            _ => {
                lines.push(format!("{item}{comma}"));
                length = wide;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_a_readable_unit() {
        let cases = [(0, "0 ms"), (9_999, "9999 ms"), (12_345, "12.3 s"), (125_000, "2 min 5 s")];
        for (ms, expected) in cases {
            assert_eq!(time(ms), expected);
        }
    }

    #[test]
    fn lists_break_at_the_width_and_overlong_items_stand_alone() {
        let items: Vec<String> = ["AAAA", "BBBB", "CCCCCCCCCCCCCCC", "D"].map(str::to_owned).into();
        assert_eq!(wrap(&items, 11), ["AAAA, BBBB,", "CCCCCCCCCCCCCCC,", "D"]);
        assert!(wrap(&[], 10).is_empty());
    }
}
