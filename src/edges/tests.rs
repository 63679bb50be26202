//! Provocations by family.
