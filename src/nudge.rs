//! Up to 3.12 a thread that waits for a GIL sets `gil_drop_request` in the interpreter it waits for, and in no other that shares the
//! GIL: it waits as long as a loop in another one lasts. So while a thread waits in pyferry, helper threads (*nudgers*) attach where
//! the GIL may be held, and detach at once: their own drop requests are for that interpreter, and have made the holder let go by then.
//!
//! Nothing of this happens before two interpreters of a process share a GIL.

use crate::cpython::{Python, Slot, State, Unattached};
use crate::registry::{self, Interpreter, own};
use crate::sys;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, compiler_fence};
use std::time::Duration;

/// How many threads are in `nudging`. Waits on the fast path are not counted: they show on the participants (`Entry::waits`).
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// The watch thread runs.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// CPython's default switch interval: how long a thread may keep a GIL that others want.
const INTERVAL: Duration = Duration::from_millis(5);
/// Samples per switch interval. Nudgers are sent only if every sample of an interval finds a thread that waits.
const LOOKS: u32 = 5;
/// The watch ends when nobody has waited for so many intervals.
const QUIET: u32 = 200;

/// Attaches this thread, which is detached, through a state of its own that a pin keeps.
pub fn attach_through(python: &Python, slot: Slot, state: Unattached) {
    nudging(|| python.attach(slot, state));
}

/// Attaches this thread again through a state that it let go of, with the slot as it was.
#[inline]
pub fn reattach(python: &Python, state: State) {
    nudging(|| python.reattach(state));
}

/// As `Python::delete_idle`, which lets go of the GIL: the holder is nudged if this thread then waits to get it back.
pub fn delete_idle(python: &Python, slot: Slot, states: &[State]) {
    python.delete_idle(slot, states, reattach);
}

#[inline]
fn nudging(wait: impl FnOnce()) {
    if !registry::several_share_a_gil() {
        return wait();
    }
    WAITING.fetch_add(1, Ordering::SeqCst);
    ask_for_nudges();
    wait();
    WAITING.fetch_sub(1, Ordering::SeqCst);
}

/// Makes sure that the watch runs, for this thread, which is about to wait and has said so: by `WAITING`, or on its participant.
#[inline(always)]
pub fn ask_for_nudges() {
    // The light side of a barrier whose heavy side is in `watch`.
    compiler_fence(Ordering::SeqCst);
    if registry::several_share_a_gil() && !WATCHED.load(Ordering::SeqCst) {
        begin_watch();
    }
}

#[cold]
fn begin_watch() {
    // If no thread can be started, the wait is as long as CPython makes it.
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
            registry::barrier().heavy();
            // With a symmetric barrier, waiting threads do not fence: their stores arrive a moment later.
            std::thread::sleep(INTERVAL);
            // A thread that waits may have seen `WATCHED` still set: this watch goes on, unless another has begun.
            if !somebody_waits() || WATCHED.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }
}

fn somebody_waits() -> bool {
    // Once Python finalizes, CPython ends threads that wait, which then count as waiting for ever.
    let over = || Python::in_process().map_or(true, Python::is_finalizing);
    let at_a_gate = || sharing_a_gil().iter().any(|interpreter| interpreter.somebody_waits());
    registry::several_share_a_gil() && (WAITING.load(Ordering::SeqCst) > 0 || at_a_gate()) && !over()
}

fn sharing_a_gil() -> Vec<Arc<Interpreter>> {
    let mut sharing = registry::all();
    sharing.retain(|interpreter| interpreter.shares_gil);
    sharing
}

/// The interpreters in which the GIL may be held.
fn may_run() -> Vec<Arc<Interpreter>> {
    let mut sharing = sharing_a_gil();
    sharing.retain(|interpreter| !interpreter.wants_one_state);
    let Some(python) = sharing.first().map(|interpreter| interpreter.python) else { return sharing };
    // Up to 3.11 CPython says who has it.
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
        visit(&to);
        to.nudged.store(false, Ordering::SeqCst);
    };
    if sys::spawn(c"pyferry-nudge", visit).is_err() {
        interpreter.nudged.store(false, Ordering::SeqCst);
    }
}

/// Attaches this new thread, and detaches it.
fn visit(to: &Interpreter) {
    let Interpreter { python, slot, ref gate, .. } = *to;
    // It is no thread of the host's, and so has no serial.
    let participant = gate.add_participant(|entry| {
        entry.assign(to, 0, python.thread_ident(), false);
        entry.set_label(own::NUDGE);
    });
    // While Closing too: the shutdown waits for the threads inside, which may hold the GIL or wait for it.
    if gate.enter_late(participant) {
        if let Some(made) = to.raw().and_then(|raw| python.make_state(slot, raw)) {
            python.attach(slot, made);
            participant.entry.came_in();
            python.delete_attached(slot, made.state, std::ptr::null_mut());
        }
        participant.entry.went_out();
        gate.leave(participant);
    }
    gate.remove_participant(participant);
}

/// A forked child has no watch thread, and no thread that waits.
pub fn forget_after_fork() {
    WAITING.store(0, Ordering::SeqCst);
    WATCHED.store(false, Ordering::SeqCst);
}
