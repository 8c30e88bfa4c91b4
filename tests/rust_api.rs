//! The Rust API: each case is a Rust program with the rlib inside, which runs on every CPython found.
//!
//! The program is this one: told the name of a case it is that case, in a process of its own.

#[path = "rust_api/cases.rs"]
mod cases;
#[allow(dead_code)]
#[path = "../examples/threads.rs"]
mod threads;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use harness::{Completion, Failed, Trial};

use harness::directives::{Directives, Mode};
use harness::library::Library;
use harness::python::{Python, newest};
use harness::tool::{self, Tool};
use harness::{arm64, environment, paths, process, program, verdict};

/// Names the case that this process is.
const CASE: &str = "PYFERRY_TEST_RUST_CASE";
const LIMIT: Duration = Duration::from_secs(60);
const NOT_BY_PYO3: &str = "PyO3 is built for this machine's Pythons";
/// `all`: build PyO3 for every Python found.
const PYO3: &str = "PYFERRY_TEST_PYO3";

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
        trials.extend(pythons.iter().map(|python| trial_with_pyo3(python, &pythons, &library)));
        trials.extend(pythons.iter().map(trial_of_table));
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
        let executable = if is_arm64() { built_for_arm64()? } else { env::current_exe()? };
        run(&executable, &directory, &variables)?;
        Ok(Completion::Completed)
    })
}

fn is_arm64() -> bool {
    tool::current() == Some(Tool::Arm64)
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
    if tool::current().is_some() && !is_arm64() {
        return Some("the tools are for the C programs".to_owned());
    }
    program::unfit(&Directives { mode, ..Directives::default() }, python)
}

/// A host with PyO3 (tests/pyo3), which links one Python's libpython. To build that takes a minute for each, so by default
/// the newest with the GIL and the newest without stand for all.
fn trial_with_pyo3(python: &Python, all: &[Python], library: &Library) -> Trial {
    let name = format!("with_pyo3 on {}", python.name);
    let directory = paths::run(&format!("rust_{name}"));
    let mut variables = environment::variables(Mode::Host, Some(python), library, &directory);
    let libpython = python.shared.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    variables.push(("LD_LIBRARY_PATH".to_owned(), libpython.into()));
    let stands_for_all = newest(all.iter(), python.free_threaded).is_some_and(|newest| newest.name == python.name);
    let asked = stands_for_all || env::var(PYO3).is_ok_and(|value| value == "all");
    let python = python.clone();
    Trial::ignorable_test(name, move || {
        if let Some(reason) = unfit(&python, Mode::Host).or(is_arm64().then(|| NOT_BY_PYO3.to_owned())) {
            return Ok(Completion::ignored_with(reason));
        }
        if !asked {
            return Ok(Completion::ignored_with(format!("{PYO3}=all builds PyO3 for this one too")));
        }
        run(&build_with_pyo3(&python)?, &directory, &variables)?;
        Ok(Completion::Completed)
    })
}

/// The signatures of src/cpython/table.rs are pyo3-ffi's (tests/ffi), for each Python that this knows.
fn trial_of_table(python: &Python) -> Trial {
    let python = python.clone();
    Trial::ignorable_test(format!("table_by_pyo3_ffi on {}", python.name), move || {
        if is_arm64() {
            return Ok(Completion::ignored_with(NOT_BY_PYO3));
        }
        if python.free_threaded && python.minor == 13 {
            return Ok(Completion::ignored_with("pyo3-ffi refuses 3.13t"));
        }
        let mut command = cargo("check", "ffi", &python);
        command.arg("--target-dir").arg(paths::root().join("target/ffi"));
        process::output(&mut command)?;
        Ok(Completion::Completed)
    })
}

/// cargo, for one of the packages that are built for one Python at a time.
fn cargo(verb: &str, package: &str, python: &Python) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([verb, "--quiet", "--locked", "--manifest-path"]);
    command.arg(paths::root().join("tests").join(package).join("Cargo.toml"));
    command.env_remove("LD_LIBRARY_PATH").env("PYO3_PYTHON", &python.executable);
    command
}

fn build_with_pyo3(python: &Python) -> Result<PathBuf, Failed> {
    // What of it is the same for all Pythons is built once; so its program is put away before the next one's is made.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let target = paths::root().join("target/pyo3");
    let mut command = cargo("build", "pyo3", python);
    process::output(command.arg("--release").arg("--target-dir").arg(&target))?;
    let program = target.join(format!("with-pyo3-on-{}", python.name));
    fs::copy(target.join("release/pyferry-with-pyo3"), &program)?;
    Ok(program)
}

fn run(executable: &Path, directory: &Path, variables: &environment::Variables) -> Result<(), Failed> {
    fs::create_dir_all(directory)?;
    let mut command = tool::starts(executable);
    command.current_dir(directory);
    environment::replace(&mut command, variables);
    let tool = tool::current().map_or(1, Tool::slowdown);
    let limit = environment::limit(LIMIT, variables) * tool;
    let autopsy = |group| harness::backtrace::of_group(group, &directory.join("gdb"));
    let finished = process::run(&mut command, &directory.join("output"), limit, autopsy)?;
    verdict::of(&finished, limit).map_err(|what| {
        let again = verdict::by_hand(&command, variables);
        format!("{what}\nby hand: {again}\noutput:\n{}{}", verdict::tail(&finished.output), finished.autopsy).into()
    })
}
