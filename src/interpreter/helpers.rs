//! The threads of the library's own that come into an interpreter, on behalf of others: each is known by its label. They leave by
//! themselves, so no shutdown names them, no interrupt is for them, and they are not given up.

use crate::queue::WAKE;
use crate::queue::release::RELEASE;
use crate::registry::Entry;
use crate::sys::Label;
use crate::thread;

/// What the thread that delivers interrupts comes in for.
pub const DELIVERY: Label = Label::new(c"pyferry: an interrupt");
/// What the observer of a shutdown comes in for.
pub const OBSERVER: Label = Label::new(c"pyferry: who is left");
/// What the thread that runs the exit functions comes in for.
pub const EXIT_FUNCTIONS: Label = Label::new(c"pyferry: threading's exit functions");
/// What the thread that Python calls its main thread comes in for, where it is one of ours.
pub const PENDING_CALLS: Label = Label::new(c"pyferry: pending calls");

/// Whether a participant is a thread of the library's own, which leaves by itself.
pub fn is_helper(entry: &Entry) -> bool {
    thread::is_nudger(entry)
        || [OBSERVER, DELIVERY, EXIT_FUNCTIONS, PENDING_CALLS, RELEASE, WAKE].contains(&entry.label())
}

/// Whether a participant is one that no shutdown waits for, unless it has to.
pub fn is_unheld(entry: &Entry) -> bool {
    entry.label() == thread::UNHELD
}

/// Whether a participant is one that nobody else could make leave: this thread, or a helper.
pub fn is_not_reported(entry: &Entry) -> bool {
    thread::is_mine(entry) || is_helper(entry)
}
