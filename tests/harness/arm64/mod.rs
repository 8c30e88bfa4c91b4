//! arm64 Linux, under an emulator: its Pythons, the library for it, and how a program is started.
//!
//! `tools/arm64` gets what that takes, and says where it is.

mod released;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::python::Python;
use super::search::{Found, wanted_of};
use super::{paths, process};
pub use released::trials;

pub const TARGET: &str = "aarch64-unknown-linux-gnu";
const EMULATOR: &str = "qemu-aarch64";

/// Where there is a small arm64 system, with nothing but what Pythons need.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let told = process::output(Command::new(paths::root().join("tools/arm64")).arg("--path"));
        told.expect("tools/arm64 says where it keeps what it gets").trim().into()
    })
}

pub fn pythons() -> Found {
    let files = fs::read_dir(root().join("usr/bin")).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    // python3.13.arm64 is what python3.13 starts.
    let is_python = |path: &PathBuf| {
        path.to_string_lossy().rsplit_once("/python3.").is_some_and(|(_, minor)| minor.parse::<u32>().is_ok())
    };
    let pythons = files.filter(is_python).filter_map(|path| Python::ask(&path)).map(here).collect();
    Found { pythons: wanted_of(pythons, "arm64"), passed_over: Vec::new(), missing: Vec::new(), unusable: Vec::new() }
}

/// With paths as they are outside of the emulator.
fn here(python: Python) -> Python {
    let outside = |path: PathBuf| match path.strip_prefix("/") {
        Ok(inside) if !path.exists() => root().join(inside),
        _ => path,
    };
    Python {
        name: format!("{} arm64", python.name),
        shared: python.shared.map(outside),
        // To link with it takes what it is linked with, for arm64.
        archive: None,
        ..python
    }
}

/// Has cargo build for it. The folder that it builds in is not the one for this machine.
pub fn build(command: &mut Command) -> &mut Command {
    command.args(["--target", TARGET, "--target-dir"]).arg(paths::root().join("target/systems"));
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
}

/// Where cargo puts what it builds for it.
pub fn profile() -> PathBuf {
    paths::root().join("target/systems").join(TARGET).join(paths::profile().file_name().expect("a profile has a name"))
}

/// What to run instead of `program`, whose own arguments follow.
pub fn command_line(program: PathBuf) -> (PathBuf, Vec<OsString>) {
    // A Python is a script that does the same.
    if fs::read(&program).is_ok_and(|begins| begins.starts_with(b"#!")) {
        return (program, Vec::new());
    }
    (process::on_path(EMULATOR), vec!["-L".into(), root().into(), program.into()])
}
