//! The owner: the thread that initialises and finalises Python, and is Python's main thread.

use super::here::Here;
use super::initializing::{Initializing, finalize, initialize};
use super::{Options, RUNTIME};
use crate::cpython::Python;
use crate::error::{Error, Result, fail};
use crate::interpreter::{Limits, python_threads, shutdown};
use crate::registry::{Interpreter, own};
use crate::sys::{self, Receiver, Sender, SignalMask, channel};
use crate::thread::{self, Admission};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

/// Python's main thread: one of pyferry's own, or the host's.
pub struct Owner {
    pub(super) main: Arc<Interpreter>,
    pub(super) place: Place,
    /// The thread was told to finalise: Py_FinalizeEx is running, or has returned.
    pub(super) is_finalizing: bool,
}

/// Whose thread the owner is.
pub enum Place {
    Own(Own),
    Here(Here),
}

/// A thread of pyferry's own.
pub struct Own {
    thread: sys::Joinable,
    orders: Sender<Order>,
    finalized: Receiver<bool>,
}

/// What the owner thread is told to do.
pub enum Order {
    /// Run the functions of `threading._register_atexit` in the main interpreter.
    TellPythonThreads,
    /// Finalise Python, and end.
    Finalize,
}

/// How often pending calls are run while main is in use: any thread inside may make some.
const OFTEN: Duration = Duration::from_millis(50);
/// The longest pause while main is not in use.
const SELDOM: Duration = Duration::from_millis(800);

impl Owner {
    /// Initialises Python, on a thread of its own or on this one.
    pub fn begin(python: &'static Python, program: Option<PathBuf>, options: Options) -> Result<Owner> {
        let (place, main) = if options.on_this_thread {
            let (here, main) = Here::begin(python, program.as_deref(), &options)?;
            (Place::Here(here), main)
        } else {
            let (own, main) = Own::begin(python, program, options)?;
            (Place::Own(own), main)
        };
        Ok(Owner { main, place, is_finalizing: false })
    }

    /// Whether the Python that was initialised on this thread has ended.
    pub fn is_without_python(&self) -> bool {
        self.main.raw().is_none()
    }

    /// Whether the only thread of a forked child is the owner, and goes on as Python's main thread.
    pub fn forked(&self) -> bool {
        matches!(&self.place, Place::Here(here) if here.forked(self.main.python))
    }

    /// Whether the calling thread can finalise Python, itself or by an order to pyferry's own thread.
    pub fn can_be_told_here(&self) -> bool {
        match &self.place {
            Place::Own(_) => true,
            Place::Here(here) => here.is_this_thread() || self.is_without_python(),
        }
    }

    /// Has the functions of `threading._register_atexit` run: on Python's main thread, as in Py_FinalizeEx, unless that is the
    /// calling thread, which has a time limit while the functions have none.
    pub fn tell_python_threads(&self) -> Result<()> {
        match &self.place {
            Place::Own(own) => {
                let _ = own.orders.send(Order::TellPythonThreads);
                Ok(())
            }
            Place::Here(_) => python_threads::tell_from_own_thread(&self.main),
        }
    }

    /// Finalises Python. False: it could not flush its output.
    pub fn finalize(&mut self, limits: &Limits) -> Result<bool> {
        let own = match &self.place {
            Place::Own(own) => own,
            Place::Here(here) => return here.finalize(&self.main, limits),
        };
        self.is_finalizing = true;
        let _ = own.orders.send(Order::Finalize);
        let flushed = match limits.deadline {
            None => own.finalized.recv().ok(),
            Some(deadline) => match own.finalized.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Err(RecvTimeoutError::Timeout) => {
                    fail!(Timeout, "Py_FinalizeEx is at work, and an atexit function or a finaliser has not returned");
                }
                flushed => flushed.ok(),
            },
        };
        Ok(flushed != Some(false))
    }

    /// Waits for the end of pyferry's own thread, which has finalised Python.
    pub fn join(self) {
        if let Place::Own(own) = self.place {
            own.thread.join();
        }
    }
}

/// A thread of pyferry's own that Python is started on. If the start fails the thread stays, and the next start uses it: until
/// Py_FinalizeEx CPython takes the first thread for its main thread.
pub struct Starter {
    thread: sys::Joinable,
    /// What the thread is to do: one run of Python after the other (`own`).
    lives: Sender<Box<dyn FnOnce() + Send>>,
    stack_size: usize,
}

impl Starter {
    fn find(stack_size: Option<usize>) -> Result<Starter> {
        let stack_size = stack_size.unwrap_or_else(sys::stack_size);
        if let Some(starter) = RUNTIME.lock().failed.take_if(|starter| starter.stack_size >= stack_size) {
            return Ok(starter);
        }
        if let Some(starter) = &RUNTIME.lock().failed {
            fail!(
                NoPython,
                "a start failed on a thread with a stack of {} bytes, and CPython takes that one for its main thread ever since: start with a `stack_size` that is no larger, or in a new process",
                starter.stack_size
            );
        }
        let (lives, given) = channel::<Box<dyn FnOnce() + Send>>();
        let live = move || {
            while let Ok(life) = given.recv() {
                life();
            }
        };
        let thread = sys::spawn_joinable(c"pyferry-python", stack_size, live).map_err(|error| {
            Error::no_thread("for Python, with a stack of ", &format!("{stack_size} bytes"), &error)
        })?;
        Ok(Starter { thread, lives, stack_size })
    }
}

impl Own {
    /// Initialises Python on a thread of its own.
    fn begin(python: &'static Python, program: Option<PathBuf>, options: Options) -> Result<(Own, Arc<Interpreter>)> {
        let (orders, taken_orders) = channel();
        let (tell_started, started) = channel();
        let (tell_finalized, finalized) = channel();
        let starter = Starter::find(options.stack_size)?;
        let mask = SignalMask::of_this_thread();
        let life = move || {
            // The thread may be left from a failed start by another host thread, with that thread's signal mask.
            mask.give();
            own(python, program, &options, &tell_started, &taken_orders, &tell_finalized);
        };
        let _ = starter.lives.send(Box::new(life));
        match started.recv() {
            Ok(Ok(main)) => Ok((Own { thread: starter.thread, orders, finalized }, main)),
            Ok(Err(error)) => {
                RUNTIME.lock().failed = Some(starter);
                Err(error)
            }
            Err(_) => fail!(Internal, "the thread that starts Python ended early"),
        }
    }
}

/// One run of Python on pyferry's own thread.
fn own(
    python: &'static Python,
    program: Option<PathBuf>,
    options: &Options,
    started: &Sender<Result<Arc<Interpreter>>>,
    orders: &Receiver<Order>,
    finalized: &Sender<bool>,
) {
    let _marked = Initializing::begin();
    let (state, main) = match SignalMask::as_given(|| initialize(python, program.as_deref(), options)) {
        Ok(begun) => begun,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let _ = started.send(Ok(Arc::clone(&main)));
    if !serve(&main, orders) {
        return;
    }
    // Without a time limit it does not fail.
    let _ = finalized.send(finalize(state, &main, None).unwrap_or(true));
}

/// Acts as Python's main thread until it is told to finalise: runs the calls that libraries give to Py_AddPendingCall, which
/// CPython runs on that thread only. CPython wakes nobody for them, so this thread polls. False: the sender of orders is gone.
fn serve(main: &Arc<Interpreter>, orders: &Receiver<Order>) -> bool {
    let mut pause = OFTEN;
    loop {
        match orders.recv_timeout(pause) {
            Ok(Order::TellPythonThreads) => {
                // First, or the handler of an earlier SIGINT would raise KeyboardInterrupt in an exit function.
                run_pending_calls(main, Admission::Late);
                python_threads::tell_from_here(main);
            }
            Ok(Order::Finalize) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                let is_used = shutdown::is_used(main);
                run_pending_calls(main, Admission::Open);
                pause = if is_used { OFTEN } else { SELDOM.min(pause * 2) };
            }
        }
    }
}

/// Runs pending calls. Once the gate refuses this thread, Py_FinalizeEx runs them.
fn run_pending_calls(main: &Arc<Interpreter>, admission: Admission) {
    let run = || thread::with_frozen_attachments(main.python, || main.python.make_pending_calls());
    let _ = thread::visit(main, admission, own::PENDING_CALLS, || SignalMask::as_given(run));
}
