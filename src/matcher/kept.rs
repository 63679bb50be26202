//! What was compiled once is kept for the next time: a suite has few expressions and paths, and many uses of each.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Most things kept at a time; with more, all are dropped and the keeping starts again.
const MOST: usize = 256;

/// Compiled things by their text, shared by all threads.
pub(crate) struct Kept<T>(LazyLock<RwLock<HashMap<String, Arc<T>>>>);

impl<T> Kept<T> {
    /// Keeps nothing yet.
    pub(crate) const fn new() -> Self {
        Self(LazyLock::new(RwLock::default))
    }

    /// What the text compiles to; mistakes are not kept.
    pub(crate) fn get<E>(&self, text: &str, compile: impl FnOnce(&str) -> Result<T, E>) -> Result<Arc<T>, E> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(known));
        }
        let new = Arc::new(compile(text)?);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(text.to_owned(), Arc::clone(&new));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_compiled_once_and_a_flood_of_texts_is_forgotten() {
        static KEPT: Kept<usize> = Kept::new();
        let get = |text: &str, compiled: usize| KEPT.get(text, |_| Ok::<_, ()>(compiled)).map(|kept| *kept);
        assert_eq!(KEPT.get("a", |_| Err("wrong")), Err("wrong"));
        assert_eq!((get("a", 1), get("a", 2)), (Ok(1), Ok(1)));
        (0..MOST).for_each(|n| assert_eq!(get(&n.to_string(), n), Ok(n)));
        assert_eq!(get("a", 3), Ok(3), "dropped with the others");
    }
}
