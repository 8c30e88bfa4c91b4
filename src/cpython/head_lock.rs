//! CPython's lock around its lists of interpreters and thread states (`HEAD_LOCK`): for forks up to 3.11, and for whoever reads
//! the list on 3.11 (`states_of`).
//!
//! In forks PyOS_AfterFork_Child takes this lock before it makes it anew, and a thread that makes a thread state holds it
//! for a moment without the GIL: a child of a fork at that moment waits for ever. From 3.12 on PyOS_BeforeFork holds the
//! lock through the fork, and here our own handlers do. A holder never waits for the GIL, so nor does the fork.

use super::types::PyThread_type_lock;
use super::{Python, Raw};
use crate::sys;

/// `HEAD_LOCK`, held.
pub struct HeadLock {
    lock: PyThread_type_lock,
    release: unsafe extern "C-unwind" fn(PyThread_type_lock),
}

// SAFETY: a lock of CPython's may be released by any thread, as its threads' sentinels are.
unsafe impl Send for HeadLock {}

/// `_PyRuntime` has the lock within its first 1024 bytes up to 3.11.
const RUNTIME_WORDS: usize = 256;

impl Python {
    /// Learns where the lock is: in `_PyRuntime.interpreters`, before the first interpreter of the list and the main one. The
    /// caller is attached, so the list stands still.
    pub(super) fn find_head_lock(&self, main: Raw) {
        let Some(runtime) = self.table.PyRuntime.filter(|_| self.one_gil) else { return };
        // SAFETY: any thread may ask, at any time.
        let head = unsafe { (self.table.PyInterpreterState_Head)() } as usize;
        let mut words = [0; RUNTIME_WORDS];
        let read = sys::read_words(runtime, &mut words);
        let mut found = (1..read.saturating_sub(1)).filter(|at| words[*at] == head && words[at + 1] == main.address());
        if let (Some(at), None) = (found.next(), found.next()) {
            let _ = self.head_lock.set(runtime + (at - 1) * size_of::<usize>());
        }
    }

    /// Takes the lock, where this is needed and Python runs.
    pub(super) fn hold_head_lock(&self) -> Option<HeadLock> {
        // Py_FinalizeEx frees it, and a later Py_Initialize makes another.
        let place = self.head_lock.get().filter(|_| self.is_initialized())?;
        let lock = sys::read_word(*place).filter(|lock| *lock != 0)? as PyThread_type_lock;
        // SAFETY: the variable of CPython's that names the lock was found while attached.
        unsafe { (self.table.PyThread_acquire_lock)(lock, 1) };
        Some(HeadLock { lock, release: self.table.PyThread_release_lock })
    }
}

impl Drop for HeadLock {
    fn drop(&mut self) {
        // SAFETY: it is held since `hold_head_lock`; in a forked child too.
        unsafe { (self.release)(self.lock) }
    }
}
