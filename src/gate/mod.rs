//! Who is inside an interpreter, and how it closes.
//!
//! A gate goes Open -> Closing -> Closed, one way only. Whoever is inside holds a *pin*: a count in a *seat*, one seat
//! per thread (and one per guard), so that a thread that comes and goes writes no memory that another thread writes.
//! The closer, who is rare, pays: it puts a notice on every seat, and then reads them all until they are empty.
//!
//! Both sides store, and then load what the other side stores; between the two stands a barrier. Hence either the one
//! who enters sees the notice and steps back, or the closer sees the pin; and either the one who leaves sees the notice
//! and wakes the closer, or the closer sees the empty seat. Where the system can make all processors fence at once, only
//! the closer's barrier costs anything, and to come and go is to write and read one cache line of one's own.
//!
//! Seats are never freed but handed on, from one occupant to the next and from gate to gate. So a thread may keep a
//! plain reference to its seat; all others look at seats under the lock only.
//!
//! This room knows no CPython and makes no system call: `tests/loom` model-checks it as it stands.

mod seat;

#[cfg(loom)]
use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU8, Ordering, fence},
};
pub use seat::{Barrier, Seat};
use seat::{CLOSING_NOTICE, FENCE, GIVEN_UP};
use std::sync::OnceLock;
#[cfg(not(loom))]
use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU8, Ordering, fence},
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

/// Why a gate could not be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDrained {
    /// It is closed already.
    Closed,
    /// The time is up, and somebody is still inside, or has claimed it.
    TimedOut,
}

/// The right to finish a gate, which one caller has at a time: nobody enters, not even late. Dropped, it is given back, and the
/// gate is Closing again: whoever drains it next may have it.
#[must_use]
#[derive(Debug)]
pub struct Claim<'a, T: 'static>(&'a Gate<T>);

impl<T> Claim<'_, T> {
    /// Closed: nobody is inside, and nothing of the interpreter may be touched any more.
    pub fn finish(self) {
        self.0.finish();
        std::mem::forget(self);
    }
}

impl<T> Drop for Claim<'_, T> {
    fn drop(&mut self) {
        self.0.with_ledger(|ledger| (ledger.claimed, ledger.claimant) = (false, 0));
        self.0.house.changed.notify_all();
    }
}

/// What all gates of a process share: one lock, so that a fork can hold it and leave it free in the child; and the seats
/// that nobody sits in.
#[derive(Debug)]
pub struct House<T: 'static> {
    spare: Mutex<Vec<&'static Seat<T>>>,
    changed: Condvar,
    /// The seat that was made first, for those who look at all.
    first: OnceLock<&'static Seat<T>>,
    /// The one that was made last. Locked only under the house's lock, so never contended.
    last: std::sync::Mutex<Option<&'static Seat<T>>>,
    /// Those in all seats are observed. Changes only under the house's lock.
    observed: std::sync::atomic::AtomicBool,
}

/// The gate of one interpreter.
#[derive(Debug)]
pub struct Gate<T: 'static> {
    phase: AtomicU8,
    barrier: Barrier,
    house: &'static House<T>,
    /// Locked only under the house's lock, so never contended.
    ledger: Mutex<Ledger<T>>,
}

#[derive(Debug)]
struct Ledger<T: 'static> {
    seats: Vec<&'static Seat<T>>,
    /// Somebody has a `Claim`: nobody may enter even late.
    claimed: bool,
    /// Who has it, or has finished the gate by it.
    claimant: u64,
}

/// The lock of a house, held.
pub type HouseGuard<T> = MutexGuard<'static, Vec<&'static Seat<T>>>;

impl<T> House<T> {
    /// A house with no gates. Loom's locks cannot be made in a constant.
    #[cfg(not(loom))]
    #[allow(clippy::new_without_default)] // a static, and only one
    pub const fn new() -> Self {
        House {
            spare: Mutex::new(Vec::new()),
            changed: Condvar::new(),
            first: OnceLock::new(),
            last: std::sync::Mutex::new(None),
            observed: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// A house with no gates.
    #[cfg(loom)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        House {
            spare: Mutex::new(Vec::new()),
            changed: Condvar::new(),
            first: OnceLock::new(),
            last: std::sync::Mutex::new(None),
            observed: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// Keeps every gate's ledger still.
    pub fn lock(&'static self) -> HouseGuard<T> {
        self.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Every seat there ever was, whoever has it now, in the order in which they were made. Takes no lock and allocates
    /// nothing, so a signal handler may do it; what is read of a seat can be another occupant's a moment later.
    pub fn for_each_seat(&self, mut f: impl FnMut(&'static Seat<T>)) {
        let mut next = self.first.get();
        while let Some(seat) = next {
            f(seat);
            next = seat.next.get();
        }
    }

    /// From here on everybody is observed, and leaves the fast path for that, or nobody is.
    pub fn observe(&'static self, on: bool) {
        let held = self.lock();
        self.observe_held(&held, on);
    }

    /// The same, by the caller who has the lock.
    pub fn observe_held(&self, _held: &HouseGuard<T>, on: bool) {
        self.observed.store(on, std::sync::atomic::Ordering::Relaxed);
        self.for_each_seat(|seat| seat.observe(on));
    }

    /// A new seat. The caller has the lock.
    fn make_seat(&self, _held: &HouseGuard<T>) -> &'static Seat<T>
    where
        T: Default,
    {
        let seat: &'static Seat<T> = Box::leak(Box::new(Seat::new(T::default())));
        let last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).replace(seat);
        // Both are empty: only who has the lock fills them, once.
        let _ = last.map_or(&self.first, |last| &last.next).set(seat);
        seat
    }

    #[cfg(not(loom))]
    fn wait(&'static self, guard: HouseGuard<T>, deadline: Option<Instant>) -> Option<HouseGuard<T>> {
        let Some(deadline) = deadline else {
            return Some(self.changed.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner()));
        };
        let left = deadline.checked_duration_since(Instant::now())?;
        Some(self.changed.wait_timeout(guard, left).unwrap_or_else(|poisoned| poisoned.into_inner()).0)
    }

    // Loom has no time: a wait with a deadline is over at once.
    #[cfg(loom)]
    fn wait(&'static self, guard: HouseGuard<T>, deadline: Option<Instant>) -> Option<HouseGuard<T>> {
        match deadline {
            None => Some(self.changed.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner())),
            Some(_) => None,
        }
    }
}

impl<T: Default> Gate<T> {
    /// Sets up a seat; `sit` makes it the occupant's. Locks, and may allocate: once per occupant, not per visit.
    pub fn add_seat(&self, sit: impl FnOnce(&T)) -> &'static Seat<T> {
        let mut spare = self.house.lock();
        let seat = match spare.pop() {
            Some(seat) => seat,
            None => self.house.make_seat(&spare),
        };
        seat.left_behind.store(false, Ordering::Relaxed);
        sit(&seat.occupant);
        self.look(&spare, |ledger| {
            let mut notices = if self.is_open() { 0 } else { CLOSING_NOTICE };
            if let Barrier::Symmetric = self.barrier {
                notices |= FENCE;
                #[cfg(loom)]
                seat.fences.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            seat.notices.store(notices, Ordering::Relaxed);
            seat.observe(self.house.observed.load(std::sync::atomic::Ordering::Relaxed));
            ledger.seats.push(seat);
        });
        seat
    }
}

impl<T> Gate<T> {
    /// An open gate with no seats.
    pub fn new(house: &'static House<T>, barrier: Barrier) -> Self {
        let ledger = Mutex::new(Ledger { seats: Vec::new(), claimed: false, claimant: 0 });
        Gate { phase: AtomicU8::new(OPEN), barrier, house, ledger }
    }

    /// Where the gate stands now.
    #[inline]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            OPEN => Phase::Open,
            CLOSING => Phase::Closing,
            _ => Phase::Closed,
        }
    }

    /// Whether anybody may enter.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.phase.load(Ordering::Acquire) == OPEN
    }

    /// Takes a seat away: it no longer counts, whatever it holds, and is another's next.
    pub fn remove_seat(&self, seat: &'static Seat<T>) {
        let mut spare = self.house.lock();
        self.look(&spare, |ledger| ledger.seats.retain(|other| !std::ptr::eq(*other, seat)));
        seat.pins.store(0, Ordering::Relaxed);
        spare.push(seat);
        drop(spare);
        self.house.changed.notify_all();
    }

    /// Leaves a seat, which its occupant will not use again, to whoever finishes the gate. False: that has happened.
    pub fn leave_seat_behind(&self, seat: &'static Seat<T>) -> bool {
        self.with_ledger(|ledger| {
            let listed = self.phase() != Phase::Closed && ledger.seats.iter().any(|other| std::ptr::eq(*other, seat));
            seat.left_behind.store(listed, Ordering::Relaxed);
            listed
        })
    }

    /// How many seats were left behind by those occupants.
    pub fn count_left_behind(&self, whose: impl Fn(&T) -> bool) -> usize {
        self.with_ledger(|ledger| {
            ledger.seats.iter().filter(|seat| seat.is_left_behind() && whose(&seat.occupant)).count()
        })
    }

    /// Takes away the seats that were left behind by those occupants; `f` takes what is left in them, and is this gate's no
    /// more. The caller has a pin, so nobody finishes the gate meanwhile.
    pub fn take_left_behind(&self, whose: impl Fn(&T) -> bool, mut f: impl FnMut(&T)) {
        let mut spare = self.house.lock();
        let mut taken = Vec::new();
        self.look(&spare, |ledger| {
            ledger.seats.retain(|seat| {
                let goes = seat.is_left_behind() && whose(&seat.occupant);
                if goes {
                    f(&seat.occupant);
                    taken.push(*seat);
                }
                !goes
            });
        });
        spare.append(&mut taken);
    }

    /// Takes a pin, by the occupant. Refused unless the gate is open or the occupant holds a pin already.
    #[inline]
    pub fn enter(&self, seat: &Seat<T>) -> bool {
        seat.enter::<true>() || self.enter_on_notice(seat)
    }

    #[cold]
    fn enter_on_notice(&self, seat: &Seat<T>) -> bool {
        let held = seat.add_pin() > 0;
        seat.light_barrier();
        let notices = self.read_notices(seat);
        if notices & CLOSING_NOTICE == 0 || (held && notices & GIVEN_UP == 0) {
            return true;
        }
        self.leave(seat);
        false
    }

    /// Takes a pin, by the occupant, on the strength of a guard that stays open for the length of this call: also while
    /// Closing, unless the guard holds nothing any more.
    pub fn enter_guarded(&self, seat: &Seat<T>, guard: &Seat<T>) -> bool {
        self.enter(seat) || self.enter_beside(seat, |other| std::ptr::eq(other, guard))
    }

    /// Takes a pin, by the occupant, while Closing, as long as one of those seats holds that up.
    pub fn enter_beside(&self, seat: &Seat<T>, holds: impl Fn(&Seat<T>) -> bool) -> bool {
        self.with_ledger(|ledger| {
            let is_held = ledger.seats.iter().any(|other| other.pins() > 0 && !other.is_given_up() && holds(other));
            let may = is_held && !ledger.claimed && self.phase() != Phase::Closed;
            if may {
                seat.add_pin();
            }
            may
        })
    }

    /// Takes a pin, by the occupant, also while Closing, as long as the closer still waits.
    pub fn enter_late(&self, seat: &Seat<T>) -> bool {
        self.with_ledger(|ledger| {
            let waits = !ledger.claimed && self.phase() != Phase::Closed;
            if waits {
                seat.add_pin();
            }
            waits
        })
    }

    /// Gives a pin back, by the occupant.
    #[inline]
    pub fn leave(&self, seat: &Seat<T>) {
        if !seat.leave::<true>() {
            self.left(seat);
        }
    }

    /// A pin of that seat was given back, and there are notices.
    #[cold]
    pub fn left(&self, seat: &Seat<T>) {
        if self.read_notices(seat) & CLOSING_NOTICE != 0 {
            self.wake();
        }
    }

    /// The notices on a seat, after the fence that one of them may be.
    fn read_notices(&self, seat: &Seat<T>) -> u32 {
        if let Barrier::Symmetric = self.barrier {
            fence(Ordering::SeqCst);
        }
        seat.notices.load(Ordering::SeqCst)
    }

    #[cold]
    fn wake(&self) {
        // Through the lock: a closer between its look at the seats and its sleep would miss the call.
        drop(self.house.lock());
        self.house.changed.notify_all();
    }

    /// Lets nobody new in from here on.
    pub fn close(&self) {
        self.with_ledger(|ledger| {
            // First the flags, then the phase: a thread that sees Closing deletes its cached state in detach, and must not get in
            // afterwards by a seat whose flags are still clear.
            ledger.seats.iter().for_each(|seat| seat.put_up(CLOSING_NOTICE));
            let _ = self.phase.compare_exchange(OPEN, CLOSING, Ordering::SeqCst, Ordering::Relaxed);
        });
        self.heavy_barrier();
    }

    #[cfg(not(loom))]
    fn heavy_barrier(&self) {
        self.barrier.heavy();
    }

    #[cfg(loom)]
    fn heavy_barrier(&self) {
        match self.barrier {
            Barrier::Symmetric => fence(Ordering::SeqCst),
            Barrier::Asymmetric(_) => self.with_ledger(|ledger| {
                for seat in &ledger.seats {
                    seat.barrier.fetch_add(1, Ordering::AcqRel);
                }
            }),
        }
    }

    /// Waits until no seat but the excepted ones holds a pin, and hands out the claim. No deadline: waits for ever. A
    /// claimant is a number other than 0.
    pub fn drain(
        &self,
        claimant: u64,
        except: impl Fn(&T) -> bool,
        deadline: Option<Instant>,
    ) -> Result<Claim<'_, T>, NotDrained> {
        self.claim_when(deadline, claimant, |seats| !is_any_inside(seats, |occupant| !except(occupant)))
    }

    /// The same over those who are inside: they are given up, but for the excepted. Waits for those who are never given up.
    pub fn drain_over(
        &self,
        claimant: u64,
        except: impl Fn(&T) -> bool,
        never_given_up: impl Fn(&T) -> bool,
        deadline: Option<Instant>,
    ) -> Result<Claim<'_, T>, NotDrained> {
        self.claim_when(deadline, claimant, |seats| {
            let may = !is_any_inside(seats, &never_given_up);
            if may {
                let inside = seats.iter().filter(|seat| seat.pins() > 0 && !except(&seat.occupant));
                inside.for_each(|seat| seat.put_up(GIVEN_UP));
            }
            may
        })
    }

    fn claim_when(
        &self,
        deadline: Option<Instant>,
        claimant: u64,
        may: impl Fn(&[&'static Seat<T>]) -> bool,
    ) -> Result<Claim<'_, T>, NotDrained> {
        let claimed = self.wait_for(deadline, |ledger| {
            if self.phase() == Phase::Closed {
                return Some(Err(NotDrained::Closed));
            }
            if ledger.claimed || !may(&ledger.seats) {
                return None;
            }
            (ledger.claimed, ledger.claimant) = (true, claimant);
            Some(Ok(()))
        });
        claimed.unwrap_or(Err(NotDrained::TimedOut)).map(|()| Claim(self))
    }

    /// Whether that claimant has the claim, or has finished the gate by it.
    pub fn is_claimed_by(&self, claimant: u64) -> bool {
        self.with_ledger(|ledger| ledger.claimant == claimant)
    }

    /// Waits until no seat but the excepted ones holds a pin, and claims nothing. False: the time is up first.
    pub fn wait_until_empty(&self, except: impl Fn(&T) -> bool, deadline: Option<Instant>) -> bool {
        let is_empty = |ledger: &mut Ledger<T>| !is_any_inside(&ledger.seats, |occupant| !except(occupant));
        self.wait_for(deadline, |ledger| is_empty(ledger).then_some(())).is_some()
    }

    /// Looks again each time that something has changed. None: the time is up.
    fn wait_for<R>(&self, deadline: Option<Instant>, mut look: impl FnMut(&mut Ledger<T>) -> Option<R>) -> Option<R> {
        let mut held = self.house.lock();
        loop {
            let found = self.look(&held, &mut look);
            if found.is_some() {
                return found;
            }
            held = self.house.wait(held, deadline)?;
        }
    }

    /// The interpreter is gone, whether or not anybody had a claim.
    pub fn finish(&self) {
        let mut spare = self.house.lock();
        let mut left_behind = Vec::new();
        self.look(&spare, |ledger| {
            ledger.seats.iter().for_each(|seat| seat.put_up(CLOSING_NOTICE));
            self.phase.store(CLOSED, Ordering::SeqCst);
            // A seat that still holds a pin is the finisher's own, or that of somebody it gave up waiting for.
            ledger.seats.retain(|seat| {
                let stays = seat.pins() > 0;
                if !stays && seat.is_left_behind() {
                    left_behind.push(*seat);
                }
                stays
            });
        });
        spare.append(&mut left_behind);
        drop(spare);
        self.house.changed.notify_all();
    }

    /// Forgets, in a forked child, every seat but the surviving thread's, and a claim whose closer is not there. The
    /// caller has the lock through the fork. Seats that somebody may still believe to hold are not handed on.
    pub fn forget_others(&self, held: &HouseGuard<T>, mine: impl Fn(&T) -> bool) {
        self.look(held, |ledger| {
            ledger.seats.retain(|seat| mine(&seat.occupant));
            ledger.claimed = false;
        });
    }

    /// Looks at every seat in turn, under the lock: at no other time is it known whose a seat is.
    pub fn for_each_seat(&self, mut f: impl FnMut(&Seat<T>)) {
        self.with_ledger(|ledger| ledger.seats.iter().for_each(|seat| f(seat)));
    }

    fn with_ledger<R>(&self, f: impl FnOnce(&mut Ledger<T>) -> R) -> R {
        let held = self.house.lock();
        self.look(&held, f)
    }

    fn look<R>(&self, _held: &HouseGuard<T>, f: impl FnOnce(&mut Ledger<T>) -> R) -> R {
        f(&mut self.ledger.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

fn is_any_inside<T>(seats: &[&'static Seat<T>], of: impl Fn(&T) -> bool) -> bool {
    seats.iter().any(|seat| seat.pins() > 0 && of(&seat.occupant))
}
