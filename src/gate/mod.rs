//! Who is inside an interpreter, and how it closes.
//!
//! A gate goes Open -> Closing -> Closed, one way only. Each thread that may come through it, and each guard, is a *participant* with
//! a count of the *pins* it holds; whoever is inside holds one. So a thread that comes and goes writes no memory that another
//! thread writes. The closer, who is rare, pays: it sets a flag on every participant, and then reads them all until none has a pin.
//!
//! Both sides store, and then load what the other side stores; between the two stands a barrier. Hence either the one
//! who enters sees the flag and steps back, or the closer sees the pin; and either the one who leaves sees the flag
//! and wakes the closer, or the closer sees that the pin is gone. Where the system can make all processors fence at once, only
//! the closer's barrier costs anything, and to come and go is to write and read one cache line of one's own. Where it cannot,
//! whoever enters fences too, and whoever leaves does not: there the closer looks again every now and then, unasked.
//!
//! Participants are never freed but handed on, from one owner to the next and from gate to gate. So a thread may keep a
//! plain reference to its participant; all others look at participants under the lock only.
//!
//! This room knows no CPython and makes no system call: `tests/loom` model-checks it as it stands.

mod participant;

#[cfg(loom)]
use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU8, Ordering, fence},
};
pub use participant::{Barrier, Participant};
use participant::{CLOSING_FLAG, FENCE, GIVEN_UP};
use std::sync::OnceLock;
#[cfg(not(loom))]
use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicU8, Ordering, fence},
};
use std::time::{Duration, Instant};

const OPEN: u8 = 0;
const CLOSING: u8 = 1;
const CLOSED: u8 = 2;

/// When a closer looks again without being woken, where it may miss who leaves. All who leave later than it began to wait will see
/// that; a store of one who left before is not under way for so long. After that it looks ever more rarely.
const UNASKED: Duration = Duration::from_millis(1);

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
        self.0.with_state(|state| (state.claimed, state.claimant) = (false, 0));
        self.0.domain.changed.notify_all();
    }
}

/// What all gates of a process share: one lock, so that a fork can hold it and leave it free in the child; and the participants
/// that have no owner now.
#[derive(Debug)]
pub struct Domain<T: 'static> {
    spare: Mutex<Vec<&'static Participant<T>>>,
    changed: Condvar,
    /// The participant that was made first, for those who look at all.
    first: OnceLock<&'static Participant<T>>,
    /// The one that was made last. Locked only under the domain's lock, so never contended.
    last: std::sync::Mutex<Option<&'static Participant<T>>>,
    /// Those in all participants are observed. Changes only under the domain's lock.
    observed: std::sync::atomic::AtomicBool,
}

/// The gate of one interpreter.
#[derive(Debug)]
pub struct Gate<T: 'static> {
    phase: AtomicU8,
    barrier: Barrier,
    domain: &'static Domain<T>,
    /// Locked only under the domain's lock, so never contended.
    state: Mutex<GateState<T>>,
}

#[derive(Debug)]
struct GateState<T: 'static> {
    participants: Vec<&'static Participant<T>>,
    /// Somebody has a `Claim`: nobody may enter even late.
    claimed: bool,
    /// Who has it, or has finished the gate by it.
    claimant: u64,
}

/// The lock of a domain, held.
pub type DomainGuard<T> = MutexGuard<'static, Vec<&'static Participant<T>>>;

impl<T> Domain<T> {
    /// A domain with no gates. Loom's locks cannot be made in a constant.
    #[cfg(not(loom))]
    #[allow(clippy::new_without_default)] // a static, and only one
    pub const fn new() -> Self {
        Domain {
            spare: Mutex::new(Vec::new()),
            changed: Condvar::new(),
            first: OnceLock::new(),
            last: std::sync::Mutex::new(None),
            observed: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// A domain with no gates.
    #[cfg(loom)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Domain {
            spare: Mutex::new(Vec::new()),
            changed: Condvar::new(),
            first: OnceLock::new(),
            last: std::sync::Mutex::new(None),
            observed: std::sync::atomic::AtomicBool::new(false),
        }
    }

    /// Keeps every gate's state still.
    pub fn lock(&'static self) -> DomainGuard<T> {
        self.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Every participant there ever was, whoever has it now, in the order in which they were made. Takes no lock and allocates
    /// nothing, so a signal handler may do it; what is read of a participant can be another owner's a moment later.
    pub fn for_each_participant(&self, mut f: impl FnMut(&'static Participant<T>)) {
        let mut next = self.first.get();
        while let Some(participant) = next {
            f(participant);
            next = participant.next.get();
        }
    }

    /// From here on everybody is observed, and leaves the fast path for that, or nobody is.
    pub fn observe(&'static self, on: bool) {
        let held = self.lock();
        self.observe_held(&held, on);
    }

    /// The same, by the caller who has the lock.
    pub fn observe_held(&self, _held: &DomainGuard<T>, on: bool) {
        self.observed.store(on, std::sync::atomic::Ordering::Relaxed);
        self.for_each_participant(|participant| participant.observe(on));
    }

    /// A new participant. The caller has the lock.
    fn make_participant(&self, _held: &DomainGuard<T>) -> &'static Participant<T>
    where
        T: Default,
    {
        let participant: &'static Participant<T> = Box::leak(Box::new(Participant::new(T::default())));
        let last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).replace(participant);
        // Both are empty: only who has the lock fills them, once.
        let _ = last.map_or(&self.first, |last| &last.next).set(participant);
        participant
    }

    /// Waits for a change, at most so long. None: the deadline has passed.
    fn wait(
        &'static self,
        guard: DomainGuard<T>,
        longest: Option<Duration>,
        deadline: Option<Instant>,
    ) -> Option<DomainGuard<T>> {
        let left = match deadline {
            Some(deadline) => Some(deadline.checked_duration_since(Instant::now())?),
            None => None,
        };
        Some(match left.into_iter().chain(longest).min() {
            Some(longest) => self.wait_at_most(guard, longest),
            None => self.changed.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner()),
        })
    }

    #[cfg(not(loom))]
    fn wait_at_most(&'static self, guard: DomainGuard<T>, longest: Duration) -> DomainGuard<T> {
        self.changed.wait_timeout(guard, longest).unwrap_or_else(|poisoned| poisoned.into_inner()).0
    }

    // Loom has no time: such a wait is over when others went on.
    #[cfg(loom)]
    fn wait_at_most(&'static self, guard: DomainGuard<T>, _longest: Duration) -> DomainGuard<T> {
        drop(guard);
        loom::thread::yield_now();
        self.lock()
    }
}

impl<T: Default> Gate<T> {
    /// Sets up a participant; `assign` makes it the owner's. Locks, and may allocate: once per owner, not per visit.
    pub fn add_participant(&self, assign: impl FnOnce(&T)) -> &'static Participant<T> {
        let mut spare = self.domain.lock();
        let participant = match spare.pop() {
            Some(participant) => participant,
            None => self.domain.make_participant(&spare),
        };
        participant.orphaned.store(false, Ordering::Relaxed);
        assign(&participant.entry);
        self.look(&spare, |state| {
            let mut flags = if self.is_open() { 0 } else { CLOSING_FLAG };
            if let Barrier::Symmetric = self.barrier {
                flags |= FENCE;
                #[cfg(loom)]
                participant.fences.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            participant.flags.store(flags, Ordering::Relaxed);
            participant.observe(self.domain.observed.load(std::sync::atomic::Ordering::Relaxed));
            state.participants.push(participant);
        });
        participant
    }
}

impl<T> Gate<T> {
    /// An open gate with no participants.
    pub fn new(domain: &'static Domain<T>, barrier: Barrier) -> Self {
        let state = Mutex::new(GateState { participants: Vec::new(), claimed: false, claimant: 0 });
        Gate { phase: AtomicU8::new(OPEN), barrier, domain, state }
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

    /// Takes a participant away: it no longer counts, whatever it holds, and is another's next.
    pub fn remove_participant(&self, participant: &'static Participant<T>) {
        let mut spare = self.domain.lock();
        self.look(&spare, |state| state.participants.retain(|other| !std::ptr::eq(*other, participant)));
        participant.pins.store(0, Ordering::Relaxed);
        spare.push(participant);
        drop(spare);
        self.domain.changed.notify_all();
    }

    /// Leaves a participant, which its owner will not use again, to whoever finishes the gate. False: that has happened.
    pub fn orphan(&self, participant: &'static Participant<T>) -> bool {
        self.with_state(|state| {
            let listed = self.phase() != Phase::Closed
                && state.participants.iter().any(|other| std::ptr::eq(*other, participant));
            participant.orphaned.store(listed, Ordering::Relaxed);
            listed
        })
    }

    /// How many participants were orphaned by those owners.
    pub fn count_orphaned(&self, whose: impl Fn(&T) -> bool) -> usize {
        self.with_state(|state| {
            state
                .participants
                .iter()
                .filter(|participant| participant.is_orphaned() && whose(&participant.entry))
                .count()
        })
    }

    /// Takes away the participants that were orphaned by those owners; `f` takes what is left in them, and is this gate's no
    /// more. The caller has a pin, so nobody finishes the gate meanwhile.
    pub fn take_orphaned(&self, whose: impl Fn(&T) -> bool, mut f: impl FnMut(&T)) {
        let mut spare = self.domain.lock();
        let mut taken = Vec::new();
        self.look(&spare, |state| {
            state.participants.retain(|participant| {
                let goes = participant.is_orphaned() && whose(&participant.entry);
                if goes {
                    f(&participant.entry);
                    taken.push(*participant);
                }
                !goes
            });
        });
        spare.append(&mut taken);
    }

    /// Takes a pin, by the owner. Refused unless the gate is open or the owner holds a pin already.
    #[inline]
    pub fn enter(&self, participant: &Participant<T>) -> bool {
        participant.enter::<true>() || self.enter_flagged(participant)
    }

    #[cold]
    fn enter_flagged(&self, participant: &Participant<T>) -> bool {
        let held = participant.add_pin() > 0;
        participant.light_barrier();
        if let Barrier::Symmetric = self.barrier {
            fence(Ordering::SeqCst);
        }
        let flags = participant.flags.load(Ordering::SeqCst);
        if flags & CLOSING_FLAG == 0 || (held && flags & GIVEN_UP == 0) {
            return true;
        }
        self.leave(participant);
        false
    }

    /// Takes a pin, by the owner, on the strength of a guard that stays open for the length of this call: also while
    /// Closing, unless the guard holds nothing any more.
    pub fn enter_guarded(&self, participant: &Participant<T>, guard: &Participant<T>) -> bool {
        self.enter(participant) || self.enter_beside(participant, |other| std::ptr::eq(other, guard))
    }

    /// Takes a pin, by the owner, while Closing, as long as one of those participants holds that up.
    pub fn enter_beside(&self, participant: &Participant<T>, holds: impl Fn(&Participant<T>) -> bool) -> bool {
        self.with_state(|state| {
            let is_held =
                state.participants.iter().any(|other| other.pins() > 0 && !other.is_given_up() && holds(other));
            let may = is_held && !state.claimed && self.phase() != Phase::Closed;
            if may {
                participant.add_pin();
            }
            may
        })
    }

    /// Takes a pin, by the owner, also while Closing, as long as the closer still waits.
    pub fn enter_late(&self, participant: &Participant<T>) -> bool {
        self.with_state(|state| {
            let waits = !state.claimed && self.phase() != Phase::Closed;
            if waits {
                participant.add_pin();
            }
            waits
        })
    }

    /// Gives a pin back, by the owner.
    #[inline]
    pub fn leave(&self, participant: &Participant<T>) {
        if !participant.leave::<true>() {
            self.left(participant);
        }
    }

    /// A pin of that participant was given back, and there are flags.
    #[cold]
    pub fn left(&self, participant: &Participant<T>) {
        if participant.flags.load(Ordering::SeqCst) & CLOSING_FLAG != 0 {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // Through the lock: a closer between its look at the participants and its sleep would miss the call.
        drop(self.domain.lock());
        self.domain.changed.notify_all();
    }

    /// Lets nobody new in from here on.
    pub fn close(&self) {
        self.with_state(|state| {
            // First the flags, then the phase: a thread that sees Closing deletes its cached state in detach, and must not get in
            // afterwards by a participant whose flags are still clear.
            state.participants.iter().for_each(|participant| participant.set_flag(CLOSING_FLAG));
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
            Barrier::Asymmetric(_) => self.with_state(|state| {
                for participant in &state.participants {
                    participant.barrier.fetch_add(1, Ordering::AcqRel);
                }
            }),
        }
    }

    /// Waits until no participant but the excepted ones holds a pin, and hands out the claim. No deadline: waits for ever. A
    /// claimant is a number other than 0.
    pub fn drain(
        &self,
        claimant: u64,
        except: impl Fn(&T) -> bool,
        deadline: Option<Instant>,
    ) -> Result<Claim<'_, T>, NotDrained> {
        self.claim_when(deadline, claimant, |participants| !is_any_inside(participants, |entry| !except(entry)))
    }

    /// The same over those who are inside: they are given up, but for the excepted. Waits for those who are never given up.
    pub fn drain_over(
        &self,
        claimant: u64,
        except: impl Fn(&T) -> bool,
        never_given_up: impl Fn(&T) -> bool,
        deadline: Option<Instant>,
    ) -> Result<Claim<'_, T>, NotDrained> {
        self.claim_when(deadline, claimant, |participants| {
            let may = !is_any_inside(participants, &never_given_up);
            if may {
                let inside =
                    participants.iter().filter(|participant| participant.pins() > 0 && !except(&participant.entry));
                inside.for_each(|participant| participant.set_flag(GIVEN_UP));
            }
            may
        })
    }

    fn claim_when(
        &self,
        deadline: Option<Instant>,
        claimant: u64,
        may: impl Fn(&[&'static Participant<T>]) -> bool,
    ) -> Result<Claim<'_, T>, NotDrained> {
        let claimed = self.wait_for(deadline, |state| {
            if self.phase() == Phase::Closed {
                return Some(Err(NotDrained::Closed));
            }
            if state.claimed || !may(&state.participants) {
                return None;
            }
            (state.claimed, state.claimant) = (true, claimant);
            Some(Ok(()))
        });
        claimed.unwrap_or(Err(NotDrained::TimedOut)).map(|()| Claim(self))
    }

    /// Whether that claimant has the claim, or has finished the gate by it.
    pub fn is_claimed_by(&self, claimant: u64) -> bool {
        self.with_state(|state| state.claimant == claimant)
    }

    /// Waits until no participant but the excepted ones holds a pin, and claims nothing. False: the time is up first.
    pub fn wait_until_empty(&self, except: impl Fn(&T) -> bool, deadline: Option<Instant>) -> bool {
        let is_empty = |state: &mut GateState<T>| !is_any_inside(&state.participants, |entry| !except(entry));
        self.wait_for(deadline, |state| is_empty(state).then_some(())).is_some()
    }

    /// Looks again each time that something has changed, and where it may miss that. None: the time is up.
    fn wait_for<R>(
        &self,
        deadline: Option<Instant>,
        mut look: impl FnMut(&mut GateState<T>) -> Option<R>,
    ) -> Option<R> {
        let mut unasked = self.barrier.may_miss_who_leaves().then_some(UNASKED);
        let mut held = self.domain.lock();
        loop {
            let found = self.look(&held, &mut look);
            if found.is_some() {
                return found;
            }
            held = self.domain.wait(held, unasked, deadline)?;
            unasked = unasked.map(|longest| longest.saturating_mul(2));
        }
    }

    /// The interpreter is gone, whether or not anybody had a claim.
    pub fn finish(&self) {
        let mut spare = self.domain.lock();
        let mut orphaned = Vec::new();
        self.look(&spare, |state| {
            state.participants.iter().for_each(|participant| participant.set_flag(CLOSING_FLAG));
            self.phase.store(CLOSED, Ordering::SeqCst);
            // A participant that still holds a pin is the finisher's own, or that of somebody it gave up waiting for.
            state.participants.retain(|participant| {
                let stays = participant.pins() > 0;
                if !stays && participant.is_orphaned() {
                    orphaned.push(*participant);
                }
                stays
            });
        });
        spare.append(&mut orphaned);
        drop(spare);
        self.domain.changed.notify_all();
    }

    /// Forgets, in a forked child, every participant but the surviving thread's, and a claim whose closer is not there. The
    /// caller has the lock through the fork. Participants that somebody may still believe to hold are not handed on.
    pub fn forget_others(&self, held: &DomainGuard<T>, mine: impl Fn(&T) -> bool) {
        self.look(held, |state| {
            state.participants.retain(|participant| mine(&participant.entry));
            state.claimed = false;
        });
    }

    /// Looks at every participant in turn, under the lock: at no other time is it known whose a participant is.
    pub fn for_each_participant(&self, mut f: impl FnMut(&Participant<T>)) {
        self.with_state(|state| state.participants.iter().for_each(|participant| f(participant)));
    }

    fn with_state<R>(&self, f: impl FnOnce(&mut GateState<T>) -> R) -> R {
        let held = self.domain.lock();
        self.look(&held, f)
    }

    fn look<R>(&self, _held: &DomainGuard<T>, f: impl FnOnce(&mut GateState<T>) -> R) -> R {
        f(&mut self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

fn is_any_inside<T>(participants: &[&'static Participant<T>], of: impl Fn(&T) -> bool) -> bool {
    participants.iter().any(|participant| participant.pins() > 0 && of(&participant.entry))
}
