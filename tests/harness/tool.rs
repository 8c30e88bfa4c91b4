//! What the programs run under, where `PYFERRY_TEST_UNDER` names something: it watches them, or is another processor.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::environment::{self, Variables};
use super::python::Python;
use super::{arm64, paths, process};

const UNDER: &str = "PYFERRY_TEST_UNDER";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tool {
    /// Valgrind, for memory: invalid and uninitialised reads and writes, double and wrong frees, leaks.
    Memcheck,
    /// Valgrind, for threads: data that two of them touch with no lock of pthread's between.
    Helgrind,
    /// Address and undefined behaviour sanitizers, in the C and C++ that the harness compiles.
    Sanitizers,
    /// An emulator, for arm64 Linux: another library, other compilers and Pythons.
    Arm64,
}

use Tool::{Arm64, Helgrind, Memcheck, Sanitizers};

/// The tool asked for; `None`: the programs run as they are.
pub fn current() -> Option<Tool> {
    let name = env::var(UNDER).ok().filter(|name| !name.is_empty())?;
    Some(Tool::named(&name).unwrap_or_else(|| panic!("{UNDER}={name}: memcheck, helgrind, sanitizers or arm64")))
}

/// Whether what is tested is for arm64, and the emulator runs it.
pub fn is_arm64() -> bool {
    current() == Some(Arm64)
}

/// A command that runs what was compiled here: by the emulator, where it is for another processor.
pub fn starts(program: &Path) -> Command {
    let program = program.to_owned();
    let (starter, words) = if is_arm64() { arm64::command_line(program) } else { (program, Vec::new()) };
    let mut command = Command::new(starter);
    command.args(words);
    command
}

impl Tool {
    pub fn named(name: &str) -> Option<Tool> {
        [Memcheck, Helgrind, Sanitizers, Arm64].into_iter().find(|tool| tool.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Memcheck => "memcheck",
            Helgrind => "helgrind",
            Sanitizers => "sanitizers",
            Arm64 => "arm64",
        }
    }

    /// What a program's limits are multiplied by: those of the harness, and its own by `PYFERRY_TEST_SLOWDOWN`.
    pub fn slowdown(self) -> u32 {
        match self {
            Memcheck | Helgrind => 20,
            Arm64 => 10,
            Sanitizers => 3,
        }
    }

    /// Why the tool has nothing to say about programs on this Python, if it has not.
    pub fn unfit(self, python: &Python) -> Option<String> {
        // Its locks are built on atomics from then on, of which helgrind knows nothing.
        (self == Helgrind && python.minor > 12).then(|| "helgrind knows CPython's locks up to 3.12".to_owned())
    }

    pub fn compiler_words(self) -> Vec<String> {
        if self != Sanitizers {
            return Vec::new();
        }
        let proof = paths::root().join("tests/harness/sanitized.h").display().to_string();
        let words = [
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
            "-fno-omit-frame-pointer",
            // GCC warns of what its own instrumentation hides from it.
            "-Wno-maybe-uninitialized",
            // A run path that also holds when dlopen is called for the program, by the sanitizer.
            "-Wl,--disable-new-dtags",
            "-include",
            &proof,
        ];
        words.map(str::to_owned).to_vec()
    }

    /// `preload`: the executable is not one that the harness compiled.
    pub fn variables(self, python: Option<&Python>, preload: bool) -> Variables {
        let slowdown = f64::from(self.slowdown()) * environment::slowdown();
        let mut variables = vec![("PYFERRY_TEST_SLOWDOWN".to_owned(), slowdown.to_string().into())];
        let mut set = |name: &str, value: OsString| variables.push((name.to_owned(), value));
        // Each object a block of its own, which the tool then watches. Free-threaded builds have no choice of allocators.
        if self != Arm64 && python.is_some_and(|python| !python.free_threaded) {
            set("PYTHONMALLOC", "malloc".into());
        }
        if self == Sanitizers {
            // Leaks are memcheck's.
            set("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=1:abort_on_error=0:exitcode=99".into());
            set("UBSAN_OPTIONS", "print_stacktrace=1".into());
            if preload {
                set("LD_PRELOAD", runtime_library("libasan.so"));
            }
        }
        variables
    }

    /// What to run instead of `program`, whose own arguments follow.
    pub fn command_line(self, program: PathBuf, python: Option<&Python>, leaks: bool) -> (PathBuf, Vec<OsString>) {
        let mut options = match self {
            Sanitizers => return (program, Vec::new()),
            Arm64 => return arm64::command_line(program),
            Memcheck if leaks => {
                vec!["--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]
            }
            Memcheck => vec!["--leak-check=no"],
            Helgrind => vec!["--tool=helgrind", "--history-level=approx"],
        };
        options.extend(["--quiet", "--error-exitcode=99", "--num-callers=50", "--fair-sched=try"]);
        let mut words: Vec<OsString> = options.into_iter().map(OsString::from).collect();
        words.extend(self.suppressions(python).map(|file| format!("--suppressions={}", file.display()).into()));
        words.push(program.into());
        (process::on_path("valgrind"), words)
    }

    /// The files of tests/valgrind that are for this Python.
    fn suppressions(self, python: Option<&Python>) -> impl Iterator<Item = PathBuf> {
        let is_old = python.is_some_and(|python| python.minor <= 13);
        let directory = paths::root().join("tests/valgrind");
        paths::files(&directory, &["supp"])
            .into_iter()
            .filter(move |file| is_old || !file.ends_with("cpython-until-3.13.supp"))
    }
}

/// Where the C compiler has a library of its own.
fn runtime_library(name: &str) -> OsString {
    let asked = Command::new(super::compile::compiler("CC")).arg(format!("-print-file-name={name}")).output();
    let path = asked.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    assert!(Path::new(&path).is_absolute(), "the C compiler has no {name}");
    path.into()
}
