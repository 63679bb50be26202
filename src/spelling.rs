//! Did you mean: the known name that is most like a misspelt one.

/// The name most like `word`, if one is near enough to be meant; case does not count.
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    names
        .map(|name| (strsim::damerau_levenshtein(&word, &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            *distance <= 1 + name.chars().count() / 4 && *distance < word.chars().count().max(2)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let names = ["status", "headers", "body"];
        assert_eq!(nearest("stauts", names.into_iter()), Some("status"));
        assert_eq!(nearest("Body", names.into_iter()), Some("body"));
        assert_eq!(nearest("zzz", names.into_iter()), None);
        assert_eq!(nearest("", names.into_iter()), None);
    }
}
