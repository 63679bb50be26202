//! What a message or a pointer says, without what changes from answer to answer.

/// Words after which a number of three digits is a status: it tells faults apart.
const BEFORE_A_STATUS: &[&str] = &["expected", "answered", "the", "a", "or", "status", "HTTP"];

/// The text with `*` for ids, times and numbers. Statuses and words that end in one or two digits (`utf8`,
/// `address2`) stay. What is masked once stays as it is.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut last = "";
    while let Some(start) = rest.find(in_word) {
        put(&mut masked, &rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        put(&mut masked, if is_volatile(word, last) { "*" } else { word });
        rest = &rest[end..];
        last = word;
    }
    put(&mut masked, rest);
    masked
}

/// The pointer with `*` for places in lists.
pub fn mask_pointer(pointer: &str) -> String {
    let is_place = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = pointer.split('/').map(|part| if is_place(part) { "*" } else { part }).collect();
    parts.join("/")
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Adds a piece; stars with nothing but a sign of numbers and times between them become one, so that `1.5s` is
/// written like `900ms`.
fn put(masked: &mut String, piece: &str) {
    if piece == "*" {
        let before = masked.trim_end_matches(['.', ':', '+', ',']);
        if before.ends_with('*') {
            masked.truncate(before.len());
            return;
        }
    }
    masked.push_str(piece);
}

fn is_volatile(word: &str, before: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return is_random(word);
    }
    let is_status = word.len() == 3 && digits == 3 && matches!(word.as_bytes()[0], b'1'..=b'5');
    if is_status && BEFORE_A_STATUS.contains(&before) {
        return false;
    }
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = digits <= 2 && stem.len() + digits == word.len();
    !(numbered && stem.len() >= 2 && stem.chars().all(char::is_alphabetic))
}

/// Whether it looks like an id that happens to have no digit: a prefix, and letters of mixed case behind it.
fn is_random(word: &str) -> bool {
    let Some((prefix, tail)) = word.split_once('_') else { return false };
    let is_prefix = (2..=8).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase());
    let mixed = tail.bytes().any(|b| b.is_ascii_lowercase()) && tail.bytes().any(|b| b.is_ascii_uppercase());
    is_prefix && mixed && tail.len() >= 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_masked_and_what_tells_faults_apart_stays() {
        let cases = [
            ("the timestamp is 93 s from Date", "the timestamp is * s from Date"),
            (
                "the answer took 9999ms, 500ms at most were expected",
                "the answer took *, * at most were expected",
            ),
            (
                "the answer took 12.3s, 1.5s at most were expected",
                "the answer took *, * at most were expected",
            ),
            ("no lead 3f2a81c0-77b1-4c0e-9d53-0a5b6a7b8c9d", "no lead *"),
            ("`req_X94i4GRDke3lVan6` and `req_abcdefGHIJKLmnop`", "`*` and `*`"),
            ("at 2026-11-25T10:30:00.123Z for ada-81@example.com", "at * for *@example.com"),
            (
                "expected 422, the server answered 500 INTERNAL_ERROR",
                "expected 422, the server answered 500 INTERNAL_ERROR",
            ),
            ("expected 400 or 422, the server answered 200", "expected 400 or 422, the server answered 200"),
            ("the 405 lacks Allow", "the 405 lacks Allow"),
            ("the body is 512 bytes long", "the body is * bytes long"),
            ("address2 is not utf8", "address2 is not utf8"),
            ("SCREAMING_SNAKE_CASE and snake_case_word", "SCREAMING_SNAKE_CASE and snake_case_word"),
            ("ошибка 17 в поле имя", "ошибка * в поле имя"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(mask(text), expected);
            assert_eq!(mask(expected), expected, "masked twice");
        }
        assert_ne!(
            mask("expected 422, the server answered 500"),
            mask("expected 422, the server answered 404")
        );
        assert_eq!(mask_pointer("/error/details/0/field"), "/error/details/*/field");
        assert_eq!(mask_pointer(""), "");
    }

    proptest::proptest! {
        #[test]
        fn masking_twice_changes_nothing(text in "\\PC{0,60}|[a-zA-Z0-9_.:+*, -]{0,60}") {
            let once = mask(&text);
            proptest::prop_assert_eq!(mask(&once), once);
        }
    }
}
