//! Which probes fit into the budget, in what order, and what they cost.

use std::time::Duration;

use super::log::Probe;
use super::probes;
use super::task::{Profile, Task};

/// Windows of a constant arrival rate, and how many of them only warm up: a sliding counter looks back at two.
pub(super) const STEADY_WINDOWS: u32 = 7;
pub(super) const WARM_UP_WINDOWS: u32 = 2;
/// Percentages of the limit at which requests arrive.
pub(super) const STEADY_RATES: [u32; 3] = [90, 100, 110];
/// Windows that a fleet runs for.
pub(super) const FLEET_WINDOWS: u32 = 10;
/// Time that a target may take to start, about.
const RESTART: Duration = Duration::from_secs(5);
/// Seconds after the first at which writes are looked for again.
const LOOKS: [u64; 2] = [2, 10];

/// Those that a profile waits for.
pub(super) fn looks(profile: Profile) -> &'static [u64] {
    if profile == Profile::Quick { &LOOKS[..1] } else { &LOOKS }
}

/// One probe on some keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The probe.
    pub probe: Probe,
    /// Its repetition.
    pub round: u32,
    /// A part of it that is a job of its own.
    pub variant: u8,
    /// How many keys it needs.
    pub keys: usize,
    /// Requests it sends at most, about.
    pub requests: u64,
    /// Time it takes from whole keys, about.
    pub least: Duration,
}

/// What is going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The probes in order.
    pub jobs: Vec<Job>,
    /// Probes that do not fit, each with the reason.
    pub left_out: Vec<(Probe, String)>,
    /// Requests in all, about.
    pub requests: u64,
    /// Time in all, about.
    pub time: Duration,
}

/// What the plan is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Requests in a window.
    pub limit: u64,
    /// The window.
    pub window: Duration,
    /// The round trip.
    pub rtt: Duration,
    /// Whether one connection carries many requests at once.
    pub multiplexed: bool,
}

/// Makes a plan for a target whose limit is known.
pub fn plan(task: &Task, measured: Measured) -> Plan {
    let mut wanted = Wanted { task, measured, jobs: Vec::new() };
    wanted.all();
    let mut plan = Plan::default();
    let mut keys: Vec<Option<Duration>> = vec![None; task.keys.len()];
    // A promise that is to be kept needs the day of one key and nothing else.
    wanted.jobs.retain(|job| !task.arm || job.probe == Probe::Daily);
    for job in wanted.jobs {
        match fit(&job, task, measured, &mut keys, &plan) {
            Ok(end) => {
                plan.requests += job.requests;
                plan.time = plan.time.max(end);
                plan.jobs.push(job);
            }
            Err(why) => {
                let entry = (job.probe, why);
                if !plan.left_out.contains(&entry) {
                    plan.left_out.push(entry);
                }
            }
        }
    }
    plan
}

/// When the job would end, if it fits; its keys are then used until then.
fn fit(
    job: &Job,
    task: &Task,
    measured: Measured,
    keys: &mut [Option<Duration>],
    plan: &Plan,
) -> Result<Duration, String> {
    if job.keys > keys.len() {
        return Err(format!("it needs {} keys, and there are {}; give more", job.keys, keys.len()));
    }
    if plan.requests.saturating_add(job.requests) > task.max_requests {
        return Err(format!("its {} requests are beyond max-requests {}", job.requests, task.max_requests));
    }
    // A used key has to be silent for a window, and for half of one more on average until an edge comes.
    let whole = |used: &Option<Duration>| used.map_or(Duration::ZERO, |end| end + measured.window * 3 / 2);
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|key| keys[*key]);
    let chosen = &order[..job.keys];
    let start = chosen.iter().map(|key| whole(&keys[*key])).max().unwrap_or_default();
    let end = start + job.least;
    if end > task.max_time {
        let (needs, most) = (end.as_secs_f64().ceil(), task.max_time.as_secs());
        return Err(format!("it would end after about {needs} s, beyond max-seconds {most}"));
    }
    for key in chosen {
        keys[*key] = Some(end);
    }
    Ok(end)
}

struct Wanted<'t> {
    task: &'t Task,
    measured: Measured,
    jobs: Vec<Job>,
}

impl Wanted<'_> {
    fn all(&mut self) {
        let Measured { limit, window, rtt, .. } = self.measured;
        let task = self.task;
        let burst = |count: u64| rtt.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        let drain = limit.saturating_add(4);
        let tail = window + Duration::from_secs(1);

        // Before and without all others: if keys share a limit, their requests would hide it.
        self.add(Probe::Isolation, 2, drain + 8, burst(drain + 8));
        if window < Duration::from_secs(10) {
            // Short windows are entered at an edge, which has to be found.
            self.add(Probe::Arming, 1, drain + 45, tail);
        }
        // Clean trials need no edge, so they do not wait for one to be found.
        for round in 0..4 {
            self.repeated(Probe::CleanTrial, round, 0, 1, limit + 10, tail);
        }
        self.add(Probe::Sequential, 1, drain + 25, tail);
        let [many, one, new, multiplexed] = self.rounds();
        self.concurrent([(0, many), (1, one), (2, new)]);
        self.add(Probe::Fingerprint, 1, limit * 5 / 2 + 16, window * 8 / 5);
        self.add(Probe::Bypass, 1, drain + 75, burst(drain + 75));
        if task.other.is_some() {
            self.add(Probe::EndpointScope, 1, drain + 8, burst(drain + 8));
        }
        self.add(Probe::Strangers, 1, 12, burst(12));
        let exempt = u64::try_from(task.exempt.len()).unwrap_or_default() + u64::from(task.preflight);
        for variant in 0..u8::try_from(exempt).unwrap_or(u8::MAX) {
            self.repeated(Probe::Exempt, variant.into(), variant, 1, drain + 12, burst(drain + 12));
        }
        self.add(Probe::Recovery, 1, 2 * drain, tail + burst(drain));
        for round in 0..2 {
            let blows = u64::from(round) * probes::blows(limit);
            self.repeated(Probe::Rejects, round, 0, 1, drain + 40 + blows, tail);
        }
        self.concurrent([(3, multiplexed)]);
        if task.writes.is_some() {
            let looks = Duration::from_secs(looks(task.profile).last().copied().unwrap_or_default());
            self.add(Probe::Writes, 1, 2 * limit + 20, tail + looks);
        }
        self.long_ones();
    }

    /// Rounds of more requests than the limit at once.
    fn concurrent<const MODES: usize>(&mut self, rounds: [(u8, u32); MODES]) {
        let Measured { limit, rtt, .. } = self.measured;
        let many = limit + 16.max(limit / 2);
        let time = rtt.saturating_mul(u32::try_from(many).unwrap_or(u32::MAX)) + rtt * 64;
        for (variant, rounds) in rounds {
            for round in 0..rounds {
                self.repeated(Probe::Concurrent, round, variant, 1, many, time);
            }
        }
    }

    fn long_ones(&mut self) {
        let Measured { limit, window, .. } = self.measured;
        let task = self.task;
        if task.steady {
            for rate in STEADY_RATES {
                let requests = limit * u64::from(rate) * u64::from(STEADY_WINDOWS) / 100 + limit;
                self.repeated(Probe::Steady, rate, 0, 1, requests, window * (STEADY_WINDOWS + 1));
            }
        }
        if task.fleet > 0 {
            let windows = u64::from(FLEET_WINDOWS);
            let requests = windows.saturating_mul(limit + u64::from(task.fleet) * 2);
            self.add(Probe::Fleet, 1, requests, window * FLEET_WINDOWS);
        }
        if task.daily
            && let Some(daily) = task.declared.daily
        {
            // At four fifths of the window's rate, so that only the day refuses.
            let pace =
                window.as_secs_f64() / (0.8 * f64::from(u32::try_from(limit.max(1)).unwrap_or(u32::MAX)));
            let paced = pace * f64::from(u32::try_from(daily).unwrap_or(u32::MAX));
            let time = Duration::try_from_secs_f64(paced).unwrap_or(Duration::MAX);
            let rest = window + Duration::from_secs(70);
            self.add(Probe::Daily, 1, daily.saturating_add(10), time.saturating_add(rest));
        }
        if task.restart {
            self.add(Probe::Restart, 1, limit + 12, RESTART);
        }
    }

    /// Rounds of the concurrent burst on many connections, on one, on a new one for each request, and multiplexed.
    fn rounds(&self) -> [u32; 4] {
        let [many, one, new, multiplexed] = match self.task.profile {
            Profile::Quick => [2, 1, 1, 1],
            Profile::Default => [5, 1, 2, 2],
            Profile::Thorough => [30, 3, 5, 5],
        };
        [many, one, new, if self.measured.multiplexed { multiplexed } else { 0 }]
    }

    fn add(&mut self, probe: Probe, keys: usize, requests: u64, least: Duration) {
        self.repeated(probe, 0, 0, keys, requests, least);
    }

    fn repeated(
        &mut self,
        probe: Probe,
        round: u32,
        variant: u8,
        keys: usize,
        requests: u64,
        least: Duration,
    ) {
        if self.task.wants(probe) {
            self.jobs.push(Job { probe, round, variant, keys, requests, least });
        }
    }
}

impl Plan {
    /// Whether anything is going to be found out: finding edges is a means only.
    ///
    /// # Errors
    /// No probe is left; the text says why.
    pub fn worthwhile(&self, task: &Task) -> Result<(), String> {
        let means = |job: &Job| job.probe == Probe::Arming && !task.only.contains(&Probe::Arming);
        if !self.jobs.iter().all(means) {
            return Ok(());
        }
        let Some((probe, why)) = self.left_out.iter().find(|(probe, _)| *probe != Probe::Arming) else {
            let names: Vec<_> = task.only.iter().map(|probe| probe.name()).collect();
            return Err(format!(
                "nothing can be probed: `{}` lacks what it needs; `tollgate limits --help` has the options, such as \
                 --write, --other, --daily, --steady, --fleet and --restart-command",
                names.join("`, `")
            ));
        };
        Err(format!("nothing can be probed: every probe is left out, such as `{}`: {why}", probe.name()))
    }

    /// The plan as a table for people: each probe with its repetitions, requests and time, and what does not fit.
    pub fn table(&self) -> String {
        let mut lines: Vec<(Probe, u32, u64, Duration)> = Vec::new();
        for job in &self.jobs {
            match lines.iter_mut().find(|(probe, ..)| *probe == job.probe) {
                Some((_, times, requests, longest)) => {
                    *times += 1;
                    *requests += job.requests;
                    *longest = job.least.max(*longest);
                }
                None => lines.push((job.probe, 1, job.requests, job.least)),
            }
        }
        let mut text = String::new();
        for (probe, times, requests, longest) in lines {
            let name = probe.name();
            let each = longest.as_secs_f64();
            text.push_str(&format!(
                "  {name:<15} {times:>3} x  {requests:>6} requests  {each:>7.1} s each\n"
            ));
        }
        let (requests, time) = (self.requests, self.time.as_secs_f64());
        text.push_str(&format!("about {requests} requests in {time:.0} s\n"));
        for (probe, why) in &self.left_out {
            text.push_str(&format!("left out: {}: {why}\n", probe.name()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::task::Key;
    use super::*;

    fn task(keys: usize) -> Task {
        let key = |number: usize| Key {
            alias: format!("k{number}"),
            line: ("a".to_owned(), number.to_string()),
            read_only: false,
        };
        Task {
            keys: (0..keys).map(key).collect(),
            max_requests: 20_000,
            max_time: Duration::from_secs(900),
            ..Task::default()
        }
    }

    fn measured(limit: u64, window: u64) -> Measured {
        Measured {
            limit,
            window: Duration::from_secs(window),
            rtt: Duration::from_millis(1),
            multiplexed: true,
        }
    }

    #[test]
    fn a_quick_plan_for_twenty_a_second_fits_into_fifteen_seconds() {
        let plan = plan(&Task { profile: Profile::Quick, ..task(4) }, measured(20, 1));
        assert!(plan.time < Duration::from_secs(15), "{}", plan.table());
        assert_eq!(plan.left_out, []);
    }

    #[test]
    fn more_keys_take_less_time() {
        let time = |keys| plan(&task(keys), measured(60, 60)).time;
        assert!(time(8) < time(4) && time(4) < time(2) && time(8) < Duration::from_secs(400));
    }

    #[test]
    fn what_does_not_fit_is_left_out_with_the_reason() {
        let one_key = plan(&task(1), measured(20, 1));
        assert!(
            one_key
                .left_out
                .iter()
                .all(|(probe, why)| *probe == Probe::Isolation && why.contains("needs 2 keys"))
        );
        assert_eq!(one_key.left_out.len(), 1);
        let few = plan(&Task { max_requests: 200, ..task(4) }, measured(20, 1));
        assert!(few.requests <= 200 && few.left_out.iter().any(|(_, why)| why.contains("max-requests 200")));
        let short = plan(&Task { max_time: Duration::from_secs(30), ..task(4) }, measured(60, 60));
        assert!(short.left_out.iter().any(|(probe, _)| *probe == Probe::CleanTrial));
        assert!(short.jobs.iter().any(|job| job.probe == Probe::Concurrent));
        assert!(short.table().contains("max-seconds 30"));
    }
}
