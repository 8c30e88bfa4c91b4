//! The time that each attach notes, so that a report can say for how long a thread has been inside.
//!
//! To ask the system for the time costs half as much as an attach. So a thread that asks very often starts a thread that
//! writes the time down for all, for a second; after that somebody has to ask as often again. The fork handlers end that
//! thread first: os.fork would warn of it, and the child would not have it.

use super::lock::{Condvar, Mutex};
use super::{Joinable, spawn_joinable, ticks};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{MutexGuard, OnceLock};
use std::time::{Duration, Instant};

/// On a cache line of its own: all threads read it, and one writes it now and then.
#[repr(align(64))]
struct Written(AtomicU64);

/// The time as it was written down last. 0: no thread writes it down.
static NOW: Written = Written(AtomicU64::new(0));

/// The thread that writes the time down.
#[derive(Default)]
pub struct Writer {
    /// The thread, which may have finished.
    thread: Option<Joinable>,
    is_at_work: bool,
    /// Somebody waits for its end, and no other may be started meanwhile.
    is_to_end: bool,
}

static WRITER: Mutex<Writer> = Mutex::new(Writer { thread: None, is_at_work: false, is_to_end: false });
static CHANGED: Condvar = Condvar::new();

/// To ask this often between two ticks of the system's coarse clock (4 ms) is very often.
const OFTEN: u32 = 250;
/// The interval at which the time is written down: so much too early a noted time may be.
pub const STEP: Duration = Duration::from_millis(50);
/// How many intervals the thread stays.
const STEPS: u32 = 20;

/// How often a thread asks for the time.
struct Pace {
    tick: Cell<u64>,
    asked: Cell<u32>,
}

super::per_thread! {
    static PACE: Pace = Pace { tick: Cell::new(0), asked: Cell::new(0) };
}

/// The time as `ticks` says it now, or said it at most a `STEP` ago.
#[inline(always)]
pub fn now() -> u64 {
    let now = NOW.0.load(Ordering::Relaxed);
    if now != 0 { now } else { ask() }
}

#[cold]
fn ask() -> u64 {
    let now = ticks();
    PACE.with(|pace| {
        if pace.tick.replace(now) != now {
            pace.asked.set(0);
        }
        pace.asked.set(pace.asked.get() + 1);
        if pace.asked.get() == OFTEN {
            begin();
        }
    });
    now
}

/// Starts the thread that writes the time down. If it runs already, or cannot be started, nothing changes.
#[cold]
fn begin() {
    let Some(mut writer) = WRITER.try_lock() else { return };
    if !writer.is_at_work && !writer.is_to_end {
        writer.thread = spawn_joinable(c"pyferry-clock", 0, write).ok();
        writer.is_at_work = writer.thread.is_some();
    }
}

fn write() {
    let mut writer = WRITER.lock();
    for _ in 0..STEPS {
        if writer.is_to_end {
            break;
        }
        NOW.0.store(ticks(), Ordering::Relaxed);
        writer = CHANGED.wait_timeout(writer, STEP);
    }
    NOW.0.store(0, Ordering::Relaxed);
    writer.is_at_work = false;
}

/// Detaches the thread that writes the time down, if it has finished, so that the system can reuse its stack, and with that its
/// address, for another thread.
pub fn let_go_of_clock() {
    let mut writer = WRITER.lock();
    if !writer.is_at_work && !writer.is_to_end {
        writer.thread = None;
    }
}

/// Held through a fork: no thread writes the time down meanwhile.
pub type Still = MutexGuard<'static, Writer>;

/// Ends the thread that writes the time down, and keeps it from being started again.
pub fn hold_clock_still() -> Still {
    let mut writer = WRITER.lock();
    if let Some(thread) = writer.thread.take() {
        writer.is_to_end = true;
        drop(writer);
        CHANGED.notify_all();
        thread.join();
        writer = WRITER.lock();
        writer.is_to_end = false;
    }
    writer
}

impl Writer {
    /// In a forked child: a second thread that forks may have been ending the writer at that moment.
    pub fn forget_others(&mut self) {
        *self = Writer::default();
        NOW.0.store(0, Ordering::Relaxed);
    }
}

/// The processor has a counter that runs steadily.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// A time for frequent notes, which `Scale` converts to nanoseconds: the processor's own counter where there is one, since to
/// ask the system costs three times as much.
#[inline]
pub fn moment() -> u64 {
    if COUNTS.load(Ordering::Relaxed) { counter::read() } else { since_the_first() }
}

fn since_the_first() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

#[cfg(target_arch = "x86_64")]
mod counter {
    use std::arch::x86_64::{__cpuid, _rdtsc};

    /// Whether the counter runs at one pace, whatever the processor's clock does and while the processor sleeps: Intel's
    /// "invariant TSC".
    #[allow(unused_unsafe)] // later Rusts have it safe
    pub fn is_steady() -> bool {
        // SAFETY: every processor of this kind has the instruction; its first answer says how far the numbers go.
        unsafe { __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & 1 << 8 != 0 }
    }

    #[inline(always)]
    #[allow(unused_unsafe)]
    pub fn read() -> u64 {
        // SAFETY: every processor of this kind has the instruction.
        unsafe { _rdtsc() }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod counter {
    pub fn is_steady() -> bool {
        false
    }

    pub fn read() -> u64 {
        0
    }
}

/// Converts a `moment` to nanoseconds: measures both from time to time, and interpolates in between.
pub struct Scale {
    moment: u64,
    ns: u64,
    first: u64,
    /// Nanoseconds for each count.
    pace: Option<f64>,
}

/// Measurements closer together than this, in nanoseconds, say little about the pace.
const CLOSE: u64 = 1_000_000;

impl Scale {
    /// Chooses the clock of `moment`, and begins to measure it.
    pub fn begin() -> Scale {
        COUNTS.store(counter::is_steady(), Ordering::Relaxed);
        let (moment, ns) = Scale::look();
        Scale { moment, ns, first: ns, pace: None }
    }

    /// The moment of the last measurement.
    pub fn moment(&self) -> u64 {
        self.moment
    }

    /// Measures again, unless it is too early for that. To be called before recent moments are converted.
    pub fn adjust(&mut self) {
        let (moment, ns) = Scale::look();
        if self.pace.is_some() && ns - self.ns < CLOSE {
            return;
        }
        let counts = moment.wrapping_sub(self.moment).max(1);
        let pace = (ns - self.ns) as f64 / counts as f64;
        // The line through this measurement and the last one: it serves for moments between them, and after.
        (self.moment, self.ns, self.pace) = (moment, ns, Some(pace));
    }

    /// Nanoseconds from `begin` to that moment.
    pub fn ns(&self, moment: u64) -> u64 {
        let since = moment.wrapping_sub(self.moment) as i64 as f64 * self.pace.unwrap_or(1.0);
        (self.ns - self.first).saturating_add_signed(since as i64)
    }

    /// A moment and its time: of a few tries the shortest, which was interrupted the least.
    fn look() -> (u64, u64) {
        let looks = (0..4).map(|_| {
            let before = moment();
            let ns = since_the_first();
            let took = moment() - before;
            (took, (before + took / 2, ns))
        });
        looks.min_by_key(|(took, _)| *took).map_or((0, 0), |(_, look)| look)
    }
}
