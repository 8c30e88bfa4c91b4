//! The queues that there are: for those who shut their interpreters down.

use super::Queue;
use crate::cpython::Lent;
use crate::error::{Result, fail};
use crate::registry::Interpreter;
use crate::sys::Mutex;
use std::sync::{Arc, MutexGuard};
use std::time::Instant;

static QUEUES: Mutex<Vec<Arc<Queue>>> = Mutex::new(Vec::new());

/// What is held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Vec<Arc<Queue>>>;

/// Holds it still.
pub fn hold_still() -> Still {
    QUEUES.lock()
}

/// Puts it in the list; gives the one that is there, where it would be a second one for all who post to its event loop.
pub(super) fn add(queue: &Arc<Queue>) -> Option<Arc<Queue>> {
    let mut queues = hold_still();
    let loops = queue.event_loop.as_ref().filter(|_| queue.is_shared);
    // Nobody else forgets those of a parent.
    queues.retain(|other| !other.is_shared || other.is_of_this_process());
    let known = loops.and_then(|event_loop| shared(&queues, &queue.interpreter, event_loop.object)).map(Arc::clone);
    if known.is_none() {
        queues.push(Arc::clone(queue));
    }
    known
}

/// The queue for all who post to an event loop, while that takes jobs.
fn shared<'a>(queues: &'a [Arc<Queue>], interpreter: &Interpreter, object: Lent) -> Option<&'a Arc<Queue>> {
    queues.iter().find(|queue| queue.serves(interpreter, object))
}

/// The same, for those who post.
pub(super) fn find_shared(interpreter: &Interpreter, object: Lent) -> Option<Arc<Queue>> {
    shared(&hold_still(), interpreter, object).map(Arc::clone)
}

pub(super) fn remove(queue: &Arc<Queue>) {
    let mut queues = hold_still();
    let place = queues.iter().position(|other| Arc::ptr_eq(other, queue));
    let removed = place.map(|place| queues.swap_remove(place));
    drop(queues);
    // With no lock held.
    drop(removed);
}

/// This process's: those of a parent have nothing to do with a child's interpreters.
fn of(interpreter: &Interpreter) -> Vec<Arc<Queue>> {
    let mut queues = hold_still().clone();
    queues.retain(|queue| queue.interpreter.serial == interpreter.serial && queue.is_of_this_process());
    queues
}

/// An interpreter's gate was closed: its queues take no more jobs.
pub fn refuse(interpreter: &Interpreter) {
    of(interpreter).iter().for_each(|queue| queue.ring.close());
}

/// Tells the jobs of an interpreter whose gate was closed that they will not run: on this thread, which is attached to nothing,
/// or on the one that is running jobs, which the shutdown waits for.
pub fn tell(interpreter: &Interpreter) {
    for queue in of(interpreter) {
        queue.ring.close();
        queue.tell_if_free();
        if let Some(worker) = &queue.worker {
            worker.wake();
        }
    }
}

/// Waits until they have all been told. This thread is attached to nothing.
pub fn wait_until_told(interpreter: &Interpreter, deadline: Option<Instant>) -> Result<()> {
    for queue in of(interpreter) {
        if !queue.turn.begin_by(deadline) {
            fail!(Timeout, "the jobs of a queue of {} are being told that they will not run", interpreter.name());
        }
        queue.end_turn();
    }
    Ok(())
}
