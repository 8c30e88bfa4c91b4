//! `HEAD_LOCK`, CPython's lock of its lists of interpreters and thread states: taken for forks up to 3.11, and to walk a list of
//! states on 3.11 and on free-threaded builds.
//!
//! A thread that makes a thread state holds this lock for a moment without the GIL. If the process forks at that moment, the
//! child waits for ever: PyOS_AfterFork_Child takes the lock before it makes a new one. From 3.12 on PyOS_BeforeFork holds
//! the lock through the fork; up to 3.11 our own handlers do. A holder never waits for the GIL, so neither does the fork.

use super::addresses::RUNTIME_WORDS;
use super::{Python, Raw};
use crate::sys;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, Ordering};

/// `HEAD_LOCK`, held.
pub struct HeadLock {
    lock: *mut c_void,
    release: unsafe extern "C-unwind" fn(*mut c_void),
}

// SAFETY: any thread may release a lock of CPython's.
unsafe impl Send for HeadLock {}

/// `_Py_LOCKED`, in a PyMutex.
const LOCKED: u8 = 1;

impl Python {
    /// Finds the lock in `_PyRuntime.interpreters`: before the head of the list of interpreters and the main one. The caller
    /// is attached, so the list does not change.
    pub(super) fn find_head_lock(&self, main: Raw) {
        let Some(runtime) = self.table.PyRuntime.filter(|_| self.one_gil || self.free_threaded) else { return };
        // SAFETY: any thread may ask, at any time.
        let head = unsafe { (self.table.PyInterpreterState_Head)() } as usize;
        let mut words = [0; RUNTIME_WORDS];
        let read = sys::read_words(runtime, &mut words);
        let mut found = (1..read.saturating_sub(1)).filter(|at| words[*at] == head && words[at + 1] == main.address());
        if let (Some(at), None) = (found.next(), found.next()) {
            let _ = self.head_lock.set(runtime + (at - 1) * size_of::<usize>());
        }
    }

    /// Up to 3.11: takes the lock, if Python is initialised.
    pub(super) fn hold_head_lock(&self) -> Option<HeadLock> {
        // Py_FinalizeEx frees the lock, and the next Py_Initialize makes another.
        let place = self.head_lock.get().filter(|_| self.one_gil && self.is_initialized())?;
        let lock = sys::read_word(*place).filter(|lock| *lock != 0)? as *mut c_void;
        // SAFETY: the variable that points to the lock was found while attached.
        unsafe { (self.table.PyThread_acquire_lock)(lock, 1) };
        Some(HeadLock { lock, release: self.table.PyThread_release_lock })
    }

    /// On free-threaded builds: takes the lock, which is a PyMutex there. The caller is attached.
    ///
    /// Not by PyMutex_Lock, which detaches while it waits: a holder may hand the lock over meanwhile, to a thread that somebody
    /// has suspended by stopping the world, and who starts the world again needs the lock (`start_the_world`). So CPython itself
    /// stays attached here (`_Py_LOCK_DONT_DETACH`). No holder waits for anything.
    pub(super) fn hold_head_mutex(&self) -> Option<HeadLock> {
        let place = self.head_lock.get().filter(|_| self.free_threaded)?;
        let (lock, release) = (*place as *mut c_void, self.table.PyMutex_Unlock?);
        // SAFETY: the mutex, one byte, was found while attached: it is a part of `_PyRuntime`, which stays.
        let bits = unsafe { AtomicU8::from_ptr(lock.cast()) };
        let take = |bits: u8| (bits & LOCKED == 0).then_some(bits | LOCKED);
        while bits.fetch_update(Ordering::Acquire, Ordering::Relaxed, take).is_err() {
            std::thread::yield_now();
        }
        Some(HeadLock { lock, release })
    }
}

impl Drop for HeadLock {
    fn drop(&mut self) {
        // SAFETY: held since this was made, in a forked child too.
        unsafe { (self.release)(self.lock) }
    }
}
