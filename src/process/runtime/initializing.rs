//! Marks the thread that Python is being initialised on: site code, which runs there meanwhile, may call pyferry_runtime_start.

use super::Options;
use crate::cpython::{Python, State};
use crate::error::{Result, fail};
use crate::host::output;
use crate::interpreter;
use crate::registry::Interpreter;
use crate::thread;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

thread_local! {
    static INITIALIZING: Cell<bool> = const { Cell::new(false) };
}

/// Whether Python is being initialised on the calling thread; on pyferry's own thread also afterwards.
pub fn is_here() -> bool {
    INITIALIZING.with(Cell::get)
}

/// While this exists, the calling thread counts as the one that initialises Python.
pub struct Initializing;

impl Initializing {
    pub fn begin() -> Initializing {
        INITIALIZING.with(|here| here.set(true));
        Initializing
    }
}

impl Drop for Initializing {
    fn drop(&mut self) {
        INITIALIZING.with(|here| here.set(false));
    }
}

/// Initialises Python on this thread, and detaches it from the state that is returned. If that fails, there is no Python.
pub fn initialize(
    python: &'static Python,
    program: Option<&Path>,
    options: &Options,
) -> Result<(State, Arc<Interpreter>)> {
    output::set_of_runtime(options.output.clone());
    let begin = || {
        python.initialize(program, &options.config, || output::begin(python))?;
        let Some(state) = thread::current_state(python) else {
            fail!(Internal, "Python was initialised and attached nobody");
        };
        let main =
            output::ensure(python).and_then(|()| interpreter::main(python)).inspect_err(|_| _ = python.finalize())?;
        python.detach_keeping_slot();
        Ok((state, main))
    };
    begin().inspect_err(|_| output::set_of_runtime(None))
}
