//! One thread's, or one guard's, participation in a gate: its owner comes and goes, and the closer sets flags on it.

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use std::sync::OnceLock;
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence, fence};

/// Flags on a participant. None, or only the fence: its owner comes and goes without a look at anything else.
/// The gate is not open.
pub(super) const CLOSING_FLAG: u32 = 1;
/// The closer went on without waiting for the owner, who may not come back in.
pub(super) const GIVEN_UP: u32 = 2;
/// The owner has to fence by itself.
pub(super) const FENCE: u32 = 4;
/// Whoever uses the gate has something to tell the owner.
const SIGNAL: u32 = 8;
/// The owner's comings and goings are written down.
const OBSERVED: u32 = 16;

/// How the two sides come to see each other's stores.
#[derive(Clone, Copy, Debug)]
pub enum Barrier {
    /// Each side fences.
    Symmetric,
    /// Those who come and go only keep their stores and loads in order as far as the compiler goes; the closer has every
    /// processor that runs one of them fence, by this call.
    Asymmetric(fn()),
}

impl Barrier {
    /// Whether a closer can go to sleep beside one who leaves and does not see that: those who leave do not fence.
    pub(super) fn may_miss_who_leaves(self) -> bool {
        matches!(self, Barrier::Symmetric)
    }

    /// The one of the side that is rare, between its store and its load.
    #[cfg(not(loom))]
    pub fn heavy(self) {
        match self {
            Barrier::Symmetric => fence(Ordering::SeqCst),
            Barrier::Asymmetric(make_all_fence) => make_all_fence(),
        }
    }
}

/// Who may come through a gate: a thread, or a guard. Only that owner writes `pins`, so it needs no read-modify-write.
///
/// A cache line of its own: two threads' pins must never share one.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Participant<T: 'static> {
    pub(super) pins: AtomicU32,
    pub(super) flags: AtomicU32,
    /// What the gate's user keeps of the owner.
    pub entry: T,
    /// The owner is gone for good and has left something for the closer.
    pub(super) orphaned: AtomicBool,
    /// The participant that was made next, for whatever gate: see `Domain::for_each_participant`.
    pub(super) next: OnceLock<&'static Participant<T>>,
    /// Stands for what an asymmetric barrier does: loom knows none.
    #[cfg(loom)]
    pub(super) barrier: AtomicU32,
    /// The barrier is symmetric. Not loom's: no order is to come of it.
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

    /// Whether the owner is gone for good, and has left something.
    pub fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Relaxed)
    }

    /// Whether the gate is open, and nothing else needs a look either. `OBSERVED`: the caller sees to it that the owner's moves
    /// are written down, if they are.
    #[inline(always)]
    pub fn is_clear<const OBSERVED: bool>(&self) -> bool {
        self.flags_but::<OBSERVED>() & !FENCE == 0
    }

    /// The same behind a store to `pins`, which the closer looks at: the owner fences in between, where it has to.
    #[inline(always)]
    fn stays_clear<const OBSERVED: bool>(&self) -> bool {
        let flags = self.flags_but::<OBSERVED>();
        flags == 0 || (flags == FENCE && self.is_clear_behind_fence::<OBSERVED>())
    }

    #[inline]
    fn is_clear_behind_fence<const OBSERVED: bool>(&self) -> bool {
        fence(Ordering::SeqCst);
        self.is_clear::<OBSERVED>()
    }

    #[inline(always)]
    fn flags_but<const OBSERVED: bool>(&self) -> u32 {
        let seen_to = if OBSERVED { self::OBSERVED } else { 0 };
        self.flags.load(Ordering::Acquire) & !seen_to
    }

    fn has_flag(&self, flag: u32) -> bool {
        self.flags.load(Ordering::SeqCst) & flag != 0
    }

    pub(super) fn set_flag(&self, flag: u32) {
        self.flags.fetch_or(flag, Ordering::SeqCst);
    }

    /// Signals the owner.
    pub fn raise_signal(&self) {
        self.set_flag(SIGNAL);
    }

    /// Whether it was signalled, and did not take that yet.
    pub fn has_signal(&self) -> bool {
        self.has_flag(SIGNAL)
    }

    /// Whether it was signalled; from here on it is not.
    pub fn take_signal(&self) -> bool {
        self.has_flag(SIGNAL) && self.clear_flag(SIGNAL)
    }

    /// From here on the owner is observed, or is not.
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

    /// Fast path: takes a pin unless a flag is set. If one is, the pin is undone, but a closer may have counted it for a moment:
    /// the caller must go on with `Gate::enter`, whose `leave` wakes the closer. `OBSERVED` is as in `is_clear`.
    #[inline(always)]
    pub fn enter<const OBSERVED: bool>(&self) -> bool {
        let pins = self.add_pin();
        self.light_barrier();
        let clear = self.stays_clear::<OBSERVED>();
        if !clear {
            self.pins.store(pins, Ordering::Release);
        }
        clear
    }

    /// Gives a pin back, by the owner. False: somebody may wait for that, and `Gate::left` is next. Without a fence of its own also
    /// where the barrier is symmetric: a closer who is not woken for that looks again by itself (`Gate::wait_for`).
    #[inline(always)]
    pub fn leave<const OBSERVED: bool>(&self) -> bool {
        let pins = self.pins.load(Ordering::Relaxed);
        self.pins.store(pins - 1, Ordering::Release);
        self.light_barrier();
        self.is_clear::<OBSERVED>()
    }

    #[cfg(not(loom))]
    #[inline]
    pub(super) fn light_barrier(&self) {
        compiler_fence(Ordering::SeqCst);
    }

    // A processor that is made to fence does so before, between or after the store and the load. Before is as good as
    // between, for the store: nothing came of it yet. After is as good as between, for the load: it is over. So between
    // stands for all, and two read-modify-writes of one word, of which one comes first, stand for the fence.
    #[cfg(loom)]
    pub(super) fn light_barrier(&self) {
        if !self.fences.load(std::sync::atomic::Ordering::Relaxed) {
            self.barrier.fetch_add(1, Ordering::AcqRel);
        }
    }
}
