//! PYFERRY_RUNTIME_ON_THIS_THREAD: Python's main thread is the host's thread that started Python.

use super::Options;
use super::initializing::{Initializing, finalize, initialize};
use crate::cpython::{Python, State};
use crate::error::Result;
use crate::interpreter::Limits;
use crate::registry::Interpreter;
use crate::thread;
use std::path::Path;
use std::sync::Arc;

/// The host's thread that Python was initialised on.
pub struct Here {
    serial: u64,
    /// The thread state that Python was initialised with, detached since.
    state: State,
}

impl Here {
    /// Initialises Python on this thread, and detaches it.
    pub fn begin(
        python: &'static Python,
        program: Option<&Path>,
        options: &Options,
    ) -> Result<(Here, Arc<Interpreter>)> {
        let (state, main) = {
            let _marked = Initializing::begin();
            initialize(python, program, options)?
        };
        Ok((Here { serial: thread::serial(), state }, main))
    }

    /// Whether the calling thread is Python's main thread.
    pub fn is_this_thread(&self) -> bool {
        thread::serial() == self.serial
    }

    /// Whether this thread, the only one of a forked child, is Python's main thread and attached through its first state, which
    /// CPython keeps in the child. Takes no lock: the forking thread holds them all.
    pub fn forked(&self, python: &Python) -> bool {
        self.is_this_thread() && python.attached(Some(self.state)) == Some(self.state)
    }

    /// Finalises Python on this thread, its main thread. False: Python could not flush its output.
    pub fn finalize(&self, main: &Interpreter, limits: &Limits) -> Result<bool> {
        finalize(self.state, main, limits.deadline)
    }
}
