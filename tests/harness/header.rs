//! The headers of `include/` compile as every language version they promise, once and twice, and C++'s without exceptions too.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Completion, Failed};

use super::compile::compiler;
use super::python::Python;
use super::trial::Trial;
use super::{paths, process};

const C: [&str; 4] = ["c99", "c11", "c17", "c2x"];
const CPP: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++2b"];
/// What `pyferry.hpp` is written for.
const CPP_WRAPPER: [&str; 3] = ["c++17", "c++20", "c++2b"];

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// What is inline has to be without these as well.
const WRAPPER_WARNINGS: &[&str] =
    &["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Weffc++", "-Werror"];
const BARE: &[&str] = &["-fno-exceptions", "-fno-rtti"];

/// A compiler, and how it is to take a header.
#[derive(Clone)]
pub struct Reading {
    pub compiler: String,
    pub cplusplus: bool,
    pub standard: &'static str,
    pub flags: Vec<&'static str>,
    /// Where the headers of others are.
    pub system: Vec<PathBuf>,
}

/// The header that is read beside Python.h, and how: as it is, and in each way that a macro turns it.
const BESIDE: &str = "pyferry_pep788.h";
const TURNS: [&[&str]; 4] = [
    &[],
    &["-DPYFERRY_PEP788_ALWAYS"],
    &["-DPYFERRY_PEP788_ALWAYS", "-DPYFERRY_PEP788_KEEP_STATES"],
    &["-DPy_LIMITED_API=0x03090000"],
];

/// As what `Py_LIMITED_API` may be, and the header is not for it. (Nothing is 3.2.)
const TOO_OLD: [&str; 3] = ["-DPy_LIMITED_API=3", "-DPy_LIMITED_API=", "-DPy_LIMITED_API=0x03080000"];

/// All headers for C++, and a program that uses them, in one run of the compiler: what they include takes most of the time.
pub struct Together {
    pub reading: Reading,
    source: String,
    is_accepted: OnceLock<bool>,
}

impl Together {
    /// One for each way in which the headers are to be read.
    pub fn all(program: &str) -> Vec<Arc<Together>> {
        let headers: String = names("hpp").iter().map(|name| twice(name)).collect();
        let together =
            |reading| Arc::new(Together { reading, source: headers.clone() + program, is_accepted: OnceLock::new() });
        wrapper_readings().into_iter().map(together).collect()
    }

    /// Judges a part by all of it, as long as that is accepted; but each by itself as most people read it, so that it is seen
    /// to include what it needs.
    pub fn accepts(&self, part: &str) -> Result<Completion, Failed> {
        let is_accepted = || *self.is_accepted.get_or_init(|| self.reading.check(&self.source).is_ok());
        if !self.reading.is_plain() && is_accepted() {
            return Ok(Completion::Completed);
        }
        self.reading.accepts(part)
    }
}

/// The headers that are read alone, with this ending.
fn names(ending: &str) -> Vec<String> {
    let name = |file: PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    paths::files(&paths::include(), &[ending]).into_iter().map(name).filter(|name| name != BESIDE).collect()
}

pub fn trials(together: &[Arc<Together>]) -> Vec<Trial> {
    let mut trials = Vec::new();
    let title = |name: &str, reading: &Reading| format!("header::{name} as {}", reading.title());
    for name in names("h") {
        for reading in readings() {
            let source = twice(&name);
            trials.push(Trial::ignorable_test(title(&name, &reading), move || reading.accepts(&source)));
        }
    }
    for together in together {
        for name in names("hpp") {
            let (title, together) = (title(&name, &together.reading), Arc::clone(together));
            trials.push(Trial::ignorable_test(title, move || together.accepts(&twice(&name))));
        }
    }
    trials
}

fn twice(header: &str) -> String {
    format!("#include \"{header}\"\n").repeat(2)
}

/// One for each Python: the headers that stand beside its Python.h, as every language version.
pub fn beside_python_h(python: &Arc<Python>) -> Trial {
    let python = Arc::clone(python);
    Trial::ignorable_test(format!("header::{BESIDE} on {}", python.name), move || {
        if python.include.is_empty() {
            return Ok(Completion::ignored_with("no Python.h"));
        }
        let twice = twice(BESIDE);
        let source = format!("#include <Python.h>\n{twice}");
        refuses_what_is_too_old(&python)?;
        for mut reading in readings() {
            let is_oldest = reading.standard == C[0] || reading.standard == CPP[0];
            let is_newest = C.last() == Some(&reading.standard) || CPP.last() == Some(&reading.standard);
            let is_extreme = is_oldest || is_newest;
            // What differs between compilers does so on each Python alike, and the standards in the middle with each compiler.
            let is_systems = [compiler("CC"), compiler("CXX")].contains(&reading.compiler);
            if !(if python.in_short { is_extreme && is_systems } else { is_extreme || is_systems }) {
                continue;
            }
            reading.system = python.include.clone();
            for turn in TURNS.iter().take(if is_oldest { TURNS.len() } else { 1 }) {
                // CPython has no limited API there.
                if python.free_threaded && turn.concat().contains("LIMITED") {
                    continue;
                }
                let mut strict = reading.clone();
                strict.flags.extend([&["-Wshadow", "-Wconversion"], *turn].concat());
                // Behind Python.h, and by itself.
                let in_each_way = || match (python.in_short || !is_extreme, turn.is_empty()) {
                    (_, false) => strict.accepts(&twice),
                    (true, true) => strict.accepts(&source),
                    (false, true) => strict.accepts(&source).and_then(|_| strict.accepts(&twice)),
                };
                if let Err(said) = in_each_way() {
                    // 3.13's is not for every compiler's C23.
                    if reading.check("#include <Python.h>\n").is_err() {
                        break;
                    }
                    return Err(format!("{} {turn:?}: {said:?}", reading.title()).into());
                }
            }
        }
        Ok(Completion::Completed)
    })
}

/// With a sentence, before the compiler finds what is not declared.
fn refuses_what_is_too_old(python: &Python) -> Result<(), Failed> {
    if python.free_threaded {
        return Ok(());
    }
    for flag in TOO_OLD {
        let (flags, system) = (vec![flag], python.include.clone());
        let reading = Reading { compiler: compiler("CC"), cplusplus: false, standard: C[0], flags, system };
        let said = reading.check(&twice(BESIDE)).err().unwrap_or_default();
        if !said.contains("define Py_LIMITED_API as 0x03090000 or more") {
            return Err(format!("{flag}: {said}").into());
        }
    }
    Ok(())
}

fn readings() -> Vec<Reading> {
    let of = |(compiler, cplusplus): (String, bool)| {
        let standards: &[&str] = if cplusplus { &CPP } else { &C };
        let reading = move |standard: &&'static str| Reading {
            compiler: compiler.clone(),
            cplusplus,
            standard,
            flags: WARNINGS.to_vec(),
            system: Vec::new(),
        };
        standards.iter().map(reading).collect::<Vec<_>>()
    };
    compilers().into_iter().flat_map(of).collect()
}

/// Every way in which `pyferry.hpp` is to be read.
fn wrapper_readings() -> Vec<Reading> {
    let mut readings = Vec::new();
    for (compiler, _) in compilers().into_iter().filter(|(_, cplusplus)| *cplusplus) {
        for standard in CPP_WRAPPER {
            for more in [&[], BARE] {
                let flags = [WRAPPER_WARNINGS, more].concat();
                let system = Vec::new();
                readings.push(Reading { compiler: compiler.clone(), cplusplus: true, standard, flags, system });
            }
        }
    }
    readings
}

/// The system's compilers and, where it is another one, Clang; with `true` for C++.
fn compilers() -> Vec<(String, bool)> {
    let mut compilers = vec![(compiler("CC"), false), (compiler("CXX"), true)];
    for clang in [("clang".to_owned(), false), ("clang++".to_owned(), true)] {
        if !version(&clang.0).is_empty() && !compilers.contains(&clang) {
            compilers.push(clang);
        }
    }
    compilers
}

/// What the compiler says it is; nothing where there is no such compiler.
fn version(compiler: &str) -> String {
    let asked = Command::new(compiler).arg("--version").output();
    asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

impl Reading {
    pub fn title(&self) -> String {
        let bare = if self.flags.contains(&BARE[0]) { " without exceptions" } else { "" };
        format!("{}{bare} with {}", self.standard, self.compiler)
    }

    /// All errors, and not the first twenty.
    pub fn told_all(mut self) -> Reading {
        if version(&self.compiler).contains("clang") {
            self.flags.push("-ferror-limit=0");
        }
        self
    }

    /// As most people read it.
    pub fn is_plain(&self) -> bool {
        self.standard == CPP_WRAPPER[0] && !self.flags.contains(&BARE[0])
    }

    fn accepts(&self, source: &str) -> Result<Completion, Failed> {
        match self.check(source) {
            Ok(()) => Ok(Completion::Completed),
            Err(_) if self.check("int unused;\n").is_err() => {
                Ok(Completion::ignored_with(format!("{} does not know {}", self.compiler, self.standard)))
            }
            Err(said) => Err(said.into()),
        }
    }

    /// `Err`: what the compiler said.
    pub fn check(&self, source: &str) -> Result<(), String> {
        let language = if self.cplusplus { "c++" } else { "c" };
        let include: &Path = &paths::include();
        let mut command = Command::new(&self.compiler);
        command.arg(format!("-std={}", self.standard)).args(&self.flags).args(["-fsyntax-only", "-I"]);
        command.arg(include);
        for directory in &self.system {
            command.arg("-isystem").arg(directory);
        }
        command.args(["-x", language, "-"]);
        let output =
            process::outcome(&mut command, source).map_err(|e| format!("cannot run {}: {e}", self.compiler))?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}
