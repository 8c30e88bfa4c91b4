//! Runs Python source of the host's, and turns exceptions into errors.

use crate::cpython::Python;
use crate::error::{Error, Result};
use crate::{registry, thread};
use std::ffi::CStr;

/// Runs source in the `__main__` module of the interpreter this thread is attached to.
pub fn exec(source: &CStr, filename: &CStr) -> Result<()> {
    run(|python, before| python.exec_in_main(source, filename, |describe| shielded(python, before, describe)))
}

/// The same with an expression; returns `str()` of its value.
pub fn eval(source: &CStr, filename: &CStr) -> Result<String> {
    run(|python, before| python.eval_in_main(source, filename, |describe| shielded(python, before, describe)))
}

/// Turns the exception that is set on this thread, if any, into an error, and clears it.
pub fn take_exception() -> Result<()> {
    let (python, _) = thread::attached_python()?;
    let before = registry::interrupts();
    thread::with_frozen_attachments(python, || python.take_exception(|describe| shielded(python, before, describe)))
}

/// Runs `f`, which runs Python code of the host's, and gets the number of interrupts before it.
fn run<R>(f: impl FnOnce(&'static Python, u64) -> Result<R>) -> Result<R> {
    let (python, _) = thread::attached_python()?;
    thread::check_back(thread::drop_early_interrupt(python), "nothing was run")?;
    let before = registry::interrupts();
    thread::with_frozen_attachments(python, || f(python, before))
}

/// Runs `describe`, which may run the exception's own Python code, with interrupts kept from this thread.
fn shielded(python: &Python, before: u64, describe: &dyn Fn() -> Error) -> Error {
    let shield = registry::shield(python.thread_ident());
    if registry::interrupts() != before {
        // An interrupt from before the shield may be pending.
        python.clear_interrupt();
    }
    let error = describe();
    drop(shield);
    error
}
