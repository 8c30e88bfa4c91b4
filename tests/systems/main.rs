//! src/sys, and what the rest of the library relies on of it, whatever the system. `make systems` runs it for Windows too,
//! under Wine.

// The library uses all of it.
#[allow(dead_code, unused_imports)]
#[path = "../../src/sys/mod.rs"]
mod sys;

use std::sync::atomic::{AtomicBool, Ordering};

/// Set before `main`.
static LOADED: AtomicBool = AtomicBool::new(false);

sys::at_load!(at_load);

extern "C" fn at_load() {
    sys::stay_loaded();
    LOADED.store(true, Ordering::Relaxed);
}

mod tests;
