//! The metrics of a load while it runs: a page that others read, with the figures that were told last.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::gather::Gathered;
use crate::env::Env;
use crate::model::{LiveLatency, LoadLive, LoadOutcome};
use crate::redact::Redactor;
use crate::report::{About, METRICS_TYPE, metrics};
use crate::transport::page::{Page, Place, Shown};

/// Where it is.
const PATH: &str = "/metrics";

/// The figures that were told last. Who reads them and who tells them meet once a second, and never where it is sent.
#[derive(Debug, Clone)]
pub(super) struct Board(Arc<Mutex<Arc<LoadLive>>>);

impl Board {
    /// Replaces the figures.
    pub(super) fn put(&self, live: LoadLive) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }

    fn last(&self) -> Arc<LoadLive> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The page; it is gone once this is dropped.
#[derive(Debug)]
pub(super) struct Metrics {
    board: Board,
    _shown: Shown,
}

/// Listens on the address, and says where; a port that nobody chose is said even if the run is to be quiet.
///
/// # Errors
/// The address cannot be listened on.
pub(super) async fn take(env: &mut Env, address: SocketAddr, quiet: bool) -> Result<Place, String> {
    let place = Place::take(address).await.map_err(|error| format!("--metrics: {error}"))?;
    if !quiet || address.port() == 0 {
        let _ = writeln!(env.stderr, "metrics: http://{}{PATH}", place.address());
    }
    Ok(place)
}

/// What the page says of the load itself.
pub(super) fn about(gathered: &Gathered, redactor: &Redactor) -> About {
    let plan = &gathered.plan;
    let contract = plan.contract.as_ref().map(|compiled| compiled.contract.name.as_str());
    let clean = |text: &str| redactor.text(text).into_owned();
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: clean(&gathered.name),
        contract: clean(contract.unwrap_or_default()),
        model: plan.model,
        stages: plan.stages.clone(),
    }
}

impl Metrics {
    /// Shows the page, of nothing yet.
    pub(super) fn show(place: Place, about: About) -> Self {
        let latency = LoadOutcome::ALL.map(LiveLatency::none).to_vec();
        let board = Board(Arc::new(Mutex::new(Arc::new(LoadLive { latency, ..LoadLive::default() }))));
        let read = board.clone();
        let text = Box::new(move || metrics(&about, &read.last()));
        let shown = place.show(Page { path: PATH, media_type: METRICS_TYPE, text });
        Self { board, _shown: shown }
    }

    /// Where the figures are told.
    pub(super) fn board(&self) -> Board {
        self.board.clone()
    }
}
