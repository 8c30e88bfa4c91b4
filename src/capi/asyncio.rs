use super::queue::{job_of, pyferry_job, shared_host};
use super::{deadline, enter, given, pyferry_view, required};
use crate::cpython::Lent;
use crate::error::{Result, Status};
use crate::interpreter::coroutine;
use crate::queue::{self, release};
use std::ffi::c_void;

/// CPython's object; its contents are not used here.
pub struct PyObject(());

// SAFETY (of the callers): NULL, or an object to which the caller has a reference for as long as the header says.
unsafe fn lent(object: *mut PyObject, name: &str) -> Result<Lent> {
    // SAFETY: as the caller says.
    given(unsafe { Lent::from_ptr(object.cast()) }, name)
}

/// Has a running asyncio event loop call a C function, from any thread: `loop.call_soon_threadsafe` for threads that must
/// not wait for Python.
///
/// The function is called once. With PYFERRY_STATUS_OK it runs on the thread that runs the loop, attached, and may use
/// the loop as a callback in Python may (`loop.create_task`). With PYFERRY_STATUS_CLOSED it is attached to nothing: the
/// loop was closed, or its interpreter shuts down first. The functions that one thread posts to a loop are called in the
/// order of their posts. A loop that was stopped calls them when it is run again. An exception that a function leaves set
/// goes to the loop's exception handler (`loop.call_exception_handler`).
///
/// Any thread, attached or not. It never waits for an interpreter: a thread of pyferry's goes in and tells the loop, once
/// for all functions that have gathered, and ends when there was no post for a second. A thread's next post to the same
/// loop is like one to a queue (pyferry_queue_post): it takes no lock and allocates nothing. A thread's first post, or
/// the first of all after such a second, may take a lock for a moment, and allocate: so not in a signal handler.
///
/// @param view  the interpreter of the loop; read during the call
/// @param loop  the event loop, a borrowed reference that has to last until the function is called
/// @param job   what to call
/// @param data  passed to it; has to last until then. May be NULL.
/// @return PYFERRY_STATUS_OK, _QUEUE_FULL (1024 functions wait for this loop), _CLOSED (the interpreter is shutting down
///         or has ended), _INVALID_ARGUMENT (`view`, `loop` or `job` is NULL), _NO_MEMORY (also: no thread can be
///         started), _FORKED. Unless it is OK, the function will not be called.
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
/// Any thread, attached or not, except the one that runs the loop. It attaches, gives the coroutine to the loop
/// (`asyncio.run_coroutine_threadsafe`) and lets go while it waits. When the time limit passes the coroutine is
/// cancelled; the call does not wait for what the coroutine does about that. A shutdown of the interpreter ends the wait
/// in the same way. Not in a signal handler.
///
/// @param view        the interpreter of the loop; read during the call
/// @param loop        the event loop; a borrowed reference
/// @param coroutine   what to run, as a call of an `async def` function returns it; a borrowed reference
/// @param timeout_ms  how long to wait, in milliseconds. 0: give it to the loop, and look once. -1: forever. The time
///                    that it takes to attach is not limited.
/// @param result      gets a new reference to what the coroutine returned, which the caller owns (and gives back by
///                    pyferry_release_later, if it is not attached); NULL: not wanted
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the coroutine raised or was cancelled by others, or `coroutine` or `loop` is
///         no such thing: pyferry_last_error has the traceback), _TIMEOUT (the coroutine is cancelled), _CLOSED (the loop
///         was closed, or the interpreter is shutting down or has ended; or the interpreter that this thread was attached
///         to was shut down meanwhile, and the thread is attached to nothing), _WRONG_THREAD (this thread runs the loop),
///         _INVALID_ARGUMENT (`view`, `loop` or `coroutine` is NULL, a negative time other than -1), _NO_MEMORY, _FORKED.
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
