//! What happens to a thread's states: on request, when it ends, and in a forked child.

use super::frames::{Frame, Kind};
use super::visits::Visit;
use super::{THREAD, Thread, come_back};
use crate::cpython::{Slot, State};
use crate::fork;
use crate::gate::Phase;
use crate::sys::{self, ThreadEnd};

static END: ThreadEnd = ThreadEnd::new(|| THREAD.with(|me| me.end()));

/// How often a thread that ends drops its states, while destructors make new ones.
const TRIES: u32 = 4;

/// Before threads come and forks happen.
pub fn prepare() {
    END.prepare();
    THREAD.prepare();
}

impl Thread {
    pub(super) fn forget(&self) {
        let indices = 0..self.visits.borrow().len();
        for index in indices {
            let idle = self.with_visits(|visits| {
                let visit = visits.get(index)?.as_ref()?;
                let gate = &visit.interpreter.gate;
                // Closing or Closed: the state is the closer's, or gone.
                if visit.seat.pins() > 0 || visit.seat.occupant.state.get().is_none() || !gate.enter(visit.seat) {
                    return None;
                }
                Some((visit.interpreter.python, visit.interpreter.slot, visit.seat.occupant.state.take()?))
            });
            if let Some((python, slot, state)) = idle {
                // Destructors of the one before can have been there, and have it at hand.
                self.settle();
                self.quick.forget();
                self.through(python, slot, state, |before| {
                    self.drop_late_interrupt(python, index);
                    python.delete_attached(slot, state, before);
                });
                self.unpin(index);
            }
        }
    }

    /// Has the record tidied up when this thread ends.
    #[cold]
    pub(super) fn ask_to_be_tidied(&self) {
        if !END.ask() {
            self.last_round.set(true);
        }
    }

    /// The end of the thread, or one more round of it.
    fn end(&self) {
        self.tidied.set(self.tidied.get() + 1);
        // In a child that Python does not know of, even letting go can wait for a thread that is not there.
        if fork::check().is_err() {
            return;
        }
        while let Some(top) = self.top() {
            self.end_frame(top);
        }
        // What destructors leave behind in interpreters that were done already; not for ever.
        for _ in 0..TRIES {
            self.forget();
            if !self.keeps_states() {
                break;
            }
        }
        self.tidy();
        self.last_round.set(self.tidied.get() + 1 >= sys::THREAD_END_ROUNDS);
    }

    fn keeps_states(&self) -> bool {
        let keeps =
            |visit: &Visit| visit.seat.occupant.state.get().is_some() && visit.interpreter.gate.phase() == Phase::Open;
        self.with_visits(|visits| visits.iter().flatten().any(keeps))
    }

    fn end_frame(&self, top: Frame) {
        if let Kind::Entered { visit, .. } = top.kind {
            self.come_back_to_end(top.state, visit);
        }
        // As if the host had detached. Suspended: Python is not asked again.
        if !matches!(top.kind, Kind::Suspended { .. }) && self.detach(self.ticket(top.number)).is_ok() {
            return;
        }
        if self.top().is_some_and(|still| still.number == top.number) {
            self.pop(top);
            match top.kind {
                Kind::Nested { .. } | Kind::Through { .. } | Kind::Ended { .. } => {}
                Kind::Entered { visit, left, .. } => {
                    self.unpin(visit);
                    self.release(left.hold());
                }
                Kind::Suspended { hold } => self.release(hold),
            }
        }
    }

    /// Has this thread attached, where it is in and has let go, so that the state can go with it: what stays in the slot, or
    /// has lost CPython's mark, would be found by whoever comes later.
    fn come_back_to_end(&self, state: State, visit: usize) {
        let (python, slot, lives) = self.with_visit(visit, |visit| {
            let interpreter = &visit.interpreter;
            let lives = interpreter.raw().is_some() && !visit.is_over();
            (interpreter.python, interpreter.slot, lives)
        });
        if !lives {
            return;
        }
        // The system may have emptied it before it came to us.
        if let Slot::Key { .. } = slot {
            slot.set(state.as_ptr());
        }
        if python.attached(Some(state)).is_none() && !python.is_finalizing() {
            come_back(python, state);
            slot.set(state.as_ptr());
        }
    }

    /// Does `f`, and tidies up after it where nobody else will.
    #[inline]
    pub(super) fn tidily<R>(&self, f: impl FnOnce() -> R) -> R {
        let result = f();
        self.unsettle();
        if self.last_round.get() {
            self.tidy();
        }
        result
    }

    /// Gives all places back, unless they are in use.
    #[cold]
    fn tidy(&self) {
        let in_use = || self.with_visits(|visits| visits.iter().flatten().any(|visit| visit.seat.pins() > 0));
        if !self.frames().is_empty() || in_use() {
            return;
        }
        self.quick.forget();
        let visits = std::mem::take(&mut *self.visits.borrow_mut());
        for visit in visits.into_iter().flatten() {
            visit.give_back();
        }
        self.frames.take();
    }

    pub(super) fn forget_after_fork(&self) {
        let attached = self.top().map(|top| top.state);
        self.quick.forget();
        self.with_visits(|visits| {
            for visit in visits.iter_mut().flatten() {
                visit.seat.occupant.renumber();
                // Their places are not listed in the child.
                visit.guards.drain(..).for_each(|guard| visit.interpreter.gate.remove_seat(guard.place));
                let state = &visit.seat.occupant.state;
                if state.get().is_some_and(|state| Some(state) != attached) {
                    state.take();
                }
            }
        });
    }
}
