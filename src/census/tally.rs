//! How many answers of which routes say what to which question, and which side is the larger one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::answer::{Fact, Position, Question, hashed};
use crate::model::Finding;

/// Most different things that are counted. An API that makes up codes has no end of them.
const MOST: usize = 16_384;
/// Most specimens that are kept; what is counted without one is not told.
const MOST_SPECIMENS: usize = 2_048;

/// Answers by question, by what they say, and by route.
#[derive(Debug, Default)]
pub(super) struct Tally {
    questions: BTreeMap<Question, BTreeMap<String, BTreeMap<String, Count>>>,
    counted: usize,
    specimens: usize,
}

/// The answers of one route that say one thing.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) answers: u64,
    /// The outline of the first request.
    pub(super) outline: u64,
    /// The steps they were given in, hashed.
    places: HashSet<u64>,
    /// The earliest of them.
    position: Position,
    specimen: Option<Arc<Finding>>,
}

/// One side: what is said, and by how many.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) way: String,
    pub(super) routes: u64,
    pub(super) answers: u64,
    places: u64,
    pub(super) methods: Vec<String>,
    pub(super) specimen: Option<Arc<Finding>>,
}

/// A minority against the majority.
#[derive(Debug)]
pub(super) struct Sides<'t> {
    pub(super) question: &'t Question,
    pub(super) minority: Side,
    pub(super) majority: Side,
}

impl Tally {
    /// Counts an answer.
    pub(super) fn note(
        &mut self,
        question: Question,
        way: String,
        fact: &Fact<'_>,
        specimen: &mut dyn FnMut() -> Arc<Finding>,
    ) {
        let position = &fact.answer.position;
        let place = hashed(&(&position.file, position.line));
        let known =
            self.questions.get_mut(&question).and_then(|ways| ways.get_mut(&way)?.get_mut(&fact.route));
        if let Some(count) = known {
            count.answers += 1;
            count.places.insert(place);
            if *position < count.position {
                count.position = position.clone();
                count.specimen = count.specimen.as_ref().map(|_| specimen());
            }
            return;
        }
        if self.counted >= MOST {
            return;
        }
        self.counted += 1;
        let has_room = self.specimens < MOST_SPECIMENS;
        self.specimens += usize::from(has_room);
        let count = Count {
            answers: 1,
            outline: fact.outline,
            places: HashSet::from([place]),
            position: position.clone(),
            specimen: has_room.then(specimen),
        };
        let ways = self.questions.entry(question).or_default();
        ways.entry(way).or_default().insert(fact.route.clone(), count);
    }

    /// Every minority with its majority, as far as the answers may be compared: `counts` says which do.
    pub(super) fn sides(&self, counts: impl Fn(&Question, &str, &str, &Count) -> bool) -> Vec<Sides<'_>> {
        let mut found = Vec::new();
        for (question, ways) in &self.questions {
            let counts = &counts;
            let sides = ways.iter().filter_map(|(way, routes)| {
                let routes = routes.iter().filter(|(route, count)| counts(question, way, route, count));
                Side::of(way, routes)
            });
            found.extend(compared(question, sides.collect()));
        }
        found
    }

    /// The routes that answered a question at all, with how many answers, by what they said.
    pub(super) fn ways(
        &self,
        question: &Question,
    ) -> impl Iterator<Item = (&String, &BTreeMap<String, Count>)> {
        self.questions.get(question).into_iter().flatten()
    }

    /// Whether there was no more room, so that what was not counted may have been there all the same.
    pub(super) fn is_full(&self) -> bool {
        self.counted >= MOST
    }

    /// Every question.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Question> {
        self.questions.keys()
    }
}

impl Side {
    /// The routes of one side together; none if there are none.
    pub(super) fn of<'t>(way: &str, routes: impl Iterator<Item = (&'t String, &'t Count)>) -> Option<Self> {
        let mut side = Self {
            way: way.to_owned(),
            routes: 0,
            answers: 0,
            places: 0,
            methods: Vec::new(),
            specimen: None,
        };
        let mut first: Option<&Position> = None;
        for (route, count) in routes {
            side.routes += 1;
            side.answers += count.answers;
            side.places += count.places.len() as u64;
            side.methods.extend(route.split(' ').next().map(str::to_owned));
            if count.specimen.is_some() && first.is_none_or(|first| count.position < *first) {
                first = Some(&count.position);
                side.specimen.clone_from(&count.specimen);
            }
        }
        (side.routes > 0).then_some(side)
    }

    /// Routes count first, then the steps, then the answers.
    fn weight(&self) -> (u64, u64, u64) {
        (self.routes, self.places, self.answers)
    }
}

/// Each smaller side against the largest one; nothing if no side is larger than all others.
pub(super) fn compared(question: &Question, mut sides: Vec<Side>) -> Vec<Sides<'_>> {
    sides.sort_by_key(|side| std::cmp::Reverse(side.weight()));
    match &sides[..] {
        [majority, second, ..] if majority.weight() > second.weight() => {
            let sides = sides[1..].iter();
            sides
                .map(|minority| Sides { question, minority: minority.clone(), majority: majority.clone() })
                .collect()
        }
        _ => Vec::new(),
    }
}
