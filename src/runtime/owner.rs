//! The thread that Python calls its main thread.

use super::Options;
use crate::cpython::Python;
use crate::error::{Error, Result, Status, fail};
use crate::host::output;
use crate::interpreter;
use crate::record::Interpreter;
use crate::sys;
use crate::thread;
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The thread that Python calls its main thread.
pub struct Owner {
    pub(super) thread: JoinHandle<()>,
    pub(super) main: Arc<Interpreter>,
    pub(super) finalize: Sender<()>,
    pub(super) finalized: Receiver<bool>,
}

thread_local! {
    /// This is the thread that Python is initialised on.
    static OWNER: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread that Python is initialised on.
pub fn is_this_thread() -> bool {
    OWNER.with(Cell::get)
}

impl Owner {
    /// Initialises Python on a thread of its own.
    pub fn begin(python: &'static Python, program: Option<PathBuf>, options: Options) -> Result<Owner> {
        let (finalize, told_to_finalize) = channel();
        let (tell_started, started) = channel();
        let (tell_finalized, finalized) = channel();
        let owner = std::thread::Builder::new()
            .name("pyferry-python".into())
            .stack_size(options.stack_size.unwrap_or_else(sys::stack_size));
        let life = move || own(python, program, &options, &tell_started, &told_to_finalize, &tell_finalized);
        let thread = owner
            .spawn(life)
            .map_err(|error| Error::new(Status::NoMemory, format!("cannot start a thread: {error}")))?;
        match started.recv() {
            Ok(Ok(main)) => Ok(Owner { thread, main, finalize, finalized }),
            Ok(Err(error)) => {
                let _ = thread.join();
                Err(error)
            }
            Err(_) => fail!(Internal, "the thread that starts Python ended early"),
        }
    }

    /// Whether somebody else has finalised the Python that runs on this thread.
    pub fn is_without_python(&self) -> bool {
        self.main.raw().is_none()
    }
}

/// The life of the owner thread.
fn own(
    python: &'static Python,
    program: Option<PathBuf>,
    options: &Options,
    started: &Sender<Result<Arc<Interpreter>>>,
    told_to_finalize: &Receiver<()>,
    finalized: &Sender<bool>,
) {
    OWNER.with(|owner| owner.set(true));
    output::set_of_runtime(options.output.clone());
    if let Err(error) = python.initialize(program.as_deref(), &options.config, || output::begin(python)) {
        output::set_of_runtime(None);
        let _ = started.send(Err(error));
        return;
    }
    let Some(state) = thread::current_state(python) else {
        let _ = started.send(Err(Error::new(Status::Internal, "Python was initialised and attached nobody")));
        return;
    };
    let known = output::ensure(python).and_then(|()| interpreter::main(python));
    let failed = known.is_err();
    python.let_go();
    // Threads and processes that site code and atexit functions start inherit the mask of the thread that started Python.
    // Only while this one does nothing, the host's signals are to go to the host's threads.
    let mask = sys::SignalMask::block_all();
    let _ = started.send(known.clone());
    if !failed && told_to_finalize.recv().is_err() {
        return;
    }
    mask.put_back();
    let flushed = match known {
        Ok(main) if main.is_closed() || python.is_finalizing() => {
            // Somebody else finalises it, or has: there is nothing to come back to, only an end to wait for.
            while main.raw().is_some() {
                std::thread::sleep(Duration::from_millis(1));
            }
            true
        }
        _ => {
            thread::come_back(python, state);
            python.finalize()
        }
    };
    output::set_of_runtime(None);
    let _ = finalized.send(flushed);
}
