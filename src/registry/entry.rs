//! What the registry keeps in a participant at an interpreter's gate: about a thread, or a guard.

use super::Interpreter;
use crate::cpython::{State, StateCell};
use crate::sys::{self, Label, LabelCell};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A thread, or a guard, at the gate of an interpreter.
pub type Participant = crate::gate::Participant<Entry>;

// Whole cache lines: no two threads' participants share one. The fields that each attach writes are in the first.
const _: () = assert!(
    align_of::<Participant>() == 64 && size_of::<Participant>() == 128 && std::mem::offset_of!(Entry, depth) < 52
);

/// Whom a participant belongs to: one thread, or one guard. A participant is handed on, so every field can change.
#[derive(Debug)]
#[repr(C)]
pub struct Entry {
    /// The thread's cached state. The thread takes it under a pin; the closer takes it when nobody is inside.
    pub state: StateCell,
    /// When the participant came in, in ticks, with `COMING_BACK` and `AWAY`. 0: not yet, or no longer.
    since: AtomicU64,
    /// When the participant last set out to come in or to come back, came back, or let go, in ticks.
    moved: AtomicU64,
    label: LabelCell,
    /// How many attachments the thread is in, up to and with its last one here. 1 while it is in none.
    depth: AtomicU32,
    /// The kernel's number of the thread; it changes in a forked child.
    thread_id: AtomicU32,
    /// The address of the interpreter's record, only to be compared: the owner keeps the record alive. 0: none.
    record: AtomicUsize,
    /// Python's number of the thread (`threading.get_ident`).
    ident: AtomicU64,
    /// The serial of the thread or, for a guard, of the thread that opened it.
    thread: AtomicU64,
    /// The interpreter, as CPython numbers it.
    interpreter: AtomicI64,
    /// The address of the variable in which CPython keeps the thread's current state (`Python::current_variable`). 0: not
    /// known.
    current: AtomicUsize,
    /// The number of forks when the participant was assigned: in a child, it is lower for threads that only the parent has.
    forks: AtomicU32,
    /// A guard's: it does not attach, and any thread may close the guard.
    guard: AtomicBool,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry::new()
    }
}

/// In `since`: the participant has let go, and waits to come back.
const COMING_BACK: u64 = 1 << 63;
/// In `since`: the participant has let go, or gone on into another interpreter.
const AWAY: u64 = 1 << 62;
const TIME: u64 = !(COMING_BACK | AWAY);

impl Entry {
    /// Of no thread.
    pub const fn new() -> Entry {
        Entry {
            state: StateCell::new(),
            since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            label: LabelCell::new(),
            depth: AtomicU32::new(1),
            thread_id: AtomicU32::new(0),
            record: AtomicUsize::new(0),
            ident: AtomicU64::new(0),
            thread: AtomicU64::new(0),
            interpreter: AtomicI64::new(0),
            current: AtomicUsize::new(0),
            forks: AtomicU32::new(0),
            guard: AtomicBool::new(false),
        }
    }

    /// Makes the participant the calling thread's, or that of a guard which this thread opens, at that interpreter's gate.
    pub fn assign(&self, interpreter: &Interpreter, serial: u64, ident: u64, guard: bool) {
        self.record.store(std::ptr::from_ref(interpreter).addr(), Ordering::Relaxed);
        self.interpreter.store(interpreter.id, Ordering::Relaxed);
        self.current.store(interpreter.python.current_variable(), Ordering::Relaxed);
        self.depth.store(1, Ordering::Relaxed);
        self.ident.store(ident, Ordering::Relaxed);
        self.guard.store(guard, Ordering::Relaxed);
        self.thread.store(serial, Ordering::Relaxed);
        self.since.store(0, Ordering::Relaxed);
        self.label.put(Label::NONE);
        self.state.take();
        self.renumber();
    }

    /// Whether the participant is at that interpreter's gate.
    #[inline(always)]
    pub fn is_at(&self, interpreter: &Interpreter) -> bool {
        self.record.load(Ordering::Relaxed) == std::ptr::from_ref(interpreter).addr()
    }

    /// The interpreter, as CPython numbers it.
    pub fn interpreter(&self) -> i64 {
        self.interpreter.load(Ordering::Relaxed)
    }

    /// Python's number of the thread (`threading.get_ident`).
    pub fn ident(&self) -> u64 {
        self.ident.load(Ordering::Relaxed)
    }

    /// The kernel's number of the thread.
    pub fn thread_id(&self) -> u32 {
        self.thread_id.load(Ordering::Relaxed)
    }

    /// Whether the participant is a guard's.
    pub fn is_guard(&self) -> bool {
        self.guard.load(Ordering::Relaxed)
    }

    /// The serial of the thread.
    pub fn thread(&self) -> u64 {
        self.thread.load(Ordering::Relaxed)
    }

    /// Whether the participant is that thread's, rather than a guard's.
    pub fn is_of(&self, serial: u64) -> bool {
        !self.is_guard() && self.thread() == serial
    }

    /// Whether the participant was assigned in this process, and not in one that this was forked from.
    pub fn is_of_this_process(&self) -> bool {
        self.forks.load(Ordering::Relaxed) == super::forks()
    }

    /// Notes the kernel's number of the calling thread, which changes in a forked child.
    pub fn renumber(&self) {
        self.thread_id.store(sys::thread_id(), Ordering::Relaxed);
        self.forks.store(super::forks(), Ordering::Relaxed);
    }

    /// Notes the label of the attach or guard.
    #[inline]
    pub fn set_label(&self, label: Label) {
        self.label.put(label);
    }

    /// The label of the attach or guard.
    pub fn label(&self) -> Label {
        self.label.get()
    }

    // Those that ask for the time are not `pub`, or the compiler would export the clock, which the fast path then reaches by more
    // instructions.

    /// Notes that the participant sets out to come in.
    #[inline(always)]
    pub(crate) fn sets_out(&self) {
        self.moved.store(sys::now(), Ordering::Relaxed);
    }

    /// Notes that the participant is in, from now.
    #[inline]
    pub(crate) fn came_in(&self) {
        self.since.store(sys::now(), Ordering::Relaxed);
    }

    /// Notes that the participant has left.
    #[inline]
    pub fn went_out(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    /// Notes that the participant, who is in and stays in, has let go, or gone on into another interpreter.
    pub(crate) fn went_away(&self) {
        self.moved.store(sys::now(), Ordering::Relaxed);
        self.since.store(self.since.load(Ordering::Relaxed) & TIME | AWAY, Ordering::Relaxed);
    }

    /// Notes that the participant, who is in, sets out to come back.
    #[inline(always)]
    pub(crate) fn sets_out_again(&self) {
        self.moved.store(sys::now(), Ordering::Relaxed);
        self.since.store(self.since.load(Ordering::Relaxed) & TIME | COMING_BACK, Ordering::Relaxed);
    }

    /// Notes that the participant is back.
    #[inline(always)]
    pub(crate) fn came_back(&self) {
        self.moved.store(sys::now(), Ordering::Relaxed);
        self.since.store(self.since.load(Ordering::Relaxed) & TIME, Ordering::Relaxed);
    }

    /// Notes how many attachments the thread is in, up to and with its last one here.
    #[inline(always)]
    pub fn set_depth(&self, depth: u32) {
        self.depth.store(depth, Ordering::Relaxed);
    }

    /// How many attachments the thread is in, up to and with its last one here.
    pub fn depth(&self) -> u32 {
        self.depth.load(Ordering::Relaxed)
    }

    /// Whether the participant is in, even if it has let go or gone on into another interpreter; not while it first waits to
    /// attach.
    #[inline]
    pub fn is_in(&self) -> bool {
        self.since.load(Ordering::Relaxed) != 0
    }

    /// Whether the participant, who is in, has let go, or gone on into another interpreter.
    pub fn is_away(&self) -> bool {
        self.since.load(Ordering::Relaxed) & AWAY != 0
    }

    /// Whether the participant, who holds a pin, waits to be attached, or is about to wait.
    pub(super) fn waits(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        since == 0 || since & COMING_BACK != 0
    }

    /// What an observer sees of a participant, on any thread and at any moment. None: it holds no pin.
    pub fn look(participant: &Participant) -> Option<Glimpse> {
        let entry = &participant.entry;
        let glimpse = || Glimpse {
            thread: entry.thread(),
            thread_id: entry.thread_id(),
            ident: entry.ident(),
            interpreter: entry.interpreter(),
            state: entry.state.get(),
            current: entry.current.load(Ordering::Relaxed),
            label: entry.label(),
            depth: entry.depth(),
            inside_since: entry.since.load(Ordering::Relaxed) & TIME,
            doing: entry.doing(),
        };
        // Read again until two reads agree, so that the age of one stay is never shown for another one.
        let mut seen = glimpse();
        for _ in 0..TRIES {
            let again = glimpse();
            if again.doing == seen.doing && again.thread == seen.thread {
                break;
            }
            seen = again;
        }
        (participant.pins() > 0 && entry.is_of_this_process()).then_some(seen)
    }

    fn doing(&self) -> Doing {
        let (since, moved) = (self.since.load(Ordering::Relaxed), self.moved.load(Ordering::Relaxed));
        match since {
            _ if self.is_guard() => Doing::Guards { since },
            0 => Doing::Waits { since: moved },
            _ if since & COMING_BACK != 0 => Doing::Waits { since: moved },
            _ if since & AWAY != 0 => Doing::IsAway { since: moved },
            _ => Doing::IsIn { since: since.max(moved) },
        }
    }
}

/// What a participant that holds a pin does, and since when, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Waits to be attached, or to be attached again, or is about to wait.
    Waits { since: u64 },
    /// Is in, as far as we know: the thread may have let go by CPython's own calls.
    IsIn { since: u64 },
    /// Has let go, or gone on into another interpreter.
    IsAway { since: u64 },
    /// Is a guard.
    Guards { since: u64 },
}

/// How often to read a participant that keeps moving.
const TRIES: u32 = 8;

/// What an observer sees of a participant.
#[derive(Clone, Copy, Debug)]
pub struct Glimpse {
    /// The serial of the thread.
    pub thread: u64,
    /// The kernel's number of the thread.
    pub thread_id: u32,
    /// Python's number of the thread (`threading.get_ident`).
    pub ident: u64,
    /// The interpreter, as CPython numbers it.
    pub interpreter: i64,
    /// The thread's cached state there.
    pub state: Option<State>,
    /// The address of the variable in which CPython keeps the thread's current state. 0: not known.
    pub current: usize,
    /// The label of its attach or guard.
    pub label: Label,
    /// How many attachments the thread is in, up to and with its last one here.
    pub depth: u32,
    /// When it came in, in ticks, even if it has let go since; 0: it is on its way in.
    inside_since: u64,
    /// What it does.
    pub doing: Doing,
}

impl Glimpse {
    /// The thread, what it does, for how long it has been in, and where in Python it is, if `place` knows.
    pub(super) fn describe(&self, place: impl Fn(u64) -> Option<String>) -> String {
        let is_guard = matches!(self.doing, Doing::Guards { .. });
        let mut text = if is_guard { "a guard opened by ".to_owned() } else { String::new() };
        text += &sys::describe_thread(self.thread_id);
        if let Some(label) = self.label.text() {
            text += &format!(" [{}]", label.to_string_lossy());
        }
        text += &match self.inside_since {
            0 => ", which is on its way in".into(),
            // Formatting floats would link 17 KB of code.
            since => {
                let ms = sys::milliseconds_since(since);
                format!(", in for {}.{:03} s", ms / 1000, ms % 1000)
            }
        };
        match place(self.ident) {
            Some(place) if !is_guard => text + ", at " + &place,
            _ => text,
        }
    }
}
