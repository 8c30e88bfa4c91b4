//! pyferry_asyncio_post: jobs that an asyncio event loop runs, on its own thread.
//!
//! The queue's worker runs none of them: it gives the loop a ticket (`call_soon_threadsafe`), one for all jobs that there are. If
//! the loop calls the ticket, the jobs run. If it drops the ticket uncalled, the loop was closed, and each job is called with
//! CLOSED.
//!
//! The loop object is its poster's, which keeps it until the job was called. So the worker touches the object only while some job
//! cannot have been called: in the turn, where it takes a reference of its own.

use super::{Host, Job, Queue, Runner, SLICE, list};
use crate::cpython::{Lent, Python, Reference};
use crate::error::{Result, Status};
use crate::registry::{Interpreter, own};
use crate::thread::{self, Admission};
use std::cell::Cell;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Capacity of the queue of one event loop.
const CAPACITY: usize = 1024;

/// The event loop of a queue.
#[derive(Debug)]
pub struct EventLoop {
    pub object: Lent,
    /// The loop has a ticket that it has not called yet.
    has_ticket: AtomicBool,
}

impl EventLoop {
    pub fn new(object: Lent) -> EventLoop {
        EventLoop { object, has_ticket: AtomicBool::new(false) }
    }

    /// Whether the loop is going to call a ticket.
    pub fn has_ticket(&self) -> bool {
        self.has_ticket.load(Ordering::Acquire)
    }

    /// Passes the exception that is set on this thread to the loop's exception handler. Attached, with the loop alive.
    pub fn report(&self, python: &Python, message: &CStr) {
        python.report_to_loop(self.object, message);
    }

    /// Gives the loop a ticket, if there are jobs and it has none. On the queue's worker.
    pub fn wake(&self, queue: &Arc<Queue>) -> Result<()> {
        if queue.ring.is_closed() {
            queue.tell_if_free();
            return Err(queue.closed());
        }
        let interpreter = &queue.interpreter;
        let inside = thread::attach(interpreter, Admission::Open, own::WAKE).inspect_err(|error| {
            if error.status == Status::Closed {
                queue.ring.close();
                queue.tell_if_free();
            }
        })?;
        let python = interpreter.python;
        thread::with_frozen_attachments(python, || {
            if let Some(object) = self.borrow(python, queue) {
                if self.has_ticket() {
                    self.look_after_ticket(python, queue, object)
                } else {
                    self.send_ticket(python, queue, object)
                }
                python.release(object);
            }
        });
        thread::detach(inside)
    }

    /// A reference to the loop, if there are jobs that were not called.
    fn borrow(&self, python: &Python, queue: &Queue) -> Option<Reference> {
        if !queue.turn.begin() {
            // The thread that has the turn looks for more jobs at its end, and wakes the worker.
            return None;
        }
        let has_jobs = !queue.ring.is_closed() && queue.ring.has_any();
        let object = if has_jobs { python.refer_to(self.object) } else { None };
        queue.end_turn();
        object
    }

    fn send_ticket(&self, python: &'static Python, queue: &Arc<Queue>, object: Reference) {
        self.has_ticket.store(true, Ordering::Release);
        let ticket = Ticket { queue: Arc::clone(queue), is_called: AtomicBool::new(false) };
        if !python.call_soon(object, Box::new(move || ticket.call())) && python.has_exception() {
            self.report(python, c"Exception in call_soon_threadsafe, for pyferry_asyncio_post");
        }
    }

    /// Free-threaded, a ticket that a closed loop drops is destroyed only when the thread that made it runs Python code again.
    fn look_after_ticket(&self, python: &Python, queue: &Queue, object: Reference) {
        if python.is_closed_loop(object.lent()) {
            queue.ring.close();
            thread::unattached(|| queue.tell_if_free());
        }
    }
}

/// What the callback owns that the loop is given.
struct Ticket {
    queue: Arc<Queue>,
    is_called: AtomicBool,
}

impl Ticket {
    /// On the loop's thread.
    fn call(&self) {
        if let Some(event_loop) = &self.queue.event_loop
            && !self.is_called.swap(true, Ordering::AcqRel)
        {
            // Before the jobs are looked for: a post after that has a new ticket sent.
            event_loop.has_ticket.store(false, Ordering::Release);
            // A closed queue has told its jobs. For a `SLICE` at most, since the loop has other things to do.
            let _ = self.queue.run(usize::MAX, Some(SLICE));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !*self.is_called.get_mut() && self.queue.is_of_this_process() {
            self.queue.ring.close();
            thread::unattached(|| self.queue.tell_if_free());
            self.queue.wake_worker();
        }
    }
}

thread_local! {
    /// The queue that this thread posted to last: to post there again takes no lock.
    static LAST: Cell<Option<Arc<Queue>>> = const { Cell::new(None) };
}

/// Posts a job to an event loop, through the queue that all its posters share. Makes the queue if there is none.
pub fn post(interpreter: &Arc<Interpreter>, object: Lent, job: &Job, host: impl Fn() -> Host) -> Result<()> {
    // (Destructors at the thread's end may find `LAST` gone.)
    let mut last = LAST.try_with(Cell::take).ok().flatten().filter(|queue| queue.serves(interpreter, object));
    loop {
        let queue = match last.take().or_else(|| list::find_shared(interpreter, object)) {
            Some(queue) => queue,
            None => super::create(interpreter, CAPACITY, Runner::SharedLoop(object), host())?,
        };
        match queue.post(job) {
            Status::Ok => {
                let _ = LAST.try_with(|last| last.set(Some(queue)));
                return Ok(());
            }
            Status::QueueFull => {
                let why = "as many jobs wait for it as there is room for: this one was not posted, post it when the loop has run some";
                return Err(thread::failed(Status::QueueFull, "posted to an event loop of", interpreter, why));
            }
            // Closed: its worker has ended meanwhile. The next turn of this loop makes a new queue.
            _ => {}
        }
    }
}
