//! The attachments and suspensions that a thread has begun and not ended, the last on top, whether the fast or the slow path began
//! them.
//!
//! Under all of them is the *base*: the foreign state through which Py_Initialize, Python's threading or PyGILState_Ensure has attached
//! this thread, if the slow path has seen it (`learn_base`).
//!
//! The fast path knows the first `INLINE` frames only. A frame keeps its depth until it ends, unless one below it is removed first.

use super::{NOBODY, UNHELD, this_thread};
use crate::cpython::{Aside, SlotValue, State};
use crate::error::{Result, fail};
use crate::registry::{Interpreter, Participant};
use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names a thread and one of its frames. All zero: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Ticket {
    /// The address of the thread's `Stack`. When the thread is gone, another's may be there, with other numbers.
    pub thread: u64,
    /// The frame's number, which is never used twice.
    pub number: u64,
}

/// An attach or a suspend that has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The state that is (or, suspended, was) attached.
    pub state: State,
    /// This thread's participant at the interpreter's gate; `NOBODY` if the interpreter has no record.
    pub participant: &'static Participant,
    pub kind: Kind,
    /// How many attachments the thread is in, up to and including this frame.
    pub attachments: u32,
    /// The fast path can end this frame and all below. On top of a frame that is not plain it enters nothing: CPython may have cleared
    /// the `bound_gilstate` flag of a state below (`bound_gilstate_is_cleared`).
    pub is_plain: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// The thread was attached to that interpreter already.
    Nested,
    /// The thread really attached.
    Entered {
        source: Source,
        /// What the gilstate slot held before.
        before: SlotValue,
        /// The thread was attached to another interpreter: the frame below is a suspension, which ends with this one.
        crosses: bool,
        /// The exception that was set on the state: a visit begins with none.
        aside: Aside,
    },
    /// The thread let go. If pinned, a pin of this frame keeps the interpreter until the thread is back. If not, another thread had
    /// the claim already or, where the participant is `NOBODY`, nothing of ours keeps the interpreter: it has no record, or this very
    /// thread takes it down.
    Suspended { is_pinned: bool },
}

/// Whose state an attachment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Ours, kept from one attach to the next.
    Cached,
    /// Ours, deleted when this attachment ends (`choose_state`, `with_temporary_state`).
    Temporary,
    /// Foreign: never deleted by us.
    Adopted,
}

impl Frame {
    /// Stands where there is no frame: in no interpreter.
    pub const NONE: Frame =
        Frame { state: State::NOWHERE, participant: &NOBODY, kind: Kind::Nested, attachments: 0, is_plain: true };

    pub fn new(state: State, participant: &'static Participant, kind: Kind) -> Frame {
        Frame { state, participant, kind, ..Frame::NONE }
    }

    pub fn is_nested(&self) -> bool {
        matches!(self.kind, Kind::Nested)
    }

    pub fn is_entered(&self) -> bool {
        matches!(self.kind, Kind::Entered { .. })
    }

    pub fn is_suspended(&self) -> bool {
        matches!(self.kind, Kind::Suspended { .. })
    }

    /// Whether the frame is in that interpreter.
    #[inline(always)]
    pub fn is_in(&self, target: &Interpreter) -> bool {
        self.participant.entry.is_at(target)
    }

    /// Whether the frame holds a pin of its own participant.
    pub fn is_pinned(&self) -> bool {
        match self.kind {
            Kind::Nested => false,
            Kind::Entered { .. } => true,
            Kind::Suspended { is_pinned } => is_pinned,
        }
    }

    /// The same frame on top of `below`.
    fn upon(self, below: Option<Frame>) -> Frame {
        let (attachments, is_plain) = below.map_or((0, true), |below| (below.attachments, below.is_plain));
        // The fast path would not clear the label UNHELD.
        let may = !std::ptr::eq(self.participant, &NOBODY) && self.participant.entry.label() != UNHELD;
        let ends_plainly = match self.kind {
            Kind::Nested => true,
            Kind::Entered { source, aside, .. } => below.is_none() && source != Source::Temporary && aside.is_none(),
            Kind::Suspended { is_pinned } => is_pinned,
        };
        let attachments = attachments + u32::from(!self.is_suspended());
        Frame { attachments, is_plain: is_plain && may && ends_plainly, ..self }
    }
}

/// How many frames the fast path knows.
pub(super) const INLINE: usize = 6;

/// A frame and its number: apart, since an attach that repeats the last one writes only the number.
struct Level {
    number: Cell<u64>,
    frame: Cell<Frame>,
}

pub(super) struct Stack {
    depth: Cell<usize>,
    next_number: Cell<u64>,
    /// The base, and the first frames.
    levels: [Level; INLINE + 1],
    /// The frames above.
    more: RefCell<Vec<(u64, Frame)>>,
    serial: Cell<u64>,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

/// How many numbers each thread has: the next thread's begin after them.
const NUMBERS: u64 = 1 << 40;

impl Stack {
    pub const fn new() -> Stack {
        Stack {
            depth: Cell::new(0),
            next_number: Cell::new(0),
            levels: [const { Level { number: Cell::new(0), frame: Cell::new(Frame::NONE) } }; INLINE + 1],
            more: RefCell::new(Vec::new()),
            serial: Cell::new(0),
        }
    }

    /// How many frames there are.
    #[inline(always)]
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// The frame at a depth that the fast path knows; at 0 the base. Above the top: the frame that was there last.
    #[inline(always)]
    pub fn known(&self, depth: usize) -> Frame {
        self.levels[depth].frame.get()
    }

    /// Pushes a frame at a depth that the fast path knows.
    #[inline(always)]
    pub fn push_known(&self, depth: usize, frame: Frame) -> Ticket {
        self.levels[depth].frame.set(frame);
        self.push_again(depth)
    }

    /// Pushes the frame again that was at this depth last, with a new number.
    #[inline(always)]
    pub fn push_again(&self, depth: usize) -> Ticket {
        let ticket = self.next_ticket();
        self.levels[depth].number.set(ticket.number);
        self.depth.set(depth);
        ticket
    }

    /// Whether the ticket is for the frame at a depth that the fast path knows.
    #[inline(always)]
    pub fn is_known_by(&self, depth: usize, ticket: Ticket) -> bool {
        self.is_mine(ticket) && ticket.number == self.levels[depth].number.get()
    }

    /// Pops the top frame, which is at a depth that the fast path knows.
    #[inline(always)]
    pub fn pop_known(&self, depth: usize) {
        self.depth.set(depth - 1);
    }

    pub fn base(&self) -> Frame {
        self.levels[0].frame.get()
    }

    pub fn set_base(&self, base: Frame) {
        self.levels[0].frame.set(base);
    }

    /// Forgets the base and popped frames, so that the fast path does not use them again.
    pub fn forget(&self) {
        self.set_base(Frame::NONE);
        self.truncate(self.depth());
        if self.depth() == 0 {
            self.more.take();
        }
    }

    fn get(&self, depth: usize) -> Option<(u64, Frame)> {
        if depth == 0 || depth > self.depth() {
            return None;
        }
        match self.levels.get(depth) {
            Some(level) => Some((level.number.get(), level.frame.get())),
            None => self.more.borrow().get(depth - INLINE - 1).copied(),
        }
    }

    /// The frame at a depth, from 1.
    pub fn frame(&self, depth: usize) -> Option<Frame> {
        Some(self.get(depth)?.1)
    }

    pub fn top(&self) -> Option<Frame> {
        self.frame(self.depth())
    }

    /// The ticket of the top frame.
    pub fn top_ticket(&self) -> Option<Ticket> {
        self.get(self.depth()).map(|(number, _)| self.ticket(number))
    }

    /// How many attachments the thread is in, up to its last one with that participant; 1 if it has none. Counts frames that the fast
    /// path knows.
    #[inline(always)]
    pub fn attachments_at(&self, participant: &Participant) -> u32 {
        let mut frames = self.levels[..=self.depth().min(INLINE)].iter().rev().map(|level| level.frame.get());
        frames.find(|frame| std::ptr::eq(frame.participant, participant)).map_or(1, |frame| frame.attachments.max(1))
    }

    /// All frames, in the order in which they began.
    pub fn frames(&self) -> Frames<'_> {
        Frames { stack: self, depths: 1..=self.depth() }
    }

    pub fn push(&self, frame: Frame) -> Ticket {
        self.serial(); // the first call says where this thread's numbers begin
        let ticket = self.next_ticket();
        self.put(self.depth() + 1, ticket.number, frame);
        ticket
    }

    /// Changes the kind of the top frame.
    pub fn replace_top(&self, kind: Kind) {
        if let Some((number, frame)) = self.get(self.depth()) {
            self.put(self.depth(), number, Frame { kind, ..frame });
        }
    }

    fn put(&self, depth: usize, number: u64, frame: Frame) {
        self.truncate(depth - 1);
        let frame = frame.upon(self.frame(depth - 1));
        match self.levels.get(depth) {
            Some(level) => {
                level.frame.set(frame);
                level.number.set(number);
            }
            None => self.more.borrow_mut().push((number, frame)),
        }
        self.depth.set(depth);
    }

    /// Removes the frames above a depth.
    pub fn truncate(&self, depth: usize) {
        self.depth.set(self.depth().min(depth));
        self.levels.iter().skip(self.depth() + 1).for_each(|level| level.frame.set(Frame::NONE));
        self.more.borrow_mut().truncate(depth.saturating_sub(INLINE));
    }

    /// Removes and returns a frame, and keeps those above it.
    pub fn remove(&self, number: u64) -> Option<Frame> {
        let depth = self.find(number)?;
        let removed = self.frame(depth);
        let above: Vec<(u64, Frame)> = (depth + 1..=self.depth()).filter_map(|depth| self.get(depth)).collect();
        self.truncate(depth - 1);
        above.into_iter().zip(depth..).for_each(|((number, frame), depth)| self.put(depth, number, frame));
        removed
    }

    fn find(&self, number: u64) -> Option<usize> {
        (1..=self.depth()).rev().find(|depth| self.get(*depth).is_some_and(|(other, _)| other == number))
    }

    /// The depth of the ticket's frame, if that frame can end now: the top one, or one that is nested, as all above it are, on one
    /// state.
    pub fn check(&self, ticket: Ticket, what: &str) -> Result<usize> {
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
        let Some(depth) = self.find(ticket.number) else {
            fail!(StaleToken, "the {what} was used already: what it was for has ended")
        };
        let state = self.frame(depth).map(|frame| frame.state);
        let nests = |other: Frame| other.is_nested() && Some(other.state) == state;
        if depth == self.depth() || self.frames().skip(depth - 1).all(nests) {
            return Ok(depth);
        }
        fail!(
            WrongOrder,
            "{} has attachments or suspensions after the one this {what} is for: end those first",
            this_thread()
        )
    }

    /// The number of the next frame; later ones have greater numbers.
    pub fn mark(&self) -> u64 {
        self.serial(); // as in `push`
        self.next_number.get()
    }

    /// A ticket with a new number.
    #[inline(always)]
    fn next_ticket(&self) -> Ticket {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        self.ticket(number)
    }

    #[inline(always)]
    fn ticket(&self, number: u64) -> Ticket {
        Ticket { thread: std::ptr::from_ref(self).addr() as u64, number }
    }

    /// Whether the ticket is this thread's, or that of an ended thread whose stack was here.
    #[inline(always)]
    fn is_mine(&self, ticket: Ticket) -> bool {
        ticket.thread == std::ptr::from_ref(self).addr() as u64
    }

    fn handed_out(&self, number: u64) -> bool {
        let first = first_number(self.serial());
        number.wrapping_sub(first) < self.next_number.get().wrapping_sub(first)
    }

    /// The number of this thread, which no other thread of the process has had.
    pub fn serial(&self) -> u64 {
        if self.serial.get() == 0 {
            let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
            self.serial.set(serial);
            self.next_number.set(first_number(serial));
        }
        self.serial.get()
    }
}

// Wraps after 2^24 threads: later ones may have the numbers of the first.
fn first_number(serial: u64) -> u64 {
    serial.wrapping_mul(NUMBERS)
}

/// Iterates over all frames. A named type, since the compiler exports functions that are instantiated with an unnameable one.
pub(super) struct Frames<'a> {
    stack: &'a Stack,
    depths: RangeInclusive<usize>,
}

impl Iterator for Frames<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        self.depths.next().and_then(|depth| self.stack.frame(depth))
    }
}

impl DoubleEndedIterator for Frames<'_> {
    fn next_back(&mut self) -> Option<Frame> {
        self.depths.next_back().and_then(|depth| self.stack.frame(depth))
    }
}
