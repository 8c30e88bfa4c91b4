use super::{enter, given, pyferry_view, required};
use crate::error::Status;
use crate::interpreter::call;
use crate::sys::Label;
use std::ffi::c_void;

const CALL: Label = Label::new(c"pyferry_call");

/// Attaches this thread to an interpreter, calls a function, and detaches, all in one call.
///
/// Any thread, as pyferry_attach, and at shutdown as that; it waits for the interpreter without a time limit. A thread
/// that must not wait posts to a queue (pyferry_queue_post). One that may wait only for a limited time calls through a
/// queue (pyferry_queue_call).
///
/// @param view      the interpreter; read during the call
/// @param function  called once, attached, on this thread, if the status is OK, _PYTHON_ERROR, _WRONG_ORDER or
///                  _NOT_ATTACHED; for _CLOSED see there; otherwise not at all. It must not throw, and has to leave the
///                  thread attached as it found it.
/// @param data      passed to it; may be NULL
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the function left an exception set: pyferry_last_error has the traceback,
///         and the exception is cleared), _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is
///         shutting down or has ended, and the function was not called; or it was called, and the interpreter was shut
///         down meanwhile by the function itself, or gave this thread up), _WRONG_ORDER and _NOT_ATTACHED (the function
///         left an attachment or suspension open, or let go of the interpreter or of the thread state by other means:
///         that has been ended, and the thread is as it was before the call), _NO_MEMORY, _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_call(
    view: *const pyferry_view,
    function: Option<unsafe extern "C-unwind" fn(data: *mut c_void)>,
    data: *mut c_void,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        let function = given(function, "function")?;
        // SAFETY: the host gave the two together, to be called now.
        call::attached(&view.interpreter, CALL, &mut || unsafe { function(data) })
    })
}
