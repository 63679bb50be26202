//! Names of snapshots, as far as they are safe as paths on every system.

/// Longest name in bytes; file systems have paths of about twice that.
const MAX_NAME: usize = 1_024;
/// Longest part of a name in bytes; file systems have 255, and the ending and a draft's name need some.
const MAX_PART: usize = 200;

/// Whether this is the name of a snapshot: parts with `/` between them, none of which is empty, begins with a dot or a
/// blank, ends with a dot or a blank, or has a character that a file system takes for something else.
pub fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= MAX_PART
            && !part.starts_with(['.', ' '])
            && !part.ends_with(['.', ' '])
            && !part.contains(|c: char| c.is_control() || "\\:*?\"<>|".contains(c))
    };
    name.len() <= MAX_NAME && name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_paths_that_stay_inside() {
        for good in ["a", "lead-management-v1/leads/shows-a-lead", "a/b.c", "ünï/case-1"] {
            assert!(is_name(good), "{good}");
        }
        let long = "x".repeat(201);
        let deep = "x/".repeat(600) + "x";
        for wrong in [
            "",
            "/etc/passwd",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            ".a",
            "a/.b",
            "C:/a",
            "a\\b",
            "a\nb",
            "a.",
            &long,
            &deep,
        ] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
