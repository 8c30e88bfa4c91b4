//! Every example of `c_examples` does what it says, on every CPython found, and ends cleanly when it is stopped early.

#[path = "examples/exits.rs"]
mod exits;
#[path = "examples/promises.rs"]
mod promises;
#[path = "examples/run.rs"]
mod run;

use std::process::ExitCode;
use std::sync::Arc;

use harness::{Completion, Trial};

use harness::build::Builder;
use harness::case::Kit;
use harness::directives::{Directives, Mode};
use harness::program;
use harness::python::Python;
use run::Example;

fn main() -> ExitCode {
    harness::run(|library, pythons| {
        let kit = Arc::new(Kit { library, builder: Builder::default() });
        let mut trials = Vec::new();
        for python in pythons.into_iter().map(Arc::new) {
            let all = promises::all().into_iter().chain([exits::promise()]);
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
}

fn trial(kit: &Arc<Kit>, python: &Arc<Python>, promise: Promise) -> Trial {
    let (kit, python) = (Arc::clone(kit), Arc::clone(python));
    let name = format!("{} on {}", promise.name, python.name);
    Trial::ignorable_test(name.clone(), move || {
        if let Some(reason) = program::unfit(&Directives { mode: promise.mode, ..Directives::default() }, &python) {
            return Ok(Completion::ignored_with(reason));
        }
        (promise.keep)(&Example { kit: &kit, python: &python, mode: promise.mode, name })?;
        Ok(Completion::Completed)
    })
}
