//! The same for arm64: the emulator says which of the library's instructions it executes, one by one. (Callgrind runs there too, and
//! takes a return for a call, once a function has jumped to another one.)

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use harness::tool::Tool;
use harness::{process, verdict};

use super::{Count, Kind, Special, TIME, per_visit};

/// What stands for the names of all that the library calls.
pub const CALLED: &str = "something outside";

/// Runs the program twice, with all at the same addresses: to be told these, and to count.
pub(super) fn counts(
    program: &Path,
    special: &Special,
    directory: &Path,
    prepare: impl Fn(&mut Command),
) -> Result<Vec<Count>, String> {
    let log = directory.join("log");
    let run = |words: &[String]| {
        let mut command = Command::new("setarch");
        let (emulator, its_words) = Tool::Arm64.command_line(program.to_owned(), None, false);
        command.arg("-R").arg(emulator).args(words).args(its_words).current_dir(directory);
        prepare(&mut command);
        let finished = process::run(&mut command, &directory.join("output"), TIME, |_| String::new())
            .map_err(|e| format!("cannot run setarch (package util-linux): {e}"))?;
        verdict::of(&finished, TIME).map_err(|what| format!("{what}\n{}", finished.output))?;
        Ok::<String, String>(finished.output)
    };
    let places = Places::told_by(&run(&[])?)?;
    let last = special.0.keys().filter_map(|address| u64::from_str_radix(address, 16).ok()).max().unwrap_or_default();
    let mut watched = format!("{:#x}+{:#x}", places.library, last + 0x10000);
    for place in places.limits.iter().chain([&places.mark]) {
        watched += &format!(",{place:#x}+4");
    }
    let words =
        ["-singlestep", "-d", "nochain,exec", "-dfilter", &watched, "-D", &log.to_string_lossy()].map(str::to_owned);
    let said = run(&words)?;
    if Places::told_by(&said)? != places {
        return Err("the program was not at the same addresses twice".to_owned());
    }
    let phases = read(&log, &places, special)?;
    fs::remove_file(&log).map_err(|e| format!("{}: {e}", log.display()))?; // a hundred megabytes
    // A phase that was not alike all the time has no name, and was made again.
    let mut phases = phases.into_iter();
    let mut counts = Vec::new();
    for line in said.lines() {
        if line == "end" {
            counts.push(phases.next().ok_or("the emulator's log ends too early")?);
        } else if let (Some(name), Some(last)) = (line.strip_prefix("counted "), counts.last_mut()) {
            last.phase = name.to_owned();
        }
    }
    Ok(counts)
}

/// Where things are, by what the program prints.
#[derive(PartialEq)]
struct Places {
    library: u64,
    mark: u64,
    limits: Vec<u64>,
}

impl Places {
    fn told_by(output: &str) -> Result<Places, String> {
        let place = |name: &str| {
            let told = output.lines().filter_map(|line| line.strip_prefix("at 0x")?.split_once(' '));
            let address =
                told.filter(|(_, other)| *other == name).find_map(|(address, _)| u64::from_str_radix(address, 16).ok());
            address.ok_or_else(|| format!("the program does not say where {name} is:\n{output}"))
        };
        let limits = super::LIMIT.iter().map(|(function, _)| place(function)).collect::<Result<_, _>>()?;
        Ok(Places { library: place("pyferry")?, mark: place("mark")?, limits })
    }
}

/// Takes the log apart: `Trace 0: 0x7fffee400100 [0000000001009331/000000550283f180/00000001/00000201]` is one instruction of a
/// thread, whose number comes first and whose address is the second in brackets. A phase is from one mark to the next, on the
/// thread of that mark.
fn read(log: &Path, places: &Places, special: &Special) -> Result<Vec<Count>, String> {
    let file = File::open(log).map_err(|e| format!("{}: {e}", log.display()))?;
    let (mut counts, mut inside) = (Vec::new(), None::<Phase>);
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| format!("{}: {e}", log.display()))?;
        let Some((thread, rest)) = line.strip_prefix("Trace ").and_then(|rest| rest.split_once(':')) else { continue };
        let address = rest.split('/').nth(1).and_then(|address| u64::from_str_radix(address, 16).ok());
        let address = address.ok_or_else(|| format!("the emulator writes: {line}"))?;
        if address == places.mark {
            match inside.take() {
                Some(phase) => counts.push(phase.count()),
                None => inside = Some(Phase { thread: thread.to_owned(), ..Phase::default() }),
            }
        } else if let Some(phase) = inside.as_mut().filter(|phase| phase.thread == thread) {
            phase.goes_to(address, places, special);
        }
    }
    Ok(counts)
}

/// What a thread has executed since a mark.
#[derive(Default)]
struct Phase {
    thread: String,
    own: u64,
    atomics: u64,
    system_calls: u64,
    calls: u64,
    /// The address after a call, until it is known what was called.
    called_before: Option<u64>,
}

impl Phase {
    fn goes_to(&mut self, address: u64, places: &Places, special: &Special) {
        // A call that is back at once went outside, to what is not a limit.
        if self.called_before.take() == Some(address) {
            self.calls += 1;
        }
        if places.limits.contains(&address) {
            return;
        }
        self.own += 1;
        match special.0.get(&format!("{:x}", address - places.library)) {
            Some(Kind::Atomic) => self.atomics += 1,
            Some(Kind::SystemCall) => self.system_calls += 1,
            Some(Kind::Call) => self.called_before = Some(address + 4),
            Some(Kind::CallByLinker) => self.calls += 1,
            None => {}
        }
    }

    fn count(self) -> Count {
        let mut count =
            Count { atomics: per_visit(self.atomics), system_calls: per_visit(self.system_calls), ..Count::default() };
        count.entries.insert("in all".to_owned(), per_visit(self.own));
        if self.calls > 0 {
            count.calls.insert(CALLED.to_owned(), per_visit(self.calls));
        }
        count
    }
}
