//! Runs a program in a process group of its own, with a time limit; and counts the processor time of whatever is run.

use std::cell::Cell;
use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

thread_local! {
    /// Of the processes that this thread has waited for, and of those that they waited for.
    static OF_CHILDREN: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The processor time of the calling thread, and of the processes that it ran by the functions here.
pub fn processor_time() -> Duration {
    let mut usage = MaybeUninit::zeroed();
    // SAFETY: the function writes one such struct, for which zeros are a value too.
    let own = unsafe {
        libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr());
        usage.assume_init()
    };
    OF_CHILDREN.get() + used(&own)
}

fn used(usage: &libc::rusage) -> Duration {
    let duration = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
    duration(usage.ru_utime) + duration(usage.ru_stime)
}

/// Waits, and counts what the process has used. It is gone after that, which the `Child` does not know.
pub fn reap(child: &Child) -> io::Result<ExitStatus> {
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    // SAFETY: both point to what the function writes. The process is a child that nobody has waited for, or there is an error.
    while unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, usage.as_mut_ptr()) } < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: written by now.
    OF_CHILDREN.set(OF_CHILDREN.get() + used(unsafe { usage.assume_init_ref() }));
    Ok(ExitStatus::from_raw(status))
}

/// A program by its whole name: some commands run with another `PATH`.
pub fn on_path(program: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| program.into())
}

/// What a command comes to that is given a text to read. As `Command::output`, but that its processor time is counted.
pub fn outcome(command: &mut Command, input: &str) -> io::Result<Output> {
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdin, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    // All at once: each of the pipes may be full before the others are read or written.
    thread::scope(|scope| {
        // A program that ends before it has read everything says why, or need not.
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let errors = scope.spawn(|| err.expect("asked for").read_to_end(&mut stderr));
        out.expect("asked for").read_to_end(&mut stdout)?;
        errors.join().expect("reading does not panic")
    })?;
    Ok(Output { status: reap(&child)?, stdout, stderr })
}

/// What a command that has to succeed writes to standard output.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output = outcome(command, "").map_err(|e| format!("cannot run {command:?}: {e}"))?;
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
    let child = command.process_group(0).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
    let group = Pid::from_child(&child);
    let in_time = wait(group, limit, meanwhile);
    let autopsy = if in_time { String::new() } else { autopsy(group) };
    kill_process_group(group, Signal::KILL)?; // forked children too
    let status = reap(&child)?;
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
    let begun = Instant::now();
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while let Ok(None) = waitid(WaitId::Pid(process), options) {
        let passed = begun.elapsed();
        if passed > limit {
            return false;
        }
        meanwhile(process);
        // The longer it runs, the less often: several are waited for at once, and to look costs those that run.
        thread::sleep((passed / 16).clamp(Duration::from_millis(2), Duration::from_millis(20)));
    }
    true
}
