//! More requests than the limit at one moment: a limiter that looks and then counts admits too many.

use super::super::hand::{Hand, MOST_LINKS, MOST_TOGETHER};
use super::super::log::Protocol;
use super::super::prober::Done;
use super::super::world::World;

/// `variant` is the phase: 0 many connections, 1 one, 2 a new one for each request, 3 one that carries many at once.
pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>, variant: u8) -> Done {
    // Where one by one was too slow to meet the limit, many at once may meet it.
    let not_enforced = {
        let state = hand.prober.state.borrow();
        state.unlimited && !state.slow
    };
    if not_enforced {
        return Err(super::super::prober::Cut::because("the limit is not enforced one by one either"));
    }
    let limit = usize::try_from(hand.prober.limit()).unwrap_or(usize::MAX);
    let many = limit.saturating_add(16.max(limit / 2));
    if variant == 1 {
        hand.arm().await?;
        for _ in 0..many {
            hand.send(1).await?;
        }
        return Ok(());
    }
    // Connections are opened before the moment, since a new window is young only for a short time.
    hand.half_way().await?;
    let whole = hand.whole_at();
    hand.wait(whole.saturating_sub(std::time::Duration::from_millis(500))).await?;
    let batches = batches(limit, many);
    if variant == 3 {
        let mut link = hand.prober.open_as(Protocol::Http2).await?;
        hand.wait(hand.whole_at()).await?;
        for batch in batches {
            if !hand.prober.world.usable(&link.connection) {
                link = hand.prober.open_as(Protocol::Http2).await?;
            }
            hand.multiplexed(3, &mut link, batch).await?;
        }
        return Ok(());
    }
    let widest = batches.iter().copied().max().unwrap_or_default();
    let mut links = hand.links(if variant == 2 { many } else { widest }).await?;
    hand.wait(hand.whole_at()).await?;
    let mut used = 0;
    for batch in batches {
        if variant == 2 {
            let end = (used + batch).min(links.len());
            // Beyond the most connections at once, the rest have been seen by now.
            if used < end {
                hand.together(2, &mut links[used..end]).await?;
            }
            used = end;
            continue;
        }
        refresh(hand, &mut links[..batch]).await?;
        hand.together(0, &mut links[..batch]).await?;
    }
    debug_assert!(used <= MOST_LINKS);
    Ok(())
}

/// Sizes of bursts that follow each other. More at once than the machine can release within a millisecond would
/// arrive one after the other anyway; the limit is crossed in the middle of one burst, where a race would be.
fn batches(limit: usize, many: usize) -> Vec<usize> {
    if many <= MOST_TOGETHER {
        return vec![many];
    }
    let mut before = limit.saturating_sub(MOST_TOGETHER / 2);
    let mut after = many.saturating_sub(before + MOST_TOGETHER);
    let mut sizes = Vec::new();
    while before > 0 {
        sizes.push(before.min(MOST_TOGETHER));
        before -= before.min(MOST_TOGETHER);
    }
    sizes.push(MOST_TOGETHER.min(many));
    while after > 0 {
        sizes.push(after.min(MOST_TOGETHER));
        after -= after.min(MOST_TOGETHER);
    }
    sizes
}

/// Opens those again that the server has closed.
async fn refresh<W: World>(
    hand: &Hand<'_, W>,
    links: &mut [super::super::hand::Link<W::Connection>],
) -> Done {
    for link in links {
        if !hand.prober.world.usable(&link.connection) {
            *link = hand.prober.open().await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::batches;

    #[test]
    fn the_limit_is_crossed_within_a_burst() {
        for limit in [1_usize, 5, 20, 32, 60, 64, 100, 128, 1_000] {
            let many = limit + 16.max(limit / 2);
            let sizes = batches(limit, many);
            assert!(sizes.iter().sum::<usize>() >= many.min(64) && sizes.iter().all(|size| *size <= 64));
            let mut sent = 0;
            let crossing = sizes.iter().find(|size| {
                sent += **size;
                sent > limit
            });
            let crossing = *crossing.expect("crossed");
            let before = limit - (sent - crossing);
            assert!(before >= 1 && sent > limit, "{limit}: {sizes:?}");
            assert!(many <= 64 || before >= 16, "{limit}: {sizes:?}");
        }
    }
}
