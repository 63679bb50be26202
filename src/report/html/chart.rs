//! What all charts share: the frame with axes and grid, the legend, places that tell their values, the table below.

use maud::{Markup, html};

use super::scale::Scale;
use super::table::{self, Table};

/// The picture's own units; a page scales them to its width.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 40.0;

/// The x of a place between the ends of the axis.
pub(super) fn x(place: f64) -> f64 {
    LEFT + place * (WIDTH - LEFT - RIGHT)
}

/// The y of a place between the ends of the axis.
pub(super) fn y(place: f64) -> f64 {
    HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
}

/// A coordinate with one digit behind the point, which is finer than a screen.
pub(super) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A value written beside an axis.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) place: f64,
    pub(super) label: String,
}

/// The ticks of a scale.
pub(super) fn ticks(scale: &Scale, label: impl Fn(f64) -> String) -> Vec<Tick> {
    scale.ticks.iter().map(|tick| Tick { place: scale.place(*tick), label: label(*tick) }).collect()
}

/// How a mark is drawn in the legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Swatch {
    Area,
    Line,
    Dashes,
}

/// One entry of the legend: the mark's class, and what it means.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) class: &'static str,
    pub(super) swatch: Swatch,
    pub(super) label: String,
}

impl Key {
    pub(super) fn new(class: &'static str, swatch: Swatch, label: impl Into<String>) -> Self {
        Self { class, swatch, label: label.into() }
    }
}

/// A part of the picture that tells its values under the pointer; its ends are places on the x axis.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) text: String,
}

/// A chart with everything around it.
pub(super) struct Chart {
    /// Names it within the page: `throughput`.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// What it shows in a sentence or two, for those who see it and those who do not.
    pub(super) about: String,
    pub(super) x_title: &'static str,
    pub(super) y_title: String,
    pub(super) x_ticks: Vec<Tick>,
    pub(super) y_ticks: Vec<Tick>,
    pub(super) keys: Vec<Key>,
    /// What is drawn between the axes.
    pub(super) marks: Markup,
    pub(super) spots: Vec<Spot>,
    pub(super) table: Table,
}

impl Chart {
    /// The chart as a figure; without anything to draw it says so instead.
    pub(super) fn draw(&self, is_empty: bool) -> Markup {
        html! {
            figure .card .chart id=(self.id) {
                figcaption {
                    h3 { (self.title) }
                    p { (self.about) }
                }
                @if is_empty {
                    p .nothing { "Nothing was measured, or the run was too short for it." }
                } @else {
                    (self.legend())
                    (self.picture())
                    (table::folded(&self.table, "Data of this chart"))
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul .legend {
                @for key in &self.keys {
                    li {
                        svg .swatch viewBox="0 0 18 12" aria-hidden="true" {
                            @match key.swatch {
                                Swatch::Area => rect .area .(key.class) x="1" y="1" width="16" height="10" rx="2" {},
                                Swatch::Line => path .line .(key.class) d="M0 6H18" {},
                                Swatch::Dashes => path .line .dashed .(key.class) d="M0 6H18" {},
                            }
                        }
                        (key.label)
                    }
                }
            }
        }
    }

    fn picture(&self) -> Markup {
        let (title, about) = (format!("{}-title", self.id), format!("{}-about", self.id));
        html! {
            svg .plot viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-labelledby=(format!("{title} {about}")) {
                title id=(title) { (self.title) }
                desc id=(about) { (self.about) }
                (self.axes())
                (self.marks)
                path .axis d=(format!("M{} {}H{}", px(x(0.0)), px(y(0.0)), px(x(1.0)))) {}
                g .spots {
                    @for spot in &self.spots {
                        rect x=(px(x(spot.from))) y=(px(y(1.0))) width=(px((x(spot.to) - x(spot.from)).max(0.5)))
                            height=(px(y(0.0) - y(1.0))) {
                            title { (spot.text) }
                        }
                    }
                }
            }
        }
    }

    fn axes(&self) -> Markup {
        html! {
            g .grid {
                @for tick in &self.y_ticks {
                    path d=(format!("M{} {}H{}", px(x(0.0)), px(y(tick.place)), px(x(1.0)))) {}
                    text x=(px(LEFT - 7.0)) y=(px(y(tick.place) + 4.0)) text-anchor="end" { (tick.label) }
                }
                @for tick in &self.x_ticks {
                    path d=(format!("M{} {}v5", px(x(tick.place)), px(y(0.0)))) {}
                    text x=(px(x(tick.place))) y=(px(y(0.0) + 18.0)) text-anchor=(anchor(tick.place)) { (tick.label) }
                }
                text .title x=(px(LEFT)) y="14" text-anchor="start" { (self.y_title) }
                text .title x=(px(x(1.0))) y=(px(HEIGHT - 5.0)) text-anchor="end" { (self.x_title) }
            }
        }
    }
}

/// Labels at the right end would reach out of the picture.
fn anchor(place: f64) -> &'static str {
    if place > 0.985 { "end" } else { "middle" }
}

/// A horizontal line over the whole chart, with a word at its right end; nothing if it is not within the axis.
pub(super) fn level(scale: &Scale, value: f64, class: &'static str, label: &str) -> Markup {
    if !(0.0..=scale.high()).contains(&value) {
        return html! {};
    }
    let at = y(scale.place(value));
    // Above the line, unless that is above the picture.
    let text = if at < TOP + 12.0 { at + 13.0 } else { at - 5.0 };
    html! {
        path .level .(class) d=(format!("M{} {}H{}", px(x(0.0)), px(at), px(x(1.0)))) {}
        text .label .(class) x=(px(x(1.0) - 4.0)) y=(px(text)) text-anchor="end" { (label) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([0.0, -0.01, 1.25, 100.04].map(px), ["0", "0", "1.2", "100"]);
        assert!(x(0.0) < x(1.0) && y(0.0) > y(1.0));
    }

    #[test]
    fn a_level_beyond_the_axis_is_not_drawn() {
        let scale = Scale::from_zero(10.0, 4);
        assert!(level(&scale, 5.0, "limit", "limit 5").into_string().contains("limit 5"));
        assert!(level(&scale, 50.0, "limit", "limit 50").into_string().is_empty());
    }
}
