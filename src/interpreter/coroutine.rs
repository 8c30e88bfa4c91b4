//! pyferry_asyncio_await: waits for a coroutine on an event loop that another thread runs.

use super::script;
use crate::cpython::{Begun, Lent, Python, Reference};
use crate::error::{Error, Result, Status};
use crate::queue::release;
use crate::registry::Interpreter;
use crate::sys::{Condvar, Label, Mutex};
use crate::thread::{self, Admission};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

const AWAIT: Label = Label::new(c"pyferry_asyncio_await");

/// How often a waiting thread asks whether the loop was closed: a task that is pending then is never done, and nobody is told.
const LOOK: Duration = Duration::from_secs(1);

/// Why a wait ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The future is done.
    Done,
    /// The interpreter shuts down.
    Closing,
}

/// Shared by the thread that waits for a coroutine, the loop that runs it, and a thread that shuts the interpreter down.
#[derive(Default)]
pub struct Wait {
    end: Mutex<Option<End>>,
    ended: Condvar,
}

impl Wait {
    /// The first reason given counts.
    fn end(&self, how: End) {
        self.end.lock().get_or_insert(how);
        self.ended.notify_all();
    }

    /// None: timed out. The caller is detached.
    fn wait(&self, until: Instant) -> Option<End> {
        let left = until.saturating_duration_since(Instant::now());
        *self.ended.wait_while_within(self.end.lock(), Some(left), |end| end.is_none())
    }
}

/// The waits under way, with the serials of their interpreters.
static WAITS: Mutex<Vec<(u64, Arc<Wait>)>> = Mutex::new(Vec::new());

/// Held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Vec<(u64, Arc<Wait>)>>;

pub fn hold_still() -> Still {
    WAITS.lock()
}

/// Ends the waits for coroutines of an interpreter whose gate was closed: the waiting threads hold pins.
pub fn tell(interpreter: &Interpreter) {
    hold_still()
        .iter()
        .filter(|(serial, _)| *serial == interpreter.serial)
        .for_each(|(_, wait)| wait.end(End::Closing));
}

/// Gives a coroutine to an event loop that another thread runs, and waits for its result.
pub fn run(
    interpreter: &Arc<Interpreter>,
    event_loop: Lent,
    coroutine: Lent,
    deadline: Option<Instant>,
) -> Result<Reference> {
    let inside = thread::attach(interpreter, Admission::Open, AWAIT)?;
    let python = interpreter.python;
    let wait = Arc::new(Wait::default());
    hold_still().push((interpreter.serial, Arc::clone(&wait)));
    // Asked after the push: a shutdown closes the gate first, and walks the list afterwards.
    let result = if interpreter.gate.is_open() {
        // The caller's exception, if this attach nests.
        let pending = python.set_exception_aside();
        let result = thread::with_frozen_attachments(python, || {
            begin_and_wait(interpreter, &wait, event_loop, coroutine, deadline)
        });
        if interpreter.is(thread::current(python)) {
            python.put_exception_back(pending);
        }
        result
    } else {
        Err(closing(interpreter))
    };
    hold_still().retain(|(_, other)| !Arc::ptr_eq(other, &wait));
    let back = thread::detach(inside);
    if let (Err(_), Ok(value)) = (&back, result.as_ref()) {
        // The caller does not get the value.
        let _ = release::later(interpreter, *value);
    }
    back.and(result)
}

fn begin_and_wait(
    interpreter: &Interpreter,
    wait: &Arc<Wait>,
    event_loop: Lent,
    coroutine: Lent,
    deadline: Option<Instant>,
) -> Result<Reference> {
    let python = interpreter.python;
    let ends = Arc::clone(wait);
    let future = match python.begin_coroutine(event_loop, coroutine, Box::new(move || ends.end(End::Done)))? {
        Begun::Future(future) => future,
        Begun::Closed => {
            return Err(failed(Status::Closed, interpreter, "the event loop is closed, and it was not begun"));
        }
        Begun::Here => {
            let why = "this very thread runs the event loop: await it there, or wait on another thread";
            return Err(failed(Status::WrongThread, interpreter, why));
        }
    };
    let result = loop {
        let look = Instant::now() + LOOK;
        let until = deadline.map_or(look, |deadline| deadline.min(look));
        let mut end = None;
        if !thread::released(python, None, || end = wait.wait(until)) {
            // The interpreter has ended, or gave this thread up: `future` must not be touched.
            return Err(closing(interpreter));
        }
        let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
        match end {
            Some(End::Done) => break result_of(python, future),
            // At a shutdown, too: if its loop is closed, concurrent.futures cannot cancel it, and says so on stderr.
            _ if python.is_closed_loop(event_loop) => {
                break Err(failed(Status::Closed, interpreter, "the event loop was closed before that"));
            }
            None if !is_over => {}
            // A future that is done cannot be cancelled: its result counts.
            _ if !python.cancel_future(future) => break result_of(python, future),
            Some(End::Closing) => break Err(closing(interpreter)),
            None => {
                let why = "the time limit has passed, and it is cancelled: begin another one, with more time";
                break Err(failed(Status::Timeout, interpreter, why));
            }
        }
    };
    python.release(future);
    result
}

fn result_of(python: &Python, future: Reference) -> Result<Reference> {
    match python.result_of(future) {
        Some(result) => Ok(result),
        None => Err(script::take_exception()
            .err()
            .unwrap_or_else(|| Error::new(Status::PythonError, "the coroutine failed, and raised nothing"))),
    }
}

fn closing(interpreter: &Interpreter) -> Error {
    failed(Status::Closed, interpreter, "that interpreter is shutting down or has ended")
}

fn failed(status: Status, interpreter: &Interpreter, why: &str) -> Error {
    thread::failed(status, "does not wait for the end of a coroutine in", interpreter, why)
}
