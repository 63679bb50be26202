//! Mistakes in contracts, found at their places.
use super::*;
