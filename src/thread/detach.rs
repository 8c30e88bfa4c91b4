//! Ending an attachment: the fast path, and the slow one.

use super::caller::{Caller, end_slowly};
use super::local::Local;
use super::stack::{Frame, INLINE, Kind, Source, Ticket};
use super::{THREAD, Thread, give_back, this_thread, with_frozen_attachments};
use crate::cpython::Python;
use crate::error::{Error, Result, Status, fail};
use crate::registry;
use crate::sys::Label;
use crate::trace::What;
use std::cell::Cell;
use std::rc::Rc;

/// Ends this thread's last attachment, by the fast path if possible.
#[inline(always)]
pub fn detach_by<C: Caller>(caller: C) -> C::Answer {
    match THREAD.at_hand() {
        Some(me) if me.is_in_first() => leave(caller, me),
        Some(me) if me.unnest(caller) => C::answer(Ok(())),
        Some(me) => go_back(caller, me),
        None => end_slowly(caller, Thread::detach_slow),
    }
}

#[inline(never)]
fn leave<C: Caller>(caller: C, me: &Thread) -> C::Answer {
    if me.leave(caller) { C::answer(Ok(())) } else { end_slowly(caller, Thread::detach_slow) }
}

#[inline(never)]
fn go_back<C: Caller>(caller: C, me: &Thread) -> C::Answer {
    if me.go_back(caller) { C::answer(Ok(())) } else { end_slowly(caller, Thread::detach_slow) }
}

/// Ends this thread's last attachment.
pub fn detach(ticket: Ticket) -> Result<()> {
    detach_by(&Cell::new(ticket))
}

// The parts of the fast path. False: nothing was done.
impl Thread {
    #[inline(always)]
    fn is_in_first(&self) -> bool {
        self.stack.depth() == 1 && self.stack.known(1).is_entered()
    }

    /// Ends the last attachment, if it is nested.
    #[inline(always)]
    fn unnest(&self, caller: impl Caller) -> bool {
        let depth = self.stack.depth();
        if !(1..=INLINE).contains(&depth) {
            return false;
        }
        let Frame { state, participant, attachments, kind: Kind::Nested, .. } = self.stack.known(depth) else {
            return false;
        };
        let is_next = self.stack.is_known_by(depth, caller.ticket());
        if !is_next || !self.addresses.get().is_current(Some(state)) || !participant.is_clear() {
            return false;
        }
        self.stack.pop_known(depth);
        participant.entry.set_depth(attachments - 1);
        caller.put(Ticket::default());
        true
    }

    /// Ends the first attachment.
    #[inline(always)]
    fn leave(&self, caller: impl Caller) -> bool {
        let addresses = || self.addresses.get();
        let Frame { state, participant, is_plain, .. } = self.stack.known(1);
        let is_next = is_plain && self.stack.is_known_by(1, caller.ticket());
        let is_there = is_next && addresses().is_current(Some(state)) && participant.is_clear();
        if !is_there || addresses().has_exception(state) {
            return false;
        }
        self.stack.pop_known(1);
        participant.entry.went_out();
        caller.put(Ticket::default());
        addresses().detach_keeping_slot();
        if let Kind::Entered { before, .. } = self.stack.known(1).kind {
            addresses().set_slot(before);
        }
        give_back(self, participant);
        true
    }

    /// Ends an attachment that came from another interpreter, or after the thread had let go.
    #[inline(always)]
    fn go_back(&self, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.addresses.get());
        if !(2..=INLINE).contains(&depth) || !self.stack.is_known_by(depth, caller.ticket()) {
            return false;
        }
        let below = self.stack.known(depth - 1);
        let Frame { state, participant, kind: Kind::Entered { before, crosses, .. }, is_plain: true, .. } =
            self.stack.known(depth)
        else {
            return false;
        };
        let is_there = addresses().is_current(Some(state)) && participant.is_clear() && below.participant.is_clear();
        if !is_there || addresses().has_exception(state) {
            return false;
        }
        self.stack.pop_known(depth);
        if participant.pins() == 1 {
            participant.entry.went_out();
            participant.entry.set_depth(1); // of the next visit
        } else {
            participant.entry.went_away();
            participant.entry.set_depth(self.stack.attachments_at(participant));
        }
        caller.put(Ticket::default());
        addresses().detach_keeping_slot();
        addresses().set_slot(before);
        give_back(self, participant);
        if crosses {
            self.come_back_fast(depth - 1, below.state, below.participant, || ());
        }
        true
    }
}

impl Thread {
    pub(super) fn detach_slow(&self, ticket: Ticket) -> Result<()> {
        let depth = self.stack.check(ticket, "token")?;
        let Some(frame) = self.stack.frame(depth) else { fail!(Internal, "a token names a frame that is not there") };
        let (source, before, crosses, aside) = match frame.kind {
            Kind::Entered { source, before, crosses, aside } => (source, before, crosses, aside),
            Kind::Nested => return self.detach_nested(ticket, frame),
            Kind::Suspended { .. } => {
                let says = "is suspended, and this is not a token: pass it to pyferry_resume";
                return Err(Error::here(Status::WrongOrder, says));
            }
        };
        let Some(local) = self.locals.at(frame.participant) else {
            fail!(Internal, "a token names a frame of no interpreter")
        };
        let python = local.interpreter.python;
        if local.interpreter.raw().is_none() || python.attached(Some(frame.state)) != Some(frame.state) {
            return self.detach_elsewhere(python, ticket, frame);
        }
        let before = self.unless_gone(before);
        if python.has_exception() {
            self.report_left_exception(&local);
        }
        if !aside.is_none() {
            python.put_exception_back(aside);
        }
        let is_last = local.participant.pins() == 1;
        if is_last && local.participant.take_signal() && !self.take_interrupt_back(python) {
            return self.detach_elsewhere(python, ticket, frame);
        }
        if self.going_out(&local, source, is_last) {
            with_frozen_attachments(python, || python.delete_attached(local.interpreter.slot, frame.state, before));
        } else {
            python.detach(local.interpreter.slot, before);
        }
        self.stack.truncate(depth - 1);
        self.unpin(&local);
        let left = self.stack.top_ticket().filter(|_| crosses);
        if left.is_none_or(|left| self.come_back(python, left.number)) {
            return Ok(());
        }
        let says =
            "is detached, and attached to nothing: the interpreter it was attached to before was shut down meanwhile";
        Err(Error::here(Status::Closed, says))
    }

    // Unlike `detach_slow`, does not ask for `raw`: if this thread takes the interpreter down, that may be gone, even since before the
    // attach.
    fn detach_nested(&self, ticket: Ticket, frame: Frame) -> Result<()> {
        let python = Python::in_process()?;
        // The next life's main state may have the address that this one had.
        let is_of_this_life = |local: Rc<Local>| local.interpreter.life == registry::life() || python.is_finalizing();
        let lives = || self.locals.at(frame.participant).is_none_or(is_of_this_life);
        if python.attached(Some(frame.state)) != Some(frame.state) || !lives() {
            return self.detach_elsewhere(python, ticket, frame);
        }
        self.note_of(What::Unnests, 0, Label::NONE);
        self.stack.remove(ticket.number);
        Ok(())
    }

    /// A detach of a thread that is not attached through the frame's state.
    #[cold]
    fn detach_elsewhere(&self, python: &Python, ticket: Ticket, frame: Frame) -> Result<()> {
        let local = self.locals.at(frame.participant);
        let lives = |local: &&Local| !local.interpreter.is_closed() && local.interpreter.raw().is_some();
        let name = local.as_deref().filter(lives).map(|local| local.interpreter.name());
        let current = self.current(python);
        let is_given_up = frame.participant.is_given_up();
        let is_over = name.is_none() || (is_given_up && current.is_none());
        let name = name.unwrap_or("the interpreter".into());
        if is_over {
            // The interpreter was shut down since the attach, and the state is deleted with it, now or soon.
            self.drop_frame(ticket.number);
            if let (Some(local), Kind::Entered { before, crosses, .. }) = (local, frame.kind) {
                local.take_from_slot(frame.state, self.unless_gone(before));
                match self.stack.top_ticket().filter(|_| crosses) {
                    Some(left) if current.is_some() => self.drop_frame(left.number),
                    Some(left) => _ = self.come_back(python, left.number),
                    None => {}
                }
            }
            fail!(Closed, "{name} was shut down while {} was attached to it: the attachment is over", this_thread());
        }
        match current {
            None => fail!(
                NotAttached,
                "{} let go of {name} (Py_BEGIN_ALLOW_THREADS, PyEval_SaveThread) and has not come back: come back first, then detach",
                this_thread()
            ),
            Some(_) => fail!(
                WrongOrder,
                "{} is attached through a thread state that is not the one pyferry attached to {name}: whoever swapped it must swap it back first",
                this_thread()
            ),
        }
    }

    /// A visit ends with no exception set: nobody would ask for one that it left, and the next visit would find it.
    #[cold]
    fn report_left_exception(&self, local: &Local) {
        let Local { interpreter, .. } = local;
        let place = format!("pyferry_detach: {} left it set in {}", this_thread(), interpreter.name());
        with_frozen_attachments(interpreter.python, || interpreter.python.report_unraisable(&place));
    }

    /// Notes that this thread is about to leave. True: the state that it is attached through is to be deleted.
    fn going_out(&self, local: &Local, source: Source, is_last: bool) -> bool {
        let Local { interpreter, participant, .. } = local;
        self.note(What::GoesOut, &participant.entry);
        if is_last {
            participant.entry.went_out();
            participant.entry.set_depth(1);
        } else {
            participant.entry.went_away();
        }
        // While the gate closes: destructors belong on this thread rather than on the closer's.
        let retires = source == Source::Cached && is_last && !interpreter.gate.is_open();
        if retires {
            participant.entry.state.take();
        }
        retires || source == Source::Temporary
    }
}
