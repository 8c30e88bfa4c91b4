//! The archive for Windows, as a user has it: what is in it, that CMake finds the library there with mingw-w64's toolchain, and
//! that the examples that are for Windows are built and run from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

use super::wine::windows_path;
use super::{Kit, compile};
use crate::made::{self, Made};
use crate::python::Python;
use crate::{paths, process};

/// In bytes. mingw-w64 links in what Linux has in its C library.
const LARGEST_LIBRARY: u64 = 1_500_000;

/// Those that ask for nothing of POSIX; and one that was linked with what Microsoft's linker takes.
const EXAMPLES: [&str; 5] = ["embedded_api", "mods", "quickstart", "raii", "by_pyferry_lib"];

/// The unpacked archive, and where the examples are built.
pub struct Unpacked {
    tree: PathBuf,
    examples: PathBuf,
}

pub fn make() -> Result<Made<Unpacked>, String> {
    if Command::new("cmake").arg("--version").output().is_err() {
        return Ok(Made::No("cmake is missing".to_owned()));
    }
    made::by_tool("tools/dist_windows", &["tree"], ".zip")?.and_then(|archive| unpack(&archive))
}

fn unpack(archive: &Path) -> Result<Unpacked, String> {
    // Another folder than it was made for.
    let directory = made::emptied("archive for Windows")?;
    process::output(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(archive).arg(&directory))?;
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
    Ok(Unpacked { tree, examples })
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

pub fn run_examples(kit: &Kit, unpacked: &Unpacked, python: &Python) -> Result<(), Failed> {
    let variables =
        [("PYFERRY_PYTHON", windows_path(&python.executable)), ("WINEPATH", windows_path(&unpacked.tree.join("bin")))];
    for example in EXAMPLES {
        let directory = paths::run(&format!("archive_{example}_on_{}", python.name));
        fs::create_dir_all(&directory)?;
        kit.run(&unpacked.examples.join(format!("{example}.exe")), &[], &directory, &variables)?;
    }
    Ok(())
}
