//! How far the delivery of interrupts to an interpreter is. However many come, it has one thread.

use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
/// The thread is on its way in: it will see every mark.
const COMING: u8 = 1;
/// The thread looks at the marks.
const LOOKING: u8 = 2;
/// The thread looks at the marks, and may have missed those that were made meanwhile.
const LOOKING_AGAIN: u8 = 3;

/// The state of a delivery.
#[derive(Debug, Default)]
pub struct Delivery(AtomicU8);

impl Delivery {
    /// Marks have been made. True: the caller has to send the thread.
    pub fn ask(&self) -> bool {
        let next = |now| match now {
            IDLE => Some(COMING),
            LOOKING => Some(LOOKING_AGAIN),
            _ => None,
        };
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next) == Ok(IDLE)
    }

    /// The thread is in, and looks at the marks next.
    pub fn look(&self) {
        self.0.store(LOOKING, Ordering::SeqCst);
    }

    /// The thread has seen to all marks. False: there are new ones.
    pub fn end(&self) -> bool {
        self.0.compare_exchange(LOOKING, IDLE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Whether all marks have been seen to.
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst) == IDLE
    }

    /// There is no thread.
    pub fn give_up(&self) {
        self.0.store(IDLE, Ordering::SeqCst);
    }
}
