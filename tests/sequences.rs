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

use harness::build::Builder;
use harness::case::Kit;

fn main() -> ExitCode {
    harness::run(|library, pythons| {
        let kit = Arc::new(Kit { library, builder: Builder::default() });
        pythons.into_iter().flat_map(|python| trial::trials(&kit, &Arc::new(python))).collect()
    })
}
