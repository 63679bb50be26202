//! The command: hands the world to the library and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    match tollgate::env::Env::real() {
        Ok(env) => tollgate::app::run(env).code().into(),
        Err(_) => tollgate::cli::Exit::Usage.code().into(),
    }
}
