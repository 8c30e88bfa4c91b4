//! The headers of `include/` compile as every language version they promise, once and twice.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::{Completion, Failed, Trial};

use super::compile::compiler;
use super::paths;

const C: [&str; 4] = ["c99", "c11", "c17", "c2x"];
const CPP: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++23"];
/// What `pyferry.hpp` is written for.
const CPP_WRAPPER: [&str; 3] = ["c++17", "c++20", "c++23"];

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for header in paths::files(&paths::include(), &["h", "hpp"]) {
        let name = header.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let wrapper = name.ends_with(".hpp");
        for (compiler, cplusplus) in compilers() {
            let standards: &[&str] = match (cplusplus, wrapper) {
                (true, false) => &CPP,
                (true, true) => &CPP_WRAPPER,
                (false, false) => &C,
                (false, true) => &[],
            };
            for standard in standards {
                let (compiler, name) = (compiler.clone(), name.clone());
                trials
                    .push(Trial::ignorable_test(format!("header::{name} as {standard} with {compiler}"), move || {
                        compiles(&compiler, standard, cplusplus, &name)
                    }));
            }
        }
    }
    trials
}

/// The system's compilers and, where it is another one, Clang; with `true` for C++.
fn compilers() -> Vec<(String, bool)> {
    let found = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let mut compilers = vec![(compiler("CC"), false), (compiler("CXX"), true)];
    for clang in [("clang".to_owned(), false), ("clang++".to_owned(), true)] {
        if found(&clang.0) && !compilers.contains(&clang) {
            compilers.push(clang);
        }
    }
    compilers
}

fn compiles(compiler: &str, standard: &str, cplusplus: bool, header: &str) -> Result<Completion, Failed> {
    if check(compiler, standard, cplusplus, "int unused;\n").is_err() {
        return Ok(Completion::ignored_with(format!("{compiler} does not know {standard}")));
    }
    let include = format!("#include \"{header}\"\n");
    check(compiler, standard, cplusplus, &include)?;
    check(compiler, standard, cplusplus, &include.repeat(2)).map_err(|e| format!("included twice: {e}"))?;
    Ok(Completion::Completed)
}

fn check(compiler: &str, standard: &str, cplusplus: bool, source: &str) -> Result<(), String> {
    let language = if cplusplus { "c++" } else { "c" };
    let include: &Path = &paths::include();
    let mut child = Command::new(compiler)
        .arg(format!("-std={standard}"))
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"])
        .arg(include)
        .args(["-x", language, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run {compiler}: {e}"))?;
    // The pipe is closed when it goes out of scope here; a compiler that has given up already says why below.
    _ = child.stdin.take().expect("asked for").write_all(source.as_bytes());
    let output = child.wait_with_output().map_err(|e| format!("{compiler}: {e}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
