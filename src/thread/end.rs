//! What happens to a thread's states: on request, when it ends, and in a forked child.

use super::frames::{Kind, Ticket};
use super::{Thread, released};
use crate::fork;
use crate::sys;
use std::sync::atomic::Ordering;

impl Thread {
    pub(super) fn forget(&self) {
        let indices = 0..self.visits.borrow().len();
        for index in indices {
            let idle = self.with_visits(|visits| {
                let visit = visits.get(index)?.as_ref()?;
                let gate = &visit.interpreter.gate;
                // Closing or Closed: the state is the closer's, or gone.
                if visit.seat.pins() > 0 || visit.seat.occupant.state.get().is_none() || !gate.enter(&visit.seat) {
                    return None;
                }
                Some((visit.interpreter.python, visit.interpreter.slot, visit.seat.occupant.state.take()?))
            });
            if let Some((python, slot, state)) = idle {
                released(python, || {
                    let before = slot.get(python);
                    python.attach(slot, state);
                    python.delete_attached(slot, state, before);
                });
                self.leave(Some(index));
            }
        }
    }

    pub(super) fn exit(&self) {
        // In a child that Python does not know of, even letting go can wait for a thread that is not there.
        if fork::check().is_err() {
            return;
        }
        while let Some(top) = self.top() {
            // Attached: as if the host had detached. Let go: Python is not asked again.
            let ticket = Ticket { thread: self.serial.get(), number: top.number };
            if !matches!(top.kind, Kind::Suspended { .. }) && self.detach(ticket).is_ok() {
                continue;
            }
            if self.top().is_some_and(|still| still.number == top.number) {
                self.pop();
                match top.kind {
                    Kind::Nested | Kind::Ended { .. } => {}
                    Kind::Entered { visit, left, .. } => {
                        self.leave(Some(visit));
                        self.leave(left.and_then(|(_, pinned)| pinned));
                    }
                    Kind::Suspended { pinned } => self.leave(pinned),
                }
            }
        }
        // The initial thread's locals die in exit(): the process ends, and must not wait for whoever holds the GIL. What
        // it leaves is deleted when the interpreter ends.
        if !sys::is_initial_thread() {
            self.forget();
        }
        self.exited.set(true);
        if !sys::is_initial_thread() {
            // What destructors of the first round left.
            self.forget();
        }
        self.tidy_if_exited();
    }

    /// Gives all places back, when the thread is past its destructor and its last attachment has ended.
    pub(super) fn tidy_if_exited(&self) {
        if !self.exited.get() || !self.frames.borrow().is_empty() {
            return;
        }
        let visits = std::mem::take(&mut *self.visits.borrow_mut());
        for visit in visits.into_iter().flatten() {
            let gate = &visit.interpreter.gate;
            // A state that is left is for whoever closes the interpreter: it finds it by the place.
            if visit.seat.occupant.state.get().is_none() {
                gate.remove_seat(&visit.seat);
            }
            for guard in &visit.guards {
                guard.occupant.orphaned.store(true, Ordering::SeqCst);
                if guard.pins() == 0 {
                    gate.remove_seat(guard);
                }
            }
        }
        self.frames.take();
    }

    pub(super) fn forget_after_fork(&self) {
        let attached = self.top().map(|top| top.state);
        self.with_visits(|visits| {
            for visit in visits.iter().flatten() {
                let state = &visit.seat.occupant.state;
                if state.get().is_some_and(|state| Some(state) != attached) {
                    state.take();
                }
            }
        });
    }
}
