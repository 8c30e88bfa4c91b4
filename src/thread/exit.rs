//! What happens to a thread's states: on request, when it ends, and in a forked child.

use super::local::Local;
use super::stack::{Frame, Kind, Source};
use super::{Admission, THREAD, Thread, orphans};
use crate::cpython::{Python, Slot, SlotValue, Unattached};
use crate::registry::{Interpreter, fork, own};
use crate::sys::{self, Label, ThreadEnd};
use crate::trace::What;
use std::ptr::null_mut;
use std::rc::Rc;

static END: ThreadEnd = ThreadEnd::new(|| THREAD.with(|me| me.end()));

/// How often a thread that ends deletes its states, while destructors make new ones.
const TRIES: u32 = 4;

/// Called when the library is loaded, before any thread uses it and before any fork.
pub fn prepare() {
    END.prepare();
    THREAD.prepare();
}

impl Thread {
    pub(super) fn forget(&self) {
        for local in self.locals.all() {
            // If refused, the gate is not open: the closer deletes the state, or has deleted it.
            if local.participant.pins() > 0 || local.state().is_none() || !local.pin(Admission::Open) {
                continue;
            }
            let Some(state) = local.participant.entry.state.take() else { continue };
            // In the loop: destructors run by the last deletion may have attached through this state, and so cached it again.
            self.forget_fast();
            self.attach_to_delete(&local, Unattached { state, bound: true }, own::FORGET, || ());
            self.unpin(&local);
        }
    }

    /// Attaches under a pin, for the trace with that label, through a state that is deleted after `f`. Runs destructors.
    pub(super) fn attach_to_delete(&self, local: &Local, state: Unattached, label: Label, f: impl FnOnce()) {
        let Interpreter { python, slot, id, .. } = *local.interpreter;
        self.released(python, None, || {
            self.note_of(What::Waits, id, label);
            self.attached_through(python, slot, state, |state, before| {
                self.note_of(What::ComesIn, id, label);
                if !self.came_in(local) {
                    // CPython deletes what there is to delete with the interpreter.
                    return local.take_from_slot(state, before);
                }
                sys::SignalMask::as_given(|| {
                    f();
                    self.note_of(What::GoesOut, id, label);
                    python.delete_attached(slot, state, before);
                });
            });
        });
    }

    /// Has the record cleaned up when this thread ends or, if no pthread key is left for that, after each call.
    #[cold]
    pub(super) fn ask_to_be_cleaned_up(&self) {
        if !END.ask() {
            self.rounds_of_end.set(sys::THREAD_END_ROUNDS);
        }
    }

    /// The end of the thread, or one more round of it.
    fn end(&self) {
        // In a forked child that CPython does not know of, even a detach can wait for a thread that is not there.
        if fork::check().is_err() {
            return;
        }
        while let Some(top) = self.stack.top() {
            self.end_frame(top);
        }
        if !sys::NUMBERS_ARE_ADDRESSES && Python::known().is_some_and(|python| python.free_threaded) {
            // Free-threaded, on Windows, no other thread could delete them (`stand_ins`). Attaching waits only while the world is
            // stopped.
            let keeps = |local: &Rc<Local>| local.state().is_some() && local.interpreter.gate.is_open();
            for _ in 0..TRIES {
                self.forget();
                if !self.locals.all().iter().any(keeps) {
                    break;
                }
            }
        }
        self.clean_up();
        self.rounds_of_end.set(self.rounds_of_end.get() + 1);
    }

    /// Whether no round will clean up any more: nothing is kept beyond the last attachment.
    pub(super) fn is_last_round(&self) -> bool {
        let rounds = self.rounds_of_end.get();
        rounds > 0 && rounds + 1 >= sys::THREAD_END_ROUNDS
    }

    /// Ends a frame without a wait, and does not come back to what it crossed from: our own are ended next, by the caller's loop, and
    /// a foreign state may be deleted already.
    fn end_frame(&self, top: Frame) {
        let Some(ticket) = self.stack.top_ticket() else { return };
        let mut detaches = !top.is_suspended();
        if let Kind::Entered { mut source, mut before, aside, .. } = top.kind {
            if let Some(local) = self.locals.at(top.participant) {
                detaches = self.end_entered(&local, top, &mut source, &mut before);
            }
            self.stack.replace_top(Kind::Entered { source, before, crosses: false, aside });
        }
        if detaches && self.detach_slow(ticket).is_ok() {
            return;
        }
        self.drop_frame(ticket.number);
    }

    /// Removes a frame whose attachment or suspension is over, with its pin.
    pub(super) fn drop_frame(&self, number: u64) {
        let Some(frame) = self.stack.remove(number) else { return };
        self.note_end(frame);
        if let Some(local) = self.locals.at(frame.participant).filter(|_| frame.is_pinned()) {
            self.unpin(&local);
        }
    }

    /// Prepares the end of an entered frame. A cached state is left to another thread (`orphans`), since to delete it here, or to
    /// attach through it again, could wait. True: the caller detaches next, which deletes a state that is `Temporary`.
    fn end_entered(&self, local: &Local, top: Frame, source: &mut Source, before: &mut SlotValue) -> bool {
        let Interpreter { python, slot, .. } = *local.interpreter;
        if local.interpreter.raw().is_none() || local.is_over() || python.is_finalizing() {
            return true;
        }
        let state = top.state;
        let attached = python.attached(Some(state));
        let is_in = attached == Some(state);
        let held = slot.get(python);
        if !is_in && attached.is_none() {
            // No later destructor may find this state in the slot. If the slot does not hold this state, the deletion of `before`
            // has emptied the slot, or the system has, before this handler ran: then `before` is restored only if it is ours.
            let stays = held == state.as_ptr() || self.is_ours(*before);
            *before = if stays { *before } else { null_mut() };
            slot.set(*before);
        }
        let is_last = self.stack.frames().filter(|frame| frame.state == state).count() == 1;
        match source {
            _ if !is_last => {}
            Source::Adopted => {}
            // Deleted here: another thread could not do so soon (`stand_ins`), and whoever joins this thread holds no GIL.
            Source::Cached if is_in && python.free_threaded && !python.has_gil_back() => {
                local.participant.entry.state.take();
                *source = Source::Temporary;
            }
            // Its destructors can let go of the GIL, and the thread that gets it may join this one. `Adopted`: the detach does not
            // delete it.
            Source::Cached if is_in => *source = Source::Adopted,
            // Deleted here: where the slot was not found, another thread could not delete it without leaving a slot wrong.
            Source::Temporary if is_in => {}
            Source::Cached | Source::Temporary => local.leave_to_others(state),
        }
        // The system has emptied this thread's keys, and CPython looks there as long as the thread is attached.
        if is_in && let Slot::Key { .. } = slot {
            slot.set(state.as_ptr());
        }
        is_in
    }

    /// Whether a slot value is a state of ours that this thread is inside of.
    fn is_ours(&self, value: SlotValue) -> bool {
        let is_ours = |frame: Frame| match frame.kind {
            Kind::Entered { source, .. } => source != Source::Adopted && frame.state.as_ptr() == value,
            _ => false,
        };
        self.stack.frames().any(is_ours)
    }

    /// Runs `f`, brings the depths that observers see up to date, and cleans up if no round will.
    pub(super) fn cleanly<R>(&self, f: impl FnOnce() -> R) -> R {
        let result = f();
        self.tidy_up();
        result
    }

    fn tidy_up(&self) {
        for frame in self.stack.frames().filter(|frame| !frame.is_suspended()) {
            frame.participant.entry.set_depth(frame.attachments);
        }
        if self.is_last_round() {
            self.clean_up();
        }
    }

    /// Gives all participants back, unless they are in use.
    #[cold]
    fn clean_up(&self) {
        if self.stack.depth() > 0 || self.locals.all().iter().any(|local| local.participant.pins() > 0) {
            return;
        }
        self.forget_fast();
        // `count`, not `any`: each is given back.
        let left = self.locals.take().iter().filter(|local| local.give_back()).count();
        self.pen.put_away();
        if left > 0 {
            orphans::see_to_them();
        }
    }

    pub(super) fn forget_after_fork(&self) {
        let attached = self.stack.top().map(|top| top.state);
        self.forget_fast();
        for local in self.locals.all() {
            let entry = &local.participant.entry;
            entry.renumber();
            // In the child no gate lists the participants of guards.
            local.give_guards_back();
            if local.state().is_some_and(|state| Some(state) != attached) {
                entry.state.take();
            }
        }
    }
}
