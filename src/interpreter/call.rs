//! pyferry_call: a function of the host's, called attached.

use super::script;
use crate::error::{Error, Result, Status};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::sync::Arc;

/// Calls `f` on this thread, attached to the interpreter, with that label. An exception that `f` leaves set becomes the error,
/// and so does what `f` leaves open: nobody else could end the attachment that is this function's own.
pub fn attached(interpreter: &Arc<Interpreter>, label: Label, f: &mut dyn FnMut()) -> Result<()> {
    let ticket = thread::attach(interpreter, Admission::Open, label)?;
    let python = interpreter.python;
    // The caller's exception, if this attach nests.
    let pending = python.set_exception_aside();
    let left = thread::with_frozen_attachments(python, || thread::call_host_attached(interpreter, f));
    let mut result = Ok(());
    if left.is_back {
        result = script::take_exception();
        python.put_exception_back(pending);
    }
    thread::detach(ticket)?;
    if left.open {
        let why = "it left an attachment or suspension open (pyferry_attach without pyferry_detach, pyferry_suspend without pyferry_resume): that has been ended, and its token is stale";
        return Err(failed(Status::WrongOrder, interpreter, why));
    }
    if left.away {
        let why = "it let go of the interpreter (PyEval_SaveThread), or swapped the thread state (PyThreadState_Swap), and did not come back: it must leave the thread as it finds it";
        return Err(failed(Status::NotAttached, interpreter, why));
    }
    result
}

fn failed(status: Status, interpreter: &Interpreter, why: &str) -> Error {
    thread::failed(status, "called a function in", interpreter, why)
}
