//! Posting: work for an interpreter from threads that must never wait.
//!
//! A job goes into the queue's ring. The thread that has the turn takes the jobs out and runs them one after the other, attached: a
//! thread of the host's, or the queue's worker. When the queue closes, because it is freed or its interpreter shuts down, the
//! thread that has the turn calls each job that is left with CLOSED, detached. So every job is called once.

mod call;
mod event_loop;
mod list;
pub mod release;
mod ring;
mod turn;
mod worker;

pub use call::Call;
pub use event_loop::post as post_to_loop;
pub use list::{Still, hold_still, refuse, tell, wait_until_told};
pub use ring::Job;
pub(crate) use ring::WORDS;

use crate::cpython::{Lent, Python};
use crate::error::{Error, Result, Status, fail};
use crate::registry::{self, Interpreter};
use crate::sys::{self, Label};
use crate::thread;
use crate::trace::{self, What};
use event_loop::EventLoop;
use ring::{Posted, Ring};
use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use turn::Turn;
use worker::Worker;

/// The largest capacity of a queue.
pub(crate) const MOST: usize = 1 << 24;

const RUN: Label = Label::new(c"jobs of a queue");

/// How long jobs run before the thread lets others in for a moment: CPython's switch interval.
const SLICE: Duration = Duration::from_millis(5);

const LEFT_AWAY: &CStr = c"a job returned detached from the interpreter (PyEval_SaveThread), or attached through another thread state (PyThreadState_Swap): it must leave the thread as it finds it";
const LEFT_OPEN: &CStr = c"a job left an attachment or suspension open (pyferry_attach without pyferry_detach, pyferry_suspend without pyferry_resume): it has been ended, and its token is stale";

/// Is called when a queue is no longer empty.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// Is told what went wrong in a job.
pub type Report = Box<dyn Fn(&CStr) + Send + Sync>;

/// The host's callbacks of a queue. None may panic.
pub struct Host {
    /// Calls a job: with OK, attached, or with CLOSED, detached.
    pub call: fn(&Job, Status),
    /// Turns the exception that is set on this thread into an error.
    pub take_exception: fn() -> Result<()>,
    /// Called when the queue was empty and is not any more, on the thread that posts.
    pub wake: Option<Wake>,
    /// Gets the traceback if a job raised. Called attached, with no exception set.
    pub error: Option<Report>,
}

pub struct Queue {
    ring: Ring,
    /// What `registry::forks` said when the queue was made.
    forks: u32,
    host: Host,
    worker: Option<Worker>,
    /// Set in a queue that all threads share that post to this event loop, and that no host frees.
    event_loop: Option<EventLoop>,
    interpreter: Arc<Interpreter>,
    turn: Turn,
    /// The host has freed the queue, perhaps in a job that is still running: its callbacks are not called again.
    is_freed: AtomicBool,
}

/// Who runs the jobs of a queue.
#[derive(Clone, Copy)]
pub enum Runner {
    /// The host.
    Host,
    /// A thread of pyferry's own, or the host.
    Worker,
    /// An event loop, for all threads that post to it.
    SharedLoop(Lent),
}

/// Makes a queue. Returns the existing one if it is to be shared and another thread was first.
pub fn create(interpreter: &Arc<Interpreter>, capacity: usize, runner: Runner, host: Host) -> Result<Arc<Queue>> {
    let Some(ring) = Ring::new(capacity) else { fail!(NoMemory, "no memory for a queue of {capacity} jobs") };
    let queue = Arc::new(Queue {
        ring,
        forks: registry::forks(),
        host,
        worker: (!matches!(runner, Runner::Host)).then(Worker::default),
        event_loop: if let Runner::SharedLoop(object) = runner { Some(EventLoop::new(object)) } else { None },
        interpreter: Arc::clone(interpreter),
        turn: Turn::default(),
        is_freed: AtomicBool::new(false),
    });
    if let Some(known) = list::add(&queue) {
        return Ok(known);
    }
    // Asked after `add`: a shutdown closes the gate first, and walks the list afterwards.
    let result = if interpreter.gate.is_open() {
        worker::start(&queue)
    } else {
        let why = "it is shutting down or has ended";
        Err(thread::failed(Status::Closed, "can have no job called in", interpreter, why))
    };
    if result.is_err() {
        list::remove(&queue);
        // Other threads may have posted to a shared queue by now.
        queue.ring.close();
        thread::unattached(|| queue.tell_if_free());
    }
    result.map(|()| queue)
}

impl Queue {
    /// Posts a job. Any thread, at any time, also in a signal handler: it takes no lock, allocates nothing and touches no
    /// thread-local.
    #[inline]
    pub fn post(&self, job: &Job) -> Status {
        if trace::is_on() { self.post_noted(job) } else { self.post_job(job) }
    }

    #[cold]
    fn post_noted(&self, job: &Job) -> Status {
        let when = sys::moment();
        let status = self.post_job(job);
        if status == Status::Ok {
            trace::note_post(when, self.interpreter.id);
        }
        status
    }

    #[inline(always)]
    fn post_job(&self, job: &Job) -> Status {
        if !self.is_of_this_process() {
            return Status::Forked;
        }
        match self.ring.post(job) {
            Posted::Behind => Status::Ok,
            Posted::First => self.wake(),
            Posted::Full => Status::QueueFull,
            Posted::Closed => Status::Closed,
        }
    }

    #[inline(never)]
    fn wake(&self) -> Status {
        self.wake_worker();
        if let Some(wake) = &self.host.wake {
            wake();
        }
        Status::Ok
    }

    fn wake_worker(&self) {
        if let Some(worker) = &self.worker {
            worker.wake();
        }
    }

    /// How many jobs there were a moment ago.
    pub fn count(&self) -> usize {
        if self.is_of_this_process() { self.ring.count() } else { 0 }
    }

    /// Runs jobs, in one attachment, until there are none or the limits are reached. Returns how many ran: 0 while another thread
    /// has the turn.
    pub fn run(self: &Arc<Self>, most: usize, budget: Option<Duration>) -> Result<usize> {
        self.check_fork()?;
        if !self.turn.begin() {
            return if self.ring.is_closed() { Err(self.closed()) } else { Ok(0) };
        }
        let result = self.run_in_turn(most, budget);
        self.end_turn();
        result
    }

    fn run_in_turn(&self, most: usize, budget: Option<Duration>) -> Result<usize> {
        if !self.interpreter.gate.is_open() {
            self.ring.close();
        }
        if self.ring.is_closed() {
            thread::unattached(|| self.tell_rest());
            return Err(self.closed());
        }
        if most == 0 || !self.ring.has_any() {
            return Ok(0);
        }
        let python = self.interpreter.python;
        let ticket = thread::attach(&self.interpreter, thread::Admission::Open, RUN).inspect_err(|error| {
            if error.status == Status::Closed {
                self.ring.close();
                thread::unattached(|| self.tell_rest());
            }
        })?;
        // The caller's exception, if this attach nests.
        let pending = python.set_exception_aside();
        let ran = thread::with_frozen_attachments(python, || self.run_attached(python, most, budget));
        if self.ring.is_closed() {
            // Before the detach: this thread's pin makes the shutdown wait until all are told.
            thread::released(python, None, || self.tell_rest());
        }
        if self.interpreter.is(thread::current(python)) {
            python.put_exception_back(pending);
        }
        thread::detach(ticket)?;
        Ok(ran)
    }

    fn run_attached(&self, python: &'static Python, most: usize, budget: Option<Duration>) -> usize {
        let until = budget.and_then(|budget| Instant::now().checked_add(budget));
        let slice = SLICE.as_nanos() as u64;
        let mut slice_ends = sys::ticks() + slice;
        let mut ran = 0;
        while ran < most && !self.ring.is_closed() && self.is_of_this_process() {
            let Some(job) = self.ring.take() else { break };
            thread::note_job(What::Runs, self.interpreter.id);
            let left = thread::call_host_attached(&self.interpreter, || (self.host.call)(&job, Status::Ok));
            thread::note_job(What::HasRun, self.interpreter.id);
            ran += 1;
            // The exception first: the error callback is called with none set.
            let is_back = left.is_back
                && (!python.has_exception() || self.take_exception(python))
                && (!left.away || self.report(LEFT_AWAY))
                && (!left.open || self.report(LEFT_OPEN));
            if !is_back {
                break;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
            if sys::ticks() > slice_ends {
                if !thread::released(python, None, || ()) {
                    break;
                }
                slice_ends = sys::ticks() + slice;
            }
        }
        ran
    }

    /// Takes the exception that a job has left set, and reports it. False: as `report`.
    #[cold]
    fn take_exception(&self, python: &Python) -> bool {
        match (self.error_callback(), &self.event_loop) {
            (Some(_), _) => {
                if let Err(error) = (self.host.take_exception)() {
                    return self.report(&CString::new(error.message).unwrap_or_default());
                }
            }
            (None, Some(event_loop)) => event_loop.report(python, c"Exception in a job of pyferry_asyncio_post"),
            (None, None) => python.report_unraisable("a job of a pyferry queue"),
        }
        true
    }

    /// Tells the host what went wrong in a job, if it has an error callback and has not freed the queue, in that job. The caller is
    /// attached. False: the callback has ended the interpreter, or left this thread attached elsewhere.
    pub fn report(&self, text: &CStr) -> bool {
        let Some(error) = self.error_callback() else { return true };
        let python = self.interpreter.python;
        let left = thread::call_host_attached(&self.interpreter, || error(text));
        if left.is_back && python.has_exception() {
            python.report_unraisable("the error callback of a pyferry queue");
        }
        left.is_back
    }

    fn error_callback(&self) -> Option<&Report> {
        self.host.error.as_ref().filter(|_| !self.is_freed.load(Ordering::Relaxed))
    }

    /// Calls each job that is left with CLOSED. The caller has the turn and is detached.
    fn tell_rest(&self) {
        while self.is_of_this_process()
            && let Some(job) = self.ring.take()
        {
            thread::call_host(|| (self.host.call)(&job, Status::Closed));
        }
    }

    /// The same, unless another thread has the turn: that one does so before it gives the turn back.
    fn tell_if_free(&self) {
        if self.turn.begin() {
            self.tell_rest();
            self.end_turn();
        }
    }

    fn end_turn(&self) {
        if !self.is_of_this_process() {
            // A job has forked: the turn's lock may be held by a thread that does not exist in the child.
            return;
        }
        // A thread that came meanwhile, and found the turn taken, relies on this look.
        while self.turn.end() && self.ring.has_any() {
            if !self.ring.is_closed() {
                self.wake_worker();
                return;
            }
            if !self.turn.begin() {
                return;
            }
            thread::unattached(|| self.tell_rest());
        }
    }

    /// Closes the queue: each job that is left is called with CLOSED. On return no call is running, except one that this thread is
    /// in.
    pub fn close(self: &Arc<Self>) {
        if self.check_fork().is_err() {
            // The jobs are the parent's, and so is the worker.
            return;
        }
        self.ring.close();
        list::remove(self);
        thread::unattached(|| {
            self.turn.begin_by(None);
            self.tell_rest();
            self.end_turn();
            if let Some(worker) = &self.worker {
                worker.end();
            }
        });
        self.is_freed.store(true, Ordering::Relaxed);
    }

    /// Whether this is the shared queue of that event loop, and takes jobs.
    fn serves(&self, interpreter: &Interpreter, object: Lent) -> bool {
        self.event_loop.as_ref().is_some_and(|event_loop| event_loop.object == object)
            && self.interpreter.serial == interpreter.serial
            && self.is_of_this_process()
            && !self.ring.is_closed()
    }

    /// Whether the queue was made in this process, and not in one that this process was forked from.
    #[inline]
    fn is_of_this_process(&self) -> bool {
        self.forks == registry::forks()
    }

    fn check_fork(&self) -> Result<()> {
        if self.is_of_this_process() {
            return Ok(());
        }
        fail!(
            Forked,
            "the queue was made before process {} was forked, and belongs to the parent: make a new one in the child",
            std::process::id()
        )
    }

    fn closed(&self) -> Error {
        let name = self.interpreter.name();
        Error::says(
            Status::Closed,
            format_args!("{name} is shutting down or has ended: its queue takes no jobs, and runs none; free it"),
        )
    }
}
