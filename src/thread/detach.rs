//! Ending an attachment.

use super::frames::{Frame, Kind, Source, Ticket};
use super::visits::Visit;
use super::{Thread, this_thread};
use crate::cpython::Python;
use crate::error::{Result, fail};
use crate::gate::Phase;
use crate::trace::What;

impl Thread {
    pub(super) fn detach(&self, ticket: Ticket) -> Result<()> {
        let frame = self.check(ticket, "token")?;
        let (source, before, outer, aside) = match frame.kind {
            Kind::Entered { source, before, outer, aside } => (source, before, outer, aside),
            Kind::Nested => return self.detach_nested(frame),
            Kind::Suspended { .. } => {
                fail!(WrongOrder, "{} is suspended, and this is not a token: pass it to pyferry_resume", this_thread())
            }
        };
        let Some(visit) = frame.visit else { fail!(Internal, "a token names a frame that has none") };
        let (python, slot, alive) = self.with_visit(visit, |visit| {
            let interpreter = &visit.interpreter;
            (interpreter.python, interpreter.slot, interpreter.raw().is_some())
        });
        if !alive || python.attached(Some(frame.state)) != Some(frame.state) {
            return self.detach_elsewhere(python, frame);
        }
        let before = self.unless_gone(before);
        if python.has_exception() {
            self.report_left_exception(python, visit);
        }
        if !aside.is_none() {
            python.put_exception_back(aside);
        }
        if self.going_out(python, visit, source) {
            self.staying(python, || python.delete_attached(slot, frame.state, before));
        } else {
            python.detach(slot, before);
        }
        self.pop(frame);
        self.unpin(visit);
        if self.restore(python, outer) {
            return Ok(());
        }
        fail!(
            Closed,
            "{} is detached, and attached to nothing: the interpreter it was attached to before was shut down meanwhile",
            this_thread()
        )
    }

    // An interpreter that this thread takes down may have no record any more, as when the thread nested.
    fn detach_nested(&self, frame: Frame) -> Result<()> {
        let python = Python::in_process()?;
        if python.attached(Some(frame.state)) != Some(frame.state) {
            return self.detach_elsewhere(python, frame);
        }
        self.note_of(What::Unnests, 0);
        self.pop(frame);
        Ok(())
    }

    /// A detach of a thread that is not attached through the state that the attach left.
    #[cold]
    fn detach_elsewhere(&self, python: &Python, top: Frame) -> Result<()> {
        let alive = |visit: &Visit| !visit.interpreter.is_closed() && visit.interpreter.raw().is_some();
        let name =
            top.visit.and_then(|visit| self.with_visit(visit, |visit| alive(visit).then(|| visit.interpreter.name())));
        let current = self.current(python);
        let entered = top.visit.filter(|_| matches!(top.kind, Kind::Entered { .. }));
        let given_up = entered.is_some_and(|visit| self.with_visit(visit, |visit| visit.seat.is_given_up()));
        let is_over = name.is_none() || (given_up && current.is_none());
        let name = name.unwrap_or("the interpreter".into());
        if is_over {
            // The interpreter was shut down between the attach and now, and the state went with it, or goes.
            self.note_end(top);
            self.pop(top);
            if let (Some(visit), Kind::Entered { outer, before, .. }) = (entered, top.kind) {
                let before = self.unless_gone(before);
                self.with_visit(visit, |visit| visit.take_from_slot(top.state, before));
                self.unpin(visit);
                if current.is_none() {
                    self.restore(python, outer);
                } else {
                    self.release(outer);
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

    /// A visit ends with no exception set: what it leaves nobody asked for, and the next visit would stumble over it.
    #[cold]
    fn report_left_exception(&self, python: &Python, visit: usize) {
        let name = self.with_visit(visit, |visit| visit.interpreter.name());
        let place = format!("pyferry_detach: {} left it set in {name}", this_thread());
        self.staying(python, || python.report_unraisable(&place));
    }

    /// Whether the state that this thread is attached through goes with it.
    #[inline]
    fn going_out(&self, python: &Python, visit: usize, source: Source) -> bool {
        self.note_at(What::GoesOut, visit);
        let (retire, interrupted) = self.with_visit(visit, |visit| {
            let occupant = &visit.seat.occupant;
            let last = visit.seat.pins() == 1;
            if last {
                occupant.went_out();
                occupant.set_depth(1);
            } else {
                occupant.went_away(self.pace.now());
            }
            // Better here, where its destructors belong, than by whoever closes the interpreter.
            let retire = source == Source::Cached && last && visit.interpreter.gate.phase() != Phase::Open;
            if retire {
                occupant.state.take();
            }
            (retire || source == Source::Temporary, last && visit.seat.take_word())
        });
        if interrupted {
            self.take_interrupt_back(python);
        }
        retire
    }
}
