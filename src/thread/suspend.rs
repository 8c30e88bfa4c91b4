//! Letting go of an interpreter for a while: the fast path, and the slow one.

use super::detach::{end_slowly, ended};
use super::stack::{Frame, INLINE, Kind, Outer, Ticket};
use super::{Caller, THREAD, Thread, attached_python, give_back, slowly};
use crate::cpython::Python;
use crate::error::{Error, Result, Status};
use crate::sys::Label;
use std::cell::Cell;

/// Lets go of the interpreter this thread is attached to, by the fast path if possible.
#[inline(always)]
pub fn suspend_by<C: Caller>(caller: C) -> C::Answer {
    if THREAD.at_hand().is_some_and(|me| me.suspend_fast(caller)) { C::answer(Ok(())) } else { suspend_slowly(caller) }
}

#[cold]
fn suspend_slowly<C: Caller>(caller: C) -> C::Answer {
    C::answer(suspend_cold().map(|ticket| caller.put(ticket)))
}

fn suspend_cold() -> Result<Ticket> {
    slowly(|me| me.cleanly(|| me.suspend_slow()))
}

/// Comes back from the last suspend, by the fast path if possible.
#[inline(always)]
pub fn resume_by<C: Caller>(caller: C) -> C::Answer {
    if THREAD.at_hand().is_some_and(|me| me.resume_fast(caller)) { C::answer(Ok(())) } else { resume_slowly(caller) }
}

#[cold]
fn resume_slowly<C: Caller>(caller: C) -> C::Answer {
    end_slowly(caller, resume_cold)
}

fn resume_cold(caller: &Cell<Ticket>) -> Result<()> {
    slowly(|me| ended(caller, me.cleanly(|| me.resume_slow(caller.get()))))
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
    /// Lets go of the state of the last frame or of the base. False: nothing was done.
    fn suspend_fast(&self, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.cache.addresses());
        if depth >= INLINE {
            return false;
        }
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
        caller.put(self.stack.push_known(depth + 1, Frame { kind, ..below }));
        entry.set_depth(attachments.max(1));
        entry.went_away();
        addresses().detach_keeping_slot();
        true
    }

    pub(super) fn suspend_slow(&self) -> Result<Ticket> {
        let (python, state) = attached_python()?;
        Ok(self.detach_keeping_slot_of(python, self.hold(python, state)))
    }

    /// Comes back from the last suspend. False: nothing was done.
    fn resume_fast(&self, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.cache.addresses());
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
        self.reattach_fast(participant, state);
        self.stack.pop_known(depth);
        caller.put(Ticket::default());
        if participant.pins() == 1 {
            participant.entry.went_out();
        }
        give_back(self, participant);
        true
    }

    pub(super) fn resume_slow(&self, ticket: Ticket) -> Result<()> {
        let depth = self.stack.check(ticket, "suspension")?;
        let Some(Frame { state, participant, kind: Kind::Suspended { is_pinned }, .. }) = self.stack.frame(depth)
        else {
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
        let is_back = self.restore(python, Some(Outer { state, participant, is_pinned }));
        self.stack.truncate(depth - 1);
        if is_back {
            return Ok(());
        }
        let says =
            "cannot come back: the interpreter it let go of has ended, or did not wait for it; the suspension is over";
        Err(Error::here(Status::Closed, says))
    }
}
