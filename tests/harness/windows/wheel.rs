//! The Python package for Windows: installed as pip does it there, with extension modules that are built against it. What these
//! see of the library in their process, `use.py` of tests/wheel asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

use super::wine::windows_path;
use super::{Kit, TARGET, compile};
use crate::made::{self, Made};
use crate::python::Python;
use crate::{paths, process};

const MODULES: [&str; 2] = ["one", "two"];

/// Where the package is installed.
pub struct Packages(PathBuf);

pub fn make() -> Result<Made<Packages>, String> {
    made::by_tool("tools/wheel", &[TARGET], ".whl")?.and_then(|wheel| {
        let packages = made::emptied("wheel_for_windows")?;
        // That it is for Windows, and for the oldest Python.
        let mut pip = Command::new(paths::root().join("target/wheel-tools/bin/python"));
        pip.args(["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--only-binary=:all:"]);
        pip.args(["--platform", "win_amd64", "--python-version", "3.9", "--target"]).arg(&packages).arg(wheel);
        process::output(&mut pip)?;
        Ok(Packages(packages))
    })
}

pub fn try_it(kit: &Kit, Packages(packages): &Packages, python: &Python) -> Result<(), Failed> {
    let directory = made::emptied(&format!("wheel_on_{}", python.name))?;
    let linked = packages.join("pyferry/lib/pyferry.lib");
    for module in MODULES {
        build(module, packages, &linked, &directory, python)?;
    }
    let path = format!("{};{}", windows_path(&directory), windows_path(packages));
    let run = |arguments: &[&str]| kit.run(&python.executable, arguments, &directory, &[("PYTHONPATH", path.clone())]);
    let said = run(&["-m", "pyferry", "--libs"])?;
    if said.trim() != windows_path(&linked) {
        return Err(format!("--libs says {said}, and not {}", windows_path(&linked)).into());
    }
    fs::copy(paths::root().join("tests/wheel/use.py"), directory.join("use.py"))?;
    run(&["use.py", &MODULES.join(",")])?;
    Ok(())
}

fn build(module: &str, packages: &Path, linked: &Path, directory: &Path, python: &Python) -> Result<(), String> {
    let include = |folder: &Path| format!("-I{}", folder.display());
    let mut command = Command::new(compile::COMPILERS[0]);
    command.args(["-std=c11", "-w", "-shared", "-static"]).arg(format!("-DMODULE={module}"));
    command.arg(paths::root().join("tests/wheel/extension.c")).arg(include(&packages.join("pyferry/include")));
    command.args(python.include.iter().map(|folder| include(folder)));
    command.arg(linked).args(&python.shared);
    command.arg("-o").arg(directory.join(format!("{module}{}", python.extension_suffix)));
    process::output(&mut command).map(drop)
}
