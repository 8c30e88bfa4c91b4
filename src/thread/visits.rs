//! What a thread keeps of each interpreter it has been to: its place at the gate, its cached state, its guards.

use super::frames::Kind;
use super::{Admission, Thread};
use crate::error::Result;
use crate::record::{Interpreter, Occupant, Place};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What a thread keeps of an interpreter it has been to.
pub(super) struct Visit {
    pub interpreter: Arc<Interpreter>,
    pub seat: Arc<Place>,
    /// Places for the guards that this thread opens.
    pub guards: Vec<Arc<Place>>,
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
        self.ask_to_be_tidied();
        let seat = target.gate.add_seat(Occupant::thread(self.serial()));
        let visit = Visit { interpreter: Arc::clone(target), seat, guards: Vec::new() };
        let replaced = self.with_visits(|visits| {
            if visits.len() <= target.index {
                visits.resize_with(target.index + 1, || None);
            }
            visits[target.index].replace(visit)
        });
        if replaced.is_some_and(|ended| ended.seat.pins() > 0) {
            self.end_frames(target.index);
        }
    }

    /// The interpreter with this index has ended under frames of this thread.
    #[cold]
    pub(super) fn end_frames(&self, index: usize) {
        for frame in self.frames.borrow_mut().iter_mut() {
            match &mut frame.kind {
                Kind::Entered { visit, left, .. } if *visit == index => frame.kind = Kind::Ended { left: *left },
                Kind::Suspended { pinned } if *pinned == Some(index) => frame.kind = Kind::Ended { left: None },
                Kind::Entered { left, .. } | Kind::Ended { left } if left.is_some_and(|left| left.1 == Some(index)) => {
                    *left = None
                }
                _ => {}
            }
        }
    }

    pub(super) fn enter(&self, visit: usize, admission: Admission<'_>) -> bool {
        self.with_visit(visit, |visit| {
            let gate = &visit.interpreter.gate;
            match admission {
                Admission::Open => gate.enter(&visit.seat),
                Admission::Late => gate.enter_late(&visit.seat),
                Admission::Guarded(guard) => gate.enter_guarded(&visit.seat, guard),
            }
        })
    }

    pub(super) fn leave(&self, visit: Option<usize>) {
        if let Some(visit) = visit {
            self.with_visit(visit, |visit| visit.interpreter.gate.leave(&visit.seat));
        }
    }

    pub(super) fn open_guard(&self, target: &Arc<Interpreter>) -> Result<Arc<Place>> {
        if target.is_closed() {
            return Err(self.refused(target));
        }
        let visit = self.visit(target);
        let guard = self.with_visits(|visits| {
            let visit = visits[visit].as_mut()?;
            if let Some(free) = visit.guards.iter().find(|guard| guard.pins() == 0) {
                return Some(Arc::clone(free));
            }
            let guard = target.gate.add_seat(Occupant::guard(self.serial.get(), target));
            visit.guards.push(Arc::clone(&guard));
            Some(guard)
        });
        match guard {
            Some(guard) if target.gate.enter_shared(&guard) => {
                guard.occupant.came_in(None);
                Ok(guard)
            }
            _ => Err(self.refused(target)),
        }
    }
}

/// Closes a guard, from any thread.
pub fn close_guard(guard: &Arc<Place>) {
    let Some(interpreter) = &guard.occupant.guarded else { return };
    guard.occupant.went_out();
    interpreter.gate.leave_shared(guard);
    if guard.occupant.orphaned.load(Ordering::SeqCst) {
        interpreter.gate.remove_seat(guard);
    }
}
