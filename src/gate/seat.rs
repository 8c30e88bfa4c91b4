//! One occupant's place at a gate: who comes and goes, and what the closer says to it.

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use std::sync::OnceLock;
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence, fence};

/// Notices on a seat. None, or only the fence: its occupant comes and goes without a look at anything else.
/// The gate is not open.
pub(super) const CLOSING_NOTICE: u32 = 1;
/// The closer went on without waiting for the occupant, who may not come back in.
pub(super) const GIVEN_UP: u32 = 2;
/// The occupant has to fence by itself.
pub(super) const FENCE: u32 = 4;
/// Whoever uses the gate has something to say to the occupant.
const WORD: u32 = 8;
/// The occupant's comings and goings are written down.
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
    /// The one of the side that is rare, between its store and its load.
    #[cfg(not(loom))]
    pub fn heavy(self) {
        match self {
            Barrier::Symmetric => fence(Ordering::SeqCst),
            Barrier::Asymmetric(make_all_fence) => make_all_fence(),
        }
    }
}

/// One occupant's place at a gate. Only the occupant writes `pins`, so it needs no read-modify-write.
///
/// A cache line of its own: two threads' pins must never share one.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct Seat<T: 'static> {
    pub(super) pins: AtomicU32,
    pub(super) notices: AtomicU32,
    /// Whose seat this is.
    pub occupant: T,
    /// The occupant is gone for good and has left something for the closer.
    pub(super) left_behind: AtomicBool,
    /// The seat that was made next, for whatever gate: see `House::for_each_seat`.
    pub(super) next: OnceLock<&'static Seat<T>>,
    /// Stands for what an asymmetric barrier does: loom knows none.
    #[cfg(loom)]
    pub(super) barrier: AtomicU32,
    /// The barrier is symmetric. Not loom's: no order is to come of it.
    #[cfg(loom)]
    pub(super) fences: std::sync::atomic::AtomicBool,
}

impl<T> Seat<T> {
    /// A seat at no gate.
    #[cfg(not(loom))]
    pub const fn new(occupant: T) -> Seat<T> {
        Seat {
            pins: AtomicU32::new(0),
            notices: AtomicU32::new(0),
            occupant,
            left_behind: AtomicBool::new(false),
            next: OnceLock::new(),
        }
    }

    /// A seat at no gate.
    #[cfg(loom)]
    pub fn new(occupant: T) -> Seat<T> {
        Seat {
            pins: AtomicU32::new(0),
            notices: AtomicU32::new(0),
            occupant,
            left_behind: AtomicBool::new(false),
            next: OnceLock::new(),
            barrier: AtomicU32::new(0),
            fences: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// How many pins the occupant holds.
    #[inline(always)]
    pub fn pins(&self) -> u32 {
        self.pins.load(Ordering::Acquire)
    }

    /// Whether the closer went on without waiting for the occupant.
    pub fn is_given_up(&self) -> bool {
        self.has_notice(GIVEN_UP)
    }

    /// Whether the occupant is gone for good, and has left something.
    pub fn is_left_behind(&self) -> bool {
        self.left_behind.load(Ordering::Relaxed)
    }

    /// Whether the gate is open, and nothing else needs a look either. `OBSERVED`: the caller sees to it that the occupant's moves
    /// are written down, if they are.
    #[inline(always)]
    pub fn is_quiet<const OBSERVED: bool>(&self) -> bool {
        self.notices_but::<OBSERVED>() & !FENCE == 0
    }

    /// The same behind a store to `pins`, which the closer looks at: the occupant fences in between, where it has to.
    #[inline(always)]
    fn stays_quiet<const OBSERVED: bool>(&self) -> bool {
        let notices = self.notices_but::<OBSERVED>();
        notices == 0 || (notices == FENCE && self.is_quiet_behind_fence::<OBSERVED>())
    }

    #[inline]
    fn is_quiet_behind_fence<const OBSERVED: bool>(&self) -> bool {
        fence(Ordering::SeqCst);
        self.is_quiet::<OBSERVED>()
    }

    #[inline(always)]
    fn notices_but<const OBSERVED: bool>(&self) -> u32 {
        let seen_to = if OBSERVED { self::OBSERVED } else { 0 };
        self.notices.load(Ordering::Acquire) & !seen_to
    }

    fn has_notice(&self, notice: u32) -> bool {
        self.notices.load(Ordering::SeqCst) & notice != 0
    }

    pub(super) fn put_up(&self, notice: u32) {
        self.notices.fetch_or(notice, Ordering::SeqCst);
    }

    /// Leaves word for the occupant.
    pub fn leave_word(&self) {
        self.put_up(WORD);
    }

    /// Whether word was left and not taken yet.
    pub fn has_word(&self) -> bool {
        self.has_notice(WORD)
    }

    /// Whether word was left; from here on none is.
    pub fn take_word(&self) -> bool {
        self.has_notice(WORD) && self.take_down(WORD)
    }

    /// From here on the occupant is observed, or is not.
    pub(super) fn observe(&self, on: bool) {
        if on {
            self.put_up(OBSERVED);
        } else {
            self.take_down(OBSERVED);
        }
    }

    fn take_down(&self, notice: u32) -> bool {
        self.notices.fetch_and(!notice, Ordering::SeqCst) & notice != 0
    }

    #[inline(always)]
    pub(super) fn add_pin(&self) -> u32 {
        let pins = self.pins.load(Ordering::Relaxed);
        self.pins.store(pins + 1, Ordering::Relaxed);
        pins
    }

    /// Fast path: takes a pin unless a flag is set. If one is, the pin is undone, but a closer may have counted it for a moment:
    /// the caller must go on with `Gate::enter`, whose `leave` wakes the closer. `OBSERVED` is as in `is_quiet`.
    #[inline(always)]
    pub fn enter<const OBSERVED: bool>(&self) -> bool {
        let pins = self.add_pin();
        self.light_barrier();
        let quiet = self.stays_quiet::<OBSERVED>();
        if !quiet {
            self.pins.store(pins, Ordering::Release);
        }
        quiet
    }

    /// Gives a pin back, by the occupant. False: somebody may wait for that, and `Gate::left` is next.
    #[inline(always)]
    pub fn leave<const OBSERVED: bool>(&self) -> bool {
        let pins = self.pins.load(Ordering::Relaxed);
        self.pins.store(pins - 1, Ordering::Release);
        self.light_barrier();
        self.stays_quiet::<OBSERVED>()
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
