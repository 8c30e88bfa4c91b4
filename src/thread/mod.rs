//! What one OS thread knows: the attachments it is in, the states it keeps, and what happens when it ends.
//!
//! To each interpreter a thread is in one of these states. All transitions are the thread's own, but the closer's. It is attached
//! by the state that it keeps or, where it has one there already, by somebody else's, which is never deleted here.
//!
//! ```text
//!                         attach                          suspend, PyEval_SaveThread,
//!               pin, gilstate slot, RestoreThread         attach to another interpreter
//!   +---------+ ---------------------------> +----------+ ---------------------------> +------------+
//!   | outside |                              | attached |                              | let go     |
//!   | no pin  |                              | a pin    |                              | a pin kept |
//!   +---------+ <--------------------------- +----------+ <--------------------------- +------------+
//!      |   ^              detach                |    ^        resume, RestoreThread,
//!      |   |      SaveThread, slot, unpin       |    |        detach from the other one
//!      |   |                             attach |    | detach
//!      |   |                                    v    |
//!      |   |                         nested: attached already, by us or by anybody; no pin
//!      |   |
//!      |   +-- forget, the end of the thread: the kept state is deleted, or left to others (`orphans`)
//!      +------ the closer, once the gate is closed and nobody inside: deletes the kept state
//! ```
//!
//! Each attach and suspend that has not ended is a frame on one stack (`quick`), whichever way it came in; last in, first out, but
//! nested ones of one state end in any order. Where the closer gives a thread up (`pyferry_set_report`), it sets a flag on the
//! thread's place at the gate and touches nothing here: the frame ends with CLOSED, and the thread does not come back in.
//!
//! The record is a thread-local that is never dropped, so that it can be used until the thread's very end, by destructors
//! of every kind. It is tidied up when they are through, and again when a later one has used it since.
//!
//! No borrow is held while CPython is called: it may run Python code, which may come back to us.

mod choose;
mod detach;
mod end;
mod frames;
mod guards;
mod herald;
mod notes;
mod orphans;
mod outer;
mod quick;
mod stand_ins;
mod suspend;
mod visits;

pub use end::prepare;
pub use frames::Ticket;
pub use guards::{Guard, Opening, close_guard};
pub use herald::{come_back, is_herald};
pub use notes::note_job;

use crate::cpython::{Aside, Python, Raw, Slot, SlotValue, State, Unattached};
use crate::error::{Error, Result, Status, fail};
use crate::registry::{self as record, Interpreter, Occupant, Place};
use crate::sys::{self, Label, Pace};
use crate::trace::{Pen, What};
use frames::{Frame, Kind, Source};
use herald::{attach_first, attach_state};
use quick::Quick;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use visits::Visit;

/// By what right a thread comes in.
#[derive(Clone, Copy)]
pub enum Admission<'a> {
    /// The gate must be open, or the thread inside already.
    Open,
    /// Also while Closing, as long as this guard, which the caller keeps open, holds that up.
    Guarded(&'a Place),
    /// Also while Closing, as long as somebody else is inside: to interrupt them.
    Late,
}

/// What one thread knows of itself.
#[repr(C)]
pub struct Thread {
    quick: Quick,
    next_number: Cell<u64>,
    serial: Cell<u64>,
    /// By the interpreter's index.
    visits: RefCell<Vec<Option<Visit>>>,
    /// How often the end of the thread has tidied up.
    tidied: Cell<u32>,
    /// Nobody will tidy up any more: keep nothing beyond the last attachment.
    last_round: Cell<bool>,
    pace: Pace,
    pen: Pen,
}

/// What a thread comes in for whom no shutdown waits. It is on the thread's place as long as that holds a pin of such a visit, and
/// no longer: whoever is there next without a label must not be taken for one.
pub const UNHELD: Label = Label::new(c"holds nothing up");

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

sys::per_thread! {
    static THREAD: Thread = Thread {
        quick: Quick::new(),
        next_number: Cell::new(0),
        serial: Cell::new(0),
        visits: RefCell::new(Vec::new()),
        tidied: Cell::new(0),
        last_round: Cell::new(false),
        pace: Pace::new(),
        pen: Pen::new(),
    };
}

/// Attaches this thread to an interpreter.
pub fn attach(target: &Arc<Interpreter>, admission: Admission<'_>, label: Label) -> Result<Ticket> {
    THREAD.with(|me| {
        let short = if let Admission::Open = admission { me.attach_shortly(target, label) } else { None };
        short.map_or_else(|| me.tidily(|| me.attach(target, admission, label)), Ok)
    })
}

/// The calling thread's record, if that is at hand: for the short ways in and out (`quick`), one by one.
#[inline(always)]
pub fn at_hand() -> Option<&'static Thread> {
    THREAD.at_hand()
}

/// Ends this thread's last attachment.
pub fn detach(ticket: Ticket) -> Result<()> {
    THREAD.with(|me| if me.detach_shortly(ticket) { Ok(()) } else { me.tidily(|| me.detach(ticket)) })
}

/// Lets go of the interpreter this thread is attached to.
pub fn suspend() -> Result<Ticket> {
    THREAD.with(|me| me.suspend_shortly().map_or_else(|| me.tidily(|| me.suspend()), Ok))
}

/// Comes back from the last `suspend`.
pub fn resume(ticket: Ticket) -> Result<()> {
    THREAD.with(|me| if me.resume_shortly(ticket) { Ok(()) } else { me.tidily(|| me.resume(ticket)) })
}

/// Deletes the states that this thread keeps and is not using.
pub fn forget() {
    THREAD.with(|me| me.tidily(|| me.forget()));
}

/// Opens a guard.
pub fn open_guard(target: &Arc<Interpreter>, opening: Opening) -> Result<Box<Guard>> {
    THREAD.with(|me| me.tidily(|| me.open_guard(target, opening)))
}

/// The interpreter that this thread is attached to now, by whomever.
pub fn current(python: &Python) -> Option<Raw> {
    THREAD.with(|me| me.current(python)).and_then(|state| python.interpreter_of(state))
}

/// The CPython that this thread is attached to, and the state. Also in the last of a shutdown, when Python calls itself
/// uninitialised.
pub fn attached_python() -> Result<(&'static Python, State)> {
    let python = Python::in_process()?;
    match current_state(python) {
        Some(state) => Ok((python, state)),
        None => {
            Python::running()?;
            fail!(NotAttached, "{} is not attached to any interpreter: call pyferry_attach first", this_thread())
        }
    }
}

/// The state that this thread is attached through now.
pub fn current_state(python: &Python) -> Option<State> {
    THREAD.with(|me| me.current(python))
}

/// Drops an interrupt that reached this thread, which is attached, when it ran no Python code: it was for others.
pub fn drop_early_interrupt(python: &Python) {
    THREAD.with(|me| me.drop_early_interrupt(python));
}

/// Whether this thread is attached to an interpreter, or will come back to it.
pub fn is_inside(interpreter: &Interpreter) -> bool {
    THREAD.with(|me| {
        me.frames().any(|frame| me.is_in(&frame, interpreter)) || interpreter.is(current(interpreter.python))
    })
}

/// The number of this thread, which no other thread of the process has had.
pub fn serial() -> u64 {
    THREAD.with(Thread::serial)
}

/// Whether a place is this thread's own.
pub fn is_mine(occupant: &Occupant) -> bool {
    THREAD.with(|me| occupant.is_of(me.serial.get()))
}

/// Runs `f` while this thread is attached to nothing, and attaches it again as it was. What it comes back to is held, unless
/// that is the interpreter which this thread is about to take down. False: it has ended, or gave this thread up.
pub fn released(python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
    THREAD.with(|me| me.tidily(|| me.released(python, taken_down, f)))
}

/// Runs `f` attached through a state that is gone when it returns, and attaches this thread again as it was. `f` gets the state
/// and what the slot held before, and leaves that there.
pub fn through<R>(python: &Python, slot: Slot, state: Unattached, f: impl FnOnce(State, SlotValue) -> R) -> R {
    THREAD.with(|me| me.through(python, slot, state, f))
}

/// Runs `f`, which runs Python code on this thread as it is attached: none of its attachments can be ended from in there.
pub fn staying<R>(python: &Python, f: impl FnOnce() -> R) -> R {
    THREAD.with(|me| me.staying(python, f))
}

/// What is less than the number of each attachment and suspension that this thread begins from here on.
pub fn mark() -> u64 {
    THREAD.with(Thread::mark)
}

/// Ends what this thread began since then and has not ended, the last one first. False: there is nothing.
pub fn end_since(mark: u64) -> bool {
    THREAD.with(|me| me.mark() != mark && me.tidily(|| me.end_since(mark)))
}

/// Forgets, in a forked child, everything but what the only thread is attached to. CPython is not asked.
pub fn forget_after_fork() {
    herald::forget_after_fork();
    orphans::forget_after_fork();
    THREAD.with(|me| me.forget_after_fork());
}

impl Thread {
    fn attach(&self, target: &Arc<Interpreter>, admission: Admission<'_>, label: Label) -> Result<Ticket> {
        let python = target.python;
        let top = self.top();
        let current = self.current(python);
        if let Some(current) = current {
            // The next life's main interpreter may have the address that the last one's had.
            let lives = || {
                let ending = |raw| record::is_ending_here(python, raw);
                target.raw().is_some() || python.interpreter_of(current).is_some_and(ending)
            };
            let ours = |top: Frame| top.state == current && self.is_in(&top, target) && lives();
            if top.is_some_and(ours) || target.is(python.interpreter_of(current)) {
                self.note_of(What::Nests, target.id);
                if top.is_none() {
                    self.learn_lent(target, current);
                }
                return Ok(self.push(current, Some(self.visit(target)), Kind::Nested));
            }
        }

        if target.is_closed() {
            return Err(self.refused(target));
        }
        let before = self.slot_value(target);
        let visit = self.visit(target);
        self.comes_for(visit, label);
        if !self.pin(visit, admission) {
            return Err(self.refused(target));
        }
        let makes = self.with_visit(visit, |visit| visit.seat.occupant.state.get()).is_none();
        if makes && target.slot.is_found() {
            self.delete_orphans(target, visit, stand_ins::may_delete());
            if self.current(python) != current {
                // What it was attached to ended meanwhile, and did not wait.
                self.unpin(visit);
                return Err(self.refused(target));
            }
        }
        let outer = current.map(|state| self.hold(python, state));
        if let Some(outer) = outer {
            self.note_of(What::Crosses, target.id);
            if let Some(here) = outer.pinned() {
                self.with_visit(here, |here| here.seat.occupant.went_away(self.pace.now()));
            }
            python.let_go();
        }
        let Some((Unattached { state, bound }, source)) = self.choose_state(target, visit, before) else {
            self.unpin(visit);
            self.restore(python, outer);
            fail!(NoMemory, "CPython could not make a thread state for {} in {}", this_thread(), target.name());
        };
        let now = current.map_or(before, State::as_ptr);
        let before = if python.binds_what_it_attaches() && self.lost_its_mark(target, state, now) {
            // CPython puts it into the slot, and whatever was there back when that is attached again.
            self.sets_out(visit, || come_back(python, state));
            // Unless it has its mark: the end of the thread has emptied the slot.
            target.slot.set(state.as_ptr());
            state.as_ptr()
        } else {
            self.sets_out(visit, || {
                if bound {
                    attach_state(python, target.slot, state);
                } else {
                    attach_first(python, target.slot, Unattached { state, bound });
                }
            });
            before
        };
        let aside = self.begin_clean(python, visit, state, source);
        self.note_at(What::ComesIn, visit);
        self.came_in(python, visit);
        if makes && source != Source::Adopted {
            // That of a thread before, which had the same number.
            python.drop_dummy_thread(python.thread_ident(), |thread_id| thread_id != sys::thread_id());
        }
        match source {
            Source::Cached => self.learn(target, state, source),
            Source::Adopted if outer.is_none() => self.learn_lent(target, state),
            _ => {}
        }
        Ok(self.push(state, Some(visit), Kind::Entered { source, before, outer, aside }))
    }

    /// Has a state of somebody else's at hand from here on, which is in the slot and by which this thread is attached.
    fn learn_lent(&self, target: &Arc<Interpreter>, state: State) {
        if target.gate.is_open() && target.slot.is_found() && target.slot.get(target.python) == state.as_ptr() {
            let visit = self.visit(target);
            if self.with_visit(visit, |visit| visit.seat.occupant.state.get()) != Some(state) {
                self.learn(target, state, Source::Adopted);
            }
        }
    }

    #[cold]
    fn refused(&self, target: &Interpreter) -> Error {
        let why = if target.is_closed() { "has ended" } else { "is shutting down" };
        let text =
            format!("{} may not enter: {} {why} and lets nobody new in; free the view", this_thread(), target.name());
        Error::new(Status::Closed, text)
    }

    /// What is left of others in the state that this thread has just attached: what is set goes aside, and what was sent to a
    /// visit that has ended is dropped.
    fn begin_clean(&self, python: &Python, visit: usize, state: State, source: Source) -> Aside {
        let is_first = !self.with_visit(visit, |visit| visit.seat.occupant.is_in());
        if is_first && source == Source::Cached && python.may_have_been_sent_one(state) {
            python.clear_interrupt();
        }
        if python.has_exception() { python.set_exception_aside() } else { Aside::NONE }
    }

    /// Before the pin, so that whoever sees that sees whose it is.
    #[inline]
    fn comes_for(&self, visit: usize, label: Label) {
        self.with_visit(visit, |visit| {
            if !visit.seat.occupant.is_in() {
                visit.seat.occupant.set_label(label);
            }
        });
    }

    /// Runs `f`, in which this thread waits to be attached.
    fn sets_out(&self, visit: usize, f: impl FnOnce()) {
        self.note_at(What::Waits, visit);
        let occupant = &self.with_visit(visit, |visit| visit.seat).occupant;
        if occupant.is_in() {
            occupant.coming_back(|| self.pace.now(), f);
        } else {
            occupant.sets_out(self.pace.now());
            f();
        }
    }

    /// Notes at each place how many attachments this thread is in there.
    pub(super) fn note_depths(&self) {
        let attachments = self.frames().filter(|frame| !matches!(frame.kind, Kind::Suspended { .. }));
        for (depth, frame) in (1..).zip(attachments) {
            if let Some(visit) = frame.visit {
                self.with_visit(visit, |visit| visit.seat.occupant.set_depth(depth));
            }
        }
    }

    #[inline]
    fn came_in(&self, python: &Python, visit: usize) {
        let is_first = self.with_visit(visit, |visit| {
            let occupant = &visit.seat.occupant;
            let is_first = !occupant.is_in();
            if is_first {
                occupant.came_in(self.pace.now());
            }
            is_first
        });
        if is_first {
            self.drop_late_interrupt(python, visit);
        }
    }

    /// Drops an interrupt that came too late for the attachment it was meant for.
    #[inline]
    pub(super) fn drop_late_interrupt(&self, python: &Python, visit: usize) {
        if self.with_visit(visit, |visit| visit.seat.take_word()) {
            self.take_interrupt_back(python);
        }
    }

    /// Takes back an interrupt that this thread, which is attached, was marked for and has not seen. Its mark is gone: who
    /// looks at the marks next leaves this thread alone, and who has seen it already is waited for.
    #[cold]
    pub(super) fn take_interrupt_back(&self, python: &Python) {
        if record::is_raising() {
            self.released(python, None, || {
                // Not for ever: one who raises may run a destructor, which waits for this thread.
                let until = Instant::now() + Duration::from_secs(1);
                while record::is_raising() && Instant::now() < until {
                    std::thread::sleep(Duration::from_micros(100));
                }
            });
        }
        python.clear_interrupt();
    }

    // Free-threaded, with several interpreters, nobody can tell whether another thread runs Python code.
    fn drop_early_interrupt(&self, python: &Python) {
        let Some(state) = self.current(python).filter(|state| !python.runs_python(*state)) else { return };
        let raw = python.interpreter_of(state);
        let word = self.with_visits(|visits| {
            visits.iter().flatten().any(|visit| visit.interpreter.is(raw) && visit.seat.take_word())
        });
        if word {
            self.take_interrupt_back(python);
        }
    }

    fn current(&self, python: &Python) -> Option<State> {
        let own = self.top().filter(|top| self.may_be_attached(top));
        python.attached(own.map(|top| top.state))
    }

    /// Whether the state of the last frame can be attached, rather than be gone, and another at its address.
    #[inline]
    fn may_be_attached(&self, top: &Frame) -> bool {
        let lives = |visit: &Visit| visit.interpreter.raw().is_some();
        !matches!(top.kind, Kind::Suspended { .. }) && top.visit.is_some_and(|visit| self.with_visit(visit, lives))
    }
}

/// "thread 4711 "render""
fn this_thread() -> String {
    sys::describe_thread(sys::thread_id())
}
