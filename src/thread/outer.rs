//! What a thread lets go of for a while, and how it comes back to that: the interpreter has to be there still.

use super::stack::{Frame, Kind, Outer, Ticket};
use super::{Admission, Thread, reattach};
use crate::cpython::{Python, State};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::trace::What;
use std::ptr::null_mut;

impl Thread {
    /// A thread that goes from one interpreter to another, or lets go, must find the first one there when it comes back.
    pub(super) fn hold(&self, python: &Python, state: State) -> Outer {
        // Alive: the next life's state may have the address that the last one's had.
        let entered = |frame: &Frame| frame.is_entered() && frame.state == state && self.may_be_attached(frame);
        let entered = self.stack.frames().rev().find(entered).and_then(|frame| self.locals.at(frame.participant));
        let Some(local) = entered.or_else(|| self.local_of(python, state)) else {
            return Outer::unkept(state);
        };
        let entry = &local.participant.entry;
        // If another library attached this thread, the time of that is unknown: count from now.
        let is_first = !entry.is_in();
        if is_first {
            entry.set_label(Label::NONE);
            self.note(What::ComesIn, entry);
            entry.set_depth(1);
            entry.came_in(self.pace.now());
        }
        // If the gate is closing, take the pin all the same (Admission::Late): this thread is inside already, even if it was attached
        // by somebody else.
        if local.pin(Admission::Open) || local.pin(Admission::Late) {
            return Outer { state, participant: local.participant, is_pinned: true };
        }
        if is_first {
            self.note(What::GoesOut, entry);
            entry.went_out();
        }
        if local.interpreter.is_taken_down_by(self.stack.serial()) {
            return Outer::unkept(state);
        }
        Outer { state, participant: local.participant, is_pinned: false }
    }

    /// Comes back to what this thread let go of. False: that has ended, or has not waited for this thread, which stays
    /// outside.
    pub(super) fn restore(&self, python: &Python, outer: Option<Outer>) -> bool {
        let Some(Outer { state, participant, is_pinned }) = outer else { return true };
        let Some(local) = self.locals.at(participant) else {
            reattach(python, state);
            return true;
        };
        let is_pinned = is_pinned || local.pin(Admission::Late);
        let is_back = is_pinned && !local.is_over();
        if is_back {
            self.note(What::Waits, &participant.entry);
            participant.entry.coming_back(|| self.pace.now(), || reattach(python, state));
            self.note(What::ComesBack, &participant.entry);
        } else {
            local.take_from_slot(state, null_mut());
        }
        if is_pinned {
            self.unpin(&local);
        }
        is_back
    }

    /// Gives up the hold on something that this thread will not come back to.
    pub(super) fn release(&self, outer: Option<Outer>) {
        if let Some(local) = outer.filter(|outer| outer.is_pinned).and_then(|outer| self.locals.at(outer.participant)) {
            self.unpin(&local);
        }
    }

    /// Lets go, under a frame.
    pub(super) fn detach_keeping_slot_of(&self, python: &Python, outer: Outer) -> Ticket {
        let Outer { state, participant, is_pinned } = outer;
        if is_pinned {
            participant.entry.went_away(self.pace.now());
        }
        if !outer.is_unkept() {
            self.note(What::LetsGo, &participant.entry);
        }
        python.detach_keeping_slot();
        self.stack.push(Frame::new(state, participant, Kind::Suspended { is_pinned }))
    }

    /// False: it could not be attached again.
    pub(super) fn released(&self, python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
        let Some(state) = self.current(python) else {
            f();
            return true;
        };
        let is_ours = taken_down.is_some_and(|interpreter| interpreter.is(python.interpreter_of(state)));
        let outer = if is_ours { Outer::unkept(state) } else { self.hold(python, state) };
        let number = self.detach_keeping_slot_of(python, outer).number;
        f();
        self.stack.remove(number);
        self.restore(python, Some(outer))
    }
}
