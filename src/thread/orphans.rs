//! Thread states whose threads have ended. A thread's end must not wait for an interpreter, since whoever joins it may hold
//! the GIL: what it cannot delete without a wait it leaves at its place at
//! the gate. From there the state goes, once, by whoever is first of: the next thread that makes a state for that
//! interpreter (so there are never more than lived at once), the thread that closes it, and one of ours, which is there
//! only while there are such states.

use super::{Admission, THREAD, Thread};
use crate::registry::{self as record, Interpreter, Occupant};
use crate::sys::{self, Label};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The thread of ours is there.
static AT_WORK: AtomicBool = AtomicBool::new(false);

/// How long it leaves the states to threads that come anyway.
const REST: Duration = Duration::from_millis(10);
/// What it comes for: by this it is known.
const LABEL: Label = Label::new(c"deleting the states of ended threads");

/// Has the states deleted that ended threads have left at open gates. Never waits.
pub(super) fn see_to_them() {
    if AT_WORK.swap(true, Ordering::SeqCst) {
        return;
    }
    let mask = sys::SignalMask::of_this_thread();
    // No thread to be had: the next one that comes in, or the closer, does it.
    if sys::spawn(c"pyferry-orphans", move || work(&mask)).is_err() {
        AT_WORK.store(false, Ordering::SeqCst);
    }
}

/// The mask is the one for destructors.
fn work(mask: &sys::SignalMask) {
    loop {
        std::thread::sleep(REST);
        for interpreter in with_orphans() {
            THREAD.with(|me| me.tidily(|| mask.around(|| me.visit_orphans(&interpreter))));
        }
        AT_WORK.store(false, Ordering::SeqCst);
        // Whoever has left one since then may have found this thread still there.
        if with_orphans().is_empty() || AT_WORK.swap(true, Ordering::SeqCst) {
            return;
        }
    }
}

fn with_orphans() -> Vec<Arc<Interpreter>> {
    let mut all = record::all();
    all.retain(|interpreter| interpreter.gate.is_open() && interpreter.gate.has_left_behind());
    all
}

/// Whether an occupant is that thread of ours, which leaves by itself.
pub fn is_for_orphans(occupant: &Occupant) -> bool {
    occupant.label() == LABEL
}

/// In a forked child it is not there.
pub(super) fn forget_after_fork() {
    AT_WORK.store(false, Ordering::SeqCst);
}

impl Thread {
    fn visit_orphans(&self, target: &Arc<Interpreter>) {
        let visit = self.visit(target);
        self.comes_for(visit, LABEL);
        if self.pin(visit, Admission::Open) {
            self.delete_orphans(target, visit);
            self.unpin(visit);
        }
    }

    /// Deletes the states that ended threads have left in an interpreter, in which this thread has a pin. Runs destructors.
    pub(super) fn delete_orphans(&self, target: &Interpreter, visit: usize) {
        let (python, slot) = (target.python, target.slot);
        let (mut states, mut threads) = (Vec::new(), Vec::new());
        if !target.gate.has_left_behind() {
            return;
        }
        let Some(made) = target.raw().and_then(|raw| python.make_state(slot, raw)) else { return };
        target.gate.take_left_behind(|occupant| {
            states.extend(occupant.state.take());
            threads.push((occupant.ident(), occupant.thread_id()));
        });
        // Not through one of these states: up to 3.11 that would seem to be attached by the thread that has its number now, and
        // from 3.14 on a state knows where the stack of its thread ends.
        self.through(python, slot, made, |state, before| {
            self.came_in(python, visit);
            for (ident, thread_id) in threads {
                // The number may be another thread's by now.
                python.drop_dummy_thread(ident, |other| other == thread_id);
            }
            python.delete_idle(slot, &states);
            python.delete_attached(slot, state, before);
        });
    }
}
