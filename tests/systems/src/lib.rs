//! src/sys, and what the rest of the library relies on of it, whatever the system. `make systems` runs it for Windows too,
//! under Wine.

// In the library it is not public, its callers vouch for what they pass, and use all of it.
#[allow(clippy::not_unsafe_ptr_arg_deref, dead_code)]
#[path = "../../../src/sys/mod.rs"]
pub mod sys;

use std::sync::atomic::{AtomicBool, Ordering};

/// Set before `main`.
pub static LOADED: AtomicBool = AtomicBool::new(false);

sys::at_load!(at_load);

extern "C" fn at_load() {
    sys::stay_loaded();
    LOADED.store(true, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
