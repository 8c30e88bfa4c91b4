//! The bindings that are compared: installed from their packages below target/, and built for each Python.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::build::Builder;
use harness::python::Python;
use harness::{compile, paths};

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Pybind11,
    Nanobind,
    Pyo3,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Pybind11, Kind::Nanobind, Kind::Pyo3];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Pybind11 => "pybind11",
            Kind::Nanobind => "nanobind",
            Kind::Pyo3 => "PyO3",
        }
    }

    /// Why there is none for this Python, by its makers' own word. Everything else has to build.
    pub fn unfit(self, python: &Python) -> Option<&'static str> {
        match self {
            Kind::Nanobind if python.minor < 10 => Some("needs 3.10"),
            Kind::Pyo3 if python.free_threaded && python.minor < 14 => Some("free-threaded from 3.14 on"),
            _ => None,
        }
    }
}

pub struct Peers {
    pybind11: Package,
    nanobind: Package,
    pyo3_version: String,
}

struct Package {
    version: String,
    directory: PathBuf,
}

impl Peers {
    pub fn get(pythons: &[Python]) -> Result<Peers, String> {
        let directory = scratch().join("packages");
        let python = install(&directory, pythons)?;
        let package = |name: &str| -> Result<Package, String> {
            let path = directory.display();
            let script = format!(
                "import os, sys; sys.path.insert(0, '{path}'); import {name}; \
                 print({name}.__version__); print(os.path.dirname({name}.__file__))"
            );
            let said = output_of(Command::new(&python).args(["-I", "-c", &script]))?;
            let (version, directory) =
                said.trim().split_once('\n').ok_or(format!("{name} does not say where it is"))?;
            Ok(Package { version: version.to_owned(), directory: directory.into() })
        };
        let manifest = sources().join("pyo3/Cargo.toml");
        let id = output_of(cargo().args(["pkgid", "--manifest-path"]).arg(manifest).arg("pyo3"))?;
        let pyo3_version = id.trim().rsplit(['@', '#']).next().unwrap_or_default().to_owned();
        Ok(Peers { pybind11: package("pybind11")?, nanobind: package("nanobind")?, pyo3_version })
    }

    pub fn version(&self, kind: Kind) -> &str {
        match kind {
            Kind::Pybind11 => &self.pybind11.version,
            Kind::Nanobind => &self.nanobind.version,
            Kind::Pyo3 => &self.pyo3_version,
        }
    }

    pub fn build(&self, kind: Kind, python: &Python, builder: &Builder) -> Result<PathBuf, String> {
        let hidden = ["-fvisibility=hidden", "-DNDEBUG"];
        let recipe = match kind {
            Kind::Pybind11 => {
                let headers = [self.pybind11.directory.join("include")];
                compile::peer(&sources().join("peer_pybind11.cpp"), python, &headers, &hidden)
            }
            Kind::Nanobind => {
                let headers =
                    ["include", "src", "ext/robin_map/include"].map(|name| self.nanobind.directory.join(name));
                let mut words = hidden.to_vec();
                words.extend(["-DNB_COMPACT_ASSERTIONS", "-fno-strict-aliasing"]);
                words.extend(python.free_threaded.then_some("-DNB_FREE_THREADED"));
                compile::peer(&sources().join("peer_nanobind.cpp"), python, &headers, &words)
            }
            Kind::Pyo3 => return build_pyo3(python),
        };
        builder.make(&recipe)?;
        Ok(recipe.output)
    }
}

/// The packages of requirements.txt, in a directory of their own, by any Python that has pip: not all that are measured have.
fn install(directory: &Path, pythons: &[Python]) -> Result<PathBuf, String> {
    let candidates = ["python3", "/usr/bin/python3"].map(PathBuf::from).into_iter();
    let mut candidates = candidates.chain(pythons.iter().map(|python| python.executable.clone()));
    let has_pip = |python: &PathBuf| output_of(Command::new(python).args(["-m", "pip", "--version"])).is_ok();
    let python = candidates.find(has_pip).ok_or("no Python has pip, which installs pybind11 and nanobind")?;

    let requirements = sources().join("requirements.txt");
    let says = |e: io::Error| format!("{}: {e}", directory.display());
    let wanted = fs::read_to_string(&requirements).map_err(says)?;
    let done = directory.join("requirements.txt");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(says)?;
    }
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--target",
    ]);
    output_of(pip.arg(directory).arg("-r").arg(&requirements))?;
    fs::write(done, wanted).map_err(says)?;
    Ok(python)
}

/// A target directory for each Python: PyO3 is built for one, and would be built anew whenever that changes.
fn build_pyo3(python: &Python) -> Result<PathBuf, String> {
    let target = scratch().join(format!("pyo3-{}", python.name));
    let mut command = cargo();
    command
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path"])
        .arg(sources().join("pyo3/Cargo.toml"));
    command.arg("--target-dir").arg(&target).env("PYO3_PYTHON", &python.executable);
    output_of(&mut command)?;
    Ok(target.join("release/libpeer_pyo3.so"))
}

/// Away from this project's `.cargo/config.toml`, which says that no Python is to be asked for.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir("/").env_remove("PYO3_NO_PYTHON").env_remove("LD_LIBRARY_PATH");
    command
}

fn sources() -> PathBuf {
    paths::root().join("benches/peers")
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench")
}

pub fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("cannot run {command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}
