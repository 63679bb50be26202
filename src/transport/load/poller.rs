//! Waits for connections and for the clock: to the nanosecond where the system can, never on a millisecond's wheel.

use std::io;
use std::time::Duration;

use mio::net::TcpStream;

/// Connections that are looked at in one round.
const EVENTS: usize = 256;

#[cfg(target_os = "linux")]
mod system {
    use std::num::NonZero;
    use std::os::fd::OwnedFd;

    use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};

    use super::{Duration, EVENTS, TcpStream, io};

    /// Linux's own poller, since its deadlines are of nanoseconds.
    pub struct Poller {
        epoll: OwnedFd,
        events: Vec<epoll::Event>,
    }

    impl Poller {
        /// A poller for the thread that makes it.
        ///
        /// # Errors
        /// What the system says.
        pub fn new() -> io::Result<Self> {
            // Timers of a thread may come 50 µs late so that the processor sleeps longer. If this cannot be turned off,
            // sends are that much late, and the report says so.
            let _ = rustix::thread::set_current_timer_slack(NonZero::new(1));
            let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
            Ok(Self { epoll, events: Vec::with_capacity(EVENTS) })
        }

        /// Watches a connection until it is closed. News of it come once, under `token`.
        ///
        /// # Errors
        /// What the system says.
        pub fn watch(&mut self, stream: &mut TcpStream, token: usize) -> io::Result<()> {
            let flags = epoll::EventFlags::IN
                | epoll::EventFlags::OUT
                | epoll::EventFlags::RDHUP
                | epoll::EventFlags::ET;
            let data = epoll::EventData::new_u64(u64::try_from(token).unwrap_or(u64::MAX));
            Ok(epoll::add(&self.epoll, stream, data, flags)?)
        }

        /// Waits for news, at most so long, and puts the tokens of those that have some into `ready`.
        ///
        /// # Errors
        /// What the system says; an interruption is none.
        pub fn wait(&mut self, longest: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
            ready.clear();
            self.collect(ready)?;
            if !ready.is_empty() || longest.is_zero() {
                return Ok(());
            }
            // Systems that are not new round the poller's own deadline up to milliseconds; that of `ppoll`, which tells
            // whether the poller has news, is of nanoseconds everywhere.
            let seconds = i64::try_from(longest.as_secs()).unwrap_or(i64::MAX);
            let timeout = Timespec { tv_sec: seconds, tv_nsec: longest.subsec_nanos().into() };
            match poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], Some(&timeout)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => Ok(()),
                Ok(_) => self.collect(ready),
                Err(error) => Err(error.into()),
            }
        }

        /// Takes the news that are there.
        fn collect(&mut self, ready: &mut Vec<usize>) -> io::Result<()> {
            const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
            self.events.clear();
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut self.events), Some(&AT_ONCE)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            ready.extend(self.events.iter().map(|event| {
                let data = event.data;
                usize::try_from(data.u64()).unwrap_or(usize::MAX)
            }));
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use mio::{Events, Interest, Poll, Token};

    use super::{Duration, EVENTS, TcpStream, io};

    /// The system's poller; its deadlines are as fine as the system makes them.
    #[derive(Debug)]
    pub struct Poller {
        poll: Poll,
        events: Events,
    }

    impl Poller {
        /// A poller for the thread that makes it.
        ///
        /// # Errors
        /// What the system says.
        pub fn new() -> io::Result<Self> {
            Ok(Self { poll: Poll::new()?, events: Events::with_capacity(EVENTS) })
        }

        /// Watches a connection until it is closed. News of it come once, under `token`.
        ///
        /// # Errors
        /// What the system says.
        pub fn watch(&mut self, stream: &mut TcpStream, token: usize) -> io::Result<()> {
            self.poll.registry().register(stream, Token(token), Interest::READABLE | Interest::WRITABLE)
        }

        /// Waits for news, at most so long, and puts the tokens of those that have some into `ready`.
        ///
        /// # Errors
        /// What the system says; an interruption is none.
        pub fn wait(&mut self, longest: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
            ready.clear();
            match self.poll.poll(&mut self.events, Some(longest)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
                Err(error) => return Err(error),
            }
            ready.extend(self.events.iter().map(|event| event.token().0));
            Ok(())
        }
    }
}

pub use system::Poller;
