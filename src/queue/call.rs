//! pyferry_queue_call: a job whose poster waits for it.

use super::{Job, Queue};
use crate::error::{Error, Result, Status};
use crate::sys::{Condvar, Mutex};
use crate::thread;
use std::ffi::CString;
use std::sync::Arc;
use std::time::Instant;

/// Shared by the poster and the thread that runs the job. It outlives a poster that times out.
pub struct Call {
    queue: Arc<Queue>,
    result: Mutex<Option<Result<()>>>,
    done: Condvar,
}

impl Call {
    pub fn new(queue: &Arc<Queue>) -> Arc<Call> {
        Arc::new(Call { queue: Arc::clone(queue), result: Mutex::new(None), done: Condvar::new() })
    }

    /// Posts `job`, which must call `run`.
    pub fn post(&self, job: &Job) -> Result<()> {
        self.queue.check_fork()?;
        if self.queue.turn.is_mine() {
            return Err(self.failed(
                Status::WrongOrder,
                "it is in a job of that queue, and would wait for itself: do it here, or post it (pyferry_queue_post)",
            ));
        }
        match self.queue.post(job) {
            Status::Ok => Ok(()),
            Status::QueueFull => Err(self.failed(
                Status::QueueFull,
                "there is no free place: the job was not posted, call again when some have run (pyferry_queue_run)",
            )),
            _ => Err(self.queue.closed()),
        }
    }

    /// Waits for the job, detached.
    pub fn wait(&self, deadline: Option<Instant>) -> Result<()> {
        let mut result = Ok(());
        let back = thread::unattached(|| result = self.wait_outside(deadline));
        thread::check_back_with(back, result, "the job was run")
    }

    fn wait_outside(&self, deadline: Option<Instant>) -> Result<()> {
        match self.done.wait_for(self.result.lock(), deadline, Option::take) {
            Some(result) => result,
            None => Err(self.failed(
                Status::Timeout,
                "the job has not been run to its end yet: it stays in the queue, and is called once, so its data has to last",
            )),
        }
    }

    /// Calls the job, and hands its result to the waiting thread.
    pub fn run(&self, status: Status, job: impl FnOnce()) {
        job();
        let result = if status == Status::Ok { self.take_exception() } else { Err(self.queue.closed()) };
        *self.result.lock() = Some(result);
        self.done.notify_all();
    }

    fn failed(&self, status: Status, why: &str) -> Error {
        thread::failed(status, "called a job through a queue of", &self.queue.interpreter, why)
    }

    fn take_exception(&self) -> Result<()> {
        // If the job left this thread detached, `run_attached` deals with that.
        match (self.queue.host.take_exception)() {
            Err(error) if error.status == Status::PythonError => {
                self.queue.report(&CString::new(error.message.as_str()).unwrap_or_default());
                Err(error)
            }
            _ => Ok(()),
        }
    }
}
