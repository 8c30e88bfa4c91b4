//! Whether this thread is the one that Python is being initialised on, which runs site code meanwhile.

use std::cell::Cell;

thread_local! {
    static INITIALIZING: Cell<bool> = const { Cell::new(false) };
}

/// Whether Python is being initialised on the calling thread, or was and the thread is ours.
pub fn is_here() -> bool {
    INITIALIZING.with(Cell::get)
}

/// While this is there, the calling thread is the one that Python is being initialised on.
pub struct Initializing;

impl Initializing {
    pub fn begin() -> Initializing {
        INITIALIZING.with(|here| here.set(true));
        Initializing
    }
}

impl Drop for Initializing {
    fn drop(&mut self) {
        INITIALIZING.with(|here| here.set(false));
    }
}
