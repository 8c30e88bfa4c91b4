//! What a host has called when an interpreter ends.

use crate::error::{Result, fail};
use crate::registry::{self, Interpreter};
use crate::sys::Mutex;
use crate::thread;
use std::sync::MutexGuard;

/// What is called at the end of an interpreter. It must not panic.
pub type Function = Box<dyn FnOnce() + Send>;

/// A function, and the serial of its interpreter.
type Entry = (u64, Function);

static FUNCTIONS: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// What is held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Vec<Entry>>;

/// Locks the list of functions.
pub fn hold_still() -> Still {
    FUNCTIONS.lock()
}

/// Has `function` called when that interpreter ends. Refused once its gate closes: what is taken is called.
pub fn register(interpreter: &Interpreter, function: Function) -> Result<()> {
    let mut functions = hold_still();
    // Asked with the lock held: `run`, which comes after the gate has closed, takes it once more when it has found the last.
    if !interpreter.gate.is_open() {
        drop(functions);
        fail!(
            Closed,
            "{} is shutting down or has ended: it is too late to have something called at its end, do it now",
            interpreter.name()
        );
    }
    // Those of interpreters whose hook never ran: somebody took it out of atexit. Asked with the lock held, too: an interpreter that is
    // made meanwhile may have functions in the list.
    let alive = registry::all();
    let is_dead =
        |(serial, _): &Entry| *serial != interpreter.serial && alive.iter().all(|other| other.serial != *serial);
    let mut dead = Vec::new();
    while let Some(place) = functions.iter().position(is_dead) {
        dead.push(functions.remove(place));
    }
    functions.push((interpreter.serial, function));
    drop(functions);
    // With no lock held: what a function owns may call pyferry as it is dropped.
    drop(dead);
    Ok(())
}

/// Calls what is registered, the last first. On the thread that ends the interpreter, attached to it; the gate is closed.
pub fn run(interpreter: &Interpreter) {
    // One by one: a function may bring this thread here again.
    while let Some(function) = take_last(interpreter.serial) {
        thread::call_host_attached(interpreter, function);
        if interpreter.python.has_exception() {
            interpreter.python.report_unraisable("pyferry_at_end");
        }
    }
}

fn take_last(serial: u64) -> Option<Function> {
    let mut functions = hold_still();
    let place = functions.iter().rposition(|(of, _)| *of == serial)?;
    Some(functions.remove(place).1)
}
