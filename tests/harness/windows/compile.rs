//! mingw-w64's command line for each kind of program.
//!
//! What needs no Python.h is compiled once, as on Linux: for a library `python-under-test.dll`, which for each Python has nothing
//! but the way to that one's own functions and variables (forwarders).

use std::path::{Path, PathBuf};
use std::process::Command;

use super::mark;
use crate::build::{self, Recipe};
use crate::compile::source_of;
use crate::cpython::Declared;
use crate::directives::{Directives, Mode};
use crate::library::Library;
use crate::program::Program;
use crate::python::Python;
use crate::{paths, process};

/// Of C and of C++.
pub const COMPILERS: [&str; 2] = ["x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-g++-posix"];
const LIBRARY: &str = "python-under-test";

/// The directory of programs built for a Python, or for all.
pub fn directory(python: Option<&Python>) -> PathBuf {
    paths::built(&python.map_or_else(|| format!("any {}", mark()), |python| python.name.clone()))
}

pub fn program(program: &Program, directives: &Directives, python: Option<&Python>, library: &Library) -> Recipe {
    let mut command = Words::new(&program.source, directives);
    let folder = directory(python);
    let output = match directives.mode {
        Mode::Extension => {
            command.add("-shared");
            folder.join(format!("{}.pyd", program.name))
        }
        _ => folder.join(format!("{}.exe", program.name)),
    };
    match python {
        Some(python) => command.python(python),
        None if directives.mode == Mode::Host => command.link(&import_library()),
        None => {}
    }
    command.recipe(library, output)
}

/// A program of which something is measured, as `compile::measured` has it for this machine.
pub fn measured(source: &Path, beside: &[PathBuf], python: &Python, library: &Library) -> Recipe {
    let name = |source: &Path| source.file_stem().expect("a source has a name").to_string_lossy().into_owned();
    let mut command = Words::new(source, &Directives::default());
    command.add("-O2");
    for other in beside {
        let object = directory(None).join(format!("measured-{}.o", name(other)));
        command.link(&object);
        let mut other = Words::new(other, &Directives::default());
        other.words.extend(["-O2", "-c"].map(str::to_owned));
        command.needed.push(other.made(object));
    }
    command.add("-lstdc++");
    command.python(python);
    command.recipe(library, directory(Some(python)).join(format!("measured-{}.exe", name(source))))
}

/// A library that programs load by its name, `NAME.dll`.
pub fn helper(name: &str, python: Option<&Python>, library: &Library) -> Recipe {
    let mut command = Words::new(&source_of(name), &Directives::default());
    command.add("-shared");
    if let Some(python) = python {
        command.python(python);
    }
    command.recipe(library, directory(python).join(format!("{name}.dll")))
}

struct Words {
    compiler: &'static str,
    words: Vec<String>,
    linked: Vec<PathBuf>,
    needed: Vec<Recipe>,
}

impl Words {
    fn new(source: &Path, directives: &Directives) -> Words {
        let is_cpp = source.extension().is_some_and(|extension| extension == "cpp");
        let include = |directory: PathBuf| format!("-I{}", directory.display());
        let here = paths::root().join("tests/windows/include");
        let mut words: Vec<String> = vec![if is_cpp { "-std=c++17" } else { "-std=gnu11" }.to_owned()];
        // Which compiler complains of what is not asked here; and all that is not the system's is linked in.
        words.extend(["-w", "-g1", "-O0", "-static", "-D_GNU_SOURCE", "-D__USE_MINGW_ANSI_STDIO=1"].map(str::to_owned));
        words.extend(["-include".to_owned(), here.join("posix.h").display().to_string()]);
        words.extend([include(here), include(paths::include()), source.display().to_string()]);
        words.extend(directives.flags.iter().cloned());
        if directives.pybind11 {
            words.push(include(paths::pybind11()));
        }
        let mut command =
            Words { compiler: COMPILERS[usize::from(is_cpp)], words, linked: Vec::new(), needed: Vec::new() };
        for name in &directives.files {
            let object = directory(None).join(format!("{name}.o"));
            command.link(&object);
            let mut other = Words::new(&source_of(name), &Directives::default());
            other.add("-c");
            command.needed.push(other.made(object));
        }
        command
    }

    fn add(&mut self, word: &str) {
        self.words.push(word.to_owned());
    }

    fn link(&mut self, file: &Path) {
        self.linked.push(file.to_owned());
        self.words.push(file.display().to_string());
    }

    fn python(&mut self, python: &Python) {
        self.words.extend(python.include.iter().map(|directory| format!("-I{}", directory.display())));
        self.link(python.shared.as_deref().expect("described so"));
    }

    fn recipe(mut self, library: &Library, output: PathBuf) -> Recipe {
        self.words.push(library.file.with_file_name("libpyferry.dll.a").display().to_string());
        self.words.extend(["-lpsapi", "-lm"].map(str::to_owned));
        self.made(output)
    }

    fn made(self, output: PathBuf) -> Recipe {
        Recipe {
            compiler: self.compiler.to_owned(),
            arguments: self.words,
            linked: self.linked,
            needed: self.needed,
            output,
        }
    }
}

/// What programs are linked with that are compiled once.
fn import_library() -> PathBuf {
    directory(None).join(format!("lib{LIBRARY}.dll.a"))
}

/// Makes that. Once, before there are programs.
pub fn make_import_library() -> Result<(), String> {
    let Declared { functions, data, optional } = Declared::read()?;
    let functions = functions.iter().chain(&optional).cloned();
    let data = data.iter().map(|name| format!("{name} DATA"));
    make_of_definitions(&import_library(), functions.chain(data), |definitions, library| {
        let mut tool = Command::new("x86_64-w64-mingw32-dlltool");
        // It works in the folder it is started in.
        tool.current_dir(library.parent().expect("it is in a folder"));
        tool.args(["--def"]).arg(definitions).arg("--output-lib").arg(library);
        tool
    })
}

/// Makes this Python's `python-under-test.dll`.
pub fn forward(python: &Python) -> Result<(), String> {
    let Declared { functions, data, optional } = Declared::read()?;
    let home = format!("python3{}", python.minor);
    // The two that not every Python has are one function.
    let own = |name: &str| match name {
        "PyThreadState_GetUnchecked" if python.minor < 13 => "_PyThreadState_UncheckedGet".to_owned(),
        "_PyThreadState_UncheckedGet" if python.minor >= 13 => "PyThreadState_GetUnchecked".to_owned(),
        name => name.to_owned(),
    };
    let functions = functions.iter().chain(&optional).map(|name| format!("{name} = {home}.{}", own(name)));
    let data = data.iter().map(|name| format!("{name} = {home}.{name} DATA"));
    make_of_definitions(
        &directory(Some(python)).join(format!("{LIBRARY}.dll")),
        functions.chain(data),
        |definitions, library| {
            let mut tool = Command::new(COMPILERS[0]);
            // With the least that a library has to have.
            let source = paths::root().join("tests/windows/forward.c");
            tool.args(["-shared", "-nostdlib", "-Wl,--entry=begin"]).args([&source, definitions]);
            tool.arg(python.shared.as_deref().expect("described so")).arg("-o").arg(library);
            tool
        },
    )
}

/// Makes a library of a list of what it exports, where it is not the one that is there.
fn make_of_definitions(
    library: &Path,
    exports: impl Iterator<Item = String>,
    tool: impl FnOnce(&Path, &Path) -> Command,
) -> Result<(), String> {
    let text = format!("LIBRARY {LIBRARY}.dll\nEXPORTS\n{}\n", exports.collect::<Vec<_>>().join("\n"));
    let definitions = library.with_extension("def");
    if !library.exists() || std::fs::read_to_string(&definitions).is_ok_and(|there| there != text) {
        build::write_if_new(&definitions, &text)?;
        let unfinished = library.with_extension(format!("{}.dll", std::process::id()));
        process::output(&mut tool(&definitions, &unfinished))?;
        std::fs::rename(&unfinished, library).map_err(|e| format!("{}: {e}", library.display()))?;
    }
    Ok(())
}
