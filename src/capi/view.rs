use super::{enter, out, required};
use crate::cpython::Python;
use crate::error::Status;
use crate::interpreter;
use crate::registry::Interpreter;
use std::sync::Arc;

/// A view: a weak handle to one interpreter. It is valid until freed, whatever becomes of the interpreter, and says
/// nothing about whether that still runs: pyferry_attach does. Any number of threads may use one view at once.
pub struct pyferry_view {
    pub(super) interpreter: Arc<Interpreter>,
}

impl pyferry_view {
    pub(super) fn hand_out(interpreter: Arc<Interpreter>) -> *mut pyferry_view {
        Box::into_raw(Box::new(pyferry_view { interpreter }))
    }
}

/// A view of the main interpreter.
///
/// Any thread, attached or not.
///
/// The first view of an interpreter registers pyferry's shutdown hook in it, which takes a visit by a helper thread. It
/// imports nothing. From then on shutdown is safe for every thread. The first view itself is safe against a shutdown that
/// begins at the same moment from Python 3.15 on; before, take it while nobody can be finalising Python (when it was just
/// started).
///
/// In code that Python runs while it is initialised (sitecustomize) an attached thread gets its view. Others get
/// PYFERRY_STATUS_NO_PYTHON there on 3.15, which is not initialised before that has run.
///
/// @param out  gets the view, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL), _NO_PYTHON, _UNSUPPORTED (two Pythons, one before 3.9,
///         two copies of pyferry), _CLOSED (Python is shutting down), _NO_MEMORY, _PYTHON_ERROR (registering the hook
///         raised), _WRONG_ORDER (on Windows, where the first view is taken in DllMain), _FORKED (also: the process was forked before the first view, and this thread is not attached).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_view_main(out: *mut *mut pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let out = unsafe { self::out(out, "out") }?;
        out.put(pyferry_view::hand_out(interpreter::main(Python::running()?)?));
        Ok(())
    })
}

/// A view of the interpreter that this thread is attached to, by whomever: pyferry, Python itself, PyGILState,
/// pybind11.
///
/// An attached thread. What is said at pyferry_view_main of the first view holds here too.
///
/// @param out  gets the view, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _NOT_ATTACHED, and else as pyferry_view_main. _CLOSED: the interpreter is in the last of
///         its shutdown.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_view_current(out: *mut *mut pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let out = unsafe { self::out(out, "out") }?;
        out.put(pyferry_view::hand_out(interpreter::current()?));
        Ok(())
    })
}

/// Another view of the same interpreter, to be freed by itself.
///
/// Any thread, attached or not, at any time.
///
/// @param view  what to copy; NULL gives NULL
/// @return the new view; NULL only for NULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_view_clone(view: *const pyferry_view) -> *mut pyferry_view {
    // SAFETY: NULL or a live view, as documented.
    match unsafe { view.as_ref() } {
        Some(view) => pyferry_view::hand_out(Arc::clone(&view.interpreter)),
        None => std::ptr::null_mut(),
    }
}

/// Frees a view. Attachments, guards and the interpreter itself are not affected.
///
/// Any thread, attached or not, at any time; once, and when no other thread is in a call with this very view
/// (pyferry_view_clone gives each its own).
///
/// @param view  what to free; NULL is ignored
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_view_free(view: *mut pyferry_view) {
    if !view.is_null() {
        // SAFETY: a view that `hand_out` made and nobody freed yet, as documented.
        drop(unsafe { Box::from_raw(view) });
    }
}

/// The number CPython gave the interpreter (0: main). Main is 0 again after each Py_Initialize: the number alone
/// does not tell one run from the next.
///
/// Any thread, attached or not, at any time; also when the interpreter has ended.
///
/// @param view  whose number; NULL gives -1
/// @return the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_view_interpreter_id(view: *const pyferry_view) -> i64 {
    // SAFETY: NULL or a live view, as documented.
    unsafe { required(view, "view") }.map_or(-1, |view| view.interpreter.id)
}
