//! Ending an attachment.

use super::frames::{Frame, Kind, Source, Ticket};
use super::{Thread, this_thread};
use crate::cpython::Python;
use crate::error::{Result, fail};
use crate::gate::Phase;
use crate::registry as record;
use crate::trace::What;

impl Thread {
    pub(super) fn detach(&self, ticket: Ticket) -> Result<()> {
        let frame = self.check(ticket, "token")?;
        let (visit, source, before, left, aside) = match frame.kind {
            Kind::Entered { visit, source, before, left, aside } => (visit, source, before, left, aside),
            Kind::Nested { deaths } => return self.detach_nested(frame, deaths),
            Kind::Suspended { .. } => {
                fail!(WrongOrder, "{} is suspended, and this is not a token: pass it to pyferry_resume", this_thread())
            }
            Kind::Ended { .. } => return self.detach_ended(frame),
            Kind::Through { .. } => fail!(Internal, "a token names a frame that has none"),
        };
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
            self.staying(python, || {
                python.drop_dummy_thread(python.thread_ident(), |_| true);
                python.delete_attached(slot, frame.state, before);
            });
        } else {
            python.detach(slot, before);
        }
        self.pop(frame);
        self.unpin(visit);
        if self.go_back(python, left) {
            return Ok(());
        }
        fail!(
            Closed,
            "{} is detached, and attached to nothing: the interpreter it was attached to before was shut down meanwhile",
            this_thread()
        )
    }

    fn detach_nested(&self, frame: Frame, deaths: u64) -> Result<()> {
        let python = Python::in_process()?;
        let alive = deaths == record::deaths() || frame.serial == 0 || record::with_serial(frame.serial).is_some();
        if !alive || python.attached(Some(frame.state)) != Some(frame.state) {
            return self.detach_elsewhere(python, frame);
        }
        self.note_of(What::Unnests, 0);
        self.pop(frame);
        Ok(())
    }

    /// A detach of a thread that is not attached through the state that the attach left.
    #[cold]
    fn detach_elsewhere(&self, python: &Python, top: Frame) -> Result<()> {
        let alive = record::with_serial(top.serial).filter(|interpreter| !interpreter.is_closed());
        let name = alive.as_ref().map_or("the interpreter".into(), |interpreter| interpreter.name());
        let current = self.current(python);
        let given_up =
            matches!(top.kind, Kind::Entered { visit, .. } if self.with_visit(visit, |visit| visit.seat.is_given_up()));
        if alive.is_none() || (given_up && current.is_none()) {
            // The interpreter was shut down between the attach and now, and the state went with it, or goes.
            self.note_end(top);
            self.pop(top);
            if let Kind::Entered { visit, left, before, .. } = top.kind {
                let before = self.unless_gone(before);
                self.with_visit(visit, |visit| visit.take_from_slot(top.state, before));
                self.unpin(visit);
                if current.is_none() {
                    self.go_back(python, left);
                } else {
                    self.release(left.hold());
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

    #[cold]
    pub(super) fn detach_ended(&self, top: Frame) -> Result<()> {
        self.pop(top);
        if let Kind::Ended { life, slot, before, left } = top.kind {
            match Python::running() {
                Ok(python) if self.current(python).is_none() => {
                    // Else somebody has been here since, or it is another life of Python.
                    if life == record::life() && slot.get(python).is_null() {
                        slot.set(before);
                    }
                    self.go_back(python, left);
                }
                _ => self.release(left.hold()),
            }
        }
        fail!(
            Closed,
            "the interpreter that {} was attached to was shut down meanwhile: the attachment is over",
            this_thread()
        )
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
