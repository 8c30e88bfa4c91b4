//! Thread states whose threads have ended. A thread's end must not wait for an interpreter, since whoever joins it may hold
//! the GIL, or keep from coming about what stops the world: what it cannot delete without a wait it leaves in its participant of
//! the gate. From there the state goes, once, by whoever is first of: the next thread that makes a state for that
//! interpreter (so there are never more than lived at once), the thread that closes it, and one of ours, which is there
//! only while there are such states. Free-threaded, not everybody may: see `stand_ins`.

use super::local::Local;
use super::{Admission, THREAD, Thread, delete_idle, stand_ins, with_temporary_state};
use crate::cpython::Python;
use crate::registry::{self, Entry, Interpreter};
use crate::sys::{self, Label};
use crate::trace::What;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The thread of ours is there.
static AT_WORK: AtomicBool = AtomicBool::new(false);
/// A thread has left a state since it looked last.
static NEWS: AtomicBool = AtomicBool::new(false);

/// How long it leaves the states to threads that come anyway.
const REST: Duration = Duration::from_millis(10);
/// How many rests it has before it leaves to others, too, what nobody could delete: about ten seconds.
const LONGEST: u32 = 512;
/// What it comes for: by this it is known.
const LABEL: Label = Label::new(c"pyferry: the states of ended threads");

/// Has the states deleted that ended threads have left at open gates. Never waits.
pub(super) fn see_to_them() {
    stand_ins::note_stack_size();
    NEWS.store(true, Ordering::SeqCst);
    if AT_WORK.swap(true, Ordering::SeqCst) {
        return;
    }
    // No thread to be had: the next one that comes in, or the closer, does it.
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
        // Whoever has left one since then may have found this thread still there.
        let nobody_can = rests >= LONGEST && !NEWS.load(Ordering::SeqCst);
        if with_orphans(|_| true).is_empty() || nobody_can || AT_WORK.swap(true, Ordering::SeqCst) {
            return;
        }
        rests *= 2;
    }
}

/// Deletes what this thread, which is ours and attached to nothing, may delete.
fn delete_those_left() {
    for interpreter in with_orphans(stand_ins::may_delete()) {
        THREAD.with(|me| me.cleanly(|| visit(me, &interpreter, stand_ins::may_delete())));
    }
}

/// Free-threaded: deletes the states of threads whose addresses nobody has.
fn delete_those_at_no_thread() {
    for interpreter in with_orphans(|_| true) {
        let kept = stand_ins::keep_addresses(&interpreter);
        let at_one = |entry: &Entry| kept.iter().any(|(ident, _)| *ident == entry.ident());
        if !kept.is_empty() {
            THREAD.with(|me| me.cleanly(|| visit(me, &interpreter, at_one)));
        }
    }
}

/// The interpreters whose gates are open, and where states of such threads were left.
fn with_orphans(whose: impl Fn(&Entry) -> bool) -> Vec<Arc<Interpreter>> {
    let mut all = registry::all();
    all.retain(|interpreter| interpreter.gate.is_open() && interpreter.gate.count_orphaned(&whose) > 0);
    all
}

/// Whether a participant is a thread of ours that deletes states, and leaves by itself.
pub fn is_for_orphans(entry: &Entry) -> bool {
    entry.label() == LABEL
}

/// In a forked child it is not there.
pub(super) fn forget_after_fork() {
    AT_WORK.store(false, Ordering::SeqCst);
}

fn visit(me: &Thread, target: &Arc<Interpreter>, whose: impl Fn(&Entry) -> bool) {
    let local = me.local(target);
    local.comes_for(LABEL);
    if local.pin(Admission::Open) {
        delete(me, &local, whose);
        me.unpin(&local);
    }
}

/// Deletes the states that such threads have left in an interpreter, in which this thread has a pin. Runs destructors.
pub(super) fn delete(me: &Thread, local: &Local, whose: impl Fn(&Entry) -> bool) {
    let Interpreter { python, slot, id, ref gate, .. } = *local.interpreter;
    if gate.count_orphaned(&whose) == 0 {
        return;
    }
    let Some(made) = local.interpreter.raw().and_then(|raw| python.make_state(slot, raw)) else { return };
    let (mut states, mut threads) = (Vec::new(), Vec::new());
    gate.take_orphaned(whose, |entry| {
        states.extend(entry.state.take());
        threads.push((entry.ident(), entry.thread_id()));
    });
    // Not through one of these states: up to 3.11 that would seem to be attached by the thread that has its number now, and
    // from 3.14 on a state knows where the stack of its thread ends.
    me.note_of(What::Waits, id, LABEL);
    with_temporary_state(python, slot, made, |state, before| {
        me.note_of(What::ComesIn, id, LABEL);
        me.came_in(local);
        sys::SignalMask::as_given(|| {
            for (ident, thread_id) in threads {
                // The number may be another thread's by now.
                python.drop_dummy_thread(ident, |other| other == thread_id);
            }
            delete_idle(python, slot, &states);
            me.note_of(What::GoesOut, id, LABEL);
            python.delete_attached(slot, state, before);
        });
    });
}
