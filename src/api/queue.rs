use super::{View, deadline};
use crate::error::{Error, Result, Status, fail};
use crate::interpreter::script;
use crate::queue::{self, Host, Job, Runner};
use crate::registry::fork;
use crate::sys::parcel;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// How many jobs a queue has room for where its options do not say.
const USUAL_CAPACITY: usize = 1024;

/// Jobs for one interpreter, from threads that must not wait: an audio callback, a render loop.
///
/// A job is a closure. It is called once: with [`Status::Ok`], attached to the interpreter, on the thread that runs the queue;
/// or with [`Status::Closed`], attached to nothing, where the queue is dropped or its interpreter shuts down first. Those that one
/// thread posts run in its order, and those of one queue never at the same time. A panic ends the job and no more.
///
/// Dropping the queue calls every job that has not run with [`Status::Closed`], and waits for one that is running.
///
/// ```no_run
/// use pyferry::{Queue, Status, View};
///
/// let queue = Queue::options().worker(true).make(&View::main()?)?;
/// queue.post(|status| {
///     if status == Status::Ok {
///         let _ = pyferry::exec("print('from a job')", "job.py");
///     }
/// })?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_queue")]
pub struct Queue {
    queue: Arc<queue::Queue>,
}

type Report = Box<dyn Fn(&str) + Send + Sync>;
type Wake = Box<dyn Fn() + Send + Sync>;

/// How a queue is to be: see [`Queue::options`].
#[derive(Default)]
#[must_use = "nothing is made before `make` is called"]
#[doc(alias = "pyferry_queue_options")]
pub struct QueueOptions {
    capacity: Option<usize>,
    worker: bool,
    wake: Option<Wake>,
    error: Option<Report>,
}

impl QueueOptions {
    /// How many jobs there is room for; 1024 where nothing is said.
    pub fn capacity(mut self, jobs: usize) -> Self {
        self.capacity = Some(jobs);
        self
    }

    /// Whether a thread of pyferry's runs the jobs as soon as it can.
    pub fn worker(mut self, worker: bool) -> Self {
        self.worker = worker;
        self
    }

    /// Called when there is a job and was none before, on the thread that posts: it must not wait.
    pub fn wake(mut self, wake: impl Fn() + Send + Sync + 'static) -> Self {
        self.wake = Some(Box::new(wake));
        self
    }

    /// Hears the exception that a job has left set, on the thread that runs it. Without, it is reported as unraisable.
    pub fn error(mut self, error: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.error = Some(Box::new(error));
        self
    }

    /// Makes the queue.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter is shutting down or has ended. [`Status::InvalidArgument`] (a capacity of 0, or of more
    /// than 16777216), [`Status::NoMemory`] (or no thread for the worker), [`Status::Forked`].
    #[doc(alias = "pyferry_queue_new")]
    pub fn make(self, view: &View) -> Result<Queue> {
        fork::check()?;
        let capacity = self.capacity.unwrap_or(USUAL_CAPACITY);
        if capacity == 0 || capacity > queue::MOST {
            fail!(InvalidArgument, "the capacity is {capacity}: 1 to {} jobs", queue::MOST);
        }
        let (wake, error) = (self.wake, self.error);
        let host = Host {
            call,
            take_exception: script::take_exception,
            wake: wake.map(|wake| Box::new(move || drop(catch_unwind(AssertUnwindSafe(&wake)))) as queue::Wake),
            error: error.map(|error| {
                let hear = move |text: &std::ffi::CStr| {
                    drop(catch_unwind(AssertUnwindSafe(|| error(&text.to_string_lossy()))));
                };
                Box::new(hear) as queue::Report
            }),
        };
        let runner = if self.worker { Runner::Worker } else { Runner::Host };
        Ok(Queue { queue: queue::create(&view.interpreter, capacity, runner, host)? })
    }
}

fn call(job: &Job, status: Status) {
    // The queue calls each job once.
    parcel::unwrap(job.words[0])(status == Status::Ok);
}

fn job_of(closure: impl FnOnce(Status) + Send + 'static) -> Job {
    // A panic must not go through the thread that runs the queue.
    let guarded = move |runs| {
        let status = if runs { Status::Ok } else { Status::Closed };
        drop(catch_unwind(AssertUnwindSafe(|| closure(status))));
    };
    let mut words = [0; queue::WORDS];
    words[0] = parcel::wrap(Box::new(guarded));
    Job { words, mark: false }
}

impl Queue {
    /// Makes a queue that the host runs, with room for 1024 jobs.
    ///
    /// # Errors
    ///
    /// As [`QueueOptions::make`].
    pub fn new(view: &View) -> Result<Queue> {
        Queue::options().make(view)
    }

    /// How to make a queue, where [`new`](Queue::new) will not do.
    pub fn options() -> QueueOptions {
        QueueOptions::default()
    }

    /// Posts a job. Any thread, attached or not. It takes no lock and never waits; the closure is moved to the heap.
    ///
    /// # Errors
    ///
    /// The job is dropped, and not called: [`Status::QueueFull`], [`Status::Closed`], [`Status::Forked`].
    #[doc(alias = "pyferry_queue_post")]
    pub fn post(&self, job: impl FnOnce(Status) + Send + 'static) -> Result<()> {
        let job = job_of(job);
        let status = self.queue.post(&job);
        if status == Status::Ok {
            return Ok(());
        }
        drop(parcel::unwrap(job.words[0]));
        let why = match status {
            Status::QueueFull => "the queue has no free place",
            Status::Forked => "the queue is the parent process's",
            _ => "the interpreter is shutting down or has ended",
        };
        Err(Error::says(status, format_args!("{why}: the job was not posted")))
    }

    /// Posts a job, and waits until it was called; None: for ever. A thread that is attached lets go meanwhile.
    ///
    /// # Errors
    ///
    /// [`Status::Timeout`]: it is still called once. [`Status::PythonError`] (it left an exception set), [`Status::Closed`],
    /// [`Status::QueueFull`], [`Status::WrongOrder`] (in a job of the same queue), [`Status::Forked`].
    #[doc(alias = "pyferry_queue_call")]
    pub fn call(&self, job: impl FnOnce(Status) + Send + 'static, timeout: Option<Duration>) -> Result<()> {
        fork::check()?;
        let waiting = queue::Call::new(&self.queue);
        let runs = Arc::clone(&waiting);
        let job = job_of(move |status| runs.run(status, || drop(catch_unwind(AssertUnwindSafe(|| job(status))))));
        waiting.post(&job).inspect_err(|_| drop(parcel::unwrap(job.words[0])))?;
        waiting.wait(deadline(timeout))
    }

    /// Runs jobs on this thread, attached once for all: at most so many, and for so long. Says how many ran: none, where
    /// another thread is at it.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`] (the queue is, or the interpreter that this thread was attached to was shut down, or gave the thread up in
    /// a job), [`Status::NoMemory`] (the jobs stay), [`Status::Forked`].
    #[doc(alias = "pyferry_queue_run")]
    pub fn run(&self, most: usize, budget: Option<Duration>) -> Result<usize> {
        fork::check()?;
        self.queue.run(most, budget)
    }

    /// How many jobs there are, as it was a moment ago.
    #[doc(alias = "pyferry_queue_length")]
    pub fn len(&self) -> usize {
        self.queue.count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({} jobs)", self.len())
    }
}
