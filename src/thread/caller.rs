//! Who attaches, detaches, suspends or resumes, in C or in Rust, and the slow path of these calls, which is there once.

use super::stack::Ticket;
use super::{THREAD, Thread};
use crate::error::{Result, Status};
use crate::registry::fork;
use std::cell::Cell;

/// A caller: where its ticket is, and what the call returns to it.
pub trait Caller: Copy {
    /// What a call returns.
    type Answer;
    /// Reads the caller's ticket.
    fn ticket(self) -> Ticket;
    /// Writes the caller's ticket.
    fn put(self, ticket: Ticket);
    /// The result as the caller gets it.
    fn answer(result: Result<()>) -> Self::Answer;
}

impl Caller for &Cell<Ticket> {
    type Answer = Result<()>;

    #[inline(always)]
    fn ticket(self) -> Ticket {
        self.get()
    }

    #[inline(always)]
    fn put(self, ticket: Ticket) {
        self.set(ticket);
    }

    #[inline(always)]
    fn answer(result: Result<()>) -> Result<()> {
        result
    }
}

/// Takes the slow path of an attach or a suspend.
#[cold]
pub(super) fn begin_slowly<C: Caller>(caller: C, begin: impl FnOnce(&Thread) -> Result<Ticket>) -> C::Answer {
    C::answer(slowly(begin).map(|ticket| caller.put(ticket)))
}

/// Takes the slow path of a detach or a resume. The ticket is emptied if its frame is over: on success, and with CLOSED.
#[cold]
pub(super) fn end_slowly<C: Caller>(caller: C, end: fn(&Thread, Ticket) -> Result<()>) -> C::Answer {
    let result = end_by(end, caller.ticket());
    if !matches!(&result, Err(error) if error.status != Status::Closed) {
        caller.put(Ticket::default());
    }
    C::answer(result)
}

// Compiled once, and not for each kind of caller.
fn end_by(end: fn(&Thread, Ticket) -> Result<()>, ticket: Ticket) -> Result<()> {
    slowly(|me| end(me, ticket))
}

/// Runs `f`; FORKED in a child that CPython does not know of.
pub(super) fn slowly<R>(f: impl FnOnce(&Thread) -> Result<R>) -> Result<R> {
    fork::check().and_then(|()| THREAD.with(|me| me.cleanly(|| f(me))))
}
