//! Starts Python on a thread of ours, or joins the one that runs.

use super::owner::Owner;
use super::{CHANGED, Options, RUNTIME, Stage, initializing};
use crate::cpython::{self, Python};
use crate::error::{Result, Status, fail};
use crate::interpreter;
use crate::process::copies;
use crate::sys;
use crate::thread;
use std::time::Duration;

/// Starts Python, or joins the one that runs.
pub fn start(options: Options) -> Result<()> {
    // Python's modules are libraries that other threads load, and this one waits for them.
    let waits = !matches!(RUNTIME.lock().stage, Stage::Running(_)) && !is_inside_start();
    if waits && !sys::others_can_load(Duration::from_secs(5)) {
        fail!(
            WrongOrder,
            "pyferry_runtime_start was called while a library is being loaded, in a constructor or the initialiser of a global object: Python would wait for the dynamic loader, and that for this call. Start Python from a function that is called when the library is loaded"
        );
    }
    let (mut runtime, running) = loop {
        // With no lock held: to look for Python can be to wait for the loader, and so for a constructor that comes here.
        let running = running()?;
        let mut runtime = RUNTIME.lock();
        if matches!(&runtime.stage, Stage::Running(owner) if owner.is_without_python()) {
            // Its thread ends by itself, with nothing to finalise.
            runtime.stage = Stage::NotOurs;
        }
        match runtime.stage {
            // Site code that Python runs while it is initialised: to wait for that would be to wait for itself.
            Stage::Starting if is_inside_start() => {
                runtime.starts += 1;
                return Ok(());
            }
            Stage::Starting => drop(CHANGED.wait(runtime)),
            Stage::Stopping(_) | Stage::Ending => {
                fail!(Closed, "pyferry_runtime_stop is at work: start again when it has returned OK")
            }
            Stage::Running(_) => {
                runtime.starts += 1;
                return Ok(());
            }
            Stage::NotOurs => break (runtime, running),
        }
    };
    // What another copy has initialised and does not serve yet is not to be taken from it, which would finalise it then.
    if let Some(python) = running
        && (!copies::are_starting() || is_inside_start())
    {
        // Somebody else's: to be used, and never finalised by us.
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
            runtime.starts = starts;
            Err(error)
        }
    };
    CHANGED.notify_all();
    result
}

/// Python, if somebody runs it.
fn running() -> Result<Option<&'static Python>> {
    match Python::running() {
        Ok(python) => Ok(Some(python)),
        Err(error) if error.status == Status::NoPython => Ok(None),
        Err(error) => Err(error),
    }
}

/// Uses a Python that somebody else runs; it is counted already.
fn join(python: &'static Python) -> Result<()> {
    let known = interpreter::main(python).map(drop);
    if known.is_err() {
        RUNTIME.lock().starts -= 1;
    }
    known
}

fn is_inside_start() -> bool {
    initializing::is_here() || Python::known().is_some_and(|python| thread::current(python).is_some())
}

/// Starts Python, while no other copy of this library does. None: somebody else's runs by now, and was joined.
fn start_alone(options: Options) -> Result<Option<Owner>> {
    let Some(_starting) = copies::begin_start(Duration::from_secs(10)) else {
        fail!(Closed, "another copy of pyferry is starting Python at this moment: start again when it is through");
    };
    match running()? {
        Some(python) => interpreter::main(python).map(|_| None),
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
