//! What a thread lets go of for a while, and how it comes back to it: the interpreter has to be there still.

use super::frames::{Kind, Ticket};
use super::visits::Visit;
use super::{Admission, Thread, come_back};
use crate::cpython::{Python, State};
use crate::registry::{self as record, Interpreter};
use crate::sys::Label;
use crate::trace::What;
use std::ptr::null_mut;

/// What a thread was attached to before.
#[derive(Clone, Copy, Debug)]
pub(super) enum Left {
    Nothing,
    There(State, Hold),
    /// In an interpreter that has ended since, and whose place is taken by another.
    Gone,
}

impl Left {
    pub fn state(self) -> Option<State> {
        if let Left::There(state, _) = self { Some(state) } else { None }
    }

    /// The state, unless it may be gone by now.
    pub fn alive(self) -> Option<State> {
        if let Left::There(_, Hold::Refused(_)) = self { None } else { self.state() }
    }

    pub fn hold(self) -> Hold {
        if let Left::There(_, hold) = self { hold } else { Hold::Free }
    }
}

/// What keeps an interpreter that a thread let go of until the thread is back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hold {
    /// A pin of that visit's.
    Pinned(usize),
    /// Nothing: another thread was past waiting for anybody.
    Refused(usize),
    /// Nothing that we know of: the interpreter has no record, or this very thread takes it down.
    Free,
}

impl Hold {
    pub fn pinned(self) -> Option<usize> {
        if let Hold::Pinned(visit) = self { Some(visit) } else { None }
    }

    pub fn visit(self) -> Option<usize> {
        match self {
            Hold::Pinned(visit) | Hold::Refused(visit) => Some(visit),
            Hold::Free => None,
        }
    }
}

impl Thread {
    /// A thread that goes from one interpreter to another, or lets go, must find the first one there when it comes back.
    pub(super) fn hold(&self, python: &Python, state: State) -> Hold {
        let entered = self.frames().iter().rev().find_map(|frame| match frame.kind {
            // Alive: the next life's state may have the address that the last one's had.
            Kind::Entered { visit, .. } if frame.state == state && self.may_be_attached(frame) => Some(visit),
            _ => None,
        });
        let visit = match entered {
            Some(visit) => visit,
            None => match python.interpreter_of(state).and_then(record::find) {
                Some(interpreter) => self.visit(&interpreter),
                None => return Hold::Free,
            },
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
            return Hold::Pinned(visit);
        }
        let ours = self.with_visit(visit, |here| {
            if first {
                self.note(What::GoesOut, &here.seat.occupant);
                here.seat.occupant.went_out();
            }
            here.interpreter.is_taken_down_by(self.serial())
        });
        if ours { Hold::Free } else { Hold::Refused(visit) }
    }

    /// Comes back to what this thread let go of. False: that has ended, or has not waited for this thread, which stays
    /// outside.
    pub(super) fn come_back_to(&self, python: &Python, state: State, hold: Hold) -> bool {
        let Some(visit) = hold.visit() else {
            come_back(python, state);
            return true;
        };
        let pinned = hold.pinned().is_some() || self.pin(visit, Admission::Late);
        let back = pinned && !self.with_visit(visit, Visit::is_over);
        if back {
            let occupant = &self.with_visit(visit, |here| here.seat).occupant;
            self.note(What::Waits, occupant);
            occupant.coming_back(|| self.pace.now(), || come_back(python, state));
            self.note(What::ComesBack, occupant);
        } else {
            self.with_visit(visit, |here| here.take_from_slot(state, null_mut()));
        }
        if pinned {
            self.unpin(visit);
        }
        back
    }

    /// Gives up the hold on something that this thread has come back to, or never will.
    pub(super) fn release(&self, hold: Hold) {
        if let Some(visit) = hold.pinned() {
            self.unpin(visit);
        }
    }

    /// Comes back to what this thread was attached to before. False: as above.
    pub(super) fn go_back(&self, python: &Python, left: Left) -> bool {
        match left {
            Left::Nothing => true,
            Left::There(state, hold) => self.come_back_to(python, state, hold),
            Left::Gone => false,
        }
    }

    /// False: it could not be attached again.
    pub(super) fn released(&self, python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
        let Some(state) = self.current(python) else {
            f();
            return true;
        };
        let ours = taken_down.is_some_and(|interpreter| interpreter.is(python.interpreter_of(state)));
        let hold = if ours { Hold::Free } else { self.hold(python, state) };
        let number = self.let_go_of(python, state, hold).number;
        f();
        self.frames_mut().retain(|frame| frame.number != number);
        self.come_back_to(python, state, hold)
    }

    /// Lets go, under a frame.
    pub(super) fn let_go_of(&self, python: &Python, state: State, hold: Hold) -> Ticket {
        let serial = hold.visit().map_or(0, |visit| self.with_visit(visit, |visit| visit.interpreter.serial));
        if let Some(visit) = hold.pinned() {
            self.with_visit(visit, |visit| visit.seat.occupant.went_away(self.pace.now()));
        }
        if let Some(visit) = hold.visit() {
            self.note_at(What::LetsGo, visit);
        }
        python.let_go();
        self.push(state, serial, Kind::Suspended { hold })
    }
}
