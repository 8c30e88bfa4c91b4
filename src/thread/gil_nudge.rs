//! Up to 3.12 a thread that waits for a GIL sets `gil_drop_request` in the interpreter it waits for, and in no other that shares
//! the GIL: it waits as long as a loop in another one lasts. So while a thread of ours waits, threads of ours attach where the
//! GIL may be held, and detach at once: their own requests are for that interpreter, and whoever held the GIL has let go then.
//!
//! Nothing of this happens before a process has two such interpreters.

use super::Admission;
use super::orphans::is_for_orphans;
use crate::cpython::{Python, Slot, State, Unattached};
use crate::gate::Phase;
use crate::registry::{self as record, Entry, Interpreter};
use crate::sys::{self, Label};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};
use std::time::Duration;

/// How many threads wait for a GIL that several interpreters share, beside those whose participant at a gate says so.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// A thread is there that looks after them.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// CPython's switch interval: the time that a thread may keep a GIL which others want.
const INTERVAL: Duration = Duration::from_millis(5);
/// Samples per switch interval. A thread counts as starved only if every sample of an interval finds one that waits.
const LOOKS: u32 = 5;
/// What those threads come for: by this they are known.
const NUDGE: Label = Label::new(c"pyferry: a GIL nudge");
/// Nobody has waited for so many intervals: the watch is over.
const QUIET: u32 = 200;

/// Attaches this thread, which is detached, through a state of its own that a pin keeps.
#[inline]
pub fn attach_state(python: &Python, slot: Slot, state: State) {
    nudging(|| python.attach(slot, state));
}

/// Attaches this thread, which is detached, through a state that no thread was attached through.
pub fn attach_first(python: &Python, slot: Slot, state: Unattached) {
    nudging(|| python.attach_first(slot, state));
}

/// Attaches this thread again through a state that it let go of, with the slot as it was.
#[inline]
pub fn reattach(python: &Python, state: State) {
    nudging(|| python.reattach(state));
}

#[inline]
fn nudging(wait: impl FnOnce()) {
    if !record::several_share_a_gil() {
        return wait();
    }
    WAITING.fetch_add(1, Ordering::SeqCst);
    ask_for_nudges();
    wait();
    WAITING.fetch_sub(1, Ordering::SeqCst);
}

/// Sees to it that the GIL is asked for on behalf of this thread, which waits next and has said so: by `WAITING`, or by its
/// participant at a gate.
#[inline(always)]
pub fn ask_for_nudges() {
    // The watch has the other half of this barrier.
    compiler_fence(Ordering::SeqCst);
    if record::several_share_a_gil() && !WATCHED.load(Ordering::SeqCst) {
        begin_watch();
    }
}

#[cold]
fn begin_watch() {
    // No thread to be had: then the wait is as long as CPython makes it.
    if !WATCHED.swap(true, Ordering::SeqCst) && sys::spawn(c"pyferry-watch", watch).is_err() {
        WATCHED.store(false, Ordering::SeqCst);
    }
}

fn watch() {
    let (mut quiet, mut waiting) = (0, 0);
    loop {
        std::thread::sleep(if quiet == 0 { INTERVAL / LOOKS } else { INTERVAL });
        if somebody_waits() {
            (quiet, waiting) = (0, waiting + 1);
            if waiting == LOOKS {
                waiting = 0;
                may_run().into_iter().for_each(nudge);
            }
            continue;
        }
        (quiet, waiting) = (quiet + 1, 0);
        if quiet > QUIET {
            WATCHED.store(false, Ordering::SeqCst);
            record::barrier().heavy();
            // Where the barrier is symmetric those who wait do not fence: what they wrote is here a moment later.
            std::thread::sleep(INTERVAL);
            // Somebody who saw the watch still there waits already: unless another watch has begun, this one goes on.
            if !somebody_waits() || WATCHED.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }
}

fn somebody_waits() -> bool {
    // Whom CPython ended while it waited, since it came too late, waits no more and has not said so.
    let over = || Python::in_process().map_or(true, Python::is_finalizing);
    let at_a_gate = || sharing_a_gil().iter().any(|interpreter| interpreter.somebody_waits());
    record::several_share_a_gil() && (WAITING.load(Ordering::SeqCst) > 0 || at_a_gate()) && !over()
}

fn sharing_a_gil() -> Vec<Arc<Interpreter>> {
    let mut sharing = record::all();
    sharing.retain(|interpreter| interpreter.shares_gil);
    sharing
}

/// Where the GIL may be held.
fn may_run() -> Vec<Arc<Interpreter>> {
    let mut sharing = sharing_a_gil();
    sharing.retain(|interpreter| !interpreter.wants_one_state);
    let Some(python) = sharing.first().map(|interpreter| interpreter.python) else { return sharing };
    // 3.12 does not say who has it.
    if !python.has_own_gil() {
        let holder = python.gil_holder();
        sharing.retain(|interpreter| interpreter.is(holder));
    }
    sharing
}

fn nudge(to: Arc<Interpreter>) {
    if to.nudged.swap(true, Ordering::SeqCst) {
        return;
    }
    let interpreter = Arc::clone(&to);
    let visit = move || {
        // A waiter there may be kept by a shutdown that waits for it.
        let admission = if to.gate.phase() == Phase::Open { Admission::Open } else { Admission::Late };
        super::look_in(&to, admission, NUDGE);
        to.nudged.store(false, Ordering::SeqCst);
    };
    if sys::spawn(c"pyferry-nudge", visit).is_err() {
        interpreter.nudged.store(false, Ordering::SeqCst);
    }
}

/// Whether a participant comes for a nudge, or is another thread of ours that leaves by itself: nobody is told of it.
pub fn is_nudger(entry: &Entry) -> bool {
    entry.label() == NUDGE || is_for_orphans(entry)
}

/// In a forked child no watch is there, and nobody waits.
pub fn forget_after_fork() {
    WAITING.store(0, Ordering::SeqCst);
    WATCHED.store(false, Ordering::SeqCst);
}
