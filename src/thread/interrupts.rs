//! Interrupts that are no longer for this thread: its participant was signalled, and it has run no Python code since.

use super::local::Local;
use super::{THREAD, Thread};
use crate::cpython::Python;
use crate::registry;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Drops an interrupt that was sent to this attached thread while it ran no Python code: it was for others. (Free-threaded, with
/// several interpreters, the sender cannot tell which threads run Python code.) False: this thread was given up meanwhile, and is
/// attached to nothing.
pub fn drop_early_interrupt(python: &Python) -> bool {
    THREAD.with(|me| {
        let Some(state) = me.current(python).filter(|state| !python.runs_python(*state)) else { return true };
        let raw = python.interpreter_of(state);
        let signalled = |local: &Rc<Local>| local.interpreter.is(raw) && local.participant.take_signal();
        !me.locals.all().iter().any(signalled) || me.take_interrupt_back(python)
    })
}

impl Thread {
    /// Takes back an interrupt that this attached thread was signalled for and has not seen. The signal is off its participant: an
    /// interrupter that looks from now on spares this thread, and one that has seen the signal before is waited for. False: this
    /// thread was given up meanwhile, and is attached to nothing.
    #[cold]
    pub(super) fn take_interrupt_back(&self, python: &Python) -> bool {
        let wait = || {
            // Not for ever: an interrupter may be in a destructor that waits for this thread.
            let until = Instant::now() + Duration::from_secs(1);
            while registry::is_raising() && Instant::now() < until {
                std::thread::sleep(Duration::from_micros(100));
            }
        };
        let is_back = !registry::is_raising() || self.released(python, None, wait).1;
        if is_back {
            python.clear_interrupt();
        }
        is_back
    }
}
