//! What happens to a thread's states: on request, when it ends, and in a forked child.

use super::frames::{Frame, Kind, Source};
use super::visits::Visit;
use super::{THREAD, Thread, orphans};
use crate::cpython::{Python, Slot, SlotValue, State, Unattached};
use crate::registry::{Interpreter, fork};
use crate::sys::{self, Label, ThreadEnd};
use crate::trace::What;
use std::ptr::null_mut;

static END: ThreadEnd = ThreadEnd::new(|| THREAD.with(|me| me.end()));

/// How often a thread that ends drops its states, while destructors make new ones.
const TRIES: u32 = 4;

/// What a thread goes in for to delete the state that it keeps.
const FORGET: Label = Label::new(c"pyferry: the state of this thread");

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
                let Interpreter { python, slot, id, .. } = *visit.interpreter;
                Some((python, slot, id, visit.seat.occupant.state.take()?))
            });
            if let Some((python, slot, id, state)) = idle {
                // Destructors of the one before can have been there, and have it at hand.
                self.quick.forget();
                self.note_for(What::Waits, id, FORGET);
                self.through(python, slot, Unattached { state, bound: true }, |state, before| {
                    self.note_for(What::ComesIn, id, FORGET);
                    self.came_in(python, index);
                    self.note_for(What::GoesOut, id, FORGET);
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
        if !sys::NUMBERS_ARE_ADDRESSES && Python::known().is_some_and(|python| python.free_threaded) {
            // There nobody else could delete them (`stand_ins`). The wait is for a thread that stops the world, if any does.
            for _ in 0..TRIES {
                self.forget();
                if !self.keeps_states() {
                    break;
                }
            }
        }
        self.tidy();
        self.last_round.set(self.tidied.get() + 1 >= sys::THREAD_END_ROUNDS);
    }

    fn keeps_states(&self) -> bool {
        let keeps = |visit: &Visit| visit.seat.occupant.state.get().is_some() && visit.interpreter.gate.is_open();
        self.with_visits(|visits| visits.iter().flatten().any(keeps))
    }

    /// Ends a frame without a wait, and does not restore the outer attachment: ours are ended next, by the caller's loop, and a
    /// foreign state may be deleted already.
    fn end_frame(&self, top: Frame) {
        let mut kind = top.kind;
        let mut detaches = !matches!(kind, Kind::Suspended { .. });
        if let Kind::Entered { outer, .. } = &mut kind {
            self.release(outer.take());
        }
        if let (Kind::Entered { source, before, .. }, Some(visit)) = (&mut kind, top.visit) {
            detaches = self.end_entered(top.state, visit, source, before);
        }
        self.put_frame(self.quick.depth() - 1, Frame { kind, ..top });
        if detaches && self.detach(self.ticket(top.number)).is_ok() {
            return;
        }
        if self.top().is_some_and(|still| still.number == top.number) {
            self.note_end(top);
            self.pop(top);
            if let (Kind::Entered { .. } | Kind::Suspended { is_pinned: true }, Some(visit)) = (top.kind, top.visit) {
                self.unpin(visit);
            }
        }
    }

    /// Prepares the end of an attachment: a state that this thread is attached through is deleted by the detach that is next,
    /// where it is ours; one that it has let go of is left to others (`orphans`), since to come back could wait. True: detach.
    fn end_entered(&self, state: State, visit: usize, source: &mut Source, before: &mut SlotValue) -> bool {
        let (python, slot, lives) = self.with_visit(visit, |visit| {
            let interpreter = &visit.interpreter;
            let lives = interpreter.raw().is_some() && !visit.is_over() && !interpreter.python.is_finalizing();
            (interpreter.python, interpreter.slot, lives)
        });
        if !lives {
            return true;
        }
        let attached = python.attached(Some(state));
        let is_in = attached == Some(state);
        let held = slot.get(python);
        if !is_in && attached.is_none() {
            // Nobody who comes later is to find it. Who deletes a state has CPython empty the slot; or the system has, before it
            // came to us.
            let stays = held == state.as_ptr() || self.is_ours(*before);
            *before = if stays { *before } else { null_mut() };
            slot.set(*before);
        }
        let is_last = self.frames().filter(|frame| frame.state == state).count() == 1;
        match source {
            _ if !is_last => {}
            Source::Adopted => {}
            Source::Cached if is_in => {
                self.with_visit(visit, |visit| visit.seat.occupant.state.take());
                *source = Source::Temporary;
            }
            Source::Temporary if is_in => {}
            Source::Cached | Source::Temporary => self.with_visit(visit, |visit| visit.leave_to_others(state)),
        }
        if is_in && let Slot::Key { .. } = slot {
            slot.set(state.as_ptr());
        }
        is_in
    }

    /// Whether a state is one of ours that this thread is inside of.
    fn is_ours(&self, value: SlotValue) -> bool {
        let ours = |frame: Frame| match frame.kind {
            Kind::Entered { source, .. } => source != Source::Adopted && frame.state.as_ptr() == value,
            _ => false,
        };
        self.frames().any(ours)
    }

    /// Does `f`, and tidies up after it where nobody else will.
    #[inline]
    pub(super) fn tidily<R>(&self, f: impl FnOnce() -> R) -> R {
        let result = f();
        self.note_depths();
        if self.last_round.get() {
            self.tidy();
        }
        result
    }

    /// Gives all places back, unless they are in use.
    #[cold]
    fn tidy(&self) {
        let in_use = || self.with_visits(|visits| visits.iter().flatten().any(|visit| visit.seat.pins() > 0));
        if self.quick.depth() > 0 || in_use() {
            return;
        }
        self.quick.tidy();
        let visits = std::mem::take(&mut *self.visits.borrow_mut());
        let mut orphans = false;
        for visit in visits.into_iter().flatten() {
            orphans |= visit.give_back();
        }
        self.pen.put_away();
        if orphans {
            orphans::see_to_them();
        }
    }

    pub(super) fn forget_after_fork(&self) {
        let attached = self.top().map(|top| top.state);
        self.quick.forget();
        self.quick.end_slowly();
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
