//! pyferry_release_later: references that are given up by threads that are not attached, or may not be.
//!
//! They are dropped soon: by a helper thread, which attaches for all that have gathered and stays a while for more; or, once the
//! interpreter shuts down, by the thread that shuts it down. A reference that comes later is left behind, and counted.

use crate::cpython::Reference;
use crate::error::{Result, fail};
use crate::registry::{self, Interpreter, own};
use crate::sys::{self, Condvar, Mutex};
use crate::thread::{self, Admission};
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long the helper thread stays when there is nothing to do.
const LINGER: Duration = Duration::from_secs(1);

/// The references that wait to be dropped.
pub struct Later {
    /// With the serials of their interpreters.
    references: Vec<(u64, Reference)>,
    /// The helper thread is running.
    is_attended: bool,
}

static LATER: Mutex<Later> = Mutex::new(Later { references: Vec::new(), is_attended: false });
static CHANGED: Condvar = Condvar::new();
static LEFT_BEHIND: AtomicU64 = AtomicU64::new(0);

/// Held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Later>;

pub fn hold_still() -> Still {
    LATER.lock()
}

impl Later {
    /// In a forked child the helper thread does not exist. The references are the child's, too.
    pub fn forget_others(&mut self) {
        self.is_attended = false;
    }

    fn take(&mut self, of: impl Fn(u64) -> bool) -> Vec<Reference> {
        self.references.extract_if(.., |(serial, _)| of(*serial)).map(|(_, reference)| reference).collect()
    }
}

/// Drops a reference: now, if this thread is attached to its interpreter, else soon. Never waits for an interpreter.
pub fn later(interpreter: &Interpreter, reference: Reference) -> Result<()> {
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
    let sends = !later.is_attended;
    later.is_attended = true;
    drop(later);
    CHANGED.notify_one();
    if sends {
        // If no thread can be started, the next caller tries again, or the shutdown drops the reference.
        if sys::spawn(c"pyferry-release", attend).is_err() {
            hold_still().is_attended = false;
        }
    }
    Ok(())
}

/// How many references came too late.
pub fn left_behind() -> u64 {
    LEFT_BEHIND.load(Ordering::Relaxed)
}

/// What the helper thread runs.
fn attend() {
    loop {
        for interpreter in registry::all() {
            let is_its = |(serial, _): &(u64, Reference)| *serial == interpreter.serial;
            if !hold_still().references.iter().any(is_its) {
                continue;
            }
            // Refused: the thread that shuts the interpreter down drops them.
            let release = || sys::SignalMask::as_given(|| release_all(&interpreter));
            let _ = thread::visit(&interpreter, Admission::Open, own::RELEASE, release);
        }
        let mut later = hold_still();
        count_the_dead(&mut later);
        if later.references.is_empty() {
            later = CHANGED.wait_while_within(later, Some(LINGER), |later| later.references.is_empty());
            if later.references.is_empty() {
                later.is_attended = false;
                return;
            }
        } else {
            // The rest are of interpreters that are shutting down.
            later = CHANGED.wait_timeout(later, LINGER / 10);
        }
        drop(later);
    }
}

/// Counts the references of interpreters that ended without running our atexit hook.
fn count_the_dead(later: &mut Later) {
    if !later.references.is_empty() {
        let alive: Vec<u64> = registry::all().iter().map(|interpreter| interpreter.serial).collect();
        let dead = later.take(|serial| !alive.contains(&serial)).len();
        LEFT_BEHIND.fetch_add(dead as u64, Ordering::Relaxed);
    }
}

/// Drops an interpreter's references. Attached to it; if its gate is Closed, no more can come.
pub fn release_all(interpreter: &Interpreter) {
    loop {
        // Taken out first: destructors run without the lock, and may come back here.
        let taken = hold_still().take(|serial| serial == interpreter.serial);
        if taken.is_empty() {
            return;
        }
        thread::with_frozen_attachments(interpreter.python, || {
            taken.into_iter().for_each(|reference| interpreter.python.release(reference));
        });
    }
}
