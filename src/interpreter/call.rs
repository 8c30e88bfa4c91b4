//! pyferry_call: a function of the host's, called attached.

use super::script;
use crate::error::Result;
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::sync::Arc;

const CALL: Label = Label::new(c"pyferry_call");

/// Calls `f` on this thread, attached to the interpreter. An exception that `f` leaves set becomes the error.
pub fn attached(interpreter: &Arc<Interpreter>, f: impl FnOnce()) -> Result<()> {
    let ticket = thread::attach(interpreter, Admission::Open, CALL)?;
    let python = interpreter.python;
    let state = thread::current_state(python);
    // The caller's exception, if this attach nests.
    let pending = python.set_exception_aside();
    thread::with_frozen_attachments(python, f);
    let mut result = Ok(());
    if state.is_some() && thread::current_state(python) == state {
        result = script::take_exception();
        python.put_exception_back(pending);
    }
    thread::detach(ticket)?;
    result
}
