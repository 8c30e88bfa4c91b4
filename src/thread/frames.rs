//! The attachments and suspensions a thread is in: a stack, and the tickets for its frames.

use super::{NEXT_SERIAL, Thread, attach_first, this_thread};
use crate::cpython::{Aside, Python, Slot, SlotValue, State, Unattached};
use crate::error::{Result, fail};
use std::ops::Range;
use std::sync::atomic::Ordering;

/// Which thread, and which of its attachments or suspensions. All zero: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// The thread, by the address of its record. Another's may be there when it is gone, with numbers of its own.
    pub thread: u64,
    /// Its number on that thread; never used twice.
    pub number: u64,
}

/// How many numbers a thread has before they could be those of the thread that came next.
const NUMBERS: u64 = 1 << 40;

/// One attach or suspend that has not ended yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub number: u64,
    /// The state that is (or, suspended, was) attached.
    pub state: State,
    /// What this thread keeps of the interpreter; None where that has no record.
    pub visit: Option<usize>,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The thread was attached to that interpreter already.
    Nested,
    /// The thread really attached.
    Entered {
        source: Source,
        /// What the slot held before.
        before: SlotValue,
        /// What the thread was attached to before.
        outer: Option<Outer>,
        /// What was set on a state that was in use already: a visit begins with none.
        aside: Aside,
    },
    /// The thread let go; a pin of that visit's holds the interpreter until it is back, or nothing does.
    Suspended { is_pinned: bool },
}

/// What a thread let go of, and comes back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    pub state: State,
    /// None: nothing that we know of keeps the interpreter, since it has no record, or this very thread takes it down.
    pub visit: Option<usize>,
    /// A pin of that visit's keeps the interpreter until the thread is back. Else another thread was past waiting for anybody.
    pub is_pinned: bool,
}

impl Outer {
    /// The visit whose pin keeps the interpreter.
    pub fn pinned(self) -> Option<usize> {
        self.visit.filter(|_| self.is_pinned)
    }
}

/// Whose state an attachment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Ours, kept from one attach to the next.
    Cached,
    /// Ours, for this attach only: the gilstate slot was not found.
    Temporary,
    /// Somebody else's, never deleted by us.
    Adopted,
}

/// All frames of a thread. A type that can be named: the compiler exports what is used under one that cannot.
pub(super) struct Frames<'a> {
    thread: &'a Thread,
    depths: Range<usize>,
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        self.depths.next().and_then(|depth| self.thread.frame(depth))
    }
}

impl DoubleEndedIterator for Frames<'_> {
    fn next_back(&mut self) -> Option<Frame> {
        self.depths.next_back().and_then(|depth| self.thread.frame(depth))
    }
}

impl Thread {
    /// The frame that the ticket is for, if it can end now: the last, or one that nests, as all after it do, on one state.
    pub(super) fn check(&self, ticket: Ticket, what: &str) -> Result<Frame> {
        if ticket == Ticket::default() {
            fail!(StaleToken, "the {what} is empty: it was used already, or never filled");
        }
        if !self.is_mine(ticket) || !self.handed_out(ticket.number) {
            fail!(
                WrongThread,
                "the {what} is another thread's: only the thread that got it may use it, and this is {}",
                this_thread()
            );
        }
        let Some((place, frame)) = self.find(ticket.number) else {
            fail!(StaleToken, "the {what} was used already: what it was for has ended")
        };
        let nests = |other: Frame| matches!(other.kind, Kind::Nested) && other.state == frame.state;
        if place + 1 == self.quick.depth() || self.frames().skip(place).all(nests) {
            return Ok(frame);
        }
        fail!(
            WrongOrder,
            "{} has attachments or suspensions after the one this {what} is for: end those first",
            this_thread()
        )
    }

    /// All that has not ended, in the order in which it began.
    pub(super) fn frames(&self) -> Frames<'_> {
        Frames { thread: self, depths: 0..self.quick.depth() }
    }

    fn find(&self, number: u64) -> Option<(usize, Frame)> {
        let mut all = (0..self.quick.depth()).rev().filter_map(|depth| Some((depth, self.frame(depth)?)));
        all.find(|(_, frame)| frame.number == number)
    }

    pub(super) fn top(&self) -> Option<Frame> {
        self.frame(self.quick.depth().checked_sub(1)?)
    }

    pub(super) fn push(&self, state: State, visit: Option<usize>, kind: Kind) -> Ticket {
        self.serial();
        let ticket = self.next_ticket();
        self.put_frame(self.quick.depth(), Frame { number: ticket.number, state, visit, kind });
        ticket
    }

    /// Never the same twice.
    #[inline(always)]
    pub(super) fn next_ticket(&self) -> Ticket {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        self.ticket(number)
    }

    #[inline(always)]
    pub(super) fn ticket(&self, number: u64) -> Ticket {
        Ticket { thread: std::ptr::from_ref(self).addr() as u64, number }
    }

    /// Whether the ticket is this thread's, or that of one whose record was here.
    #[inline(always)]
    pub(super) fn is_mine(&self, ticket: Ticket) -> bool {
        ticket.thread == std::ptr::from_ref(self).addr() as u64
    }

    /// Takes a frame away and, unless it nests and so held nothing, what was begun under it and never ended.
    pub(super) fn pop(&self, frame: Frame) {
        match (self.find(frame.number), frame.kind) {
            (Some(_), Kind::Nested) => self.remove(frame.number),
            (Some((place, _)), _) => self.quick.truncate(place),
            (None, _) => {}
        }
    }

    /// Takes a frame away, and leaves what was begun since then.
    pub(super) fn remove(&self, number: u64) {
        let Some((place, _)) = self.find(number) else { return };
        let above: Vec<Frame> = self.frames().skip(place + 1).collect();
        self.quick.truncate(place);
        above.into_iter().enumerate().for_each(|(next, frame)| self.put_frame(place + next, frame));
    }

    pub(super) fn mark(&self) -> u64 {
        self.serial();
        self.next_number.get()
    }

    pub(super) fn end_since(&self, mark: u64) -> bool {
        let mut any = false;
        loop {
            let top = self.top().filter(|top| top.number >= mark);
            let Some(top) = top else { return any };
            any = true;
            let ticket = self.ticket(top.number);
            let ended = if let Kind::Suspended { .. } = top.kind { self.resume(ticket) } else { self.detach(ticket) };
            if ended.is_err() && self.top().is_some_and(|still| still.number == top.number) {
                // It has let go of that by itself.
                return any;
            }
        }
    }

    /// Runs `f` under a frame that no ticket names.
    pub(super) fn staying<R>(&self, python: &Python, f: impl FnOnce() -> R) -> R {
        let Some(state) = self.current(python) else { return f() };
        let number = self.push(state, self.visit_of(python, state), Kind::Nested).number;
        let result = f();
        // Not simply the last one: what was begun in there may end later.
        self.remove(number);
        result
    }

    /// Runs `f` attached through another state, under a frame that no ticket names.
    pub(super) fn through<R>(
        &self,
        python: &Python,
        slot: Slot,
        unattached: Unattached,
        f: impl FnOnce(State, SlotValue) -> R,
    ) -> R {
        let state = unattached.state;
        let outer = self.current(python).map(|state| self.hold(python, state));
        if outer.is_some() {
            python.let_go();
        }
        let before = slot.get(python);
        attach_first(python, slot, unattached);
        let entered = Kind::Entered { source: Source::Temporary, before, outer, aside: Aside::NONE };
        let number = self.push(state, self.visit_of(python, state), entered).number;
        let result = f(state, before);
        self.remove(number);
        self.restore(python, outer);
        result
    }

    pub(super) fn serial(&self) -> u64 {
        if self.serial.get() == 0 {
            let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
            self.serial.set(serial);
            self.next_number.set(first_number(serial));
        }
        self.serial.get()
    }

    fn handed_out(&self, number: u64) -> bool {
        let first = first_number(self.serial());
        number.wrapping_sub(first) < self.next_number.get().wrapping_sub(first)
    }
}

// Wraps in a process that has had 2^24 threads, which may then have the numbers of the first.
fn first_number(serial: u64) -> u64 {
    serial.wrapping_mul(NUMBERS)
}
