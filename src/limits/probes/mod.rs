//! One file a probe: what is sent when. What it means is decided later, from the log.

mod arming;
mod bypass;
mod clean_trial;
mod concurrent;
mod daily;
mod discover;
mod endpoint_scope;
mod exempt;
mod fingerprint;
mod fleet;
mod isolation;
mod other_http;
mod recovery;
mod rejects;
mod restart;
mod sequential;
mod steady;
mod strangers;
mod warmup;
mod writes;

use super::hand::Hand;
use super::log::Probe;
use super::plan::Job;
use super::prober::{Done, Prober};
use super::world::World;

pub(super) use daily::{RETURN, once_due};
pub(super) use discover::discover;
pub(super) use other_http::other_http;
pub(super) use rejects::blows;
pub(super) use warmup::warmup;

/// Runs a job on its keys.
pub(super) async fn run<W: World>(prober: &Prober<'_, W>, job: &Job, keys: &[usize]) -> Done {
    let mut hands = keys.iter().map(|key| Hand::new(prober, job.probe, job.round, Some(*key)));
    let Some(mut hand) = hands.next() else { return Ok(()) };
    match job.probe {
        // It is done before there is a plan.
        Probe::Warmup => Ok(()),
        Probe::Arming => arming::calibrate(&mut hand).await,
        Probe::Sequential => sequential::run(&mut hand).await,
        Probe::Concurrent => concurrent::run(&mut hand, job.variant).await,
        Probe::CleanTrial => clean_trial::run(&mut hand).await,
        Probe::Fingerprint => fingerprint::run(&mut hand).await,
        Probe::Rejects => rejects::run(&mut hand).await,
        Probe::Recovery => recovery::run(&mut hand).await,
        Probe::Isolation => match hands.next() {
            Some(mut other) => isolation::run(&mut hand, &mut other).await,
            None => Ok(()),
        },
        Probe::EndpointScope => endpoint_scope::run(&mut hand).await,
        Probe::Bypass => bypass::run(&mut hand).await,
        Probe::Strangers => strangers::run(&mut hand).await,
        Probe::Exempt => exempt::run(&mut hand, job.variant).await,
        Probe::Writes => writes::run(&mut hand).await,
        Probe::Daily => daily::run(&mut hand).await,
        Probe::Steady => steady::run(&mut hand).await,
        Probe::Fleet => fleet::run(&mut hand).await,
        Probe::Restart => restart::run(&mut hand).await,
    }
}
