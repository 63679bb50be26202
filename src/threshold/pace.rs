//! How many users there are when, and how long they think, as text: `10,5s;10,30s;0,5s`, `100ms..500ms`.

use std::str::FromStr;
use std::time::Duration;

use crate::yaml::duration_from_text;

/// Most parts of a plan.
const PARTS: usize = 1_000;
/// Most users.
const USERS: u32 = 20_000;

/// How many users there are when: parts that follow one another, each with the users that it ends with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestPlan(pub Vec<(u32, Duration)>);

impl TestPlan {
    /// Its length.
    pub fn length(&self) -> Duration {
        self.0.iter().map(|(_, length)| *length).sum()
    }

    /// Most users at once.
    pub fn most(&self) -> u32 {
        self.0.iter().map(|(users, _)| *users).max().unwrap_or(0)
    }

    /// When the user of a number, from 0, is there next: at once, at a later time since the start, or never again.
    pub fn next(&self, user: u32, now: Duration) -> Option<Duration> {
        let (mut begin, mut from) = (0.0, 0.0);
        let (user, now) = (f64::from(user), now.as_secs_f64());
        for (to, length) in &self.0 {
            let (to, length) = (f64::from(*to), length.as_secs_f64());
            let end = begin + length;
            if now < end {
                let level =
                    |at: f64| if length > 0.0 { from + (to - from) * (at - begin) / length } else { to };
                let earliest = now.max(begin);
                if level(earliest) > user {
                    return Some(Duration::from_secs_f64(earliest));
                }
                if to > user && to > from {
                    let at = begin + length * (user - from).max(0.0) / (to - from);
                    return Some(Duration::from_secs_f64(at.max(earliest)));
                }
            }
            (begin, from) = (end, to);
        }
        None
    }
}

impl FromStr for TestPlan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let how = |part: &str| {
            format!("`{part}` is no part of a plan; write users and time, parts with `;`: 10,5s;10,30s;0,5s")
        };
        let parts = text.split(';').map(|part| {
            let (users, length) = part.split_once(',').ok_or_else(|| how(part))?;
            let users: u32 = users.trim().parse().map_err(|_| how(part))?;
            let length = duration_from_text(length.trim()).ok_or_else(|| how(part))?;
            if users > USERS {
                return Err(format!("{users} users are more than {USERS}"));
            }
            Ok((users, length))
        });
        let plan = Self(parts.take(PARTS + 1).collect::<Result<_, String>>()?);
        match (plan.0.len() > PARTS, plan.most() == 0 || plan.length().is_zero()) {
            (true, _) => Err(format!("a plan has {PARTS} parts at most")),
            (_, true) => Err("a plan without users or without time loads nothing".to_owned()),
            _ => Ok(plan),
        }
    }
}

/// How long a user thinks between two requests: from the one to the other, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Think {
    /// The shortest time.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

impl Think {
    /// The time that a random number chooses.
    pub fn drawn(self, random: u64) -> Duration {
        let room = u64::try_from(self.to.saturating_sub(self.from).as_nanos()).unwrap_or(u64::MAX - 1);
        self.from + Duration::from_nanos(random % (room + 1))
    }
}

impl FromStr for Think {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let time = |part: &str| {
            duration_from_text(part.trim())
                .ok_or_else(|| format!("`{text}` is no time to think; write 200ms, or a range: 100ms..500ms"))
        };
        let (from, to) = (time(from)?, time(to)?);
        if from > to { Err(format!("`{text}` ends before it begins")) } else { Ok(Self { from, to }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn users_come_and_go_as_planned() {
        let plan: TestPlan = "2,2s; 2,1s;0,2s;1,1s".parse().unwrap();
        assert_eq!((plan.length(), plan.most()), (ms(6_000), 2));
        assert_eq!(plan.next(0, ms(0)), Some(ms(0)));
        assert_eq!(plan.next(1, ms(0)), Some(ms(1_000)));
        assert_eq!(plan.next(1, ms(2_500)), Some(ms(2_500)));
        // The second one leaves half way down, the first one comes back at the end.
        assert_eq!(plan.next(1, ms(4_000)), None);
        assert_eq!(plan.next(0, ms(4_500)), Some(ms(4_500)));
        assert_eq!(plan.next(0, ms(6_000)), None);
        assert_eq!("3,0s;3,1s".parse::<TestPlan>().unwrap().next(2, ms(0)), Some(ms(0)));
        for wrong in ["", "5", "5,x", "0,5s", "5,0s", "-1,5s", "99999999,1s"] {
            assert!(wrong.parse::<TestPlan>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn thinking_has_bounds() {
        let think: Think = "100ms..500ms".parse().unwrap();
        assert!((0..2_000).all(|random| (ms(100)..=ms(500)).contains(&think.drawn(random * 7_919_191))));
        assert_eq!("1s".parse::<Think>().unwrap().drawn(u64::MAX), ms(1_000));
        assert!("2s..1s".parse::<Think>().is_err() && "x".parse::<Think>().is_err());
    }
}
