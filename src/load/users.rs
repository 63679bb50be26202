//! What users of the closed model do, and who makes their requests.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Exchange, Request};
use crate::threshold::{Rate, TestPlan, Think};

/// The users of a run.
#[derive(Debug, Clone)]
pub struct Users {
    /// Most users at once, at least 1.
    pub most: u32,
    /// How fast they begin, users per time; all at once if nothing is said.
    pub start_rate: Option<Rate>,
    /// How many there are when; all of them to the end if nothing is said.
    pub plan: Option<TestPlan>,
    /// How long each thinks after an answer.
    pub think: Think,
    /// Longest wait for a 429 to pass.
    pub longest_wait: Duration,
    /// Who makes requests where the plan's steps have none that is always the same.
    pub script: Arc<dyn Script>,
}

/// Makes users.
pub trait Script: Debug + Send + Sync {
    /// The user of a number, from 0.
    fn user(&self, number: u32) -> Box<dyn Walker>;
}

/// What one user knows.
pub trait Walker: Debug + Send {
    /// Begins a walk, by its number from 0: variables are made anew, what was captured is forgotten.
    ///
    /// # Errors
    /// A variable has no value.
    fn begin(&mut self, walk: u64) -> Result<(), String>;

    /// The request of a step as this user sends it; nothing if it is the plan's own.
    ///
    /// # Errors
    /// It cannot be rendered.
    fn request(&self, step: usize) -> Result<Option<Request>, String>;

    /// Whether later steps need something of the answer to this one.
    fn captures(&self, step: usize) -> bool;

    /// Keeps what later steps need of an answer.
    ///
    /// # Errors
    /// The answer does not have it.
    fn capture(&mut self, step: usize, exchange: &Exchange) -> Result<(), String>;

    /// An answer to this user is kept to be shown: what is secret in it is to be hidden.
    fn shown(&self);
}

/// All users send the plan's own requests.
#[derive(Debug)]
pub struct Alike;

impl Script for Alike {
    fn user(&self, _: u32) -> Box<dyn Walker> {
        Box::new(Self)
    }
}

impl Walker for Alike {
    fn begin(&mut self, _: u64) -> Result<(), String> {
        Ok(())
    }

    fn request(&self, _: usize) -> Result<Option<Request>, String> {
        Ok(None)
    }

    fn captures(&self, _: usize) -> bool {
        false
    }

    fn capture(&mut self, _: usize, _: &Exchange) -> Result<(), String> {
        Ok(())
    }

    fn shown(&self) {}
}
