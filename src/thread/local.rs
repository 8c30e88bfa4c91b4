//! What one thread keeps of the interpreters that it has been to: of each its place at the gate, with the state it keeps in
//! there, and closed guards.

use super::guards::Guard;
use super::stack::Stack;
use super::{Admission, NOBODY};
use crate::cpython::{Places, Raw, SlotValue, State};
use crate::registry::{self, Interpreter, Place};
use crate::sys::Label;
use std::cell::{Cell, RefCell};
use std::ptr::null_mut;
use std::rc::Rc;
use std::sync::Arc;

/// What a thread keeps of an interpreter.
pub(super) struct Local {
    pub interpreter: Arc<Interpreter>,
    pub place: &'static Place,
    /// Closed guards, to be opened again: in the boxes by whose addresses C knows them.
    #[allow(clippy::vec_box)]
    pub guards: RefCell<Vec<Box<Guard>>>,
}

impl Local {
    fn is_to(&self, target: &Interpreter) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.interpreter), target)
    }

    /// Whether the interpreter has ended, or does not wait for the thread.
    pub fn is_over(&self) -> bool {
        self.interpreter.is_closed() || self.place.is_given_up()
    }

    /// The state that the thread keeps there.
    pub fn state(&self) -> Option<State> {
        self.place.occupant.state.get()
    }

    /// Notes what the thread comes for: before the pin, so that whoever sees that sees whose it is.
    pub fn comes_for(&self, label: Label) {
        if !self.place.occupant.is_in() {
            self.place.occupant.set_label(label);
        }
    }

    pub fn pin(&self, admission: Admission<'_>) -> bool {
        let gate = &self.interpreter.gate;
        match admission {
            Admission::Open => gate.enter(self.place),
            Admission::Late => gate.enter_late(self.place),
            Admission::Guarded(guard) => gate.enter_guarded(self.place, guard),
        }
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
        let occupant = &self.place.occupant;
        match occupant.state.get() {
            Some(kept) if kept != state => {
                let serial = occupant.thread();
                let place = gate.add_seat(|other| {
                    other.take_place(&self.interpreter, serial, occupant.ident(), false);
                    other.state.put(state);
                });
                gate.leave_seat_behind(place);
            }
            _ => occupant.state.put(state),
        }
    }

    /// Gives all places back. What is left in the thread's own is for others; whether there is such a thing, and the gate open.
    pub fn give_back(&self) -> bool {
        let gate = &self.interpreter.gate;
        let leaves = self.state().is_some() && gate.leave_seat_behind(self.place);
        if !leaves {
            gate.remove_seat(self.place);
        }
        self.give_guards_back();
        leaves && gate.is_open()
    }

    /// Gives the places of closed guards back.
    pub fn give_guards_back(&self) {
        self.guards.take().into_iter().for_each(|guard| self.interpreter.gate.remove_seat(guard.place));
    }
}

/// All that a thread keeps, of whatever interpreters.
pub(super) struct Locals(RefCell<Vec<Rc<Local>>>);

impl Locals {
    pub const fn new() -> Locals {
        Locals(RefCell::new(Vec::new()))
    }

    /// As they are now: nothing is borrowed.
    pub fn all(&self) -> Vec<Rc<Local>> {
        self.0.borrow().clone()
    }

    pub fn of(&self, target: &Interpreter) -> Option<Rc<Local>> {
        self.find(|local| local.is_to(target))
    }

    /// The one with a place of this thread's.
    pub fn at(&self, place: &Place) -> Option<Rc<Local>> {
        self.find(|local| std::ptr::eq(local.place, place))
    }

    /// Whether that place is at the interpreter which CPython has there.
    pub fn is_at(&self, place: &Place, raw: Raw) -> bool {
        let is_it = |local: &Rc<Local>| std::ptr::eq(local.place, place) && local.interpreter.is(Some(raw));
        self.0.borrow().iter().any(is_it)
    }

    fn find(&self, is_it: impl Fn(&Local) -> bool) -> Option<Rc<Local>> {
        self.0.borrow().iter().find(|local| is_it(local)).cloned()
    }

    pub fn add(&self, target: &Arc<Interpreter>, serial: u64) -> Rc<Local> {
        let ident = target.python.thread_ident();
        let place = target.gate.add_seat(|occupant| occupant.take_place(target, serial, ident, false));
        let local = Rc::new(Local { interpreter: Arc::clone(target), place, guards: RefCell::new(Vec::new()) });
        let mut list = self.0.borrow_mut();
        list.reserve_exact(1);
        list.push(Rc::clone(&local));
        local
    }

    /// Takes away those of ended interpreters that nothing on the stack names.
    pub fn take_ended(&self, stack: &Stack) -> Vec<Rc<Local>> {
        let names = |place: &'static Place| {
            stack.frames().any(|frame| {
                let outer = frame.outer().map_or(frame.place, |outer| outer.place);
                std::ptr::eq(frame.place, place) || std::ptr::eq(outer, place)
            })
        };
        let stays = |local: &Rc<Local>| !local.interpreter.is_closed() || local.place.pins() > 0 || names(local.place);
        let (stay, ended) = self.0.take().into_iter().partition(stays);
        self.0.replace(stay);
        ended
    }

    pub fn take(&self) -> Vec<Rc<Local>> {
        self.0.take()
    }
}

/// How many interpreters are at hand; others take their places.
const KEPT: usize = 4;

/// What the fast path has at hand: nothing is in it but what this thread keeps, and the slow path has looked at.
pub(super) struct Cache {
    places: Cell<Places>,
    /// This thread's places at interpreters, by their indices.
    own: [Cell<&'static Place>; KEPT],
}

impl Cache {
    pub const fn new() -> Cache {
        Cache { places: Cell::new(Places::NOWHERE), own: [const { Cell::new(&NOBODY) }; KEPT] }
    }

    /// Where CPython's variables are on this thread.
    #[inline(always)]
    pub fn places(&self) -> Places {
        self.places.get()
    }

    /// This thread's place at an interpreter, and the state that it keeps there.
    #[inline(always)]
    pub fn own(&self, target: &Interpreter) -> Option<(&'static Place, State)> {
        let place = self.own[target.index % KEPT].get();
        Some((place, place.occupant.state.get().filter(|_| place.occupant.is_at(target))?))
    }

    /// Whether that is at hand.
    pub fn has(&self, local: &Local) -> bool {
        std::ptr::eq(self.own[local.interpreter.index % KEPT].get(), local.place)
    }

    pub fn put(&self, local: &Local) {
        self.own[local.interpreter.index % KEPT].set(local.place);
    }

    /// From here on CPython's variables are there.
    pub fn set_places(&self, places: Places) {
        self.places.set(places);
    }

    /// Nothing is at hand any more.
    pub fn forget(&self) {
        self.places.set(Places::NOWHERE);
        self.own.iter().for_each(|place| place.set(&NOBODY));
    }
}
