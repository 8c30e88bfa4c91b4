//! The thread of ours that runs a queue's jobs. While there are none it is attached to nothing, and holds nothing up.

use super::{Queue, wait_until};
use crate::error::{Error, Result, Status};
use crate::sys;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

/// What is known of a queue's worker.
#[derive(Default)]
pub struct Worker {
    /// To be woken by: from a signal handler too, so there is no lock around it.
    thread: OnceLock<Thread>,
    has_ended: Mutex<bool>,
    ended: Condvar,
}

/// How long it waits where the system has no memory for it to attach.
const REST: Duration = Duration::from_millis(10);

/// Starts the worker, if the queue is to have one.
pub fn start(queue: &Arc<Queue>) -> Result<()> {
    if queue.worker.is_none() {
        return Ok(());
    }
    let (own, mask) = (Arc::clone(queue), sys::SignalMask::of_this_thread());
    sys::spawn(c"pyferry-queue", move || work(&own, &mask))
        .map_err(|error| Error::new(Status::NoMemory, format!("cannot start a thread for the queue: {error}")))
}

/// The mask is the one for threads and processes that jobs start.
fn work(queue: &Arc<Queue>, mask: &sys::SignalMask) {
    let Some(worker) = &queue.worker else { return };
    // Those who post before this wake nobody: there is a look before the first rest.
    let _ = worker.thread.set(thread::current());
    loop {
        if !queue.ring.has_any() && !queue.ring.is_closed() {
            thread::park();
            continue;
        }
        match mask.around(|| queue.run(usize::MAX, None)) {
            Ok(0) => thread::park(), // it is another thread's turn
            Ok(_) => {}
            Err(error) if error.status == Status::NoMemory => thread::sleep(REST),
            Err(error) if error.status == Status::Closed => break,
            Err(error) => {
                // A job has left something open that keeps this thread where it is; the end of the thread sees to that.
                give_up(queue, &error);
                break;
            }
        }
    }
    *worker.lock() = true;
    worker.ended.notify_all();
}

fn give_up(queue: &Arc<Queue>, error: &Error) {
    let text = format!(
        "a job has left an attachment or suspension open, and the queue's worker cannot go on: {}",
        error.message
    );
    queue.report(&std::ffi::CString::new(text).unwrap_or_default());
    queue.ring.close();
    super::unattached(|| queue.tell_if_free());
}

impl Worker {
    /// Has it look for jobs.
    pub fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// The queue is closed: wakes it, and waits until it is through, unless this is the worker.
    pub fn end(&self) {
        self.wake();
        let is_this = self.thread.get().is_some_and(|thread| thread.id() == thread::current().id());
        if is_this {
            return;
        }
        wait_until(self.lock(), &self.ended, None, |has_ended| has_ended.then_some(()));
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.has_ended.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
