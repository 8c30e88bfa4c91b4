//! Where things are. Everything the harness writes is below cargo's own directory for test files.

use std::env;
use std::path::{Path, PathBuf};

use super::tool::{self, Tool};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is in tests/harness")
}

pub fn include() -> PathBuf {
    root().join("include")
}

pub fn programs() -> PathBuf {
    root().join("tests/c")
}

/// Where greenlet is for a Python of that name, if there is one for it: tools/setup installs it.
pub fn greenlet(python: &str) -> PathBuf {
    root().join("target/greenlet").join(python)
}

/// The headers of pybind11, which tools/setup installs.
pub fn pybind11() -> PathBuf {
    root().join("target/pybind11/pybind11/include")
}

/// What users start from.
pub fn examples() -> PathBuf {
    root().join("c_examples")
}

/// The directory of one group of built programs: one Python's, or `any`.
pub fn built(group: &str) -> PathBuf {
    let compiled_for = match tool::current() {
        Some(Tool::Sanitizers) => "built-sanitizers",
        Some(Tool::Arm64) => "built-arm64",
        _ => "built",
    };
    // A compiler's list of what it read has no names with spaces.
    scratch().join(compiled_for).join(group.replace(' ', "-"))
}

/// The working directory of one case, where it may write what it likes.
pub fn run(case: &str) -> PathBuf {
    let under = tool::current().map_or("run".to_owned(), |tool| format!("run-{}", tool.name()));
    scratch().join(under).join(case.replace(' ', "_"))
}

/// The directory of the profile that the test executable, `TARGET/PROFILE/deps/c-HASH`, was built with.
pub fn profile() -> PathBuf {
    let executable = env::current_exe().expect("a test knows its executable");
    executable.ancestors().nth(2).expect("a test executable is in a cargo target directory").to_owned()
}

pub fn scratch() -> PathBuf {
    profile().with_file_name("tmp").join("c")
}

/// Files of a directory with one of these extensions, in alphabetical order.
pub fn files(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e)))
        .collect();
    files.sort();
    files
}
