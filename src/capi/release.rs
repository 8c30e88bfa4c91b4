use super::{enter, given, pyferry_view, required};
use crate::cpython::Reference;
use crate::error::Status;
use crate::queue::release;
use std::ffi::c_void;

/// Drops a reference to a Python object from any thread: Py_DECREF for destructors and threads that are not attached.
///
/// Any thread, attached or not, at any time: before, while and after the interpreter shuts down. It never waits for an
/// interpreter. A thread that is attached to the object's interpreter drops the reference at once, and the object's
/// destructor may run here. For other threads a thread of pyferry's drops it within moments, or else the thread that
/// shuts the interpreter down. Each interpreter has such a thread of its own: C code that keeps another interpreter,
/// with another GIL, does not hold it up. (On free-threaded builds CPython leaves an object to the thread that made it,
/// which destroys it when it next runs Python code; or the garbage collector does.) Not in a signal handler: it
/// allocates.
///
/// @param view       the interpreter of the object; read during the call
/// @param py_object  a `PyObject *`: a reference that the caller owns and gives away
/// @return PYFERRY_STATUS_OK (it was dropped, or will be), _CLOSED (the interpreter has ended: the reference was not
///         touched, and pyferry_left_behind counts it; there is nothing more to do), _INVALID_ARGUMENT (an argument is
///         NULL), _FORKED (it was not dropped).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_release_later(view: *const pyferry_view, py_object: *mut c_void) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        // SAFETY: the host gives a reference of its own away.
        let reference = unsafe { Reference::from_ptr(py_object) };
        let reference = given(reference, "py_object")?;
        release::later(&view.interpreter, reference)
    })
}

/// How many references, in this process, were given to pyferry_release_later too late to be dropped.
///
/// Any thread, at any time.
///
/// @return how many
#[unsafe(no_mangle)]
pub extern "C" fn pyferry_left_behind() -> u64 {
    release::left_behind()
}
