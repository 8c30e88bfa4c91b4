//! Calls the host: a function of its may leave the thread otherwise than it finds it.

use super::{THREAD, Thread, current_state};
use crate::cpython::State;
use crate::nudge::reattach;
use crate::registry::Interpreter;

/// Calls the host, and ends the attachments and suspensions that it has begun and left open, the last one first. True: it has left some.
pub fn call_host<R>(f: impl FnOnce() -> R) -> (R, bool) {
    let mark = THREAD.with(|me| me.stack.mark());
    let result = f();
    (result, THREAD.with(|me| me.end_since(mark)))
}

/// What a function of the host's has left, which is mended already.
pub struct Left {
    /// Attachments or suspensions.
    pub open: bool,
    /// The thread, detached or attached elsewhere.
    pub away: bool,
    /// The thread is attached as it was before the call.
    pub is_back: bool,
}

/// As `call_host`, on a thread that is attached to the interpreter: the thread is attached again if the host has let go of its
/// state by other means, and has not ended the interpreter.
pub fn call_host_attached(interpreter: &Interpreter, f: impl FnOnce()) -> Left {
    let before = (current_state(interpreter.python), interpreter.is_closed());
    let ((), open) = call_host(f);
    bring_back(interpreter, before, open)
}

// Compiled once, and not for each kind of function.
#[inline(never)]
fn bring_back(interpreter: &Interpreter, (state, was_closed): (Option<State>, bool), open: bool) -> Left {
    let python = interpreter.python;
    let now = current_state(python);
    let away = now != state;
    let mut is_back = !away;
    if away
        && let Some(state) = state
        && interpreter.is_closed() == was_closed
        && !is_given_up_in(interpreter)
    {
        if now.is_some() {
            // A state of others: whoever attached it has returned, and nobody would swap it back.
            python.detach_keeping_slot();
        }
        reattach(python, state);
        is_back = true;
    }
    Left { open, away, is_back }
}

/// Whether the host has given this thread up there, which is then not let in again.
fn is_given_up_in(interpreter: &Interpreter) -> bool {
    THREAD.with(|me| me.locals.of(interpreter).is_some_and(|local| local.participant.is_given_up()))
}

impl Thread {
    /// Ends what was begun since that mark, the last one first. True: there was something.
    fn end_since(&self, mark: u64) -> bool {
        self.stack.mark() != mark && self.cleanly(|| self.end_down_to(mark))
    }

    fn end_down_to(&self, mark: u64) -> bool {
        let mut any = false;
        loop {
            let top = self.stack.top().zip(self.stack.top_ticket());
            let Some((top, ticket)) = top.filter(|(_, ticket)| ticket.number >= mark) else { return any };
            any = true;
            let ended = if top.is_suspended() { self.resume_slow(ticket) } else { self.detach_slow(ticket) };
            if ended.is_err() && self.stack.top_ticket() == Some(ticket) {
                // The thread has let go of this attachment by other means (PyEval_SaveThread).
                return any;
            }
        }
    }
}
