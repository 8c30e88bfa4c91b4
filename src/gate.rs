//! Who is inside an interpreter, and how it closes.
//!
//! A gate goes Open -> Closing -> Closed, one way only. Whoever is inside holds a *pin*: a count in a *seat*, one seat
//! per thread (and one per guard), so that a thread that comes and goes writes no memory that another thread writes.
//! The closer, who is rare, pays: it says Closing, and then reads every seat until all are empty.
//!
//! Both sides are a store, a full fence, and a load of what the other side stores. Hence either the one who enters sees
//! Closing and steps back, or the closer sees the pin; and either the one who leaves sees Closing and wakes the closer,
//! or the closer sees the empty seat.
//!
//! This room knows no CPython and makes no system call: `tests/loom` model-checks it as it stands.

#[cfg(loom)]
use loom::sync::{
    Arc, Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence},
};
#[cfg(not(loom))]
use std::sync::{
    Arc, Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence},
};
use std::time::Instant;

const OPEN: u8 = 0;
const CLOSING: u8 = 1;
const CLOSED: u8 = 2;

/// Where a gate stands. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Anybody may enter.
    Open,
    /// Nobody new may enter; those inside may stay and come back in.
    Closing,
    /// Nobody is inside, and nobody will be.
    Closed,
}

/// What became of a wait for the last pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// All pins are gone, and the caller is the one who may finish the interpreter.
    Ours,
    /// Somebody else finished the interpreter.
    Theirs,
    /// The time is up, and somebody is still inside.
    TimedOut,
}

/// One occupant's place at a gate. Only the occupant writes `pins`, so it needs no read-modify-write.
///
/// A cache line of its own: two threads' pins must never share one.
#[repr(align(64))]
#[derive(Debug)]
pub struct Seat<T> {
    pins: AtomicU32,
    /// The closer went on without waiting for the occupant, who may not come back in.
    given_up: AtomicBool,
    /// Whose seat this is.
    pub occupant: T,
}

impl<T> Seat<T> {
    /// How many pins the occupant holds.
    pub fn pins(&self) -> u32 {
        self.pins.load(Ordering::Acquire)
    }

    /// Whether the closer went on without waiting for the occupant.
    pub fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }
}

/// What all gates of a process share: one lock, so that a fork can hold it and leave it free in the child.
#[derive(Debug)]
pub struct House {
    lock: Mutex<()>,
    changed: Condvar,
}

/// The gate of one interpreter.
#[derive(Debug)]
pub struct Gate<T: 'static> {
    phase: AtomicU8,
    house: &'static House,
    /// Locked only under the house's lock, so never contended.
    ledger: Mutex<Ledger<T>>,
}

#[derive(Debug)]
struct Ledger<T> {
    seats: Vec<Arc<Seat<T>>>,
    /// Somebody saw all seats empty and is taking the interpreter down: nobody may enter even late.
    claimed: bool,
}

/// The lock of a house, held.
pub type HouseGuard = MutexGuard<'static, ()>;

impl House {
    /// A house with no gates. Loom's locks cannot be made in a constant.
    #[cfg(not(loom))]
    #[allow(clippy::new_without_default)] // a static, and only one
    pub const fn new() -> House {
        House { lock: Mutex::new(()), changed: Condvar::new() }
    }

    /// A house with no gates.
    #[cfg(loom)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> House {
        House { lock: Mutex::new(()), changed: Condvar::new() }
    }

    /// Keeps every gate's ledger still.
    pub fn lock(&'static self) -> HouseGuard {
        self.lock.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    #[cfg(not(loom))]
    fn wait(&'static self, guard: HouseGuard, deadline: Option<Instant>) -> Option<HouseGuard> {
        let Some(deadline) = deadline else {
            return Some(self.changed.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner()));
        };
        let left = deadline.checked_duration_since(Instant::now())?;
        Some(self.changed.wait_timeout(guard, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0)
    }

    // Loom has no time: a wait with a deadline is over at once.
    #[cfg(loom)]
    fn wait(&'static self, guard: HouseGuard, deadline: Option<Instant>) -> Option<HouseGuard> {
        match deadline {
            None => Some(self.changed.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner())),
            Some(_) => None,
        }
    }
}

impl<T> Gate<T> {
    /// An open gate with no seats.
    pub fn new(house: &'static House) -> Self {
        Gate { phase: AtomicU8::new(OPEN), house, ledger: Mutex::new(Ledger { seats: Vec::new(), claimed: false }) }
    }

    /// Where the gate stands now.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            OPEN => Phase::Open,
            CLOSING => Phase::Closing,
            _ => Phase::Closed,
        }
    }

    /// Sets up a seat. Allocates and locks: once per occupant, not per visit.
    pub fn add_seat(&self, occupant: T) -> Arc<Seat<T>> {
        let seat = Arc::new(Seat { pins: AtomicU32::new(0), given_up: AtomicBool::new(false), occupant });
        self.with_ledger(|ledger| ledger.seats.push(Arc::clone(&seat)));
        seat
    }

    /// Takes a seat away. Its occupant no longer counts, whatever it holds.
    pub fn remove_seat(&self, seat: &Arc<Seat<T>>) {
        self.with_ledger(|ledger| ledger.seats.retain(|other| !Arc::ptr_eq(other, seat)));
        self.house.changed.notify_all();
    }

    /// Takes a pin, by the occupant. Refused unless the gate is open or the occupant holds a pin already.
    #[inline]
    pub fn enter(&self, seat: &Seat<T>) -> bool {
        let held = self.add_pin(seat) > 0;
        fence(Ordering::SeqCst);
        if self.phase.load(Ordering::Acquire) == OPEN || (held && !seat.is_given_up()) {
            return true;
        }
        self.leave(seat);
        false
    }

    /// Takes a pin, by the occupant, on the strength of a guard that stays open for the length of this call: also while
    /// Closing, unless the guard holds nothing any more.
    pub fn enter_guarded(&self, seat: &Seat<T>, guard: &Seat<T>) -> bool {
        if self.enter(seat) {
            return true;
        }
        self.with_ledger(|ledger| {
            let holds = guard.pins() > 0 && ledger.seats.iter().any(|other| std::ptr::eq(&**other, guard));
            let may = holds && !guard.is_given_up() && !ledger.claimed && self.phase() != Phase::Closed;
            if may {
                self.add_pin(seat);
            }
            may
        })
    }

    #[inline]
    fn add_pin(&self, seat: &Seat<T>) -> u32 {
        let pins = seat.pins.load(Ordering::Relaxed);
        seat.pins.store(pins + 1, Ordering::Relaxed);
        pins
    }

    /// Takes a pin, by the occupant, also while Closing, as long as the closer still waits.
    pub fn enter_late(&self, seat: &Seat<T>) -> bool {
        self.with_ledger(|ledger| {
            let waits = !ledger.claimed && self.phase() != Phase::Closed;
            if waits {
                self.add_pin(seat);
            }
            waits
        })
    }

    /// Takes the only pin of a seat that any thread may use (a guard's). False: the gate is not open, or the seat is
    /// taken.
    pub fn enter_shared(&self, seat: &Seat<T>) -> bool {
        if seat.pins.compare_exchange(0, 1, Ordering::SeqCst, Ordering::Relaxed).is_err() {
            return false;
        }
        fence(Ordering::SeqCst);
        if self.phase.load(Ordering::Acquire) == OPEN {
            return true;
        }
        self.leave_shared(seat);
        false
    }

    /// Gives a pin back, by the occupant.
    #[inline]
    pub fn leave(&self, seat: &Seat<T>) {
        let pins = seat.pins.load(Ordering::Relaxed);
        seat.pins.store(pins - 1, Ordering::Release);
        if pins == 1 {
            self.left();
        }
    }

    /// Gives the only pin of a shared seat back, from any thread. False: nobody held it.
    pub fn leave_shared(&self, seat: &Seat<T>) -> bool {
        let held = seat.pins.swap(0, Ordering::SeqCst) > 0;
        self.left();
        held
    }

    #[inline]
    fn left(&self) {
        fence(Ordering::SeqCst);
        if self.phase.load(Ordering::Relaxed) != OPEN {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // Through the lock: a closer between its look at the seats and its sleep would miss the call.
        drop(self.house.lock());
        self.house.changed.notify_all();
    }

    /// Lets nobody new in from here on.
    pub fn close(&self) {
        let _ = self.phase.compare_exchange(OPEN, CLOSING, Ordering::SeqCst, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// Waits until no seat but the excepted ones holds a pin, and claims the interpreter for the caller, who must
    /// `finish` or `unclaim`. No deadline: waits for ever.
    pub fn drain(&self, except: impl Fn(&T) -> bool, deadline: Option<Instant>) -> Drained {
        let mut held = self.house.lock();
        loop {
            if self.phase() == Phase::Closed {
                return Drained::Theirs;
            }
            let ours = self.look(&held, |ledger| {
                let occupied = ledger.seats.iter().any(|seat| seat.pins() > 0 && !except(&seat.occupant));
                let ours = !ledger.claimed && !occupied;
                ledger.claimed |= ours;
                ours
            });
            if ours {
                return Drained::Ours;
            }
            held = match self.house.wait(held, deadline) {
                Some(held) => held,
                None => return Drained::TimedOut,
            };
        }
    }

    /// Claims the interpreter for the caller over those who are still inside, but for the excepted: they are given up.
    /// False: somebody else has.
    pub fn claim(&self, except: impl Fn(&T) -> bool) -> bool {
        self.with_ledger(|ledger| {
            let ours = !ledger.claimed && self.phase() != Phase::Closed;
            ledger.claimed |= ours;
            if ours {
                let inside = ledger.seats.iter().filter(|seat| seat.pins() > 0 && !except(&seat.occupant));
                inside.for_each(|seat| seat.given_up.store(true, Ordering::SeqCst));
            }
            ours
        })
    }

    /// Gives a claim back: the gate is Closing again, and whoever drains next may claim it.
    pub fn unclaim(&self) {
        self.with_ledger(|ledger| ledger.claimed = false);
        self.house.changed.notify_all();
    }

    /// Closed: nobody is inside and nothing of the interpreter may be touched any more.
    pub fn finish(&self) {
        self.with_ledger(|ledger| {
            self.phase.store(CLOSED, Ordering::SeqCst);
            // A seat that still holds a pin is the finisher's own, or that of somebody it gave up waiting for.
            ledger.seats.retain(|seat| seat.pins() > 0);
        });
        self.house.changed.notify_all();
    }

    /// Forgets, in a forked child, every seat but the surviving thread's, and a claim whose closer is not there. The
    /// caller has the lock through the fork.
    pub fn forget_others(&self, held: &HouseGuard, mine: impl Fn(&T) -> bool) {
        self.look(held, |ledger| {
            ledger.seats.retain(|seat| mine(&seat.occupant));
            ledger.claimed = false;
        });
    }

    /// All seats, for the closer and for reports.
    pub fn seats(&self) -> Vec<Arc<Seat<T>>> {
        self.with_ledger(|ledger| ledger.seats.clone())
    }

    fn with_ledger<R>(&self, f: impl FnOnce(&mut Ledger<T>) -> R) -> R {
        let held = self.house.lock();
        self.look(&held, f)
    }

    fn look<R>(&self, _held: &HouseGuard, f: impl FnOnce(&mut Ledger<T>) -> R) -> R {
        f(&mut self.ledger.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}
