//! Every order of calls on several threads comes to the status that the header names, and never to a crash or a hang.
//!
//! A model of the API ([model], [thread], [interpreter]) makes up sequences of calls and says what each comes to; a C program
//! ([player.c](sequences/player.c)) makes them, on every CPython found. What fails is shrunk to the fewest calls that do.

#[allow(dead_code)] // the rest is the other test's
mod harness;

#[path = "sequences/call.rs"]
mod call;
#[path = "sequences/game.rs"]
mod game;
#[path = "sequences/home.rs"]
mod home;
#[path = "sequences/interpreter.rs"]
mod interpreter;
#[path = "sequences/model.rs"]
mod model;
#[path = "sequences/player.rs"]
mod player;
#[path = "sequences/thread.rs"]
mod thread;
#[path = "sequences/trial.rs"]
mod trial;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use harness::build::Builder;
use harness::case::Kit;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let (library, found) = match harness::library_and_pythons() {
        Ok(both) => both,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials: Vec<Trial> = harness::python_trials(&found);
    let kit = Arc::new(Kit { library, builder: Builder::default() });
    for python in found.pythons {
        trials.extend(trial::trials(&kit, &Arc::new(python)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
