//! What keeps interrupts from a thread that must not meet one.

use crate::sys::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

static SHIELDED: Mutex<Vec<u64>> = Mutex::new(Vec::new());
/// How many interrupts there were.
static INTERRUPTS: AtomicU64 = AtomicU64::new(0);
/// How many threads are past their look at the shields, and have not interrupted yet.
static INTERRUPTING: AtomicUsize = AtomicUsize::new(0);

/// The threads that have shields, kept as they are for as long as this is held.
pub(super) fn shielded() -> MutexGuard<'static, Vec<u64>> {
    SHIELDED.lock()
}

/// Keeps interrupts from a thread.
pub struct Shield(u64);

/// How many interrupts there were so far: one that is not new since then has been seen.
pub fn interrupts() -> u64 {
    INTERRUPTS.load(Ordering::SeqCst)
}

/// How many threads look at the marks of those they are to interrupt, and interrupt them.
static RAISING: AtomicUsize = AtomicUsize::new(0);

/// Runs `f`, which looks at marks, and raises in those who have them.
pub fn raising(f: impl FnOnce()) {
    RAISING.fetch_add(1, Ordering::SeqCst);
    f();
    // A fork meanwhile has set it to 0 in the child.
    let _ = RAISING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
}

/// Whether somebody is at that.
pub fn is_raising() -> bool {
    RAISING.load(Ordering::SeqCst) > 0
}

/// No interrupt reaches the thread that Python knows by this number, until the shield is dropped.
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

/// Interrupts a thread that has no shield. `interrupt` may run Python code, when it is done: that of an exception which
/// the thread had not seen yet, and whose place this one takes.
pub fn unless_shielded(ident: u64, interrupt: impl FnOnce()) {
    INTERRUPTING.fetch_add(1, Ordering::SeqCst);
    let shielded = shielded().contains(&ident);
    if !shielded {
        INTERRUPTS.fetch_add(1, Ordering::SeqCst);
        interrupt();
    }
    // A fork meanwhile has set it to 0 in the child.
    let _ = INTERRUPTING.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1));
}

/// In a forked child there is nobody else who could be at it.
pub(super) fn forget_others() {
    INTERRUPTING.store(0, Ordering::Relaxed);
    RAISING.store(0, Ordering::Relaxed);
}
