//! Every order of calls on several threads comes to the status that the header names, and never to a crash or a hang.
//!
//! A model of the API ([model], [thread], [interpreter]) makes up sequences of calls and says what each comes to; a C program
//! ([player.c](sequences/player.c)) makes them, on every CPython found. What fails is shrunk to the fewest calls that do.

mod call;
mod game;
mod home;
mod interpreter;
mod model;
mod player;
mod thread;
mod trial;

use std::process::ExitCode;
use std::sync::Arc;

use game::AnyKit;
use harness::build::Builder;
use harness::case::Kit;
use harness::windows;

fn main() -> ExitCode {
    if windows::is_asked_for() {
        return windows::run(|kit, pythons| {
            let kit = AnyKit::Windows(Arc::clone(kit));
            pythons.iter().flat_map(|python| trial::trials(&kit, python)).collect()
        });
    }
    harness::run(|library, pythons| {
        let kit = AnyKit::Here(Arc::new(Kit { library, builder: Builder::default() }));
        pythons.into_iter().flat_map(|python| trial::trials(&kit, &Arc::new(python))).collect()
    })
}
