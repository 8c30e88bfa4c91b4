//! pyferry_release_later: references that are given up by threads that are not attached, or may not be.
//!
//! They are dropped soon: by a helper thread, which attaches for all that have gathered and stays a while for more; or, once the
//! interpreter shuts down, by the thread that shuts it down. A reference that comes later is left behind, and counted.
//!
//! Each interpreter has a helper of its own: one that waits for a GIL that C code keeps holds up no other interpreter.

use crate::cpython::Reference;
use crate::error::{Result, fail};
use crate::registry::{Interpreter, own};
use crate::sys::{self, Mutex};
use crate::thread::{self, Admission};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

/// How long a helper thread stays when there is nothing to do.
const LINGER: Duration = Duration::from_secs(1);

/// The references that wait to be dropped, each with the serial of its interpreter.
pub struct Later {
    references: Vec<(u64, Reference)>,
    /// The interpreters whose helper threads are running.
    attended: Vec<u64>,
}

static LATER: Mutex<Later> = Mutex::new(Later { references: Vec::new(), attended: Vec::new() });
static LEFT_BEHIND: AtomicU64 = AtomicU64::new(0);

/// Held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Later>;

pub fn hold_still() -> Still {
    LATER.lock()
}

impl Later {
    /// In a forked child the helper threads do not exist. The references are the child's, too.
    pub fn forget_others(&mut self) {
        self.attended.clear();
    }

    fn has_any(&self, interpreter: &Interpreter) -> bool {
        self.references.iter().any(|(serial, _)| *serial == interpreter.serial)
    }

    fn take(&mut self, interpreter: &Interpreter) -> Vec<Reference> {
        let its = self.references.extract_if(.., |(serial, _)| *serial == interpreter.serial);
        its.map(|(_, reference)| reference).collect()
    }

    /// The helper thread of an interpreter has ended.
    fn leave(&mut self, interpreter: &Interpreter) {
        self.attended.retain(|serial| *serial != interpreter.serial);
    }
}

/// Drops a reference: now, if this thread is attached to its interpreter, else soon. Never waits for an interpreter.
pub fn later(interpreter: &Arc<Interpreter>, reference: Reference) -> Result<()> {
    if interpreter.is(thread::current(interpreter.python)) {
        thread::with_frozen_attachments(interpreter.python, || interpreter.python.release(reference));
        return Ok(());
    }
    let mut later = hold_still();
    // Asked with the lock held: `release_all` takes the lock after the gate is Closed.
    if interpreter.is_closed() {
        drop(later);
        LEFT_BEHIND.fetch_add(1, Ordering::Relaxed);
        fail!(Closed, "{} has ended: the object went with it, or is left behind", interpreter.name());
    }
    later.references.push((interpreter.serial, reference));
    let sends = !later.attended.contains(&interpreter.serial);
    if sends {
        later.attended.push(interpreter.serial);
    }
    drop(later);
    interpreter.has_released.notify_one();
    if sends {
        let its = Arc::clone(interpreter);
        // If no thread can be started, the next caller tries again, or the shutdown drops the reference.
        if sys::spawn(c"pyferry-release", move || attend(&its)).is_err() {
            hold_still().leave(interpreter);
        }
    }
    Ok(())
}

/// How many references came too late.
pub fn left_behind() -> u64 {
    LEFT_BEHIND.load(Ordering::Relaxed)
}

/// What an interpreter's helper thread runs.
fn attend(interpreter: &Arc<Interpreter>) {
    loop {
        // Refused: the thread that shuts the interpreter down drops the references.
        let release = || sys::SignalMask::as_given(|| release_all(interpreter));
        let _ = thread::visit(interpreter, Admission::Open, own::RELEASE, release);
        let mut later = hold_still();
        if interpreter.raw().is_none() {
            // The interpreter has ended without running our atexit hook.
            LEFT_BEHIND.fetch_add(later.take(interpreter).len() as u64, Ordering::Relaxed);
        }
        if later.has_any(interpreter) {
            // The interpreter is shutting down, and has refused this thread.
            drop(interpreter.has_released.wait_timeout(later, LINGER / 10));
            continue;
        }
        later = interpreter.has_released.wait_while_within(later, Some(LINGER), |later| !later.has_any(interpreter));
        if !later.has_any(interpreter) {
            later.leave(interpreter);
            return;
        }
    }
}

/// Drops an interpreter's references. Attached to it; if its gate is Closed, no more can come.
pub fn release_all(interpreter: &Interpreter) {
    loop {
        // Taken out first: destructors run without the lock, and may come back here.
        let taken = hold_still().take(interpreter);
        if taken.is_empty() {
            return;
        }
        thread::with_frozen_attachments(interpreter.python, || {
            taken.into_iter().for_each(|reference| interpreter.python.release(reference));
        });
    }
}
