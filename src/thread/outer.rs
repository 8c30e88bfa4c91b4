//! What a thread lets go of for a while, and how it comes back to it: the interpreter has to be there still.

use super::frames::{Kind, Outer, Ticket};
use super::visits::Visit;
use super::{Admission, Thread, come_back};
use crate::cpython::{Python, State};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::trace::What;
use std::ptr::null_mut;

impl Thread {
    /// A thread that goes from one interpreter to another, or lets go, must find the first one there when it comes back.
    pub(super) fn hold(&self, python: &Python, state: State) -> Outer {
        let entered = self.frames().rev().find_map(|frame| match frame.kind {
            // Alive: the next life's state may have the address that the last one's had.
            Kind::Entered { .. } if frame.state == state && self.may_be_attached(&frame) => frame.visit,
            _ => None,
        });
        let Some(visit) = entered.or_else(|| self.visit_of(python, state)) else {
            return Outer { state, visit: None, is_pinned: false };
        };
        // If another library attached this thread, the time of that is unknown: count from now.
        let first = self.with_visit(visit, |here| {
            let occupant = &here.seat.occupant;
            let first = !occupant.is_in();
            if first {
                occupant.set_label(Label::NONE);
                self.note(What::ComesIn, occupant);
                occupant.set_depth(1);
                occupant.came_in(self.pace.now());
            }
            first
        });
        // If the gate is closing, take the pin all the same (Admission::Late): this thread is inside already, even if it was attached
        // by somebody else.
        if self.pin(visit, Admission::Open) || self.pin(visit, Admission::Late) {
            return Outer { state, visit: Some(visit), is_pinned: true };
        }
        let ours = self.with_visit(visit, |here| {
            if first {
                self.note(What::GoesOut, &here.seat.occupant);
                here.seat.occupant.went_out();
            }
            here.interpreter.is_taken_down_by(self.serial())
        });
        Outer { state, visit: Some(visit).filter(|_| !ours), is_pinned: false }
    }

    /// Comes back to what this thread let go of. False: that has ended, or has not waited for this thread, which stays
    /// outside.
    pub(super) fn restore(&self, python: &Python, outer: Option<Outer>) -> bool {
        let Some(Outer { state, visit, is_pinned }) = outer else { return true };
        let Some(visit) = visit else {
            come_back(python, state);
            return true;
        };
        let is_pinned = is_pinned || self.pin(visit, Admission::Late);
        let back = is_pinned && !self.with_visit(visit, Visit::is_over);
        if back {
            let occupant = &self.with_visit(visit, |here| here.seat).occupant;
            self.note(What::Waits, occupant);
            occupant.coming_back(|| self.pace.now(), || come_back(python, state));
            self.note(What::ComesBack, occupant);
        } else {
            self.with_visit(visit, |here| here.take_from_slot(state, null_mut()));
        }
        if is_pinned {
            self.unpin(visit);
        }
        back
    }

    /// Gives up the hold on something that this thread will not come back to.
    pub(super) fn release(&self, outer: Option<Outer>) {
        if let Some(visit) = outer.and_then(Outer::pinned) {
            self.unpin(visit);
        }
    }

    /// False: it could not be attached again.
    pub(super) fn released(&self, python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
        let Some(state) = self.current(python) else {
            f();
            return true;
        };
        let ours = taken_down.is_some_and(|interpreter| interpreter.is(python.interpreter_of(state)));
        let outer = if ours { Outer { state, visit: None, is_pinned: false } } else { self.hold(python, state) };
        let number = self.let_go_of(python, outer).number;
        f();
        self.remove(number);
        self.restore(python, Some(outer))
    }

    /// Lets go, under a frame.
    pub(super) fn let_go_of(&self, python: &Python, outer: Outer) -> Ticket {
        let Outer { state, visit, is_pinned } = outer;
        if let Some(visit) = outer.pinned() {
            self.with_visit(visit, |visit| visit.seat.occupant.went_away(self.pace.now()));
        }
        if let Some(visit) = visit {
            self.note_at(What::LetsGo, visit);
        }
        python.let_go();
        self.push(state, visit, Kind::Suspended { is_pinned })
    }
}
