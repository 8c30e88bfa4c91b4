//! A process that makes the calls it is told to make.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{io, thread};

use rustix::process::{Pid, Signal, kill_process_group};

use harness::{backtrace, environment, process, verdict};

const LIMIT: Duration = Duration::from_secs(60);

/// How a player is started.
#[derive(Clone)]
pub struct Stage {
    /// The program, or what runs it.
    pub words: Vec<OsString>,
    pub variables: environment::Variables,
    pub directory: PathBuf,
}

pub struct Player {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    errors: PathBuf,
    /// Every line it was told.
    pub told: String,
}

impl Stage {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).current_dir(&self.directory);
        environment::replace(&mut command, &self.variables);
        command
    }

    /// The line to type in a shell for the same calls, written to a file.
    pub fn by_hand(&self, told: &str) -> io::Result<String> {
        let file = self.directory.join("calls");
        fs::write(&file, told)?;
        Ok(format!("{} < {}", verdict::by_hand(&self.command(), &self.variables), file.display()))
    }

    pub fn start(&self) -> io::Result<Player> {
        fs::create_dir_all(&self.directory)?;
        let errors = self.directory.join("errors");
        let mut command = self.command();
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&errors)?);
        let mut child = command.spawn()?;
        let input = child.stdin.take().expect("asked for");
        let output = BufReader::new(child.stdout.take().expect("asked for"));
        let (tell, answers) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Ok(Player { child, input, answers, errors, told: String::new() })
    }
}

impl Player {
    pub fn tell(&mut self, line: &str) {
        self.told += line;
        self.told.push('\n');
        // A player that is gone is noticed when it does not answer.
        let _ = writeln!(self.input, "{line}");
    }

    /// The next answer; or what happened instead.
    pub fn answer(&mut self) -> Result<String, String> {
        self.answers.recv_timeout(LIMIT.mul_f64(environment::slowdown())).map_err(|_| self.autopsy())
    }

    fn autopsy(&mut self) -> String {
        let group = Pid::from_child(&self.child);
        let ended = matches!(self.child.try_wait(), Ok(Some(_))) || {
            thread::sleep(Duration::from_millis(200)); // its output is closed a little before it has ended
            matches!(self.child.try_wait(), Ok(Some(_)))
        };
        let what = if ended {
            self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
        } else {
            let threads = backtrace::of_group(group, &self.errors.with_file_name("gdb"));
            format!("no answer after {} s{threads}", LIMIT.as_secs())
        };
        format!("{what}\n{}", verdict::tail(&read(&self.errors)))
    }
}

fn read(file: &Path) -> String {
    String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned()
}

impl Drop for Player {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = process::reap(&self.child);
        }
    }
}
