//! What a thread does at its end.

use super::{make_end_key, set_end_key};
use std::ffi::c_void;
use std::sync::OnceLock;

/// Something to do when a thread ends that asked for it. When that is differs: see `make_end_key`. Asked for again meanwhile,
/// it is done again in the next round, of `THREAD_END_ROUNDS` at most.
pub struct ThreadEnd {
    run: fn(),
    key: OnceLock<Option<u32>>,
}

impl ThreadEnd {
    /// `run` is what to do.
    pub const fn new(run: fn()) -> ThreadEnd {
        ThreadEnd { run, key: OnceLock::new() }
    }

    /// Makes the key now, rather than when it is first asked for.
    pub fn prepare(&'static self) {
        self.key.get_or_init(make_end_key);
    }

    /// Has it done at the end of this thread. False: the process has no key left.
    pub fn ask(&'static self) -> bool {
        // SAFETY: what is set is a `ThreadEnd`, for ever.
        self.key.get_or_init(make_end_key).is_some_and(|key| unsafe { set_end_key(key, (&raw const *self).cast()) })
    }

    /// The end has come.
    ///
    /// # Safety
    /// `asked` is what `set_end_key` was given.
    pub(super) unsafe fn run(asked: *const c_void) {
        // SAFETY: as the caller says.
        (unsafe { &*asked.cast::<ThreadEnd>() }.run)();
    }
}
