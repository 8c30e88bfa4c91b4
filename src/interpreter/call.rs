//! pyferry_call: a function of the host's, called attached.

use super::script;
use crate::error::{Result, fail};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::sync::Arc;

/// Calls `f` on this thread, attached to the interpreter, with that label. An exception that `f` leaves set becomes the error, and so does what it
/// leaves open: nobody else could end the attachment that is this function's own.
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
        fail!(
            WrongOrder,
            "the function that {} called in {} left an attachment or suspension open (pyferry_attach without pyferry_detach, pyferry_suspend without pyferry_resume): it has been ended, and its token is stale",
            thread::this_thread(),
            interpreter.name()
        );
    }
    if left.away {
        fail!(
            NotAttached,
            "the function that {} called in {} let go of it (PyEval_SaveThread) and did not come back: it must leave the thread as it finds it",
            thread::this_thread(),
            interpreter.name()
        );
    }
    result
}
