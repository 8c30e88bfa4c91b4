//! Marks the thread that Python is being initialised on: site code, which runs there meanwhile, may call pyferry_runtime_start.

use std::cell::Cell;

thread_local! {
    static INITIALIZING: Cell<bool> = const { Cell::new(false) };
}

/// Whether Python is being initialised on the calling thread; on pyferry's own thread also afterwards.
pub fn is_here() -> bool {
    INITIALIZING.with(Cell::get)
}

/// While this exists, the calling thread counts as the one that initialises Python.
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
