//! Hosting the service on wiremock for as long as one likes: its mock is exchanged before it grows.
//!
//! wiremock keeps a copy of every request that a mock matched, and only `reset` lets go of them. A `reset` and
//! a `register` on their own would leave a moment without a mock, in which wiremock answers 404 by itself.
//! Here both queue up for wiremock's lock while the responder still holds it; the lock is fair, so no
//! request comes between them. This leans on how wiremock works inside, hence its exact version in the manifest.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::task::{Context, Waker};
use std::time::{Instant, SystemTime};

use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::service::Service;

/// Requests after which the mock is exchanged.
const REQUESTS: usize = 2_000;
/// Bytes of request bodies after which the mock is exchanged.
const BODIES: usize = 16 * 1024 * 1024;

/// Told by the exchanging thread once both steps are queued.
type Queued = SyncSender<()>;

/// Puts the service behind every path of a server, and starts the thread that keeps its memory flat. The
/// thread ends with the server.
///
/// # Errors
///
/// When the system gives no thread or no timer.
pub(super) async fn host(service: Arc<Service>, server: &Arc<MockServer>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    // Without a buffer a request for exchange is taken only by a thread that waits for one: nobody hangs.
    let (exchange, requests) = sync_channel(0);
    let host = Arc::new(Host { service, exchange, requests: 0.into(), bodies: 0.into() });
    let (server_ref, host_ref) = (Arc::downgrade(server), Arc::downgrade(&host));
    std::thread::Builder::new()
        .name("reference-rotation".to_owned())
        .spawn(move || exchange_on_demand(&runtime, &requests, &server_ref, &host_ref))?;
    server.register(mock(host)).await;
    Ok(())
}

/// What the mock answers with.
struct Host {
    service: Arc<Service>,
    exchange: SyncSender<Queued>,
    requests: AtomicUsize,
    bodies: AtomicUsize,
}

struct Responder(Arc<Host>);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.count(request);
        self.0.service.answer(request, Instant::now(), SystemTime::now())
    }
}

impl Host {
    /// Counts what wiremock keeps, and has it thrown away when it is enough. One thread calls this, under
    /// wiremock's lock.
    fn count(&self, request: &Request) {
        let requests = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let bodies = self.bodies.fetch_add(request.body.len(), Ordering::Relaxed) + request.body.len();
        if requests < REQUESTS && bodies < BODIES {
            return;
        }
        let (queued, wait) = sync_channel(1);
        if self.exchange.try_send(queued).is_ok() {
            // An error means that the server is being dropped: nothing will be exchanged any more.
            let _ = wait.recv();
            self.requests.store(0, Ordering::Relaxed);
            self.bodies.store(0, Ordering::Relaxed);
        }
    }
}

fn mock(host: Arc<Host>) -> Mock {
    Mock::given(any()).respond_with(Responder(host))
}

fn exchange_on_demand(
    runtime: &tokio::runtime::Runtime,
    requests: &Receiver<Queued>,
    server: &Weak<MockServer>,
    host: &Weak<Host>,
) {
    while let Ok(queued) = requests.recv() {
        let (Some(server), Some(host)) = (server.upgrade(), host.upgrade()) else { return };
        runtime.block_on(async {
            let mut exchange = pin!(async {
                tokio::join!(biased; server.reset(), server.register(mock(host)));
            });
            // The first poll puts both into the lock's queue, in this order, behind the waiting responder.
            let done = exchange.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            let _ = queued.send(());
            if !done {
                exchange.await;
            }
        });
    }
}
