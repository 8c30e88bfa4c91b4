use super::{Data, enter, fail};
use crate::error::Status;
use crate::interpreter::report;
use std::ffi::{CStr, c_char, c_void};
use std::time::Duration;

/// What a report callback returns: wait on.
pub const PYFERRY_REPORT_WAIT: i32 = 0;
/// What a report callback returns: no longer wait for the threads and guards that were named.
pub const PYFERRY_REPORT_GIVE_UP: i32 = 1;

/// Is told, while a shutdown waits for threads or guards that stay inside, which ones: thread, label, and for how long.
/// Where pyferry ends an interpreter or the runtime itself, it is also told which Python threads pyferry waits for.
///
/// It is called again and again on the thread that shuts Python or an interpreter down, which is not attached meanwhile.
/// Where several threads shut interpreters down at once, it is called by several threads at once. It may use pyferry
/// itself: interrupt a script, close a guard that the shutdown waits for, set another callback.
///
/// Threads that were given up are never let into Python again, and get PYFERRY_STATUS_CLOSED when they detach or resume.
/// A thread that goes back into Python by other means (Py_END_ALLOW_THREADS) is ended or hung by CPython. Up to 3.13
/// CPython cannot end a sub-interpreter with a thread inside: there the shutdown waits on, whatever the answer. The same
/// holds for Python threads, for which CPython itself waits.
///
/// @param text  the sentence, in UTF-8; valid for the length of the call
/// @param data  what was given with the callback
/// @return PYFERRY_REPORT_WAIT to wait on, or PYFERRY_REPORT_GIVE_UP to go on without the threads and guards that were
///         named
pub type pyferry_report = Option<unsafe extern "C" fn(text: *const c_char, data: *mut c_void) -> i32>;

/// Sets the callback that is told which threads hold a shutdown up: any shutdown, whoever begins it and whoever started
/// Python. There is one callback in the process, and it stays until another one is set or it is removed.
///
/// On return no call of the previous callback is running, and its `destroy` was called, once. So what its calls use can
/// be freed, and its plug-in can be unloaded. A call must therefore not wait for a thread that may be in this function.
/// Only from within a call of a report callback (this one or another) this function does not wait: `destroy` is then
/// called when the last call of the previous callback has returned, on the thread of that call.
///
/// Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
///
/// @param report    the callback; NULL: none from now on
/// @param data      passed to `report` and `destroy`. It has to last until `destroy` is called.
/// @param destroy   called with `data`, once, when the callback was replaced or removed and no call of it is running;
///                  never at the end of the process. NULL: not wanted.
/// @param every_ms  how long a shutdown waits before the first call, and between calls, in milliseconds; 0: five seconds
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`destroy` without `report`: nothing is changed, and `destroy` is not
///         called), _CLOSED (the callback is set, but the interpreter that this thread was attached to was shut down
///         while it waited: the thread is attached to nothing), _FORKED (nothing is changed, and `destroy` is not
///         called).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_set_report(
    report: pyferry_report,
    data: *mut c_void,
    destroy: Option<unsafe extern "C" fn(data: *mut c_void)>,
    every_ms: u64,
) -> Status {
    enter(|| {
        let interval = (every_ms > 0).then(|| Duration::from_millis(every_ms));
        let Some(hear) = report else {
            if destroy.is_some() {
                fail!(
                    InvalidArgument,
                    "`destroy` is given and `report` is NULL: there is nothing it could be called for"
                );
            }
            return report::set(None, interval);
        };
        let data = Data { data, destroy };
        // SAFETY: the host gave the two together, to last until `destroy`.
        let hear = move |text: &CStr| unsafe { hear(text.as_ptr(), data.get()) == PYFERRY_REPORT_GIVE_UP };
        report::set(Some(Box::new(hear)), interval)
    })
}
