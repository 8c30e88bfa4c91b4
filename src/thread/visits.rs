//! What a thread keeps of each interpreter it has been to: its place at the gate, its cached state, closed guards.

use super::frames::{Frame, Kind};
use super::guards::Guard;
use super::{Admission, Thread, UNHELD};
use crate::cpython::{Python, SlotValue, State};
use crate::registry::{self, Interpreter, Place};
use crate::sys::Label;
use crate::trace::What;
use std::ptr::null_mut;
use std::sync::Arc;

/// What a thread keeps of an interpreter it has been to.
pub(super) struct Visit {
    pub interpreter: Arc<Interpreter>,
    pub seat: &'static Place,
    /// Closed guards, to be opened again: in the boxes by whose addresses C knows them.
    #[allow(clippy::vec_box)]
    pub guards: Vec<Box<Guard>>,
}

impl Visit {
    pub fn is_to(&self, target: &Interpreter) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.interpreter), target)
    }

    /// Whether the interpreter has ended, or does not wait for the thread.
    pub fn is_over(&self) -> bool {
        self.interpreter.is_closed() || self.seat.is_given_up()
    }

    /// Restores the gilstate slot to `before` if the slot still holds a state that was deleted with its interpreter.
    pub fn take_from_slot(&self, state: State, before: SlotValue) {
        let (python, slot) = (self.interpreter.python, self.interpreter.slot);
        let before = if self.interpreter.life == registry::life() {
            before
        } else if slot.outlives_python() && !python.is_in_main(state) {
            // Python was started again since: the state in `before` is gone too.
            null_mut()
        } else {
            return;
        };
        let held = slot.get(python);
        // PyThreadState_Delete has emptied the slot where this thread ended the interpreter itself.
        let emptied = || held.is_null() && !before.is_null() && python.attached(None).is_none();
        if held == state.as_ptr() || emptied() {
            slot.set(before);
        }
    }

    /// Leaves a state, which this thread is not attached through and will not be again, to others.
    pub fn leave_to_others(&self, state: State) {
        let gate = &self.interpreter.gate;
        let occupant = &self.seat.occupant;
        match occupant.state.get() {
            Some(kept) if kept != state => {
                let serial = occupant.thread();
                let seat = gate.add_seat(|other| {
                    other.take_place(&self.interpreter, serial, occupant.ident(), false);
                    other.state.put(state);
                });
                gate.leave_seat_behind(seat);
            }
            _ => occupant.state.put(state),
        }
    }

    /// Gives all places back. What is left in the thread's own is for others; whether there is such a thing, and the gate open.
    pub fn give_back(self) -> bool {
        let gate = &self.interpreter.gate;
        let leaves = self.seat.occupant.state.get().is_some() && gate.leave_seat_behind(self.seat);
        if !leaves {
            gate.remove_seat(self.seat);
        }
        self.guards.iter().for_each(|guard| gate.remove_seat(guard.place));
        leaves && gate.is_open()
    }
}

impl Thread {
    pub(super) fn with_visits<R>(&self, f: impl FnOnce(&mut Vec<Option<Visit>>) -> R) -> R {
        f(&mut self.visits.borrow_mut())
    }

    /// The visit at an index that `visit` gave, and that a frame still holds.
    #[inline]
    pub(super) fn with_visit<R>(&self, index: usize, f: impl FnOnce(&Visit) -> R) -> R {
        match self.visits.borrow().get(index) {
            Some(Some(visit)) => f(visit),
            _ => unreachable!("a visit in use is never dropped"),
        }
    }

    /// The index of the visit to an interpreter, made at the first. It stays that visit's for as long as a frame names it.
    #[inline]
    pub(super) fn visit(&self, target: &Arc<Interpreter>) -> usize {
        self.known_visit(target).unwrap_or_else(|| self.first_visit(target))
    }

    pub(super) fn known_visit(&self, target: &Interpreter) -> Option<usize> {
        self.visits.borrow().iter().position(|visit| visit.as_ref().is_some_and(|visit| visit.is_to(target)))
    }

    /// The same for the interpreter of a state, which lives; None where it has no record.
    pub(super) fn visit_of(&self, python: &Python, state: State) -> Option<usize> {
        Some(self.visit(&python.interpreter_of(state).and_then(registry::find)?))
    }

    /// Whether a frame is in that interpreter.
    pub(super) fn is_in(&self, frame: &Frame, target: &Interpreter) -> bool {
        frame.visit.is_some_and(|visit| self.with_visit(visit, |visit| visit.is_to(target)))
    }

    #[cold]
    fn first_visit(&self, target: &Arc<Interpreter>) -> usize {
        self.ask_to_be_tidied();
        let (serial, ident) = (self.serial(), target.python.thread_ident());
        let seat = target.gate.add_seat(|occupant| occupant.take_place(target, serial, ident, false));
        let visit = Visit { interpreter: Arc::clone(target), seat, guards: Vec::new() };
        let frames: Vec<Frame> = self.frames().collect();
        // From 3.15 on the slot outlives Python, with what this thread was in when that ended.
        let life = registry::life();
        for frame in frames.iter() {
            if let Some(visit) = frame.visit {
                self.with_visit(visit, |visit| {
                    if visit.interpreter.life != life {
                        visit.take_from_slot(frame.state, null_mut());
                    }
                });
            }
        }
        let is_named = |index| {
            let names = |frame: &Frame| match frame.kind {
                _ if frame.visit == Some(index) => true,
                Kind::Entered { outer, .. } => outer.is_some_and(|outer| outer.visit == Some(index)),
                _ => false,
            };
            frames.iter().any(names)
        };
        let (index, replaced) = self.with_visits(|visits| {
            let is_free = |index: &usize| match &visits[*index] {
                Some(visit) => visit.interpreter.is_closed() && visit.seat.pins() == 0 && !is_named(*index),
                None => true,
            };
            let index = (0..visits.len()).find(is_free).unwrap_or_else(|| {
                visits.reserve_exact(1);
                visits.push(None);
                visits.len() - 1
            });
            (index, visits[index].replace(visit))
        });
        if let Some(ended) = replaced {
            self.quick.forget();
            ended.give_back();
        }
        index
    }

    pub(super) fn pin(&self, visit: usize, admission: Admission<'_>) -> bool {
        self.with_visit(visit, |visit| {
            let gate = &visit.interpreter.gate;
            match admission {
                Admission::Open => gate.enter(visit.seat),
                Admission::Late => gate.enter_late(visit.seat),
                Admission::Guarded(guard) => gate.enter_guarded(visit.seat, guard),
            }
        })
    }

    pub(super) fn unpin(&self, visit: usize) {
        self.with_visit(visit, |visit| {
            let occupant = &visit.seat.occupant;
            if visit.seat.pins() == 1 {
                // The stay of one whom others attached; ours end before the thread lets others in.
                if occupant.is_in() {
                    self.note(What::GoesOut, occupant);
                }
                occupant.went_out();
                occupant.set_depth(1);
                if occupant.label() == UNHELD {
                    occupant.set_label(Label::NONE);
                }
            }
            visit.interpreter.gate.leave(visit.seat);
        });
    }
}
