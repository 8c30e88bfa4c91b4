//! pyferry_runtime_pump: for a host's thread that is Python's main thread (PYFERRY_RUNTIME_ON_THIS_THREAD).

use super::owner::Place;
use super::{RUNTIME, Stage};
use crate::cpython::Python;
use crate::error::{Error, Result, Status, fail};
use crate::interpreter::call;
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::thread;
use std::sync::Arc;

const PUMP: Label = Label::new(c"pyferry_runtime_pump");

/// Runs pending calls, and the handlers of signals that came.
pub fn pump() -> Result<()> {
    let main = main_of_this_thread()?;
    let python = main.python;
    if thread::current(python).is_some() {
        let says = "is attached, and Python runs its pending calls by itself: call pyferry_runtime_pump where it is not attached";
        return Err(Error::here(Status::WrongOrder, says));
    }
    call::attached(&main, PUMP, &mut || _ = python.make_pending_calls_of_a_round())
}

/// The main interpreter, if Python was started on this thread.
fn main_of_this_thread() -> Result<Arc<Interpreter>> {
    let runtime = RUNTIME.lock();
    let owner = match &runtime.stage {
        Stage::Running(owner) | Stage::Stopping(owner) if !owner.is_without_python() => owner,
        Stage::Ending => fail!(Closed, "pyferry_runtime_stop is at work: Python runs its pending calls itself"),
        Stage::Starting => fail!(NoPython, "Python is being started: call pyferry_runtime_pump when that is done"),
        _ => {
            drop(runtime);
            Python::running()?;
            fail!(
                WrongOrder,
                "pyferry did not start the Python that runs here: the thread that initialised Python runs its pending calls"
            )
        }
    };
    match &owner.place {
        Place::Own(_) => fail!(
            WrongOrder,
            "Python was started on a thread of pyferry's own, which runs the pending calls: PYFERRY_RUNTIME_ON_THIS_THREAD starts Python on the caller's"
        ),
        Place::Here(here) if !here.is_this_thread() => fail!(
            WrongThread,
            "Python was started on another thread (PYFERRY_RUNTIME_ON_THIS_THREAD): call pyferry_runtime_pump there"
        ),
        Place::Here(_) if matches!(runtime.stage, Stage::Stopping(_)) => {
            fail!(Closed, "pyferry_runtime_stop has closed Python: call pyferry_runtime_stop again")
        }
        Place::Here(_) => Ok(Arc::clone(&owner.main)),
    }
}
