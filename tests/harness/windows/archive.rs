//! The archive for Windows, as a user has it: what is in it, that CMake finds the library there with mingw-w64's toolchain, and
//! that the examples that are for Windows are built and run from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use libtest_mimic::{Completion, Failed};

use super::wine::windows_path;
use super::{Kit, compile};
use crate::python::Python;
use crate::trial::Trial;
use crate::{environment, paths, process, verdict};

/// `tools/dist_windows` ends with it where a tool that it needs is missing.
const NO_TOOLS: i32 = 77;

/// In bytes. mingw-w64 links in what Linux has in its C library.
const LARGEST_LIBRARY: u64 = 1_500_000;

/// Those that ask for nothing of POSIX; and one that was linked with what Microsoft's linker takes.
const EXAMPLES: [&str; 4] = ["embedded_api", "mods", "raii", "by_pyferry_lib"];

/// The unpacked archive, and where the examples are built.
struct Unpacked {
    tree: PathBuf,
    examples: PathBuf,
}

enum Made {
    Archive(Unpacked),
    /// Why there is none to test.
    No(String),
    Failed(String),
}

pub fn trials(kit: &Arc<Kit>, pythons: &[Arc<Python>]) -> Vec<Trial> {
    let made = Arc::new(OnceLock::new());
    let trial = |python: &Arc<Python>| {
        let (kit, made, python) = (Arc::clone(kit), Arc::clone(&made), Arc::clone(python));
        Trial::ignorable_test(format!("archive on {}", python.name), move || {
            match made.get_or_init(|| make().unwrap_or_else(Made::Failed)) {
                Made::Archive(unpacked) => run_examples(&kit, unpacked, &python),
                Made::No(reason) => Ok(Completion::ignored_with(reason)),
                Made::Failed(message) => Err(message.into()),
            }
        })
    };
    pythons.iter().map(trial).collect()
}

fn make() -> Result<Made, String> {
    if Command::new("cmake").arg("--version").output().is_err() {
        return Ok(Made::No("cmake is missing".to_owned()));
    }
    let mut tool = Command::new(paths::root().join("tools/dist_windows"));
    tool.arg("tree").env_remove("LD_LIBRARY_PATH");
    let output = process::outcome(&mut tool, "").map_err(|e| format!("cannot run {tool:?}: {e}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => {}
        Some(NO_TOOLS) => return Ok(Made::No(said)),
        _ => return Err(format!("{tool:?}: {}\n{said}", output.status)),
    }
    let archive = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    // Another folder than it was made for.
    let directory = paths::run("archive for Windows");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
    process::output(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&archive).arg(&directory))?;
    let tree = directory.join(archive.file_stem().expect("it is a file"));
    check_contents(&tree)?;

    let examples = directory.join("build");
    let toolchain = paths::root().join("tests/windows/mingw-w64.cmake");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(tree.join("share/doc/pyferry/c_examples")).arg("-B").arg(&examples);
    configure.arg("--toolchain").arg(toolchain).arg(format!("-DCMAKE_PREFIX_PATH={}", tree.display()));
    process::output(&mut configure)?;
    process::output(Command::new("cmake").arg("--build").arg(&examples))?;
    let mut link = Command::new(compile::COMPILERS[0]);
    link.args(["-std=c99", "-static"]).arg(format!("-I{}", tree.join("include").display()));
    link.arg(tree.join("share/doc/pyferry/c_examples/embedded_api.c")).arg(tree.join("lib/pyferry.lib"));
    process::output(link.arg("-o").arg(examples.join("by_pyferry_lib.exe")))?;
    Ok(Made::Archive(Unpacked { tree, examples }))
}

fn check_contents(tree: &Path) -> Result<(), String> {
    let mut wanted: Vec<PathBuf> = paths::files(&paths::include(), &["h", "hpp"])
        .iter()
        .map(|header| Path::new("include").join(header.file_name().expect("a header has a name")))
        .collect();
    let others = [
        "bin/pyferry.dll",
        "lib/libpyferry.dll.a",
        "lib/pyferry.lib",
        "lib/cmake/pyferry/pyferry-config.cmake",
        "lib/cmake/pyferry/pyferry-config-version.cmake",
        "share/doc/pyferry/LICENSE-MIT",
        "share/doc/pyferry/LICENSE-APACHE",
        "share/doc/pyferry/THIRD-PARTY/rust",
        "share/doc/pyferry/pyferry.cdx.json",
    ];
    wanted.extend(others.map(PathBuf::from));
    let lacks: Vec<_> = wanted.iter().filter(|file| !tree.join(file).exists()).collect();
    if !lacks.is_empty() {
        return Err(format!("{} lacks {lacks:?}", tree.display()));
    }
    let library = tree.join("bin/pyferry.dll");
    let size = fs::metadata(&library).map_err(|e| format!("{}: {e}", library.display()))?.len();
    if size > LARGEST_LIBRARY {
        return Err(format!("the library has {size} bytes: it was not stripped"));
    }
    Ok(())
}

fn run_examples(kit: &Kit, unpacked: &Unpacked, python: &Python) -> Result<Completion, Failed> {
    for example in EXAMPLES {
        let directory = paths::run(&format!("archive_{example}_on_{}", python.name));
        fs::create_dir_all(&directory)?;
        let mut command = kit.wine.command(&unpacked.examples.join(format!("{example}.exe")), &[]);
        command.current_dir(&directory);
        let mut variables = environment::Variables::new();
        let mut set = |name: &str, value: String| variables.push((name.to_owned(), value.into()));
        set("PYTHONDONTWRITEBYTECODE", "1".to_owned());
        set("PYFERRY_BARRIER", "symmetric".to_owned());
        set("PYFERRY_PYTHON", windows_path(&python.executable));
        set("WINEPATH", windows_path(&unpacked.tree.join("bin")));
        environment::replace(&mut command, &variables);
        let limit = Duration::from_secs(60).mul_f64(environment::slowdown());
        let finished = process::run(&mut command, &directory.join("output"), limit, |_| String::new())
            .map_err(|e| format!("cannot run {example}: {e}"))?;
        verdict::of(&finished, limit)
            .map_err(|what| format!("{example}: {what}\noutput:\n{}", verdict::tail(&finished.output)))?;
    }
    Ok(Completion::Completed)
}
