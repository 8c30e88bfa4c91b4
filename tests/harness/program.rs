//! One program of `tests/c`.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::directives::{Directives, Mode};
use super::paths;
use super::python::Python;

/// What Clang and GCC take for C and for C++, by extension.
pub const SOURCES: [&str; 2] = ["c", "cpp"];

#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    pub source: PathBuf,
    /// An `Err` becomes a failing trial.
    pub directives: Result<Directives, String>,
}

pub fn all() -> Vec<Program> {
    paths::files(&paths::programs(), &SOURCES)
        .into_iter()
        .map(|source| Program {
            name: source.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            directives: fs::read_to_string(&source)
                .map_err(|e| format!("cannot read {}: {e}", source.display()))
                .and_then(|text| Directives::parse(&text)),
            source,
        })
        .collect()
}

impl Program {
    /// The Python to build for; `None` where one build serves them all.
    pub fn built_for<'a>(&self, directives: &Directives, python: Option<&'a Python>) -> Option<&'a Python> {
        match directives.mode {
            Mode::Runtime | Mode::Dlopen | Mode::Alone => None,
            Mode::Host | Mode::Extension
                if !directives.pybind11 && !includes_python(&self.source, &mut HashSet::new()) =>
            {
                None
            }
            _ => python,
        }
    }
}

/// Whether it includes `Python.h`, or a file beside it does that it includes.
fn includes_python(source: &Path, seen: &mut HashSet<PathBuf>) -> bool {
    if !seen.insert(source.to_owned()) {
        return false;
    }
    let text = fs::read_to_string(source).unwrap_or_default();
    let mut included = text.lines().filter_map(|line| line.trim_start().strip_prefix("#include ")).map(str::trim);
    included.any(|name| match name.strip_prefix('"').and_then(|name| name.split('"').next()) {
        Some(local) => includes_python(&source.with_file_name(local), seen),
        None => name.starts_with("<Python.h>"),
    })
}

/// Why the program is not for this Python, if it is not.
pub fn unfit(directives: &Directives, python: &Python) -> Option<String> {
    use super::directives::Threading::{FreeThreaded, Gil};

    if let Some(minor) = directives.since.filter(|since| python.minor < *since) {
        return Some(format!("for 3.{minor} and later"));
    }
    if let Some(minor) = directives.until.filter(|until| python.minor > *until) {
        return Some(format!("for 3.{minor} and earlier"));
    }
    match directives.only {
        Some(Gil) if python.free_threaded => return Some("for builds with the GIL".to_owned()),
        Some(FreeThreaded) if !python.free_threaded => return Some("for free-threaded builds".to_owned()),
        _ => {}
    }
    if directives.pybind11 && !paths::pybind11().exists() {
        return Some("pybind11 is not installed: make setup".to_owned());
    }
    if directives.greenlet && !paths::greenlet(&python.name).join("greenlet").exists() {
        return Some("greenlet is not installed for this Python: make setup, which finds no wheel for each".to_owned());
    }
    let lacks = |what: &str| Some(format!("{} has no {what}", python.executable.display()));
    let (headers, shared, archive) = match directives.mode {
        Mode::Host => (true, true, false),
        Mode::Runtime | Mode::Dlopen => (false, true, false),
        Mode::Extension => (true, false, false),
        Mode::Static => (true, false, true),
        Mode::Alone | Mode::Helper => (false, false, false),
    };
    if headers && python.include.is_empty() {
        lacks("headers")
    } else if shared && python.shared.is_none() {
        lacks("shared libpython")
    } else if archive && python.archive.is_none() {
        lacks("static libpython that can be linked")
    } else {
        None
    }
}
