//! Who holds a pin of which interpreter, and what each of them does now.
//!
//! A thread's participant in a gate is its own record: it stores there where it is and since when, and pays no more than these
//! stores. Here they are read, by whoever asks, with no lock and no allocation: also in a signal handler, and by a debugger.

use crate::cpython::{Python, State};
use crate::registry::{self, Doing, Glimpse, Participant};
use crate::sys;
use std::ffi::CStr;

/// What one does who is at an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// A thread waits to be attached, or to be attached again.
    Waiting,
    /// A thread is attached, or takes turns with others by CPython's own means.
    Inside,
    /// A thread has let go, and will come back.
    Suspended,
    /// A thread has gone on into another interpreter, and will come back.
    Elsewhere,
    /// A guard is open.
    Guarding,
}

/// One who holds a pin, as seen at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The kernel's number of the thread; of a guard, of the thread that opened it.
    pub thread_id: u32,
    /// The number by which Python knows the thread.
    pub ident: u64,
    /// As CPython numbers it.
    pub interpreter_id: i64,
    /// What it came in for.
    pub label: Option<&'static CStr>,
    /// What it does.
    pub activity: Activity,
    /// Whether CPython has it attached at this moment.
    pub is_attached: bool,
    /// A thread of the library's own.
    pub is_own: bool,
    /// The thread that asks.
    pub is_caller: bool,
    /// How many attachments it is in, up to its last one there.
    pub depth: u32,
    /// For how long it has done that, in microseconds.
    pub elapsed_us: u64,
    /// The state that it keeps there.
    pub state: Option<State>,
    /// What tells this stay or wait from all others.
    pub key: (usize, u64),
}

/// Shows everybody who holds a pin, one after the other.
pub fn look(mut f: impl FnMut(Seen)) {
    let (now, caller) = (sys::ticks(), sys::thread_id());
    registry::look_at_all(|participant, glimpse| f(seen(participant, &glimpse, now, caller)));
}

/// What `look` shows, with memory for it.
pub fn seen_by() -> Vec<Seen> {
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
    let label = glimpse.label.text();
    Seen {
        thread_id: glimpse.thread_id,
        ident: glimpse.ident,
        interpreter_id: glimpse.interpreter,
        label,
        activity,
        is_attached: activity == Activity::Inside && attached().unwrap_or(true),
        is_own: label.is_some_and(|label| label.to_bytes().starts_with(b"pyferry: ")),
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
