//! Orphans: thread states whose threads have ended. The end of a thread must not wait for an interpreter, since the thread that joins
//! it may hold the GIL or hold up a stop-the-world. So a state that the ending thread cannot delete without a wait stays in its
//! participant at the gate. It is deleted, once, by the first of these: the next thread that makes a state for the interpreter (so
//! there are never more states than threads lived at once), the closer, and a helper thread of ours, which runs only while there are
//! orphans. Free-threaded, not every thread may: see `stand_ins`.

use super::local::Local;
use super::{Admission, THREAD, Thread, stand_ins};
use crate::cpython::Python;
use crate::nudge::delete_idle;
use crate::registry::{self, Entry, Interpreter, own};
use crate::sys;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The helper thread runs.
static AT_WORK: AtomicBool = AtomicBool::new(false);
/// A thread has left a state since the helper looked last.
static NEWS: AtomicBool = AtomicBool::new(false);

/// How long the helper leaves orphans to threads that come anyway.
const REST: Duration = Duration::from_millis(10);
/// After so many rests in a row, about ten seconds in all, the helper leaves orphans that it cannot delete to others.
const LONGEST: u32 = 512;

/// Has the helper delete the orphans at open gates. Never waits.
pub(super) fn see_to_them() {
    stand_ins::note_stack_size();
    NEWS.store(true, Ordering::SeqCst);
    if AT_WORK.swap(true, Ordering::SeqCst) {
        return;
    }
    // No thread could be started: the next one that makes a state, or the closer, deletes them.
    if sys::spawn(c"pyferry-orphans", work).is_err() {
        AT_WORK.store(false, Ordering::SeqCst);
    }
}

fn work() {
    let mut rests = 1;
    loop {
        for _ in 0..rests {
            std::thread::sleep(REST);
            if NEWS.swap(false, Ordering::SeqCst) {
                rests = 1;
                break;
            }
        }
        delete_those_left();
        if Python::known().is_some_and(|python| python.free_threaded) {
            sys::let_go_of_clock();
            delete_those_at_no_thread();
            let left = |interpreter: &Arc<Interpreter>| interpreter.gate.count_orphaned(|_| true);
            stand_ins::send(with_orphans(|_| true).iter().map(left).sum(), rests, delete_those_left);
        }
        AT_WORK.store(false, Ordering::SeqCst);
        // A thread that has left a state since then may have seen `AT_WORK` set, and started no helper.
        let nobody_can = rests >= LONGEST && !NEWS.load(Ordering::SeqCst);
        if with_orphans(|_| true).is_empty() || nobody_can || AT_WORK.swap(true, Ordering::SeqCst) {
            return;
        }
        rests *= 2;
    }
}

/// Deletes the orphans that this thread, a helper that is attached to nothing, may delete.
fn delete_those_left() {
    for interpreter in with_orphans(stand_ins::may_delete()) {
        THREAD.with(|me| me.cleanly(|| visit(me, &interpreter, stand_ins::may_delete())));
    }
}

/// Free-threaded: deletes the orphans of threads whose addresses no thread has now.
fn delete_those_at_no_thread() {
    for interpreter in with_orphans(|_| true) {
        let kept = stand_ins::keep_addresses(&interpreter);
        let at_one = |entry: &Entry| kept.iter().any(|(ident, _)| *ident == entry.ident());
        if !kept.is_empty() {
            THREAD.with(|me| me.cleanly(|| visit(me, &interpreter, at_one)));
        }
    }
}

/// The interpreters with open gates that have orphans for which `whose` is true.
fn with_orphans(whose: impl Fn(&Entry) -> bool) -> Vec<Arc<Interpreter>> {
    let mut all = registry::all();
    all.retain(|interpreter| interpreter.gate.is_open() && interpreter.gate.count_orphaned(&whose) > 0);
    all
}

/// The helper does not exist in a forked child.
pub(super) fn forget_after_fork() {
    AT_WORK.store(false, Ordering::SeqCst);
}

fn visit(me: &Thread, target: &Arc<Interpreter>, whose: impl Fn(&Entry) -> bool) {
    let local = me.local(target);
    local.comes_for(own::ORPHANS);
    if local.pin(Admission::Open) {
        delete(me, &local, whose);
        me.unpin(&local);
    }
}

/// Deletes the orphans for which `whose` is true, in an interpreter in which this thread has a pin. Runs destructors.
pub(super) fn delete(me: &Thread, local: &Local, whose: impl Fn(&Entry) -> bool) {
    let Interpreter { python, slot, ref gate, .. } = *local.interpreter;
    if gate.count_orphaned(&whose) == 0 {
        return;
    }
    let Some(made) = local.interpreter.raw().and_then(|raw| python.make_state(slot, raw)) else { return };
    let (mut states, mut threads) = (Vec::new(), Vec::new());
    gate.take_orphaned(whose, |entry| {
        states.extend(entry.state.take());
        threads.push((entry.ident(), entry.thread_id()));
    });
    // Attached through a new state, not an orphan: up to 3.11 an orphan would count as attached by the thread that has its `thread_id`
    // now, and from 3.14 on a state has the stack limits of its thread.
    me.attach_to_delete(local, made, own::ORPHANS, || {
        for (ident, thread_id) in threads {
            // Another thread may have the same `ident` by now.
            python.drop_dummy_thread(ident, |other| other == thread_id);
        }
        delete_idle(python, slot, &states);
    });
}
