//! What went wrong, as the caller is told it: a status to branch on, and a sentence to read.

use crate::sys::{self, ThreadEnd};
use std::cell::RefCell;
use std::ffi::CStr;
use std::fmt;

/// What a call came to: 0 is success, every failure is negative. `pyferry_last_error` has the sentence to it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The call did what it says.
    Ok = 0,
    /// An argument is NULL, malformed or unknown. Nothing was done.
    InvalidArgument = -1,
    /// There is no Python in the process, or it is not initialised.
    NoPython = -2,
    /// This CPython, or this platform, cannot do it.
    Unsupported = -3,
    /// The interpreter is shutting down or has ended.
    Closed = -4,
    /// The time limit passed first. The call can be made again.
    Timeout = -5,
    /// Memory, threads or another resource of the system ran out.
    NoMemory = -6,
    /// This thread is not attached, and the call needs it to be.
    NotAttached = -7,
    /// The call belongs on another thread.
    WrongThread = -8,
    /// Calls that nest were made in another order: last in, first out.
    WrongOrder = -9,
    /// The token or suspension was used already, or never filled.
    StaleToken = -10,
    /// The process is a fork that CPython was not told of: Python cannot be used in it.
    Forked = -11,
    /// The queue has no free place.
    QueueFull = -12,
    /// Python code raised; the message is the traceback.
    PythonError = -13,
    /// A state that should not be. The message says which; please report it.
    Internal = -14,
}

impl Status {
    /// The C name of the status with this number.
    pub(crate) fn c_name(number: i32) -> Option<&'static CStr> {
        Some(match number {
            0 => c"PYFERRY_STATUS_OK",
            -1 => c"PYFERRY_STATUS_INVALID_ARGUMENT",
            -2 => c"PYFERRY_STATUS_NO_PYTHON",
            -3 => c"PYFERRY_STATUS_UNSUPPORTED",
            -4 => c"PYFERRY_STATUS_CLOSED",
            -5 => c"PYFERRY_STATUS_TIMEOUT",
            -6 => c"PYFERRY_STATUS_NO_MEMORY",
            -7 => c"PYFERRY_STATUS_NOT_ATTACHED",
            -8 => c"PYFERRY_STATUS_WRONG_THREAD",
            -9 => c"PYFERRY_STATUS_WRONG_ORDER",
            -10 => c"PYFERRY_STATUS_STALE_TOKEN",
            -11 => c"PYFERRY_STATUS_FORKED",
            -12 => c"PYFERRY_STATUS_QUEUE_FULL",
            -13 => c"PYFERRY_STATUS_PYTHON_ERROR",
            -14 => c"PYFERRY_STATUS_INTERNAL",
            _ => return None,
        })
    }
}

/// A failure: what to branch on, and what happened, to whom, and what to do.
///
/// The message speaks of calls by their names in C, which are what this documentation is searched by as well.
///
/// ```
/// let error = pyferry::View::current().unwrap_err();
/// assert_eq!(error.status, pyferry::Status::NoPython);
/// println!("{error}"); // there is no Python in this process: link or load libpython ...
/// ```
#[derive(Clone, Debug)]
pub struct Error {
    /// What to branch on.
    pub status: Status,
    /// What happened, to whom, and what to do.
    pub message: String,
}

/// What a call that can fail returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure with its sentence.
    #[inline(never)]
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Error {
        Error { status, message: without_nul(message.into()) }
    }

    /// The same, of a format. One function for all, and far from the code that fails: there are many places, and few ever do.
    #[cold]
    #[inline(never)]
    pub(crate) fn says(status: Status, message: fmt::Arguments<'_>) -> Error {
        Error::new(status, message.to_string())
    }

    /// A failure of the calling thread: the sentence names it, and goes on with `says`.
    #[cold]
    #[inline(never)]
    pub(crate) fn here(status: Status, says: &str) -> Error {
        Error::says(status, format_args!("{} {says}", sys::describe_thread(sys::thread_id())))
    }

    /// The system gives this process no more threads. `which` and `whom` say what the missing one is for: "that asks ", and a name.
    #[cold]
    #[inline(never)]
    pub(crate) fn no_thread(which: &str, whom: &str, error: &std::io::Error) -> Error {
        let text = format!("cannot start a thread {which}{whom}: {error}; call again when others have ended");
        Error::here(Status::NoMemory, &text)
    }
}

/// C has a message as a string that ends at the first NUL, and what Python code raises can have some.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\\0") } else { text }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// The name that it has in C, for logs: `PYFERRY_STATUS_CLOSED`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Status::c_name(*self as i32).unwrap_or_default().to_string_lossy())
    }
}

/// `fail!(Closed, "interpreter {id} has ended")`: returns that error.
macro_rules! fail {
    ($status:ident, $($message:tt)+) => {
        return Err($crate::error::Error::says($crate::error::Status::$status, format_args!($($message)+)))
    };
}
pub(crate) use fail;

// Not dropped with the thread's locals: destructors that come later can fail too.
sys::per_thread! {
    static LAST: RefCell<String> = RefCell::new(String::new());
}

static END: ThreadEnd = ThreadEnd::new(|| drop(LAST.with(|last| last.take())));

/// Before threads come and forks happen.
pub fn prepare() {
    END.prepare();
}

/// Keeps the sentence of this thread's last failure.
pub fn remember(error: Error) -> Status {
    END.ask();
    LAST.with(|last| last.replace(error.message));
    error.status
}

/// Calls `f` with the sentence of this thread's last failure; empty if it had none. It may be long: a traceback has what a script
/// raised.
pub fn with_last<R>(f: impl FnOnce(&str) -> R) -> R {
    LAST.with(|last| f(&last.borrow()))
}
