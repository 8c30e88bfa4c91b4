//! The Rust API: each case is a Rust program with the rlib inside, which runs on every CPython found.
//!
//! The program is this one: told the name of a case it is that case, in a process of its own.

#[allow(dead_code)] // the rest is the other tests'
mod harness;

#[path = "rust_api/cases.rs"]
mod cases;
#[allow(dead_code)]
#[path = "../examples/threads.rs"]
mod threads;

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use harness::directives::{Directives, Mode};
use harness::library::Library;
use harness::python::Python;
use harness::{environment, paths, process, program, tool, verdict};

/// Names the case that this process is.
const CASE: &str = "PYFERRY_TEST_RUST_CASE";
const LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if let Ok(name) = env::var(CASE) {
        let (_, case) = cases::ALL.iter().find(|(known, _)| *known == name).expect(CASE);
        return case().map_or_else(
            |error| {
                eprintln!("{error}");
                ExitCode::FAILURE
            },
            |()| ExitCode::SUCCESS,
        );
    }
    let arguments = Arguments::from_args();
    let (library, found) = match harness::library_and_pythons() {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = harness::python_trials(&found);
    trials.push(trial("no_python", None, &library));
    for python in &found.pythons {
        for (name, _) in cases::ALL.iter().filter(|(name, _)| *name != "no_python") {
            trials.push(trial(name, Some(python), &library));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(case: &'static str, python: Option<&Python>, library: &Library) -> Trial {
    let name = format!("{case} on {}", python.map_or("no python", |python| &python.name));
    let directory = paths::run(&format!("rust_{name}"));
    let mode = if python.is_some() { Mode::Runtime } else { Mode::Alone };
    let mut variables = environment::variables(mode, python, library, &directory);
    variables.push((CASE.to_owned(), case.into()));
    if let Some(python) = python {
        variables.push(("PYFERRY_TEST_RELEASE".to_owned(), (&python.release).into()));
    }
    let directives = Directives { mode, ..Directives::default() };
    let unfit = python.and_then(|python| program::unfit(&directives, python));
    Trial::ignorable_test(name, move || {
        if let Some(reason) = unfit {
            return Ok(Completion::ignored_with(reason));
        }
        if tool::current().is_some() {
            return Ok(Completion::ignored_with("the tools are for the C programs"));
        }
        run(&directory, &variables)?;
        Ok(Completion::Completed)
    })
}

fn run(directory: &Path, variables: &environment::Variables) -> Result<(), Failed> {
    fs::create_dir_all(directory)?;
    let mut command = Command::new(env::current_exe()?);
    command.current_dir(directory);
    environment::replace(&mut command, variables);
    let limit = LIMIT.mul_f64(environment::slowdown());
    let autopsy = |group| harness::backtrace::of_group(group, &directory.join("gdb"));
    let finished = process::run(&mut command, &directory.join("output"), limit, autopsy)?;
    verdict::of(&finished, limit).map_err(|what| {
        let again = verdict::by_hand(&command, variables);
        format!("{what}\nby hand: {again}\noutput:\n{}{}", verdict::tail(&finished.output), finished.autopsy).into()
    })
}
