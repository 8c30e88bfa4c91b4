//! Jobs that an asyncio event loop runs, on its own thread.
//!
//! The queue's worker runs none of them: it has the loop call us, once for all jobs that there are. What the loop is given is a
//! ticket. Called, it runs the jobs. Dropped without that, the loop was closed, and each job is told so.
//!
//! The loop is its poster's, who keeps it until the job was called. So it is touched only while there is a job that nobody can
//! have called: in the turn, which takes a reference for what comes next.

use super::{Host, Job, Queue, Runner, SLICE, list, unattached};
use crate::cpython::{Lent, Python, Reference};
use crate::error::{Result, Status, fail};
use crate::registry::Interpreter;
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::cell::Cell;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a worker comes in for that has an event loop call us.
pub const WAKE: Label = Label::new(c"pyferry: waking an event loop");

/// How many jobs there is room for, for one event loop.
const CAPACITY: usize = 1024;

/// The event loop of a queue.
#[derive(Debug)]
pub struct EventLoop {
    pub object: Lent,
    /// It has a ticket that it has not called yet.
    has_ticket: AtomicBool,
}

impl EventLoop {
    pub fn new(object: Lent) -> EventLoop {
        EventLoop { object, has_ticket: AtomicBool::new(false) }
    }

    /// Whether it is going to call us.
    pub fn has_ticket(&self) -> bool {
        self.has_ticket.load(Ordering::Acquire)
    }

    /// Has its exception handler hear what is set on this thread. Called by it, attached.
    pub fn report(&self, python: &Python, message: &CStr) {
        python.report_to_loop(self.object, message);
    }

    /// Has it call us, if there are jobs and it is not going to. On the queue's worker.
    pub fn wake(&self, queue: &Arc<Queue>) -> Result<()> {
        if queue.ring.is_closed() {
            queue.tell_if_free();
            return Err(queue.closed());
        }
        let interpreter = &queue.interpreter;
        let inside = thread::attach(interpreter, Admission::Open, WAKE).inspect_err(|error| {
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

    /// A reference to the loop, if there are jobs that nobody has called.
    fn borrow(&self, python: &Python, queue: &Queue) -> Option<Reference> {
        if !queue.turn.begin() {
            // Whoever has it looks for more jobs at its end, and wakes the worker.
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
            queue.take_exception(python);
        }
    }

    /// Free-threaded, what a loop drops that is closed is destroyed when the thread that made it runs Python code again.
    fn look_after_ticket(&self, python: &Python, queue: &Queue, object: Reference) {
        if python.is_closed_loop(object.lent()) {
            queue.ring.close();
            unattached(|| queue.tell_if_free());
        }
    }
}

/// What a loop has of a queue.
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
            // Before the jobs are looked for: who posts after that has a new one sent.
            event_loop.has_ticket.store(false, Ordering::Release);
            // Closed: the jobs were told. For no longer than others wait, and the loop has other things to do.
            let _ = self.queue.run(usize::MAX, Some(SLICE));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !*self.is_called.get_mut() && self.queue.is_of_this_process() {
            self.queue.ring.close();
            unattached(|| self.queue.tell_if_free());
            self.queue.wake_worker();
        }
    }
}

thread_local! {
    /// Where this thread has posted last: it takes no lock to post there again.
    static LAST: Cell<Option<Arc<Queue>>> = const { Cell::new(None) };
}

/// Posts a job to an event loop, by the queue that all posts to it share, which is made where there is none.
pub fn post(interpreter: &Arc<Interpreter>, object: Lent, job: &Job, host: impl Fn() -> Host) -> Result<()> {
    // (In the destructors of a thread's end it remembers nothing.)
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
                fail!(QueueFull, "{CAPACITY} jobs wait for the event loop already: the job was not posted")
            }
            // It was given up meanwhile.
            _ => {}
        }
    }
}
