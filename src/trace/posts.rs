//! Jobs that are posted while a trace is written: one ring for all, since who posts may be in a signal handler, or never attach.
//!
//! Nothing is allocated, and no lock taken. To post stays wait-free: who finds the ring full, or others in the way again and again,
//! is counted as lost.

use crate::sys;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// One job that was posted.
#[derive(Clone, Copy, Debug)]
pub struct Post {
    /// As `sys::moment` has it.
    pub when: u64,
    /// The interpreter, as CPython numbers it.
    pub interpreter: i64,
    /// The kernel's number of the thread.
    pub thread_id: u32,
}

/// The ring.
pub struct Posts {
    /// How many places were taken.
    put: Line,
    /// How many were emptied again.
    taken: Line,
    lost: AtomicU64,
    slots: [Slot; LENGTH],
}

/// Nothing else is on its cache line, nor on the one that processors fetch with it.
#[repr(align(128))]
struct Line(AtomicU64);

struct Slot {
    /// One more than the number of the place whose job is in it.
    full: AtomicU64,
    when: AtomicU64,
    interpreter: AtomicI64,
    thread_id: AtomicU64,
}

const LENGTH: usize = 1024;
/// How often to try for a place.
const TRIES: u32 = 16;

impl Posts {
    /// An empty one.
    pub const fn new() -> Posts {
        Posts {
            put: Line(AtomicU64::new(0)),
            taken: Line(AtomicU64::new(0)),
            lost: AtomicU64::new(0),
            slots: [const {
                Slot {
                    full: AtomicU64::new(0),
                    when: AtomicU64::new(0),
                    interpreter: AtomicI64::new(0),
                    thread_id: AtomicU64::new(0),
                }
            }; LENGTH],
        }
    }

    /// Forgets what is in it. Nobody takes at the moment.
    pub fn clear(&self) {
        self.taken.0.store(self.put.0.load(Ordering::Relaxed), Ordering::Relaxed);
        self.lost.store(0, Ordering::Relaxed);
    }

    /// Puts one in. Any thread, in a signal handler too.
    pub fn put(&self, when: u64, interpreter: i64) {
        let Some(place) = self.find_place() else {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let slot = &self.slots[place as usize % LENGTH];
        slot.when.store(when, Ordering::Relaxed);
        slot.interpreter.store(interpreter, Ordering::Relaxed);
        slot.thread_id.store(sys::thread_id().into(), Ordering::Relaxed);
        // Release: whoever sees it full sees what is in it.
        slot.full.store(place + 1, Ordering::Release);
    }

    fn find_place(&self) -> Option<u64> {
        let mut put = self.put.0.load(Ordering::Relaxed);
        for _ in 0..TRIES {
            // Acquire: what was in the slot has been read.
            if put.wrapping_sub(self.taken.0.load(Ordering::Acquire)) >= LENGTH as u64 {
                return None;
            }
            match self.put.0.compare_exchange_weak(put, put + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(place) => return Some(place),
                Err(now) => put = now,
            }
        }
        None
    }

    /// Takes those out that are there, up to one that is being put in. One thread at a time.
    pub fn take(&self, mut f: impl FnMut(Post)) {
        let mut taken = self.taken.0.load(Ordering::Relaxed);
        loop {
            let slot = &self.slots[taken as usize % LENGTH];
            if slot.full.load(Ordering::Acquire) != taken + 1 {
                return;
            }
            f(Post {
                when: slot.when.load(Ordering::Relaxed),
                interpreter: slot.interpreter.load(Ordering::Relaxed),
                thread_id: slot.thread_id.load(Ordering::Relaxed) as u32,
            });
            taken += 1;
            self.taken.0.store(taken, Ordering::Release);
        }
    }

    /// How many were lost.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
