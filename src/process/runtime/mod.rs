//! The one Python runtime of the process, where pyferry starts it: initialised and finalised on a thread of pyferry's
//! own, so that no thread of the host's ever belongs to Python; or on the host's thread, where the host wants that.

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

/// How Python is to be started, where the process has none.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which: a program, a libpython, or the prefix of both.
    pub python: Option<String>,
    /// How it is set up.
    pub config: Config,
    /// On the thread that starts it, rather than on one of ours.
    pub on_this_thread: bool,
    /// How much stack the thread has that it is initialised on; None: what is usual.
    pub stack_size: Option<usize>,
    /// Where what scripts print goes.
    pub output: Option<Output>,
}

/// A stack that each CPython starts with, debug builds too.
pub(crate) const LEAST_STACK: usize = 512 << 10;

/// How many have started the runtime, and how far it is.
pub struct Runtime {
    starts: usize,
    stage: Stage,
    /// Where a start failed.
    failed: Option<Starter>,
}

enum Stage {
    /// Nobody has started it, or somebody else has: `starts` says which.
    NotOurs,
    /// A thread is at it.
    Starting,
    /// On our thread, or on the host's that started it.
    Running(Owner),
    /// The last one is stopping it.
    Stopping(Owner),
    /// That thread waits for the end of it.
    Ending,
}

static RUNTIME: Mutex<Runtime> = Mutex::new(Runtime { starts: 0, stage: Stage::NotOurs, failed: None });
static CHANGED: Condvar = Condvar::new();

/// The runtime's state, held still through a fork.
pub struct Still(MutexGuard<'static, Runtime>);

/// Holds the runtime's state still.
pub fn hold_still() -> Still {
    Still(RUNTIME.lock())
}

impl Still {
    /// Whether Python is on its way in or out, or on a thread of ours.
    pub fn is_at_work(&self) -> bool {
        !matches!(self.0.stage, Stage::NotOurs)
    }

    /// In a forked child the owner is not there, unless it is the thread that forked. Python goes on without it, and nobody
    /// finalises it for us.
    pub fn forget_owner(&mut self) {
        // Not dropped: that would detach a thread that does not exist.
        std::mem::forget(self.0.failed.take());
        if let Stage::Running(owner) | Stage::Stopping(owner) = &self.0.stage
            && owner.forked()
        {
            return;
        }
        std::mem::forget(std::mem::replace(&mut self.0.stage, Stage::NotOurs));
    }
}

/// What there is to know without attaching.
pub fn facts() -> Result<(&'static Python, Arc<Interpreter>)> {
    let python = Python::running()?;
    Ok((python, interpreter::main(python)?))
}
