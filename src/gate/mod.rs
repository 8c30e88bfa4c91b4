//! Who is inside an interpreter, and how it closes.
//!
//! A gate goes Open -> Closing -> Closed, one way only but for a forked child (`Gate::forget_others`). Each thread that may
//! come through it, and each guard, is a *participant* with a count of the *pins* it holds; whoever is inside holds one. So a
//! thread that comes and goes writes to its own participant only. The closer, who is rare, pays: it sets a flag on every
//! participant, and then reads them all until none has a pin.
//!
//! Both sides store, and then load what the other side stores; a barrier stands between the two. Hence either the thread that
//! enters sees the flag and steps back, or the closer sees the pin; and either the thread that leaves sees the flag and wakes
//! the closer, or the closer sees that the pin is gone. Where the system can make all processors fence at once, only the
//! closer's barrier costs anything: a thread comes and goes by reading and writing one cache line of its own. Elsewhere a
//! thread fences when it enters, but not when it leaves: there the closer looks again from time to time without being woken.
//!
//! Participants are never freed but handed on, from one owner to the next and from gate to gate. So a thread may keep a plain
//! reference to its participant. All others hold the domain's lock, but for observers (`Domain::for_each_participant`).
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

/// Anybody may enter.
const OPEN: u8 = 0;
/// Nobody new may enter; those inside may stay and come back in.
const CLOSING: u8 = 1;
/// Nobody is inside, and nobody will be.
const CLOSED: u8 = 2;

/// After this time a closer looks again without being woken, and then ever more rarely, where a thread that leaves may not
/// see the flag (`may_miss_who_leaves`). Only threads that leave just when the closer sets the flag can miss it, and no
/// processor holds their store back for so long.
const UNASKED: Duration = Duration::from_millis(1);

/// Why a gate could not be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDrained {
    /// It is closed already.
    Closed,
    /// The time is up, and somebody is still inside, or has claimed it.
    TimedOut,
}

/// The right to finish a gate, which one caller has at a time: while it exists nobody enters, not even late. Dropping it
/// gives the right back: the gate stays Closing, and whoever drains it next gets the claim.
#[must_use]
#[derive(Debug)]
pub struct Claim<'a, T: 'static>(&'a Gate<T>);

impl<T> Claim<'_, T> {
    /// Closes the gate for good: nobody is inside, and nothing of the interpreter may be touched any more.
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

/// What all gates of a process share: one lock, which a fork can hold and leave free in the child, and the participants that
/// have no owner now.
#[derive(Debug)]
pub struct Domain<T: 'static> {
    spare: Mutex<Vec<&'static Participant<T>>>,
    changed: Condvar,
    /// The participant that was made first: the head of the list of all.
    first: OnceLock<&'static Participant<T>>,
    /// The participant that was made last. Locked only under the domain's lock, so never contended.
    last: std::sync::Mutex<Option<&'static Participant<T>>>,
    /// Whether the owners of all participants are observed. Changes only under the domain's lock.
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
    /// The holder of the claim, or whoever finished the gate by it. 0: nobody.
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

    /// Locks the state of every gate.
    pub fn lock(&'static self) -> DomainGuard<T> {
        self.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Calls `f` with every participant ever made, whoever owns it now, in the order in which they were made. Takes no lock
    /// and allocates nothing, so a signal handler may call it; what is read of a participant may be another owner's a moment
    /// later.
    pub fn for_each_participant(&self, mut f: impl FnMut(&'static Participant<T>)) {
        let mut next = self.first.get();
        while let Some(participant) = next {
            f(participant);
            next = participant.next.get();
        }
    }

    /// From here on the moves of all owners are recorded, for which they leave the fast path, or no owner's are.
    pub fn observe(&'static self, on: bool) {
        let held = self.lock();
        self.observe_held(&held, on);
    }

    /// The same for a caller who holds the lock.
    pub fn observe_held(&self, _held: &DomainGuard<T>, on: bool) {
        self.observed.store(on, std::sync::atomic::Ordering::Relaxed);
        self.for_each_participant(|participant| participant.observe(on));
    }

    /// A new participant. The caller holds the lock.
    fn make_participant(&self, _held: &DomainGuard<T>) -> &'static Participant<T>
    where
        T: Default,
    {
        let participant: &'static Participant<T> = Box::leak(Box::new(Participant::new(T::default())));
        let last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).replace(participant);
        // `first`, or the last one's `next`, is still empty: it is set once, under the lock.
        let _ = last.map_or(&self.first, |last| &last.next).set(participant);
        participant
    }

    /// Waits for a change, for `longest` at most. None: the deadline has passed.
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

    // Loom has no time: here the wait is over when other threads have run.
    #[cfg(loom)]
    fn wait_at_most(&'static self, guard: DomainGuard<T>, _longest: Duration) -> DomainGuard<T> {
        drop(guard);
        loom::thread::yield_now();
        self.lock()
    }
}

impl<T: Default> Gate<T> {
    /// Sets up a participant; `assign` makes it the owner's. Locks, and may allocate: once per owner, not per attach.
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

    /// Whether anybody may enter.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.phase.load(Ordering::Acquire) == OPEN
    }

    /// Whether nobody is inside, and nobody will be.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.phase.load(Ordering::Acquire) == CLOSED
    }

    /// Takes a participant off the gate, whatever pins it holds, and hands it on to the next owner.
    pub fn remove_participant(&self, participant: &'static Participant<T>) {
        let mut spare = self.domain.lock();
        self.look(&spare, |state| state.participants.retain(|other| !std::ptr::eq(*other, participant)));
        participant.pins.store(0, Ordering::Relaxed);
        spare.push(participant);
        drop(spare);
        self.domain.changed.notify_all();
    }

    /// Leaves a participant, which its owner will not use again, to whoever finishes the gate. False: the gate is closed, or
    /// does not list the participant.
    pub fn orphan(&self, participant: &'static Participant<T>) -> bool {
        self.with_state(|state| {
            let listed = !self.is_closed() && state.participants.iter().any(|other| std::ptr::eq(*other, participant));
            participant.orphaned.store(listed, Ordering::Relaxed);
            listed
        })
    }

    /// How many orphaned participants have an owner that `whose` accepts.
    pub fn count_orphaned(&self, whose: impl Fn(&T) -> bool) -> usize {
        self.with_state(|state| {
            state
                .participants
                .iter()
                .filter(|participant| participant.is_orphaned() && whose(&participant.entry))
                .count()
        })
    }

    /// Takes orphaned participants whose owner `whose` accepts off the gate, for other owners; `f` first takes what is left
    /// in each. The caller has a pin, so nobody finishes the gate meanwhile.
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

    /// Takes a pin, on the owner's thread. Refused unless the gate is open or the owner holds a pin already.
    #[inline]
    pub fn enter(&self, participant: &Participant<T>) -> bool {
        participant.enter() || self.enter_flagged(participant)
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

    /// Takes a pin, on the owner's thread, also while Closing if `guard` still holds the gate up. The guard stays open during
    /// this call.
    pub fn enter_guarded(&self, participant: &Participant<T>, guard: &Participant<T>) -> bool {
        self.enter(participant) || self.enter_beside(participant, |other| std::ptr::eq(other, guard))
    }

    /// Takes a pin, on the owner's thread, while Closing, if a participant that `holds` accepts still holds the gate up.
    pub fn enter_beside(&self, participant: &Participant<T>, holds: impl Fn(&Participant<T>) -> bool) -> bool {
        self.with_state(|state| {
            let is_held =
                state.participants.iter().any(|other| other.pins() > 0 && !other.is_given_up() && holds(other));
            let may = is_held && !state.claimed && !self.is_closed();
            if may {
                participant.add_pin();
            }
            may
        })
    }

    /// Takes a pin, on the owner's thread, also while Closing, as long as nobody has the claim.
    pub fn enter_late(&self, participant: &Participant<T>) -> bool {
        self.with_state(|state| {
            let waits = !state.claimed && !self.is_closed();
            if waits {
                participant.add_pin();
            }
            waits
        })
    }

    /// Gives a pin of the owner's back.
    #[inline]
    pub fn leave(&self, participant: &Participant<T>) {
        if !participant.leave() {
            self.left(participant);
        }
    }

    /// Wakes the closer if the gate is closing: the participant has given a pin back, and has flags set.
    #[cold]
    pub fn left(&self, participant: &Participant<T>) {
        if participant.flags.load(Ordering::SeqCst) & CLOSING_FLAG != 0 {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // Take the lock first: a closer between its look at the participants and its sleep would miss the notification.
        drop(self.domain.lock());
        self.domain.changed.notify_all();
    }

    /// Lets nobody new in from here on.
    pub fn close(&self) {
        self.with_state(|state| {
            // First the flags, then the phase: a thread that sees Closing deletes its cached state in detach, and must not
            // enter afterwards by a participant whose flags are still clear.
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

    /// Waits until no participant but those that `except` accepts holds a pin, and hands out the claim. Without a deadline it
    /// waits for ever. `claimant` is not 0.
    pub fn drain(
        &self,
        claimant: u64,
        except: impl Fn(&T) -> bool,
        deadline: Option<Instant>,
    ) -> Result<Claim<'_, T>, NotDrained> {
        self.claim_when(deadline, claimant, |participants| !is_any_inside(participants, |entry| !except(entry)))
    }

    /// As `drain`, but waits only for those that `never_given_up` accepts; of the others inside, all but the excepted are
    /// given up.
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
            if self.is_closed() {
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

    /// Whether `claimant` has the claim, or has finished the gate by it.
    pub fn is_claimed_by(&self, claimant: u64) -> bool {
        self.with_state(|state| state.claimant == claimant)
    }

    /// Waits until no participant but those that `except` accepts holds a pin, and claims nothing. False: the deadline passed
    /// first.
    pub fn wait_until_empty(&self, except: impl Fn(&T) -> bool, deadline: Option<Instant>) -> bool {
        let is_empty = |state: &mut GateState<T>| !is_any_inside(&state.participants, |entry| !except(entry));
        self.wait_for(deadline, |state| is_empty(state).then_some(())).is_some()
    }

    /// Calls `look` until it answers: after each change and, where a change may be missed, from time to time. None: the
    /// deadline passed.
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

    /// Closes the gate for good: the interpreter is gone, whether or not anybody had a claim.
    pub fn finish(&self) {
        let mut spare = self.domain.lock();
        let mut orphaned = Vec::new();
        self.look(&spare, |state| {
            state.participants.iter().for_each(|participant| participant.set_flag(CLOSING_FLAG));
            self.phase.store(CLOSED, Ordering::SeqCst);
            // A participant that still holds a pin is the finisher's own, that of an owner who was given up, or that of one
            // being refused now.
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

    /// Forgets, in a forked child, every participant but the surviving thread's, and any claim. The caller has held the lock
    /// through the fork. The forgotten participants are not handed on: somebody may still believe to own one.
    ///
    /// A closer that waits has stayed in the parent, and so the gate is open again. A closer that forked, and waits on, closes it
    /// once more before it claims it.
    pub fn forget_others(&self, held: &DomainGuard<T>, mine: impl Fn(&T) -> bool) {
        self.look(held, |state| {
            state.participants.retain(|participant| mine(&participant.entry));
            // Where the surviving thread has the claim, it finishes the gate.
            if !std::mem::take(&mut state.claimed)
                && self.phase.compare_exchange(CLOSING, OPEN, Ordering::SeqCst, Ordering::Relaxed).is_ok()
            {
                state.participants.iter().for_each(|participant| participant.reopen());
            }
        });
    }

    /// Calls `f` with every participant of the gate, under the lock: without it a participant's owner can change.
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
