//! Every example of `c_examples` does what it says, on every CPython found, and ends cleanly when it is stopped early.

#[path = "examples/exits.rs"]
mod exits;
#[path = "examples/game.rs"]
mod game;
#[path = "examples/lv2.rs"]
mod lv2;
#[path = "examples/promises.rs"]
mod promises;
#[path = "examples/run.rs"]
mod run;

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use harness::{Completion, Trial};

use harness::build::Builder;
use harness::case::Kit;
use harness::directives::{Directives, Mode};
use harness::program;
use harness::python::Python;
use harness::tool::{self, Tool};
use run::Example;

fn main() -> ExitCode {
    harness::run(|library, pythons| {
        let kit = Arc::new(Kit { library, builder: Builder::default() });
        let mut trials = Vec::new();
        for python in pythons.into_iter().map(Arc::new) {
            let all = promises::all().into_iter().chain([exits::promise()]).chain(game::all()).chain(lv2::all());
            trials.extend(all.map(|promise| trial(&kit, &python, promise)));
        }
        trials
    })
}

/// What an example is to do.
struct Promise {
    name: &'static str,
    mode: Mode,
    keep: fn(&Example) -> Result<(), String>,
    needs: &'static [Needed],
    /// Not for those who watch a clock, or do so much that Valgrind takes minutes.
    under_memcheck: bool,
}

impl Promise {
    const fn new(name: &'static str, mode: Mode, keep: fn(&Example) -> Result<(), String>) -> Promise {
        Promise { name, mode, keep, needs: &[], under_memcheck: false }
    }
}

/// What not every machine has. A case that needs it is left out there, and says so.
enum Needed {
    /// On PATH.
    Program(&'static str),
    /// Of a library of the system's.
    Header(&'static str),
    /// A Python that has no part of the tests alone.
    Whole,
}

impl Needed {
    fn lacks(&self, python: &Python) -> Option<String> {
        let (name, mut there) = match self {
            Needed::Whole => return python.in_short.then(|| "on the other Pythons".to_owned()),
            Needed::Program(name) => {
                let path = env::var_os("PATH").unwrap_or_default();
                (name, env::split_paths(&path).map(|folder| folder.join(name)).collect::<Vec<_>>())
            }
            Needed::Header(name) => {
                (name, ["/usr/include", "/usr/local/include"].map(|at| Path::new(at).join(name)).into())
            }
        };
        there.retain(|file| file.exists());
        there.is_empty().then(|| format!("no {name} (tools/setup test gets it where it may)"))
    }
}

fn trial(kit: &Arc<Kit>, python: &Arc<Python>, promise: Promise) -> Trial {
    let (kit, python) = (Arc::clone(kit), Arc::clone(python));
    let name = format!("{} on {}", promise.name, python.name);
    Trial::ignorable_test(name.clone(), move || {
        if let Some(reason) = program::unfit(&Directives { mode: promise.mode, ..Directives::default() }, &python) {
            return Ok(Completion::ignored_with(reason));
        }
        if let Some(tool) = tool::current().filter(|tool| !(promise.under_memcheck && *tool == Tool::Memcheck)) {
            return Ok(Completion::ignored_with(format!("not under {}", tool.name())));
        }
        if let Some(reason) = promise.needs.iter().find_map(|needed| needed.lacks(&python)) {
            return Ok(Completion::ignored_with(reason));
        }
        (promise.keep)(&Example { kit: &kit, python: &python, mode: promise.mode, name })?;
        Ok(Completion::Completed)
    })
}
