use super::{Data, enter, given, pyferry_view, required};
use crate::error::Status;
use crate::host::at_end;
use std::ffi::c_void;

/// Registers a function that is called when an interpreter ends. There a host drops the objects that it keeps, and takes
/// its callbacks out of the interpreter's modules.
///
/// The function is called once, whoever ends the interpreter and however: pyferry_interpreter_end, pyferry_runtime_stop,
/// Py_FinalizeEx, Py_EndInterpreter. It runs on the thread that ends the interpreter, which is attached to it, when all
/// other threads are out and cannot come in any more, and the interpreter's Python threads have ended; its modules are
/// still whole. The functions of one interpreter are called one after the other, the last registered first. Python's own
/// atexit functions come before them, except those that were registered before the interpreter's first view. The main
/// interpreter's functions come when all other interpreters have ended.
///
/// The function may do what any attached thread may: call Python and pyferry, attach to the same interpreter again (which
/// nests), let go and come back. No more functions can be registered by then: that is PYFERRY_STATUS_CLOSED. An exception
/// that it leaves set is reported as Python reports those of `__del__`. It must not end the thread, nor throw.
///
/// It is not called if the interpreter does not come to its end: if the process exits without Py_FinalizeEx, or Python
/// code has removed all atexit functions (`atexit._clear()`). In a child of os.fork, the main interpreter's functions are
/// called when that child finalises Python.
///
/// Any thread, attached or not. It waits for no interpreter.
///
/// @param view      the interpreter; read during the call
/// @param function  what to call
/// @param data      passed to it; has to last until then. May be NULL.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is shutting down
///         or has ended: the function will not be called), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_at_end(
    view: *const pyferry_view,
    function: Option<unsafe extern "C" fn(data: *mut c_void)>,
    data: *mut c_void,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        let function = given(function, "function")?;
        let data = Data::new(data);
        // SAFETY: the host gave the two together, to be called once.
        at_end::register(&view.interpreter, Box::new(move || unsafe { function(data.get()) }))
    })
}
