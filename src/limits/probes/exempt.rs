//! Preflight and exempt paths: they are not counted, and never refused.

use super::super::hand::{Hand, Why};
use super::super::prober::Done;
use super::super::task::Call;
use super::super::world::{Outgoing, World};
use super::arming::exhaust;

const REQUESTS: usize = 5;
/// The origin that a preflight names: a name that cannot exist (RFC 6761 section 6.4).
const ORIGIN: &str = "https://client.invalid";

/// `variant` is the exempt path's place; the one behind the last is the preflight.
pub(super) async fn run<W: World>(hand: &mut Hand<'_, W>, variant: u8) -> Done {
    let path = hand.prober.task.exempt.get(usize::from(variant)).cloned();
    let note = path.clone().unwrap_or_else(|| "preflight".to_owned());
    hand.arm().await?;
    hand.send(0).await?;
    // A browser sends no credentials with a preflight (Fetch standard, CORS-preflight fetch).
    let mut sender = Hand::new(hand.prober, hand.probe, hand.round, path.as_ref().and(hand.key));
    let request = match &path {
        Some(path) => {
            let call = Call { method: "GET".to_owned(), target: path.clone(), ..Call::default() };
            sender.outgoing(&call)
        }
        None => preflight(&sender),
    };
    let why = |phase| Why { note: &note, ..Why::phase(phase) };
    for _ in 0..REQUESTS {
        sender.dispatch(why(1), &request).await?;
    }
    hand.send(2).await?;
    exhaust(hand, 1).await?;
    sender.dispatch(why(3), &request).await?;
    Ok(())
}

fn preflight<W: World>(sender: &Hand<'_, W>) -> Outgoing {
    let call = &sender.prober.task.request;
    let key = sender.prober.task.keys.first().map_or("authorization", |key| key.line.0.as_str());
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![
        line("Origin", ORIGIN),
        line("Access-Control-Request-Method", &call.method),
        line("Access-Control-Request-Headers", &key.to_ascii_lowercase()),
    ];
    let call = Call { method: "OPTIONS".to_owned(), headers, body: String::new(), ..call.clone() };
    sender.outgoing(&call)
}
