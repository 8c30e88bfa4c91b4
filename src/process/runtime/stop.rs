//! pyferry_runtime_stop: takes one start back; the last stop finalises Python if pyferry started it.

use super::owner::Owner;
use super::{RUNTIME, Stage};
use crate::cpython::Python;
use crate::error::{Error, Result, Status, fail};
use crate::interpreter::{Limits, python_threads, shutdown};
use crate::registry::{self, Interpreter, Origin};
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::sync::Arc;

const STOP: Label = Label::new(c"pyferry_runtime_stop");

/// Takes one start back; the last stop finalises Python if pyferry started it.
pub fn stop(limits: &Limits) -> Result<()> {
    let mut runtime = RUNTIME.lock();
    if runtime.starts == 0 {
        fail!(WrongOrder, "pyferry_runtime_stop without a pyferry_runtime_start before it");
    }
    // A start that is under way counts only when it has succeeded.
    if runtime.starts > 1 || matches!(runtime.stage, Stage::NotOurs | Stage::Starting) {
        runtime.starts -= 1;
        return Ok(());
    }
    let python = Python::in_process()?;
    let ours = !matches!(&runtime.stage, Stage::Running(owner) | Stage::Stopping(owner) if owner.is_without_python());
    let is_inside = || {
        thread::current(python).is_some() || registry::all().iter().any(|interpreter| thread::is_inside(interpreter))
    };
    if ours && is_inside() {
        let says = "is attached or suspended, and the last pyferry_runtime_stop would wait for it: detach first, or stop from another thread";
        return Err(Error::here(Status::WrongThread, says));
    }
    if let Stage::Running(owner) | Stage::Stopping(owner) = &runtime.stage
        && !owner.can_be_told_here()
    {
        fail!(
            WrongThread,
            "Python was started on another thread (PYFERRY_RUNTIME_ON_THIS_THREAD), and is finalised there: call the last pyferry_runtime_stop on it"
        );
    }
    let mut owner = match std::mem::replace(&mut runtime.stage, Stage::Ending) {
        Stage::Running(owner) | Stage::Stopping(owner) => owner,
        other => {
            runtime.stage = other;
            fail!(WrongOrder, "a pyferry_runtime_stop is at work already: call again when it has returned");
        }
    };
    drop(runtime);
    let forks = registry::forks();

    // If our Python is gone, one that somebody else runs now is not ours to close.
    if ours
        && !owner.is_finalizing
        && let Err(error) = empty(python, &owner, limits)
    {
        return Err(stop_later(owner, error));
    }
    if registry::forks() != forks && !owner.forked() {
        // A callback of the host's has forked on this thread. In the child there is no owner: only the start is taken back.
        RUNTIME.lock().starts = 0;
        std::mem::forget(owner);
        return Ok(());
    }
    let flushed = match owner.finalize(limits) {
        Ok(flushed) => flushed,
        Err(error) => return Err(stop_later(owner, error)),
    };
    let mut runtime = RUNTIME.lock();
    runtime.stage = Stage::NotOurs;
    runtime.starts = 0;
    drop(runtime);
    owner.join();
    if !flushed {
        fail!(PythonError, "Python has ended, but could not flush sys.stdout or sys.stderr");
    }
    Ok(())
}

/// Closes every interpreter and waits, within the limits and while Python is whole, for all that Py_FinalizeEx would wait for
/// without a limit: the host's threads, and Python's own, which are asked to end.
fn empty(python: &Python, owner: &Owner, limits: &Limits) -> Result<()> {
    let all = registry::all();
    all.iter().for_each(|interpreter| shutdown::close(interpreter));
    if python.is_finalizing() {
        // Somebody else is in Py_FinalizeEx: there is nobody left to wait for.
        return Ok(());
    }
    for interpreter in &all {
        // The claim is given back: Py_FinalizeEx claims the gate, by our atexit hook.
        drop(shutdown::wait_for_participants(interpreter, limits)?);
    }
    for interpreter in all.iter().filter(|interpreter| interpreter.origin == Origin::Ours) {
        python_threads::wait_until_gone(interpreter, limits, python_threads::tell_from_own_thread)?;
    }
    // Main last, as in Py_FinalizeEx; its exit functions on Python's main thread, if that is pyferry's own.
    python_threads::wait_until_gone(&owner.main, limits, |_: &Arc<Interpreter>| owner.tell_python_threads())?;
    if is_in_script(&owner.main) {
        let says = "runs Python code, which would go on in a Python that has ended: return from it, and call again";
        return Err(Error::here(Status::WrongThread, says));
    }
    Ok(())
}

/// Whether this thread runs a script by CPython's own calls, which no stack of ours tells of, and has let go. Where it has no state of
/// others it cannot, and does not attach.
fn is_in_script(main: &Arc<Interpreter>) -> bool {
    let python = main.python;
    if !python.is_known_in_main() {
        return false;
    }
    // Nobody else is inside by now: the limit holds.
    let Ok(ticket) = thread::attach(main, Admission::Late, STOP) else { return false };
    let is_in_script = thread::current_state(python).is_some_and(|state| python.runs_python(state));
    let _ = thread::detach(ticket);
    is_in_script
}

fn stop_later(owner: Owner, why: Error) -> Error {
    RUNTIME.lock().stage = Stage::Stopping(owner);
    match why.status {
        Status::Timeout => {
            let text = format!("Python is still in use: {}; it lets nobody new in: call again", why.message);
            Error::new(Status::Timeout, text)
        }
        _ => why,
    }
}
