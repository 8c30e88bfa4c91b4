//! What a release has for arm64: the archive, against which an example is built, and the Python package, for which an extension
//! module is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::Failed;

use super::{TARGET, command_line};
use crate::compile::compiler;
use crate::made::{self, Made};
use crate::python::Python;
use crate::trial::Trial;
use crate::{paths, process};

const MODULE: &str = "one";

pub fn trials(pythons: &[Arc<Python>]) -> Vec<Trial> {
    let mut trials = made::trials("archive", pythons, build_by_archive, |example, python| {
        run(example, &[], "archive", &[("PYFERRY_PYTHON", python.executable.display().to_string())]).map(drop)
    });
    trials.extend(made::trials("wheel", pythons, unpack_wheel, |packages, python| use_wheel(packages, python)));
    trials
}

fn run(program: &Path, arguments: &[&str], what: &str, variables: &[(&str, String)]) -> Result<String, Failed> {
    let directory = paths::run(&format!("{what} for arm64"));
    fs::create_dir_all(&directory)?;
    let (starter, words) = command_line(program.to_owned());
    let mut command = Command::new(starter);
    command.args(words).args(arguments);
    Ok(made::run(command, &directory, variables)?)
}

/// An example, built with what the archive has in another folder than that was made for.
fn build_by_archive() -> Result<Made<PathBuf>, String> {
    let archive = match made::by_tool("tools/dist", &[TARGET], ".tar.gz")? {
        Made::Whole(archive) => archive,
        Made::No(reason) => return Ok(Made::No(reason)),
    };
    let directory = emptied("archive for arm64")?;
    process::output(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&directory))?;
    let name = archive.file_name().expect("it is a file").to_string_lossy();
    let tree = directory.join(name.trim_end_matches(".tar.gz"));
    let asked = Command::new("pkg-config")
        .args(["--define-prefix", "--cflags", "--libs", "pyferry"])
        .env("PKG_CONFIG_LIBDIR", tree.join("lib/pkgconfig"))
        .output();
    let flags = asked.map_err(|error| format!("cannot run pkg-config: {error}"))?.stdout;
    let example = directory.join("embedded_api");
    let mut command = Command::new(compiler("CC"));
    command.arg("-std=c99").arg(tree.join("share/doc/pyferry/c_examples/embedded_api.c"));
    command.args(String::from_utf8_lossy(&flags).split_whitespace());
    command.arg(format!("-Wl,-rpath,{}", tree.join("lib").display())).args(["-pthread", "-o"]).arg(&example);
    process::output(&mut command)?;
    Ok(Made::Whole(example))
}

fn unpack_wheel() -> Result<Made<PathBuf>, String> {
    let wheel = match made::by_tool("tools/wheel", &[TARGET], ".whl")? {
        Made::Whole(wheel) => wheel,
        Made::No(reason) => return Ok(Made::No(reason)),
    };
    let packages = emptied("wheel for arm64")?.join("packages");
    process::output(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&packages))?;
    Ok(Made::Whole(packages))
}

fn use_wheel(packages: &Path, python: &Python) -> Result<(), Failed> {
    let modules = paths::run(&format!("wheel_on_{}", python.name));
    fs::create_dir_all(&modules)?;
    let path = format!("{}:{}", modules.display(), packages.display());
    let run = |arguments: &[&str]| run(&python.executable, arguments, "wheel", &[("PYTHONPATH", path.clone())]);
    let mut command = Command::new(compiler("CC"));
    command.args(["-std=c11", "-w", "-shared", "-fPIC", "-pthread"]).arg(format!("-DMODULE={MODULE}"));
    command.arg(paths::root().join("tests/wheel/extension.c"));
    command.args(python.include.iter().flat_map(|include| [Path::new("-isystem"), include]));
    command.args(run(&["-m", "pyferry", "--cflags", "--libs"])?.split_whitespace());
    command.arg("-o").arg(modules.join(format!("{MODULE}{}", python.extension_suffix)));
    process::output(&mut command)?;
    let script = paths::root().join("tests/wheel/use.py");
    run(&[&script.to_string_lossy(), MODULE])?;
    Ok(())
}

fn emptied(name: &str) -> Result<PathBuf, String> {
    let directory = paths::run(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    Ok(directory)
}
