//! Starts a target anew with a command of the user's.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::limits::Restart;

/// Longest time that the command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What runs this command in a shell, and ends it with all that it began if it takes too long or nobody waits for it.
pub(super) fn by(command: String) -> Restart {
    Box::new(move || Box::pin(run(command.clone())))
}

async fn run(text: String) -> Result<(), String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut command = Command::new(shell);
    // What the command leaves running, such as the target, must not hold on to our output.
    command.arg(flag).arg(&text).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().map_err(|error| format!("`{shell}` cannot be started: {error}"))?;
    let mut group = Group { child, whole: true };
    let status = tokio::time::timeout(PATIENCE, group.child.wait()).await;
    let status =
        status.map_err(|_| format!("the restart command did not end within {} s", PATIENCE.as_secs()))?;
    let status = status.map_err(|error| format!("the restart command cannot be waited for: {error}"))?;
    group.whole = false;
    if status.success() {
        return Ok(());
    }
    Err(format!("the restart command failed ({status}); run it by hand to see why"))
}

/// A command with all that it began; dropped before its end, all of it is killed.
struct Group {
    child: Child,
    whole: bool,
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.whole {
            return;
        }
        #[cfg(unix)]
        if let Some(id) = self.child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            // It may have ended by itself meanwhile.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}
