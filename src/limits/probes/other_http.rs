//! Whether the target speaks the version of HTTP that it is not probed over: one try, of which the log tells.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::super::hand::{Hand, Why};
use super::super::log::{Other, Probe};
use super::super::prober::{Cut, Prober};
use super::super::world::World;
use super::warmup::harmless;

/// How long a greeting is waited for: whoever does not understand it may say nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// Opens one connection and sends one request over it. That it fails is a result.
pub(in super::super) async fn other_http<W: World>(prober: &Prober<'_, W>) -> Result<(), Cut> {
    let (world, protocol) = (prober.world, prober.task.protocol.other());
    let late = world.now() + PATIENCE;
    let opened = match select(pin!(world.open(protocol)), pin!(world.sleep_until(late))).await {
        Either::Left((opened, _)) => opened,
        Either::Right(_) => Err(format!("no connection over {} was there in time", protocol.name())),
    };
    let other = match opened {
        Err(why) => Other::Not(why),
        Ok(connection) => {
            let mut hand = Hand::new(prober, Probe::Warmup, 0, None);
            hand.take(prober.link(connection, protocol));
            let request = harmless(&hand);
            hand.once(Why { note: protocol.name(), ..Why::default() }, &request).await?;
            let state = prober.state.borrow();
            match state.records.last() {
                Some(record) if record.error.is_none() && record.protocol == protocol => Other::Spoken,
                record => Other::Not(record.and_then(|record| record.error.clone()).unwrap_or_default()),
            }
        }
    };
    let mut state = prober.state.borrow_mut();
    // What came of a try is no sign that the target is gone.
    state.failures = 0;
    state.other = Some(other);
    Ok(())
}
