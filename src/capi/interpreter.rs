use super::output::output;
use super::{NEVER, enter, limits, options, out, pyferry_output, pyferry_view, required};
use crate::cpython::Python;
use crate::error::{Status, fail};
use crate::interpreter::{self, Gil};
use std::ffi::c_void;

/// How to make an interpreter. Begin with PYFERRY_INTERPRETER_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_interpreter_options {
    /// sizeof(pyferry_interpreter_options)
    pub struct_size: usize,
    /// PYFERRY_INTERPRETER_... flags; 0: isolated, with its own GIL where there is one (3.12 and later).
    pub flags: u32,
    /// Has to be 0.
    pub reserved: u32,
    /// Gets what scripts print in it; NULL: it goes where the runtime's output goes.
    pub output: pyferry_output,
    /// Passed to `output`. It has to last until the interpreter has ended.
    pub output_data: *mut c_void,
}

no_padding!(pyferry_interpreter_options { struct_size, flags, reserved, output, output_data });

impl Default for pyferry_interpreter_options {
    fn default() -> Self {
        pyferry_interpreter_options {
            struct_size: size_of::<Self>(),
            flags: 0,
            reserved: 0,
            output: None,
            output_data: std::ptr::null_mut(),
        }
    }
}

/// Share the main interpreter's GIL, and allow extension modules that do not support isolated interpreters (NumPy and
/// others). Every interpreter does so up to Python 3.11. On a free-threaded build there is no GIL to share, and CPython
/// refuses such modules all the same.
pub const PYFERRY_INTERPRETER_SHARED_GIL: u32 = 1;
/// Insist on an own GIL: PYFERRY_STATUS_UNSUPPORTED where interpreters cannot have one (up to Python 3.11).
pub const PYFERRY_INTERPRETER_OWN_GIL: u32 = 2;

/// Makes an interpreter.
///
/// Any thread, attached or not, while Python runs. It attaches to the main interpreter to do so, and waits for that
/// without a time limit; on return the thread is attached as it was before, and not to the new interpreter.
///
/// Freeing the view does not end the interpreter: pyferry_interpreter_end does, and Python's shutdown.
///
/// @param options  how; NULL: isolated, with its own GIL where that is possible. Read during the call.
/// @param out      gets a view of it, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL, an unknown flag, both flags, `reserved` is not 0, an
///         impossible struct_size, a field that this library does not know), _UNSUPPORTED (PYFERRY_INTERPRETER_OWN_GIL up
///         to 3.11; while tracemalloc is on: any interpreter up to 3.11, where CPython would hang, and one with
///         PYFERRY_INTERPRETER_OWN_GIL later; two Pythons, one before 3.9, two copies of pyferry), _NO_PYTHON (none in
///         the process, or not initialised), _CLOSED (Python is shutting down; or the interpreter that this thread was
///         attached to was shut down meanwhile, and the thread is attached to nothing), _PYTHON_ERROR (CPython could not
///         make it, or setting it up raised), _WRONG_ORDER (on Windows, where this takes the first view of Python in
///         DllMain: see pyferry_view_main), _NO_MEMORY, _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_new(
    options: *const pyferry_interpreter_options,
    out: *mut *mut pyferry_view,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (out, options) = unsafe { (self::out(out, "out")?, self::options(options, "options")?) };
        let gil = match options.flags {
            0 => Gil::OwnIfPossible,
            PYFERRY_INTERPRETER_SHARED_GIL => Gil::Shared,
            PYFERRY_INTERPRETER_OWN_GIL => Gil::Own,
            flags => {
                fail!(InvalidArgument, "`options->flags` is {flags:#x}: it takes one of PYFERRY_INTERPRETER_..., or 0")
            }
        };
        if options.reserved != 0 {
            fail!(InvalidArgument, "`options->reserved` is {}: it must be 0", options.reserved);
        }
        let output = self::output(options.output, options.output_data);
        out.put(pyferry_view::hand_out(interpreter::create(Python::running()?, gil, output)?));
        Ok(())
    })
}

/// Ends an interpreter that pyferry_interpreter_new made. It lets no new thread in, and waits for the threads and guards
/// inside. It tells the Python threads that the interpreter started to end, as CPython does (on a thread of pyferry's it
/// calls the functions of `threading._register_atexit`, such as an idle thread pool's), and waits for them. Then it ends
/// the interpreter. Views of it stay valid, and answer PYFERRY_STATUS_CLOSED.
///
/// Any thread that is not inside the interpreter, neither attached nor suspended. It may be attached to another one;
/// while it waits, the thread is attached to nothing.
///
/// @param view        the interpreter
/// @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: forever. A thread of pyferry's goes in to see
///                    which Python threads are left; where one of them lets nobody in, that takes a second at most.
///                    Ending the interpreter runs its atexit functions and finalisers, which may take longer than the
///                    limit.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` is NULL, or of the main interpreter, or of one that others made;
///         a negative time other than -1), _TIMEOUT (the message says who is still inside and, as far as pyferry can get
///         in to see, in which file, line and function of Python; no new thread gets in: call again), _WRONG_THREAD (this
///         thread is inside), _CLOSED (the interpreter has ended already, or is being ended by another thread or by
///         Python's shutdown; or the interpreter that this thread was attached to was shut down while it waited: the
///         thread is attached to nothing, and the message says whether to call again), _NO_MEMORY (call again), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_end(view: *const pyferry_view, timeout_ms: i64) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        interpreter::stop(&view.interpreter, &limits(NEVER, timeout_ms)?)
    })
}

/// Ends an interpreter whose scripts may not want to stop. It does what pyferry_interpreter_end does; but when
/// `patience_ms` have passed, KeyboardInterrupt is raised in the threads inside and in every Python thread of the
/// interpreter. It is raised again and again, with pauses that grow from 0.1 to 2 seconds, so that a script may catch one
/// and clean up. A thread in C code gets it when it is back in Python; time.sleep and a wait for a lock do not end early.
///
/// Any thread that is not inside the interpreter, neither attached nor suspended. While it waits, the thread is attached
/// to nothing.
///
/// @param view         the interpreter
/// @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never interrupts.
/// @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_interpreter_end. -1: forever.
/// @return as pyferry_interpreter_end; _INVALID_ARGUMENT also for a negative patience other than -1. After _TIMEOUT
///         nobody is interrupted any more: call again, or leave the interpreter as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_stop(
    view: *const pyferry_view,
    patience_ms: i64,
    timeout_ms: i64,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        interpreter::stop(&view.interpreter, &limits(patience_ms, timeout_ms)?)
    })
}

/// Raises KeyboardInterrupt in every thread that is attached to the interpreter and runs Python code: this stops a script
/// that runs away. A thread inside C code that Python code has called gets it when it is back in Python. A pyferry_exec
/// that has failed already, and makes its traceback, is left alone, and so is one that has not begun. Other interpreters
/// are not touched, nor are other thread states of such a thread, unless they have Python code on their stacks too.
///
/// It is for scripts that are no longer needed. Like Ctrl-C, it can come between the taking and the releasing of one of
/// Python's own locks (such as an import's), which then stays locked. End that interpreter next, with a time limit.
///
/// Any thread, attached or not; also while the interpreter is shutting down and waits for such a thread. It waits at most
/// 50 milliseconds for the script, whatever that does; a thread that is attached to another interpreter lets go of that
/// one meanwhile. A thread of pyferry's goes in and raises the exception. If it gets in within that time, as it does
/// unless C code keeps all other threads out, the exception has been raised on return. Otherwise it is raised as soon as
/// that C code lets other threads in: in the threads that were inside when this was called, in the threads that Python
/// started, and in those that came in by CPython's own calls, at whatever time.
///
/// @param view  the interpreter
/// @return PYFERRY_STATUS_OK (also when nobody is inside), _INVALID_ARGUMENT (`view` is NULL), _CLOSED (the interpreter
///         has ended; or the one that this thread was attached to was shut down meanwhile, and the thread is attached to
///         nothing), _NO_MEMORY (no thread can be started), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_interrupt(view: *const pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        interpreter::interrupt(&unsafe { required(view, "view") }?.interpreter)
    })
}
