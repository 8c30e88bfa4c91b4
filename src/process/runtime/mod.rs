//! The one Python runtime of the process, if pyferry starts it: initialised and finalised on a thread of pyferry's own, so that no
//! host thread ever belongs to Python; or on the host's thread that starts it, if the host asks for that.

mod here;
mod initializing;
mod owner;
mod pump;
mod start;
mod stop;

pub use pump::pump;
pub use start::start;
pub use stop::stop;

use crate::cpython::{Config, Python};
use crate::error::Result;
use crate::host::output::Output;
use crate::interpreter;
use crate::registry::Interpreter;
use crate::sys::{Condvar, Mutex};
use owner::{Owner, Starter};
use std::sync::{Arc, MutexGuard};

/// How Python is to be started, if none runs in the process.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which Python: a program, a libpython, or the prefix of both.
    pub python: Option<String>,
    /// How it is configured.
    pub config: Config,
    /// Initialise it on the calling thread, rather than on one of pyferry's own.
    pub on_this_thread: bool,
    /// The stack size, in bytes, of pyferry's own thread that it is initialised on; None: the usual size.
    pub stack_size: Option<usize>,
    /// Where the output of scripts goes.
    pub output: Option<Output>,
}

/// A stack size with which each CPython starts, debug builds too.
pub(crate) const LEAST_STACK: usize = 512 << 10;

/// How many starts are counted, and in which stage the runtime is.
pub struct Runtime {
    starts: usize,
    stage: Stage,
    /// The thread of a start that failed.
    failed: Option<Starter>,
}

enum Stage {
    /// pyferry runs no Python; a start that is counted has joined somebody else's.
    NotOurs,
    /// A thread is starting it.
    Starting,
    /// On our thread, or on the host's that started it.
    Running(Owner),
    /// The last stop has failed (timed out, say): it is to be called again.
    Stopping(Owner),
    /// A thread is in the last stop.
    Ending,
}

static RUNTIME: Mutex<Runtime> = Mutex::new(Runtime { starts: 0, stage: Stage::NotOurs, failed: None });
static CHANGED: Condvar = Condvar::new();

/// The runtime's state, held through a fork.
pub struct Still(MutexGuard<'static, Runtime>);

pub fn hold_still() -> Still {
    Still(RUNTIME.lock())
}

impl Still {
    /// Whether pyferry is starting, running or stopping Python.
    pub fn is_at_work(&self) -> bool {
        !matches!(self.0.stage, Stage::NotOurs)
    }

    /// In a forked child the owner does not exist, unless it is the thread that forked. Python goes on without the owner, and
    /// pyferry does not finalise it.
    pub fn forget_owner(&mut self) {
        // Not dropped: the drop is a pthread_detach, and the thread does not exist.
        std::mem::forget(self.0.failed.take());
        if let Stage::Running(owner) | Stage::Stopping(owner) = &self.0.stage
            && owner.forked()
        {
            return;
        }
        std::mem::forget(std::mem::replace(&mut self.0.stage, Stage::NotOurs));
    }
}

/// The Python that runs, and its main interpreter.
pub fn facts() -> Result<(&'static Python, Arc<Interpreter>)> {
    let python = Python::running()?;
    Ok((python, interpreter::main(python)?))
}
