//! What a release has: made once, by a tool of the project, and tried with each Python that it is for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use libtest_mimic::{Completion, Failed};

use super::environment::{self, Variables};
use super::python::Python;
use super::trial::Trial;
use super::{paths, process, verdict};

/// The project's tools end with it where what they need themselves is missing.
const NO_TOOLS: i32 = 77;

pub enum Made<T> {
    Whole(T),
    /// Why there is none to try.
    No(String),
}

impl<T> Made<T> {
    /// What is made of it in turn.
    pub fn and_then<U>(self, make: impl FnOnce(T) -> Result<U, String>) -> Result<Made<U>, String> {
        match self {
            Made::Whole(made) => make(made).map(Made::Whole),
            Made::No(reason) => Ok(Made::No(reason)),
        }
    }
}

/// The folder of a case, with nothing of an earlier run.
pub fn emptied(name: &str) -> Result<PathBuf, String> {
    let directory = paths::run(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    Ok(directory)
}

/// A case for each Python, of a name as `NAME on 3.12 win`.
pub fn trials<T: Send + Sync + 'static>(
    name: &str,
    pythons: &[Arc<Python>],
    make: fn() -> Result<Made<T>, String>,
    try_it: impl Fn(&T, &Python) -> Result<(), Failed> + Send + Sync + 'static,
) -> Vec<Trial> {
    let shared = Arc::new((OnceLock::new(), try_it));
    let trial = |python: &Arc<Python>| {
        let (shared, python) = (Arc::clone(&shared), Arc::clone(python));
        Trial::ignorable_test(format!("{name} on {}", python.name), move || {
            let (made, try_it) = &*shared;
            match made.get_or_init(make) {
                Ok(Made::Whole(made)) => try_it(made, &python).map(|()| Completion::Completed),
                Ok(Made::No(reason)) => Ok(Completion::ignored_with(reason)),
                Err(message) => Err(message.into()),
            }
        })
    };
    pythons.iter().map(trial).collect()
}

/// The file of that kind that a tool makes, and names.
pub fn by_tool(tool: &str, arguments: &[&str], ending: &str) -> Result<Made<PathBuf>, String> {
    let mut command = Command::new(paths::root().join(tool));
    command.args(arguments).env_remove("LD_LIBRARY_PATH");
    let output = process::outcome(&mut command, "").map_err(|e| format!("cannot run {command:?}: {e}"))?;
    let [printed, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    match (output.status.code(), printed.lines().rfind(|file| file.ends_with(ending))) {
        (Some(0), Some(file)) => Ok(Made::Whole(paths::root().join(file))),
        (Some(NO_TOOLS), _) => Ok(Made::No(errors)),
        _ => Err(format!("{command:?}: {}\n{errors}\n{printed}", output.status)),
    }
}

/// Runs a user's program in a folder, with these variables and none that lead elsewhere; says what it printed.
pub fn run(mut command: Command, directory: &Path, variables: &[(&str, String)]) -> Result<String, String> {
    let mut all: Variables = vec![("PYTHONDONTWRITEBYTECODE".to_owned(), "1".into())];
    all.extend(variables.iter().map(|(name, value)| (name.to_string(), value.into())));
    environment::replace(command.current_dir(directory), &all);
    let limit = Duration::from_secs(60).mul_f64(environment::slowdown());
    let finished = process::run(&mut command, &directory.join("output"), limit, |_| String::new())
        .map_err(|e| format!("cannot run {command:?}: {e}"))?;
    verdict::of(&finished, limit)
        .map_err(|what| format!("{command:?}: {what}\noutput:\n{}", verdict::tail(&finished.output)))?;
    Ok(finished.output)
}
