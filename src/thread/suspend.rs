//! Letting go of an interpreter for a while.

use super::frames::{Kind, Ticket};
use super::visits::Visit;
use super::{Thread, attached_python, come_back, this_thread};
use crate::cpython::Python;
use crate::error::{Result, fail};

impl Thread {
    pub(super) fn suspend(&self) -> Result<Ticket> {
        let (python, state) = attached_python()?;
        let pinned = self.pin_what_we_leave(python, state);
        let serial = match pinned {
            Some(visit) => self.with_visit(visit, |visit| visit.interpreter.serial),
            None => 0,
        };
        python.let_go();
        Ok(self.push(state, serial, Kind::Suspended { pinned }))
    }

    pub(super) fn resume(&self, ticket: Ticket) -> Result<()> {
        let top = self.check(ticket, "suspension")?;
        if let Kind::Ended { .. } = top.kind {
            return self.detach_ended(top);
        }
        let Kind::Suspended { pinned } = top.kind else {
            fail!(
                WrongOrder,
                "{} is not suspended, and this is not a suspension: pass it to pyferry_detach",
                this_thread()
            );
        };
        let python = Python::in_process()?;
        if let Some(visit) = pinned
            && self.with_visit(visit, Visit::is_over)
        {
            self.pop(top);
            self.unpin(pinned);
            fail!(
                Closed,
                "the interpreter that {} let go of has ended, or did not wait for it: the suspension is over",
                this_thread()
            );
        }
        if self.current(python).is_some() {
            fail!(
                WrongOrder,
                "{} is attached to an interpreter already: it came back by other means, and must let go by them first",
                this_thread()
            );
        }
        come_back(python, top.state);
        self.pop(top);
        self.unpin(pinned);
        Ok(())
    }
}
