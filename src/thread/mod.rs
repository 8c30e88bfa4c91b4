//! What one OS thread knows: the attachments it is in, the thread states it keeps, and what happens when it ends.
//!
//! For each interpreter a thread is outside, attached or let go. All transitions are its own, except for the closer's. It attaches
//! through the thread state that pyferry keeps for it or, if another library has made one for it there, through that *foreign* state,
//! which is never deleted here.
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
//!      |   |                         nested: attached already, by pyferry or by others; no pin
//!      |   |
//!      |   +-- forget, the end of the thread: the kept state is deleted, or left to others (`orphans`)
//!      +------ the closer, when nobody is inside any more: deletes the kept state
//! ```
//!
//! Each attach and suspend that has not ended is a frame on one stack (`stack`), whether the fast or the slow path began it. To go on
//! into another interpreter is a suspend and an attach, two frames that end together. Frames end last in, first out; only nested ones
//! on one thread state end in any order. A *visit* is one frame that entered the interpreter. A *stay* lasts until the thread is
//! outside again, over all visits of A -> B -> A. When the closer gives a thread up (`pyferry_set_report`), it sets a flag on the
//! thread's participant at the gate and touches nothing here: the frame ends with CLOSED, and the thread is not attached again.
//!
//! The record is a thread-local that is never dropped, so that destructors of every kind can use it until the thread's very end. It is
//! cleaned up after them (`exit`), and again if a later destructor has used it.
//!
//! No borrow is held while CPython is called: it may run Python code that calls pyferry.

mod attach;
mod callbacks;
mod caller;
mod detach;
mod exit;
mod guards;
mod interrupts;
mod local;
mod notes;
mod orphans;
mod stack;
mod stand_ins;
mod state;
mod suspend;

pub use attach::{attach, attach_by};
pub use callbacks::{call_host, call_host_attached};
pub use caller::Caller;
pub use detach::{detach, detach_by};
pub use exit::prepare;
pub use guards::{Guard, Opening, close_guard};
pub use interrupts::drop_early_interrupt;
pub use stack::Ticket;
pub use suspend::{resume, resume_by, suspend, suspend_by};

use crate::cpython::{Addresses, Aside, Python, Raw, Slot, SlotValue, State, Unattached};
use crate::error::{Error, Result, Status};
use crate::nudge;
use crate::registry::{self, Entry, Interpreter, Participant};
use crate::sys::{self, Label};
use crate::trace::{Pen, What};
use local::{Local, Locals};
use stack::{Frame, Kind, Source, Stack};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// What lets a thread enter.
#[derive(Clone, Copy)]
pub enum Admission<'a> {
    /// While the gate is open, or the thread is inside already.
    Open,
    /// Also while Closing, as long as this guard, which the caller keeps open, holds up the closer.
    Guarded(&'a Participant),
    /// Also while Closing, until a closer has the claim: for threads that are inside in fact, and for pyferry's helper threads.
    Late,
}

/// The label of a thread that no shutdown waits for (pyferry_attach_unheld). It is cleared with the participant's last pin, so that a
/// later visit without a label is not taken for an unheld one.
pub const UNHELD: Label = Label::new(c"holds nothing up");

/// Stands for the participant in an interpreter that has no record.
static NOBODY: Participant = Participant::new(Entry::new());

/// What one thread knows of itself.
#[repr(C)]
struct Thread {
    stack: Stack,
    /// Where CPython's variables are on this thread, for the fast path; `NOWHERE` until the slow path has found them.
    addresses: Cell<Addresses>,
    locals: Locals,
    pen: Pen,
    /// How many rounds of the thread's end there were: it comes in rounds, as the destructors of pthread keys do, which may use this
    /// record again after each.
    rounds_of_end: Cell<u32>,
}

sys::per_thread! {
    static THREAD: Thread = Thread {
        stack: Stack::new(),
        addresses: Cell::new(Addresses::NOWHERE),
        locals: Locals::new(),
        pen: Pen::new(),
        rounds_of_end: Cell::new(0),
    };
}

/// Runs `f` attached to an interpreter, if this thread may enter it. `f` may run code of others, which may leave the thread otherwise
/// than it finds it.
pub fn visit(target: &Arc<Interpreter>, admission: Admission<'_>, label: Label, f: impl FnOnce()) -> Result<()> {
    let ticket = attach(target, admission, label)?;
    call_host_attached(target, f);
    // Fails if `f` has ended the interpreter, or left a state of others attached.
    let _ = detach(ticket);
    Ok(())
}

/// Deletes the states that this thread keeps and is not using.
pub fn forget() -> Result<()> {
    let current = || Python::known().and_then(current_state);
    let was_attached = current().is_some();
    THREAD.with(|me| me.cleanly(|| me.forget()));
    check_back(!was_attached || current().is_some(), "the states are deleted")
}

/// Opens a guard. The label says who holds it, if that is a call of pyferry's own.
pub fn open_guard(target: &Arc<Interpreter>, opening: Opening, label: Label) -> Result<Box<Guard>> {
    THREAD.with(|me| me.cleanly(|| me.open_guard(target, opening, label)))
}

/// The interpreter that this thread is attached to now, by pyferry or by others.
pub fn current(python: &Python) -> Option<Raw> {
    current_state(python).and_then(|state| python.interpreter_of(state))
}

/// The CPython that this thread is attached to, and the thread state. Also late in Py_FinalizeEx, when Py_IsInitialized is false
/// already.
pub fn attached_python() -> Result<(&'static Python, State)> {
    let python = Python::in_process()?;
    match current_state(python) {
        Some(state) => Ok((python, state)),
        None => {
            Python::running()?;
            let says = "is not attached to any interpreter: call pyferry_attach first";
            Err(Error::here(Status::NotAttached, says))
        }
    }
}

/// The state that this thread is attached through now.
pub fn current_state(python: &Python) -> Option<State> {
    THREAD.with(|me| me.current(python))
}

/// Whether this thread is attached to the interpreter, or will come back to it: by a frame, or to what others attached below one.
pub fn is_inside(interpreter: &Interpreter) -> bool {
    let has_frame = THREAD.with(|me| me.stack.frames().any(|frame| frame.is_in(interpreter)));
    has_frame || interpreter.is(current(interpreter.python))
}

/// The number of this thread, which no other thread of the process has had.
pub fn serial() -> u64 {
    THREAD.with(|me| me.stack.serial())
}

/// Whether a participant is this thread's own.
pub fn is_mine(entry: &Entry) -> bool {
    entry.is_of(serial())
}

/// Runs `f` with this thread detached, and attaches it again as it was. A pin keeps its interpreter meanwhile, unless that is
/// `taken_down`, which this thread is about to take down. False: the interpreter has ended, or this thread was given up.
pub fn released(python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
    THREAD.with(|me| me.cleanly(|| me.released(python, taken_down, f).1))
}

/// Runs `f` while this thread is attached to nothing, if it can come back from there: past the point of no return it could not. False:
/// what it was attached to has ended meanwhile, or gave this thread up.
pub fn unattached(f: impl FnOnce()) -> bool {
    match Python::known() {
        Some(python) if current_state(python).is_some() && !python.is_finalizing() => released(python, None, f),
        _ => {
            f();
            true
        }
    }
}

/// CLOSED unless `back`, which is what `released` or `unattached` returned. `done` says what became of the caller's own work.
pub fn check_back(back: bool, done: &str) -> Result<()> {
    check_back_with(back, Ok(()), done)
}

/// The same for work that can fail, of which the caller is told as well.
#[inline(never)]
pub fn check_back_with(back: bool, result: Result<()>, done: &str) -> Result<()> {
    if back {
        return result;
    }
    let (status, done) = match &result {
        Ok(()) => (Status::Closed, done),
        Err(error) => (error.status, &*error.message),
    };
    let was_attached = format_args!("{done}, but the interpreter that {} was attached to", this_thread());
    Err(Error::says(status, format_args!("{was_attached} was shut down meanwhile: it is attached to nothing")))
}

/// Runs `f` attached through a state that `f` deletes, and attaches this thread again as it was. `f` gets the state and the earlier
/// value of the slot, which it restores.
pub fn with_temporary_state<R>(
    python: &Python,
    slot: Slot,
    unattached: Unattached,
    f: impl FnOnce(State, SlotValue) -> R,
) -> R {
    THREAD.with(|me| me.released(python, None, || me.attached_through(python, slot, unattached, f)).0)
}

/// Runs `f`, which may run Python code on this attached thread. A frame on top keeps that code from ending the attachments below,
/// except nested ones on the same state.
pub fn with_frozen_attachments<R>(python: &Python, f: impl FnOnce() -> R) -> R {
    let number = THREAD.with(|me| Some(me.push_unnamed(python, me.current(python)?, Kind::Nested)));
    let result = f();
    // Not `truncate`: `f` may have begun attachments that end later.
    THREAD.with(|me| number.and_then(|number| me.stack.remove(number)));
    result
}

/// Notes in the trace that this thread begins to run a job of a queue, or has run it.
pub fn note_job(what: What, interpreter: i64) {
    THREAD.with(|me| me.note_of(what, interpreter, Label::NONE));
}

/// In a forked child, forgets everything but the state of the surviving thread's last frame. Calls no CPython.
pub fn forget_after_fork() {
    orphans::forget_after_fork();
    THREAD.with(|me| me.forget_after_fork());
}

impl Thread {
    fn current(&self, python: &Python) -> Option<State> {
        let own = self.stack.top().filter(|top| self.may_be_attached(top));
        python.attached(own.map(|top| top.state))
    }

    /// Whether the state of a frame may be attached now, rather than suspended or deleted, with another state at its address.
    fn may_be_attached(&self, frame: &Frame) -> bool {
        !frame.is_suspended()
            && self.locals.at(frame.participant).is_some_and(|local| local.interpreter.raw().is_some())
    }

    /// This thread's `Local` of an interpreter, made at the first use.
    fn local(&self, target: &Arc<Interpreter>) -> Rc<Local> {
        self.locals.of(target).unwrap_or_else(|| self.first_local(target))
    }

    /// The `Local` of the interpreter of a live state; None if that interpreter has no record.
    fn local_of(&self, python: &Python, state: State) -> Option<Rc<Local>> {
        Some(self.local(&python.interpreter_of(state).and_then(registry::find)?))
    }

    #[cold]
    fn first_local(&self, target: &Arc<Interpreter>) -> Rc<Local> {
        self.ask_to_be_cleaned_up();
        // The interpreter may be of a new run of Python, in which CPython's variables are elsewhere.
        self.forget_fast();
        // From 3.15 on the gilstate slot outlives Py_FinalizeEx, and may still hold a state that this thread was attached through then.
        for frame in self.stack.frames() {
            if let Some(local) =
                self.locals.at(frame.participant).filter(|local| local.interpreter.life != registry::life())
            {
                local.take_from_slot(frame.state, std::ptr::null_mut());
            }
        }
        self.locals.take_ended(&self.stack).iter().for_each(|local| _ = local.give_back());
        self.locals.add(target, self.stack.serial())
    }

    /// Forgets what the fast path goes by: before `Local`s go, and in a forked child, where CPython makes its variables anew.
    fn forget_fast(&self) {
        self.addresses.set(Addresses::NOWHERE);
        self.stack.forget();
    }

    /// Gives a pin back, on the slow path.
    fn unpin(&self, local: &Local) {
        let entry = &local.participant.entry;
        if local.participant.pins() == 1 {
            // Still in: a stay that another library's attach began (`hold`). `going_out` ends our own stays, before the GIL is
            // released.
            if entry.is_in() {
                self.note(What::GoesOut, entry);
            }
            entry.went_out();
            entry.set_depth(1);
            if entry.label() == UNHELD {
                entry.set_label(Label::NONE);
            }
        }
        local.interpreter.gate.leave(local.participant);
    }

    /// As `with_temporary_state`, on a thread that is attached to nothing.
    fn attached_through<R>(
        &self,
        python: &Python,
        slot: Slot,
        unattached: Unattached,
        f: impl FnOnce(State, SlotValue) -> R,
    ) -> R {
        let state = unattached.state;
        let before = slot.get(python);
        nudge::attach_through(python, slot, unattached);
        let entered = Kind::Entered { source: Source::Temporary, before, crosses: false, aside: Aside::NONE };
        let number = self.push_unnamed(python, state, entered);
        let result = f(state, before);
        self.stack.remove(number);
        result
    }

    /// Pushes a frame that no caller has a ticket for.
    fn push_unnamed(&self, python: &Python, state: State, kind: Kind) -> u64 {
        let participant = self.local_of(python, state).map_or(&NOBODY, |local| local.participant);
        self.stack.push(Frame::new(state, participant, kind)).number
    }
}

/// Gives a pin back, on the fast path.
#[inline(always)]
fn give_back(me: &Thread, participant: &'static Participant) {
    if !participant.leave() {
        call_closer(me, participant);
    }
}

/// There are flags on the participant: wakes a closer, which may wait for the pin that was given back.
#[cold]
fn call_closer(me: &Thread, participant: &'static Participant) {
    if let Some(local) = me.locals.at(participant) {
        local.interpreter.gate.left(participant);
    }
}

/// A failure of this thread: what it does to an interpreter, as in "waited for", and why that failed.
#[cold]
#[inline(never)]
pub fn failed(status: Status, does: &str, interpreter: &Interpreter, why: &str) -> Error {
    Error::here(status, &format!("{does} {}: {why}", interpreter.name()))
}

/// "thread 4711 "render""
pub fn this_thread() -> String {
    sys::describe_thread(sys::thread_id())
}
