//! Letting go of an interpreter for a while.

use super::frames::{Kind, Outer, Ticket};
use super::visits::Visit;
use super::{Thread, attached_python, this_thread};
use crate::cpython::Python;
use crate::error::{Result, fail};

impl Thread {
    pub(super) fn suspend(&self) -> Result<Ticket> {
        let (python, state) = attached_python()?;
        Ok(self.let_go_of(python, self.hold(python, state)))
    }

    pub(super) fn resume(&self, ticket: Ticket) -> Result<()> {
        let top = self.check(ticket, "suspension")?;
        let Kind::Suspended { is_pinned } = top.kind else {
            fail!(
                WrongOrder,
                "{} is not suspended, and this is not a suspension: pass it to pyferry_detach",
                this_thread()
            );
        };
        let python = Python::in_process()?;
        let over = top.visit.is_some_and(|visit| self.with_visit(visit, Visit::is_over));
        if !over && self.current(python).is_some() {
            fail!(
                WrongOrder,
                "{} is attached to an interpreter already: it came back by other means, and must let go by them first",
                this_thread()
            );
        }
        let back = self.restore(python, Some(Outer { state: top.state, visit: top.visit, is_pinned }));
        self.pop(top);
        if back {
            return Ok(());
        }
        fail!(
            Closed,
            "the interpreter that {} let go of has ended, or did not wait for it: the suspension is over",
            this_thread()
        )
    }
}
