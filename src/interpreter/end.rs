//! Ending an interpreter that pyferry made.

use super::limits::Limits;
use super::shutdown::{Claim, Finished, TakenDown, finish_from_main, take_down};
use crate::error::{Error, Result, Status, fail};
use crate::registry::{Interpreter, Origin};
use crate::sys::Label;
use crate::thread::{self, Admission, Opening};
use std::sync::Arc;

/// The label that a thread which ends an interpreter has in main meanwhile.
const END: Label = Label::new(c"pyferry_interpreter_end");

/// pyferry_interpreter_end and pyferry_interpreter_stop.
pub fn stop(interpreter: &Arc<Interpreter>, limits: &Limits) -> Result<()> {
    check(interpreter)?;
    let later = |error: Error| match error.status {
        Status::Timeout => {
            Error::says(Status::Timeout, format_args!("{}; it lets nobody new in: call again", error.message))
        }
        _ => error,
    };
    let finish = |claim| {
        // Keeps Python running meanwhile: the attach has no pin if it nests on a state of others. If main is closing already this
        // fails, and main's shutdown gets the claim next.
        let main = super::main(interpreter.python)?;
        let held = thread::open_guard(&main, Opening::WhileHeld, END)?;
        let finished = finish_attached(interpreter, &main, claim);
        thread::close_guard(held);
        finished
    };
    let name = interpreter.name();
    match take_down(interpreter, limits, finish).map_err(later)? {
        TakenDown::Here => Ok(()),
        TakenDown::Elsewhere if interpreter.is_closed() => {
            fail!(Closed, "{name} was ended by another thread meanwhile")
        }
        TakenDown::Elsewhere => {
            let why = "meanwhile the interpreter it was attached to was shut down, and it is attached to nothing; nobody new is let in: call again";
            Err(thread::failed(Status::Closed, "waited for", interpreter, why))
        }
    }
}

fn finish_attached(interpreter: &Interpreter, main: &Arc<Interpreter>, claim: Claim<'_>) -> Result<Finished> {
    let ticket = thread::attach(main, Admission::Open, END)?;
    let finished = finish_from_main(interpreter, claim);
    thread::detach(ticket)?;
    finished
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
        let why = "it would wait for itself; detach first, or end the interpreter from another thread";
        return Err(thread::failed(Status::WrongThread, "is attached to, or suspended from,", interpreter, why));
    }
    Ok(())
}
