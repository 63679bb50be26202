//! Virtual time: one thread, timers in a heap, and nothing ever waits for real.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::super::log::At;

/// Time that passes only when everybody waits.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    now: Cell<At>,
    timers: RefCell<BinaryHeap<Reverse<Timer>>>,
    number: Cell<u64>,
}

#[derive(Debug)]
struct Timer {
    at: At,
    /// Timers of one moment ring in the order in which they were set.
    number: u64,
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl Timeline {
    pub(super) fn now(&self) -> At {
        self.now.get()
    }

    /// Waits until exactly then.
    pub(super) fn until(&self, at: At) -> Until<'_> {
        Until { timeline: self, at, set: false }
    }

    /// Runs a future to its end; none if it waits for something that no timer brings.
    pub(super) fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return Some(output);
                }
            }
            let Reverse(timer) = self.timers.borrow_mut().pop()?;
            self.now.set(self.now.get().max(timer.at));
            timer.waker.wake();
        }
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A wait; see [`Timeline::until`].
#[derive(Debug)]
pub(super) struct Until<'t> {
    timeline: &'t Timeline,
    at: At,
    set: bool,
}

impl Future for Until<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.timeline.now() >= self.at {
            return Poll::Ready(());
        }
        if !self.set {
            self.set = true;
            let number = self.timeline.number.get() + 1;
            self.timeline.number.set(number);
            let timer = Timer { at: self.at, number, waker: context.waker().clone() };
            self.timeline.timers.borrow_mut().push(Reverse(timer));
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use super::*;

    #[test]
    fn a_day_passes_at_once_and_in_order() {
        let timeline = Timeline::default();
        let rung = RefCell::new(Vec::new());
        let waits = [86_400, 3, 60, 3, 0].iter().enumerate().map(|(place, seconds)| {
            let (timeline, rung) = (&timeline, &rung);
            async move {
                timeline.until(Duration::from_secs(*seconds)).await;
                rung.borrow_mut().push((place, timeline.now().as_secs()));
            }
        });
        assert!(timeline.run(join_all(waits)).is_some());
        assert_eq!(*rung.borrow(), [(4, 0), (1, 3), (3, 3), (2, 60), (0, 86_400)]);
    }

    #[test]
    fn whoever_waits_for_nothing_is_told_so() {
        assert_eq!(Timeline::default().run(std::future::pending::<()>()), None);
    }
}
