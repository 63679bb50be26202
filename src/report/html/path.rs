//! Paths of lines, steps and bands, as SVG writes them.

use super::chart::{px, x, y};

/// A value over a stretch of the x axis; all are places between the ends of their axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) at: f64,
}

/// A line through points; where there is none it has a gap.
pub(super) fn line(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    let (mut path, mut pen_is_down) = (String::new(), false);
    for point in points {
        let Some((at, value)) = point else {
            pen_is_down = false;
            continue;
        };
        path.push(if pen_is_down { 'L' } else { 'M' });
        path.push_str(&format!("{} {}", px(x(at)), px(y(value))));
        if !pen_is_down {
            // A point without neighbours is a dot: the line's round ends draw it.
            path.push_str("h0");
        }
        pen_is_down = true;
    }
    path
}

/// A line that stays at each value for its stretch.
pub(super) fn steps(levels: &[Level]) -> String {
    let mut path = String::new();
    for level in levels {
        let (from, to, at) = (px(x(level.from)), px(x(level.to)), px(y(level.at)));
        path.push_str(&if path.is_empty() { format!("M{from} {at}H{to}") } else { format!("V{at}H{to}") });
    }
    path
}

/// The band between two such lines over the same stretches.
pub(super) fn band(lower: &[Level], upper: &[Level]) -> String {
    let mut path = steps(upper);
    for level in lower.iter().rev() {
        path.push_str(&format!("L{} {}H{}", px(x(level.to)), px(y(level.at)), px(x(level.from))));
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_gaps_and_lonely_points_are_dots() {
        let path = line([Some((0.0, 0.0)), Some((0.5, 1.0)), None, Some((1.0, 0.0))].into_iter());
        assert_eq!(path, "M54 210h0L300 26M546 210h0");
        assert_eq!(line(std::iter::empty()), "");
    }

    #[test]
    fn steps_and_bands_keep_to_their_stretches() {
        let upper = [Level { from: 0.0, to: 0.5, at: 1.0 }, Level { from: 0.5, to: 1.0, at: 0.5 }];
        let lower = upper.map(|level| Level { at: 0.0, ..level });
        assert_eq!(steps(&upper), "M54 26H300V118H546");
        assert_eq!(band(&lower, &upper), "M54 26H300V118H546L546 210H300L300 210H54Z");
        assert_eq!(band(&[], &[]), "");
    }
}
