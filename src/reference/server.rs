//! Starting and stopping the reference server.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wiremock::MockServer;

use super::auth::Key;
use super::defects::Defect;
use super::pace::Pace;
use super::proxy::Proxy;
use super::rotation;
use super::service::Service;
use crate::limiter::{Algorithm, Anchor, HeaderFamily, Policy, Quota};

/// Time in which an answer that is due reaches the socket.
const FLUSH: Duration = Duration::from_millis(50);
/// Longest time that a stop waits for promised answers, and again for the port.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the reference server behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 lets the system choose.
    pub address: SocketAddr,
    /// Requests of one key in a window, at least 1.
    pub limit: u32,
    /// The window.
    pub window: Duration,
    /// How requests are counted.
    pub algorithm: Algorithm,
    /// The rate limit headers.
    pub limit_headers: HeaderFamily,
    /// Requests of one key in 24 hours; `None` is no such limit.
    pub daily: Option<u32>,
    /// How long every answer is held back.
    pub latency: Duration,
    /// Gaps between requests that are shorter take no time for the limits: on a busy machine a suite then meets
    /// the same refusals as on an idle one. Zero is the real time.
    pub shortest_gap: Duration,
    /// Chooses keys and identifiers.
    pub seed: u64,
    /// A fault to have, or none.
    pub defect: Option<&'static Defect>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            limit: 600,
            window: Duration::from_secs(60),
            algorithm: Algorithm::FixedWindow { anchor: Anchor::FirstRequest },
            limit_headers: HeaderFamily::default(),
            daily: None,
            latency: Duration::ZERO,
            shortest_gap: Duration::ZERO,
            seed: 0,
            defect: None,
        }
    }
}

/// Why the server did not start.
#[derive(Debug)]
pub enum StartError {
    /// A limit or a window of nothing, under which no request could ever pass.
    NothingAdmitted(&'static str),
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no thread or no timer.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingAdmitted(option) => {
                write!(f, "the {option} is 0 and would admit no request: choose at least 1")
            }
            Self::Listen { address, source } if source.kind() == io::ErrorKind::AddrInUse => {
                write!(f, "{address} is in use: stop what listens there, or choose another port (0 for any)")
            }
            Self::Listen { address, source } => {
                write!(f, "cannot listen on {address}: {source}; choose an address of this machine")
            }
            Self::Thread(source) => write!(f, "cannot start a thread: {source}; free some and try again"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NothingAdmitted(_) => None,
            Self::Listen { source, .. } | Self::Thread(source) => Some(source),
        }
    }
}

/// A running reference server. Dropped without [`Server::stop`] it ends at once, answers and all.
#[derive(Debug)]
pub struct Server {
    mock: Arc<MockServer>,
    service: Arc<Service>,
    address: SocketAddr,
    keys: Vec<Key>,
    proxy: Option<Proxy>,
}

/// Starts the server on a thread of its own; needs a tokio runtime with timers.
///
/// # Errors
///
/// Which option is at fault, or why the address cannot be listened on.
pub async fn start(options: Options) -> Result<Server, StartError> {
    let Options { address, limit, window, daily, latency, shortest_gap, seed, defect, .. } = options;
    if limit == 0 {
        return Err(StartError::NothingAdmitted("limit"));
    }
    if daily == Some(0) {
        return Err(StartError::NothingAdmitted("daily quota"));
    }
    if window.is_zero() {
        return Err(StartError::NothingAdmitted("window"));
    }
    // wiremock ends for good when a socket cannot be accepted. If the limit cannot be raised, it stays.
    let _ = rlimit::increase_nofile_limit(rlimit::INFINITY);

    let listen = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let (listener, proxy) = match defect.and_then(Defect::front) {
        None => (listener, None),
        Some(front) => {
            let behind = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(listen)?;
            let origin = behind.local_addr().map_err(listen)?;
            (behind, Some(Proxy::start(listener, origin, front).map_err(listen)?))
        }
    };
    let pace = Pace::new(shortest_gap);
    let policy = Policy { algorithm: options.algorithm, limit: limit.into(), window };
    let quota = Quota { policy, daily: daily.map(u64::from) };
    let service = Service::new(seed, quota, options.limit_headers, latency, pace, defect);
    let service = Arc::new(service);
    let mock = MockServer::builder().listener(listener).disable_request_recording().start().await;
    let mock = Arc::new(mock);
    rotation::host(Arc::clone(&service), &mock).await.map_err(StartError::Thread)?;
    let keys = service.keys();
    Ok(Server { mock, service, address, keys, proxy })
}

impl Server {
    /// Scheme, host and port: `http://127.0.0.1:40123`. The APIs are at `/api/v1` and `/v1` below it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The keys it knows.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Lets the answers out that are under way, refuses further requests with a 503, and frees the port.
    /// Takes at most ten seconds.
    pub async fn stop(self) {
        let Self { mock, service, address, keys: _, proxy } = self;
        if let Some(due) = service.close() {
            let patience = Instant::now() + PATIENCE;
            tokio::time::sleep_until(due.checked_add(FLUSH).map_or(patience, |due| due.min(patience)).into())
                .await;
        }
        drop((mock, proxy));
        // wiremock closes its listener on its own thread, some time after this one let go of it.
        let patience = Instant::now() + PATIENCE;
        while TcpListener::bind(address).is_err() && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
