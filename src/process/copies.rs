//! Several copies of this library in one process, loaded by plug-ins that know nothing of each other: only one copy may start
//! Python at a time. All use the same lock, that of the copy which was loaded first.

use crate::sys;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// 1 while a copy starts Python. Exported for the other copies; not part of the C API.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static pyferry_private_starting: AtomicU32 = AtomicU32::new(0);

/// While this exists, this copy is starting Python.
pub struct Starting(&'static AtomicU32);

/// Waits until no other copy is starting Python, within a limit: the other copy may be waiting for this one.
pub fn begin_start(limit: Duration) -> Option<Starting> {
    let lock = sys::first_word(c"pyferry_private_starting", &pyferry_private_starting);
    let deadline = Instant::now() + limit;
    while lock.compare_exchange(0, 1, Ordering::SeqCst, Ordering::Relaxed).is_err() {
        if Instant::now() > deadline {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Some(Starting(lock))
}

/// Whether a copy is starting Python, this one or another.
pub fn are_starting() -> bool {
    sys::first_word(c"pyferry_private_starting", &pyferry_private_starting).load(Ordering::SeqCst) != 0
}

impl Drop for Starting {
    fn drop(&mut self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

/// In a forked child nobody is starting Python.
pub fn forget_after_fork() {
    pyferry_private_starting.store(0, Ordering::SeqCst);
}
