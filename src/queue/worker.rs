//! The worker: pyferry's own thread that runs a queue's jobs. While there are none it is detached, and holds no shutdown up.

use super::event_loop::EventLoop;
use super::{Queue, list};
use crate::error::{Error, Result, Status};
use crate::sys::{self, Condvar, Mutex};
use crate::thread::serial;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// What is known of a queue's worker.
#[derive(Default)]
pub struct Worker {
    /// For waking the worker: from a signal handler too, so there is no lock around this.
    thread: OnceLock<Thread>,
    /// The serial of the worker's thread, to compare this thread's with: std::thread::current must not be asked in the last
    /// destructors of a thread. 0: not there yet.
    serial: AtomicU64,
    has_ended: Mutex<bool>,
    ended: Condvar,
}

/// How long the worker waits if there is no memory for it to attach.
const REST: Duration = Duration::from_millis(10);

/// How long the worker of an event loop's queue waits for another post.
const LINGER: Duration = Duration::from_secs(1);

/// Starts the worker, if the queue is to have one.
pub fn start(queue: &Arc<Queue>) -> Result<()> {
    if queue.worker.is_none() {
        return Ok(());
    }
    let own = Arc::clone(queue);
    sys::spawn(c"pyferry-queue", move || work(&own))
        .map_err(|error| Error::no_thread("for a queue of ", &queue.interpreter.name(), &error))
}

fn work(queue: &Arc<Queue>) {
    let Some(worker) = &queue.worker else { return };
    // A post before this wakes nobody, but the loop looks for jobs before its first rest.
    let _ = worker.thread.set(thread::current());
    worker.serial.store(serial(), Ordering::Relaxed);
    let mut may_rest = false;
    loop {
        let is_idle = (may_rest || !has_work(queue)) && rest(queue);
        may_rest = false;
        if is_idle && queue.ring.close_if_unused() {
            break;
        }
        // Jobs that have waited for a `LINGER` may wait for ever: then ask whether the event loop was closed.
        if !is_idle && !has_work(queue) {
            continue;
        }
        let result = sys::SignalMask::as_given(|| match &queue.event_loop {
            Some(event_loop) => event_loop.wake(queue).map(|()| 0),
            None => queue.run(usize::MAX, None),
        });
        if !queue.is_of_this_process() {
            // A job has forked: this is the child's only thread, which has nothing left to do, and its parent has the worker.
            return;
        }
        match result {
            Ok(0) => may_rest = true, // the event loop runs the jobs, or another thread has the turn
            Ok(_) => {}
            Err(error) if error.status == Status::NoMemory => thread::sleep(REST),
            Err(_) => break, // closed: the jobs that were left have been told
        }
    }
    if queue.event_loop.is_some() {
        list::remove(queue);
    }
    *worker.has_ended.lock() = true;
    worker.ended.notify_all();
}

fn has_work(queue: &Queue) -> bool {
    let is_on_its_way = queue.event_loop.as_ref().is_some_and(EventLoop::has_ticket);
    queue.ring.is_closed() || (queue.ring.has_any() && !is_on_its_way)
}

/// Waits to be woken. True: nobody frees this queue, and nobody has posted for a `LINGER`.
fn rest(queue: &Queue) -> bool {
    if queue.event_loop.is_none() {
        thread::park();
        return false;
    }
    let since = Instant::now();
    thread::park_timeout(LINGER);
    since.elapsed() >= LINGER
}

impl Worker {
    /// Makes the worker look for jobs.
    pub fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// The queue is closed: wakes the worker, and waits for its end, unless this thread is the worker.
    pub fn end(&self) {
        self.wake();
        if self.serial.load(Ordering::Relaxed) == serial() {
            return;
        }
        self.ended.wait_for(self.has_ended.lock(), None, |has_ended| has_ended.then_some(()));
    }
}
