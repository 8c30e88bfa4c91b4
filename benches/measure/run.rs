//! Runs the programs, and makes numbers of what they print.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use crate::build::Programs;
use crate::count::Count;
use crate::questions::{Measure, Question, Theirs};
use crate::results::{Answer, Number, median, quartiles};
use harness::directives::Mode;
use harness::python::Python;
use harness::{environment, paths, process, verdict};

const TIME: Duration = Duration::from_secs(120);

/// Each question's rounds are divided among so many processes: where a process happens to have its stacks and libraries
/// makes so short a way faster or slower, for as long as it lives.
const PROCESSES: usize = 4;

/// Rounds of scaling.c that have to count.
const FEWEST: usize = 3;
const KEPT_BUSY: &str = "many threads: others kept the cores busy";

/// What is compared of scaling.c's rounds, by its place there.
#[derive(Clone, Copy)]
enum Rate {
    /// In the same time.
    InAll = 0,
    /// For the same processor time.
    OfProcessor = 2,
}

/// What allocates, frees, locks or calls the system, by how the names begin; `clock_gettime` does not, natively.
const FORBIDDEN: [&str; 12] = [
    "malloc",
    "calloc",
    "realloc",
    "free",
    "memalign",
    "posix_memalign",
    "aligned_alloc",
    "pthread_mutex",
    "pthread_rwlock",
    "pthread_cond",
    "syscall",
    "PyThreadState_New",
];

pub fn answer(question: &Question, python: &Python, programs: &Programs) -> Result<Answer, String> {
    if let Some(reason) = question.unfit(python) {
        return Ok(Answer::Not(reason));
    }
    let turns = |ours: &str, theirs: &str, peer: Option<&Path>| {
        let mut arguments = vec![ours.to_owned(), theirs.to_owned()];
        arguments.extend(peer.map(|path| path.display().to_string()));
        let preloaded = matches!(question.measure, Measure::DropIn(..)).then_some(&programs.dropin);
        let runs = (0..PROCESSES).map(|_| run_with(preloaded, "turns", &arguments, python, programs));
        Ok::<_, String>(runs.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let number = match question.measure {
        Measure::Ratio(ours, theirs) => compared(turns(ours, theirs, None)?, |ours, theirs| ours / theirs),
        Measure::Faster(ours, Theirs::Way(theirs)) | Measure::DropIn(ours, theirs) => {
            compared(turns(ours, theirs, None)?, |ours, theirs| theirs / ours)
        }
        Measure::Faster(ours, Theirs::Peer(kind)) => {
            let peer = programs.peer(kind, python);
            compared(turns(ours, "peer-call", Some(peer))?, |ours, theirs| theirs / ours)
        }
        Measure::Longer(ours, theirs) => compared(turns(ours, theirs, None)?, |ours, theirs| ours - theirs),
        Measure::Scaling(threads) => {
            return scaling(["pyferry", "bare"], threads, Rate::OfProcessor, python, programs);
        }
        Measure::Posters(threads) => {
            return scaling(["shared-posts", "shared-atomics"], threads, Rate::InAll, python, programs);
        }
        Measure::Jobs(threads) => {
            return scaling(["worked-posts", "worked-posts"], threads, Rate::OfProcessor, python, programs);
        }
        Measure::Latency(way) => run("holder", &[way.to_owned()], python, programs)?[0][0].into(),
        Measure::FirstMemory => memory(1, python, programs)?.into(),
        Measure::FurtherMemory => ((memory(5, python, programs)? - memory(1, python, programs)?) / 4.0).into(),
        Measure::Instructions(phase, function) => {
            count(phase, python, programs, |count| count.entries.get(function).copied().unwrap_or_default())?
        }
        Measure::Atomics(phase) => count(phase, python, programs, |count| count.atomics)?,
        Measure::ForbiddenCalls(phase) => count(phase, python, programs, |count| {
            let forbidden = |name: &str| FORBIDDEN.iter().any(|start| name.starts_with(start));
            let made: u64 = count.calls.iter().filter(|(name, _)| forbidden(name)).map(|(_, times)| times).sum();
            made + count.system_calls
        })?,
    };
    Ok(Answer::Number(number))
}

fn run(program: &str, arguments: &[String], python: &Python, programs: &Programs) -> Result<Vec<Vec<f64>>, String> {
    run_with(None, program, arguments, python, programs)
}

/// What the program printed: numbers, a line for each round.
fn run_with(
    preloaded: Option<&PathBuf>,
    program: &str,
    arguments: &[String],
    python: &Python,
    programs: &Programs,
) -> Result<Vec<Vec<f64>>, String> {
    let directory = paths::run(&format!("bench on {}", python.name));
    fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    let mut command = Command::new(programs.program(program, python));
    command.args(arguments).current_dir(&directory);
    let mut variables = environment::variables(Mode::Host, Some(python), &programs.library, &directory);
    variables.extend(preloaded.map(|library| ("LD_PRELOAD".to_owned(), library.into())));
    environment::replace(&mut command, &variables);
    let finished = process::run(&mut command, &directory.join("output"), TIME, |_| String::new())
        .map_err(|e| format!("cannot run {program}: {e}"))?;
    let failed = |what: &dyn std::fmt::Display| {
        let again = verdict::by_hand(&command, &variables);
        format!("{program} on {}: {what}\nby hand: {again}\n{}", python.name, verdict::tail(&finished.output))
    };
    verdict::of(&finished, TIME).map_err(|what| failed(&what))?;
    let numbers = |line: &str| line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>();
    finished.output.lines().map(numbers).collect::<Result<_, _>>().map_err(|e| failed(&e))
}

/// Each round's ratio, and then the median: what a round had to suffer, both its halves did.
fn compared(rounds: Vec<Vec<f64>>, ratio: impl Fn(f64, f64) -> f64) -> Number {
    let (value, spread) = quartiles(rounds.iter().map(|round| ratio(round[0], round[1])).collect());
    let side = |which: usize| median(rounds.iter().map(|round| round[which]).collect());
    Number { value, spread: Some(spread), sides: Some((side(0), side(1))) }
}

/// Not, where in hardly any round the threads got the cores.
fn scaling(
    [ours, theirs]: [&str; 2],
    threads: usize,
    rate: Rate,
    python: &Python,
    programs: &Programs,
) -> Result<Answer, String> {
    let rounds = run("scaling", &[ours.to_owned(), theirs.to_owned(), threads.to_string()], python, programs)?;
    if rounds.len() < FEWEST {
        return Ok(Answer::Not(KEPT_BUSY.to_owned()));
    }
    let times = |one: usize| rounds.iter().map(|round| round[one + 1] / round[one]).collect::<Vec<f64>>();
    let (value, spread) = quartiles(times(rate as usize));
    Ok(Answer::Number(Number { value, spread: Some(spread), sides: Some((median(times(0)), median(times(4)))) }))
}

fn memory(interpreters: u32, python: &Python, programs: &Programs) -> Result<f64, String> {
    let bytes = |who: &str| -> Result<f64, String> {
        Ok(run("memory", &[who.to_owned(), interpreters.to_string()], python, programs)?[0][0])
    };
    Ok(bytes("pyferry")? - bytes("bare")?)
}

/// Callgrind runs once for each Python.
fn count(phase: &str, python: &Python, programs: &Programs, of: impl Fn(&Count) -> u64) -> Result<Number, String> {
    static COUNTED: Mutex<Option<HashMap<String, Vec<Count>>>> = Mutex::new(None);
    let mut counted = COUNTED.lock().unwrap();
    let counted = counted.get_or_insert_default();
    if !counted.contains_key(&python.name) {
        counted.insert(python.name.clone(), programs.counter.run(python)?);
    }
    let count = counted[&python.name].iter().find(|count| count.phase == phase);
    Ok((of(count.ok_or_else(|| format!("callgrind counted no phase {phase}"))?) as f64).into())
}
