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
//! Each attach and suspend that has not ended is a frame on one stack (`stack`), whichever path began it; last in, first out, but
//! nested ones of one state end in any order. Where the closer gives a thread up (`pyferry_set_report`), it sets a flag on the
//! thread's participant at the gate and touches nothing here: the frame ends with CLOSED, and the thread does not come back in.
//!
//! The record is a thread-local that is never dropped, so that it can be used until the thread's very end, by destructors
//! of every kind. It is tidied up when they are through, and again when a later one has used it since.
//!
//! No borrow is held while CPython is called: it may run Python code, which may come back to us.

mod attach;
mod detach;
mod exit;
mod gil_nudge;
mod guards;
mod local;
mod notes;
mod orphans;
mod outer;
mod stack;
mod stand_ins;
mod state;
mod suspend;

pub use attach::{attach, attach_by};
pub use detach::{detach, detach_by};
pub use exit::prepare;
pub use gil_nudge::{is_nudger, reattach};
pub use guards::{Guard, Opening, close_guard};
pub use stack::Ticket;
pub use suspend::{resume, resume_by, suspend, suspend_by};

use crate::cpython::{Aside, Python, Raw, Slot, SlotValue, State, Unattached};
use crate::error::{Result, fail};
use crate::registry::{self, Entry, Interpreter, Participant};
use crate::sys::{self, Label, Pace};
use crate::trace::What;
use exit::Exit;
use local::{Cache, Local, Locals};
use notes::Notes;
use stack::{Frame, Kind, Source, Stack};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// By what right a thread comes in.
#[derive(Clone, Copy)]
pub enum Admission<'a> {
    /// The gate must be open, or the thread inside already.
    Open,
    /// Also while Closing, as long as this guard, which the caller keeps open, holds that up.
    Guarded(&'a Participant),
    /// Also while Closing, as long as somebody else is inside: to interrupt them.
    Late,
}

/// Where a caller has its ticket, and what it gets for an answer: each in its own language.
pub trait Caller: Copy {
    /// What a call returns.
    type Answer;
    /// The ticket that is there.
    fn ticket(self) -> Ticket;
    /// Puts a ticket there.
    fn put(self, ticket: Ticket);
    /// How it went.
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

/// What a thread comes in for whom no shutdown waits. It is on the thread's participant as long as that holds a pin of such a visit, and
/// no longer: whoever is there next without a label must not be taken for one.
pub const UNHELD: Label = Label::new(c"holds nothing up");

/// The participant of a thread in an interpreter that has no record.
static NOBODY: Participant = Participant::new(Entry::new());

/// What one thread knows of itself.
#[repr(C)]
struct Thread {
    stack: Stack,
    cache: Cache,
    locals: Locals,
    notes: Notes,
    pace: Pace,
    exit: Exit,
}

sys::per_thread! {
    static THREAD: Thread = Thread {
        stack: Stack::new(),
        cache: Cache::new(),
        locals: Locals::new(),
        notes: Notes::new(),
        pace: Pace::new(),
        exit: Exit::new(),
    };
}

/// Attaches this thread, if it may, and detaches it at once.
fn look_in(target: &Arc<Interpreter>, admission: Admission<'_>, label: Label) {
    if let Ok(ticket) = attach(target, admission, label) {
        // It is attached, as it just was: there is nothing to fail.
        let _ = detach(ticket);
    }
}

/// Deletes the states that this thread keeps and is not using.
pub fn forget() {
    THREAD.with(|me| me.cleanly(|| me.forget()));
}

/// Opens a guard.
pub fn open_guard(target: &Arc<Interpreter>, opening: Opening) -> Result<Box<Guard>> {
    THREAD.with(|me| me.cleanly(|| me.open_guard(target, opening)))
}

/// The interpreter that this thread is attached to now, by whomever.
pub fn current(python: &Python) -> Option<Raw> {
    current_state(python).and_then(|state| python.interpreter_of(state))
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

/// Drops an interrupt that reached this thread, which is attached, when it ran no Python code: it was for others. (Free-threaded,
/// with several interpreters, nobody can tell whether another thread runs Python code.)
pub fn drop_early_interrupt(python: &Python) {
    THREAD.with(|me| {
        let Some(state) = me.current(python).filter(|state| !python.runs_python(*state)) else { return };
        let raw = python.interpreter_of(state);
        if me.locals.all().iter().any(|local| local.interpreter.is(raw) && local.participant.take_signal()) {
            me.take_interrupt_back(python);
        }
    });
}

/// Whether this thread is attached to an interpreter, or will come back to it.
pub fn is_inside(interpreter: &Interpreter) -> bool {
    THREAD.with(|me| {
        me.stack.frames().any(|frame| frame.is_in(interpreter)) || interpreter.is(current(interpreter.python))
    })
}

/// The number of this thread, which no other thread of the process has had.
pub fn serial() -> u64 {
    THREAD.with(|me| me.stack.serial())
}

/// Whether a participant is this thread's own.
pub fn is_mine(entry: &Entry) -> bool {
    entry.is_of(serial())
}

/// Runs `f` while this thread is attached to nothing, and attaches it again as it was. What it comes back to is held, unless
/// that is the interpreter which this thread is about to take down. False: it has ended, or gave this thread up.
pub fn released(python: &Python, taken_down: Option<&Interpreter>, f: impl FnOnce()) -> bool {
    THREAD.with(|me| me.cleanly(|| me.released(python, taken_down, f)))
}

/// Runs `f` attached through a state that is gone when it returns, and attaches this thread again as it was. `f` gets the state
/// and what the slot held before, and leaves that there.
pub fn with_temporary_state<R>(
    python: &Python,
    slot: Slot,
    unattached: Unattached,
    f: impl FnOnce(State, SlotValue) -> R,
) -> R {
    THREAD.with(|me| {
        let Unattached { state, .. } = unattached;
        let outer = me.current(python).map(|state| me.hold(python, state));
        if outer.is_some() {
            python.detach_keeping_slot();
        }
        let before = slot.get(python);
        gil_nudge::attach_first(python, slot, unattached);
        let entered = Kind::Entered { source: Source::Temporary, before, outer, aside: Aside::NONE };
        let number = me.push_unnamed(python, state, entered);
        let result = f(state, before);
        me.stack.remove(number);
        me.restore(python, outer);
        result
    })
}

/// Deletes states as `Python::delete_idle`; this thread is seen to wait where others have the GIL then.
pub fn delete_idle(python: &Python, slot: Slot, states: &[State]) {
    python.delete_idle(slot, states, reattach);
}

/// Runs `f`, which runs Python code on this thread as it is attached: none of its attachments can be ended from in there.
pub fn with_frozen_attachments<R>(python: &Python, f: impl FnOnce() -> R) -> R {
    let number = THREAD.with(|me| Some(me.push_unnamed(python, me.current(python)?, Kind::Nested)));
    let result = f();
    // Not simply the last one: what was begun in there may end later.
    THREAD.with(|me| number.into_iter().for_each(|number| me.stack.remove(number)));
    result
}

/// What is less than the number of each attachment and suspension that this thread begins from here on.
pub fn mark() -> u64 {
    THREAD.with(|me| me.stack.mark())
}

/// Ends what this thread began since then and has not ended, the last one first. False: there is nothing.
pub fn end_since(mark: u64) -> bool {
    THREAD.with(|me| me.stack.mark() != mark && me.cleanly(|| me.end_since(mark)))
}

/// Notes, on any thread, that it begins to run a job of a queue, or has run it.
pub fn note_job(what: What, interpreter: i64) {
    THREAD.with(|me| me.note_of(what, interpreter, Label::NONE));
}

/// Forgets, in a forked child, everything but what the only thread is attached to. CPython is not asked.
pub fn forget_after_fork() {
    gil_nudge::forget_after_fork();
    orphans::forget_after_fork();
    THREAD.with(|me| me.forget_after_fork());
}

impl Thread {
    fn current(&self, python: &Python) -> Option<State> {
        let own = self.stack.top().filter(|top| self.may_be_attached(top));
        python.attached(own.map(|top| top.state))
    }

    /// Whether the state of a frame can be attached, rather than be gone, and another at its address.
    fn may_be_attached(&self, frame: &Frame) -> bool {
        !frame.is_suspended()
            && self.locals.at(frame.participant).is_some_and(|local| local.interpreter.raw().is_some())
    }

    /// What this thread keeps of an interpreter, from the first time on.
    fn local(&self, target: &Arc<Interpreter>) -> Rc<Local> {
        self.locals.of(target).unwrap_or_else(|| self.first_local(target))
    }

    /// The same of the interpreter of a state, which lives; None where it has no record.
    fn local_of(&self, python: &Python, state: State) -> Option<Rc<Local>> {
        Some(self.local(&python.interpreter_of(state).and_then(registry::find)?))
    }

    #[cold]
    fn first_local(&self, target: &Arc<Interpreter>) -> Rc<Local> {
        self.ask_to_be_cleaned_up();
        // From 3.15 on the slot outlives Python, with what this thread was in when that ended.
        for frame in self.stack.frames() {
            if let Some(local) =
                self.locals.at(frame.participant).filter(|local| local.interpreter.life != registry::life())
            {
                local.take_from_slot(frame.state, std::ptr::null_mut());
            }
        }
        let ended = self.locals.take_ended(&self.stack);
        if !ended.is_empty() {
            self.forget_fast();
            ended.iter().for_each(|local| _ = local.give_back());
        }
        self.locals.add(target, self.stack.serial())
    }

    /// Nothing is at hand any more: before what this thread keeps goes, and in a forked child, where CPython makes its variables anew.
    fn forget_fast(&self) {
        self.cache.forget();
        self.stack.forget();
    }

    /// Gives a pin back.
    fn unpin(&self, local: &Local) {
        let entry = &local.participant.entry;
        if local.participant.pins() == 1 {
            // The stay of one whom others attached; ours end before the thread lets others in.
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

    /// Begins a frame that no ticket names.
    fn push_unnamed(&self, python: &Python, state: State, kind: Kind) -> u64 {
        let participant = self.local_of(python, state).map_or(&NOBODY, |local| local.participant);
        self.stack.push(Frame::new(state, participant, kind)).number
    }

    fn end_since(&self, mark: u64) -> bool {
        let mut any = false;
        loop {
            let top = self.stack.top().zip(self.stack.top_ticket());
            let Some((top, ticket)) = top.filter(|(_, ticket)| ticket.number >= mark) else { return any };
            any = true;
            let ended = if top.is_suspended() { self.resume_slow(ticket) } else { self.detach_slow(ticket) };
            if ended.is_err() && self.stack.top_ticket() == Some(ticket) {
                // It has let go of that by itself.
                return any;
            }
        }
    }

    /// Takes back an interrupt that this thread, which is attached, was marked for and has not seen. Its mark is gone: who
    /// looks at the marks next leaves this thread alone, and who has seen it already is waited for.
    #[cold]
    fn take_interrupt_back(&self, python: &Python) {
        if registry::is_raising() {
            self.released(python, None, || {
                // Not for ever: one who raises may run a destructor, which waits for this thread.
                let until = Instant::now() + Duration::from_secs(1);
                while registry::is_raising() && Instant::now() < until {
                    std::thread::sleep(Duration::from_micros(100));
                }
            });
        }
        python.clear_interrupt();
    }
}

/// Gives a pin back.
#[inline(always)]
fn give_back<const NOTED: bool>(me: &Thread, participant: &'static Participant) {
    if !participant.leave::<NOTED>() {
        call_closer(me, participant);
    }
}

/// Somebody closes the gate of that participant, and may wait for the pin that was given back.
#[cold]
fn call_closer(me: &Thread, participant: &'static Participant) {
    if let Some(local) = me.locals.at(participant) {
        local.interpreter.gate.left(participant);
    }
}

/// As `Pace::now`; where somebody writes the time down, this thread's pace is of no interest.
#[inline(always)]
fn now() -> u64 {
    Pace::written().unwrap_or_else(ask)
}

#[cold]
fn ask() -> u64 {
    THREAD.with(|me| me.pace.now())
}

/// "thread 4711 "render""
fn this_thread() -> String {
    sys::describe_thread(sys::thread_id())
}
