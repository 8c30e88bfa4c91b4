//! The attachments and suspensions a thread is in: a stack, and the tickets for its frames.

use super::outer::Outer;
use super::{NEXT_SERIAL, Thread, attach_first, this_thread};
use crate::cpython::{Aside, Python, Slot, SlotValue, State, Unattached};
use crate::error::{Result, fail};
use std::cell::{Ref, RefMut};
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
        let frames = self.frames();
        let Some(place) = frames.iter().rposition(|frame| frame.number == ticket.number) else {
            fail!(StaleToken, "the {what} was used already: what it was for has ended")
        };
        let frame = frames[place];
        let nests = |other: &Frame| matches!(other.kind, Kind::Nested) && other.state == frame.state;
        if place + 1 == frames.len() || frames[place..].iter().all(nests) {
            return Ok(frame);
        }
        fail!(
            WrongOrder,
            "{} has attachments or suspensions after the one this {what} is for: end those first",
            this_thread()
        )
    }

    /// All that has not ended, steps included.
    pub(super) fn frames(&self) -> Ref<'_, Vec<Frame>> {
        self.settle();
        self.frames.borrow()
    }

    pub(super) fn frames_mut(&self) -> RefMut<'_, Vec<Frame>> {
        self.settle();
        self.frames.borrow_mut()
    }

    pub(super) fn top(&self) -> Option<Frame> {
        self.frames().last().copied()
    }

    pub(super) fn push(&self, state: State, visit: Option<usize>, kind: Kind) -> Ticket {
        self.settle();
        self.serial();
        let ticket = self.next_ticket();
        self.put_frame(Frame { number: ticket.number, state, visit, kind });
        ticket
    }

    pub(super) fn put_frame(&self, frame: Frame) {
        self.quick.turn_off();
        let mut frames = self.frames.borrow_mut();
        if frames.capacity() == 0 {
            self.ask_to_be_tidied();
            // Most threads never have more, beside steps.
            frames.reserve_exact(1);
        }
        frames.push(frame);
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
        let mut frames = self.frames_mut();
        match (frames.iter().rposition(|other| other.number == frame.number), frame.kind) {
            (Some(place), Kind::Nested) => drop(frames.remove(place)),
            (Some(place), _) => frames.truncate(place),
            (None, _) => {}
        }
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
        self.frames_mut().retain(|frame| frame.number != number);
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
        self.frames_mut().retain(|frame| frame.number != number);
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
