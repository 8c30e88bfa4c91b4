//! The code in README.md, CONTRIBUTING.md and docs is compiled, and run where it is a program. No block escapes: what stands
//! after the backticks of its fence says what it is, and a block that says nothing, or something else, is a failure.
//!
//! - `c`, `cpp`: a program with a `main`. It is compiled strictly and run on the newest Python with the GIL and on the newest
//!   free-threaded one, and has to exit with 0. A block `text` that follows it at once is what it prints, but for the numbers
//!   of Python's versions.
//! - `c fragment`, `cpp fragment`: statements, which are compiled inside of a function. The names of [C_NAMES] and
//!   [CPP_NAMES] are there, and may be declared anew. Those of a document are compiled in one file, each in a function of its
//!   own, for what they include takes most of the time; and one by one where that fails.
//! - `c compile-only`, `cpp compile-only`: functions and types, which are compiled.
//! - `python`: is parsed.
//! - `text`, `text sample`, and the languages of [SHOWN]: nothing is done.
//!
//! Fragments and compile-only blocks find the headers of [HEADERS] included, and before them what the document has in its
//! last comment `<!-- prelude ... -->`, at file scope. What includes `Python.h` gets it, with libpython; what includes
//! `pybind11/` gets that too, where `make setup` could install it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Completion, Failed};

use super::build;
use super::case::{Case, Kit};
use super::compile;
use super::directives::{Directives, Mode};
use super::markdown::{self, Block};
use super::paths;
use super::process;
use super::program::{self, Program};
use super::python::{Python, newest};
use super::tool;
use super::trial::Trial;

const SHOWN: [&str; 11] = ["sh", "console", "cmake", "make", "toml", "json", "ini", "yaml", "diff", "rust", "text"];

const HEADERS: &str = "\
#include <pyferry.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __cplusplus
#include <pyferry.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#endif
";
const C_NAMES: &str = "\
extern pyferry_view *view, *other; extern pyferry_guard *guard; extern pyferry_token token; \
extern pyferry_suspension suspension; extern pyferry_status status; extern char message[1024]; \
void check(pyferry_status); void work(void);";
const CPP_NAMES: &str = "\
extern pyferry::view view, other; extern pyferry::guard guard; void log(std::string_view); void work();";

const WARNINGS: &str = "-Wpedantic -Wshadow";
/// A piece has names that it shows and does not use.
const OF_PIECES: &str = "-Wpedantic -Wno-unused-variable -Wno-unused-but-set-variable -Wno-unused-function";

#[derive(Clone, Copy, PartialEq)]
enum Language {
    C,
    Cpp,
}

enum Kind {
    Program(Language),
    Fragment(Language),
    CompileOnly(Language),
    Python,
    Shown,
}

pub fn trials(kit: &Arc<Kit>, pythons: &[Arc<Python>]) -> Vec<Trial> {
    if tool::current().is_some() {
        return Vec::new(); // which has the programs of tests/c to watch
    }
    let newest = [false, true].map(|free_threaded| newest(pythons.iter().map(Arc::as_ref), free_threaded));
    let newest: Vec<_> = newest.into_iter().flatten().cloned().map(Arc::new).collect();
    let root = paths::root();
    let documents = [root.join("docs"), root.to_owned()].map(|directory| paths::files(&directory, &["md"])).concat();
    documents.iter().flat_map(|document| trials_of(document, kit, &newest)).collect()
}

fn trials_of(document: &Path, kit: &Arc<Kit>, pythons: &[Arc<Python>]) -> Vec<Trial> {
    let file = document.strip_prefix(paths::root()).unwrap_or(document).display().to_string();
    let text = match fs::read_to_string(document) {
        Ok(text) => text,
        Err(error) => return vec![Trial::test(format!("docs::{file}"), move || Err(error.into()))],
    };
    let mut trials = Vec::new();
    let blocks: Vec<_> = markdown::blocks(&text).into_iter().map(Arc::new).collect();
    let all_together = Together::of(&blocks);
    for block in blocks {
        let place = format!("{file}:{}", block.line);
        let mut trial = |what: String, snippet: Snippet| {
            trials.push(Trial::ignorable_test(format!("docs::{place} {what}"), move || snippet.test()));
        };
        let snippet = |todo, python| Snippet {
            kit: Arc::clone(kit),
            block: Arc::clone(&block),
            together: all_together.iter().find(|together| together.has(&block)).cloned(),
            place: place.clone(),
            todo,
            python,
        };
        match kind(&block) {
            Ok(Kind::Shown) => {}
            Ok(Kind::Program(language)) => {
                for python in pythons {
                    trial(format!("on {}", python.name), snippet(Todo::Run(language), Some(Arc::clone(python))));
                }
            }
            Ok(Kind::Fragment(language)) => {
                trial("compiles".to_owned(), snippet(Todo::CompileInside(language), pythons.first().cloned()));
            }
            Ok(Kind::CompileOnly(language)) => {
                trial("compiles".to_owned(), snippet(Todo::Compile(language), pythons.first().cloned()));
            }
            Ok(Kind::Python) => trial("parses".to_owned(), snippet(Todo::Parse, pythons.first().cloned())),
            Err(message) => {
                trials.push(Trial::test(format!("docs::{place} says what it is"), move || Err(message.into())));
            }
        }
    }
    trials
}

fn kind(block: &Block) -> Result<Kind, String> {
    let Some(info) = &block.info else {
        return Err("an indented block: put it between fences, which say what it is".to_owned());
    };
    let words: Vec<&str> = info.split_whitespace().collect();
    let language = match words.first() {
        Some(&"c") => Some(Language::C),
        Some(&"cpp") => Some(Language::Cpp),
        _ => None,
    };
    match (language, &words[..]) {
        (Some(language), [_]) if block.text.contains("int main(") => Ok(Kind::Program(language)),
        (Some(_), [_]) => Err(format!("a program has a main; else it is ```{info} fragment or ```{info} compile-only")),
        (Some(language), [_, "fragment"]) => Ok(Kind::Fragment(language)),
        (Some(language), [_, "compile-only"]) => Ok(Kind::CompileOnly(language)),
        (None, ["python"]) => Ok(Kind::Python),
        (None, ["text", "sample"]) => Ok(Kind::Shown),
        (None, [shown]) if SHOWN.contains(shown) => Ok(Kind::Shown),
        _ => Err(format!("```{info} is none of the kinds that tests/harness/snippets.rs knows")),
    }
}

enum Todo {
    Run(Language),
    CompileInside(Language),
    Compile(Language),
    Parse,
}

/// The fragments of a document that are the same but for their text, if there are several.
struct Together {
    blocks: Vec<Arc<Block>>,
    compile: OnceLock<bool>,
}

impl Together {
    fn of(blocks: &[Arc<Block>]) -> Vec<Arc<Together>> {
        let mut groups: Vec<Vec<Arc<Block>>> = Vec::new();
        // What one includes or defines is not for the others.
        let is_alike = |block: &&Arc<Block>| matches!(kind(block), Ok(Kind::Fragment(_))) && !block.text.contains('#');
        for block in blocks.iter().filter(is_alike) {
            let likes = |group: &&mut Vec<Arc<Block>>| group[0].info == block.info && group[0].prelude == block.prelude;
            match groups.iter_mut().find(likes) {
                Some(group) => group.push(Arc::clone(block)),
                None => groups.push(vec![Arc::clone(block)]),
            }
        }
        let several = groups.into_iter().filter(|group| group.len() > 1);
        several.map(|blocks| Arc::new(Together { blocks, compile: OnceLock::new() })).collect()
    }

    fn has(&self, block: &Arc<Block>) -> bool {
        self.blocks.iter().any(|other| Arc::ptr_eq(other, block))
    }
}

struct Snippet {
    kit: Arc<Kit>,
    block: Arc<Block>,
    together: Option<Arc<Together>>,
    /// `README.md:20`
    place: String,
    todo: Todo,
    python: Option<Arc<Python>>,
}

impl Snippet {
    fn test(&self) -> Result<Completion, Failed> {
        if let Some(lack) = self.lacks() {
            return Ok(Completion::ignored_with(lack));
        }
        match self.todo {
            Todo::Run(language) => self.run(language)?,
            Todo::CompileInside(language) => self.compile_inside(language)?,
            Todo::Compile(language) => self.compile(language, &self.place, &self.at_file_scope())?,
            Todo::Parse => self.parse()?,
        }
        Ok(Completion::Completed)
    }

    fn uses(&self, header: &str) -> bool {
        self.block.text.contains(header) || self.block.prelude.contains(header)
    }

    fn uses_pybind11(&self) -> bool {
        self.uses("#include <pybind11/")
    }

    fn uses_python_headers(&self) -> bool {
        self.uses("#include <Python.h>") || self.uses_pybind11()
    }

    fn lacks(&self) -> Option<String> {
        program::unfit(&self.directives(""), self.python.as_ref()?)
    }

    fn directives(&self, flags: &str) -> Directives {
        let mode = if self.uses_python_headers() { Mode::Host } else { Mode::Runtime };
        let flags = flags.split_whitespace().map(str::to_owned).collect();
        Directives { mode, flags, pybind11: self.uses_pybind11(), ..Directives::default() }
    }

    fn run(&self, language: Language) -> Result<(), String> {
        let program = self.program(language, &self.place, &self.numbered(&self.block))?;
        let case = Case::new(&self.kit, &program, &self.directives(WARNINGS), self.python.as_ref());
        let printed = case.run(&case.build()?, None)?;
        match &self.block.output {
            Some(output) if without_versions(output) != without_versions(&printed) => {
                Err(format!("it is said to print\n{output}and prints\n{printed}"))
            }
            _ => Ok(()),
        }
    }

    fn compile_inside(&self, language: Language) -> Result<(), String> {
        let compile = |name: &str, blocks: &[Arc<Block>]| {
            let functions: String = blocks.iter().map(|block| self.function(language, block)).collect();
            self.compile(language, name, &format!("{HEADERS}{}\n{functions}", self.block.prelude))
        };
        if let Some(Together { blocks, compile: compiled }) = self.together.as_deref() {
            let name = format!("{}:{}-{}", self.file(), blocks[0].line, blocks[blocks.len() - 1].line);
            if *compiled.get_or_init(|| compile(&name, blocks).is_ok()) {
                return Ok(());
            }
        }
        compile(&self.place, std::slice::from_ref(&self.block))
    }

    fn compile(&self, language: Language, name: &str, source: &str) -> Result<(), String> {
        let program = self.program(language, name, source)?;
        let python = self.python.as_deref().filter(|_| self.uses_python_headers());
        self.kit.builder.make(&compile::judged(&program, &self.directives(OF_PIECES), python))
    }

    fn function(&self, language: Language, block: &Block) -> String {
        let names = if language == Language::C { C_NAMES } else { CPP_NAMES };
        let function = format!("void fragment_{}(void)", block.line);
        format!("{function};\n{function} {{ {names}\n{{\n{}\n}}\n}}\n", self.numbered(block))
    }

    fn at_file_scope(&self) -> String {
        format!("{HEADERS}{}\n{}", self.block.prelude, self.numbered(&self.block))
    }

    fn file(&self) -> &str {
        self.place.rsplit_once(':').map_or(self.place.as_str(), |(file, _)| file)
    }

    /// So that the compiler's messages lead to the document.
    fn numbered(&self, block: &Block) -> String {
        format!("#line {} \"{}\"\n{}", block.line, self.file(), block.text)
    }

    /// `name`: of a place in the documents.
    fn program(&self, language: Language, name: &str, source: &str) -> Result<Program, String> {
        let name = name.replace(['/', ':', '.', '-'], "_");
        let extension = if language == Language::C { "c" } else { "cpp" };
        let path: PathBuf = paths::built("snippets").join(format!("{name}.{extension}"));
        build::write_if_new(&path, source)?;
        Ok(Program { name, source: path, directives: Ok(Directives::default()) })
    }

    fn parse(&self) -> Result<(), String> {
        let python = self.python.as_ref().ok_or("no Python to parse it")?;
        let mut command = Command::new(&python.executable);
        command.args(["-I", "-c", "import ast, sys; ast.parse(sys.argv[1])", &self.block.text]);
        let output = process::outcome(&mut command, "")
            .map_err(|e| format!("cannot run {}: {e}", python.executable.display()))?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

/// With `3.x` for each number of a Python version ("3.14.5", "3.15.0rc2"), and without what no reader sees at an end of line.
pub fn without_versions(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let words = line.trim_end().split(' ').map(|word| {
            let is_version = word.strip_prefix("3.").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let end = word.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || ".+".contains(c));
            if is_version { format!("3.x{end}") } else { word.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// For the harness's test of itself.
pub fn says_what_it_is(document: &str) -> Vec<bool> {
    markdown::blocks(document).iter().map(|block| kind(block).is_ok()).collect()
}
