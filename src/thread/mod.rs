//! What one OS thread knows: the attachments it is in, the states it keeps, and what happens when it ends.
//!
//! The record is a thread-local that is never dropped, so that it can be used until the thread's very end; a second
//! thread-local with a destructor tidies it up. An attach after that works too: the record is tidied again as soon as
//! the last attachment ends.
//!
//! No borrow is held while CPython is called: it may run Python code, which may come back to us.

mod detour;
mod end;
mod frames;
mod suspend;
mod visits;

pub use frames::Ticket;
pub use visits::close_guard;

use crate::cpython::{Python, Raw, SlotValue, State};
use crate::error::{Error, Result, Status, fail};
use crate::gate::Phase;
use crate::record::{self, Interpreter, Occupant, Place};
use crate::sys;
use frames::{Frame, Kind, Left, Source};
use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use visits::Visit;

/// By what right a thread comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The gate must be open, or the thread inside already.
    Open,
    /// The caller's guard is open: the gate does not matter.
    Guarded,
    /// Also while Closing, as long as somebody else is inside: to interrupt them.
    Late,
}

struct Thread {
    serial: Cell<u64>,
    next_number: Cell<u64>,
    frames: RefCell<Vec<Frame>>,
    /// By the interpreter's index.
    visits: RefCell<Vec<Option<Visit>>>,
    /// The destructor has run: keep nothing beyond the last attachment.
    exited: Cell<bool>,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static THREAD: ManuallyDrop<Thread> = const {
        ManuallyDrop::new(Thread {
            serial: Cell::new(0),
            next_number: Cell::new(1),
            frames: RefCell::new(Vec::new()),
            visits: RefCell::new(Vec::new()),
            exited: Cell::new(false),
        })
    };
    static EXIT: Exit = const { Exit };
}

struct Exit;

impl Drop for Exit {
    fn drop(&mut self) {
        THREAD.with(|me| me.exit());
    }
}

/// Attaches this thread to an interpreter.
#[inline]
pub fn attach(target: &Arc<Interpreter>, admission: Admission, label: Option<&'static CStr>) -> Result<Ticket> {
    THREAD.with(|me| me.attach(target, admission, label))
}

/// Ends this thread's last attachment.
#[inline]
pub fn detach(ticket: Ticket) -> Result<()> {
    THREAD.with(|me| me.detach(ticket))
}

/// Lets go of the interpreter this thread is attached to.
pub fn suspend() -> Result<Ticket> {
    THREAD.with(|me| me.suspend())
}

/// Comes back from the last `suspend`.
pub fn resume(ticket: Ticket) -> Result<()> {
    THREAD.with(|me| me.resume(ticket))
}

/// Deletes the states that this thread keeps and is not using.
pub fn forget() {
    THREAD.with(|me| me.forget());
}

/// Opens a guard.
pub fn open_guard(target: &Arc<Interpreter>) -> Result<Arc<Place>> {
    THREAD.with(|me| me.open_guard(target))
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
            fail!(NotAttached, "{} is not attached to any interpreter: call pyferry_attach first", here())
        }
    }
}

/// The state that this thread is attached through now.
pub fn current_state(python: &Python) -> Option<State> {
    THREAD.with(|me| me.current(python))
}

/// Whether this thread is attached to an interpreter, or will come back to it.
pub fn is_inside(interpreter: &Interpreter) -> bool {
    THREAD.with(|me| {
        me.frames.borrow().iter().any(|frame| frame.serial == interpreter.serial)
            || interpreter.is(current(interpreter.python))
    })
}

/// Whether a place is this thread's own.
pub fn is_mine(occupant: &Occupant) -> bool {
    !occupant.is_guard() && THREAD.with(|me| me.serial.get()) == occupant.thread
}

/// Runs `f` while this thread is attached to nothing, and attaches it again as it was.
pub fn released<R>(python: &Python, f: impl FnOnce() -> R) -> R {
    match current_state(python) {
        None => f(),
        Some(state) => {
            python.let_go();
            let result = f();
            python.come_back(state);
            result
        }
    }
}

/// Forgets, in a forked child, everything but what the only thread is attached to. CPython is not asked.
pub fn forget_after_fork() {
    THREAD.with(|me| me.forget_after_fork());
}

impl Thread {
    fn attach(&self, target: &Arc<Interpreter>, admission: Admission, label: Option<&'static CStr>) -> Result<Ticket> {
        let python = target.python;
        let top = self.top();
        let current = python.attached(top.map(|top| top.state));
        if let Some(current) = current {
            let ours = top.is_some_and(|top| top.state == current && top.serial == target.serial);
            if ours || target.is(python.interpreter_of(current)) {
                return Ok(self.push(current, target.serial, Kind::Nested));
            }
        }

        if target.is_closed() {
            return Err(self.refused(target));
        }
        let visit = self.visit(target);
        if !self.enter(visit, admission) {
            return Err(self.refused(target));
        }
        let before = target.slot.get(python);
        let left = current.map(|state| (state, self.pin_what_we_leave(python, state)));
        if left.is_some() {
            python.let_go();
        }
        let Some((state, source)) = self.choose_state(target, visit, before) else {
            self.leave(Some(visit));
            self.go_back(python, left);
            fail!(NoMemory, "CPython could not make a thread state for {} in {}", here(), target.name());
        };
        self.go_in(target, state, before);
        self.came_in(python, visit, label);
        Ok(self.push(state, target.serial, Kind::Entered { visit, source, before, left }))
    }

    fn detach(&self, ticket: Ticket) -> Result<()> {
        let top = self.check(ticket, "token")?;
        let (visit, source, before, left) = match top.kind {
            Kind::Entered { visit, source, before, left } => (visit, source, before, left),
            Kind::Nested => return self.detach_nested(top),
            Kind::Suspended { .. } => {
                fail!(WrongOrder, "{} is suspended, and this is not a token: pass it to pyferry_resume", here())
            }
            Kind::Ended { left } => return self.detach_ended(left),
        };
        let (python, slot) = self.with_visit(visit, |visit| (visit.interpreter.python, visit.interpreter.slot));
        if python.attached(Some(top.state)) != Some(top.state) {
            return self.detach_elsewhere(python, top);
        }
        if self.going_out(python, visit, source) {
            python.delete_attached(slot, top.state, before);
        } else {
            python.detach(slot, before);
        }
        self.pop();
        self.leave(Some(visit));
        self.go_back(python, left);
        self.tidy_if_exited();
        Ok(())
    }

    fn detach_nested(&self, top: Frame) -> Result<()> {
        let python = Python::in_process()?;
        if python.attached(Some(top.state)) != Some(top.state) {
            return self.detach_elsewhere(python, top);
        }
        self.pop();
        Ok(())
    }

    /// A detach of a thread that is not attached through the state that the attach left.
    #[cold]
    fn detach_elsewhere(&self, python: &Python, top: Frame) -> Result<()> {
        let alive = record::with_serial(top.serial).filter(|interpreter| !interpreter.is_closed());
        let name = alive.as_ref().map_or("the interpreter".into(), |interpreter| interpreter.name());
        let current = self.current(python);
        if alive.is_none() {
            // The interpreter was shut down by this very thread, between the attach and now, and the state went with it.
            self.pop();
            if let Kind::Entered { visit, left, .. } = top.kind {
                self.leave(Some(visit));
                if current.is_none() {
                    self.go_back(python, left);
                }
            }
            fail!(Closed, "{name} was shut down while {} was attached to it: the attachment is over", here());
        }
        match current {
            None => fail!(
                NotAttached,
                "{} let go of {name} (Py_BEGIN_ALLOW_THREADS, PyEval_SaveThread) and has not come back: come back first, then detach",
                here()
            ),
            Some(_) => fail!(
                WrongOrder,
                "{} is attached through a thread state that is not the one pyferry attached to {name}: whoever swapped it must swap it back first",
                here()
            ),
        }
    }

    #[cold]
    fn detach_ended(&self, left: Left) -> Result<()> {
        self.pop();
        if let Ok(python) = Python::running()
            && self.current(python).is_none()
        {
            self.go_back(python, left);
        }
        fail!(Closed, "the interpreter that {} was attached to was shut down meanwhile: the attachment is over", here())
    }

    #[cold]
    fn refused(&self, target: &Interpreter) -> Error {
        let why = if target.is_closed() { "has ended" } else { "is shutting down" };
        let text = format!("{} may not enter: {} {why} and lets nobody new in; free the view", here(), target.name());
        Error::new(Status::Closed, text)
    }

    /// A thread that goes from one interpreter to another, or lets go, must find the first one there when it comes back.
    /// None where it may not be held: it has no record, or is being shut down by this very thread.
    fn pin_what_we_leave(&self, python: &Python, state: State) -> Option<usize> {
        let visit = match self.top() {
            Some(Frame { state: ours, kind: Kind::Entered { visit, .. }, .. }) if ours == state => visit,
            _ => self.visit(&record::find(python.interpreter_of(state)?)?),
        };
        self.enter(visit, Admission::Open).then_some(visit)
    }

    fn go_back(&self, python: &Python, left: Left) {
        if let Some((state, pinned)) = left {
            let gone = pinned.is_some_and(|visit| self.with_visit(visit, |visit| visit.interpreter.is_closed()));
            if !gone {
                python.come_back(state);
            }
            self.leave(pinned);
        }
    }

    fn choose_state(&self, target: &Interpreter, visit: usize, before: SlotValue) -> Option<(State, Source)> {
        let python = target.python;
        let cached = self.with_visit(visit, |visit| visit.seat.occupant.state.get());
        if let Some(found) = State::from_ptr(before)
            && cached != Some(found)
            && target.is(python.interpreter_of(found))
        {
            return Some((found, Source::Adopted));
        }
        if let Some(cached) = cached {
            return Some((cached, Source::Cached));
        }
        if let Some(left) = self.state_below(target) {
            return Some((left, Source::Adopted));
        }
        let made = python.make_state(target.slot, target.raw()?)?;
        if self.exited.get() || !target.slot.is_found() {
            return Some((made, Source::Temporary));
        }
        self.with_visit(visit, |visit| visit.seat.occupant.state.put(made));
        Some((made, Source::Cached))
    }

    /// A state of the target that this thread let go of further down its stack: A, of A -> B -> A, where A's is not ours.
    fn state_below(&self, target: &Interpreter) -> Option<State> {
        let of_target = |state: &State| target.is(target.python.interpreter_of(*state));
        self.frames.borrow().iter().rev().find_map(|frame| match frame.kind {
            Kind::Ended { .. } => None,
            Kind::Entered { .. } | Kind::Suspended { .. } | Kind::Nested if frame.serial == target.serial => {
                Some(frame.state)
            }
            Kind::Entered { left: Some((state, _)), .. } if of_target(&state) => Some(state),
            Kind::Entered { before, .. } => State::from_ptr(before).filter(of_target),
            _ => None,
        })
    }

    #[inline]
    fn came_in(&self, python: &Python, visit: usize, label: Option<&'static CStr>) {
        let interrupted = self.with_visit(visit, |visit| {
            let occupant = &visit.seat.occupant;
            if !occupant.is_in() {
                occupant.came_in(label);
            }
            // One that came too late for the attachment it was meant for.
            occupant.interrupted.swap(false, Ordering::Relaxed)
        });
        if interrupted {
            python.clear_interrupt();
        }
    }

    /// Whether the state that this thread is attached through goes with it.
    #[inline]
    fn going_out(&self, python: &Python, visit: usize, source: Source) -> bool {
        let (retire, interrupted) = self.with_visit(visit, |visit| {
            let occupant = &visit.seat.occupant;
            let last = visit.seat.pins() == 1;
            if last {
                occupant.went_out();
            }
            // Better here, where its destructors belong, than by whoever closes the interpreter.
            let retire = source == Source::Cached && last && visit.interpreter.gate.phase() != Phase::Open;
            if retire {
                occupant.state.take();
            }
            (retire || source == Source::Temporary, last && occupant.interrupted.swap(false, Ordering::Relaxed))
        });
        if interrupted {
            python.clear_interrupt();
        }
        retire
    }

    fn current(&self, python: &Python) -> Option<State> {
        python.attached(self.top().map(|top| top.state))
    }
}

/// "thread 4711 "render""
fn here() -> String {
    sys::describe_thread(sys::thread_id())
}
