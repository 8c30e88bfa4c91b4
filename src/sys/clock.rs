//! The time that each attach notes, so that a report can say for how long a thread has been inside.
//!
//! To ask the system costs as much as half of an attach. So whoever asks very often has a thread write the time down for
//! all, for a second; after that somebody has to ask often again. Through a fork that thread is not there: os.fork would warn of it,
//! and the child would not have it.

use super::lock::{Condvar, Mutex};
use super::{Joinable, spawn_joinable, ticks};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{MutexGuard, OnceLock};
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

/// Gives the thread that wrote up, if it is through: its stack, and with that its number, is another's then.
pub fn let_go_of_clock() {
    let mut writer = WRITER.lock();
    if !writer.is_at_work && !writer.is_to_end {
        writer.thread = None;
    }
}

/// What is held through a fork: nobody writes the time down then.
pub type Still = MutexGuard<'static, Writer>;

/// Ends the thread that writes, and keeps it from beginning again.
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
    /// In a forked child: another thread that forks may have been at ending the one that writes.
    pub fn forget_others(&mut self) {
        *self = Writer::default();
        NOW.0.store(0, Ordering::Relaxed);
    }
}

/// The processor's counter is to be had, and goes on steadily.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// A time for notes of which many are made: `Scale` makes nanoseconds of it. The processor's own counter where there is one, since
/// to ask the system costs three times as much.
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

    /// Whether it goes on at one pace, whatever the processor's own is and while that sleeps: as "invariant TSC".
    #[allow(unused_unsafe)] // later Rusts have it safe
    pub fn is_steady() -> bool {
        // SAFETY: every processor of this kind has the instruction, and says by the first how far the numbers go.
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

/// How `moment` goes: looked up every now and then, and taken for straight in between.
pub struct Scale {
    moment: u64,
    ns: u64,
    first: u64,
    /// Nanoseconds for each count.
    pace: Option<f64>,
}

/// What lies this close together says little about the pace, in nanoseconds.
const CLOSE: u64 = 1_000_000;

impl Scale {
    /// From here on moments are of this scale.
    pub fn begin() -> Scale {
        COUNTS.store(counter::is_steady(), Ordering::Relaxed);
        let (moment, ns) = Scale::look();
        Scale { moment, ns, first: ns, pace: None }
    }

    /// The moment of the last look.
    pub fn moment(&self) -> u64 {
        self.moment
    }

    /// Looks again; what `ns` is asked for next was shortly before. Nothing is done where that is too early.
    pub fn adjust(&mut self) {
        let (moment, ns) = Scale::look();
        if self.pace.is_some() && ns - self.ns < CLOSE {
            return;
        }
        let counts = moment.wrapping_sub(self.moment).max(1);
        let pace = (ns - self.ns) as f64 / counts as f64;
        // From this look backwards and on: the line goes through the last one too.
        (self.moment, self.ns, self.pace) = (moment, ns, Some(pace));
    }

    /// Nanoseconds from the beginning to that moment.
    pub fn ns(&self, moment: u64) -> u64 {
        let since = moment.wrapping_sub(self.moment) as i64 as f64 * self.pace.unwrap_or(1.0);
        (self.ns - self.first).saturating_add_signed(since as i64)
    }

    /// A moment and its time, of a few tries that in which it was interrupted the least.
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
