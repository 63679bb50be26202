//! Monotonic time, and waiting for it on one thread that does nothing else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// A clock that begins at zero. Its waits are kept by a thread of their own: a sleeping thread is woken within a
/// tenth of a millisecond on an idle machine, where a runtime's timer wheel rounds up to the next whole one.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    waits: Sender<Wait>,
}

#[derive(Debug)]
struct Wait {
    due: Instant,
    number: u64,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl PartialEq for Wait {
    fn eq(&self, other: &Self) -> bool {
        (self.due, self.number) == (other.due, other.number)
    }
}

impl Eq for Wait {}

impl PartialOrd for Wait {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wait {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

impl Clock {
    /// Starts the clock and its thread, which ends with the clock.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start() -> io::Result<Self> {
        let (waits, received) = channel();
        thread::Builder::new().name("pacing".to_owned()).spawn(move || keep(&received))?;
        Ok(Self { start: Instant::now(), waits })
    }

    /// Time since the start.
    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Another moment as a time since the start.
    pub(super) fn since(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.start)
    }

    /// Waits until a time since the start; never shorter.
    pub fn sleep_until(&self, at: Duration) -> Sleep<'_> {
        let due = self.start.checked_add(at);
        Sleep { clock: self, due, waker: None }
    }
}

/// Wakes those whose time has come, one wait after the other.
fn keep(received: &Receiver<Wait>) {
    let mut heap: BinaryHeap<Reverse<Wait>> = BinaryHeap::new();
    let mut number = 0;
    loop {
        let next = match heap.peek() {
            None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(Reverse(first)) => {
                received.recv_timeout(first.due.saturating_duration_since(Instant::now()))
            }
        };
        match next {
            Ok(wait) => {
                number += 1;
                heap.push(Reverse(Wait { number, ..wait }));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = Instant::now();
        while heap.peek().is_some_and(|Reverse(first)| first.due <= now) {
            let Some(Reverse(wait)) = heap.pop() else { break };
            let waker = wait.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// A wait; see [`Clock::sleep_until`].
#[derive(Debug)]
pub struct Sleep<'c> {
    clock: &'c Clock,
    /// None is a time beyond what the clock can hold, which never comes.
    due: Option<Instant>,
    waker: Option<Arc<Mutex<Option<Waker>>>>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else { return Poll::Pending };
        if Instant::now() >= due {
            return Poll::Ready(());
        }
        if let Some(shared) = &self.waker {
            let mut waker = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(waker) = &mut *waker {
                waker.clone_from(context.waker());
                return Poll::Pending;
            }
        }
        let shared = Arc::new(Mutex::new(Some(context.waker().clone())));
        self.waker = Some(Arc::clone(&shared));
        // Without its thread the clock is gone, and so is whoever waits.
        let _ = self.clock.waits.send(Wait { due, number: 0, waker: shared });
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_woken_early_and_waits_may_overlap() {
        let clock = Clock::start().unwrap();
        let waits = [30, 10, 20, 0, 10].map(|millis| {
            let clock = &clock;
            async move {
                let at = Duration::from_millis(millis);
                clock.sleep_until(at).await;
                (at, clock.now())
            }
        });
        for (due, woken) in futures_util::future::join_all(waits).await {
            assert!(woken >= due, "{due:?} {woken:?}");
        }
    }
}
