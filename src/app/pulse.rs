//! Keeps the runtime's clock going while a server floods a connection.
//!
//! Reading a flood keeps one of the runtime's threads busy for seconds, and if that thread was the last to wait for
//! the clock, nobody looks at it meanwhile: the other threads sleep until they are given something to do. So they
//! are given nothing, in the strict sense, a few times a second, and look at the clock before they sleep again.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use tokio::runtime::Handle;

/// Time between two beats; no timeout comes later by much more than this.
const BEAT: Duration = Duration::from_millis(50);

/// Beats until it is dropped.
pub(super) struct Pulse {
    _stop: Sender<()>,
}

impl Pulse {
    /// Starts to beat for a runtime with at least two threads.
    pub(super) fn start(runtime: Handle) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                runtime.spawn(std::future::ready(()));
            }
        });
        Self { _stop: stop }
    }
}
