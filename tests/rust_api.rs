//! The Rust API: each case is a Rust program with the rlib inside, which runs on every CPython found.
//!
//! The program is this one: told the name of a case it is that case, in a process of its own.

#[path = "rust_api/cases.rs"]
mod cases;
#[allow(dead_code)]
#[path = "../examples/threads.rs"]
mod threads;

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::time::Duration;

use harness::{Completion, Trial};

use harness::directives::{Directives, Mode};
use harness::library::Library;
use harness::python::Python;
use harness::{arm64, environment, paths, process, program, tool, verdict};

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
    harness::run(|library, pythons| {
        let mut trials = vec![trial("no_python", None, &library)];
        for python in &pythons {
            for (name, _) in cases::ALL.iter().filter(|(name, _)| *name != "no_python") {
                trials.push(trial(name, Some(python), &library));
            }
        }
        trials
    })
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
    let unfit = python.and_then(|python| unfit(python, mode));
    Trial::ignorable_test(name, move || {
        if let Some(reason) = unfit {
            return Ok(Completion::ignored_with(reason));
        }
        let executable = if tool::is_arm64() { built_for_arm64()? } else { env::current_exe()? };
        verdict::run(&executable, &directory, &variables, LIMIT)?;
        Ok(Completion::Completed)
    })
}

/// This program, for that.
fn built_for_arm64() -> Result<PathBuf, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let build = || {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(paths::root()).args(["test", "--quiet", "--release", "--no-run", "--test", "rust_api"]);
        command.args(["--package", "pyferry-tests", "--message-format=json"]).env_remove("LD_LIBRARY_PATH");
        let said = process::output(arm64::build(&mut command))?;
        let programs = said.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'));
        let program = programs.map(|(program, _)| PathBuf::from(program)).next_back();
        program.ok_or_else(|| "cargo made no program for arm64".to_owned())
    };
    BUILT.get_or_init(build).clone()
}

fn unfit(python: &Python, mode: Mode) -> Option<String> {
    if tool::current().is_some() && !tool::is_arm64() {
        return Some("the tools are for the C programs".to_owned());
    }
    program::unfit(&Directives { mode, ..Directives::default() }, python)
}
