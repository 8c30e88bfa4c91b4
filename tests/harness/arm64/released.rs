//! What a release has for arm64: the archive, against which an example is built, and the Python package, for which an extension
//! module is.

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
        let directory = made::emptied(&format!("archive_on_{}", python.name))?;
        run(example, &[], &directory, &[("PYFERRY_PYTHON", python.executable.display().to_string())])?;
        Ok(())
    });
    trials.extend(made::trials("wheel", pythons, unpack_wheel, |packages, python| use_wheel(packages, python)));
    trials
}

fn run(program: &Path, arguments: &[&str], directory: &Path, variables: &[(&str, String)]) -> Result<String, String> {
    let (starter, words) = command_line(program.to_owned());
    let mut command = Command::new(starter);
    command.args(words).args(arguments);
    made::run(command, directory, variables)
}

/// An example, built with what the archive has in another folder than that was made for.
fn build_by_archive() -> Result<Made<PathBuf>, String> {
    made::by_tool("tools/dist", &[TARGET], ".tar.gz")?.and_then(|archive| {
        let directory = made::emptied("archive for arm64")?;
        process::output(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&directory))?;
        let name = archive.file_name().expect("it is a file").to_string_lossy();
        let tree = directory.join(name.trim_end_matches(".tar.gz"));
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.args(["--define-prefix", "--cflags", "--libs", "pyferry"]);
        let flags = process::output(pkg_config.env("PKG_CONFIG_LIBDIR", tree.join("lib/pkgconfig")))?;
        let example = directory.join("embedded_api");
        let mut command = Command::new(compiler("CC"));
        command.arg("-std=c99").arg(tree.join("share/doc/pyferry/c_examples/embedded_api.c"));
        command.args(flags.split_whitespace());
        command.arg(format!("-Wl,-rpath,{}", tree.join("lib").display())).args(["-pthread", "-o"]).arg(&example);
        process::output(&mut command)?;
        Ok(example)
    })
}

fn unpack_wheel() -> Result<Made<PathBuf>, String> {
    made::by_tool("tools/wheel", &[TARGET], ".whl")?.and_then(|wheel| {
        let packages = made::emptied("wheel for arm64")?;
        process::output(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&packages))?;
        Ok(packages)
    })
}

fn use_wheel(packages: &Path, python: &Python) -> Result<(), Failed> {
    let directory = made::emptied(&format!("wheel_on_{}", python.name))?;
    let path = format!("{}:{}", directory.display(), packages.display());
    let run = |arguments: &[&str]| run(&python.executable, arguments, &directory, &[("PYTHONPATH", path.clone())]);
    let mut command = Command::new(compiler("CC"));
    command.args(["-std=c11", "-w", "-shared", "-fPIC", "-pthread"]).arg(format!("-DMODULE={MODULE}"));
    command.arg(paths::root().join("tests/wheel/extension.c")).args(python.header_words());
    command.args(run(&["-m", "pyferry", "--cflags", "--libs"])?.split_whitespace());
    command.arg("-o").arg(directory.join(format!("{MODULE}{}", python.extension_suffix)));
    process::output(&mut command)?;
    let script = paths::root().join("tests/wheel/use.py");
    run(&[&script.to_string_lossy(), MODULE])?;
    Ok(())
}
