//! The threads of the library's own that come into an interpreter, on behalf of others: each is known by its label. They leave by
//! themselves, so no shutdown names them, no interrupt is for them, and they are not given up.

use crate::queue::WAKE;
use crate::queue::release::RELEASE;
use crate::registry::Occupant;
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

/// Whether an occupant is a thread of the library's own, which leaves by itself.
pub fn is_helper(occupant: &Occupant) -> bool {
    thread::is_herald(occupant)
        || [OBSERVER, DELIVERY, EXIT_FUNCTIONS, PENDING_CALLS, RELEASE, WAKE].contains(&occupant.label())
}

/// Whether an occupant is one that no shutdown waits for, unless it has to.
pub fn is_unheld(occupant: &Occupant) -> bool {
    occupant.label() == thread::UNHELD
}

/// Whether an occupant is one that nobody else could make leave: this thread, or a helper.
pub fn is_not_reported(occupant: &Occupant) -> bool {
    thread::is_mine(occupant) || is_helper(occupant)
}
