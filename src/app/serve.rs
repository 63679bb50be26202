//! `tollgate serve`: the reference server as a process of its own.

use std::io::Write;
use std::net::SocketAddr;

use super::{print, refuse, routes};
use crate::cli::{Exit, ServeArgs};
use crate::env::Env;
use crate::reference::{self, Options};

pub(super) fn run(env: &mut Env, args: &ServeArgs) -> Exit {
    let options = Options {
        address: SocketAddr::new(args.host, args.port),
        limit: args.limit.0,
        window: args.limit.1,
        daily: args.daily,
        latency: args.latency,
        seed: args.seed,
    };
    if args.routes {
        return print(env, &routes::table());
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
        print(env, &format!("ready {}\n", server.origin()));
        wait_for_stop().await;
        let _ = writeln!(env.stderr, "stopping");
        server.stop().await;
        Exit::Success
    })
}

/// Waits for Ctrl-C or, on Unix, a polite kill.
async fn wait_for_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
