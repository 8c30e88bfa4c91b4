//! One program of `tests/c`.

use std::path::PathBuf;

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
            directives: std::fs::read_to_string(&source)
                .map_err(|e| format!("cannot read {}: {e}", source.display()))
                .and_then(|text| Directives::parse(&text)),
            source,
        })
        .collect()
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
        lacks("static libpython")
    } else {
        None
    }
}
