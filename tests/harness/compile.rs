//! The compiler's command line for each kind of program.

use std::env;
use std::path::{Path, PathBuf};

use super::build::Recipe;
use super::cpython;
use super::directives::{Directives, Mode};
use super::library::Library;
use super::program::{Program, SOURCES};
use super::python::Python;
use super::tool;
use super::{paths, process};

/// Not optimised, and with no more for a debugger than functions and lines: most programs take longer to compile than to run.
const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Werror", "-pthread", "-g1", "-O0"];

/// Takes half of GCC's time for pybind11's headers, and two thirds for our own. What GCC makes of those is run by the examples, the
/// documents' code and the sanitizers.
const CLANG: &str = "clang++";

/// Python is `None` where one build serves all of them.
pub fn program(
    program: &Program,
    directives: &Directives,
    python: Option<&Python>,
    library: &Library,
) -> Result<Recipe, String> {
    let directory = directory(python);
    let output = directory.join(&program.name);
    let mut command = Arguments::new(&program.source).asked_for(directives).files(directives);
    let clang = process::on_path(CLANG);
    let by_clang = tool::current().is_none()
        && match python {
            Some(python) if directives.pybind11 => python.minor > 9,
            _ => is_cpp(&program.source) && program.source.starts_with(paths::programs()),
        };
    if by_clang && env::var_os("CXX").is_none() && clang.is_file() {
        command.compiler = clang.display().to_string();
    }
    let Some(python) = python else {
        return Ok(match directives.mode {
            Mode::Host => command.any_python_library()?.pyferry(library).recipe(output),
            // Every Python takes one that names none in particular.
            Mode::Extension => command.shared().pyferry(library).recipe(output.with_extension("so")),
            _ => command.pyferry(library).recipe(output),
        });
    };
    let command = command.python_headers(python);
    Ok(match directives.mode {
        Mode::Extension => {
            let output = directory.join(format!("{}{}", program.name, python.extension_suffix));
            command.shared().pyferry(library).recipe(output)
        }
        Mode::Static => command.python_archive(python).pyferry(library).recipe(output),
        _ => command.python_library(python).pyferry(library).recipe(output),
    })
}

/// A shared object beside the program, which finds it with `dlopen("libNAME.so")`.
pub fn helper(name: &str, python: Option<&Python>, library: &Library) -> Recipe {
    shared_object(name, &source_of(name), python, library)
}

/// The first of the names that it can have, if there is none.
pub fn source_of(name: &str) -> PathBuf {
    let candidates = SOURCES.map(|extension| paths::programs().join(format!("{name}.{extension}")));
    candidates.iter().find(|path| path.exists()).unwrap_or(&candidates[0]).clone()
}

/// `libNAME.so`, from any source.
pub fn shared_object(name: &str, source: &Path, python: Option<&Python>, library: &Library) -> Recipe {
    let command = Arguments::new(source).shared();
    let command = match python {
        Some(python) => command.python_headers(python),
        None => command,
    };
    let file = format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    command.pyferry(library).recipe(directory(python).join(file))
}

/// One that uses neither pyferry nor Python, and that programs look for by its file name.
pub fn plain_shared_object(source: &Path, output: PathBuf) -> Recipe {
    let name = output.file_name().expect("a file has a name").to_string_lossy();
    Arguments::new(source).shared().word(format!("-Wl,-soname,{name}")).recipe(output)
}

/// One that the compiler reads and judges, and makes nothing of: the output is an empty file.
pub fn judged(program: &Program, directives: &Directives, python: Option<&Python>) -> Recipe {
    let command = Arguments::new(&program.source).asked_for(directives).word("-fsyntax-only");
    let command = match python {
        Some(python) => command.python_headers(python),
        None => command,
    };
    command.recipe(directory(python).join(format!("{}.judged", program.name)))
}

/// A program that uses neither pyferry nor Python.
pub fn plain(source: &Path) -> Recipe {
    Arguments::new(source).recipe(directory(None).join(source.file_stem().expect("a source has a name")))
}

/// A program of which something is measured: optimised as a user's, and nothing is left to be resolved at a first call. What
/// is to have no Python.h is in files `beside` it, of C or C++.
pub fn measured(source: &Path, beside: &[PathBuf], python: &Python, library: &Library) -> Recipe {
    let name = |source: &Path| source.file_stem().expect("a source has a name").to_string_lossy().into_owned();
    let output = directory(Some(python)).join(format!("measured-{}", name(source)));
    let mut command = Arguments::new(source).word("-O2").word("-Wl,-z,now").python_headers(python);
    for other in beside {
        // The benchmarks and the tests have a stable.c each.
        let folder = other.parent().and_then(Path::file_name).expect("a source is in a folder").to_string_lossy();
        let object = directory(None).join(format!("measured-{folder}-{}.o", name(other)));
        let recipe = Arguments::new(other).word("-O2").word("-c").recipe(object);
        command = command.linked(&recipe.output);
        command.needed.push(recipe);
    }
    if beside.iter().any(|other| other.extension().is_some_and(|extension| extension == "cpp")) {
        command = command.word("-lstdc++");
    }
    command.python_library(python).pyferry(library).recipe(output)
}

/// An extension module of others' making; `headers` are directories of theirs.
pub fn peer(source: &Path, python: &Python, headers: &[PathBuf], words: &[&str]) -> Recipe {
    let name = source.file_stem().expect("a source has a name").to_string_lossy();
    let headers = headers.iter().flat_map(|directory| ["-isystem".to_owned(), directory.display().to_string()]);
    let command = Arguments::new(source).word("-O2").shared().python_headers(python).words(headers);
    let command = command.words(words.iter().map(|word| word.to_string()));
    command.recipe(directory(Some(python)).join(format!("{name}.so")))
}

pub fn directory(python: Option<&Python>) -> PathBuf {
    paths::built(python.map_or("any", |python| &python.name))
}

/// The C or C++ compiler, as `make` names it.
pub fn compiler(variable: &str) -> String {
    if tool::is_arm64() {
        return if variable == "CXX" { "aarch64-linux-gnu-g++" } else { "aarch64-linux-gnu-gcc" }.to_owned();
    }
    let default = if variable == "CXX" { "c++" } else { "cc" };
    env::var(variable).ok().filter(|value| !value.is_empty()).unwrap_or(default.to_owned())
}

/// Examples are compiled in many places: they ask for no more than C and POSIX have, and give no compiler cause to complain.
fn dialect(source: &Path) -> &'static str {
    if source.starts_with(paths::examples()) { "-Wpedantic" } else { "-D_GNU_SOURCE" }
}

struct Arguments {
    compiler: String,
    words: Vec<String>,
    linked: Vec<PathBuf>,
    needed: Vec<Recipe>,
}

fn is_cpp(source: &Path) -> bool {
    source.extension().is_some_and(|extension| extension == "cpp")
}

impl Arguments {
    fn new(source: &Path) -> Arguments {
        let (compiler, standard) =
            if is_cpp(source) { (compiler("CXX"), "-std=c++17") } else { (compiler("CC"), "-std=c11") };
        Arguments { compiler, words: vec![standard.to_owned()], linked: Vec::new(), needed: Vec::new() }
            .words(STRICT.map(str::to_owned))
            .word(dialect(source))
            .words(tool::current().map_or(Vec::new(), |tool| tool.compiler_words()))
            .word(format!("-I{}", paths::include().display()))
            .word(source.display())
    }

    fn word(self, word: impl ToString) -> Arguments {
        self.words([word.to_string()])
    }

    fn words(mut self, words: impl IntoIterator<Item = String>) -> Arguments {
        self.words.extend(words);
        self
    }

    fn asked_for(self, directives: &Directives) -> Arguments {
        let pybind11 = directives.pybind11.then(|| ["-isystem".to_owned(), paths::pybind11().display().to_string()]);
        self.words(directives.flags.iter().cloned()).words(pybind11.into_iter().flatten())
    }

    fn files(mut self, directives: &Directives) -> Arguments {
        for name in &directives.files {
            let object = directory(None).join(format!("{name}.o"));
            self = self.linked(&object);
            self.needed.push(Arguments::new(&source_of(name)).word("-c").recipe(object));
        }
        self
    }

    fn linked(mut self, file: &Path) -> Arguments {
        self.linked.push(file.to_owned());
        self.word(file.display())
    }

    fn run_path(self, directory: &Path) -> Arguments {
        self.word(format!("-Wl,-rpath,{}", directory.display()))
    }

    fn shared(self) -> Arguments {
        self.word("-shared").word("-fPIC")
    }

    /// As system headers: their warnings are not ours.
    fn python_headers(self, python: &Python) -> Arguments {
        self.words(python.header_words())
    }

    fn python_library(self, python: &Python) -> Arguments {
        let file = python.shared.as_deref().expect("checked before: there is a shared libpython");
        // For arm64, what libpython is linked with is where no linker looks.
        let trusted = tool::is_arm64().then(|| "-Wl,--allow-shlib-undefined".to_owned());
        self.linked(file).run_path(file.parent().expect("libpython is in a directory")).words(trusted)
    }

    /// Whichever libpython the program is run with.
    fn any_python_library(mut self) -> Result<Arguments, String> {
        let stub = cpython::stub()?;
        self.needed.push(stub);
        let file = self.needed.last().expect("pushed").output.clone();
        Ok(self.linked(&file))
    }

    /// With all symbols visible to `dlsym`, as in a statically linked `python` executable. Not position independent, because
    /// Debian's archive is not.
    fn python_archive(self, python: &Python) -> Arguments {
        let file = python.archive.as_deref().expect("checked before: there is a static libpython");
        self.linked(file).word("-no-pie").word("-Wl,--export-dynamic").words(python.static_link.iter().cloned())
    }

    /// By `-l`, so that the name and not this path is recorded; not among the linked files, because a new library of the same
    /// name needs no new link. A program that calls none of it is not linked to it, and may load it itself.
    fn pyferry(self, library: &Library) -> Arguments {
        let directory = library.directory();
        self.word(format!("-L{}", directory.display()))
            .words(["-Wl,--as-needed".to_owned(), "-lpyferry".to_owned(), "-Wl,--no-as-needed".to_owned()])
            .run_path(directory)
            .run_path(Path::new("$ORIGIN"))
            .words(["-ldl".to_owned(), "-lm".to_owned()])
    }

    fn recipe(self, output: PathBuf) -> Recipe {
        Recipe { compiler: self.compiler, arguments: self.words, linked: self.linked, needed: self.needed, output }
    }
}
