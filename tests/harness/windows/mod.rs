//! The programs of tests/c on CPythons for Windows: compiled by mingw-w64, run under Wine.
//!
//! `tools/windows` gets what that takes, and says where it is.

mod archive;
mod case;
mod compile;
mod wine;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use libtest_mimic::Completion;

use super::build::Builder;
use super::library::Library;
use super::python::Python;
use super::search::wanted_of;
use super::trial::Trial;
use super::{paths, process, program};
use wine::Wine;

const TARGET: &str = "x86_64-pc-windows-gnu";
/// Set by `make test-windows`: a run of all tests leaves these out.
const ASKED_FOR: &str = "PYFERRY_TEST_WINDOWS";

/// What all cases share.
struct Kit {
    library: Library,
    builder: Builder,
    wine: Wine,
}

/// Runs the trials, where there is what that takes.
pub fn main() -> ExitCode {
    if std::env::var_os(ASKED_FOR).is_none() {
        return super::run_trials(vec![not_run("make test-windows runs tests/c on CPythons for Windows")]);
    }
    let tool = paths::root().join("tools/windows");
    if !Command::new(&tool).arg("--check").status().is_ok_and(|status| status.success()) {
        return super::run_trials(vec![not_run("make test-windows gets what is missing")]);
    }
    let prepared = process::output(Command::new(&tool).arg("--path")).and_then(|cache| {
        let cache = PathBuf::from(cache.trim());
        let library = build()?;
        let pythons = pythons(&cache.join("pythons"));
        compile::make_import_library()?;
        for python in &pythons {
            compile::forward(python)?;
        }
        Ok((Kit { library, builder: Builder::default(), wine: Wine::begin(&cache.join("wine"))? }, pythons))
    });
    let (kit, pythons) = match prepared {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let (kit, pythons) = (Arc::new(kit), pythons.into_iter().map(Arc::new).collect::<Vec<_>>());
    let programs = program::all();
    let mut trials: Vec<Trial> = programs.iter().flat_map(|program| case::trials(&kit, program, &pythons)).collect();
    trials.extend(archive::trials(&kit, &pythons));
    let code = super::run_trials(trials);
    kit.wine.end();
    code
}

fn not_run(reason: &'static str) -> Trial {
    Trial::ignorable_test("windows", move || Ok(Completion::ignored_with(reason)))
}

/// As `Library::build`, for Windows.
fn build() -> Result<Library, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let folder = paths::root().join("target/systems");
    let mut command = Command::new(cargo);
    command.current_dir(paths::root()).args(["build", "--quiet", "--release", "--lib", "--package", "pyferry"]);
    command.args(["--target", TARGET, "--target-dir"]).arg(&folder);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", compile::COMPILERS[0]).env_remove("LD_LIBRARY_PATH");
    process::output(&mut command)?;
    Ok(Library { file: folder.join(TARGET).join("release/pyferry.dll") })
}

fn pythons(folder: &Path) -> Vec<Python> {
    let prefixes = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut pythons = wanted_of(prefixes.filter_map(|prefix| describe(&prefix)).collect(), "win");
    super::python::shorten(&mut pythons);
    pythons
}

fn describe(prefix: &Path) -> Option<Python> {
    let version = prefix.file_name()?.to_str()?;
    let minor: u32 = version.strip_prefix("3.")?.parse().ok()?;
    let executable = prefix.join("python.exe");
    executable.is_file().then(|| Python {
        name: format!("{version} win"),
        release: version.to_owned(),
        minor,
        free_threaded: false,
        executable,
        shared: Some(prefix.join(format!("python3{minor}.dll"))),
        archive: None,
        include: vec![prefix.join("include")],
        extension_suffix: ".pyd".to_owned(),
        static_link: Vec::new(),
        in_short: false,
    })
}
