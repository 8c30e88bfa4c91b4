//! Ending an interpreter that pyferry made.

use super::shutdown::{self, Finished, Left, Limits, finish_from_main, wait_for_the_last};
use crate::error::{Error, Result, Status, fail};
use crate::registry::{Interpreter, Origin};
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::sync::Arc;

/// Ends an interpreter that pyferry made.
pub fn stop(interpreter: &Arc<Interpreter>, limits: &Limits) -> Result<()> {
    check(interpreter)?;
    shutdown::close(interpreter);
    let later = |error: Error| match error.status {
        Status::Timeout => Error::new(Status::Timeout, format!("{}; it lets nobody new in: call again", error.message)),
        _ => error,
    };
    let name = interpreter.name();
    loop {
        match wait_for_the_last(interpreter, limits).map_err(later)? {
            Left::Ours => {}
            Left::Theirs if interpreter.is_closed() => fail!(Closed, "{name} was ended by another thread meanwhile"),
            Left::Theirs => fail!(
                Closed,
                "this thread was attached to an interpreter that was shut down while it waited for {name}: it is attached to nothing; {name} lets nobody new in: call again"
            ),
        }
        // Main stays while we are at it. Where it does not, its own shutdown waits for this claim.
        let label = Label::new(c"pyferry_interpreter_end");
        let main = super::main(interpreter.python);
        let ticket = main.and_then(|main| thread::attach(&main, Admission::Open, label)).inspect_err(|_| {
            interpreter.gate.unclaim();
        })?;
        let finished = finish_from_main(interpreter);
        thread::detach(ticket)?;
        if let Finished::Yes = finished? {
            return Ok(());
        }
    }
}

fn check(interpreter: &Interpreter) -> Result<()> {
    let name = interpreter.name();
    match interpreter.origin {
        Origin::Ours => {}
        Origin::Main => fail!(
            InvalidArgument,
            "{name} is ended by pyferry_runtime_stop, or by Py_FinalizeEx where somebody else started Python"
        ),
        Origin::Theirs => {
            fail!(InvalidArgument, "{name} was not made by pyferry_interpreter_new: who made it must end it")
        }
    }
    if interpreter.is_closed() {
        fail!(Closed, "{name} has ended already");
    }
    if thread::is_inside(interpreter) {
        fail!(
            WrongThread,
            "this thread is attached to {name} and would wait for itself: detach first, or end it from another thread"
        );
    }
    Ok(())
}
