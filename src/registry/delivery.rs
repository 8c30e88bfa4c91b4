//! How far the delivery of interrupts to an interpreter has got. One thread delivers all of them.

use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
/// The thread has not looked at the marks (`Participant::raise_signal`) yet: it will see all.
const COMING: u8 = 1;
/// The thread is looking at the marks.
const LOOKING: u8 = 2;
/// The thread is looking at the marks, and may have missed some made meanwhile.
const LOOKING_AGAIN: u8 = 3;

/// The state of a delivery.
#[derive(Debug, Default)]
pub struct Delivery(AtomicU8);

impl Delivery {
    /// Marks have been made. True: the caller has to start the thread.
    pub fn ask(&self) -> bool {
        let next = |now| match now {
            IDLE => Some(COMING),
            LOOKING => Some(LOOKING_AGAIN),
            _ => None,
        };
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next) == Ok(IDLE)
    }

    /// The thread is attached, and looks at the marks next.
    pub fn look(&self) {
        self.0.store(LOOKING, Ordering::SeqCst);
    }

    /// The thread has dealt with all marks it saw. False: there may be new ones, look again.
    pub fn end(&self) -> bool {
        self.0.compare_exchange(LOOKING, IDLE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Whether all marks have been dealt with.
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst) == IDLE
    }

    /// No thread delivers: none could be started, or it was refused, or this is a forked child.
    pub fn give_up(&self) {
        self.0.store(IDLE, Ordering::SeqCst);
    }
}
