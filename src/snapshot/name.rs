//! The names of snapshots: `<contract>/<scenario>/<step>`, safe as paths everywhere.

use std::path::Path;

/// Longest part of a name, in bytes.
const LONGEST: usize = 80;

/// What stands for the contract where there is none.
const NO_CONTRACT: &str = "no-contract";

/// The name of a step's snapshot. `file` is the scenario file, below the project's folder or not; folders named
/// `scenarios` and like the contract go without saying. `case` is empty for a scenario without cases.
pub fn name(contract: Option<&str>, file: &str, step: &str, case: &str) -> String {
    let contract = slug(contract.map_or(NO_CONTRACT, last_part));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let parts = stem.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let mut scenario: Vec<String> = parts.map(slug).collect();
    for implied in ["scenarios", contract.as_str()] {
        if scenario.len() > 1 && scenario[0] == implied {
            scenario.remove(0);
        }
    }
    let step = match case {
        "" => slug(step),
        case => format!("{}.{}", slug(step), slug(case)),
    };
    format!("{contract}/{}/{step}", scenario.join("/"))
}

/// A file's name below the project's folder, with `/` between its parts; the name as it is if it is not below it.
pub fn below(root: &Path, file: &str) -> String {
    let path = Path::new(file);
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// A contract may be named by its folder.
fn last_part(contract: &str) -> &str {
    contract.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(contract)
}

/// Small letters, digits and single hyphens. What another text could become as well has a hash behind it.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut lossy = false;
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            '_' => slug.push('_'),
            c => {
                lossy |= !c.is_ascii();
                if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push('-');
                }
            }
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    // Two underscores would part the name where insta's reviewer shows it.
    while slug.contains("__") {
        slug = slug.replace("__", "_");
    }
    if slug.len() > LONGEST || slug.is_empty() || lossy || is_reserved(&slug) {
        slug.truncate(LONGEST - 9);
        let hash = hash(text);
        slug = if slug.is_empty() { format!("{hash:08x}") } else { format!("{slug}-{hash:08x}") };
    }
    slug
}

/// Names that one system keeps for devices.
fn is_reserved(slug: &str) -> bool {
    let device = |name: &str| slug.strip_prefix(name).is_some_and(|rest| rest.len() == 1);
    matches!(slug, "con" | "prn" | "aux" | "nul") || device("com") || device("lpt")
}

/// FNV-1a, folded to 32 bits.
fn hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    #[expect(clippy::cast_possible_truncation, reason = "folded on purpose")]
    let folded = (hash ^ (hash >> 32)) as u32;
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_file_and_the_step() {
        let table = [
            (
                Some("house-v1"),
                "scenarios/house-v1/not-found.yaml",
                "refuses an unknown id",
                "",
                "house-v1/not-found/refuses-an-unknown-id",
            ),
            (
                Some("house-v1"),
                "scenarios/leads/get.yaml",
                "GET /leads/{{ id }}",
                "",
                "house-v1/leads/get/get-leads-id",
            ),
            (None, "./a.yaml", "One", "", "no-contract/a/one"),
            (
                Some("./contracts/own/"),
                "/srv/suite/a.b.yaml",
                "x__y",
                "email: \"a@\"",
                "own/srv/suite/a-b/x_y.email-a",
            ),
            (Some("house-v1"), "scenarios.yaml", "s", "", "house-v1/scenarios/s"),
        ];
        for (contract, file, step, case, expected) in table {
            assert_eq!(name(contract, file, step, case), expected);
        }
    }

    #[test]
    fn what_a_slug_loses_a_hash_keeps_and_no_name_leaves_its_folder() {
        let of = |step: &str| name(None, "a.yaml", step, "");
        assert_ne!(of("größe"), of("gräße"));
        assert_ne!(of(&"x".repeat(200)), of(&"x".repeat(201)));
        assert!(of(&"x".repeat(200)).len() < 120);
        for step in ["", "..", "../../etc/passwd", "con", "\u{0}", "🙂"] {
            let name = of(step);
            assert!(name.split('/').all(|part| !part.is_empty() && !part.starts_with('.')), "{name}");
        }
        assert_eq!(name(None, "../../x.yaml", "s", ""), "no-contract/x/s");
    }
}
