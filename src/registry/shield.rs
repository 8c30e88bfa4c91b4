//! Keeps interrupts from threads that must not get one now.

use crate::sys::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

static SHIELDED: Mutex<Vec<u64>> = Mutex::new(Vec::new());
/// How many interrupts there were.
static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// How many threads are in `unless_shielded`: between their look at the shields and the end of their interrupt.
static INTERRUPTING: AtomicUsize = AtomicUsize::new(0);
/// How many threads are in `raising`.
static RAISING: AtomicUsize = AtomicUsize::new(0);

/// Locks the list of shielded threads.
pub(super) fn shielded() -> MutexGuard<'static, Vec<u64>> {
    SHIELDED.lock()
}

/// How many interrupts there were so far: while this does not change, no new one was sent.
pub fn interrupts() -> u64 {
    INTERRUPTS.load(Ordering::SeqCst)
}

/// Runs `f`, which looks at the marks of participants and interrupts the threads that have one.
pub fn raising(f: impl FnOnce()) {
    RAISING.fetch_add(1, Ordering::SeqCst);
    f();
    // The child of a fork in `f` has set the count to 0.
    let _ = RAISING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
}

/// Whether a thread is in `raising`.
pub fn is_raising() -> bool {
    RAISING.load(Ordering::SeqCst) > 0
}

/// While this exists, the thread with this number of Python's gets no interrupt.
pub struct Shield(u64);

/// Keeps interrupts from the thread with this number of Python's, until the shield is dropped.
pub fn shield(ident: u64) -> Shield {
    shielded().push(ident);
    // An interrupter that checked the list before we were on it finishes quickly, or is inside a destructor run by
    // PyThreadState_SetAsyncExc, in which case the exception is set already. So a bounded wait is enough.
    for _ in 0..1000 {
        if INTERRUPTING.load(Ordering::SeqCst) == 0 {
            break;
        }
        std::thread::yield_now();
    }
    Shield(ident)
}

impl Drop for Shield {
    fn drop(&mut self) {
        let mut list = shielded();
        if let Some(place) = list.iter().position(|ident| *ident == self.0) {
            list.swap_remove(place);
        }
    }
}

/// Interrupts a thread that has no shield. `interrupt` may run Python code at its end: the destructor of an exception that
/// was pending, which the new one replaces.
pub fn unless_shielded(ident: u64, interrupt: impl FnOnce()) {
    INTERRUPTING.fetch_add(1, Ordering::SeqCst);
    let shielded = shielded().contains(&ident);
    if !shielded {
        INTERRUPTS.fetch_add(1, Ordering::SeqCst);
        interrupt();
    }
    // The child of a fork in `interrupt` has set the count to 0.
    let _ = INTERRUPTING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
}

/// In a forked child no other thread interrupts anybody.
pub(super) fn forget_others() {
    INTERRUPTING.store(0, Ordering::Relaxed);
    RAISING.store(0, Ordering::Relaxed);
}
