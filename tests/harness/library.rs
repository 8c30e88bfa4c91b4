//! The shared library under test.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{self, Tool};
use super::{arm64, paths};

/// Set by `make test`, which has built the library for all tests.
const IS_BUILT: &str = "PYFERRY_TEST_LIBRARY_IS_BUILT";

pub struct Library {
    /// For example `target/release/libpyferry.so`.
    pub file: PathBuf,
}

impl Library {
    /// Builds the library as `cargo build` does. `cargo test` alone would not do: it leaves a cdylib only in `deps/`, beside
    /// the older copy that the last `cargo build` put where users take it from.
    pub fn build() -> Result<Library, String> {
        build("pyferry", "pyferry").map(|file| Library { file })
    }

    /// The library that programs which know nothing of pyferry are preloaded with.
    pub fn build_dropin() -> Result<PathBuf, String> {
        build("pyferry-gilstate", "pyferry_gilstate")
    }

    pub fn directory(&self) -> &Path {
        self.file.parent().expect("the library is in a directory")
    }
}

fn build(package: &str, name: &str) -> Result<PathBuf, String> {
    let is_arm64 = tool::is_arm64();
    let directory = match tool::current() {
        Some(Tool::Arm64) => arm64::profile(),
        // With what Rust has of the kind: a sum that overflows is a panic, and so a failed program.
        Some(Tool::Sanitizers) => paths::profile().with_file_name("debug"),
        _ => paths::profile(),
    };
    let file = directory.join(format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX));
    if env::var_os(IS_BUILT).is_some() && file.exists() {
        return Ok(file);
    }
    let profile = match directory.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(other) => other,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(paths::root()).args(["build", "--quiet", "--lib", "--profile", profile]);
    command.args(["--package", package]);
    if is_arm64 {
        arm64::build(&mut command);
    } else {
        command.arg("--target-dir").args(directory.parent());
    }
    // Set by cargo for this process; it would make the programs, and cargo's own children, find other libraries.
    command.env_remove("LD_LIBRARY_PATH");
    let status = command.status().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    if !status.success() {
        return Err(format!("{command:?}: {status}"));
    }
    if file.exists() { Ok(file) } else { Err(format!("{command:?} made no {}", file.display())) }
}
