//! The plain attachments, which nearly all are: through the state that this thread keeps of the interpreter, from nothing
//! or from another plain one, with nobody closing anything and with all of CPython's variables as we left them.
//!
//! Such a one is a *step*, of a few words, and needs no frame. Whatever does not fit is left to the long way, which makes
//! frames of the steps first (`settle`), and a step again of a plain frame that is left alone (`unsettle`).
//!
//! What this costs is counted in instructions (tests/cost.rs): CPython's half of an attach consists of locked instructions,
//! which nothing overlaps with, so every instruction of ours adds up. A step therefore keeps its contents from the last use; only
//! the number is written anew.

use super::frames::{Frame, Kind, Source, Ticket};
use super::left::{Hold, Left};
use super::visits::Visit;
use super::{THREAD, Thread, UNHELD, herald};
use crate::cpython::{Aside, Places, Python, State};
use crate::gate::Seat;
use crate::registry::{Interpreter, Occupant, Place};
use crate::sys::{Label, Pace};
use crate::trace::{self, What};
use std::cell::Cell;
use std::ptr::{null, null_mut};
use std::sync::Arc;

/// How deep plain attachments go.
const STEPS: usize = 4;
/// How many interpreters are at hand; others take their places.
const KNOWN: usize = 4;
/// In place of a depth: there are frames, or this is the end of the thread.
const OFF: usize = usize::MAX;

/// Nobody's: for a step that was never taken.
static NOBODY: Place = Seat::new(Occupant::new());

/// An interpreter that this thread has been to, and the state it keeps of it. There is a visit as long as this is at hand.
struct Known {
    /// Only its address: which it is. Null: none.
    interpreter: Cell<*const Interpreter>,
    seat: Cell<&'static Place>,
    state: Cell<Option<State>>,
}

impl Known {
    const fn none() -> Known {
        Known { interpreter: Cell::new(null()), seat: Cell::new(&NOBODY), state: Cell::new(None) }
    }

    #[inline(always)]
    fn is(&self, interpreter: &Interpreter) -> bool {
        std::ptr::eq(self.interpreter.get(), interpreter)
    }

    #[inline(always)]
    fn set(&self, other: &Known) {
        self.interpreter.set(other.interpreter.get());
        self.seat.set(other.seat.get());
        self.state.set(other.state.get());
    }
}

struct Step {
    number: Cell<u64>,
    /// Rather than nested in the step before.
    enters: Cell<bool>,
    to: Known,
}

#[repr(C)]
pub(super) struct Quick {
    depth: Cell<usize>,
    places: Cell<Places>,
    steps: [Step; STEPS],
    known: [Known; KNOWN],
}

impl Quick {
    pub const fn new() -> Quick {
        Quick {
            depth: Cell::new(0),
            places: Cell::new(Places::NOWHERE),
            steps: [const { Step { number: Cell::new(0), enters: Cell::new(false), to: Known::none() } }; STEPS],
            known: [const { Known::none() }; KNOWN],
        }
    }

    /// Nothing is at hand any more: before a visit goes, and in a forked child, where CPython makes its variables anew.
    pub fn forget(&self) {
        debug_assert!(!self.has_steps(), "steps are settled first");
        self.known.iter().for_each(|known| known.interpreter.set(null()));
        self.steps.iter().for_each(|step| step.to.interpreter.set(null()));
    }

    /// From here on there are frames.
    pub fn turn_off(&self) {
        self.depth.set(OFF);
    }

    #[inline(always)]
    fn has_steps(&self) -> bool {
        self.depth.get().wrapping_sub(1) < STEPS
    }

    #[inline(always)]
    fn step(&self, place: usize) -> &Step {
        &self.steps[place % STEPS]
    }

    fn find(&self, target: &Interpreter) -> Option<&Known> {
        self.known.iter().find(|known| known.is(target))
    }

    /// Makes the step at a depth one into that interpreter, if that is at hand.
    fn aim(&self, depth: usize, target: &Interpreter) -> Option<&Step> {
        let step = self.step(depth);
        if !step.to.is(target) {
            step.to.set(self.find(target)?);
        }
        step.enters.set(true);
        Some(step)
    }
}

impl Thread {
    /// Attaches by the short way that there is. None: nothing was done.
    pub(super) fn attach_shortly(&self, target: &Interpreter, label: Label) -> Option<Ticket> {
        let short = self.attach_in_steps::<false>(target, label);
        if short.is_none() && trace::is_on() { self.attach_in_steps::<true>(target, label) } else { short }
    }

    #[inline(always)]
    fn attach_in_steps<const NOTED: bool>(&self, target: &Interpreter, label: Label) -> Option<Ticket> {
        let mut handed_out = None;
        if self.nest::<NOTED>(target, |ticket| handed_out = Some(ticket)) {
            return handed_out;
        }
        self.cross::<NOTED>(target, label)
    }

    /// Detaches by the short way that there is. False: nothing was done.
    pub(super) fn detach_shortly(&self, ticket: Ticket) -> bool {
        self.detach_in_steps::<false>(ticket) || (trace::is_on() && self.detach_in_steps::<true>(ticket))
    }

    #[inline(always)]
    fn detach_in_steps<const NOTED: bool>(&self, ticket: Ticket) -> bool {
        (self.is_in_first() && self.leave::<NOTED>(ticket, || ()))
            || self.unnest::<NOTED>(ticket, || ())
            || self.cross_back::<NOTED>(ticket)
    }

    /// Whether this thread is in nothing, as far as that is plain.
    #[inline(always)]
    pub fn is_outside(&self) -> bool {
        self.quick.depth.get() == 0
    }

    /// Whether its last attachment is its first, as far as that is plain.
    #[inline(always)]
    pub fn is_in_first(&self) -> bool {
        self.quick.depth.get() == 1
    }

    /// Attaches from outside and hands the ticket out, if that is plain and was done before. False: nothing was done.
    #[inline(always)]
    pub fn enter(&self, target: &Interpreter, label: Label, hand_out: impl FnOnce(Ticket)) -> bool {
        let quick = &self.quick;
        let (step, places) = (quick.step(0), quick.places.get());
        let seat = step.to.seat.get();
        let (true, Some(state)) = (step.to.is(target) && step.enters.get(), step.to.state.get()) else { return false };
        // Not what we remember but what CPython says: others may have attached.
        if !places.is_detached() || !seat.enter::<false>() {
            return false;
        }
        let ticket = self.next_ticket();
        step.number.set(ticket.number);
        quick.depth.set(1);
        seat.occupant.set_label(label);
        seat.occupant.sets_out(now());
        hand_out(ticket);
        herald::be_heard();
        places.attach(state);
        if places.was_sent_one(state) {
            drop_what_was_sent();
        }
        seat.occupant.came_in(now());
        true
    }

    /// Attaches in the last step, which goes to the same interpreter, and hands the ticket out, if that is plain. False:
    /// nothing was done. `NOTED`, here and below: also while a trace is written, into which it goes.
    #[inline(always)]
    pub fn nest<const NOTED: bool>(&self, target: &Interpreter, hand_out: impl FnOnce(Ticket)) -> bool {
        let quick = &self.quick;
        let depth = quick.depth.get();
        if depth.wrapping_sub(1) >= STEPS - 1 {
            return false;
        }
        let (last, step) = (quick.step(depth - 1), quick.step(depth));
        let seat = last.to.seat.get();
        // Others may have let go.
        if !last.to.is(target) || !quick.places.get().is_current(last.to.state.get()) || !seat.is_quiet::<NOTED>() {
            return false;
        }
        let ticket = self.next_ticket();
        step.number.set(ticket.number);
        step.enters.set(false);
        if !step.to.is(target) {
            step.to.set(&last.to);
        }
        quick.depth.set(depth + 1);
        seat.occupant.set_depth(depth as u32 + 1);
        if NOTED {
            self.note_of(What::Nests, seat.occupant.interpreter());
        }
        hand_out(ticket);
        true
    }

    /// Attaches to an interpreter that is at hand, from outside or from the last step. None: nothing was done.
    pub fn cross<const NOTED: bool>(&self, target: &Interpreter, label: Label) -> Option<Ticket> {
        let (quick, places) = (&self.quick, self.quick.places.get());
        let depth = quick.depth.get();
        if depth >= STEPS {
            return None;
        }
        let last = if depth > 0 { quick.step(depth - 1).to.state.get() } else { None };
        let step = quick.aim(depth, target)?;
        let (seat, state) = (step.to.seat.get(), step.to.state.get()?);
        if !places.is_current(last) || !places.slot_holds(last) || !seat.enter::<NOTED>() {
            return None;
        }
        // One that is set where this thread comes back to is set aside, which takes a frame. Looked at under the pin: the state
        // of a thread that was given up is gone.
        if seat.occupant.is_in() && places.has_exception(Some(state)) {
            if !seat.leave::<NOTED>() {
                call_closer(seat);
            }
            return None;
        }
        let ticket = self.next_ticket();
        step.number.set(ticket.number);
        quick.depth.set(depth + 1);
        let stays = seat.occupant.is_in();
        if !stays {
            seat.occupant.set_label(label);
        }
        if NOTED {
            if last.is_some() {
                self.note(What::Crosses, &seat.occupant);
            }
            self.note(What::Waits, &seat.occupant);
        }
        if last.is_some() {
            quick.step(depth - 1).to.seat.get().occupant.went_away(now());
            places.let_go();
        }
        seat.occupant.set_depth(depth as u32 + 1);
        // To go from A to B and back to A is one stay in A.
        if stays {
            come_back(seat, places, state);
        } else {
            seat.occupant.sets_out(now());
            herald::be_heard();
            places.attach(state);
            if places.was_sent_one(state) {
                drop_what_was_sent();
            }
            seat.occupant.came_in(now());
        }
        if NOTED {
            self.note(What::ComesIn, &seat.occupant);
        }
        Some(ticket)
    }

    /// Ends the first attachment, and takes the ticket back, if that is plain. False: nothing was done.
    #[inline(always)]
    pub fn leave<const NOTED: bool>(&self, ticket: Ticket, take_back: impl FnOnce()) -> bool {
        let quick = &self.quick;
        let (step, places) = (quick.step(0), quick.places.get());
        let seat = step.to.seat.get();
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get();
        let state = step.to.state.get();
        if !is_next || !places.is_current(state) || !seat.is_quiet::<NOTED>() || places.has_exception(state) {
            return false;
        }
        if NOTED {
            self.note(What::GoesOut, &seat.occupant);
        }
        quick.depth.set(0);
        seat.occupant.went_out();
        take_back();
        places.detach();
        if !seat.leave::<NOTED>() {
            call_closer(seat);
        }
        true
    }

    /// Ends the last attachment, if that is a nested step, and takes the ticket back. False: nothing was done.
    #[inline(always)]
    pub fn unnest<const NOTED: bool>(&self, ticket: Ticket, take_back: impl FnOnce()) -> bool {
        let quick = &self.quick;
        let depth = quick.depth.get();
        if depth.wrapping_sub(1) >= STEPS {
            return false;
        }
        let step = quick.step(depth - 1);
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get() && !step.enters.get();
        if !is_next || !quick.places.get().is_current(step.to.state.get()) || !step.to.seat.get().is_quiet::<NOTED>() {
            return false;
        }
        quick.depth.set(depth - 1);
        step.to.seat.get().occupant.set_depth(depth as u32 - 1);
        if NOTED {
            self.note_of(What::Unnests, step.to.seat.get().occupant.interpreter());
        }
        take_back();
        true
    }

    /// Ends the last attachment, which came from another interpreter. False: nothing was done.
    pub fn cross_back<const NOTED: bool>(&self, ticket: Ticket) -> bool {
        let (quick, places) = (&self.quick, self.quick.places.get());
        let depth = quick.depth.get();
        if !quick.has_steps() || depth < 2 {
            return false;
        }
        let (step, before) = (quick.step(depth - 1), quick.step(depth - 2));
        let (seat, back_in) = (step.to.seat.get(), before.to.seat.get());
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get() && step.enters.get();
        let ended = step.to.state.get();
        let is_quiet = seat.is_quiet::<NOTED>() && back_in.is_quiet::<NOTED>();
        let is_plain = places.is_current(ended) && is_quiet && !places.has_exception(ended);
        let (true, Some(state)) = (is_next && is_plain, before.to.state.get()) else { return false };
        if NOTED {
            self.note(What::GoesOut, &seat.occupant);
        }
        quick.depth.set(depth - 1);
        if seat.pins() == 1 {
            seat.occupant.went_out();
            seat.occupant.set_depth(1);
        } else {
            seat.occupant.went_away(now());
        }
        places.let_go();
        if !seat.leave::<NOTED>() {
            call_closer(seat);
        }
        if NOTED {
            self.note(What::Waits, &back_in.occupant);
        }
        come_back(back_in, places, state);
        if NOTED {
            self.note(What::ComesBack, &back_in.occupant);
        }
        true
    }

    fn visit_with(&self, seat: &'static Place) -> Option<usize> {
        let has_it = |visit: &Option<Visit>| visit.as_ref().is_some_and(|visit| std::ptr::eq(visit.seat, seat));
        self.with_visits(|visits| visits.iter().position(has_it))
    }

    /// The state of the last step, unless it is gone; None where there are no steps.
    pub(super) fn last_step(&self) -> Option<Option<State>> {
        if !self.quick.has_steps() {
            return None;
        }
        let to = &self.quick.step(self.quick.depth.get() - 1).to;
        let lives = |visit| self.with_visit(visit, |visit| visit.interpreter.raw().is_some());
        Some(to.state.get().filter(|_| self.visit_with(to.seat.get()).is_some_and(lives)))
    }

    /// Has an interpreter at hand from here on, with the state that this thread keeps of it. There are no steps now.
    pub(super) fn learn(&self, target: &Arc<Interpreter>, state: State) {
        let quick = &self.quick;
        if quick.find(target).is_some_and(|known| known.state.get() == Some(state)) {
            return;
        }
        let seat = self.with_visits(|visits| Some(visits.get(target.index)?.as_ref()?.seat));
        if let (Some(seat), Some(places)) = (seat, Places::here(target.python, target.slot)) {
            // Where they are may be new, and with it all that is at hand old: Python was started again.
            if !places.are(quick.places.get()) {
                quick.forget();
                quick.places.set(places);
            }
            let known = &quick.known[target.index % KNOWN];
            known.interpreter.set(Arc::as_ptr(target));
            known.seat.set(seat);
            known.state.set(Some(state));
            // A step that was there before may have another state.
            quick.steps.iter().filter(|step| step.to.is(target)).for_each(|step| step.to.interpreter.set(null()));
        }
    }

    /// Makes frames of the steps.
    #[inline]
    pub(super) fn settle(&self) {
        if self.quick.has_steps() {
            self.settle_steps();
        }
    }

    #[cold]
    fn settle_steps(&self) {
        let depth = self.quick.depth.replace(0);
        let mut left = Left::Nothing;
        for step in self.quick.steps.iter().take(depth) {
            let (Some(state), Some(visit)) = (step.to.state.get(), self.visit_with(step.to.seat.get())) else {
                continue;
            };
            let serial = self.with_visit(visit, |visit| visit.interpreter.serial);
            let kind = if step.enters.get() {
                let before = left.state().map_or(null_mut(), State::as_ptr);
                // The long way takes a second pin of what it leaves.
                if let Some(below) = left.hold().pinned() {
                    self.with_visit(below, |visit| visit.seat.hold_again());
                }
                Kind::Entered { visit, source: Source::Cached, before, left, aside: Aside::NONE }
            } else {
                Kind::Nested { deaths: u64::MAX }
            };
            left = Left::There(state, Hold::Pinned(visit));
            self.put_frame(Frame { number: step.number.get(), state, serial, kind });
        }
    }

    /// Makes a step again of a plain frame that is the only one; says so where there is none.
    pub(super) fn unsettle(&self) {
        if self.quick.has_steps() || self.last_round.get() {
            return;
        }
        let frame = match &self.frames.borrow()[..] {
            [] => None,
            [frame] => Some(*frame),
            _ => return,
        };
        let Some(frame) = frame else { return self.quick.depth.set(0) };
        let Kind::Entered { visit, source: Source::Cached, before, left: Left::Nothing, aside } = frame.kind else {
            return;
        };
        if !aside.is_none() {
            return;
        }
        let found = self.with_visit(visit, |visit| {
            // The short way out leaves the label.
            let is_held = visit.seat.occupant.label() != UNHELD;
            let is_kept = is_held && visit.seat.occupant.state.get() == Some(frame.state);
            if is_kept { self.quick.aim(0, &visit.interpreter) } else { None }
        });
        if let Some(step) = found.filter(|step| before.is_null() && step.to.state.get() == Some(frame.state)) {
            self.frames.borrow_mut().clear();
            step.number.set(frame.number);
            self.quick.depth.set(1);
        }
    }
}

/// Attaches again where this thread's stay has not ended.
#[inline(always)]
fn come_back(seat: &Place, places: Places, state: State) {
    seat.occupant.coming_back(now, || {
        herald::be_heard();
        places.attach(state);
    });
}

/// What was sent to an earlier visit must not hit this one, which has just begun.
#[cold]
fn drop_what_was_sent() {
    if let Some(python) = Python::known() {
        python.clear_interrupt();
    }
}

/// Somebody closes the gate of that seat, and may wait for the pin that was given back.
#[cold]
fn call_closer(seat: &'static Place) {
    THREAD.with(|me| {
        if let Some(visit) = me.visit_with(seat) {
            me.with_visit(visit, |visit| visit.interpreter.gate.left(seat));
        }
    });
}

/// As `Pace::now`; where somebody writes the time down, this thread's pace is of no interest.
#[inline(always)]
fn now() -> u64 {
    Pace::written().unwrap_or_else(ask)
}

#[cold]
fn ask() -> u64 {
    THREAD.with(|me| me.pace.now())
}
