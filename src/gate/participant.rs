//! One thread's, or one guard's, participation in a gate: its owner comes and goes, and the closer sets flags on it.

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use std::sync::OnceLock;
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence, fence};

// Flags on a participant. While none is set but `FENCE`, the owner comes and goes by the fast path.

/// The gate is closing or closed.
pub(super) const CLOSING_FLAG: u32 = 1;
/// The closer went on without waiting for the owner, who may not enter again.
pub(super) const GIVEN_UP: u32 = 2;
/// The owner has to fence by itself when it enters.
pub(super) const FENCE: u32 = 4;
/// The gate's user has a signal for the owner: an interrupt.
const SIGNAL: u32 = 8;
/// The owner's moves are recorded.
const OBSERVED: u32 = 16;

/// How the two sides come to see each other's stores.
#[derive(Clone, Copy, Debug)]
pub enum Barrier {
    /// The closer fences, and so does a thread that enters. A thread that leaves does not.
    Symmetric,
    /// Threads that come and go only keep the compiler from reordering their store and load; the closer calls this function,
    /// which makes every processor that runs a thread of the process fence.
    Asymmetric(fn()),
}

impl Barrier {
    /// Whether a thread can leave without seeing the closer's flag, and so without waking it: threads that leave do not
    /// fence.
    pub(super) fn may_miss_who_leaves(self) -> bool {
        matches!(self, Barrier::Symmetric)
    }

    /// The closer's barrier, between its store and its load.
    #[cfg(not(loom))]
    pub fn heavy(self) {
        match self {
            Barrier::Symmetric => fence(Ordering::SeqCst),
            Barrier::Asymmetric(make_all_fence) => make_all_fence(),
        }
    }
}

/// One owner's registration at a gate: a thread's, or a guard's. Only the owner writes `pins`, so no read-modify-write is
/// needed.
///
/// Aligned to a cache line: two threads' pins must never share one.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Participant<T: 'static> {
    pub(super) pins: AtomicU32,
    pub(super) flags: AtomicU32,
    /// What the gate's user keeps of the owner.
    pub entry: T,
    /// The owner is gone for good, and somebody else is to take what it left in `entry`.
    pub(super) orphaned: AtomicBool,
    /// The participant that was made next, at whatever gate: see `Domain::for_each_participant`.
    pub(super) next: OnceLock<&'static Participant<T>>,
    /// Models an asymmetric barrier, which loom does not have.
    #[cfg(loom)]
    pub(super) barrier: AtomicU32,
    /// The barrier is symmetric. Not an atomic of loom's: it must not order anything.
    #[cfg(loom)]
    pub(super) fences: std::sync::atomic::AtomicBool,
}

impl<T> Participant<T> {
    /// A participant at no gate.
    #[cfg(not(loom))]
    pub const fn new(entry: T) -> Participant<T> {
        Participant {
            pins: AtomicU32::new(0),
            flags: AtomicU32::new(0),
            entry,
            orphaned: AtomicBool::new(false),
            next: OnceLock::new(),
        }
    }

    /// A participant at no gate.
    #[cfg(loom)]
    pub fn new(entry: T) -> Participant<T> {
        Participant {
            pins: AtomicU32::new(0),
            flags: AtomicU32::new(0),
            entry,
            orphaned: AtomicBool::new(false),
            next: OnceLock::new(),
            barrier: AtomicU32::new(0),
            fences: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// How many pins the owner holds.
    #[inline(always)]
    pub fn pins(&self) -> u32 {
        self.pins.load(Ordering::Acquire)
    }

    /// Whether the closer went on without waiting for the owner.
    pub fn is_given_up(&self) -> bool {
        self.has_flag(GIVEN_UP)
    }

    /// Whether the owner is gone for good, and somebody else is to take what it left in `entry`.
    pub fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Relaxed)
    }

    /// Whether no flag is set but `FENCE`: the gate is open, no signal is pending, and nobody records the owner's moves.
    #[inline(always)]
    pub fn is_clear(&self) -> bool {
        self.flags.load(Ordering::Acquire) & !FENCE == 0
    }

    /// The same after a store to `pins`, which the closer reads: fences between the store and the look at the flags, if the
    /// owner has to.
    #[inline(always)]
    fn stays_clear(&self) -> bool {
        let flags = self.flags.load(Ordering::Acquire);
        flags == 0 || (flags == FENCE && self.is_clear_behind_fence())
    }

    #[inline]
    fn is_clear_behind_fence(&self) -> bool {
        fence(Ordering::SeqCst);
        self.is_clear()
    }

    fn has_flag(&self, flag: u32) -> bool {
        self.flags.load(Ordering::SeqCst) & flag != 0
    }

    pub(super) fn set_flag(&self, flag: u32) {
        self.flags.fetch_or(flag, Ordering::SeqCst);
    }

    /// The gate is open again.
    pub(super) fn reopen(&self) {
        self.clear_flag(CLOSING_FLAG);
    }

    /// Signals the owner.
    pub fn raise_signal(&self) {
        self.set_flag(SIGNAL);
    }

    /// Whether a signal is pending.
    pub fn has_signal(&self) -> bool {
        self.has_flag(SIGNAL)
    }

    /// Takes a pending signal. False: none is pending.
    pub fn take_signal(&self) -> bool {
        self.has_flag(SIGNAL) && self.clear_flag(SIGNAL)
    }

    /// From here on the owner's moves are recorded, or are not.
    pub(super) fn observe(&self, on: bool) {
        if on {
            self.set_flag(OBSERVED);
        } else {
            self.clear_flag(OBSERVED);
        }
    }

    fn clear_flag(&self, flag: u32) -> bool {
        self.flags.fetch_and(!flag, Ordering::SeqCst) & flag != 0
    }

    #[inline(always)]
    pub(super) fn add_pin(&self) -> u32 {
        let pins = self.pins.load(Ordering::Relaxed);
        self.pins.store(pins + 1, Ordering::Relaxed);
        pins
    }

    /// Fast path: takes a pin unless a flag is set. If one is, the pin is undone, but a closer may have counted it for a
    /// moment: the caller must go on with `Gate::enter`, whose `leave` wakes the closer.
    #[inline(always)]
    pub fn enter(&self) -> bool {
        let pins = self.add_pin();
        self.light_barrier();
        let clear = self.stays_clear();
        if !clear {
            self.pins.store(pins, Ordering::Release);
        }
        clear
    }

    /// Gives a pin of the owner's back. False: a closer may wait for that, and the caller must call `Gate::left`. Does not
    /// fence even where the barrier is symmetric: a closer who is not woken looks again by itself (`Gate::wait_for`).
    #[inline(always)]
    pub fn leave(&self) -> bool {
        let pins = self.pins.load(Ordering::Relaxed);
        self.pins.store(pins - 1, Ordering::Release);
        self.light_barrier();
        self.is_clear()
    }

    #[cfg(not(loom))]
    #[inline]
    pub(super) fn light_barrier(&self) {
        compiler_fence(Ordering::SeqCst);
    }

    // membarrier makes this processor fence before, between or after the store and the load. A fence before both orders the
    // load like one in between; a fence after both orders the store like one in between. So a fence in between stands for all
    // three, and two read-modify-writes of one word, this one and the closer's, stand for the fence: one of them comes first.
    #[cfg(loom)]
    pub(super) fn light_barrier(&self) {
        if !self.fences.load(std::sync::atomic::Ordering::Relaxed) {
            self.barrier.fetch_add(1, Ordering::AcqRel);
        }
    }
}
