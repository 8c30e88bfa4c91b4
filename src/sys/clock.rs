//! The time that each attach notes, so that a report can say for how long a thread has been inside.
//!
//! To ask the system costs as much as half of an attach. So whoever asks very often has a thread write the time down for
//! all, for a second; after that somebody has to ask often again.

use super::{spawn, ticks};
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Read by all and written by one, now and then: not beside anything that others write.
#[repr(align(64))]
struct Written(AtomicU64);

/// 0: nobody writes it down.
static NOW: Written = Written(AtomicU64::new(0));
static WRITER: AtomicBool = AtomicBool::new(false);

/// What the system's own coarse clock moves by.
const TICK: Duration = Duration::from_millis(4);
/// So often in a tick is very often.
const OFTEN: u32 = 250;
/// For how many ticks the time is written down then.
const TICKS: u32 = 250;

/// How often one thread asks.
#[derive(Default)]
pub struct Pace {
    tick: Cell<u64>,
    asked: Cell<u32>,
}

impl Pace {
    /// None yet.
    pub const fn new() -> Pace {
        Pace { tick: Cell::new(0), asked: Cell::new(0) }
    }

    /// The time, as `ticks` has it, and not much older.
    pub fn now(&self) -> u64 {
        Pace::written().unwrap_or_else(|| self.ask())
    }

    /// The same, where somebody writes it down.
    #[inline(always)]
    pub fn written() -> Option<u64> {
        let now = NOW.0.load(Ordering::Relaxed);
        (now != 0).then_some(now)
    }

    fn ask(&self) -> u64 {
        let now = ticks();
        if self.tick.replace(now) != now {
            self.asked.set(0);
        }
        self.asked.set(self.asked.get() + 1);
        // Without a writer all goes on as before.
        if self.asked.get() == OFTEN && !WRITER.swap(true, Ordering::Relaxed) && spawn(c"pyferry-clock", write).is_err()
        {
            WRITER.store(false, Ordering::Relaxed);
        }
        now
    }
}

fn write() {
    for _ in 0..TICKS {
        NOW.0.store(ticks(), Ordering::Relaxed);
        std::thread::sleep(TICK);
    }
    NOW.0.store(0, Ordering::Relaxed);
    WRITER.store(false, Ordering::Relaxed);
}

/// In a forked child the writer is not there.
pub fn forget_after_fork() {
    NOW.0.store(0, Ordering::Relaxed);
    WRITER.store(false, Ordering::Relaxed);
}

/// The time in nanoseconds of a clock that never goes back, to the nanosecond: what `ticks` is too coarse for.
#[inline]
pub fn moment() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed().as_nanos() as u64
}
