//! Up to 3.12, interpreters that share a GIL do not hear each other: a thread that waits for one of them asks only those
//! who run in that one to let go, and waits as long as a loop in another one lasts. So it goes in by way of the
//! interpreter that is running, where it is heard, and crosses over with the GIL in hand.

use super::frames::Source;
use super::{Admission, Thread, is_mine};
use crate::cpython::{SlotValue, State};
use crate::record::{self, Interpreter, Origin};
use std::sync::Arc;

impl Thread {
    /// Attaches this thread, which is detached, through a state of its own.
    #[inline]
    pub(super) fn go_in(&self, target: &Interpreter, state: State, before: SlotValue) {
        if target.waits_unheard
            && record::several_wait_unheard()
            && let Some((through, visit)) = self.find_way(target, before)
        {
            target.python.attach_through(target.slot, through, state);
            self.leave(Some(visit));
        } else {
            target.python.attach(target.slot, state);
        }
    }

    /// A state of this thread in the interpreter that is running, if that is another one, and the visit that keeps it.
    fn find_way(&self, target: &Interpreter, before: SlotValue) -> Option<(State, usize)> {
        let running = if target.python.has_own_gil() {
            who_may_run(target)?
        } else {
            let raw = target.python.gil_holder()?;
            if target.is(Some(raw)) {
                return None;
            }
            record::find(raw)?
        };
        if self.exited.get() || !running.slot.is_found() {
            return None;
        }
        let visit = self.visit(&running);
        if !self.enter(visit, Admission::Open) {
            return None;
        }
        match self.choose_state(&running, visit, before) {
            Some((state, Source::Cached | Source::Adopted)) => Some((state, visit)),
            _ => {
                self.leave(Some(visit));
                None
            }
        }
    }
}

/// 3.12 does not say who has a GIL: one of those with a thread inside, else main, whose threads may be Python's own.
fn who_may_run(target: &Interpreter) -> Option<Arc<Interpreter>> {
    let sharing = || record::all().into_iter().filter(|other| other.waits_unheard && other.serial != target.serial);
    let occupied = |other: &Arc<Interpreter>| {
        other.gate.seats().iter().any(|seat| seat.occupant.is_in() && !is_mine(&seat.occupant))
    };
    sharing().find(occupied).or_else(|| sharing().find(|other| other.origin == Origin::Main))
}
