//! How Python is initialised and finalised on the calling thread. Initialising marks the thread: site code, which runs there meanwhile,
//! may call pyferry_runtime_start.

use super::Options;
use crate::cpython::{Python, State};
use crate::error::{Result, fail};
use crate::host::output;
use crate::interpreter;
use crate::nudge;
use crate::registry::Interpreter;
use crate::sys::{self, SignalMask};
use crate::thread;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

sys::per_thread! {
    static INITIALIZING: Cell<bool> = Cell::new(false);
}

/// Whether Python is being initialised on the calling thread; on pyferry's own thread also afterwards.
pub fn is_here() -> bool {
    INITIALIZING.with(|here| here.get())
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

/// Finalises Python on this thread, its main thread, which is detached from `state`; if somebody else does so, does not attach again,
/// but waits for the end of that. False: Python could not flush its output.
pub fn finalize(state: State, main: &Interpreter, deadline: Option<Instant>) -> Result<bool> {
    let python = main.python;
    let by_others = main.is_closed() || python.is_finalizing();
    while by_others && main.raw().is_some() {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            fail!(Timeout, "another thread is in Py_FinalizeEx");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let flushed = by_others || {
        nudge::reattach(python, state);
        SignalMask::as_given(|| {
            // First, or the handler of an earlier signal would raise in an atexit function.
            python.make_pending_calls();
            python.finalize()
        })
    };
    output::set_of_runtime(None);
    Ok(flushed)
}
