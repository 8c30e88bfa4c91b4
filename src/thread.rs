//! What one OS thread knows: the attachments it is in, the states it keeps, and what happens when it ends.
//!
//! The record is a thread-local that is never dropped, so that it can be used until the thread's very end; a second
//! thread-local with a destructor tidies it up. An attach after that works too: the record is tidied again as soon as
//! the last attachment ends.
//!
//! No borrow is held while CPython is called: it may run Python code, which may come back to us.

use crate::cpython::{Python, Raw, SlotValue, State};
use crate::error::{Error, Result, Status, fail};
use crate::gate::Phase;
use crate::record::{self, Interpreter, Occupant, Place};
use crate::sys;
use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which thread, and which of its attachments or suspensions. All zero: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket {
    /// The thread's serial.
    pub thread: u64,
    /// Its number on that thread; never used twice.
    pub number: u64,
}

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

/// One attach or suspend that has not ended yet.
#[derive(Clone, Copy, Debug)]
struct Frame {
    number: u64,
    /// The state that is (or, suspended, was) attached.
    state: State,
    /// The interpreter's serial; 0 where it has no record.
    serial: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// The thread was attached to that interpreter already.
    Nested,
    /// The thread really attached.
    Entered {
        visit: usize,
        source: Source,
        /// What the slot held before.
        before: SlotValue,
        left: Left,
    },
    /// The thread let go, with a pin where it had none.
    Suspended { pinned: Option<usize> },
    /// Entered or suspended, in an interpreter that this thread itself shut down, and whose place is taken by another.
    Ended { left: Left },
}

/// What a thread was attached to before, and the visit whose pin keeps it until the thread is back.
type Left = Option<(State, Option<usize>)>;

/// Whose state an attachment uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Ours, kept from one attach to the next.
    Cached,
    /// Ours, for this attach only: the gilstate slot was not found.
    Temporary,
    /// Somebody else's, never deleted by us.
    Adopted,
}

/// What a thread keeps of an interpreter it has been to.
struct Visit {
    interpreter: Arc<Interpreter>,
    seat: Arc<Place>,
    /// Places for the guards that this thread opens.
    guards: Vec<Arc<Place>>,
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
        python.attach(target.slot, state);
        self.came_in(python, visit, label);
        Ok(self.push(state, target.serial, Kind::Entered { visit, source, before, left }))
    }

    fn detach(&self, ticket: Ticket) -> Result<()> {
        let top = self.check(ticket, "token")?;
        let (visit, source, before, left) = match top.kind {
            Kind::Entered { visit, source, before, left } => (visit, source, before, left),
            Kind::Nested => {
                self.pop();
                return Ok(());
            }
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

    /// A detach of a thread that is not attached through the state that the attach left.
    #[cold]
    fn detach_elsewhere(&self, python: &Python, top: Frame) -> Result<()> {
        let Kind::Entered { visit, left, .. } = top.kind else { return Ok(()) };
        let (name, closed) = self.with_visit(visit, |visit| (visit.interpreter.name(), visit.interpreter.is_closed()));
        let current = self.current(python);
        if closed {
            // The interpreter was shut down by this very thread, between the attach and now, and the state went with it.
            self.pop();
            self.leave(Some(visit));
            if current.is_none() {
                self.go_back(python, left);
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

    fn suspend(&self) -> Result<Ticket> {
        let python = Python::running()?;
        let Some(state) = self.current(python) else {
            fail!(NotAttached, "{} is not attached to any interpreter: there is nothing to let go of", here());
        };
        let pinned = self.pin_what_we_leave(python, state);
        let serial = match pinned {
            Some(visit) => self.with_visit(visit, |visit| visit.interpreter.serial),
            None => 0,
        };
        python.let_go();
        Ok(self.push(state, serial, Kind::Suspended { pinned }))
    }

    fn resume(&self, ticket: Ticket) -> Result<()> {
        let top = self.check(ticket, "suspension")?;
        if let Kind::Ended { left } = top.kind {
            return self.detach_ended(left);
        }
        let Kind::Suspended { pinned } = top.kind else {
            fail!(WrongOrder, "{} is not suspended, and this is not a suspension: pass it to pyferry_detach", here());
        };
        let python = Python::in_process()?;
        if self.current(python).is_some() {
            fail!(
                WrongOrder,
                "{} is attached to an interpreter already: it came back by other means, and must let go by them first",
                here()
            );
        }
        if let Some(visit) = pinned
            && self.with_visit(visit, |visit| visit.interpreter.is_closed())
        {
            self.pop();
            self.leave(pinned);
            fail!(Closed, "the interpreter that {} let go of has ended: the suspension is over", here());
        }
        python.come_back(top.state);
        self.pop();
        self.leave(pinned);
        Ok(())
    }

    /// The last frame, if the ticket is for it.
    fn check(&self, ticket: Ticket, what: &str) -> Result<Frame> {
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

    // ---- the way in and the way out ----

    fn enter(&self, visit: usize, admission: Admission) -> bool {
        self.with_visit(visit, |visit| {
            let gate = &visit.interpreter.gate;
            match admission {
                Admission::Open => gate.enter(&visit.seat),
                Admission::Late => gate.enter_late(&visit.seat),
                Admission::Guarded => {
                    gate.enter_held(&visit.seat);
                    true
                }
            }
        })
    }

    fn leave(&self, visit: Option<usize>) {
        if let Some(visit) = visit {
            self.with_visit(visit, |visit| visit.interpreter.gate.leave(&visit.seat));
        }
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
        let made = python.make_state(target.slot, target.raw()?)?;
        if self.exited.get() || !target.slot.is_found() {
            return Some((made, Source::Temporary));
        }
        self.with_visit(visit, |visit| visit.seat.occupant.state.put(made));
        Some((made, Source::Cached))
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

    // ---- guards ----

    fn open_guard(&self, target: &Arc<Interpreter>) -> Result<Arc<Place>> {
        if target.is_closed() {
            return Err(self.refused(target));
        }
        let visit = self.visit(target);
        let guard = self.with_visits(|visits| {
            let visit = visits[visit].as_mut()?;
            if let Some(free) = visit.guards.iter().find(|guard| guard.pins() == 0) {
                return Some(Arc::clone(free));
            }
            let guard = target.gate.add_seat(Occupant::guard(self.serial.get(), target));
            visit.guards.push(Arc::clone(&guard));
            Some(guard)
        });
        match guard {
            Some(guard) if target.gate.enter_shared(&guard) => {
                guard.occupant.came_in(None);
                Ok(guard)
            }
            _ => Err(self.refused(target)),
        }
    }

    // ---- the record ----

    fn top(&self) -> Option<Frame> {
        self.frames.borrow().last().copied()
    }

    fn push(&self, state: State, serial: u64, kind: Kind) -> Ticket {
        let number = self.next_number.get();
        self.next_number.set(number + 1);
        self.frames.borrow_mut().push(Frame { number, state, serial, kind });
        Ticket { thread: self.serial(), number }
    }

    fn pop(&self) {
        self.frames.borrow_mut().pop();
    }

    fn serial(&self) -> u64 {
        if self.serial.get() == 0 {
            self.serial.set(NEXT_SERIAL.fetch_add(1, Ordering::Relaxed));
        }
        self.serial.get()
    }

    fn current(&self, python: &Python) -> Option<State> {
        python.attached(self.top().map(|top| top.state))
    }

    fn with_visits<R>(&self, f: impl FnOnce(&mut Vec<Option<Visit>>) -> R) -> R {
        f(&mut self.visits.borrow_mut())
    }

    /// The visit at an index that `visit` gave, and that a frame still holds.
    #[inline]
    fn with_visit<R>(&self, index: usize, f: impl FnOnce(&Visit) -> R) -> R {
        match self.visits.borrow().get(index) {
            Some(Some(visit)) => f(visit),
            _ => unreachable!("a visit in use is never dropped"),
        }
    }

    /// The index of the visit to an interpreter, made at the first.
    #[inline]
    fn visit(&self, target: &Arc<Interpreter>) -> usize {
        let known = matches!(
            self.visits.borrow().get(target.index),
            Some(Some(visit)) if visit.interpreter.serial == target.serial
        );
        if !known {
            self.first_visit(target);
        }
        target.index
    }

    #[cold]
    fn first_visit(&self, target: &Arc<Interpreter>) {
        // Registers the destructor; where it has run already, `exited` says so.
        let _ = EXIT.try_with(|_| ());
        let seat = target.gate.add_seat(Occupant::thread(self.serial(), target.python));
        let visit = Visit { interpreter: Arc::clone(target), seat, guards: Vec::new() };
        let replaced = self.with_visits(|visits| {
            if visits.len() <= target.index {
                visits.resize_with(target.index + 1, || None);
            }
            visits[target.index].replace(visit)
        });
        if replaced.is_some_and(|ended| ended.seat.pins() > 0) {
            self.end_frames(target.index);
        }
    }

    /// The interpreter with this index has ended under frames of this thread.
    #[cold]
    fn end_frames(&self, index: usize) {
        for frame in self.frames.borrow_mut().iter_mut() {
            match &mut frame.kind {
                Kind::Entered { visit, left, .. } if *visit == index => frame.kind = Kind::Ended { left: *left },
                Kind::Suspended { pinned } if *pinned == Some(index) => frame.kind = Kind::Ended { left: None },
                Kind::Entered { left, .. } | Kind::Ended { left } if left.is_some_and(|left| left.1 == Some(index)) => {
                    *left = None
                }
                _ => {}
            }
        }
    }

    // ---- the end ----

    fn forget(&self) {
        let indices = 0..self.visits.borrow().len();
        for index in indices {
            let idle = self.with_visits(|visits| {
                let visit = visits.get(index)?.as_ref()?;
                let gate = &visit.interpreter.gate;
                // Closing or Closed: the state is the closer's, or gone.
                if visit.seat.pins() > 0 || visit.seat.occupant.state.get().is_none() || !gate.enter(&visit.seat) {
                    return None;
                }
                Some((visit.interpreter.python, visit.interpreter.slot, visit.seat.occupant.state.take()?))
            });
            if let Some((python, slot, state)) = idle {
                released(python, || {
                    let before = slot.get(python);
                    python.attach(slot, state);
                    python.delete_attached(slot, state, before);
                });
                self.leave(Some(index));
            }
        }
    }

    fn exit(&self) {
        self.exited.set(true);
        while let Some(top) = self.top() {
            // Attached: as if the host had detached. Let go: Python is not asked again.
            let ticket = Ticket { thread: self.serial.get(), number: top.number };
            if !matches!(top.kind, Kind::Suspended { .. }) && self.detach(ticket).is_ok() {
                continue;
            }
            if self.top().is_some_and(|still| still.number == top.number) {
                self.pop();
                match top.kind {
                    Kind::Nested | Kind::Ended { .. } => {}
                    Kind::Entered { visit, left, .. } => {
                        self.leave(Some(visit));
                        self.leave(left.and_then(|(_, pinned)| pinned));
                    }
                    Kind::Suspended { pinned } => self.leave(pinned),
                }
            }
        }
        // The initial thread's locals die in exit(): the process ends, and must not wait for whoever holds the GIL. What
        // it leaves is deleted when the interpreter ends.
        if !sys::is_initial_thread() {
            self.forget();
        }
        self.tidy_if_exited();
    }

    /// Gives all places back, when the thread is past its destructor and its last attachment has ended.
    fn tidy_if_exited(&self) {
        if !self.exited.get() || !self.frames.borrow().is_empty() {
            return;
        }
        let visits = std::mem::take(&mut *self.visits.borrow_mut());
        for visit in visits.into_iter().flatten() {
            let gate = &visit.interpreter.gate;
            // A state that is left is for whoever closes the interpreter: it finds it by the place.
            if visit.seat.occupant.state.get().is_none() {
                gate.remove_seat(&visit.seat);
            }
            for guard in &visit.guards {
                guard.occupant.orphaned.store(true, Ordering::SeqCst);
                if guard.pins() == 0 {
                    gate.remove_seat(guard);
                }
            }
        }
        self.frames.take();
    }

    fn forget_after_fork(&self) {
        let attached = self.top().map(|top| top.state);
        self.with_visits(|visits| {
            for visit in visits.iter().flatten() {
                let state = &visit.seat.occupant.state;
                if state.get().is_some_and(|state| Some(state) != attached) {
                    state.take();
                }
            }
        });
    }
}

/// "thread 4711 "render""
fn here() -> String {
    sys::describe_thread(sys::thread_id())
}

/// Closes a guard, from any thread.
pub fn close_guard(guard: &Arc<Place>) {
    let Some(interpreter) = &guard.occupant.guarded else { return };
    guard.occupant.went_out();
    interpreter.gate.leave_shared(guard);
    if guard.occupant.orphaned.load(Ordering::SeqCst) {
        interpreter.gate.remove_seat(guard);
    }
}
