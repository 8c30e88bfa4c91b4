//! Up to 3.12, interpreters that share a GIL do not hear each other: a thread that waits for one of them asks only those
//! who run in that one to let go, and waits as long as a loop in another one lasts. So while a thread of ours waits,
//! heralds go where the GIL may be held, are heard there, and leave at once: whoever held it has let go then.
//!
//! Nothing of this happens before a process has two such interpreters.

use super::Admission;
use super::orphans::is_for_orphans;
use crate::cpython::{Python, Slot, State, Unattached};
use crate::gate::Phase;
use crate::registry::{self as record, Interpreter, Occupant};
use crate::sys::{self, Label};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};
use std::time::Duration;

/// How many threads wait for a GIL that others may hold unheard, beside those whose place at a gate says so.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// A thread is there that looks after them.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// CPython's switch interval: the time that a thread may keep a GIL which others want.
const INTERVAL: Duration = Duration::from_millis(5);
/// Samples per switch interval. A thread counts as starved only if every sample of an interval finds one that waits.
const LOOKS: u32 = 5;
/// What heralds come for: by this they are known.
const HERALD: Label = Label::new(c"pyferry: a herald");
/// Nobody has waited for so many intervals: the watch is over.
const QUIET: u32 = 200;

/// Attaches this thread, which is detached, through a state of its own that a pin keeps.
#[inline]
pub fn attach_state(python: &Python, slot: Slot, state: State) {
    heard(|| python.attach(slot, state));
}

/// Attaches this thread, which is detached, through a state that no thread was attached through.
pub fn attach_first(python: &Python, slot: Slot, state: Unattached) {
    heard(|| python.attach_first(slot, state));
}

/// Attaches this thread again through a state that it let go of, with the slot as it was.
#[inline]
pub fn come_back(python: &Python, state: State) {
    heard(|| python.come_back(state));
}

#[inline]
fn heard(wait: impl FnOnce()) {
    if !record::several_wait_unheard() {
        return wait();
    }
    WAITING.fetch_add(1, Ordering::SeqCst);
    be_heard();
    wait();
    WAITING.fetch_sub(1, Ordering::SeqCst);
}

/// Sees to it that this thread is heard, which waits next and has said so: by `WAITING`, or by its place at a gate.
#[inline(always)]
pub fn be_heard() {
    // The watch has the other half of this barrier.
    compiler_fence(Ordering::SeqCst);
    if record::several_wait_unheard() && !WATCHED.load(Ordering::SeqCst) {
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
                may_run().into_iter().for_each(send_herald);
            }
            continue;
        }
        (quiet, waiting) = (quiet + 1, 0);
        if quiet > QUIET {
            WATCHED.store(false, Ordering::SeqCst);
            record::barrier().heavy();
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
    let at_a_gate = || unheard().iter().any(|interpreter| interpreter.somebody_waits());
    record::several_wait_unheard() && (WAITING.load(Ordering::SeqCst) > 0 || at_a_gate()) && !over()
}

fn unheard() -> Vec<Arc<Interpreter>> {
    let mut sharing = record::all();
    sharing.retain(|interpreter| interpreter.waits_unheard);
    sharing
}

/// Where the GIL may be held.
fn may_run() -> Vec<Arc<Interpreter>> {
    let mut sharing = unheard();
    sharing.retain(|interpreter| !interpreter.wants_one_state);
    let Some(python) = sharing.first().map(|interpreter| interpreter.python) else { return sharing };
    // 3.12 does not say who has it.
    if !python.has_own_gil() {
        let holder = python.gil_holder();
        sharing.retain(|interpreter| interpreter.is(holder));
    }
    sharing
}

fn send_herald(to: Arc<Interpreter>) {
    if to.heralded.swap(true, Ordering::SeqCst) {
        return;
    }
    let interpreter = Arc::clone(&to);
    let visit = move || {
        // A waiter there may be kept by a shutdown that waits for it.
        let admission = if to.gate.phase() == Phase::Open { Admission::Open } else { Admission::Late };
        super::look_in(&to, admission, HERALD);
        to.heralded.store(false, Ordering::SeqCst);
    };
    if sys::spawn(c"pyferry-herald", visit).is_err() {
        interpreter.heralded.store(false, Ordering::SeqCst);
    }
}

/// Whether an occupant is a herald, or another thread of ours that leaves by itself: nobody is told of it.
pub fn is_herald(occupant: &Occupant) -> bool {
    occupant.label() == HERALD || is_for_orphans(occupant)
}

/// In a forked child no watch is there, and nobody waits.
pub fn forget_after_fork() {
    WAITING.store(0, Ordering::SeqCst);
    WATCHED.store(false, Ordering::SeqCst);
}
