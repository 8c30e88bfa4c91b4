//! One build of a program for all Pythons: `tests/c/cpython.h` declares what it calls, it is linked with a library that has
//! these names and nothing behind them, and when it runs, `LD_LIBRARY_PATH` leads to the libpython under test by that name.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::{Completion, Failed};

use super::build::{self, Recipe};
use super::directives::{Directives, Mode};
use super::program::{self, Program};
use super::python::Python;
use super::symbols::without_comments;
use super::trial::Trial;
use super::{compile, paths, process};

/// What the programs are linked with.
const LIBRARY: &str = "libpython-under-test.so";
/// What is looked for on PATH.
const PROGRAM: &str = "python3";

/// The directory in which that is this Python's libpython.
pub fn directory(python: &Python) -> PathBuf {
    paths::built(&python.name).join("libpython")
}

/// The directory in which `python3` is this Python. Debian's are python3.14 and python3.14d.
pub fn program_directory(python: &Python) -> Option<PathBuf> {
    let own = python.executable.parent()?;
    let file = |program: &Path| program.canonicalize().ok();
    let has_it = file(&own.join(PROGRAM)).is_some_and(|there| Some(there) == file(&python.executable));
    Some(if has_it { own.to_owned() } else { directory(python) })
}

/// Sees to it that they are there.
pub fn link(python: &Python) -> io::Result<()> {
    if program_directory(python) == Some(directory(python)) {
        link_one(python, PROGRAM, &python.executable)?;
    }
    python.shared.as_deref().map_or(Ok(()), |shared| link_one(python, LIBRARY, shared))
}

fn link_one(python: &Python, name: &str, file: &Path) -> io::Result<()> {
    let link = directory(python).join(name);
    if fs::read_link(&link).is_ok_and(|there| there == file) {
        return Ok(());
    }
    fs::create_dir_all(directory(python))?;
    // Another run may do the same: a name of its own first, and then in one step.
    let new = link.with_extension(std::process::id().to_string());
    symlink(file, &new)?;
    fs::rename(new, link)
}

/// The library that has the names alone. Its directory is on no path that a program searches when it runs.
pub fn stub() -> Result<Recipe, String> {
    let Declared { functions, data, optional } = Declared::read()?;
    let mut source = String::new();
    for function in functions.iter().chain(&optional) {
        source += &format!("void {function}(void) {{}}\n");
    }
    for variable in data {
        source += &format!("void *{variable};\n");
    }
    let file = paths::built("stub").join("stub.c");
    build::write_if_new(&file, &source)?;
    Ok(compile::plain_shared_object(&file, paths::built("stub").join(LIBRARY)))
}

/// What cpython.h declares.
#[derive(Debug, Default, PartialEq)]
pub struct Declared {
    pub functions: Vec<String>,
    pub data: Vec<String>,
    /// Functions that not every Python has.
    pub optional: Vec<String>,
}

impl Declared {
    pub fn read() -> Result<Declared, String> {
        let file = paths::programs().join("cpython.h");
        let header = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        Declared::parse(&header).map_err(|what| format!("{}: {what}", file.display()))
    }

    /// Each declaration is on a line of its own.
    pub fn parse(header: &str) -> Result<Declared, String> {
        let text = without_comments(header);
        // Between these lines is what is no function or variable.
        let (before, rest) = text.split_once("#ifndef Py_PYTHON_H\n").unwrap_or((&text, ""));
        let after = rest.split_once("\n#endif\n").map_or("", |(_, after)| after);
        let mut declared = Declared::default();
        for line in before.lines().chain(after.lines()).map(str::trim) {
            let is_else = ["", "}", "extern \"C\" {"].contains(&line) || line.starts_with(['#']);
            if is_else || line.starts_with("typedef ") {
                continue;
            }
            let (list, line) = match line.strip_prefix("OPTIONAL ") {
                Some(rest) => (&mut declared.optional, rest),
                None if line.starts_with("extern ") => (&mut declared.data, line),
                None => (&mut declared.functions, line),
            };
            let declarator = line.split('(').next().unwrap_or(line).trim_end_matches(';');
            let name = declarator.rsplit([' ', '*']).next().unwrap_or_default();
            if !line.ends_with(';') || !name.trim_start_matches('_').starts_with("Py") {
                return Err(format!("not a declaration on one line: {line}"));
            }
            list.push(name.to_owned());
        }
        Ok(declared)
    }
}

/// One for each Python: its `Python.h` declares the same, and its libpython has it.
pub fn trials(pythons: &[Arc<Python>]) -> Vec<Trial> {
    let trial = |python: &Arc<Python>| {
        let python = Arc::clone(python);
        Trial::ignorable_test(format!("cpython.h on {}", python.name), move || judge(&python))
    };
    pythons.iter().map(trial).collect()
}

fn judge(python: &Python) -> Result<Completion, Failed> {
    if let Some(reason) = program::unfit(&Directives::default(), python) {
        return Ok(Completion::ignored_with(reason));
    }
    let declared = Declared::read()?;
    // Beside a macro of its name a function cannot be declared.
    let all = [&declared.functions, &declared.optional].into_iter().flatten();
    let undefined: String = all.map(|name| format!("#undef {name}\n")).collect();
    let source = format!("#include <Python.h>\n#include <stddef.h>\n{undefined}#include \"cpython.h\"\n");
    let file = paths::built(&python.name).join("cpython.c");
    build::write_if_new(&file, &source)?;
    let program = Program { name: "cpython".to_owned(), source: file, directives: Ok(Directives::default()) };
    let flags = vec![format!("-I{}", paths::programs().display())];
    let directives = Directives { mode: Mode::Host, flags, ..Directives::default() };
    compile::judged(&program, &directives, Some(python)).bring_up_to_date()?;
    let shared = python.shared.as_deref().expect("asked before");
    let defined = defined(shared)?;
    let names = declared.functions.iter().chain(&declared.data);
    let lacking: Vec<_> = names.filter(|name| !defined.contains(*name)).collect();
    if lacking.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err(format!("{} has no {lacking:?}", shared.display()).into())
    }
}

/// What a library exports.
pub fn defined(library: &Path) -> Result<BTreeSet<String>, String> {
    let listing = process::output(Command::new("nm").args(["-D", "--defined-only"]).arg(library))?;
    Ok(listing.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect())
}
