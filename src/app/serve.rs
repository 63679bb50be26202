//! `tollgate serve`: the reference server as a process of its own.

use std::io::{self, Write};
use std::net::SocketAddr;

use super::{defects, print, refuse, routes};
use crate::cli::{Exit, ServeArgs};
use crate::env::Env;
use crate::reference::{self, Options};
use crate::spelling::nearest;

pub(super) fn run(env: &mut Env, args: &ServeArgs) -> Exit {
    let defect = match args.defect.as_deref().map(|id| reference::find_defect(id).ok_or(id)).transpose() {
        Ok(defect) => defect,
        Err(id) => return refuse(env, &unknown(id)),
    };
    let algorithm = match args.algorithm() {
        Ok(algorithm) => algorithm,
        Err(why) => return refuse(env, &why),
    };
    let options = Options {
        address: SocketAddr::new(args.host, args.port),
        limit: args.limit.0,
        window: args.limit.1,
        algorithm,
        limit_headers: args.limit_headers.into(),
        daily: args.daily,
        latency: args.latency,
        shortest_gap: std::time::Duration::ZERO,
        seed: args.seed,
        defect,
    };
    if args.routes {
        return print(env, &routes::table());
    }
    if args.defects {
        return print(env, &defects::table());
    }
    if args.keys {
        let keys = reference::keys_json(&reference::keys(args.seed));
        return print(env, &format!("{keys:#}\n"));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(env, &format!("the runtime cannot start: {error}")),
    };
    runtime.block_on(async {
        let server = match reference::start(options).await {
            Ok(server) => server,
            Err(error) => return refuse(env, &error.to_string()),
        };
        // Before anyone is told that it is ready, since a supervisor may stop it right then.
        let stop = match Stop::listen() {
            Ok(stop) => stop,
            Err(error) => return refuse(env, &format!("signals cannot be received: {error}")),
        };
        print(env, &format!("ready {}\n", server.origin()));
        stop.asked().await;
        let _ = writeln!(env.stderr, "stopping");
        server.stop().await;
        Exit::Success
    })
}

fn unknown(id: &str) -> String {
    match nearest(id, reference::defects().iter().map(|defect| defect.id)) {
        Some(near) => format!("no defect `{id}`; did you mean `{near}`?"),
        None => format!("no defect `{id}`; `tollgate serve --defects` lists them all"),
    }
}

/// The wish that the server may end: Ctrl-C or a polite kill.
#[cfg(unix)]
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// From now on neither signal ends the process by itself.
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The wish that the server may end: Ctrl-C.
#[cfg(windows)]
struct Stop(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Stop {
    /// From now on Ctrl-C does not end the process by itself.
    fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn asked(mut self) {
        self.0.recv().await;
    }
}
