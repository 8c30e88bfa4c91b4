//! What a thread does when it ends.

use super::{make_end_key, set_end_key};
use std::ffi::c_void;
use std::sync::OnceLock;

/// Something to do at the end of each thread that asks for it; `make_end_key` says when exactly. If it is asked for again
/// meanwhile, it is done again in the next round, of `THREAD_END_ROUNDS` at most.
pub struct ThreadEnd {
    run: fn(),
    key: OnceLock<Option<u32>>,
}

impl ThreadEnd {
    /// `run` is what to do.
    pub const fn new(run: fn()) -> ThreadEnd {
        ThreadEnd { run, key: OnceLock::new() }
    }

    /// Makes the key now, rather than when a thread first asks.
    pub fn prepare(&'static self) {
        self.key.get_or_init(make_end_key);
    }

    /// Asks for it at the end of this thread. False: the process has no key left.
    pub fn ask(&'static self) -> bool {
        // SAFETY: the value is a `ThreadEnd`, which is static.
        self.key.get_or_init(make_end_key).is_some_and(|key| unsafe { set_end_key(key, (&raw const *self).cast()) })
    }

    /// Does it: the thread ends.
    ///
    /// # Safety
    /// `asked` is what `set_end_key` was given.
    pub(super) unsafe fn run(asked: *const c_void) {
        // SAFETY: as the caller says.
        (unsafe { &*asked.cast::<ThreadEnd>() }.run)();
    }
}
