//! The plain attachments, which nearly all are: with nobody closing anything and with all of CPython's variables as we left
//! them. They are through the state that this thread keeps of the interpreter, or through one of somebody else's that it has
//! (Py_Initialize made it, Python's threading, PyGILState_Ensure); from nothing, from another plain one, or from where the
//! thread has let go (PyEval_SaveThread, `pyferry_suspend`).
//!
//! All that a thread has begun and not ended is on one stack here, whichever way it came in. Such a plain one is a *step*, of a
//! few words, from which the long way makes out the frame that it is (`frame`). Whatever does not fit is left to the long way,
//! whose frames say whether they can end by the short one (`how_it_ends`).
//!
//! Somebody else's state is never trusted to be there, or to be what it was: at each use it is what CPython has in the slot
//! now, and says itself that it is one of the interpreter in question.
//!
//! What this costs is counted in instructions (tests/cost.rs): CPython's half of an attach consists of locked instructions,
//! which nothing overlaps with, so every instruction of ours adds up. A step therefore keeps its contents from the last use; only
//! the number is written anew.

use super::frames::{Frame, Kind, Outer, Source, Ticket};
use super::visits::Visit;
use super::{THREAD, Thread, UNHELD, herald};
use crate::cpython::{Aside, Places, Python, State};
use crate::gate::Seat;
use crate::registry::{Interpreter, Occupant, Place};
use crate::sys::{Label, Pace};
use crate::trace::{self, What};
use std::cell::{Cell, RefCell};
use std::ptr::{null, null_mut};
use std::sync::Arc;

/// How deep plain attachments go.
const STEPS: usize = 4;
/// How many interpreters are at hand; others take their places.
const KNOWN: usize = 4;

/// Nobody's: for a step that was never taken.
static NOBODY: Place = Seat::new(Occupant::new());

/// An interpreter that this thread has been to, and a state of it. There is a visit as long as this is at hand.
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

/// What a step does, and its end by the short way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// Attaches where the thread is attached: by the step before or, in the first step, by somebody else.
    Nests,
    /// Attaches a thread that is attached to nothing, and so leaves it.
    Enters,
    /// Attaches from what the step before attached, and goes back there.
    Crosses,
    /// Lets go.
    Suspends,
    /// Whatever it does (`Quick::slow`): it ends by the long way.
    Slowly,
}

/// A frame on the stack.
struct Step {
    number: Cell<u64>,
    how: Cell<How>,
    /// How many attachments the thread is in, up to this one.
    attachments: Cell<u32>,
    to: Known,
}

impl Step {
    const fn none() -> Step {
        Step { number: Cell::new(0), how: Cell::new(How::Nests), attachments: Cell::new(0), to: Known::none() }
    }
}

#[repr(C)]
pub(super) struct Quick {
    depth: Cell<usize>,
    places: Cell<Places>,
    /// All frames end by the short way. Over others nobody attaches by it what was attached already: CPython may have cleared
    /// that state's `bound_gilstate` since (`lost_its_mark`).
    is_plain: Cell<bool>,
    /// What the slot holds under the first step, where that enters: nothing, or the state of somebody else's that it uses.
    below: Cell<Option<State>>,
    steps: [Step; STEPS],
    known: [Known; KNOWN],
    /// The state of somebody else's that this thread used last, and that the long way has looked at.
    lent: Known,
    /// What the steps do that end by the long way.
    slow: [Cell<Kind>; STEPS],
    /// The frames above the steps.
    more: RefCell<Vec<Frame>>,
}

impl Quick {
    pub const fn new() -> Quick {
        Quick {
            depth: Cell::new(0),
            is_plain: Cell::new(true),
            places: Cell::new(Places::NOWHERE),
            below: Cell::new(None),
            steps: [const { Step::none() }; STEPS],
            known: [const { Known::none() }; KNOWN],
            lent: Known::none(),
            slow: [const { Cell::new(Kind::Nested) }; STEPS],
            more: RefCell::new(Vec::new()),
        }
    }

    /// Nothing is at hand any more: before a visit goes, and in a forked child, where CPython makes its variables anew.
    pub fn forget(&self) {
        self.known.iter().for_each(|known| known.interpreter.set(null()));
        self.steps.iter().for_each(|step| step.to.interpreter.set(null()));
        self.lent.interpreter.set(null());
    }

    /// The same at the end of a thread that is in nothing.
    pub fn tidy(&self) {
        self.forget();
        self.more.take();
    }

    /// All that has not ended ends by the long way: in a forked child, which it asks about.
    pub fn end_slowly(&self) {
        self.steps.iter().for_each(|step| step.how.set(How::Slowly));
        self.note_whether_plain();
    }

    /// How many frames there are.
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// Takes away the frames from a depth on.
    pub fn truncate(&self, depth: usize) {
        self.depth.set(self.depth.get().min(depth));
        self.more.borrow_mut().truncate(depth.saturating_sub(STEPS));
        self.note_whether_plain();
    }

    fn note_whether_plain(&self) {
        let mut steps = self.steps.iter().take(self.depth.get());
        self.is_plain.set(self.depth.get() <= STEPS && steps.all(|step| step.how.get() != How::Slowly));
    }

    #[inline(always)]
    fn ends_in_step(&self) -> bool {
        self.depth.get().wrapping_sub(1) < STEPS
    }

    #[inline(always)]
    fn step(&self, place: usize) -> &Step {
        &self.steps[place % STEPS]
    }

    /// The state that this thread keeps of an interpreter, if that is at hand.
    fn own(&self, target: &Interpreter) -> Option<&Known> {
        self.known.iter().find(|known| known.is(target))
    }

    /// What is at hand with that state, own or lent.
    fn with_state(&self, state: State) -> impl Iterator<Item = &Known> {
        let all = self.known.iter().chain([&self.lent]);
        all.filter(move |known| known.state.get() == Some(state) && !known.interpreter.get().is_null())
    }

    /// Makes the step at a depth, which is next, one into what is at hand, and says how many attachments that comes to. It is
    /// taken when the depth says so.
    #[inline(always)]
    fn aim(&self, depth: usize, how: How, to: &Known, number: u64) -> u32 {
        let step = self.step(depth);
        step.to.set(to);
        step.how.set(how);
        step.number.set(number);
        let before = if depth == 0 { 0 } else { self.step(depth - 1).attachments.get() };
        step.attachments.set(before + u32::from(how != How::Suspends));
        step.attachments.get()
    }

    /// Notes how many attachments this thread is in, up to its last one at that seat; 1 where it is in none there.
    fn note_depth(&self, seat: &Place) {
        let steps = &self.steps[..self.depth.get().min(STEPS)];
        let last = steps.iter().rfind(|step| std::ptr::eq(step.to.seat.get(), seat));
        seat.occupant.set_depth(last.map_or(1, |step| step.attachments.get().max(1)));
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
        let mut hand_out = |ticket| handed_out = Some(ticket);
        if self.nest::<NOTED>(target, &mut hand_out) || self.nest_on_lent(target, &mut hand_out) {
            return handed_out;
        }
        self.step_in::<NOTED>(target, label)
    }

    /// Detaches by the short way that there is. False: nothing was done.
    pub(super) fn detach_shortly(&self, ticket: Ticket) -> bool {
        self.detach_in_steps::<false>(ticket) || (trace::is_on() && self.detach_in_steps::<true>(ticket))
    }

    #[inline(always)]
    fn detach_in_steps<const NOTED: bool>(&self, ticket: Ticket) -> bool {
        if self.is_in_first() {
            return self.leave::<NOTED>(ticket, || ());
        }
        self.unnest::<NOTED>(ticket, || ()) || self.step_out::<NOTED>(ticket)
    }

    /// Whether this thread is in no step, and nobody else has attached it. (Up to 3.11: nor any other thread.)
    #[inline(always)]
    pub fn is_outside(&self) -> bool {
        // Not what we remember but what CPython says: others may have attached.
        self.is_in_no_step() && self.quick.places.get().is_current(None)
    }

    /// Whether this thread is in nothing that it has begun, as far as that is plain.
    #[inline(always)]
    pub fn is_in_no_step(&self) -> bool {
        self.quick.depth.get() == 0
    }

    /// Whether its last attachment is its first, and entered, as far as that is plain.
    #[inline(always)]
    pub fn is_in_first(&self) -> bool {
        self.quick.depth.get() == 1 && self.quick.step(0).how.get() == How::Enters
    }

    /// Attaches from outside (`is_outside`) and hands the ticket out, if that is plain and was done before. False: nothing was done.
    #[inline(always)]
    pub fn enter(&self, target: &Interpreter, label: Label, hand_out: impl FnOnce(Ticket)) -> bool {
        let quick = &self.quick;
        let (step, places, below) = (quick.step(0), || quick.places.get(), quick.below.get());
        let seat = step.to.seat.get();
        let is_aimed = step.to.is(target) && step.how.get() == How::Enters;
        let (true, Some(state)) = (is_aimed, step.to.state.get()) else { return false };
        if !places().slot_holds(below) || !seat.enter::<false>() {
            return false;
        }
        if below.is_some() && !may_use(places(), target, state) {
            give_back::<false>(seat);
            return false;
        }
        let ticket = self.next_ticket();
        step.number.set(ticket.number);
        quick.depth.set(1);
        seat.occupant.set_label(label);
        seat.occupant.set_depth(1);
        seat.occupant.sets_out(now());
        hand_out(ticket);
        herald::be_heard();
        places().attach(state);
        if places().was_sent_one(state) {
            drop_what_was_sent(seat, state);
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
        let last = quick.step(depth - 1);
        let (seat, state) = (last.to.seat.get(), last.to.state.get());
        // Others may have let go.
        if !last.to.is(target) || !quick.places.get().is_current(state) || !seat.is_quiet::<NOTED>() {
            return false;
        }
        let attachments = last.attachments.get() + 1;
        seat.occupant.set_depth(attachments);
        if NOTED {
            self.note_of(What::Nests, seat.occupant.interpreter());
        }
        self.put_nested(depth, &last.to, state, attachments, hand_out);
        true
    }

    /// Attaches where somebody else has attached this thread, which is in no step, and hands the ticket out, if that is plain.
    /// False: nothing was done.
    #[inline(always)]
    pub fn nest_on_lent(&self, target: &Interpreter, hand_out: impl FnOnce(Ticket)) -> bool {
        let (quick, places) = (&self.quick, || self.quick.places.get());
        let lent = &quick.lent;
        let (true, Some(state)) = (quick.depth.get() == 0 && lent.is(target), lent.state.get()) else { return false };
        let is_attached = places().is_current(Some(state)) && places().slot_holds(Some(state));
        if !is_attached || !target.is(Some(places().interpreter_of(state))) || !lent.seat.get().is_quiet::<false>() {
            return false;
        }
        self.put_nested(0, lent, Some(state), 1, hand_out);
        true
    }

    #[inline(always)]
    fn put_nested(
        &self,
        depth: usize,
        to: &Known,
        state: Option<State>,
        attachments: u32,
        hand_out: impl FnOnce(Ticket),
    ) {
        let step = self.quick.step(depth);
        if step.to.interpreter.get() != to.interpreter.get() {
            step.to.set(to);
        }
        step.to.state.set(state);
        step.how.set(How::Nests);
        step.attachments.set(attachments);
        self.quick.depth.set(depth + 1);
        let ticket = self.next_ticket();
        step.number.set(ticket.number);
        hand_out(ticket);
    }

    /// Attaches to an interpreter that is at hand: from outside, from the last step, or from where the thread has let go. None:
    /// nothing was done.
    pub fn step_in<const NOTED: bool>(&self, target: &Interpreter, label: Label) -> Option<Ticket> {
        let (quick, places) = (&self.quick, || self.quick.places.get());
        let depth = quick.depth.get();
        if depth >= STEPS || !quick.is_plain.get() {
            return None;
        }
        let last = depth.checked_sub(1).map(|depth| quick.step(depth));
        let last_state = last.and_then(|last| last.to.state.get());
        let how = match State::from_ptr(places().current()) {
            None => How::Enters,
            current if current == last_state => How::Crosses,
            _ => return None,
        };
        // What it has let go of is still in the slot.
        let let_go = last.map_or(&quick.lent, |last| &last.to);
        let below = let_go.state.get().filter(|state| places().slot_holds(Some(*state)));
        let to = if how == How::Enters && below.is_some() && let_go.is(target) { let_go } else { quick.own(target)? };
        let (seat, state) = (to.seat.get(), to.state.get()?);
        let is_as_it_was = below.is_some() || (depth == 0 && places().slot_holds(None));
        // What the slot holds, or this thread comes back to, is there then: nobody was given up, and a pin keeps it.
        let keeps = last.is_none_or(|last| {
            let seat = last.to.seat.get();
            seat.is_quiet::<NOTED>() && (how == How::Enters || seat.pins() > 0)
        });
        if !is_as_it_was || !keeps || !seat.enter::<NOTED>() {
            return None;
        }
        // Looked at under the pin: the state of a thread that was given up is gone.
        if !may_use(places(), target, state) {
            give_back::<NOTED>(seat);
            return None;
        }
        let ticket = self.next_ticket();
        let attachments = quick.aim(depth, how, to, ticket.number);
        if depth == 0 {
            quick.below.set(below);
        }
        quick.depth.set(depth + 1);
        let stays = seat.occupant.is_in();
        if !stays {
            seat.occupant.set_label(label);
        }
        if NOTED {
            if how == How::Crosses {
                self.note(What::Crosses, &seat.occupant);
            }
            self.note(What::Waits, &seat.occupant);
        }
        if let (How::Crosses, Some(last)) = (how, last) {
            last.to.seat.get().occupant.went_away(now());
            places().let_go();
        }
        seat.occupant.set_depth(attachments);
        // To go from A to B and back to A is one stay in A.
        if stays {
            come_back(seat, places(), state);
        } else {
            seat.occupant.sets_out(now());
            herald::be_heard();
            places().attach(state);
            if places().was_sent_one(state) {
                drop_what_was_sent(seat, state);
            }
            seat.occupant.came_in(now());
        }
        if NOTED {
            self.note(What::ComesIn, &seat.occupant);
        }
        Some(ticket)
    }

    /// Ends the first attachment (`is_in_first`), and takes the ticket back, if that is plain. False: nothing was done.
    #[inline(always)]
    pub fn leave<const NOTED: bool>(&self, ticket: Ticket, take_back: impl FnOnce()) -> bool {
        let quick = &self.quick;
        let (step, places) = (quick.step(0), || quick.places.get());
        let seat = step.to.seat.get();
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get();
        let state = step.to.state.get();
        if !is_next || !places().is_current(state) || !seat.is_quiet::<NOTED>() || places().has_exception(state) {
            return false;
        }
        if NOTED {
            self.note(What::GoesOut, &seat.occupant);
        }
        quick.depth.set(0);
        seat.occupant.went_out();
        take_back();
        places().detach(quick.below.get());
        give_back::<NOTED>(seat);
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
        let seat = step.to.seat.get();
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get() && step.how.get() == How::Nests;
        if !is_next || !quick.places.get().is_current(step.to.state.get()) || !seat.is_quiet::<NOTED>() {
            return false;
        }
        quick.depth.set(depth - 1);
        seat.occupant.set_depth(step.attachments.get() - 1);
        if NOTED {
            self.note_of(What::Unnests, seat.occupant.interpreter());
        }
        take_back();
        true
    }

    /// Ends the last attachment, which came from another interpreter or from where the thread had let go. False: nothing was done.
    pub fn step_out<const NOTED: bool>(&self, ticket: Ticket) -> bool {
        let (quick, places) = (&self.quick, || self.quick.places.get());
        let depth = quick.depth.get();
        if !quick.ends_in_step() || depth < 2 || !quick.is_plain.get() {
            return false;
        }
        let (step, before) = (quick.step(depth - 1), quick.step(depth - 2));
        let (seat, back_in) = (step.to.seat.get(), before.to.seat.get());
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get();
        let goes_back = step.how.get() == How::Crosses;
        let ended = step.to.state.get();
        let is_plain = places().is_current(ended) && seat.is_quiet::<NOTED>() && !places().has_exception(ended);
        let ends = back_in.is_quiet::<NOTED>() && (goes_back || step.how.get() == How::Enters);
        let (true, Some(state)) = (is_next && is_plain && ends, before.to.state.get()) else { return false };
        if NOTED {
            self.note(What::GoesOut, &seat.occupant);
        }
        quick.depth.set(depth - 1);
        if seat.pins() == 1 {
            seat.occupant.went_out();
        } else {
            seat.occupant.went_away(now());
        }
        quick.note_depth(seat);
        places().detach(Some(state));
        give_back::<NOTED>(seat);
        if goes_back {
            if NOTED {
                self.note(What::Waits, &back_in.occupant);
            }
            come_back(back_in, places(), state);
            if NOTED {
                self.note(What::ComesBack, &back_in.occupant);
            }
        }
        true
    }

    /// Lets go of what this thread is attached to, by the last step or by somebody else. None: nothing was done.
    pub fn suspend_shortly(&self) -> Option<Ticket> {
        let (quick, places) = (&self.quick, || self.quick.places.get());
        let depth = quick.depth.get();
        if depth >= STEPS || !quick.is_plain.get() {
            return None;
        }
        let to = if depth == 0 { &quick.lent } else { &quick.step(depth - 1).to };
        let (seat, state) = (to.seat.get(), to.state.get()?);
        // A forked child has nothing at hand.
        if to.interpreter.get().is_null() || !places().is_current(Some(state)) || !places().slot_holds(Some(state)) {
            return None;
        }
        // Somebody else's state says itself which interpreter's it is.
        let is_here = |visit: &Visit| visit.interpreter.is(Some(places().interpreter_of(state)));
        let is_own = seat.occupant.state.get() == Some(state);
        let is_there = is_own || self.visit_with(seat).is_some_and(|visit| self.with_visit(visit, is_here));
        if !is_there || !seat.enter::<false>() {
            return None;
        }
        // If another library attached this thread, the time of that is unknown: count from now.
        if !seat.occupant.is_in() {
            seat.occupant.set_label(Label::NONE);
            seat.occupant.came_in(now());
        }
        let ticket = self.next_ticket();
        let attachments = quick.aim(depth, How::Suspends, to, ticket.number);
        quick.depth.set(depth + 1);
        seat.occupant.set_depth(attachments.max(1));
        seat.occupant.went_away(now());
        places().let_go();
        Some(ticket)
    }

    /// Comes back from the last suspend. False: nothing was done.
    pub fn resume_shortly(&self, ticket: Ticket) -> bool {
        let (quick, places) = (&self.quick, || self.quick.places.get());
        if !quick.ends_in_step() || !quick.is_plain.get() {
            return false;
        }
        let step = quick.step(quick.depth.get() - 1);
        let seat = step.to.seat.get();
        let is_next = self.is_mine(ticket) && ticket.number == step.number.get() && step.how.get() == How::Suspends;
        let is_plain =
            places().is_current(None) && places().slot_holds(step.to.state.get()) && seat.is_quiet::<false>();
        let (true, Some(state)) = (is_next && is_plain, step.to.state.get()) else { return false };
        come_back(seat, places(), state);
        quick.depth.set(quick.depth.get() - 1);
        if seat.pins() == 1 {
            seat.occupant.went_out();
        }
        give_back::<false>(seat);
        true
    }

    fn visit_with(&self, seat: &'static Place) -> Option<usize> {
        let has_it = |visit: &Option<Visit>| visit.as_ref().is_some_and(|visit| std::ptr::eq(visit.seat, seat));
        self.with_visits(|visits| visits.iter().position(has_it))
    }

    /// Has an interpreter at hand from here on, with a state that is this thread's.
    pub(super) fn learn(&self, target: &Arc<Interpreter>, state: State, source: Source) {
        let quick = &self.quick;
        let known = if source == Source::Adopted { &quick.lent } else { &quick.known[target.index % KNOWN] };
        if known.is(target) && known.state.get() == Some(state) {
            return;
        }
        let (Some(visit), Some(places)) = (self.known_visit(target), Places::here(target.python, target.slot)) else {
            return;
        };
        // Where they are may be new, and with it all that is at hand old: Python was started again.
        if !places.are(quick.places.get()) {
            quick.forget();
            quick.places.set(places);
        }
        known.interpreter.set(Arc::as_ptr(target));
        known.seat.set(self.with_visit(visit, |visit| visit.seat));
        known.state.set(Some(state));
        // A step that was there before may have another state.
        quick.steps.iter().filter(|step| step.to.is(target)).for_each(|step| step.to.interpreter.set(null()));
    }

    /// The frame at a depth.
    pub(super) fn frame(&self, depth: usize) -> Option<Frame> {
        let quick = &self.quick;
        if depth >= quick.depth.get() {
            return None;
        }
        if depth >= STEPS {
            return quick.more.borrow().get(depth - STEPS).copied();
        }
        let step = quick.step(depth);
        let (state, seat) = (step.to.state.get()?, step.to.seat.get());
        let enters = |outer| {
            let source = if seat.occupant.state.get() == Some(state) { Source::Cached } else { Source::Adopted };
            let below = if depth == 0 { quick.below.get() } else { quick.step(depth - 1).to.state.get() };
            Kind::Entered { source, before: below.map_or(null_mut(), State::as_ptr), outer, aside: Aside::NONE }
        };
        let kind = match step.how.get() {
            How::Nests => Kind::Nested,
            How::Enters => enters(None),
            How::Crosses => {
                // The pin of what it crosses from is not its own.
                let last = self.frame(depth - 1);
                enters(last.map(|Frame { state, visit, .. }| Outer { state, visit, is_pinned: false }))
            }
            How::Suspends => Kind::Suspended { is_pinned: true },
            How::Slowly => quick.slow[depth].get(),
        };
        Some(Frame { number: step.number.get(), state, visit: self.visit_with(seat), kind })
    }

    /// Puts a frame on the stack at a depth, in place of what there is.
    pub(super) fn put_frame(&self, depth: usize, frame: Frame) {
        let quick = &self.quick;
        quick.truncate(depth);
        if depth < STEPS {
            let to = Known::none();
            to.state.set(Some(frame.state));
            if let Some(visit) = frame.visit {
                self.with_visit(visit, |visit| {
                    to.interpreter.set(Arc::as_ptr(&visit.interpreter));
                    to.seat.set(visit.seat);
                });
            }
            let how = self.how_it_ends(depth, &frame);
            let attachments = quick.aim(depth, how, &to, frame.number);
            if let Kind::Suspended { .. } = frame.kind {
                quick.step(depth).attachments.set(attachments - u32::from(how != How::Suspends));
            }
            quick.slow[depth].set(frame.kind);
        } else {
            quick.more.borrow_mut().push(frame);
        }
        quick.depth.set(depth + 1);
        quick.note_whether_plain();
    }

    /// Whether the end of a frame, that was not begun by the short way, is plain.
    fn how_it_ends(&self, depth: usize, frame: &Frame) -> How {
        let Some(visit) = frame.visit.filter(|_| !self.last_round.get()) else { return How::Slowly };
        let seat = self.with_visit(visit, |visit| visit.seat);
        // The short way out leaves the label.
        let is_it = |known: &&Known| std::ptr::eq(known.seat.get(), seat) && seat.occupant.label() != UNHELD;
        let Some(to) = self.quick.with_state(frame.state).find(is_it) else { return How::Slowly };
        let lent = Some(frame.state).filter(|_| std::ptr::eq(to, &self.quick.lent));
        match frame.kind {
            Kind::Nested => How::Nests,
            Kind::Suspended { is_pinned: true } => How::Suspends,
            Kind::Entered { source, before, outer: None, aside }
                if depth == 0 && source != Source::Temporary && aside.is_none() && State::from_ptr(before) == lent =>
            {
                self.quick.below.set(lent);
                How::Enters
            }
            _ => How::Slowly,
        }
    }
}

/// Whether a state, in which the thread is not, is one of that interpreter's, which a pin of this thread's keeps, and none of
/// those with an exception set: that has to be set aside, which takes a frame.
#[inline(always)]
fn may_use(places: Places, target: &Interpreter, state: State) -> bool {
    target.is(Some(places.interpreter_of(state))) && !places.has_exception(Some(state))
}

/// Gives a pin back.
#[inline(always)]
fn give_back<const NOTED: bool>(seat: &'static Place) {
    if !seat.leave::<NOTED>() {
        call_closer(seat);
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
fn drop_what_was_sent(seat: &Place, state: State) {
    // Somebody else's state has been more than visits of ours.
    if let Some(python) = Python::known().filter(|_| seat.occupant.state.get() == Some(state)) {
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
