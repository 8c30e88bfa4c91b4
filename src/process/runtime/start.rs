//! pyferry_runtime_start: starts Python, or joins the Python that runs.

use super::owner::Owner;
use super::{CHANGED, Options, RUNTIME, Stage, initializing};
use crate::cpython::{self, Python};
use crate::error::{Result, Status, fail};
use crate::interpreter;
use crate::process::copies;
use crate::sys;
use crate::thread;
use std::time::Duration;

/// Starts Python, or joins the Python that runs, and counts the start.
pub fn start(options: Options) -> Result<()> {
    // Python loads modules on another thread, for which this one waits: a caller that holds the loader's lock would deadlock.
    let waits = !matches!(RUNTIME.lock().stage, Stage::Running(_)) && !is_inside_start();
    if waits && !sys::others_can_load(Duration::from_secs(5)) {
        fail!(
            WrongOrder,
            "pyferry_runtime_start was called while a library is being loaded, in a constructor or the initialiser of a global object: Python would wait for the dynamic loader, and that for this call. Start Python from a function that is called when the library is loaded"
        );
    }
    let (mut runtime, running) = loop {
        // Before the lock is taken: looking for Python can wait for the loader, and so for a library's constructor that calls this
        // function.
        let running = running()?;
        let mut runtime = RUNTIME.lock();
        if matches!(&runtime.stage, Stage::Running(owner) if owner.is_without_python()) {
            // Somebody else has finalised it: its thread ends by itself.
            runtime.stage = Stage::NotOurs;
        }
        match runtime.stage {
            // The caller is site code, run while Python is initialised: waiting would be waiting for itself.
            Stage::Starting if is_inside_start() => {
                runtime.starts += 1;
                return Ok(());
            }
            Stage::Starting => drop(CHANGED.wait(runtime)),
            Stage::Stopping(_) | Stage::Ending => {
                fail!(Closed, "pyferry_runtime_stop is at work: start again when it has returned OK")
            }
            Stage::Running(ref owner) if !owner.main.gate.is_open() => {
                fail!(
                    Closed,
                    "somebody else is finalising the Python that pyferry started: start again when it has ended"
                )
            }
            Stage::Running(_) => {
                runtime.starts += 1;
                return Ok(());
            }
            Stage::NotOurs => break (runtime, running),
        }
    };
    // A Python that another copy is starting, and does not serve yet, must not be joined: that copy would find it taken, and
    // finalise it.
    if let Some(python) = running
        && (!copies::are_starting() || is_inside_start())
    {
        // Started by somebody else: used here, and never finalised.
        runtime.starts += 1;
        drop(runtime);
        return join(python);
    }
    runtime.stage = Stage::Starting;
    let starts = runtime.starts;
    drop(runtime);
    let started = start_alone(options);
    let mut runtime = RUNTIME.lock();
    let result = match started {
        Ok(owner) => {
            runtime.stage = owner.map_or(Stage::NotOurs, Stage::Running);
            runtime.starts += 1;
            Ok(())
        }
        Err(error) => {
            runtime.stage = Stage::NotOurs;
            // Those that site code made meanwhile have no Python either.
            runtime.starts = starts;
            Err(error)
        }
    };
    CHANGED.notify_all();
    result
}

/// The Python that runs, if any.
fn running() -> Result<Option<&'static Python>> {
    match Python::running() {
        Ok(python) => Ok(Some(python)),
        Err(error) if error.status == Status::NoPython => Ok(None),
        Err(error) => Err(error),
    }
}

/// Registers the main interpreter of somebody else's Python. The start is counted already.
fn join(python: &'static Python) -> Result<()> {
    let known = look_at(python);
    if known.is_err() {
        RUNTIME.lock().starts -= 1;
    }
    known
}

/// Registers the main interpreter. One that is shutting down lets nobody in any more: whoever started it would have no Python.
fn look_at(python: &'static Python) -> Result<()> {
    if !interpreter::main(python)?.gate.is_open() {
        fail!(
            Closed,
            "the Python that runs here, which pyferry did not start, is shutting down: start again when it has ended"
        );
    }
    Ok(())
}

fn is_inside_start() -> bool {
    initializing::is_here() || Python::known().is_some_and(|python| thread::current(python).is_some())
}

/// Starts Python, while no other copy of this library does. None: somebody else's Python runs by now, and was joined.
fn start_alone(options: Options) -> Result<Option<Owner>> {
    let Some(_starting) = copies::begin_start(Duration::from_secs(10)) else {
        fail!(Closed, "another copy of pyferry is starting Python at this moment: start again when it is through");
    };
    match running()? {
        Some(python) => look_at(python).map(|()| None),
        None => start_here(options).map(Some),
    }
}

fn start_here(options: Options) -> Result<Owner> {
    let named = options.python.as_deref();
    if let Some(python) = Python::known() {
        python.check_startable()?;
    }
    let (python, program) = match Python::in_process() {
        Ok(python) if python.main_interpreter().is_some() => fail!(
            Closed,
            "another thread is initialising or finalising {} at this moment: start again when it is through",
            python.path.display()
        ),
        // Linked, or loaded by the host, and not initialised.
        Ok(python) => {
            let program = cpython::program_for(&python.path, named, &options.config)?;
            python.open_to_extensions();
            (python, program)
        }
        Err(error) if error.status == Status::NoPython => {
            let installation = cpython::choose(named, &options.config)?;
            (Python::load(&installation.library)?, installation.program)
        }
        Err(error) => return Err(error),
    };
    Owner::begin(python, program, options)
}
