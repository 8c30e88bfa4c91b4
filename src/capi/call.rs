use super::{enter, given, pyferry_view, required};
use crate::error::Status;
use crate::interpreter::call;
use std::ffi::c_void;

/// Attaches this thread to an interpreter, calls a function, and detaches: for those who have nothing else to write.
///
/// Any thread, as pyferry_attach; it waits for the interpreter as long as that takes. A thread that is not to wait posts to a
/// queue (pyferry_queue_post), and one that waits no longer than a time limit calls through one (pyferry_queue_call).
///
/// @param view      the interpreter; read during the call
/// @param function  called once, attached, on this thread; or, where the status is none of OK, _PYTHON_ERROR, _WRONG_ORDER and
///                  _NOT_ATTACHED, not at all. It must not throw, and leaves the thread attached as it found it.
/// @param data      passed to it
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the function left an exception set: pyferry_last_error has the traceback, and it
///         is cleared), _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is shutting down or has
///         ended; also where the function shut it down itself), _WRONG_ORDER and _NOT_ATTACHED (the function left an attachment
///         open, or let go of the interpreter: as pyferry_detach), _NO_MEMORY, _FORKED.
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
        call::attached(&view.interpreter, || unsafe { function(data) })
    })
}
