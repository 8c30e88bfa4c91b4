//! Beside PyO3: a host that has both, and what PyO3 declares of CPython.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use harness::directives::{Directives, Mode};
use harness::library::Library;
use harness::python::{Python, newest};
use harness::{Completion, Failed, Trial, environment, paths, process, program, verdict};

const LIMIT: Duration = Duration::from_secs(60);
/// `all`: build PyO3 for every Python found.
const ALL: &str = "PYFERRY_TEST_PYO3";

fn main() -> ExitCode {
    harness::run(|library, pythons| {
        let hosts = pythons.iter().map(|python| host(python, &pythons, &library));
        hosts.chain(pythons.iter().map(table)).collect()
    })
}

/// A host with PyO3 (tests/pyo3), which links one Python's libpython. To build that takes a minute for each, so by default
/// the newest with the GIL and the newest without stand for all.
fn host(python: &Python, all: &[Python], library: &Library) -> Trial {
    let name = format!("with_pyo3 on {}", python.name);
    let directory = paths::run(&name);
    let mut variables = environment::variables(Mode::Host, Some(python), library, &directory);
    let libpython = python.shared.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    variables.push(("LD_LIBRARY_PATH".to_owned(), libpython.into()));
    let stands_for_all = newest(all.iter(), python.free_threaded).is_some_and(|newest| newest.name == python.name);
    let asked = stands_for_all || env::var(ALL).is_ok_and(|value| value == "all");
    let python = python.clone();
    Trial::ignorable_test(name, move || {
        if let Some(reason) = program::unfit(&Directives { mode: Mode::Host, ..Directives::default() }, &python) {
            return Ok(Completion::ignored_with(reason));
        }
        if !asked {
            return Ok(Completion::ignored_with(format!("{ALL}=all builds PyO3 for this one too")));
        }
        verdict::run(&build(&python)?, &directory, &variables, LIMIT)?;
        Ok(Completion::Completed)
    })
}

/// The signatures of src/cpython/table.rs are pyo3-ffi's (tests/ffi), for each Python that this knows.
fn table(python: &Python) -> Trial {
    let python = python.clone();
    Trial::ignorable_test(format!("table_by_pyo3_ffi on {}", python.name), move || {
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

fn build(python: &Python) -> Result<PathBuf, Failed> {
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
