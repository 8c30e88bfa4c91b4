use super::{enter, out, required};
use crate::cpython::Python;
use crate::error::Status;
use crate::interpreter;
use crate::registry::Interpreter;
use std::sync::Arc;

/// A view: a weak handle to one interpreter. It is valid until it is freed, whatever becomes of the interpreter, and does
/// not say whether the interpreter still runs: pyferry_attach does. Any number of threads may use one view at once.
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
/// Any thread, attached or not. A thread that is attached lets go while the first view is taken.
///
/// The first view of an interpreter registers pyferry's shutdown hook there, for which a helper thread visits the main
/// interpreter. It imports nothing. From then on shutdown is safe for every thread. From Python 3.15 on the first view
/// itself is safe against a shutdown that begins at the same moment. Before 3.15, take it while no thread can be
/// finalising Python (when it was just started).
///
/// In code that Python runs while it is initialised (sitecustomize) an attached thread gets its view. Other threads get
/// PYFERRY_STATUS_NO_PYTHON there on 3.15, which counts as initialised only after that code has run.
///
/// @param out  gets the view, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL), _NO_PYTHON (none in the process, or not initialised),
///         _UNSUPPORTED (two Pythons, one before 3.9, two copies of pyferry), _CLOSED (Python is shutting down, and nobody
///         took a view before that; or the interpreter that this thread was attached to was shut down meanwhile, and the
///         thread is attached to nothing), _NO_MEMORY (also: no thread can be started), _PYTHON_ERROR (registering the hook
///         raised), _WRONG_ORDER (on Windows, where the first view is taken in DllMain or in the initialiser of a global
///         object of a DLL), _FORKED (also: the process was forked before the first view, and this thread is not attached).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_view_main(out: *mut *mut pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let out = unsafe { self::out(out, "out") }?;
        out.put(pyferry_view::hand_out(interpreter::main(Python::running()?)?));
        Ok(())
    })
}

/// A view of the interpreter that this thread is attached to, whoever attached it: pyferry, Python itself, PyGILState,
/// pybind11.
///
/// A thread that is attached. What pyferry_view_main says of the first view holds here too.
///
/// @param out  gets the view, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _NOT_ATTACHED, and all others as pyferry_view_main; _CLOSED also where the interpreter is
///         in the last part of its shutdown
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_view_current(out: *mut *mut pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let out = unsafe { self::out(out, "out") }?;
        out.put(pyferry_view::hand_out(interpreter::current()?));
        Ok(())
    })
}

/// Another view of the same interpreter, to be freed separately.
///
/// Any thread, attached or not, at any time.
///
/// @param view  what to copy; NULL gives NULL
/// @return the new view, to be freed with pyferry_view_free; NULL only for NULL
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
/// Any thread, attached or not, at any time, in forked children too; once, and when no other thread is in a call with
/// this very view (pyferry_view_clone makes one for each thread).
///
/// @param view  what to free; NULL is ignored
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_view_free(view: *mut pyferry_view) {
    if !view.is_null() {
        // SAFETY: a view that `hand_out` made and nobody freed yet, as documented.
        drop(unsafe { Box::from_raw(view) });
    }
}

/// The number that CPython gave the interpreter (0: main). Main is 0 again after each Py_Initialize: the number alone
/// does not tell one run of Python from the next.
///
/// Any thread, attached or not, at any time; also when the interpreter has ended.
///
/// @param view  the interpreter; NULL gives -1
/// @return the number
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_view_interpreter_id(view: *const pyferry_view) -> i64 {
    // SAFETY: NULL or a live view, as documented.
    unsafe { required(view, "view") }.map_or(-1, |view| view.interpreter.id)
}
