//! Which threads and guards hold a pin of which interpreter, and what each of them does now.
//!
//! A thread stores in its participant at a gate where it is and since when, and pays no more than these stores. Here any thread
//! reads them, with no lock and no allocation: also in a signal handler, and in a debugger.

use crate::cpython::{Python, State};
use crate::registry::{self, Doing, Glimpse, Participant, own};
use crate::sys;
use std::ffi::CStr;

/// What a thread or guard does at an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// A thread waits to be attached, or to be attached again.
    Waiting,
    /// A thread is attached, or lets others in by CPython's own means (Py_BEGIN_ALLOW_THREADS).
    Inside,
    /// A thread has let go (pyferry_suspend), and will come back.
    Suspended,
    /// A thread has gone on into another interpreter, and will come back.
    Elsewhere,
    /// A guard is open.
    Guarding,
}

/// A thread or guard that holds a pin, as seen at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The kernel's number of the thread; for a guard, of the thread that opened it.
    pub thread_id: u32,
    /// The thread's ident, as `threading.get_ident()` has it.
    pub ident: u64,
    /// The interpreter, as CPython numbers it.
    pub interpreter_id: i64,
    /// The label of its attachment.
    pub label: Option<&'static CStr>,
    /// What it does now.
    pub activity: Activity,
    /// Whether it is inside and attached at this moment; true if CPython cannot tell.
    pub is_attached: bool,
    /// A thread of the library's own.
    pub is_own: bool,
    /// This is the calling thread.
    pub is_caller: bool,
    /// How many attachments the thread is in, up to its last one at this interpreter.
    pub depth: u32,
    /// How long it has done so, in microseconds.
    pub elapsed_us: u64,
    /// The thread state that it keeps there.
    pub state: Option<State>,
    /// Tells this stay or wait from all others.
    pub key: (usize, u64),
}

/// Calls `f` with each thread and guard that holds a pin.
pub fn look(mut f: impl FnMut(Seen)) {
    let (now, caller) = (sys::ticks(), sys::thread_id());
    registry::look_at_all(|participant, glimpse| f(seen(participant, &glimpse, now, caller)));
}

/// Each thread and guard that holds a pin, as a list, which allocates.
pub fn all_seen() -> Vec<Seen> {
    let mut all = Vec::new();
    look(|seen| all.push(seen));
    all
}

fn seen(participant: &Participant, glimpse: &Glimpse, now: u64, caller: u32) -> Seen {
    let (activity, since) = match glimpse.doing {
        Doing::Waits { since } => (Activity::Waiting, since),
        Doing::IsIn { since } => (Activity::Inside, since),
        Doing::IsAway { since } if is_elsewhere(glimpse) => (Activity::Elsewhere, since),
        Doing::IsAway { since } => (Activity::Suspended, since),
        Doing::Guards { since } => (Activity::Guarding, since),
    };
    let attached = || {
        let python = Python::known()?;
        python.is_attached_elsewhere(glimpse.current, glimpse.state, glimpse.ident)
    };
    Seen {
        thread_id: glimpse.thread_id,
        ident: glimpse.ident,
        interpreter_id: glimpse.interpreter,
        label: glimpse.label.text(),
        activity,
        is_attached: activity == Activity::Inside && attached().unwrap_or(true),
        is_own: own::is_own(glimpse.label),
        is_caller: activity != Activity::Guarding && glimpse.thread_id == caller,
        depth: glimpse.depth,
        elapsed_us: now.saturating_sub(since) / 1000,
        state: glimpse.state,
        key: (std::ptr::from_ref(participant).addr(), since),
    }
}

/// Whether the thread has a later attachment, to another interpreter.
fn is_elsewhere(away: &Glimpse) -> bool {
    let mut elsewhere = false;
    registry::look_at_all(|_, other| {
        let is_later = other.thread == away.thread && other.depth > away.depth;
        elsewhere |= is_later && matches!(other.doing, Doing::Waits { .. } | Doing::IsIn { .. });
    });
    elsewhere
}
