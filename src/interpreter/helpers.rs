//! Helper threads: threads of the library's own that attach to an interpreter for another thread's sake, known by their labels.
//! They leave by themselves, so no shutdown report names them, no interrupt is for them, and they are never given up.

use crate::registry::{Entry, own};
use crate::thread;

/// Whether a participant is a helper thread's.
pub fn is_helper(entry: &Entry) -> bool {
    own::is_own(entry.label())
}

/// Whether a shutdown need not wait for a participant (pyferry_attach_unheld), if CPython can end the interpreter with it inside.
pub fn is_unheld(entry: &Entry) -> bool {
    entry.label() == thread::UNHELD
}

/// Whether reports leave a participant out: nobody else could make this thread, or a helper, leave.
pub fn is_not_reported(entry: &Entry) -> bool {
    thread::is_mine(entry) || is_helper(entry)
}
