//! The variables a program runs with.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::compile;
use super::cpython;
use super::directives::Mode;
use super::library::Library;
use super::python::Python;
use super::{paths, tool};

/// What time limits are to be multiplied with where everything is slow, here and in the programs.
const SLOWDOWN: &str = "PYFERRY_TEST_SLOWDOWN";

/// On 3.13t each class that is made spins for CPython's lock of types, which the thread has itself: 40 times `sched_yield`, in
/// `_PyMutex_LockTimed`. With eight others running, a program of 0.1 s took 43 s there, and 0.5 s on 3.14t. So nothing is yielded
/// there, which takes away most of that: CPython goes on to sleep after so many tries. (Not where something else is preloaded.)
const SPINS: (&str, f64) = ("3.13t", 6.0);

/// Tells a program that a part of what takes long will do.
const IN_SHORT: &str = "PYFERRY_TEST_IN_SHORT";

pub type Variables = Vec<(String, OsString)>;

pub fn variables(mode: Mode, python: Option<&Python>, library: &Library, directory: &Path) -> Variables {
    let mut variables = Variables::new();
    let mut set = |name: &str, value: &OsStr| variables.push((name.to_owned(), value.to_owned()));
    set("PYTHONDONTWRITEBYTECODE", "1".as_ref());
    set("PYFERRY_TEST_LIBRARY", library.file.as_ref());
    let Some(python) = python else {
        // Nothing in it leads to a Python.
        set("PATH", directory.as_ref());
        set("HOME", directory.as_ref());
        return variables;
    };
    set("PYFERRY_TEST_PYTHON", python.executable.as_ref());
    set("PYFERRY_TEST_LIBPYTHON", python.shared.as_deref().unwrap_or(Path::new("")).as_ref());
    set("PATH", &path_from(python));
    if python.in_short {
        set(IN_SHORT, "1".as_ref());
    }
    if python.name == SPINS.0 {
        set(SLOWDOWN, (slowdown() * SPINS.1).to_string().as_ref());
        if tool::current().is_none()
            && let Some(no_yield) = no_yield()
        {
            set("LD_PRELOAD", no_yield.as_ref());
        }
    }
    match mode {
        Mode::Runtime => set("PYFERRY_PYTHON", executable(python).as_ref()),
        Mode::Host => set("LD_LIBRARY_PATH", cpython::directory(python).as_ref()),
        Mode::Extension => {
            let folders = [Some(python), None].map(compile::directory);
            set("PYTHONPATH", &env::join_paths(folders).expect("no path here has a colon"));
        }
        _ => {}
    }
    variables
}

/// The Python that is run or that a program starts: the file itself or, where a part will do, one of a virtual environment, which
/// imports nothing that the machine has installed beside.
pub fn executable(python: &Python) -> PathBuf {
    let (Some(bin), true) = (python.executable.parent(), python.in_short) else { return python.executable.clone() };
    let home = paths::built("venv").join(python.executable.display().to_string().replace('/', "_"));
    let executable = home.join("bin/python3");
    if !executable.exists() {
        // In one step: another test may do the same, or use it already.
        let new = home.with_file_name(format!("{}-{}", python.name, std::process::id()));
        let config = format!("home = {}\ninclude-system-site-packages = false\n", bin.display());
        let make = || {
            fs::create_dir_all(new.join("bin"))?;
            fs::write(new.join("pyvenv.cfg"), config)?;
            std::os::unix::fs::symlink(&python.executable, new.join("bin/python3"))?;
            fs::rename(&new, &home)
        };
        if make().is_err() {
            let _ = fs::remove_dir_all(&new);
        }
    }
    executable
}

fn no_yield() -> Option<&'static Path> {
    static MADE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let make = || {
        let recipe = compile::plain_shared_object(
            &paths::root().join("tests/harness/no_yield.c"),
            paths::built("no_yield").join("libno_yield.so"),
        );
        recipe.bring_up_to_date().ok().map(|()| recipe.output)
    };
    MADE.get_or_init(make).as_deref()
}

pub fn slowdown() -> f64 {
    env::var(SLOWDOWN).map_or(1.0, |value| value.parse().expect(SLOWDOWN))
}

/// A time limit for a program with these variables.
pub fn limit(usual: Duration, variables: &Variables) -> Duration {
    let own = variables.iter().rev().find(|(name, _)| name == SLOWDOWN);
    let own = own.map(|(_, value)| value.to_string_lossy().parse().expect(SLOWDOWN));
    usual.mul_f64(own.unwrap_or_else(slowdown))
}

/// Takes away what could lead the program to another Python or another library than the one it is to be tested with.
pub fn replace(command: &mut Command, variables: &Variables) {
    for (name, _) in env::vars_os() {
        if is_foreign(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command.envs(variables.iter().map(|(name, value)| (name, value)));
}

/// `LD_LIBRARY_PATH` is set by cargo for this process.
fn is_foreign(name: &str) -> bool {
    let foreign = ["PYTHON", "PYENV", "PYFERRY_", "VIRTUAL_ENV", "CONDA", "LD_LIBRARY_PATH"];
    foreign.iter().any(|start| name.starts_with(start)) && !name.starts_with("PYFERRY_TEST_")
}

/// The Python's own directory first: an embedded Python finds its standard library by the `python3` on `PATH`.
fn path_from(python: &Python) -> OsString {
    // From 3.14 on, a host that starts Python again has the prefix of a virtual environment left in `_Py_path_config`, and Python
    // looks for its own modules there.
    let own = match executable(python) {
        environments if environments != python.executable && python.minor < 14 => {
            environments.parent().map(Path::to_owned)
        }
        _ => cpython::program_directory(python),
    };
    let rest = env::var_os("PATH").unwrap_or_default();
    env::join_paths(own.into_iter().chain(env::split_paths(&rest))).unwrap_or(rest)
}
