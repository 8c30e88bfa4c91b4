//! Runs a program in a process group of its own, with a time limit.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// What a command that has to succeed writes to standard output.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&said)))
}

pub struct Finished {
    /// `None`: killed, because the time limit had passed.
    pub status: Option<ExitStatus>,
    /// What the whole group wrote to standard output and standard error, in its order.
    pub output: String,
    /// What was found out about the group before it was killed.
    pub autopsy: String,
}

/// The output goes to a file and not through a pipe: nothing has to read it meanwhile, and a process that outlives its
/// parent keeps nobody waiting. When the time limit passes, `autopsy` says what the group was doing before it is killed.
pub fn run(
    command: &mut Command,
    output: &Path,
    limit: Duration,
    autopsy: impl FnOnce(Pid) -> String,
) -> io::Result<Finished> {
    run_while(command, output, limit, |_| (), autopsy)
}

/// As `run`, and `meanwhile` is called every few milliseconds, as long as the program runs.
pub fn run_while(
    command: &mut Command,
    output: &Path,
    limit: Duration,
    meanwhile: impl FnMut(Pid),
    autopsy: impl FnOnce(Pid) -> String,
) -> io::Result<Finished> {
    let file = File::create(output)?;
    // SAFETY: what a forked child may do.
    unsafe { command.pre_exec(heed_interrupts) };
    let mut child = command.process_group(0).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
    let group = Pid::from_child(&child);
    let in_time = wait(group, limit, meanwhile);
    let autopsy = if in_time { String::new() } else { autopsy(group) };
    let status = kill_and_reap(&mut child, group)?;
    let text = String::from_utf8_lossy(&fs::read(output)?).into_owned();
    Ok(Finished { status: in_time.then_some(status), output: text, autopsy })
}

/// Python takes no Ctrl-C where that was ignored when it started, as it is below a shell's `make test &`.
fn heed_interrupts() -> io::Result<()> {
    // SAFETY: a disposition is set that any program may have.
    match unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) } {
        libc::SIG_ERR => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Leaves the process unreaped, so that its id, which is the group's, cannot become somebody else's.
fn wait(process: Pid, limit: Duration, mut meanwhile: impl FnMut(Pid)) -> bool {
    let deadline = Instant::now() + limit;
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while let Ok(None) = waitid(WaitId::Pid(process), options) {
        if Instant::now() > deadline {
            return false;
        }
        meanwhile(process);
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Kills what is left of the group, forked children too.
fn kill_and_reap(child: &mut Child, group: Pid) -> io::Result<ExitStatus> {
    kill_process_group(group, Signal::KILL)?;
    child.wait()
}
