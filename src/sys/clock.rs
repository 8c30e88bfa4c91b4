//! The time that each attach notes, so that a report can say for how long a thread has been inside.
//!
//! To ask the system costs as much as half of an attach. So whoever asks very often has a thread write the time down for
//! all, for a second; after that somebody has to ask often again. Through a fork that thread is not there: os.fork would warn of it,
//! and the child would not have it.

use super::{Joinable, spawn_joinable, ticks};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

/// Read by all and written by one, now and then: not beside anything that others write.
#[repr(align(64))]
struct Written(AtomicU64);

/// 0: nobody writes it down.
static NOW: Written = Written(AtomicU64::new(0));

/// The thread that writes it down.
#[derive(Default)]
pub struct Writer {
    /// It may be through by now.
    thread: Option<Joinable>,
    is_at_work: bool,
    /// Somebody waits for its end, and it is not to begin again meanwhile.
    is_to_end: bool,
}

static WRITER: Mutex<Writer> = Mutex::new(Writer { thread: None, is_at_work: false, is_to_end: false });
static CHANGED: Condvar = Condvar::new();

/// So often between two steps of the system's own coarse clock (4 ms) is very often.
const OFTEN: u32 = 250;
/// A time that is noted may be that much too early, where it was written down.
pub const STEP: Duration = Duration::from_millis(50);
/// For how many steps it is written down then.
const STEPS: u32 = 20;

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

    /// The time, as `ticks` has it, or as it was at most a `STEP` ago.
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
        if self.asked.get() == OFTEN {
            begin();
        }
        now
    }
}

/// Has the time written down. Where somebody is at that, or there is no thread to be had, all goes on as before.
#[cold]
fn begin() {
    let Ok(mut writer) = WRITER.try_lock() else { return };
    if !writer.is_at_work && !writer.is_to_end {
        writer.thread = spawn_joinable(c"pyferry-clock", write).ok();
        writer.is_at_work = writer.thread.is_some();
    }
}

fn write() {
    let mut writer = lock();
    for _ in 0..STEPS {
        if writer.is_to_end {
            break;
        }
        NOW.0.store(ticks(), Ordering::Relaxed);
        writer = CHANGED.wait_timeout(writer, STEP).unwrap_or_else(|poisoned| poisoned.into_inner()).0;
    }
    NOW.0.store(0, Ordering::Relaxed);
    writer.is_at_work = false;
}

fn lock() -> MutexGuard<'static, Writer> {
    WRITER.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What is held through a fork: nobody writes the time down then.
pub type Still = MutexGuard<'static, Writer>;

/// Ends the thread that writes, and keeps it from beginning again.
pub fn hold_clock_still() -> Still {
    let mut writer = lock();
    if let Some(thread) = writer.thread.take() {
        writer.is_to_end = true;
        drop(writer);
        CHANGED.notify_all();
        thread.join();
        writer = lock();
        writer.is_to_end = false;
    }
    writer
}

impl Writer {
    /// In a forked child: another thread that forks may have been at ending the one that writes.
    pub fn forget_others(&mut self) {
        *self = Writer::default();
        NOW.0.store(0, Ordering::Relaxed);
    }
}

/// The time in nanoseconds of a clock that never goes back, to the nanosecond: what `ticks` is too coarse for.
#[inline]
pub fn moment() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed().as_nanos() as u64
}
