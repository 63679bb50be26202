//! Wiring: the one place that knows all rooms, writes the bytes and chooses the exit code.

mod against;
mod allow_load;
mod baseline;
mod contract;
mod defects;
mod described;
mod dry_run;
mod edges;
mod explain;
mod gather;
mod judge_log;
mod limits;
mod load;
mod mutants;
mod outputs;
mod pulse;
mod rendered;
mod routes;
mod run;
mod runtime;
mod serve;
mod shelf;
mod signals;
mod snapshots;
mod suite;
mod variables;

use std::io::{self, Write};

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use gather::Refusal;

use crate::cli::{self, Cli, Command, Exit};
use crate::env::Env;
use crate::model::Diagnostic;
use crate::redact::{PLACEHOLDER, Redactor};
use crate::{catalogue, reference, report};

/// Runs the command that the arguments say.
pub fn run(mut env: Env) -> Exit {
    reference::hush_unreadable_requests();
    let cli = match Cli::try_parse_from(&env.args) {
        Ok(cli) => cli,
        Err(error) => return usage(&mut env, error),
    };
    match cli.command {
        Command::Run(args) => run::run(&mut env, &args),
        Command::Load(args) => load::run(&mut env, &args),
        Command::Mutants(args) => mutants::run(&mut env, &args),
        Command::Judge(args) => judge_log::run(&mut env, &args),
        Command::Limits(args) => limits::run(&mut env, &args),
        Command::Serve(args) => serve::run(&mut env, &args),
        Command::Snapshots(command) => snapshots::run(&mut env, &command),
        Command::Contract(command) => contract::run(&mut env, &command),
        Command::Explain { rule } => explain::run(&mut env, rule.as_deref()),
        Command::Schema { of } => {
            let text = catalogue::schema(of);
            print(&mut env, &text)
        }
        Command::Completions { shell } => {
            let text = cli::completions(shell);
            print(&mut env, &text)
        }
    }
}

/// Help and version go to stdout; everything else is a wrong command line.
fn usage(env: &mut Env, mut error: clap::Error) -> Exit {
    if matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(flag)) if flag.starts_with("--secret") || flag.starts_with("--key"))
    {
        error.insert(ContextKind::InvalidValue, ContextValue::String(PLACEHOLDER.to_owned()));
    }
    let coloured = if error.use_stderr() {
        colour(env, env.stderr_is_terminal)
    } else {
        colour(env, env.stdout_is_terminal)
    };
    let text = if coloured { error.render().ansi().to_string() } else { error.render().to_string() };
    if error.use_stderr() {
        let _ = write!(env.stderr, "{text}");
        Exit::Usage
    } else {
        print(env, &text)
    }
}

/// Whether to write colours: on a terminal, and `NO_COLOR` is not set (no-color.org).
fn colour(env: &Env, terminal: bool) -> bool {
    terminal && env.vars.get("NO_COLOR").is_none_or(String::is_empty)
}

/// Whether nobody is watching: `CI` is set, and not to nothing, `0` or `false`.
fn ci(env: &Env) -> bool {
    env.vars.get("CI").is_some_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"))
}

/// The columns of the terminal, as far as they are told.
fn width(env: &Env) -> usize {
    let width = env.vars.get("COLUMNS").and_then(|width| width.parse().ok()).unwrap_or(100);
    usize::clamp(width, 40, 200)
}

/// Writes to stdout.
fn print(env: &mut Env, text: &str) -> Exit {
    match env.stdout.write_all(text.as_bytes()).and_then(|()| env.stdout.flush()) {
        Err(error) if is_a_loss(&error) => refuse(env, &format!("stdout cannot be written: {error}")),
        _ => Exit::Success,
    }
}

/// Whether a failed write loses something: a reader who has seen enough and closed the pipe misses nothing.
fn is_a_loss(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::BrokenPipe
}

/// Says why a command came to no result, without the secrets that are known.
fn refused(env: &mut Env, refusal: Refusal, redactor: &Redactor) -> Exit {
    match refusal {
        Refusal::Message(message) => refuse(env, &redactor.text(&message)),
        Refusal::Mistakes(mistakes) => show_mistakes_without(env, &mistakes, redactor),
        Refusal::Unjudged(why) => {
            draw(env, &why, redactor);
            let _ = writeln!(env.stderr, "inconclusive: nothing else was sent, and nothing is judged");
            Exit::Inconclusive
        }
    }
}

/// Says what is wrong with the command's input.
fn refuse(env: &mut Env, message: &str) -> Exit {
    let _ = writeln!(env.stderr, "error: {message}");
    Exit::Usage
}

/// Shows the mistakes in files, and how many there are.
fn show_mistakes(env: &mut Env, diagnostics: &[Diagnostic]) -> Exit {
    draw_mistakes(env, diagnostics, &Redactor::new(), "")
}

/// The same before a run, without the secrets that the files may hold.
fn show_mistakes_without(env: &mut Env, diagnostics: &[Diagnostic], redactor: &Redactor) -> Exit {
    draw_mistakes(env, diagnostics, redactor, "; nothing was sent")
}

fn draw_mistakes(env: &mut Env, diagnostics: &[Diagnostic], redactor: &Redactor, end: &str) -> Exit {
    const MOST: usize = 50;
    diagnostics.iter().take(MOST).for_each(|diagnostic| draw(env, diagnostic, redactor));
    let count = diagnostics.len();
    let more = if count > MOST { format!(" (the first {MOST} are shown)") } else { String::new() };
    let word = if count == 1 { "mistake" } else { "mistakes" };
    let _ = writeln!(env.stderr, "{count} {word}{more}{end}");
    Exit::Usage
}

fn draw(env: &mut Env, diagnostic: &Diagnostic, redactor: &Redactor) {
    let coloured = colour(env, env.stderr_is_terminal);
    let mut diagnostic = diagnostic.clone();
    // A long line is cut where it is drawn, and half a secret would not be found.
    diagnostic.source = redactor.masked(&diagnostic.source);
    let drawn = report::render(&diagnostic, coloured);
    let _ = writeln!(env.stderr, "{}\n", redactor.text(drawn.trim_end()));
}
