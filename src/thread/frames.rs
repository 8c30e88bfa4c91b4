//! The attachments and suspensions a thread is in: a stack, and the tickets for its frames.

use super::{NEXT_SERIAL, Thread, attach_state, come_back, here};
use crate::cpython::{Python, Slot, SlotValue, State};
use crate::error::{Result, fail};
use crate::record;
use std::sync::atomic::Ordering;

/// Which thread, and which of its attachments or suspensions. All zero: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// The thread's serial.
    pub thread: u64,
    /// Its number on that thread; never used twice.
    pub number: u64,
}

/// One attach or suspend that has not ended yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub number: u64,
    /// The state that is (or, suspended, was) attached.
    pub state: State,
    /// The interpreter's serial; 0 where it has no record.
    pub serial: u64,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The thread was attached to that interpreter already, when so many had died.
    Nested { deaths: u64 },
    /// The thread really attached.
    Entered {
        visit: usize,
        source: Source,
        /// What the slot held before.
        before: SlotValue,
        left: Left,
    },
    /// The thread went, for a while and on its own account, from what it was attached to into another state.
    Through { left: Option<State> },
    /// The thread let go, with a pin where it had none.
    Suspended { pinned: Option<usize> },
    /// Entered or suspended, in an interpreter that this thread itself shut down, and whose place is taken by another.
    Ended { left: Left },
}

/// What a thread was attached to before, and the visit whose pin keeps it until the thread is back.
pub(super) type Left = Option<(State, Option<usize>)>;

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
    /// The last frame, if the ticket is for it.
    pub(super) fn check(&self, ticket: Ticket, what: &str) -> Result<Frame> {
        if ticket == Ticket::default() {
            fail!(StaleToken, "the {what} is empty: it was used already, or never filled");
        }
        if ticket.thread != self.serial.get() {
            fail!(
                WrongThread,
                "the {what} is another thread's: only the thread that got it may use it, and this is {}",
                here()
            );
        }
        match self.top() {
            Some(top) if top.number == ticket.number => Ok(top),
            _ if self.frames.borrow().iter().any(|frame| frame.number == ticket.number) => {
                fail!(
                    WrongOrder,
                    "{} has attachments or suspensions after the one this {what} is for: end those first",
                    here()
                )
            }
            _ => fail!(StaleToken, "the {what} was used already: what it was for has ended"),
        }
    }

    pub(super) fn top(&self) -> Option<Frame> {
        self.frames.borrow().last().copied()
    }

    pub(super) fn push(&self, state: State, serial: u64, kind: Kind) -> Ticket {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        let mut frames = self.frames.borrow_mut();
        if frames.capacity() == 0 {
            self.ask_to_be_tidied();
        }
        frames.push(Frame { number, state, serial, kind });
        Ticket { thread: self.serial(), number }
    }

    /// Takes a frame away, and what was begun under it and never ended.
    pub(super) fn pop(&self, frame: Frame) {
        let mut frames = self.frames.borrow_mut();
        if let Some(place) = frames.iter().rposition(|other| other.number == frame.number) {
            frames.truncate(place);
        }
    }

    /// Runs `f` under a frame that no ticket names.
    pub(super) fn staying<R>(&self, python: &Python, f: impl FnOnce() -> R) -> R {
        let Some(state) = self.current(python) else { return f() };
        let interpreter = python.interpreter_of(state).and_then(record::find);
        let serial = interpreter.map_or(0, |interpreter| interpreter.serial);
        let number = self.push(state, serial, Kind::Nested { deaths: record::deaths() }).number;
        let result = f();
        // Not simply the last one: what was begun in there may end later.
        self.frames.borrow_mut().retain(|frame| frame.number != number);
        result
    }

    /// Runs `f` attached through another state, under a frame that no ticket names.
    pub(super) fn through<R>(&self, python: &Python, slot: Slot, state: State, f: impl FnOnce(SlotValue) -> R) -> R {
        let left = self.current(python);
        if left.is_some() {
            python.let_go();
        }
        let before = slot.get(python);
        attach_state(python, slot, state);
        let interpreter = python.interpreter_of(state).and_then(record::find);
        let serial = interpreter.map_or(0, |interpreter| interpreter.serial);
        let number = self.push(state, serial, Kind::Through { left }).number;
        let result = f(before);
        self.frames.borrow_mut().retain(|frame| frame.number != number);
        if let Some(left) = left {
            come_back(python, left);
        }
        result
    }

    pub(super) fn serial(&self) -> u64 {
        if self.serial.get() == 0 {
            self.serial.set(NEXT_SERIAL.fetch_add(1, Ordering::Relaxed));
        }
        self.serial.get()
    }
}
