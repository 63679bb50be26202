//! `load`: how a scenario's steps are sent again and again.

use std::str::FromStr;
use std::time::Duration;

use crate::model::{Load, LoadBound, LoadPart, Node, NodeKind, On429, Span, Spanned};
use crate::threshold::{self, Rate, TestPlan, Think};
use crate::yaml::{Fields, Problems, duration_from_text};

/// Reads `load`; what is wrong with it is noted.
pub(super) fn parse(node: &Node, problems: &mut Problems<'_>) -> Load {
    let fields = Fields::of(node);
    exclusive(&fields, problems);
    let rate = fields.text("rate").and_then(|text| rate(&text, problems));
    let stages = fields.list("stages").iter().filter_map(|stage| part(stage, problems)).collect();
    Load {
        span: fields.span,
        rate,
        duration: fields.duration("duration").map(|duration| duration.value),
        stages,
        users: fields.integer("users").and_then(|users| u32::try_from(users).ok()),
        start_rate: fields.text("start_rate").and_then(|text| rate_above_nought(&text, problems)),
        test_plan: fields
            .text("test_plan")
            .and_then(|text| read::<TestPlan>(&text, problems))
            .map(|plan| plan.0),
        think: fields
            .text("think")
            .and_then(|text| read::<Think>(&text, problems))
            .map(|think| (think.from, think.to)),
        connections: fields.integer("connections").and_then(|count| u16::try_from(count).ok()),
        max_in_flight: fields.integer("max_in_flight").and_then(|count| u16::try_from(count).ok()),
        on_429: fields.text("on_429").map(|word| match &*word.value {
            "stop" => On429::Stop,
            "wait" => On429::Wait,
            _ => On429::Count,
        }),
        on_429_span: fields.entry("on_429").map(|entry| entry.value.span),
        limit: fields.text("limit").and_then(|text| limit(&text, problems)),
        thresholds: fields.list("thresholds").iter().filter_map(|node| bound(node, problems)).collect(),
    }
}

/// Keys that exclude each other, and keys that need another one: the place of the second one is shown.
fn exclusive(fields: &Fields<'_>, problems: &mut Problems<'_>) {
    const APART: [(&str, &[&str]); 4] = [
        ("stages", &["rate", "duration"]),
        ("users", &["rate", "stages", "test_plan", "connections", "max_in_flight"]),
        ("test_plan", &["rate", "stages", "duration", "start_rate", "connections", "max_in_flight"]),
        ("rate", &["start_rate", "think"]),
    ];
    for (first, others) in APART.iter().filter(|(first, _)| fields.entry(first).is_some()) {
        if let Some(second) = others.iter().find_map(|other| fields.entry(other)) {
            let key = &second.key;
            problems.add(
                key.span,
                format!("`{}` and `{first}` exclude each other", key.value),
                "leave one of them out",
            );
            return;
        }
    }
    if fields.entry("users").is_none()
        && fields.entry("test_plan").is_none()
        && let Some(alone) = ["start_rate", "think"].iter().find_map(|key| fields.entry(key))
    {
        let key = &alone.key;
        let help = "say how many users there are: `users: 10`";
        problems.add_with_help(key.span, format!("`{}` is for users", key.value), "whose?", help);
    }
}

fn read<T: FromStr<Err = String>>(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<T> {
    match text.value.parse() {
        Ok(value) => Some(value),
        Err(why) => {
            problems.add(text.span, why, "here");
            None
        }
    }
}

fn rate_above_nought(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<(u64, u64)> {
    let rate = rate(text, problems)?;
    if rate.0 == 0 {
        problems.add(text.span, "nobody ever begins at this rate", "here");
    }
    (rate.0 > 0).then_some(rate)
}

fn rate(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<(u64, u64)> {
    match text.value.parse::<Rate>() {
        Ok(rate) => Some((rate.requests, rate.nanos)),
        Err(why) => {
            problems.add(text.span, why, "not a rate");
            None
        }
    }
}

fn part(node: &Node, problems: &mut Problems<'_>) -> Option<LoadPart> {
    let fields = Fields::of(node);
    let from = rate(&fields.text("rate")?, problems)?;
    let to = match fields.text("to") {
        Some(text) => rate(&text, problems)?,
        None => from,
    };
    Some(LoadPart { length: fields.duration("duration")?.value, from, to })
}

fn limit(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<(u64, Duration)> {
    let parsed = text.value.split_once('/').and_then(|(count, window)| {
        let count = count.trim().parse().ok().filter(|count| *count > 0)?;
        Some((count, duration_from_text(window.trim()).filter(|window| window.as_millis() > 0)?))
    });
    if parsed.is_none() {
        problems.add_with_help(text.span, "not a limit", "here", "write requests and window: `60/60s`");
    }
    parsed
}

fn bound(node: &Node, problems: &mut Problems<'_>) -> Option<LoadBound> {
    let (text, abort) = match &node.kind {
        NodeKind::Map(_) => {
            let fields = Fields::of(node);
            (fields.text("bound")?, fields.flag("abort").unwrap_or(false))
        }
        _ => (Spanned::new(node.as_text()?.to_owned(), node.span), false),
    };
    if let Err(mistake) = threshold::parse(&text.value) {
        // Inside a text that is written as it is meant, the very place can be shown.
        let written =
            problems.source().text.get(text.span.start as usize..text.span.end()).unwrap_or_default();
        let span = match written.find(&text.value) {
            Some(offset) => {
                let start = text.span.start as usize + offset + mistake.at;
                Span::new(start, start + mistake.length)
            }
            None => text.span,
        };
        problems.add_with_help(span, mistake.message, "here", mistake.help);
        return None;
    }
    Some(LoadBound { text, abort })
}
