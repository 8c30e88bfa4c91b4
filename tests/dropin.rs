//! `libpyferry_gilstate.so`, preloaded into programs that know nothing of pyferry (tests/dropin), on every CPython found. Each has
//! to end well, and the log to say what the program's `dropin: log=` line does. Many of them crash or hang without it, as their
//! `dropin: without=` line says: `make test-dropin` runs them without it too, and counts.

#[path = "dropin/without.rs"]
mod without;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use harness::build::Builder;
use harness::case::{Case, Kit};
use harness::directives::Directives;
use harness::library::Library;
use harness::program::{self, Program};
use harness::python::Python;
use harness::{Completion, Failed, Trial, paths};
use without::Tally;

/// Where the drop-in writes what it has to say, in the directory of the case.
const LOG: &str = "gilstate.log";

fn main() -> ExitCode {
    let tally = Arc::new(Tally::default());
    let code = harness::run(|library, pythons| {
        let dropin = Library::build_dropin();
        let kit = Arc::new(Kit { library, builder: Builder::default() });
        let pythons: Vec<Arc<Python>> = pythons.into_iter().map(Arc::new).collect();
        let sources = paths::files(&paths::root().join("tests/dropin"), &program::SOURCES);
        let mut trials = Vec::new();
        for source in sources {
            for python in &pythons {
                let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let case = format!("dropin_{name} on {}", python.name);
                let (kit, python, tally) = (Arc::clone(&kit), Arc::clone(python), Arc::clone(&tally));
                let (source, dropin) = (source.clone(), dropin.clone());
                trials.push(Trial::ignorable_test(case, move || {
                    let test = Test::read(name, source, &kit, &python)?;
                    test.run(&dropin?, &tally)
                }));
            }
        }
        trials
    });
    tally.print();
    code
}

/// One program on one Python.
struct Test<'a> {
    name: String,
    source: PathBuf,
    text: String,
    directives: Directives,
    kit: &'a Arc<Kit>,
    python: &'a Arc<Python>,
}

impl Test<'_> {
    fn read<'a>(name: String, source: PathBuf, kit: &'a Arc<Kit>, python: &'a Arc<Python>) -> Result<Test<'a>, String> {
        let text = fs::read_to_string(&source).map_err(|e| format!("{}: {e}", source.display()))?;
        let directives = Directives::parse(&text)?;
        Ok(Test { name, source, text, directives, kit, python })
    }

    fn run(&self, dropin: &Path, tally: &Tally) -> Result<Completion, Failed> {
        if let Some(reason) = program::unfit(&self.directives, self.python) {
            return Ok(Completion::ignored_with(reason));
        }
        let mut directives = self.directives.clone();
        let alone = self.text.contains("dropin: alone");
        let preload = if alone { without::put_alone(dropin)? } else { dropin.to_owned() };
        directives.env.push(("LD_PRELOAD".to_owned(), preload.display().to_string()));
        directives.env.push(("PYFERRY_GILSTATE_LOG".to_owned(), LOG.to_owned()));
        let (case, directory) = self.case("dropin", &directives);
        let built = case.build()?;
        if without::is_asked_for() && self.said("without").next().is_some() {
            tally.add(&self.name, &self.python.name, self.without(&built)?);
        }
        case.run(&built, None)?;
        let log = fs::read_to_string(directory.join(LOG)).unwrap_or_default();
        if alone && log.contains("has started Python") {
            return Ok(Completion::ignored_with("the machine has a libpyferry.so installed"));
        }
        match self.said("log").find(|said| !log.contains(said)) {
            Some(said) => Err(format!("the log does not say {said:?}:\n{log}").into()),
            None => Ok(Completion::Completed),
        }
    }

    /// What the program comes to on its own.
    fn without(&self, built: &Path) -> Result<Result<(), String>, Failed> {
        let directives = Directives { timeout: without::LIMIT, ..self.directives.clone() };
        let (case, _) = self.case("without_dropin", &directives);
        Ok(case.run(built, None).map(drop))
    }

    fn case(&self, prefix: &str, directives: &Directives) -> (Case, PathBuf) {
        let name = format!("{prefix}_{}", self.name);
        let directory = paths::run(&format!("{name} on {}", self.python.name));
        let program = Program { name, source: self.source.clone(), directives: Ok(directives.clone()) };
        (Case::new(self.kit, &program, directives, Some(self.python)), directory)
    }

    /// The values of the program's `dropin: KEY=VALUE` lines of that key.
    fn said(&self, key: &str) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(move |line| {
            let text = line.trim_start_matches(['/', '*', ' ']).strip_prefix("dropin: ")?;
            text.strip_prefix(key)?.strip_prefix('=')?.strip_suffix("*/").map(str::trim)
        })
    }
}
