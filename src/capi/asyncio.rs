use super::queue::{job_of, pyferry_job, shared_host};
use super::{deadline, enter, given, pyferry_view, required};
use crate::cpython::Lent;
use crate::error::{Result, Status};
use crate::interpreter::coroutine;
use crate::queue::{self, release};
use std::ffi::c_void;

/// CPython's, whatever is in it.
pub struct PyObject(());

// SAFETY (of the callers): NULL, or an object to which the caller has a reference for as long as the header says.
unsafe fn lent(object: *mut PyObject, name: &str) -> Result<Lent> {
    // SAFETY: as the caller says.
    given(unsafe { Lent::from_ptr(object.cast()) }, name)
}

/// Has a running asyncio event loop call a C function, from any thread: `loop.call_soon_threadsafe` for threads that must not wait for
/// Python.
///
/// The function is called once: with PYFERRY_STATUS_OK on the thread that runs the loop, attached, where it may use the loop as a
/// callback in Python may (`loop.create_task`); or with PYFERRY_STATUS_CLOSED, attached to nothing, where the loop is closed or
/// its interpreter shuts down first. Those that one thread posts to a loop are called in that order. A loop that was stopped calls
/// them when it is run again. An exception that a function leaves set goes to the loop's exception handler
/// (`loop.call_exception_handler`).
///
/// Any thread, attached or not. It never waits for an interpreter: a thread of pyferry's goes in and tells the loop, once for all
/// functions that have gathered, and ends when nobody has posted for a second. A thread's next post to the same loop is one to a
/// queue (pyferry_queue_post): it takes no lock and allocates nothing. Its first one, or the first of all after such a second, may
/// take a lock, for a moment, and allocate: so not in a signal handler.
///
/// @param view  the interpreter that the loop is of; read during the call
/// @param loop  the event loop, a reference of the caller's that has to last until the function is called
/// @param job   what to call
/// @param data  passed to it; has to last until then
/// @return PYFERRY_STATUS_OK, _QUEUE_FULL (1024 functions wait for this loop), _CLOSED (the interpreter is shutting down or has
///         ended), _INVALID_ARGUMENT (`view`, `loop` or `job` is NULL), _NO_MEMORY, _FORKED. But with OK the function will not be
///         called.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_asyncio_post(
    view: *const pyferry_view,
    r#loop: *mut PyObject,
    job: pyferry_job,
    data: *mut c_void,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (view, event_loop) = unsafe { (required(view, "view")?, lent(r#loop, "loop")?) };
        let function = given(job, "job")?;
        queue::post_to_loop(&view.interpreter, event_loop, &job_of(function, data), shared_host)
    })
}

/// Runs a coroutine on an asyncio event loop that another thread runs, and waits for its result.
///
/// Any thread, attached or not, but the one that runs the loop. It attaches, gives the coroutine to the loop
/// (`asyncio.run_coroutine_threadsafe`) and lets go while it waits. When the time limit passes the coroutine is cancelled, and what it does
/// about that is not waited for. A shutdown of the interpreter ends the wait, in the same way. Not in a signal handler.
///
/// @param view        the interpreter that the loop is of; read during the call
/// @param loop        the event loop; a reference of the caller's
/// @param coroutine   what to run, as a call of an `async def` function gives it; a reference of the caller's
/// @param timeout_ms  how long to wait, in milliseconds. 0: give it to the loop, and look once. -1: for ever. The time that it takes to
///                    attach is not limited.
/// @param result      gets a reference to what the coroutine returned, the caller's to give back (pyferry_release_later, where it is
///                    not attached); NULL: nobody asks
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the coroutine raised or was cancelled by others: pyferry_last_error has the traceback; or
///         it is none), _TIMEOUT (it is cancelled), _CLOSED (the loop was closed, or the interpreter is shutting down or has ended),
///         _WRONG_THREAD (this thread runs the loop), _INVALID_ARGUMENT (`view`, `loop` or `coroutine` is NULL, a negative time
///         other than -1), _NO_MEMORY, _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_asyncio_await(
    view: *const pyferry_view,
    r#loop: *mut PyObject,
    coroutine: *mut PyObject,
    timeout_ms: i64,
    result: *mut *mut PyObject,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (view, event_loop) = unsafe { (required(view, "view")?, lent(r#loop, "loop")?) };
        // SAFETY: as documented for the caller.
        let coroutine = unsafe { lent(coroutine, "coroutine") }?;
        let value = coroutine::run(&view.interpreter, event_loop, coroutine, deadline(timeout_ms)?)?;
        // SAFETY: NULL or a place for it.
        match unsafe { result.as_mut() } {
            Some(result) => *result = value.into_ptr().cast(),
            None => drop(release::later(&view.interpreter, value)),
        }
        Ok(())
    })
}
