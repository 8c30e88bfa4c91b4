//! The list of all queues, for the threads that shut interpreters down.

use super::Queue;
use crate::cpython::Lent;
use crate::error::{Result, fail};
use crate::registry::Interpreter;
use crate::sys::Mutex;
use std::sync::{Arc, MutexGuard};
use std::time::Instant;

static QUEUES: Mutex<Vec<Arc<Queue>>> = Mutex::new(Vec::new());

/// Held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Vec<Arc<Queue>>>;

pub fn hold_still() -> Still {
    QUEUES.lock()
}

/// Adds a queue to the list; if the list has a shared queue of the same event loop already, returns that one instead.
pub(super) fn add(queue: &Arc<Queue>) -> Option<Arc<Queue>> {
    let mut queues = hold_still();
    // Nobody else removes the shared queues of a parent process.
    queues.retain(|other| other.event_loop.is_none() || other.is_of_this_process());
    let event_loop = queue.event_loop.as_ref();
    let known = event_loop.and_then(|event_loop| shared(&queues, &queue.interpreter, event_loop.object)).cloned();
    if known.is_none() {
        queues.push(Arc::clone(queue));
    }
    known
}

/// The shared queue of an event loop, while it takes jobs.
fn shared<'a>(queues: &'a [Arc<Queue>], interpreter: &Interpreter, object: Lent) -> Option<&'a Arc<Queue>> {
    queues.iter().find(|queue| queue.serves(interpreter, object))
}

/// The same, for a thread that posts.
pub(super) fn find_shared(interpreter: &Interpreter, object: Lent) -> Option<Arc<Queue>> {
    shared(&hold_still(), interpreter, object).cloned()
}

pub(super) fn remove(queue: &Arc<Queue>) {
    let mut queues = hold_still();
    let place = queues.iter().position(|other| Arc::ptr_eq(other, queue));
    let removed = place.map(|place| queues.swap_remove(place));
    drop(queues);
    // Dropped with no lock held.
    drop(removed);
}

/// The queues of an interpreter, without those that were made before a fork.
fn of(interpreter: &Interpreter) -> Vec<Arc<Queue>> {
    let mut queues = hold_still().clone();
    queues.retain(|queue| queue.interpreter.serial == interpreter.serial && queue.is_of_this_process());
    queues
}

/// An interpreter's gate was closed: its queues take no more jobs.
pub fn refuse(interpreter: &Interpreter) {
    of(interpreter).iter().for_each(|queue| queue.ring.close());
}

/// Calls the jobs of an interpreter whose gate was closed with CLOSED: on this thread, which is detached, or on the one that is
/// running jobs, which the shutdown waits for.
pub fn tell(interpreter: &Interpreter) {
    for queue in of(interpreter) {
        queue.ring.close();
        queue.tell_if_free();
        queue.wake_worker();
    }
}

/// Waits until all those jobs were called. The caller is detached.
pub fn wait_until_told(interpreter: &Interpreter, deadline: Option<Instant>) -> Result<()> {
    for queue in of(interpreter) {
        if !queue.turn.begin_by(deadline) {
            fail!(
                Timeout,
                "a job of a queue of {} is running, or is being told that it will not run; or it has ended its thread",
                interpreter.name()
            );
        }
        queue.end_turn();
    }
    Ok(())
}
