//! What to test: the Pythons found, the programs of `tests/c`, the header, the library's symbols.

mod backtrace;
mod build;
mod case;
mod compile;
mod directives;
mod environment;
mod header;
mod library;
mod paths;
mod process;
mod program;
mod python;
mod search;
mod self_check;
mod symbols;
mod verdict;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use build::Builder;
use library::Library;
use python::Python;
use search::Found;

pub fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let library = match Library::build() {
        Ok(library) => library,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let found = search::pythons();
    for line in found.report() {
        eprintln!("{line}");
    }

    let mut trials = self_check::trials();
    trials.extend(header::trials());
    trials.extend(symbols::trials(&library));
    trials.extend(python_trials(&found));
    let kit = Arc::new(case::Kit { library, builder: Builder::default() });
    let pythons: Vec<Arc<Python>> = found.pythons.into_iter().map(Arc::new).collect();
    for program in program::all() {
        trials.extend(case::trials(&kit, &program, &pythons));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Makes it visible which Pythons were not tested on: a green run on two of them must not look like one on eleven.
fn python_trials(found: &Found) -> Vec<Trial> {
    let mut trials = Vec::new();
    for name in &found.missing {
        trials.push(Trial::ignorable_test(format!("pythons::{name} not found"), || Ok(Completion::ignored())));
    }
    for problem in found.problems() {
        trials.push(Trial::test("pythons::usable", move || Err(problem.into())));
    }
    trials
}
