//! What one thread keeps of each interpreter that it has been to: its participant at the gate, which has its cached thread state, and
//! closed guards.

use super::Admission;
use super::guards::Guard;
use super::stack::Stack;
use crate::cpython::{Raw, SlotValue, State};
use crate::registry::{self, Interpreter, Participant};
use crate::sys::Label;
use std::cell::{Cell, RefCell};
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::Arc;

/// What a thread keeps of an interpreter.
pub(super) struct Local {
    pub interpreter: Arc<Interpreter>,
    pub participant: &'static Participant,
    /// While the gate was closing, the thread has let go of what others had attached, and the shutdown waited for it.
    pub was_late: Cell<bool>,
    /// Closed guards, to be opened again: in boxes, whose addresses are the handles that C gets.
    #[allow(clippy::vec_box)]
    pub guards: RefCell<Vec<Box<Guard>>>,
}

impl Local {
    /// Whether the interpreter has ended, or the thread was given up.
    pub fn is_over(&self) -> bool {
        self.interpreter.is_closed() || self.participant.is_given_up()
    }

    /// The thread's cached state.
    pub fn state(&self) -> Option<State> {
        self.participant.entry.state.get()
    }

    /// Sets the label of a stay, and when the thread set out for it: before the pin is taken, so that whoever sees the pin sees both.
    pub fn comes_for(&self, label: Label) {
        let entry = &self.participant.entry;
        if !entry.is_in() {
            entry.set_label(label);
            entry.sets_out();
        }
    }

    /// Takes a pin. False: refused.
    pub fn pin(&self, admission: Admission<'_>) -> bool {
        let gate = &self.interpreter.gate;
        match admission {
            Admission::Open => gate.enter(self.participant),
            Admission::Late => gate.enter_late(self.participant),
            Admission::Guarded(guard) => gate.enter_guarded(self.participant, guard),
        }
    }

    /// Restores the gilstate slot to `before` if the slot still holds a state that was deleted with its interpreter.
    pub fn take_from_slot(&self, state: State, before: SlotValue) {
        let (python, slot) = (self.interpreter.python, self.interpreter.slot);
        let before = if self.interpreter.life == registry::life() {
            before
        } else if slot.outlives_python() && !python.is_in_main(state) {
            // Python was started again since: the state in `before` is deleted too.
            null_mut()
        } else {
            return;
        };
        let held = slot.get(python);
        // If this thread ended the interpreter itself, PyThreadState_Delete has emptied the slot.
        let emptied = || held.is_null() && !before.is_null() && python.attached(None).is_none();
        if held == state.as_ptr() || emptied() {
            slot.set(before);
        }
    }

    /// Leaves a state, through which this thread will not be attached again, for another thread to delete (`orphans`).
    pub fn leave_to_others(&self, state: State) {
        let gate = &self.interpreter.gate;
        let entry = &self.participant.entry;
        match entry.state.get() {
            Some(kept) if kept != state => {
                let serial = entry.thread();
                let participant = gate.add_participant(|other| {
                    other.assign(&self.interpreter, serial, entry.ident(), false);
                    other.state.put(state);
                });
                gate.orphan(participant);
            }
            _ => entry.state.put(state),
        }
    }

    /// Gives all participants back. A state that is left in the thread's own is orphaned; returns whether one is, at an open gate.
    pub fn give_back(&self) -> bool {
        let gate = &self.interpreter.gate;
        let leaves = self.state().is_some() && gate.orphan(self.participant);
        if !leaves {
            gate.remove_participant(self.participant);
        }
        self.give_guards_back();
        leaves && gate.is_open()
    }

    /// Gives the participants of closed guards back.
    pub fn give_guards_back(&self) {
        self.guards.take().into_iter().for_each(|guard| self.interpreter.gate.remove_participant(guard.participant));
    }
}

/// The `Local`s of a thread.
pub(super) struct Locals(RefCell<Vec<Rc<Local>>>);

impl Locals {
    pub const fn new() -> Locals {
        Locals(RefCell::new(Vec::new()))
    }

    /// A copy, so that nothing stays borrowed.
    pub fn all(&self) -> Vec<Rc<Local>> {
        self.0.borrow().clone()
    }

    pub fn of(&self, target: &Interpreter) -> Option<Rc<Local>> {
        self.find(|local| std::ptr::eq(&*local.interpreter, target))
    }

    /// The `Local` with that participant.
    pub fn at(&self, participant: &Participant) -> Option<Rc<Local>> {
        self.find(|local| std::ptr::eq(local.participant, participant))
    }

    /// This thread's participant at an interpreter, and its cached state.
    #[inline]
    pub fn own(&self, target: &Interpreter) -> Option<(&'static Participant, State)> {
        let list = self.0.borrow();
        let participant = list.iter().map(|local| local.participant).find(|own| own.entry.is_at(target))?;
        Some((participant, participant.entry.state.get()?))
    }

    /// Whether that participant is this thread's in the interpreter `raw`.
    pub fn is_at(&self, participant: &Participant, raw: Raw) -> bool {
        let is_it = |local: &Rc<Local>| std::ptr::eq(local.participant, participant) && local.interpreter.is(Some(raw));
        self.0.borrow().iter().any(is_it)
    }

    fn find(&self, is_it: impl Fn(&Local) -> bool) -> Option<Rc<Local>> {
        self.0.borrow().iter().find(|local| is_it(local)).cloned()
    }

    pub fn add(&self, target: &Arc<Interpreter>, serial: u64) -> Rc<Local> {
        let ident = target.python.thread_ident();
        let participant = target.gate.add_participant(|entry| entry.assign(target, serial, ident, false));
        let local = Rc::new(Local {
            interpreter: Arc::clone(target),
            participant,
            was_late: Cell::new(false),
            guards: RefCell::new(Vec::new()),
        });
        let mut list = self.0.borrow_mut();
        list.reserve_exact(1);
        list.push(Rc::clone(&local));
        local
    }

    /// Removes and returns the `Local`s of ended interpreters that have no pin and that no frame names.
    pub fn take_ended(&self, stack: &Stack) -> Vec<Rc<Local>> {
        let names = |participant| stack.frames().any(|frame| std::ptr::eq(frame.participant, participant));
        let stays = |local: &Rc<Local>| {
            !local.interpreter.is_closed() || local.participant.pins() > 0 || names(local.participant)
        };
        let (stay, ended) = self.0.take().into_iter().partition(stays);
        self.0.replace(stay);
        ended
    }

    pub fn take(&self) -> Vec<Rc<Local>> {
        self.0.take()
    }
}
