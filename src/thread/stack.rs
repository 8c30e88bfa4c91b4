//! What a thread has begun and not ended, the last on top: attachments and suspensions, whichever path began them.
//!
//! Under all of them is the *base*: what somebody else has attached this thread to (Py_Initialize, Python's threading,
//! PyGILState_Ensure), as far as the slow path has looked at that.
//!
//! The fast path knows the first few frames only. Nothing on the stack moves but where a frame that nests ends before others.

use super::{NOBODY, UNHELD, this_thread};
use crate::cpython::{Aside, SlotValue, State};
use crate::error::{Result, fail};
use crate::registry::{Interpreter, Participant};
use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which thread, and which of its attachments or suspensions. All zero: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Ticket {
    /// The thread, by the address of its stack. Another's may be there when it is gone, with numbers of its own.
    pub thread: u64,
    /// Its number on that thread; never used twice.
    pub number: u64,
}

/// An attach or a suspend that has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The state that is (or, suspended, was) attached.
    pub state: State,
    /// Where this thread is registered in the interpreter; `NOBODY`, where that has no record.
    pub participant: &'static Participant,
    pub kind: Kind,
    /// How many attachments the thread is in, up to this one.
    pub attachments: u32,
    /// This frame, and all below, end by the fast path. Over others nothing is attached by it that was attached before: CPython may
    /// have cleared that state's `bound_gilstate` since (`bound_gilstate_is_cleared`).
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
        /// What the thread was attached to before.
        outer: Option<Outer>,
        /// What was set on a state that was in use already: a visit begins with none.
        aside: Aside,
    },
    /// The thread let go; a pin holds the interpreter until the thread is back, or nothing does.
    Suspended { is_pinned: bool },
}

/// What a thread let go of, and comes back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    pub state: State,
    /// `NOBODY`: nothing that we know of keeps the interpreter, since it has no record, or this very thread takes it down.
    pub participant: &'static Participant,
    /// A pin of that participant keeps the interpreter until the thread is back. Else another frame's does, or another thread was past
    /// waiting for anybody.
    pub is_pinned: bool,
}

impl Outer {
    /// What nothing that we know of keeps.
    pub fn unkept(state: State) -> Outer {
        Outer { state, participant: &NOBODY, is_pinned: false }
    }

    pub fn is_unkept(&self) -> bool {
        std::ptr::eq(self.participant, &NOBODY)
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

impl Frame {
    /// What is where there is no frame: in no interpreter.
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

    /// Whether it is in that interpreter.
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

    /// What the thread was attached to before that.
    pub fn outer(&self) -> Option<Outer> {
        if let Kind::Entered { outer, .. } = self.kind { outer } else { None }
    }

    /// The same frame upon that one.
    fn upon(self, below: Option<Frame>) -> Frame {
        let (attachments, is_plain) = below.map_or((0, true), |below| (below.attachments, below.is_plain));
        // The fast path leaves the label.
        let may = !std::ptr::eq(self.participant, &NOBODY) && self.participant.entry.label() != UNHELD;
        let ends_plainly = match self.kind {
            Kind::Nested => true,
            Kind::Entered { source, outer: None, aside, .. } => {
                below.is_none() && source != Source::Temporary && aside.is_none()
            }
            Kind::Entered { .. } => false,
            Kind::Suspended { is_pinned } => is_pinned,
        };
        let attachments = attachments + u32::from(!self.is_suspended());
        Frame { attachments, is_plain: is_plain && may && ends_plainly, ..self }
    }
}

/// How many frames the fast path knows.
pub(super) const INLINE: usize = 4;

/// A frame and its number: apart, since that is all that the fast path writes where the frame is as the last one was.
struct Level {
    number: Cell<u64>,
    frame: Cell<Frame>,
}

/// All that a thread has begun and not ended.
pub(super) struct Stack {
    /// How many frames there are.
    depth: Cell<usize>,
    next_number: Cell<u64>,
    /// The base, and the first frames.
    levels: [Level; INLINE + 1],
    /// The frames above.
    more: RefCell<Vec<(u64, Frame)>>,
    serial: Cell<u64>,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

/// How many numbers a thread has before they could be those of the thread that came next.
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

    /// The frame that makes up a depth which the fast path knows; at 0 the base. Above the stack: what was there last.
    #[inline(always)]
    pub fn known(&self, depth: usize) -> Frame {
        self.levels[depth].frame.get()
    }

    /// Puts a frame on top, at a depth that the fast path knows.
    #[inline(always)]
    pub fn push_known(&self, depth: usize, frame: Frame) -> Ticket {
        self.levels[depth].frame.set(frame);
        self.push_again(depth)
    }

    /// Puts the frame on top that was there last.
    #[inline(always)]
    pub fn push_again(&self, depth: usize) -> Ticket {
        let ticket = self.next_ticket();
        self.levels[depth].number.set(ticket.number);
        self.depth.set(depth);
        ticket
    }

    /// Whether the ticket is for the frame that makes up a depth which the fast path knows.
    #[inline(always)]
    pub fn is_known_by(&self, depth: usize, ticket: Ticket) -> bool {
        self.is_mine(ticket) && ticket.number == self.levels[depth].number.get()
    }

    /// Takes the top away, which made up a depth that the fast path knows.
    #[inline(always)]
    pub fn pop_known(&self, depth: usize) {
        self.depth.set(depth - 1);
    }

    pub fn base(&self) -> Frame {
        self.levels[0].frame.get()
    }

    /// From here on that is under all frames.
    pub fn set_base(&self, base: Frame) {
        self.levels[0].frame.set(base);
    }

    /// Nothing of what is no longer on the stack is used again.
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

    /// The frame that makes up a depth.
    pub fn frame(&self, depth: usize) -> Option<Frame> {
        Some(self.get(depth)?.1)
    }

    pub fn top(&self) -> Option<Frame> {
        self.frame(self.depth())
    }

    /// The ticket of the last frame.
    pub fn top_ticket(&self) -> Option<Ticket> {
        self.get(self.depth()).map(|(number, _)| self.ticket(number))
    }

    /// How many attachments the thread is in, up to its last one by that participant; 1 where it is in none there. Of frames that
    /// the fast path knows.
    #[inline(always)]
    pub fn attachments_at(&self, participant: &Participant) -> u32 {
        let mut frames = self.levels[..=self.depth().min(INLINE)].iter().rev().map(|level| level.frame.get());
        frames.find(|frame| std::ptr::eq(frame.participant, participant)).map_or(1, |frame| frame.attachments.max(1))
    }

    /// All that has not ended, in the order in which it began.
    pub fn frames(&self) -> Frames<'_> {
        Frames { stack: self, depths: 1..=self.depth() }
    }

    pub fn push(&self, frame: Frame) -> Ticket {
        self.serial();
        let ticket = self.next_ticket();
        self.put(self.depth() + 1, ticket.number, frame);
        ticket
    }

    /// Has the last frame be of another kind.
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

    /// Takes the frames away that are above a depth.
    pub fn truncate(&self, depth: usize) {
        self.depth.set(self.depth().min(depth));
        self.levels.iter().skip(self.depth() + 1).for_each(|level| level.frame.set(Frame::NONE));
        self.more.borrow_mut().truncate(depth.saturating_sub(INLINE));
    }

    /// Takes a frame away, and leaves what was begun since then.
    pub fn remove(&self, number: u64) {
        let Some(depth) = self.find(number) else { return };
        let above: Vec<(u64, Frame)> = (depth + 1..=self.depth()).filter_map(|depth| self.get(depth)).collect();
        self.truncate(depth - 1);
        above.into_iter().zip(depth..).for_each(|((number, frame), depth)| self.put(depth, number, frame));
    }

    fn find(&self, number: u64) -> Option<usize> {
        (1..=self.depth()).rev().find(|depth| self.get(*depth).is_some_and(|(other, _)| other == number))
    }

    /// The depth of the frame that the ticket is for, if that can end now: the last, or one that nests, as all after it do, on one
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

    /// What is less than the number of each frame to come.
    pub fn mark(&self) -> u64 {
        self.serial();
        self.next_number.get()
    }

    /// Never the same twice.
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

    /// Whether the ticket is this thread's, or that of one whose stack was here.
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

// Wraps in a process that has had 2^24 threads, which may then have the numbers of the first.
fn first_number(serial: u64) -> u64 {
    serial.wrapping_mul(NUMBERS)
}

/// All frames of a stack. A type that can be named: the compiler exports what is used under one that cannot.
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
