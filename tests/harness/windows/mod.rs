//! The programs of tests/c on CPythons for Windows: compiled by mingw-w64, run under Wine.
//!
//! `tools/windows` gets what that takes, and says where it is.

mod archive;
mod bench;
mod case;
mod compile;
mod wheel;
mod wine;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use libtest_mimic::Completion;

use super::build::Builder;
use super::directives::Directives;
use super::environment::Variables;
use super::library::Library;
use super::program::Program;
use super::python::Python;
use super::search::wanted_of;
use super::trial::Trial;
use super::{made, paths, process, program};
pub use bench::Bench;
use wine::Wine;

const TARGET: &str = "x86_64-pc-windows-gnu";
/// Set by `make test-windows` and `make test-msvc`: a run of all tests leaves these out.
const ASKED_FOR: &str = "PYFERRY_TEST_WINDOWS";

/// What all cases share.
pub struct Kit {
    library: Library,
    builder: Builder,
    wine: Wine,
}

impl Kit {
    /// Builds a host that is talked to; says how it is started, and with what variables.
    pub fn host(&self, program: &Program, python: &Python) -> Result<(Vec<OsString>, Variables), String> {
        let directives = Directives::default();
        let recipe =
            compile::program(program, &directives, program.built_for(&directives, Some(python)), &self.library);
        self.builder.make(&recipe)?;
        let mut variables = case::variables(self, &directives, Some(python), &recipe.output);
        variables.extend(self.wine.variables().map(|(name, value)| (name.to_owned(), value)));
        Ok((wine::talking(&recipe.output), variables))
    }

    /// Runs a user's program, as `made::run`.
    fn run(
        &self,
        program: &Path,
        arguments: &[&str],
        directory: &Path,
        own: &[(&str, String)],
    ) -> Result<String, String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        // Wine 8's FlushProcessWriteBuffers does nothing.
        let variables = [&[("PYFERRY_BARRIER", "symmetric".to_owned())], own].concat();
        made::run(self.wine.command(program, &arguments), directory, &variables)
    }
}

/// Whether it is Windows' Pythons that are to be tested on.
pub fn is_asked_for() -> bool {
    std::env::var_os(ASKED_FOR).is_some()
}

/// Runs the trials of tests/c and of what a release has for Windows.
pub fn main() -> ExitCode {
    if !is_asked_for() {
        return super::run_trials(vec![not_run("make test-windows runs tests/c on CPythons for Windows")]);
    }
    run(|kit, pythons| {
        let programs = program::all();
        let mut trials: Vec<Trial> = programs.iter().flat_map(|program| case::trials(kit, program, pythons)).collect();
        if !is_msvc() {
            let of_archive = Arc::clone(kit);
            let of_wheel = Arc::clone(kit);
            trials.extend(made::trials("archive", pythons, archive::make, move |unpacked, python| {
                archive::run_examples(&of_archive, unpacked, python)
            }));
            trials.extend(made::trials("wheel", pythons, wheel::make, move |packages, python| {
                wheel::try_it(&of_wheel, packages, python)
            }));
        }
        trials
    })
}

/// Runs trials on Windows' Pythons, where there is what that takes.
pub fn run(trials: impl FnOnce(&Arc<Kit>, &[Arc<Python>]) -> Vec<Trial>) -> ExitCode {
    let tool = paths::root().join("tools/windows");
    if !Command::new(&tool).arg("--check").status().is_ok_and(|status| status.success()) {
        return super::run_trials(vec![not_run("make test-windows gets what is missing")]);
    }
    let (kit, pythons) = match prepare() {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let (kit, pythons) = (Arc::new(kit), pythons.into_iter().map(Arc::new).collect::<Vec<_>>());
    let code = super::run_trials(trials(&kit, &pythons));
    kit.wine.end();
    code
}

/// What all cases share, and what they are tried on.
fn prepare() -> Result<(Kit, Vec<Python>), String> {
    let cache = process::output(Command::new(paths::root().join("tools/windows")).arg("--path"))?;
    let cache = PathBuf::from(cache.trim());
    let library = build()?;
    let wine = Wine::begin(&cache.join("wine"))?;
    let pythons = pythons(&cache.join("pythons"), &wine)?;
    compile::make_import_library()?;
    for python in &pythons {
        eprintln!("python {}", python.describe());
        compile::forward(python)?;
    }
    Ok((Kit { library, builder: Builder::default(), wine }, pythons))
}

fn not_run(reason: &'static str) -> Trial {
    Trial::ignorable_test("windows", move || Ok(Completion::ignored_with(reason)))
}

/// `msvc`: the library is what Rust's compiler for Microsoft's tools makes, and `tools/msvc` links. The programs stay mingw-w64's.
fn is_msvc() -> bool {
    std::env::var(ASKED_FOR).is_ok_and(|kind| kind == "msvc")
}

/// What the names of Pythons end with.
fn mark() -> &'static str {
    if is_msvc() { "msvc" } else { "win" }
}

/// As `Library::build`, for Windows.
fn build() -> Result<Library, String> {
    if is_msvc() {
        let made = process::output(Command::new(paths::root().join("tools/msvc")).env_remove("LD_LIBRARY_PATH"))?;
        return Ok(Library { file: paths::root().join(made.trim()) });
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let folder = paths::root().join("target/systems");
    let mut command = Command::new(cargo);
    command.current_dir(paths::root()).args(["build", "--quiet", "--release", "--lib", "--package", "pyferry"]);
    command.args(["--target", TARGET, "--target-dir"]).arg(&folder);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", compile::COMPILERS[0]).env_remove("LD_LIBRARY_PATH");
    process::output(&mut command)?;
    Ok(Library { file: folder.join(TARGET).join("release/pyferry.dll") })
}

fn pythons(folder: &Path, wine: &Wine) -> Result<Vec<Python>, String> {
    let prefixes = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let is_complete = |prefix: &PathBuf| prefix.join("python.exe").is_file();
    let described: Result<_, _> = prefixes.filter(is_complete).map(|prefix| describe(&prefix, wine)).collect();
    let mut pythons = wanted_of(described?, mark());
    super::python::shorten(&mut pythons);
    Ok(pythons)
}

fn describe(prefix: &Path, wine: &Wine) -> Result<Python, String> {
    let executable = prefix.join("python.exe");
    let question = ["-I", "-c", "import sys; print(sys.version.split()[0], sys.version_info[1])"].map(Into::into);
    let said = process::output(&mut wine.command(&executable, &question))?;
    let (release, minor) = said.trim().split_once(' ').ok_or("a Python for Windows says no version")?;
    let minor: u32 = minor.parse().map_err(|_| format!("a Python for Windows says that it is {said}"))?;
    Ok(Python {
        name: format!("3.{minor} {}", mark()),
        release: release.to_owned(),
        minor,
        free_threaded: false,
        shared: Some(prefix.join(format!("python3{minor}.dll"))),
        executable,
        archive: None,
        include: vec![prefix.join("include")],
        extension_suffix: ".pyd".to_owned(),
        static_link: Vec::new(),
        in_short: false,
    })
}
