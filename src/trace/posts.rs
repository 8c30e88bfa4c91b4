//! The jobs that are posted while a trace is written: one ring for all threads, since a poster may be in a signal handler, or never
//! attach.
//!
//! To note a post allocates nothing, takes no lock and is wait-free: a post that finds the ring full, or loses a slot to others
//! `TRIES` times, is counted as lost.

use super::buffer::CachePadded;
use crate::sys;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// One job that was posted.
#[derive(Clone, Copy, Debug)]
pub struct Post {
    /// As `sys::moment` has it.
    pub when: u64,
    /// The interpreter, as CPython numbers it.
    pub interpreter: i64,
    /// The kernel's number of the thread that posted.
    pub thread_id: u32,
}

pub struct Posts {
    /// How many positions were taken by posters.
    put: CachePadded<AtomicU64>,
    /// How many were emptied by the writer.
    taken: CachePadded<AtomicU64>,
    lost: AtomicU64,
    slots: [Slot; LENGTH],
}

struct Slot {
    /// One more than the position whose post is in the slot.
    full: AtomicU64,
    when: AtomicU64,
    interpreter: AtomicI64,
    thread_id: AtomicU64,
}

const LENGTH: usize = 1024;
/// How often to try to take a position.
const TRIES: u32 = 16;

impl Posts {
    /// An empty one.
    pub const fn new() -> Posts {
        Posts {
            put: CachePadded(AtomicU64::new(0)),
            taken: CachePadded(AtomicU64::new(0)),
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

    /// Drops all posts. The writer takes none at the moment.
    pub fn clear(&self) {
        self.taken.0.store(self.put.0.load(Ordering::Relaxed), Ordering::Relaxed);
        self.lost.store(0, Ordering::Relaxed);
    }

    /// Puts a post in. Any thread, in a signal handler too.
    pub fn put(&self, when: u64, interpreter: i64) {
        let Some(place) = self.find_place() else {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let slot = &self.slots[place as usize % LENGTH];
        slot.when.store(when, Ordering::Relaxed);
        slot.interpreter.store(interpreter, Ordering::Relaxed);
        slot.thread_id.store(sys::thread_id().into(), Ordering::Relaxed);
        // Release: a thread that sees the slot full sees what is in it.
        slot.full.store(place + 1, Ordering::Release);
    }

    fn find_place(&self) -> Option<u64> {
        let mut put = self.put.0.load(Ordering::Relaxed);
        for _ in 0..TRIES {
            // Acquire: the writer has read what was in the slot.
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

    /// Takes the posts out, up to one that is being put in. One thread at a time.
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

    /// How many posts were lost.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}
