//! What to test: the Pythons found, the programs of `tests/c`, the documents' code, the headers, the library's symbols.

pub mod arm64;
pub mod backtrace;
pub mod build;
pub mod case;
pub mod compile;
pub mod cpython;
pub mod directives;
pub mod environment;
mod header;
pub mod library;
pub mod made;
mod markdown;
pub mod paths;
mod places;
pub mod process;
pub mod program;
mod progress;
pub mod python;
mod python_h;
mod refused;
mod rooms;
mod search;
mod self_check;
mod snippets;
mod soak;
pub mod symbols;
mod table;
mod times;
pub mod tool;
mod tool_check;
mod trial;
pub mod verdict;
pub mod windows;

use std::env;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;

use libtest_mimic::Arguments;
pub use libtest_mimic::{Completion, Failed};

use build::Builder;
use library::Library;
use places::Places;
use progress::Progress;
use python::Python;
use search::Found;
pub use trial::Trial;

/// Runs the trials of tests/c, and those of what needs no program of its own.
pub fn main() -> ExitCode {
    run(|library, pythons| {
        let mut trials = self_check::trials();
        trials.extend(rooms::trials());
        trials.extend(symbols::trials(&library));
        trials.extend(tool_check::trials());
        let kit = Arc::new(case::Kit { library, builder: Builder::default() });
        let pythons: Vec<Arc<Python>> = pythons.into_iter().map(Arc::new).collect();
        trials.extend(snippets::trials(&kit, &pythons));
        for program in program::all() {
            trials.extend(case::trials(&kit, &program, &pythons));
        }
        if tool::is_arm64() {
            trials.extend(arm64::trials(&pythons));
        }
        trials
    })
}

/// Runs the trials of what is declared: the headers as compilers read them, alone and beside each Python.h, and the functions of
/// CPython's that the library and the tests write down themselves.
pub fn declared() -> ExitCode {
    run(|_, pythons| {
        let together = header::Together::all(&refused::all_that_is_right());
        let mut trials = header::trials(&together);
        trials.extend(refused::trials(&together));
        let pythons: Vec<Arc<Python>> = pythons.into_iter().map(Arc::new).collect();
        trials.extend(pythons.iter().map(header::beside_python_h));
        trials.extend(pythons.iter().flat_map(python_h::trials));
        trials.extend(pythons.iter().flat_map(table::trials));
        trials.extend(cpython::trials(&pythons));
        trials
    })
}

/// Parts of names, separated by spaces: the cases that have one of them are run, and no others. `^` stands for the beginning.
const ONLY: &str = "PYFERRY_TEST_ONLY";

/// How a test ends that has no case of the name it was asked for, where this says so.
const NONE: &str = "PYFERRY_TEST_EXIT_IF_NONE";

/// Runs the trials of a test: of the library as it is now, on the Pythons found.
pub fn run(trials: impl FnOnce(Library, Vec<Python>) -> Vec<Trial>) -> ExitCode {
    let (library, mut found) = match library_and_pythons() {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    // Who asks for a case by its name, for a tool or for a soak gets the whole of it.
    let no_names = Arguments::from_args().filter.is_none() && only().is_empty();
    if no_names && tool::current().is_none() && soak::length().is_none() {
        python::shorten(&mut found.pythons);
    }
    let mut all = python_trials(&found);
    all.extend(trials(library, found.pythons));
    run_trials(all)
}

fn only() -> String {
    env::var(ONLY).unwrap_or_default()
}

/// Runs those that are asked for.
fn run_trials(mut all: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let places = match Places::shared() {
        Ok(places) => places,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    // Most programs wait for most of their time. Where several tests share their places, what one does not take another does.
    let cores = available_parallelism().map_or(1, NonZero::get);
    let threads = *arguments.test_threads.get_or_insert(if places.are_shared() { cores * 6 } else { cores * 3 });
    keep_only(&mut all, &only());
    let is_asked_for = |name: &str| is_asked_for(&arguments, name);
    if let Some(code) = env::var(NONE).ok().filter(|_| !all.iter().any(|trial| is_asked_for(&trial.name))) {
        return ExitCode::from(code.parse::<u8>().expect(NONE));
    }
    let (progress, watched) = Progress::watch(all, is_asked_for, threads, places);
    let conclusion = libtest_mimic::run(&arguments, watched);
    if let Err(message) = progress.end() {
        eprintln!("{message}");
    }
    conclusion.exit_code()
}

/// As libtest-mimic has it.
fn is_asked_for(arguments: &Arguments, name: &str) -> bool {
    let is_named = |filter: &String| if arguments.exact { name == filter } else { name.contains(filter.as_str()) };
    arguments.filter.as_ref().is_none_or(is_named) && !arguments.skip.iter().any(is_named)
}

fn keep_only(trials: &mut Vec<Trial>, parts: &str) {
    let parts: Vec<&str> = parts.split_whitespace().collect();
    if parts.is_empty() {
        return;
    }
    let has = |trial: &Trial, part: &str| match part.strip_prefix('^') {
        Some(beginning) => trial.name.starts_with(beginning),
        None => trial.name.contains(part),
    };
    let unknown = parts.iter().filter(|part| !trials.iter().any(|trial| has(trial, part)));
    let unknown: Vec<String> = unknown.map(|part| format!("{ONLY}::no case has {part} in its name")).collect();
    trials.retain(|trial| parts.iter().any(|part| has(trial, part)));
    trials.extend(unknown.into_iter().map(|name| Trial::test(name, || Err("a slip of the pen?".into()))));
}

/// What is tested, and on what.
pub fn library_and_pythons() -> Result<(Library, Found), String> {
    let library = Library::build()?;
    let found = search::pythons();
    for line in found.report() {
        eprintln!("{line}");
    }
    for python in &found.pythons {
        cpython::link(python).map_err(|e| format!("{}: {e}", cpython::directory(python).display()))?;
    }
    Ok((library, found))
}

/// Makes it visible which Pythons were not tested on: a green run on two of them must not look like one on eleven.
fn python_trials(found: &Found) -> Vec<Trial> {
    let mut trials = Vec::new();
    for name in &found.missing {
        trials.push(Trial::ignorable_test(format!("pythons::{name} not found"), || Ok(Completion::ignored())));
    }
    for problem in found.problems() {
        trials.push(Trial::test("pythons::usable", move || Err(problem.into())));
    }
    trials
}
