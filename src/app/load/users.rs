//! The users of a load: how many there are, and how their requests are made.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::cli::LoadArgs;
use crate::load::{Alike, Script, Users, Walker};
use crate::model::{Exchange, Load, Request};
use crate::runner::Journey;
use crate::template::Scope;
use crate::threshold::{Rate, TestPlan, Think};

/// How long users go on if nobody says so.
const DURATION: Duration = Duration::from_secs(10);

/// The users that the command line or the file asks for, and how long they go on; the command line comes before the file.
pub(super) fn wanted(args: &LoadArgs, load: Option<&Load>) -> Option<(Users, Duration)> {
    let named = args.users.is_some() || args.test_plan.is_some();
    let scheduled = args.rate.is_some() || !args.stage.is_empty();
    // A rate on the command line turns the file's users into a schedule.
    let load = load.filter(|_| !scheduled);
    let from_file = |users: &Load| if named { None } else { users.test_plan.clone().map(TestPlan) };
    let plan = args.test_plan.clone().or_else(|| load.and_then(from_file));
    let most = match &plan {
        Some(plan) => plan.most(),
        None => args.users.or_else(|| load.and_then(|load| load.users))?,
    };
    let written = |(requests, nanos): (u64, u64)| Rate { requests, nanos };
    let start_rate = args.start_rate.or_else(|| load.and_then(|load| load.start_rate).map(written));
    let think = |(from, to): (Duration, Duration)| Think { from, to };
    let users = Users {
        most,
        start_rate: start_rate.filter(|_| plan.is_none()),
        think: args.think.or_else(|| load.and_then(|load| load.think).map(think)).unwrap_or_default(),
        longest_wait: args.max_wait,
        script: Arc::new(Alike),
        plan,
    };
    let length = match &users.plan {
        Some(plan) => plan.length(),
        None => args.duration.or_else(|| load.and_then(|load| load.duration)).unwrap_or(DURATION),
    };
    Some((users, length))
}

/// Users that walk a scenario.
#[derive(Debug)]
pub(super) struct Walkers(pub(super) Arc<Journey>);

impl Script for Walkers {
    fn user(&self, number: u32) -> Box<dyn Walker> {
        Box::new(One { journey: Arc::clone(&self.0), number, scope: Scope::default(), secrets: Vec::new() })
    }
}

/// One of them.
#[derive(Debug)]
struct One {
    journey: Arc<Journey>,
    number: u32,
    scope: Scope,
    /// The secrets that this walk captured.
    secrets: Vec<Value>,
}

impl Walker for One {
    fn begin(&mut self, walk: u64) -> Result<(), String> {
        self.secrets.clear();
        self.scope = self.journey.scope(self.number, walk)?;
        Ok(())
    }

    fn request(&self, step: usize) -> Result<Option<Request>, String> {
        match self.journey.steps().get(step) {
            Some(known) if known.fixed.is_none() => {
                self.journey.request(step, &self.scope).map(Some).map_err(|error| {
                    // The reason is shown.
                    self.shown();
                    self.journey.redactor().text(&error.title).into_owned()
                })
            }
            _ => Ok(None),
        }
    }

    fn captures(&self, step: usize) -> bool {
        self.journey.captures(step)
    }

    fn capture(&mut self, step: usize, exchange: &Exchange) -> Result<(), String> {
        self.secrets.extend(self.journey.capture(step, exchange, &mut self.scope)?);
        Ok(())
    }

    fn shown(&self) {
        for secret in &self.secrets {
            // Too short to be hidden is said where secrets are declared; a captured one is what it is.
            let _ = self.journey.redactor().add_value(secret);
        }
    }
}
