use super::output::output;
use super::{NEVER, enter, limits, options, out, pyferry_output, pyferry_view, required};
use crate::cpython::Python;
use crate::error::{Status, fail};
use crate::interpreter::{self, Gil};
use std::ffi::c_void;

/// How an interpreter is to be made. Start from PYFERRY_INTERPRETER_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_interpreter_options {
    /// sizeof(pyferry_interpreter_options)
    pub struct_size: usize,
    /// PYFERRY_INTERPRETER_... flags; 0: isolated, with its own GIL where there is one (3.12 and later).
    pub flags: u32,
    /// Zero.
    pub reserved: u32,
    /// Where what scripts print in it goes; NULL: where the runtime's goes.
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
/// others). What every interpreter does up to Python 3.11. On a free-threaded build there is no GIL to share, and CPython
/// refuses such modules all the same.
pub const PYFERRY_INTERPRETER_SHARED_GIL: u32 = 1;
/// Insist on an own GIL: PYFERRY_STATUS_UNSUPPORTED where there is none (up to Python 3.11).
pub const PYFERRY_INTERPRETER_OWN_GIL: u32 = 2;

/// Makes an interpreter.
///
/// Any thread, attached or not, while Python runs; the thread is not attached to the new interpreter on return.
///
/// Freeing the view does not end the interpreter: pyferry_interpreter_end does, and Python's shutdown.
///
/// @param options  how; NULL: isolated, with its own GIL where there is one. Read during the call.
/// @param out      gets a view of it, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL, an unknown flag, both flags, `reserved` is not 0, a
///         struct_size that cannot be, a field that this library does not know), _UNSUPPORTED
///         (PYFERRY_INTERPRETER_OWN_GIL up to 3.11; while tracemalloc is on: any interpreter up to 3.11, which CPython
///         hangs over, and one with PYFERRY_INTERPRETER_OWN_GIL later; two Pythons, one before 3.9, two copies of
///         pyferry), _NO_PYTHON,
///         _CLOSED (Python is shutting down), _PYTHON_ERROR (CPython could not make it), _NO_MEMORY, _FORKED.
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

/// Ends an interpreter that pyferry_interpreter_new made: lets nobody new in, waits for those inside, tells the Python
/// threads it started to go as CPython does (the functions of `threading._register_atexit`, an idle thread pool's for one, on
/// a thread of pyferry's), waits for them, and ends it. Views of it stay valid, and answer PYFERRY_STATUS_CLOSED.
///
/// Any thread that is not inside it, neither attached nor suspended. While it waits the thread is attached to nothing.
///
/// @param view        the interpreter
/// @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: for ever. A thread of pyferry's goes in to see
///                    which Python threads are left: where one of them lets nobody in, that takes a second at most.
///                    Ending itself runs the interpreter's atexit functions and finalisers, which may take longer.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (view is NULL or of an interpreter that others made; a negative time other
///         than -1), _TIMEOUT (the message says who is still inside and, as far as they let anybody in to see, in which file,
///         line and function of Python; nobody new gets in: call again), _WRONG_THREAD (this thread is inside), _CLOSED (it
///         has ended already, or Python is shutting down and ends it), _NO_MEMORY, _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_end(view: *const pyferry_view, timeout_ms: i64) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let view = unsafe { required(view, "view") }?;
        interpreter::stop(&view.interpreter, &limits(NEVER, timeout_ms)?)
    })
}

/// Ends an interpreter whose scripts may not want to stop: as pyferry_interpreter_end but that, when `patience_ms` have
/// passed, KeyboardInterrupt is raised in those inside and in every Python thread of the interpreter, again and again, with
/// longer and longer pauses of 0.1 to 2 seconds: a script may catch one, and clean up. What is in C code gets it when it is
/// back in Python; time.sleep and a wait for a lock do not end early.
///
/// Any thread that is not inside it, neither attached nor suspended. While it waits the thread is attached to nothing.
///
/// @param view         the interpreter
/// @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never does.
/// @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_interpreter_end. -1: for ever.
/// @return as pyferry_interpreter_end, _INVALID_ARGUMENT for a negative patience other than -1 too. _TIMEOUT: the
///         message says who stays; nobody is interrupted any more; call again, or leave the interpreter as it is.
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

/// Raises KeyboardInterrupt in every thread that is attached to the interpreter, in Python code: stops a script that
/// runs away. A thread inside C code gets it when it is back in Python; a pyferry_exec that has failed already, and
/// makes its traceback, is left alone, and so is one that has not begun. Other interpreters are not touched. On
/// free-threaded builds with several interpreters a thread that is attached, and not in Python code, gets it in what it
/// runs next in this attachment by CPython's own calls.
///
/// For scripts that are not needed any more: like Ctrl-C, it can come between the taking and the releasing of one of
/// Python's own locks (an import's, for one), which then stays locked. End that interpreter next, with a time limit.
///
/// Any thread, attached or not; also while the interpreter is shutting down and waits for such a thread. Returns at once,
/// whatever the script does: a thread of pyferry's goes in and raises the exception. Where that gets in within 50
/// milliseconds, as it does unless C code keeps everybody out, it has been raised on return. Else it is raised as soon as that
/// code lets anybody in: in those who were inside when this was called, in the threads that Python started, and in those
/// who came in by CPython's own calls, at whatever time.
///
/// @param view  the interpreter
/// @return PYFERRY_STATUS_OK (also when nobody is inside), _INVALID_ARGUMENT (view is NULL), _CLOSED (it has ended, or the
///         interpreter that this thread was attached to was shut down meanwhile), _NO_MEMORY (no thread can be had),
///         _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_interpreter_interrupt(view: *const pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        interpreter::interrupt(&unsafe { required(view, "view") }?.interpreter)
    })
}
