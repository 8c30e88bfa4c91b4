//! Where Pythons are looked for, and which of them are taken.

use std::collections::HashSet;
use std::env;
use std::path::{Path, PathBuf};
use std::thread;

use super::arm64;
use super::python::Python;
use super::tool;

/// Names the Pythons to test on, separated by colons: executables or prefixes, and no other place is looked at; or names
/// (`3.9:3.14t`), which are looked for where all are.
const VARIABLE: &str = "PYFERRY_TEST_PYTHONS";

const WANTED: [&str; 11] = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t", "3.15d"];

pub struct Found {
    pub pythons: Vec<Python>,
    /// Found, but another of the same name was found first.
    pub passed_over: Vec<Python>,
    /// Wanted names that were not found.
    pub missing: Vec<&'static str>,
    /// What `PYFERRY_TEST_PYTHONS` names that is no Python to test on.
    pub unusable: Vec<PathBuf>,
}

impl Found {
    pub fn report(&self) -> Vec<String> {
        let taken = self.pythons.iter().map(|python| format!("python {}", python.describe()));
        let rest = self.passed_over.iter().map(|python| format!("passed over: python {}", python.describe()));
        taken.chain(rest).collect()
    }

    /// What must not pass in silence.
    pub fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self
            .unusable
            .iter()
            .map(|path| format!("{VARIABLE} names {}, which is no CPython 3.9 to 3.15", path.display()))
            .collect();
        if !self.pythons.iter().any(|python| python.shared.is_some()) {
            problems.push(format!(
                "no CPython 3.9 to 3.15 with a shared libpython found; put one on PATH or name one in {VARIABLE} \
                 (Debian: apt-get install python3-dev)"
            ));
        }
        problems
    }
}

/// Of another system's Pythons those that the variable names, as `3.9:3.14`, if not all; by version. `mark` ends their names.
pub fn wanted_of(mut pythons: Vec<Python>, mark: &str) -> Vec<Python> {
    let wanted = env::var(VARIABLE).unwrap_or_default();
    let wanted: Vec<&str> = wanted.split(':').filter(|name| !name.is_empty()).collect();
    pythons.retain(|python| wanted.is_empty() || wanted.iter().any(|name| python.name == format!("{name} {mark}")));
    pythons.sort_by_key(|python| python.minor);
    pythons
}

pub fn pythons() -> Found {
    if tool::is_arm64() {
        return arm64::pythons();
    }
    let value = env::var(VARIABLE).unwrap_or_default();
    let wanted = |name: &str| WANTED.into_iter().find(|wanted| *wanted == name);
    if let Some(names) = value.split(':').map(wanted).collect::<Option<Vec<_>>>() {
        return by_name(&names);
    }
    let named = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let candidates = match &named {
        Some(value) => env::split_paths(value).map(|path| executable_of(&path)).collect(),
        None => everywhere(),
    };
    let asked = ask_all(candidates);
    let unusable = if named.is_some() {
        asked.iter().filter(|(_, python)| python.is_none()).map(|(path, _)| path.clone()).collect()
    } else {
        Vec::new() // PATH is full of shims and of Pythons that are too old
    };
    let (pythons, passed_over) = one_of_each(asked.into_iter().filter_map(|(_, python)| python));
    let missing = if named.is_some() {
        Vec::new()
    } else {
        WANTED.into_iter().filter(|name| !pythons.iter().any(|python| python.name == *name)).collect()
    };
    Found { pythons, passed_over, missing, unusable }
}

fn by_name(names: &[&'static str]) -> Found {
    let asked = ask_all(everywhere()).into_iter().filter_map(|(_, python)| python);
    let (pythons, passed_over) = one_of_each(asked.filter(|python| names.contains(&python.name.as_str())));
    let is_missing = |name: &&str| !pythons.iter().any(|python| python.name == **name);
    let missing = names.iter().copied().filter(is_missing).collect();
    Found { pythons, passed_over, missing, unusable: Vec::new() }
}

fn everywhere() -> Vec<PathBuf> {
    let mut candidates = on_path();
    let home = env::var_os("HOME").map(PathBuf::from);
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or(home.map(|home| home.join(".pyenv")));
    let roots = pyenv.map(|root| root.join("versions")).into_iter().chain([PathBuf::from("/opt/pythons")]);
    for root in roots {
        let mut prefixes: Vec<PathBuf> =
            root.read_dir().into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
        prefixes.sort();
        candidates.extend(prefixes.iter().map(|prefix| executable_of(prefix)));
    }
    candidates.retain(|path| path.is_file());
    candidates
}

fn on_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|directory| {
            let names = ["3"].into_iter().chain(WANTED);
            names.map(move |end| directory.join(format!("python{end}")))
        })
        .collect()
}

fn executable_of(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("bin/python3") } else { path.to_owned() }
}

/// Asks all candidates that are different files, at the same time.
fn ask_all(candidates: Vec<PathBuf>) -> Vec<(PathBuf, Option<Python>)> {
    let mut seen = HashSet::new();
    let different = candidates.into_iter().filter(|path| seen.insert(path.canonicalize().unwrap_or(path.clone())));
    thread::scope(|scope| {
        let asking: Vec<_> = different.map(|path| scope.spawn(|| (Python::ask(&path), path))).collect();
        let answers = asking.into_iter().map(|thread| thread.join().expect("asking a Python does not panic"));
        answers.map(|(python, path)| (path, python)).collect()
    })
}

/// The first of each name; but one that has a shared libpython comes before one that lacks it.
fn one_of_each(pythons: impl Iterator<Item = Python>) -> (Vec<Python>, Vec<Python>) {
    let mut sorted: Vec<Python> = Vec::new();
    for python in pythons {
        let known = |other: &Python| other.executable == python.executable || same_library(other, &python);
        if !sorted.iter().any(known) {
            sorted.push(python);
        }
    }
    sorted.sort_by_key(|python| (python.minor, python.name.clone(), python.shared.is_none()));
    let mut names = HashSet::new();
    sorted.into_iter().partition(|python| names.insert(python.name.clone()))
}

fn same_library(one: &Python, other: &Python) -> bool {
    one.shared.is_some() && one.shared == other.shared
}
