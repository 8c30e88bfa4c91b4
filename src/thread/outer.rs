//! How a thread lets go of an attachment and restores it: until then its interpreter must not end.

use super::stack::{Frame, Kind, Outer, Ticket};
use super::{Admission, Thread, reattach};
use crate::cpython::{Python, State};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::trace::What;
use std::ptr::null_mut;

impl Thread {
    /// Keeps, with a pin, the interpreter of a state that this thread is about to let go of, for `restore`.
    pub(super) fn hold(&self, python: &Python, state: State) -> Outer {
        // `may_be_attached`: a state from an earlier run of Python may have had the same address.
        let entered = |frame: &Frame| frame.is_entered() && frame.state == state && self.may_be_attached(frame);
        let entered = self.stack.frames().rev().find(entered).and_then(|frame| self.locals.at(frame.participant));
        let Some(local) = entered.or_else(|| self.local_of(python, state)) else {
            return Outer::unkept(state);
        };
        // First: a pin of an attachment below does not keep what this very thread ends.
        if !local.interpreter.gate.is_open() && local.interpreter.gate.is_claimed_by(self.stack.serial()) {
            return Outer::unkept(state);
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
        if local.pin(Admission::Open) || (may_be_late() && local.pin(Admission::Late)) {
            return Outer { state, participant: local.participant, is_pinned: true };
        }
        if is_first {
            self.note(What::GoesOut, entry);
            entry.went_out();
        }
        Outer { state, participant: local.participant, is_pinned: false }
    }

    /// Attaches this thread again as before `hold`. False: the interpreter has ended, or this thread was given up; it stays detached.
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
            participant.entry.coming_back(|| reattach(python, state));
            self.note(What::ComesBack, &participant.entry);
        } else {
            local.take_from_slot(state, null_mut());
        }
        if is_pinned {
            self.unpin(&local);
        }
        is_back
    }

    /// Undoes `hold` for an attachment that will not be restored.
    pub(super) fn release(&self, outer: Option<Outer>) {
        if let Some(local) = outer.filter(|outer| outer.is_pinned).and_then(|outer| self.locals.at(outer.participant)) {
            self.unpin(&local);
        }
    }

    /// Lets go of `outer`, with a frame for the time until it is restored.
    pub(super) fn detach_keeping_slot_of(&self, python: &Python, outer: Outer) -> Ticket {
        let Outer { state, participant, is_pinned } = outer;
        if is_pinned {
            participant.entry.went_away();
        }
        if !outer.is_unkept() {
            self.note(What::LetsGo, &participant.entry);
        }
        python.detach_keeping_slot();
        self.stack.push(Frame::new(state, participant, Kind::Suspended { is_pinned }))
    }

    // Compiled once, and not for each `f` of `released`.
    fn let_go(&self, python: &Python, state: State, taken_down: Option<&Interpreter>) -> (Outer, u64) {
        let is_ours = taken_down.is_some_and(|interpreter| interpreter.is(python.interpreter_of(state)));
        let outer = if is_ours { Outer::unkept(state) } else { self.hold(python, state) };
        (outer, self.detach_keeping_slot_of(python, outer).number)
    }

    /// As the function of this name in `thread`.
    pub(super) fn released(&self, python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
        let Some(state) = self.current(python) else {
            f();
            return true;
        };
        let (outer, number) = self.let_go(python, state, taken_down);
        f();
        self.stack.remove(number);
        self.restore(python, Some(outer))
    }
}
