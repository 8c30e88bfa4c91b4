//! What the registry keeps of a participant in an interpreter's gate: of a thread, or of a guard.

use super::Interpreter;
use crate::cpython::{State, StateCell};
use crate::sys::{self, Label, LabelCell};
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A thread, or a guard, at the gate of an interpreter.
pub type Participant = crate::gate::Participant<Entry>;

// Whole cache lines: no two threads' participants share one. What is written at each visit is in the first.
const _: () = assert!(
    align_of::<Participant>() == 64 && size_of::<Participant>() == 128 && std::mem::offset_of!(Entry, depth) < 52
);

/// Whose participant it is: one thread's, or one guard's. A participant is handed on, so all of it can change.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Entry {
    /// The thread's cached state. Its own thread takes it under a pin; the closer, when nobody is inside.
    pub state: StateCell,
    /// When the participant came in, in ticks, with `COMING_BACK` and `AWAY`. 0: not yet, or no longer.
    since: AtomicU64,
    /// When the participant set out to come in, let go, or set out to come back, in ticks: whatever was last.
    moved: AtomicU64,
    label: LabelCell,
    /// How many attachments the thread is in, up to its last one here. 1 while it is in none.
    depth: AtomicU32,
    /// The kernel's number of the thread; another in a forked child.
    thread_id: AtomicU32,
    /// The address of the interpreter's record, which the participant keeps there. 0: none.
    record: AtomicUsize,
    /// The number by which Python knows the thread.
    ident: AtomicU64,
    /// The thread's serial, or, of a guard, that of the thread which opened it.
    thread: AtomicU64,
    /// The interpreter, as CPython numbers it.
    interpreter: AtomicI64,
    /// The address of CPython's variable that says through which state the thread is attached now. 0: not known.
    current: AtomicUsize,
    /// How many forks there had been when it was assigned: in a child, those of threads that are not there are older.
    forks: AtomicU32,
    /// A guard does not attach, and any thread may close it.
    guard: AtomicBool,
}

/// In `since`: has let go, and waits to come back.
const COMING_BACK: u64 = 1 << 63;
/// In `since`: has let go, or gone on into another interpreter.
const AWAY: u64 = 1 << 62;
const TIME: u64 = !(COMING_BACK | AWAY);

/// What a report says of a participant.
pub struct Presence {
    guard: bool,
    thread_id: u32,
    ident: u64,
    label: Option<&'static CStr>,
    since: u64,
}

impl Entry {
    /// Nobody.
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

    /// From here on it is the calling thread's, or that of a guard which the calling thread opens, at that interpreter's gate.
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

    /// The number by which Python knows the thread.
    pub fn ident(&self) -> u64 {
        self.ident.load(Ordering::Relaxed)
    }

    /// The kernel's number of the thread.
    pub fn thread_id(&self) -> u32 {
        self.thread_id.load(Ordering::Relaxed)
    }

    /// Whether it is a guard's.
    pub fn is_guard(&self) -> bool {
        self.guard.load(Ordering::Relaxed)
    }

    /// The serial of the thread.
    pub fn thread(&self) -> u64 {
        self.thread.load(Ordering::Relaxed)
    }

    /// Whether it is that thread's own.
    pub fn is_of(&self, serial: u64) -> bool {
        !self.is_guard() && self.thread.load(Ordering::Relaxed) == serial
    }

    /// Whether it is that of a guard which that thread opened, also if it was closed since.
    pub fn was_opened_by(&self, serial: u64) -> bool {
        self.thread.load(Ordering::Relaxed) == serial
    }

    /// The calling thread's number; in a forked child the thread that forked has another one.
    pub fn renumber(&self) {
        self.thread_id.store(sys::thread_id(), Ordering::Relaxed);
        self.forks.store(super::forks(), Ordering::Relaxed);
    }

    /// Notes what the participant comes in for.
    #[inline]
    pub fn set_label(&self, label: Label) {
        self.label.put(label);
    }

    /// What the participant is in for.
    pub fn label(&self) -> Label {
        self.label.get()
    }

    /// Notes that the participant sets out to come in, or to come back.
    #[inline(always)]
    pub fn sets_out(&self, now: u64) {
        self.moved.store(now, Ordering::Relaxed);
    }

    /// Notes that the participant is in, from now.
    #[inline]
    pub fn came_in(&self, now: u64) {
        self.since.store(now, Ordering::Relaxed);
    }

    /// Notes that the participant is out.
    #[inline]
    pub fn went_out(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    /// Notes that the participant, who is in and stays in, has let go or gone on into another interpreter.
    pub fn went_away(&self, now: u64) {
        self.moved.store(now, Ordering::Relaxed);
        self.since.store(self.since.load(Ordering::Relaxed) & TIME | AWAY, Ordering::Relaxed);
    }

    /// Runs `f`, in which the participant, who is in, comes back.
    #[inline(always)]
    pub fn coming_back(&self, now: impl Fn() -> u64, f: impl FnOnce()) {
        let since = self.since.load(Ordering::Relaxed) & TIME;
        self.moved.store(now(), Ordering::Relaxed);
        self.since.store(since | COMING_BACK, Ordering::Relaxed);
        f();
        self.moved.store(now(), Ordering::Relaxed);
        self.since.store(since, Ordering::Relaxed);
    }

    /// Notes how many attachments the thread is in, up to its last one here.
    #[inline(always)]
    pub fn set_depth(&self, depth: u32) {
        self.depth.store(depth, Ordering::Relaxed);
    }

    /// How many attachments the thread is in, up to its last one here.
    pub fn depth(&self) -> u32 {
        self.depth.load(Ordering::Relaxed)
    }

    /// Whether the participant is in, if perhaps elsewhere for a while, rather than on its way.
    #[inline]
    pub fn is_in(&self) -> bool {
        self.since.load(Ordering::Relaxed) != 0
    }

    /// Whether the participant, who is in, has let go, or gone on into another interpreter.
    pub fn is_away(&self) -> bool {
        self.since.load(Ordering::Relaxed) & AWAY != 0
    }

    /// Whether the participant, who holds a pin, waits to be attached, or is about to.
    pub(super) fn waits(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        since == 0 || since & COMING_BACK != 0
    }

    /// What an observer sees of a participant, on any thread and at any moment. None: nobody is there.
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
            doing: entry.doing(),
        };
        // Read again where the participant moved meanwhile: an age of one stay is no other stay's.
        let mut seen = glimpse();
        for _ in 0..TRIES {
            let again = glimpse();
            if again.doing == seen.doing && again.thread == seen.thread {
                break;
            }
            seen = again;
        }
        let is_there = participant.pins() > 0 && entry.forks.load(Ordering::Relaxed) == super::forks();
        is_there.then_some(seen)
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

    pub(super) fn presence(&self) -> Presence {
        Presence {
            guard: self.is_guard(),
            thread_id: self.thread_id.load(Ordering::Relaxed),
            ident: self.ident(),
            label: self.label.get().text(),
            since: self.since.load(Ordering::Relaxed) & TIME,
        }
    }
}

/// What one who holds a pin does, and since when, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Sets out to be attached, or to be attached again, and is not yet.
    Waits { since: u64 },
    /// Is in, as far as we know of it.
    IsIn { since: u64 },
    /// Has let go, or gone on into another interpreter.
    IsAway { since: u64 },
    /// Is a guard.
    Guards { since: u64 },
}

/// How often to look at one who moves.
const TRIES: u32 = 8;

/// What an observer sees of a participant.
#[derive(Clone, Copy, Debug)]
pub struct Glimpse {
    /// The serial of the thread.
    pub thread: u64,
    /// The kernel's number of the thread.
    pub thread_id: u32,
    /// The number by which Python knows the thread.
    pub ident: u64,
    /// The interpreter, as CPython numbers it.
    pub interpreter: i64,
    /// The state that the thread keeps there.
    pub state: Option<State>,
    /// The address of CPython's variable that says through which state the thread is attached now. 0: not known.
    pub current: usize,
    /// What it came in for.
    pub label: Label,
    /// How many attachments the thread is in, up to its last one here.
    pub depth: u32,
    /// What it does.
    pub doing: Doing,
}

impl Presence {
    /// Who it is, what it does, for how long it has been in, and where in Python it is, if `place` knows.
    pub(super) fn describe(&self, place: impl Fn(u64) -> Option<String>) -> String {
        let mut text = if self.guard { "a guard opened by ".to_owned() } else { String::new() };
        text += &sys::describe_thread(self.thread_id);
        if let Some(label) = self.label {
            text += &format!(" [{}]", label.to_string_lossy());
        }
        text += &match self.since {
            0 => ", which is on its way in".into(),
            // Numbers with a point are formatted by 17 KB of code.
            since => {
                let ms = sys::milliseconds_since(since);
                format!(", in for {}.{:03} s", ms / 1000, ms % 1000)
            }
        };
        match place(self.ident) {
            Some(place) if !self.guard => text + ", at " + &place,
            _ => text,
        }
    }
}
