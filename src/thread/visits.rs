//! What a thread keeps of each interpreter it has been to: its place at the gate, its cached state, closed guards.

use super::frames::Kind;
use super::guards::Guard;
use super::left::Left;
use super::{Admission, Thread, UNHELD};
use crate::cpython::{SlotValue, State};
use crate::registry::{self as record, Interpreter, Place};
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
    /// Whether the interpreter has ended, or does not wait for the thread.
    pub fn is_over(&self) -> bool {
        self.interpreter.is_closed() || self.seat.is_given_up()
    }

    /// Restores the gilstate slot to `before` if the slot still holds a state that was deleted with its interpreter.
    pub fn take_from_slot(&self, state: State, before: SlotValue) {
        let (python, slot) = (self.interpreter.python, self.interpreter.slot);
        let before = if self.interpreter.life == record::life() {
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

    /// The index of the visit to an interpreter, made at the first.
    #[inline]
    pub(super) fn visit(&self, target: &Arc<Interpreter>) -> usize {
        let known = matches!(
            self.visits.borrow().get(target.index),
            Some(Some(visit)) if visit.interpreter.serial == target.serial
        );
        if !known {
            self.first_visit(target);
        }
        target.index
    }

    #[cold]
    pub(super) fn first_visit(&self, target: &Arc<Interpreter>) {
        // Steps are known by their visits, of which this may replace one.
        self.settle();
        self.ask_to_be_tidied();
        let (serial, ident) = (self.serial(), target.python.thread_ident());
        let seat = target.gate.add_seat(|occupant| occupant.take_place(target, serial, ident, false));
        let visit = Visit { interpreter: Arc::clone(target), seat, guards: Vec::new() };
        let replaced = self.with_visits(|visits| {
            if visits.len() <= target.index {
                visits.reserve_exact(target.index + 1 - visits.len());
                visits.resize_with(target.index + 1, || None);
            }
            visits[target.index].replace(visit)
        });
        if let Some(ended) = replaced {
            self.end_frames(target.index, &ended);
            self.quick.forget();
            ended.give_back();
        }
    }

    /// The interpreter with this index has ended under frames of this thread.
    #[cold]
    pub(super) fn end_frames(&self, index: usize, ended: &Visit) {
        let (life, slot) = (ended.interpreter.life, ended.interpreter.slot);
        for frame in self.frames_mut().iter_mut() {
            match &mut frame.kind {
                Kind::Entered { visit, before, left, .. } if *visit == index => {
                    self.note(What::GoesOut, &ended.seat.occupant);
                    ended.take_from_slot(frame.state, null_mut());
                    frame.kind = Kind::Ended { life, slot, before: *before, left: *left };
                }
                Kind::Suspended { hold } if hold.visit() == Some(index) => {
                    ended.take_from_slot(frame.state, null_mut());
                    frame.kind = Kind::Ended { life, slot, before: null_mut(), left: Left::Nothing };
                }
                Kind::Entered { before, left, .. } | Kind::Ended { before, left, .. } => {
                    if let Left::There(state, hold) = *left
                        && hold.visit() == Some(index)
                    {
                        *left = Left::Gone;
                        if *before == state.as_ptr() {
                            *before = null_mut();
                        }
                    }
                }
                _ => {}
            }
        }
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
