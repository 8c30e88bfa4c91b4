//! PYFERRY_RUNTIME_ON_THIS_THREAD: Python's main thread is the host's thread that started Python.

use super::Options;
use super::initializing::{Initializing, finalize, initialize};
use crate::cpython::{Python, State};
use crate::error::Result;
use crate::interpreter::Limits;
use crate::registry::Interpreter;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// Which start made this thread Python's main thread; 0: none. Not the system's number of the thread, which a later thread may
    /// get.
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// The host's thread that Python was initialised on.
pub struct Here {
    number: u64,
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
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        NUMBER.with(|own| own.set(number));
        Ok((Here { number, state }, main))
    }

    /// Whether the calling thread is Python's main thread.
    pub fn is_this_thread(&self) -> bool {
        NUMBER.with(Cell::get) == self.number
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
