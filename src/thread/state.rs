//! Which state a thread attaches through, and how the gilstate slot has to be for that.

use super::Thread;
use super::local::Local;
use super::stack::{Frame, Kind, Source};
use crate::cpython::{SlotValue, State, Unattached};
use crate::registry::{self, Interpreter};
use std::ptr::null_mut;

impl Thread {
    /// The state through which this thread is to attach, and whose that is. `before` is what the slot holds. None: CPython could not
    /// make a state.
    pub(super) fn choose_state(&self, local: &Local, before: SlotValue) -> Option<(Unattached, Source)> {
        let target = &*local.interpreter;
        let python = target.python;
        let known = |state| Unattached { state, bound: true };
        let cached = local.state();
        if let Some(found) = State::from_ptr(before)
            && cached != Some(found)
            && is_of_this_life(target, found)
            && target.is(python.interpreter_of(found))
        {
            return Some((known(found), Source::Adopted));
        }
        if let Some(cached) = cached {
            return Some((known(cached), Source::Cached));
        }
        if let Some(left) = self.state_below(target) {
            return Some((known(left), Source::Adopted));
        }
        let made = python.make_state(target.slot, target.raw()?)?;
        // An allocator's hook, called by PyThreadState_New, may have attached this thread, and cached a state.
        let keeps = local.state().is_some();
        // 3.12's `_xxsubinterpreters` runs code in an interpreter with more states than one, too.
        let wants_none = target.wants_one_state && !python.has_own_gil();
        if keeps || self.is_last_round() || !target.slot.is_found() || wants_none {
            return Some((made, Source::Temporary));
        }
        local.participant.entry.state.put(made.state);
        Some((made, Source::Cached))
    }

    /// For A -> B -> A: the foreign state by which this thread was attached to A before it entered B. Reuse that state instead of
    /// making a second one.
    fn state_below(&self, target: &Interpreter) -> Option<State> {
        let is_of_target = |state: &State| target.is(target.python.interpreter_of(*state));
        let is_of_this_life = |frame: &Frame| {
            self.locals.at(frame.participant).is_some_and(|local| local.interpreter.life == registry::life())
        };
        self.stack.frames().rev().find_map(|frame| match frame.kind {
            // A nested frame does not keep a foreign state alive.
            Kind::Nested => None,
            _ if frame.is_in(target) => Some(frame.state),
            Kind::Entered { before, .. } if is_of_this_life(&frame) => State::from_ptr(before).filter(is_of_target),
            _ => None,
        })
    }

    /// The value of the gilstate slot, which is first set to NULL if its state belongs to an interpreter that did not wait for this
    /// thread.
    pub(super) fn slot_value(&self, target: &Interpreter) -> SlotValue {
        let held = target.slot.get(target.python);
        let value = self.unless_gone(held);
        if value != held {
            target.slot.set(value);
        }
        value
    }

    /// The slot value; NULL if its state belongs to an interpreter that did not wait for this thread, and so may be deleted.
    pub(super) fn unless_gone(&self, value: SlotValue) -> SlotValue {
        let is_gone = |frame: Frame| match frame.kind {
            _ if frame.state.as_ptr() != value => false,
            Kind::Nested => false,
            Kind::Suspended { is_pinned: false } => {
                self.locals.at(frame.participant).is_some_and(|local| local.is_over())
            }
            Kind::Entered { .. } | Kind::Suspended { .. } => frame.participant.is_given_up(),
        };
        if !value.is_null() && self.stack.frames().any(is_gone) { null_mut() } else { value }
    }

    /// Whether CPython (3.12 and later) has cleared the `bound_gilstate` flag of a state of the target's that this thread is inside of,
    /// because another library attached a different state on this thread meanwhile. If so, attaching the state again overwrites the
    /// gilstate slot. `now` is the state that is attached now or, if none is, the one in the slot.
    pub(super) fn bound_gilstate_is_cleared(&self, target: &Interpreter, state: State, now: SlotValue) -> bool {
        let mut above = now;
        for frame in self.stack.frames().rev() {
            above = match frame.kind {
                // The state it nests on has a frame below, or is a foreign one, which may be deleted.
                Kind::Nested => continue,
                _ if frame.state == state && frame.is_in(target) => return above != state.as_ptr(),
                // The frame's own state, if `attach_slow` left it to CPython to bind that to the slot.
                Kind::Entered { before, .. } => before,
                Kind::Suspended { .. } => frame.state.as_ptr(),
            };
        }
        false
    }
}

/// Whether the state in the gilstate slot belongs to the current run of Python. A pointer left over from an earlier run may
/// dangle, or its address may have been reused for a new state.
fn is_of_this_life(target: &Interpreter, found: State) -> bool {
    let lives = || target.raw().is_some_and(|raw| target.python.is_this_threads_in(raw, found));
    registry::life() == 0 || !target.slot.outlives_python() || lives()
}
