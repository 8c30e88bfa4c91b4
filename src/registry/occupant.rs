//! Who has a place at an interpreter's gate: a thread, or a guard.

use crate::cpython::StateCell;
use crate::gate::Seat;
use crate::sys::{self, Label, LabelCell};
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// A place at the gate of an interpreter.
pub type Place = Seat<Occupant>;

// Whole cache lines: no two threads' places share one, and one place is one.
const _: () = assert!(align_of::<Place>() == 64 && size_of::<Place>() == 64);

/// Whose place it is: one thread's, or one guard's. A place is handed on, so all of it can change.
#[derive(Debug, Default)]
pub struct Occupant {
    /// A guard does not attach, and any thread may close it.
    guard: AtomicBool,
    /// The kernel's number of the thread; another in a forked child.
    thread_id: AtomicU32,
    /// The number by which Python knows the thread.
    ident: AtomicU64,
    /// The thread's serial, or, of a guard, that of the thread which opened it.
    thread: AtomicU64,
    /// The thread's cached state. Its own thread takes it under a pin; the closer, when nobody is inside.
    pub state: StateCell,
    /// In ticks. 0: not yet, or no longer.
    since: AtomicU64,
    label: LabelCell,
}

/// In `since`: has let go, and waits to come back.
const COMING_BACK: u64 = 1 << 63;

/// What a report says of an occupant.
pub struct Presence {
    guard: bool,
    thread_id: u32,
    ident: u64,
    label: Option<&'static CStr>,
    since: u64,
}

impl Occupant {
    /// Nobody.
    pub const fn new() -> Occupant {
        Occupant {
            guard: AtomicBool::new(false),
            thread_id: AtomicU32::new(0),
            ident: AtomicU64::new(0),
            thread: AtomicU64::new(0),
            state: StateCell::new(),
            since: AtomicU64::new(0),
            label: LabelCell::new(),
        }
    }

    /// From here on it is the calling thread's, or that of a guard which the calling thread opens.
    pub fn take_place(&self, serial: u64, ident: u64, guard: bool) {
        self.ident.store(ident, Ordering::Relaxed);
        self.guard.store(guard, Ordering::Relaxed);
        self.thread.store(serial, Ordering::Relaxed);
        self.since.store(0, Ordering::Relaxed);
        self.label.put(Label::NONE);
        self.state.take();
        self.renumber();
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
    }

    /// Notes what the occupant comes in for.
    #[inline]
    pub fn set_label(&self, label: Label) {
        self.label.put(label);
    }

    /// What the occupant is in for.
    pub fn label(&self) -> Label {
        self.label.get()
    }

    /// Notes that the occupant is in, from now.
    #[inline]
    pub fn came_in(&self, now: u64) {
        self.since.store(now, Ordering::Relaxed);
    }

    /// Notes that the occupant is out.
    #[inline]
    pub fn went_out(&self) {
        self.since.store(0, Ordering::Relaxed);
    }

    /// Runs `f`, in which the occupant, who is in, comes back.
    #[inline]
    pub fn coming_back(&self, f: impl FnOnce()) {
        let since = self.since.load(Ordering::Relaxed);
        self.since.store(since | COMING_BACK, Ordering::Relaxed);
        f();
        self.since.store(since, Ordering::Relaxed);
    }

    /// Whether the occupant is in, if perhaps elsewhere for a while, rather than on its way.
    #[inline]
    pub fn is_in(&self) -> bool {
        self.since.load(Ordering::Relaxed) != 0
    }

    /// Whether the occupant, who holds a pin, waits to be attached, or is about to.
    pub(super) fn waits(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        since == 0 || since & COMING_BACK != 0
    }

    pub(super) fn presence(&self) -> Presence {
        Presence {
            guard: self.is_guard(),
            thread_id: self.thread_id.load(Ordering::Relaxed),
            ident: self.ident(),
            label: self.label.get().text(),
            since: self.since.load(Ordering::Relaxed) & !COMING_BACK,
        }
    }
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
            since => format!(", in for {:.3} s", sys::seconds_since(since)),
        };
        match place(self.ident) {
            Some(place) if !self.guard => text + ", at " + &place,
            _ => text,
        }
    }
}
