//! Wall-clock times as both APIs print them.

use std::time::SystemTime;

use time::OffsetDateTime;

/// RFC 3339 in UTC with milliseconds, as the flat document prints it: `2024-01-16T10:30:00.000Z`.
pub(super) fn rfc3339(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn prints_utc_with_three_digits() {
        assert_eq!(rfc3339(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00.000Z");
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_705_401_000_007);
        assert_eq!(rfc3339(at), "2024-01-16T10:30:00.007Z");
    }
}
