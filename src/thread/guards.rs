//! Guards: pins that any thread may give back.

use super::{THREAD, Thread, UNHELD};
use crate::error::Result;
use crate::registry::{Entry, Interpreter, Participant};
use crate::sys::Label;
use std::sync::Arc;

/// A pin on a participant of its own. The thread that closed it last keeps it, to open it again.
pub struct Guard {
    pub interpreter: Arc<Interpreter>,
    pub participant: &'static Participant,
}

impl Guard {
    /// The label of a thread that enters by this guard.
    pub fn label(&self) -> Label {
        self.participant.entry.label()
    }
}

/// How many closed guards a thread keeps of each interpreter.
const KEPT: usize = 8;

/// The label of a guard that was opened while a shutdown waited, and of threads that entered by it: they let no other such guard be
/// opened, or the wait could go on for ever.
const LATE: Label = Label::new(c"late");

/// When a guard may be opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// While the gate is open.
    Open,
    /// Also while Closing, as long as a thread or guard from before the shutdown holds it up, or the opening thread is inside.
    WhileHeld,
}

impl Thread {
    pub(super) fn open_guard(&self, target: &Arc<Interpreter>, opening: Opening, label: Label) -> Result<Box<Guard>> {
        if target.is_closed() {
            return Err(self.refused(target));
        }
        let kept = self.local(target).guards.borrow_mut().pop();
        let serial = self.stack.serial();
        let take = |entry: &Entry| entry.assign(target, serial, target.python.thread_ident(), true);
        let guard = kept.unwrap_or_else(|| {
            let participant = target.gate.add_participant(take);
            Box::new(Guard { interpreter: Arc::clone(target), participant })
        });
        let entry = &guard.participant.entry;
        // Another thread opened it, and this one closed it.
        if entry.thread() != serial {
            take(entry);
        }
        entry.set_label(label);
        if !target.gate.enter(guard.participant) {
            // Before the pin is taken, so that the guard never passes for one from before the shutdown.
            entry.set_label(LATE);
            let holds = |other: &Participant| {
                let is_waited_for = ![LATE, UNHELD].contains(&other.entry.label());
                is_waited_for || other.entry.is_of(serial)
            };
            if opening == Opening::Open || !target.gate.enter_beside(guard.participant, holds) {
                self.put_away(guard);
                return Err(self.refused(target));
            }
        }
        entry.came_in();
        Ok(guard)
    }

    /// Keeps a closed guard for the next time, or drops it.
    fn put_away(&self, guard: Box<Guard>) {
        let local = self.locals.of(&guard.interpreter);
        match local.filter(|local| local.guards.borrow().len() < KEPT) {
            Some(local) => local.guards.borrow_mut().push(guard),
            None => guard.interpreter.gate.remove_participant(guard.participant),
        }
    }
}

/// Closes a guard, from any thread.
pub fn close_guard(guard: Box<Guard>) {
    if guard.participant.entry.is_of_this_process() {
        guard.participant.entry.went_out();
        guard.interpreter.gate.leave(guard.participant);
        THREAD.with(|me| me.put_away(guard));
    } else {
        // From before the fork: its participant holds nothing, and goes to another owner.
        guard.interpreter.gate.remove_participant(guard.participant);
    }
}
