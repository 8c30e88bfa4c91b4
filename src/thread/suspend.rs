//! Letting go of an interpreter for a while, and coming back: for the host, for work that must not hold it up, and to go on into
//! another interpreter. The fast path, and the slow one.

use super::caller::{Caller, begin_slowly, end_slowly};
use super::stack::{Frame, INLINE, Kind, Ticket};
use super::{Admission, NOBODY, THREAD, Thread, attached_python, give_back};
use crate::cpython::{Python, State};
use crate::error::{Error, Result, Status};
use crate::nudge::reattach;
use crate::registry::{Interpreter, Participant};
use crate::sys::Label;
use crate::trace::What;
use std::cell::Cell;
use std::ptr::null_mut;

/// Lets go of the interpreter this thread is attached to, by the fast path if possible.
#[inline(always)]
pub fn suspend_by<C: Caller>(caller: C) -> C::Answer {
    if THREAD.at_hand().is_some_and(|me| me.suspend_fast(caller)) {
        C::answer(Ok(()))
    } else {
        begin_slowly(caller, Thread::suspend_slow)
    }
}

/// Comes back from the last suspend, by the fast path if possible.
#[inline(always)]
pub fn resume_by<C: Caller>(caller: C) -> C::Answer {
    if THREAD.at_hand().is_some_and(|me| me.resume_fast(caller)) {
        C::answer(Ok(()))
    } else {
        end_slowly(caller, Thread::resume_slow)
    }
}

/// Lets go of the interpreter this thread is attached to.
pub fn suspend() -> Result<Ticket> {
    let ticket = Cell::default();
    suspend_by(&ticket).map(|()| ticket.get())
}

/// Comes back from the last `suspend`.
pub fn resume(ticket: Ticket) -> Result<()> {
    resume_by(&Cell::new(ticket))
}

impl Thread {
    fn suspend_fast(&self, caller: impl Caller) -> bool {
        self.stack.depth() < INLINE && self.let_go_fast(|ticket| caller.put(ticket))
    }

    /// Lets go of the state of the last frame or of the base. False: nothing was done.
    #[inline(always)]
    pub(super) fn let_go_fast(&self, put: impl FnOnce(Ticket)) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.addresses.get());
        let below = self.stack.known(depth);
        let Frame { state, participant, attachments, is_plain, .. } = below;
        if !is_plain || !addresses().is_current(Some(state)) || !addresses().slot_holds(Some(state)) {
            return false;
        }
        // A foreign state is asked for its interpreter.
        let is_own = participant.entry.state.get() == Some(state);
        let is_here = is_own || self.locals.is_at(participant, addresses().interpreter_of(state));
        if !is_here || !participant.enter() {
            return false;
        }
        let entry = &participant.entry;
        // If another library attached this thread, the time of that is unknown: count from now.
        if !entry.is_in() {
            entry.set_label(Label::NONE);
            entry.came_in();
        }
        let kind = Kind::Suspended { is_pinned: true };
        put(self.stack.push_known(depth + 1, Frame { kind, ..below }));
        entry.set_depth(attachments.max(1));
        entry.went_away();
        addresses().detach_keeping_slot();
        true
    }

    /// Comes back from the last suspend. False: nothing was done.
    fn resume_fast(&self, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.addresses.get());
        if depth > INLINE {
            return false;
        }
        let Frame { state, participant, kind: Kind::Suspended { .. }, is_plain: true, .. } = self.stack.known(depth)
        else {
            return false;
        };
        let is_next = self.stack.is_known_by(depth, caller.ticket());
        let is_plain = addresses().is_current(None) && addresses().slot_holds(Some(state)) && participant.is_clear();
        if !is_next || !is_plain {
            return false;
        }
        self.come_back_fast(depth, state, participant, || caller.put(Ticket::default()));
        true
    }

    /// Ends the last frame, a plain suspension.
    #[inline(always)]
    pub(super) fn come_back_fast(
        &self,
        depth: usize,
        state: State,
        participant: &'static Participant,
        put: impl FnOnce(),
    ) {
        self.reattach_fast(participant, state);
        self.stack.pop_known(depth);
        put();
        if participant.pins() == 1 {
            participant.entry.went_out();
        }
        give_back(self, participant);
    }

    fn suspend_slow(&self) -> Result<Ticket> {
        let (python, state) = attached_python()?;
        Ok(self.let_go(python, state, None, None))
    }

    pub(super) fn resume_slow(&self, ticket: Ticket) -> Result<()> {
        let depth = self.stack.check(ticket, "suspension")?;
        let Some(Frame { participant, kind: Kind::Suspended { .. }, .. }) = self.stack.frame(depth) else {
            let says = "is not suspended, and this is not a suspension: pass it to pyferry_detach";
            return Err(Error::here(Status::WrongOrder, says));
        };
        let python = Python::in_process()?;
        let is_over = self.locals.at(participant).is_some_and(|local| local.is_over());
        if !is_over && self.current(python).is_some() {
            let says =
                "is attached to an interpreter already: it came back by other means, and must let go by them first";
            return Err(Error::here(Status::WrongOrder, says));
        }
        if self.come_back(python, ticket.number) {
            return Ok(());
        }
        let says =
            "cannot come back: the interpreter it let go of has ended, or did not wait for it; the suspension is over";
        Err(Error::here(Status::Closed, says))
    }

    /// Lets go of the state that this thread is attached through, with a frame for the time until `come_back`. Its interpreter is kept
    /// by a pin, unless it is `taken_down`. `into` is the interpreter that the thread goes on into.
    pub(super) fn let_go(
        &self,
        python: &Python,
        state: State,
        taken_down: Option<&Interpreter>,
        into: Option<&Interpreter>,
    ) -> Ticket {
        let is_taken_down = taken_down.is_some_and(|interpreter| interpreter.is(python.interpreter_of(state)));
        let held = if is_taken_down { None } else { self.hold(python, state) };
        let (participant, is_pinned) = held.unwrap_or((&NOBODY, false));
        if is_pinned {
            participant.entry.went_away();
        }
        match into {
            Some(target) => self.note_of(What::Crosses, target.id, Label::NONE),
            None if held.is_some() => self.note(What::LetsGo, &participant.entry),
            None => {}
        }
        python.detach_keeping_slot();
        self.stack.push(Frame::new(state, participant, Kind::Suspended { is_pinned }))
    }

    /// Takes a pin, if it can still be had, that keeps the interpreter of a state which this thread is about to let go of. None:
    /// nothing of ours keeps it.
    fn hold(&self, python: &Python, state: State) -> Option<(&'static Participant, bool)> {
        // `may_be_attached`: a state from an earlier run of Python may have had the same address.
        let entered = |frame: &Frame| frame.is_entered() && frame.state == state && self.may_be_attached(frame);
        let entered = self.stack.frames().rev().find(entered).and_then(|frame| self.locals.at(frame.participant));
        let local = entered.or_else(|| self.local_of(python, state))?;
        let Interpreter { gate, .. } = &*local.interpreter;
        // First: a pin of an attachment below does not keep what this very thread ends.
        if !gate.is_open() && gate.is_claimed_by(self.stack.serial()) {
            return None;
        }
        let entry = &local.participant.entry;
        // If another library attached this thread, the time of that is unknown: count from now.
        let is_first = !entry.is_in();
        if is_first {
            entry.set_label(Label::NONE);
            self.note(What::ComesIn, entry);
            entry.set_depth(1);
            entry.came_in();
        }
        // If the gate is closing, take the pin all the same (Admission::Late): this thread is inside already, even if it was attached
        // by somebody else. But only once: Python threads that let go in turn would hold a shutdown up for ever.
        let may_be_late = || !is_first || !local.was_late.replace(true);
        let is_pinned = local.pin(Admission::Open) || (may_be_late() && local.pin(Admission::Late));
        if is_first && !is_pinned {
            self.note(What::GoesOut, entry);
            entry.went_out();
        }
        Some((local.participant, is_pinned))
    }

    /// Attaches this thread again as before it let go, and ends the frame of that time. False: the interpreter has ended, or this
    /// thread was given up; it stays detached.
    pub(super) fn come_back(&self, python: &Python, number: u64) -> bool {
        let Some(Frame { state, participant, kind: Kind::Suspended { is_pinned }, .. }) = self.stack.remove(number)
        else {
            return false;
        };
        let Some(local) = self.locals.at(participant) else {
            reattach(python, state);
            return true;
        };
        let is_pinned = is_pinned || local.pin(Admission::Late);
        let is_back = is_pinned && !local.is_over();
        if is_back {
            self.note(What::Waits, &participant.entry);
            participant.entry.sets_out_again();
            reattach(python, state);
            participant.entry.came_back();
            self.note(What::ComesBack, &participant.entry);
        } else {
            local.take_from_slot(state, null_mut());
        }
        if is_pinned {
            self.unpin(&local);
        }
        is_back
    }

    /// Runs `f` with this thread detached, and attaches it again. False: as `come_back`.
    pub(super) fn released<R>(
        &self,
        python: &Python,
        taken_down: Option<&Interpreter>,
        f: impl FnOnce() -> R,
    ) -> (R, bool) {
        let left = self.current(python).map(|state| self.let_go(python, state, taken_down, None));
        let result = f();
        (result, left.is_none_or(|left| self.come_back(python, left.number)))
    }
}
