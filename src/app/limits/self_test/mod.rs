//! `tollgate limits --self-test`: false alarms on clean limiters, and misses on faulty ones.

mod page;

use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use super::super::gather::Refusal;
use super::super::{is_a_loss, outputs};
use crate::cli::{Exit, LimitsArgs};
use crate::contract::Compiled;
use crate::env::Env;
use crate::input;
use crate::limiter::{Fault, Policy};
use crate::limits::trial::{self, Expected, SIZES, Score, Size, Spoken, Trial};
use crate::reference;

/// The contract whose dialect the simulated server speaks.
const CONTRACT: &str = "lead-management-v1";

pub(super) fn run(env: &mut Env, args: &LimitsArgs) -> Result<Exit, Refusal> {
    let contract = input::contract(env.files.as_ref(), CONTRACT)?.contract;
    let rows = rows(args)?;
    let sizes = match args.size.as_slice() {
        [] => SIZES.to_vec(),
        sizes => {
            sizes.iter().map(|(limit, window)| Size { limit: (*limit).into(), window: *window }).collect()
        }
    };
    let first = args.seed.unwrap_or_default();
    let seeds = first..first.saturating_add(args.seeds.into());
    let bench = Bench { contract: &contract, rows, sizes, seeds };
    if let Some(path) = &args.page {
        outputs::can_be(path, env.files.as_ref())?;
    }
    let mut table = Table { env, whole: true };
    let scores = bench.run(&mut table);
    let mut total = Score::default();
    scores.iter().flatten().for_each(|score| total.absorb(score));
    table.say(&bench.sum(&total));
    let mut whole = table.whole;
    if let (Some(path), true) = (&args.page, whole) {
        let page = page::page(&bench, &scores);
        if let Err(error) = env.files.write_atomic(path, page.as_bytes()) {
            whole = false;
            // Whoever does not see it learns of it from the exit code.
            let _ = writeln!(env.stderr, "error: the page {} cannot be written: {error}", path.display());
        }
    }
    Ok(match (total.is_good(), whole) {
        (false, _) => Exit::Failed,
        (true, true) => Exit::Success,
        (true, false) => Exit::Usage,
    })
}

/// A limiter of the trial, at all sizes.
struct Row {
    name: String,
    policy: Box<dyn Fn(Size) -> Policy + Sync>,
    faults: &'static [Fault],
    of_the_day: bool,
    expected: Expected<'static>,
    /// In shorter windows nothing may be said: the fault changes nothing there.
    from_window: Duration,
}

impl Row {
    fn expected(&self, size: Size) -> Expected<'static> {
        if size.window < self.from_window { Expected::default() } else { self.expected }
    }
}

/// The rows that are wanted.
fn rows(args: &LimitsArgs) -> Result<Vec<Row>, Refusal> {
    let all = args.model.is_empty() && args.fault.is_empty();
    let mut rows = clean();
    rows.retain(|row| all || args.model.iter().any(|name| row.name.contains(name.as_str())));
    if !args.model.is_empty() && rows.is_empty() {
        let names: Vec<String> = clean().into_iter().map(|row| row.name).collect();
        let wanted = args.model.join(", ");
        return Err(format!("no clean limiter is named {wanted}; there are: {}", names.join("; ")).into());
    }
    let faulty = faulty();
    for id in &args.fault {
        if !faulty.iter().any(|row| row.name == *id) {
            let ids: Vec<&str> = faulty.iter().map(|row| row.name.as_str()).collect();
            return Err(format!("no fault of a limiter is named {id}; there are: {}", ids.join(", ")).into());
        }
    }
    rows.extend(faulty.into_iter().filter(|row| all || args.fault.contains(&row.name)));
    Ok(rows)
}

/// Every model, without and with a daily quota.
fn clean() -> Vec<Row> {
    let models = trial::clean(SIZES[0]).into_iter().enumerate();
    let rows = models.flat_map(|(place, first)| {
        [false, true].map(|of_the_day| {
            let name = first.name().split(',').next().unwrap_or_default().to_owned();
            let name = if of_the_day { format!("{name}, of a day") } else { name };
            let policy = move |size| trial::clean(size).get(place).copied().unwrap_or(first);
            Row {
                name,
                policy: Box::new(policy),
                faults: &[],
                of_the_day,
                expected: Expected::default(),
                from_window: Duration::ZERO,
            }
        })
    });
    rows.collect()
}

/// Every fault of a limiter that rules of limits name.
fn faulty() -> Vec<Row> {
    let named = reference::defects().iter().filter(|defect| !defect.limits.is_empty());
    let rows = named.filter_map(|defect| {
        let faults = defect.limiter_faults()?;
        Some(Row {
            name: defect.id.to_owned(),
            policy: Box::new(trial::usual),
            faults,
            of_the_day: faults.iter().any(trial::is_of_the_day),
            expected: Expected { any_of: defect.limits, also: defect.also },
            from_window: defect.from_window,
        })
    });
    rows.collect()
}

/// Where rows go, each as soon as it is known.
struct Table<'e> {
    env: &'e mut Env,
    /// Whether all could be written.
    whole: bool,
}

impl Table<'_> {
    fn say(&mut self, text: &str) {
        let out = &mut self.env.stdout;
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.whole &= written.err().is_none_or(|error| !is_a_loss(&error));
    }

    /// Says how far it is, to people only.
    fn progress(&mut self, done: usize, all: usize) {
        if self.env.stderr_is_terminal {
            let text = if done < all { format!("\r{done} of {all} runs ") } else { "\r\x1b[K".to_owned() };
            // Whoever does not see it misses nothing.
            let _ = self.env.stderr.write_all(text.as_bytes()).and_then(|()| self.env.stderr.flush());
        }
    }
}

struct Bench<'c> {
    contract: &'c Compiled,
    rows: Vec<Row>,
    sizes: Vec<Size>,
    seeds: Range<u64>,
}

impl Bench<'_> {
    /// Runs everything, as many runs at once as there are cores, and tells each row when it and those above it are done.
    fn run(&self, table: &mut Table<'_>) -> Vec<Vec<Score>> {
        let seeds = usize::try_from(self.seeds.end - self.seeds.start).unwrap_or_default().max(1);
        let each = self.sizes.len() * seeds;
        let all = self.rows.len() * each;
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel();
        let mut scores = vec![vec![Score::default(); self.sizes.len()]; self.rows.len()];
        let mut told = 0;
        table.say(&self.titles());
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
                let (sender, next, stopped) = (sender.clone(), &next, &stopped);
                scope.spawn(move || {
                    while !stopped.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        let (row, size) = (number / each, number % each / seeds);
                        let Some(spoken) = self.one(row, size, number % seeds) else { break };
                        if sender.send((row, size, spoken)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for (done, (row, size, spoken)) in receiver.iter().enumerate() {
                if let (Some(of), Some(at), Some(score)) = (
                    self.rows.get(row),
                    self.sizes.get(size),
                    scores.get_mut(row).and_then(|row| row.get_mut(size)),
                ) {
                    score.add(of.expected(*at), spoken);
                }
                table.progress(done + 1, all);
                while let (Some(row), Some(scores)) = (self.rows.get(told), scores.get(told))
                    && scores.iter().map(|score| score.runs as usize).sum::<usize>() == each
                {
                    table.say(&self.row(row, scores));
                    told += 1;
                }
                stopped.store(!table.whole, Ordering::Relaxed);
            }
        });
        scores
    }

    /// One run; none if there are no more.
    fn one(&self, row: usize, size: usize, seed: usize) -> Option<Spoken> {
        let (row, size) = (self.rows.get(row)?, *self.sizes.get(size)?);
        let trial = Trial {
            policy: (row.policy)(size),
            faults: row.faults.to_vec(),
            of_the_day: row.of_the_day,
            load: true,
            seed: self.seeds.start + u64::try_from(seed).unwrap_or_default(),
            contract: Some(self.contract),
        };
        Some(trial.run())
    }

    fn titles(&self) -> String {
        let mut line = format!("{:<50}", "limiter or fault");
        for Size { limit, window } in &self.sizes {
            let title = format!("{limit} in {} s", window.as_secs_f64());
            let _ = write!(line, " {title:>12}");
        }
        line + &format!(" {:>7} {:>7} {:>9}\n", "missed", "alarms", "in doubt")
    }

    /// Runs as they should be at each size, and what was wrong with the others.
    fn row(&self, row: &Row, scores: &[Score]) -> String {
        let mut line = format!("{:<50}", row.name);
        let mut total = Score::default();
        for (size, score) in self.sizes.iter().zip(scores) {
            let hidden = if size.window < row.from_window { "hidden " } else { "" };
            let good = format!("{hidden}{}/{}", score.good, score.runs);
            let _ = write!(line, " {good:>12}");
            total.absorb(score);
        }
        line + &numbers(&total) + &details(&self.sizes, scores)
    }

    fn sum(&self, total: &Score) -> String {
        let words = format!("{} limiters, {} runs", self.rows.len(), total.runs);
        format!("{words:<50}{:width$}", "", width = 13 * self.sizes.len()) + &numbers(total)
    }
}

fn numbers(score: &Score) -> String {
    format!(" {:>7} {:>7} {:>9}\n", score.missed, score.alarmed, score.doubtful)
}

/// Rules that spoke and were not expected, and verdicts that could not be given.
fn details(sizes: &[Size], scores: &[Score]) -> String {
    let mut text = String::new();
    for (Size { limit, window }, score) in sizes.iter().zip(scores) {
        let at = format!("{limit} in {} s", window.as_secs_f64());
        if score.missed > 0 {
            let named: Vec<String> =
                score.named.iter().map(|(rule, runs)| format!("{rule} in {runs}")).collect();
            let named = if named.is_empty() { "nothing".to_owned() } else { named.join(", ") };
            let _ = writeln!(text, "    missed {} of {} at {at}; said: {named}", score.missed, score.runs);
        }
        for (rule, (runs, measured)) in &score.alarms {
            let _ = writeln!(text, "    {rule} in {runs} at {at}: {measured}");
        }
        for (rule, (runs, why)) in &score.doubts {
            let _ = writeln!(text, "    {rule} in doubt in {runs} at {at}: {why}");
        }
    }
    text
}
