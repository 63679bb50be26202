//! A key in the hand of a probe: sends its requests, records them, waits, drains.

use std::time::Duration;

use super::log::{At, Probe, Protocol};
use super::prober::{Cut, Prober};
use super::seen::Seen;
use super::task::Call;
use super::world::{Outgoing, Reply, World};

/// How long before a moment that matters a fresh connection is opened: one that has been idle through a wait may be
/// closed by the server at any time.
const FRESH_BEFORE: Duration = Duration::from_millis(200);
/// Most connections that are opened for one burst.
pub(super) const MOST_LINKS: usize = 256;
/// Most requests that are released together; more would arrive one after the other all the same.
pub(super) const MOST_TOGETHER: usize = 64;

/// An open connection.
pub(super) struct Link<C> {
    pub(super) connection: C,
    pub(super) name: LinkName,
}

/// What a record says of its connection: the number, and the version of HTTP that it speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkName {
    pub(super) number: u32,
    pub(super) protocol: Protocol,
}

/// What one request is sent for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Why<'n> {
    pub(super) phase: u8,
    pub(super) note: &'n str,
    /// When it is to be sent; now if that has passed.
    pub(super) due: Option<At>,
}

impl Why<'_> {
    /// A phase and nothing else.
    pub(super) fn phase(phase: u8) -> Self {
        Self { phase, ..Self::default() }
    }
}

/// A key in the hand of a probe.
pub(super) struct Hand<'p, W: World> {
    pub(super) prober: &'p Prober<'p, W>,
    pub(super) probe: Probe,
    pub(super) round: u32,
    /// The key's place; none sends without a key.
    pub(super) key: Option<usize>,
    link: Option<Link<W::Connection>>,
}

/// What a drain saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Drain {
    /// When it began.
    pub(super) start: At,
    /// The refusals, in order.
    pub(super) refusals: Vec<Seen>,
}

impl<'p, W: World> Hand<'p, W> {
    /// Takes a key for a probe.
    pub(super) fn new(prober: &'p Prober<'p, W>, probe: Probe, round: u32, key: Option<usize>) -> Self {
        Self { prober, probe, round, key, link: None }
    }

    /// The same key for a purpose that is recorded as another probe.
    pub(super) fn as_probe(&mut self, probe: Probe) -> Probe {
        std::mem::replace(&mut self.probe, probe)
    }

    pub(super) fn now(&self) -> At {
        self.prober.world.now()
    }

    /// Waits until then.
    pub(super) async fn wait(&self, at: At) -> Result<(), Cut> {
        self.prober.wait(at).await
    }

    /// The read request as this key sends it.
    pub(super) fn read(&self) -> Outgoing {
        self.outgoing(&self.prober.task.request)
    }

    /// Another request as this key sends it.
    pub(super) fn outgoing(&self, call: &Call) -> Outgoing {
        let key = self.key.and_then(|key| self.prober.task.keys.get(key));
        self.prober.task.outgoing(call, key)
    }

    /// Sends the read request now.
    pub(super) async fn send(&mut self, phase: u8) -> Result<Seen, Cut> {
        let request = self.read();
        self.dispatch(Why::phase(phase), &request).await
    }

    /// Sends the read request at a moment, never before it, over a connection that was opened just before.
    pub(super) async fn send_at(&mut self, phase: u8, at: At) -> Result<Seen, Cut> {
        let request = self.read();
        self.wait(at.saturating_sub(FRESH_BEFORE)).await?;
        self.fresh().await?;
        self.wait(at).await?;
        self.dispatch(Why { due: Some(at), ..Why::phase(phase) }, &request).await
    }

    /// Goes on over this connection.
    pub(super) fn take(&mut self, link: Link<W::Connection>) {
        self.link = Some(link);
    }

    /// Drops the connection and opens another.
    pub(super) async fn fresh(&mut self) -> Result<(), Cut> {
        self.link = None;
        self.link = Some(self.prober.open().await?);
        Ok(())
    }

    /// Sends now. A request that met a failure is sent once more over a fresh connection, both recorded: what
    /// became of the first is not known.
    pub(super) async fn dispatch(&mut self, why: Why<'_>, request: &Outgoing) -> Result<Seen, Cut> {
        let first = self.once(why, request).await?;
        if first.status != 0
            || first.rejected
            || !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
        {
            return Ok(first);
        }
        self.link = None;
        self.once(Why { due: None, ..why }, request).await
    }

    /// Sends now, and once only.
    pub(super) async fn once(&mut self, why: Why<'_>, request: &Outgoing) -> Result<Seen, Cut> {
        let mut link = match self.link.take() {
            Some(link) if self.prober.world.usable(&link.connection) => link,
            _ => self.prober.open().await?,
        };
        self.prober.spend(1)?;
        let due = why.due.unwrap_or_else(|| self.now());
        let reply = self.prober.world.exchange(&mut link.connection, request).await;
        let name = link.name;
        if self.prober.world.usable(&link.connection) {
            self.link = Some(link);
        }
        self.prober.record(self, Why { due: Some(due), ..why }, name, request, reply)
    }

    /// Sends now, and once only, over a connection of its own that speaks the other version of HTTP.
    pub(super) async fn otherwise(&mut self, why: Why<'_>, request: &Outgoing) -> Result<Seen, Cut> {
        let other = self.prober.open_as(self.prober.task.protocol.other()).await?;
        let own = self.link.replace(other);
        let seen = self.once(why, request).await;
        self.link = own;
        seen
    }

    /// Opens connections for a burst.
    pub(super) async fn links(&self, count: usize) -> Result<Vec<Link<W::Connection>>, Cut> {
        let mut links = Vec::new();
        for _ in 0..count.min(MOST_LINKS) {
            links.push(self.prober.open().await?);
        }
        Ok(links)
    }

    /// Sends the read request over each of these connections at one moment.
    pub(super) async fn together(
        &mut self,
        phase: u8,
        links: &mut [Link<W::Connection>],
    ) -> Result<Vec<Seen>, Cut> {
        let request = self.read();
        self.prober.spend(u64::try_from(links.len()).unwrap_or(u64::MAX))?;
        let due = self.now();
        let names: Vec<LinkName> = links.iter().map(|link| link.name).collect();
        let calls = links.iter_mut().map(|link| (&mut link.connection, &request)).collect();
        let replies = self.prober.world.together(calls).await;
        self.record_all((phase, due), names.into_iter().zip(replies), &request)
    }

    /// Sends the read request so many times over one connection at one moment.
    pub(super) async fn multiplexed(
        &mut self,
        phase: u8,
        link: &mut Link<W::Connection>,
        times: usize,
    ) -> Result<Vec<Seen>, Cut> {
        let request = self.read();
        self.prober.spend(u64::try_from(times).unwrap_or(u64::MAX))?;
        let due = self.now();
        let replies = self.prober.world.multiplexed(&mut link.connection, &request, times).await;
        let name = link.name;
        self.record_all((phase, due), replies.into_iter().map(|reply| (name, reply)), &request)
    }

    fn record_all(
        &self,
        (phase, due): (u8, At),
        replies: impl Iterator<Item = (LinkName, Reply)>,
        request: &Outgoing,
    ) -> Result<Vec<Seen>, Cut> {
        let why = Why { due: Some(due), ..Why::phase(phase) };
        let recorded = replies.map(|(name, reply)| self.prober.record(self, why, name, request, reply));
        let mut seen = recorded.collect::<Result<Vec<Seen>, Cut>>()?;
        seen.sort_by_key(|seen| seen.sent);
        Ok(seen)
    }

    /// When the key will be whole; see [`super::state::State::whole_at`].
    pub(super) fn whole_at(&self) -> At {
        let state = self.prober.state.borrow();
        self.key.map_or_else(|| self.now(), |key| state.whole_at(key, self.now()))
    }

    /// Waits for a window's silence, if the key has to be silent for two: meanwhile another key may learn that one is
    /// enough.
    pub(super) async fn half_way(&self) -> Result<(), Cut> {
        // Whoever looks for an edge right now will tell where it is.
        while self.probe != Probe::Arming && self.prober.state.borrow().calibrating {
            self.wait(self.now() + Duration::from_millis(20)).await?;
        }
        let at = self.whole_at();
        let window = self.prober.window();
        if at > self.now() + window { self.wait(at.saturating_sub(window)).await } else { Ok(()) }
    }

    /// Waits until the key is whole and a window has just begun.
    pub(super) async fn arm(&mut self) -> Result<(), Cut> {
        self.half_way().await?;
        self.at(self.whole_at()).await
    }

    /// Waits until the key has been silent for a window; enough where exact counts do not matter.
    pub(super) async fn rest(&mut self) -> Result<(), Cut> {
        let now = self.now();
        let at = self.key.map_or(now, |key| self.prober.state.borrow().rested_at(key, now));
        self.at(at).await
    }

    /// Waits until then, with a connection that is fresh if that takes time.
    async fn at(&mut self, at: At) -> Result<(), Cut> {
        if at > self.now() {
            self.wait(at.saturating_sub(FRESH_BEFORE)).await?;
            self.fresh().await?;
            self.wait(at).await?;
        } else if self.link.is_none() {
            self.fresh().await?;
        }
        Ok(())
    }

    /// Sends one by one until so many refusals came in a row, at most three limits.
    pub(super) async fn drain(&mut self, phase: u8, refusals: usize) -> Result<Drain, Cut> {
        if self.prober.state.borrow().unlimited {
            return Err(Cut::because("no request is refused one by one, so no key can be exhausted"));
        }
        let drain = self.try_drain(phase, refusals).await?;
        if drain.refusals.is_empty() {
            return Err(Cut::because("no request was refused, however many were sent"));
        }
        Ok(drain)
    }

    /// The same, where not being refused is a result.
    pub(super) async fn try_drain(&mut self, phase: u8, refusals: usize) -> Result<Drain, Cut> {
        let most = self.prober.limit().saturating_mul(3).saturating_add(5);
        let mut drain = Drain { start: self.now(), refusals: Vec::new() };
        let mut row = 0;
        for _ in 0..most {
            let seen = self.send(phase).await?;
            row = if seen.refused() { row + 1 } else { 0 };
            if seen.refused() {
                drain.refusals.push(seen);
            }
            if row >= refusals {
                break;
            }
        }
        if drain.refusals.is_empty() {
            self.prober.state.borrow_mut().not_refused(most, self.now().saturating_sub(drain.start));
        }
        Ok(drain)
    }

    /// Exhausts the key as fast as it takes: one by one, or many at once where that would use up too much of the
    /// window.
    pub(super) async fn drain_fast(&mut self, phase: u8, refusals: usize) -> Result<(), Cut> {
        let (slow, limit, side_by_side) = {
            let state = self.prober.state.borrow();
            let (took, wanted) = (state.burst(state.limit).as_secs_f64(), state.part(0.1).as_secs_f64());
            (took > wanted, state.limit, 2.0 * took / wanted.max(1e-9))
        };
        if !slow {
            return self.drain(phase, refusals).await.map(drop);
        }
        let width = (2..=MOST_TOGETHER).find(|width| count(*width) >= side_by_side).unwrap_or(MOST_TOGETHER);
        let mut links = self.links(width).await?;
        let mut sent = 0;
        while sent <= limit.saturating_mul(3) {
            let seen = self.together(phase, &mut links).await?;
            sent += u64::try_from(seen.len()).unwrap_or(u64::MAX);
            if seen.iter().rev().take(refusals).all(Seen::refused) {
                return Ok(());
            }
        }
        Err(Cut::because("no request was refused, however many were sent"))
    }
}

/// A count as a number to compare with.
fn count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
