//! Errors without scenarios: operations with one good request each become scenarios that provoke errors. Pure.
//!
//! A provocation differs from the good request in one thing. An error is demanded only where HTTP itself, or the
//! schema of the body, says that the input is wrong; where they are silent anything is right but a crash, and only
//! the contract's rules judge what comes.

mod bodies;
mod choose;
mod circles;
mod credentials;
mod dice;
mod fields;
mod good;
mod heads;
mod media;
mod place;
mod routes;
mod twice;
mod urls;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::contract::BodySchema;
use crate::model::{
    Action, BodyPart, Defaults, Diagnostic, Edges, Node, Operation, RequestSpec, Scenario, Spanned, Step,
};
use dice::Dice;
use good::Good;

/// Most requests of a run, unless another number is given.
pub const MOST_REQUESTS: usize = 500;

/// A family of provocations.
#[derive(Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// What is sent.
    pub sends: &'static str,
    /// Where a refusal is demanded; elsewhere anything but a crash is right.
    pub refused: &'static str,
    provoke: fn(&Good<'_>, &mut Dice) -> Vec<Provocation>,
}

/// Every family, in the order of the steps.
pub static FAMILIES: [Family; 8] = [
    Family {
        name: "credentials",
        sends: "no key, a malformed, an unknown and an expired one, another scheme; none with OPTIONS, which browsers send without a key",
        refused: "all",
        provoke: credentials::provoke,
    },
    Family {
        name: "routes",
        sends: "an unknown route, a method that is not declared (PUT or PATCH of what is not there), an unknown method, HEAD, an unknown id",
        refused: "the unknown route, the unknown method (a 501 is as good), an id listed under `unknown` unless the method is PUT or DELETE",
        provoke: routes::provoke,
    },
    Family {
        name: "bodies",
        sends: "malformed and truncated JSON, no body, null, text or a list as the body, nesting 3,000 deep, 1.1 MB, bytes that are not UTF-8, a lone surrogate, a byte order mark, a key twice",
        refused: "malformed and truncated JSON (of GET, HEAD, DELETE and OPTIONS only where the body has a schema), and what the schema refuses; no body where the schema refuses `{}`",
        provoke: bodies::provoke,
    },
    Family {
        name: "media types",
        sends: "JSON declared as text, XML, a form or multipart instead of JSON, no media type, an unknown charset",
        refused: "none",
        provoke: media::provoke,
    },
    Family {
        name: "fields",
        sends: "each field of the good body missing, null, empty, of another type, out of range, in another form, of 5,000 characters, with a NUL; one field more; all that can be wrong at once; of an OpenAPI document also the fields that the good body may have and lacks",
        refused: "what the schema refuses; null only where the field may not be missing either",
        provoke: fields::provoke,
    },
    Family {
        name: "duplicates",
        sends: "the good request a second time, where the operation is `unique`",
        refused: "all",
        provoke: twice::provoke,
    },
    Family {
        name: "URLs",
        sends: "3.5 kB of query, a long id, `%zz`, `%e`, bytes that are not UTF-8, `%00`, an id that climbs",
        refused: "none",
        provoke: urls::provoke,
    },
    Family {
        name: "headers",
        sends: "a header of 4 kB, one that is not ASCII, conditions that do not hold, ranges that cannot be met",
        refused: "none",
        provoke: heads::provoke,
    },
];

/// One bad request, or why it cannot be made.
struct Provocation {
    name: String,
    /// The lower, the sooner it gets a place under the bound.
    rank: u8,
    request: Result<RequestSpec, String>,
}

impl Provocation {
    fn new(name: &str, rank: u8, request: RequestSpec) -> Self {
        Self { name: name.to_owned(), rank, request: Ok(request) }
    }

    fn left_out(name: &str, why: String) -> Self {
        Self { name: name.to_owned(), rank: 0, request: Err(why) }
    }
}

/// What errors are provoked on, and what is known about it.
pub struct Target<'a> {
    /// The operations.
    pub edges: &'a Edges,
    /// The name of the contract that judges the answers.
    pub contract: &'a str,
    /// The schemas of bodies, by the names of operations.
    pub schemas: HashMap<&'a str, &'a BodySchema>,
    /// Whether a variable is given from outside.
    pub given: &'a dyn Fn(&str) -> bool,
    /// A value with its templates filled in, made-up values for what is not known yet.
    pub render: &'a dyn Fn(&Node) -> Option<Value>,
    /// Whether to send what common HTTP libraries refuse by themselves.
    pub large: bool,
}

/// The scenarios, one an operation, one step a provocation. All together they send `most` requests at most, and say
/// what they leave out.
pub fn scenarios(targets: &[Target<'_>], seed: u64, most: usize) -> Vec<Scenario> {
    let goods = targets
        .iter()
        .flat_map(|target| target.edges.operations.iter().map(move |operation| Good::new(operation, target)));
    let goods: Vec<_> = goods.collect();
    let mut drafts: Vec<_> = goods.iter().map(Draft::new).collect();
    let left = choose::fit(&mut drafts, seed, most);
    drafts.iter_mut().filter(|draft| draft.fits).for_each(|draft| draft.provoke(seed));
    choose::choose(&mut drafts, seed, left);
    drafts.into_iter().map(|draft| draft.scenario(most)).collect()
}

/// Good bodies that their own schemas refuse, and operations of which none can come first.
pub fn mistakes(target: &Target<'_>) -> Vec<Diagnostic> {
    let written = target.edges.operations.iter().filter(|operation| !operation.guessed);
    let goods: Vec<_> = written.map(|operation| Good::new(operation, target)).collect();
    let mut found = circles::mistakes(&goods);
    for good in &goods {
        let operation = good.operation;
        let known = operation.body.iter().flat_map(variables).all(|name| (target.given)(&name));
        let (Some(node), Some(body), Some(schema)) = (&operation.body, &good.body, good.schema) else {
            continue;
        };
        if let Some(place) = schema.places(body).first().filter(|_| known) {
            let place = if place.is_empty() { "as a whole".to_owned() } else { format!("at `{place}`") };
            let title = format!("the good request of {} breaks its own schema {place}", operation.name.value);
            let mistake = Diagnostic::new(&target.edges.source, node.span, title, "not a good body");
            found.push(
                mistake.with_help("make it one that the API accepts, or mend the schema under `requests`"),
            );
        }
    }
    found
}

/// The variables that a value's templates name.
pub fn variables(node: &Node) -> HashSet<String> {
    let mut names = HashSet::new();
    good::collect(node, &mut names);
    names
}

/// A scenario on its way.
struct Draft<'a> {
    good: &'a Good<'a>,
    /// The good requests of other operations whose captures this one needs, and its own.
    setup: Vec<Step>,
    /// The variables that nobody captures.
    requires: Vec<String>,
    provocations: Vec<Provocation>,
    /// The places of those that are sent.
    chosen: Vec<bool>,
    /// Whether the good requests have room under the bound.
    fits: bool,
}

impl<'a> Draft<'a> {
    fn new(good: &'a Good<'a>) -> Self {
        let mut setup = Vec::new();
        let mut requires = Vec::new();
        prepare(good, &mut vec![&good.operation.name.value], &mut setup, &mut requires);
        let mut request = good.request();
        if twice::shared(good).is_some() {
            request.body = Some(BodyPart::Json(twice::body(good)));
        }
        setup.push(step(good, "the good request", Ok(request)));
        requires.sort_unstable();
        requires.dedup();
        Self { good, setup, requires, provocations: Vec::new(), chosen: Vec::new(), fits: false }
    }

    /// Makes the provocations.
    fn provoke(&mut self, seed: u64) {
        let (good, contract) = (self.good, self.good.target.contract);
        for family in &FAMILIES {
            let what = format!("{contract} {} {}", good.operation.name.value, family.name);
            self.provocations.extend((family.provoke)(good, &mut Dice::new(seed, &what)));
        }
        self.chosen = vec![false; self.provocations.len()];
    }

    fn scenario(self, most: usize) -> Scenario {
        let good = self.good;
        let beyond = || Err(format!("beyond --max-requests {most}; another --seed chooses others"));
        let mut setup = self.setup;
        if !self.fits {
            setup = vec![step(good, "the good request and all that follows from it", beyond())];
        }
        // A guess that is refused proves less, but does not keep the others from being made.
        let mut steps = if good.operation.guessed { std::mem::take(&mut setup) } else { Vec::new() };
        for (provocation, chosen) in self.provocations.into_iter().zip(self.chosen) {
            let request = match provocation.request {
                Ok(_) if !chosen => beyond(),
                request => request,
            };
            steps.push(step(good, &provocation.name, request));
        }
        let vars = twice::shared(good).map(|body| (good.here(twice::BODY.to_owned()), body.clone()));
        Scenario {
            source: good.target.edges.source.clone(),
            name: good.here(format!("Errors of {}", good.operation.name.value)),
            contract: Some(good.here(good.target.contract.to_owned())),
            tags: vec!["edges".to_owned()],
            requires: self.requires.into_iter().map(|name| good.here(name)).collect(),
            vars: vars.into_iter().collect(),
            defaults: Defaults::default(),
            setup,
            steps,
            teardown: Vec::new(),
            cases: None,
            load: None,
            serial: false,
            limits: None,
            independent: true,
        }
    }
}

/// Puts the good requests in front whose captures are needed, and lists the variables that nobody captures.
fn prepare<'a>(good: &Good<'a>, way: &mut Vec<&'a str>, setup: &mut Vec<Step>, requires: &mut Vec<String>) {
    let operations = &good.target.edges.operations;
    let mut names: Vec<_> = good.variables().into_iter().collect();
    names.sort_unstable();
    for name in names.into_iter().filter(|name| !(good.target.given)(name)) {
        let gives = |other: &&Operation| other.capture.iter().any(|capture| capture.name.value == name);
        let Some(other) = operations.iter().find(gives) else {
            requires.push(name);
            continue;
        };
        if way.contains(&other.name.value.as_str()) {
            // A circle, which is told as a mistake of the file.
            requires.push(name);
            continue;
        }
        // It may give more than one variable, or be needed by others, too.
        let first = format!("first {}", other.name.value);
        if setup.iter().any(|step| step.name.value == first) {
            continue;
        }
        way.push(&other.name.value);
        let other = Good::new(other, good.target);
        prepare(&other, way, setup, requires);
        way.pop();
        setup.push(step(&other, &first, Ok(other.request())));
    }
}

fn step(good: &Good<'_>, name: &str, request: Result<RequestSpec, String>) -> Step {
    let action = match request {
        Ok(request) => Action::Request(Box::new(request)),
        Err(why) => Action::LeftOut(why),
    };
    Step { name: Spanned::new(name.to_owned(), good.span()), span: good.span(), action }
}

#[cfg(test)]
mod tests;
