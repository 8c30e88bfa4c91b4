//! The API for Rust: the rooms below as Rust knows such things, and nothing that C has not. Safe throughout: every order of
//! calls, on whatever threads, comes to a status, here as in C.

#![forbid(unsafe_code)]

mod attached;
mod guard;
mod interpreter;
mod observe;
mod output;
mod queue;
mod report;
mod runtime;
mod view;

pub use attached::{Attached, Suspended, suspend};
pub use guard::Guard;
pub use interpreter::{Interpreter, InterpreterOptions};
pub use observe::{
    Activity, Histogram, Overdue, ThreadInfo, dump, histograms, histograms_text, remove_watchdog, set_watchdog,
    start_measuring, start_trace, stop_trace, threads,
};
pub use output::Stream;
pub use queue::{Queue, QueueOptions};
pub use report::{Answer, remove_report, set_report};
pub use runtime::{Runtime, RuntimeInfo, RuntimeOptions};
pub use view::View;

/// How many references were given to [`View::release_later`] too late to be dropped, in this process.
///
/// ```
/// assert_eq!(pyferry::left_behind(), 0);
/// ```
#[doc(alias = "pyferry_left_behind")]
pub fn left_behind() -> u64 {
    release::left_behind()
}

use crate::error::{Error, Result, Status};
use crate::interpreter::script;
use crate::queue::release;
use crate::registry::fork;
use crate::{interpreter as interpreters, thread};
use std::ffi::CString;
use std::time::{Duration, Instant};

/// The version of this library: `"1.2.3"`.
///
/// ```
/// assert_eq!(pyferry::VERSION.split('.').count(), 3);
/// ```
#[doc(alias = "pyferry_version")]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs Python source in the `__main__` module of the interpreter that this thread is attached to, by whomever.
///
/// `filename` is what tracebacks call it. An exception that was pending before is pending afterwards.
///
/// # Errors
///
/// [`Status::PythonError`] if it raised, `SystemExit` included: the message is the traceback. [`Status::NotAttached`],
/// [`Status::Closed`] (nothing was run: the thread was given up, and is attached to nothing), [`Status::NoPython`],
/// [`Status::Unsupported`] (two Pythons, or one before 3.9), [`Status::Forked`]; [`Status::InvalidArgument`] for a NUL inside.
///
/// ```no_run
/// let _attached = pyferry::View::main()?.attach()?;
/// pyferry::exec("import sys; print('hello from', sys.version)", "hello.py")?;
///
/// let error = pyferry::exec("1 / 0", "sum.py").unwrap_err();
/// assert_eq!(error.status, pyferry::Status::PythonError);
/// assert!(error.message.contains("ZeroDivisionError"));
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_exec")]
pub fn exec(source: &str, filename: &str) -> Result<()> {
    fork::check()?;
    let result = script::exec(&text(source, "source")?, &text(filename, "filename")?);
    attached::end_overdue();
    result
}

/// Evaluates a Python expression in the `__main__` module of the interpreter that this thread is attached to, by whomever, and
/// gives its value as `str()` does.
///
/// # Errors
///
/// As [`exec`]; [`Status::PythonError`] also where `str()` raises.
///
/// ```no_run
/// let _attached = pyferry::View::main()?.attach()?;
/// assert_eq!(pyferry::eval("6 * 7", "answer.py")?, "42");
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_eval")]
pub fn eval(source: &str, filename: &str) -> Result<String> {
    fork::check()?;
    let result = script::eval(&text(source, "source")?, &text(filename, "filename")?);
    attached::end_overdue();
    result
}

/// Turns the exception that is set on this thread, by calls of CPython's own, into an error, and clears it.
///
/// # Errors
///
/// [`Status::PythonError`] where one was set: the message is the traceback. [`Status::NotAttached`], [`Status::NoPython`],
/// [`Status::Unsupported`], [`Status::Forked`].
///
/// ```no_run
/// let _attached = pyferry::View::main()?.attach()?;
/// pyferry::take_exception()?; // none is set
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_take_exception")]
pub fn take_exception() -> Result<()> {
    fork::check()?;
    let result = script::take_exception();
    attached::end_overdue();
    result
}

/// Whether this thread is attached to any interpreter now, by whomever. No side effect.
///
/// ```
/// assert!(!pyferry::is_attached(), "this thread has never been near Python");
/// ```
#[doc(alias = "pyferry_is_attached")]
pub fn is_attached() -> bool {
    interpreters::is_attached(None)
}

/// Deletes the thread states that pyferry keeps for this thread and that it is not inside of, with the thread-local values
/// that Python has in them, whose destructors run here. When a thread ends without this call, another one deletes the states
/// within moments; a pool that parks threads for long may want that earlier. A thread that is attached lets go meanwhile.
///
/// # Errors
///
/// [`Status::Closed`] (the states are deleted, but the interpreter that this thread was attached to was shut down meanwhile: the
/// thread is attached to nothing), [`Status::Forked`].
///
/// ```no_run
/// let view = pyferry::View::main()?;
/// drop(view.attach()?);
/// pyferry::forget_thread()?;
/// std::thread::park();
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_thread_forget")]
pub fn forget_thread() -> Result<()> {
    fork::check()?;
    thread::forget()
}

fn text(text: &str, name: &str) -> Result<CString> {
    let nul = |_| Error::says(Status::InvalidArgument, format_args!("`{name}` has a NUL inside"));
    CString::new(text).map_err(nul)
}

/// When a time limit passes. None: there is no limit, or one that no clock reaches.
fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}
