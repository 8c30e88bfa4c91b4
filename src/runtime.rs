//! The one Python runtime of the process, where pyferry starts it: initialised and finalised on a thread of pyferry's
//! own, so that no thread of the host's ever belongs to Python.

use crate::copies;
use crate::cpython::{self, Python};
use crate::error::{Error, Result, Status, fail};
use crate::gate::Drained;
use crate::interpreter;
use crate::record::{self, Interpreter};
use crate::shutdown;
use crate::sys;
use crate::thread;
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many have started the runtime, and how far it is.
pub struct Runtime {
    starts: usize,
    stage: Stage,
}

enum Stage {
    /// Nobody has started it, or somebody else has: `starts` says which.
    NotOurs,
    /// A thread is at it.
    Starting,
    /// On our thread.
    Running(Owner),
    /// The last one is stopping it.
    Stopping(Owner),
    /// That thread waits for the end of it.
    Ending,
}

/// The thread that Python calls its main thread.
struct Owner {
    thread: JoinHandle<()>,
    main: Arc<Interpreter>,
    finalize: Sender<()>,
    finalized: Receiver<bool>,
}

impl Owner {
    /// Whether somebody else has finalised the Python that runs on this thread.
    fn is_without_python(&self) -> bool {
        self.main.raw().is_none()
    }
}

thread_local! {
    /// This is the thread that Python is initialised on.
    static OWNER: Cell<bool> = const { Cell::new(false) };
}

static RUNTIME: Mutex<Runtime> = Mutex::new(Runtime { starts: 0, stage: Stage::NotOurs });
static CHANGED: Condvar = Condvar::new();

fn lock() -> MutexGuard<'static, Runtime> {
    RUNTIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Starts Python, or joins the one that runs.
pub fn start(python: Option<&str>) -> Result<()> {
    let mut runtime = lock();
    loop {
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
            Stage::Starting => {
                runtime = CHANGED.wait(runtime).unwrap_or_else(|poisoned| poisoned.into_inner());
            }
            Stage::Stopping(_) | Stage::Ending => {
                fail!(Closed, "pyferry_runtime_stop is at work: start again when it has returned OK")
            }
            Stage::Running(_) => {
                runtime.starts += 1;
                return Ok(());
            }
            Stage::NotOurs => break,
        }
    }
    if let Some(python) = running()? {
        // Somebody else's: to be used, and never finalised by us.
        runtime.starts += 1;
        drop(runtime);
        return join(python);
    }
    runtime.stage = Stage::Starting;
    let starts = runtime.starts;
    drop(runtime);
    let started = start_alone(python);
    let mut runtime = lock();
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
        lock().starts -= 1;
    }
    known
}

fn is_inside_start() -> bool {
    OWNER.with(Cell::get) || Python::in_process().is_ok_and(|python| thread::current(python).is_some())
}

/// Starts Python, while no other copy of this library does. None: somebody else's runs by now, and was joined.
fn start_alone(named: Option<&str>) -> Result<Option<Owner>> {
    let Some(_starting) = copies::begin_start(Duration::from_secs(10)) else {
        fail!(Closed, "another copy of pyferry is starting Python at this moment: start again when it is through");
    };
    match running()? {
        Some(python) => interpreter::main(python).map(|_| None),
        None => start_here(named).map(Some),
    }
}

fn start_here(named: Option<&str>) -> Result<Owner> {
    let (python, program) = match Python::in_process() {
        Ok(python) if python.main_interpreter().is_some() => fail!(
            Closed,
            "another thread is initialising or finalising {} at this moment: start again when it is through",
            python.path.display()
        ),
        // Linked, or loaded by the host, and not initialised.
        Ok(python) => {
            let program = cpython::program_for(&python.path, named)?;
            python.open_to_extensions();
            (python, program)
        }
        Err(error) if error.status == Status::NoPython => {
            let installation = cpython::choose(named)?;
            (Python::load(&installation.library)?, installation.program)
        }
        Err(error) => return Err(error),
    };
    let (finalize, told_to_finalize) = channel();
    let (tell_started, started) = channel();
    let (tell_finalized, finalized) = channel();
    let owner = std::thread::Builder::new().name("pyferry-python".into());
    // Signals stay the host's.
    let thread = sys::with_signals_blocked(|| {
        owner.spawn(move || own(python, program, &tell_started, &told_to_finalize, &tell_finalized))
    })
    .map_err(|error| Error::new(Status::NoMemory, format!("cannot start a thread: {error}")))?;
    match started.recv() {
        Ok(Ok(main)) => Ok(Owner { thread, main, finalize, finalized }),
        Ok(Err(error)) => Err(error),
        Err(_) => fail!(Internal, "the thread that starts Python ended early"),
    }
}

/// The life of the owner thread.
fn own(
    python: &'static Python,
    program: Option<PathBuf>,
    started: &Sender<Result<Arc<Interpreter>>>,
    told_to_finalize: &Receiver<()>,
    finalized: &Sender<bool>,
) {
    OWNER.with(|owner| owner.set(true));
    python.initialize(program.as_deref());
    let Some(state) = thread::current_state(python) else {
        let _ = started.send(Err(Error::new(Status::Internal, "Python was initialised and attached nobody")));
        return;
    };
    let known = interpreter::main(python);
    let failed = known.is_err();
    python.let_go();
    let _ = started.send(known.clone());
    if !failed && told_to_finalize.recv().is_err() {
        return;
    }
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
    let _ = finalized.send(flushed);
}

/// Takes one start back; the last one finalises Python if it runs on our thread.
pub fn stop(deadline: Option<Instant>) -> Result<()> {
    let mut runtime = lock();
    if runtime.starts == 0 {
        fail!(WrongOrder, "pyferry_runtime_stop without a pyferry_runtime_start before it");
    }
    // A start that is at work counts when it is through.
    if runtime.starts > 1 || matches!(runtime.stage, Stage::NotOurs | Stage::Starting) {
        runtime.starts -= 1;
        return Ok(());
    }
    let python = Python::in_process()?;
    let ours = !matches!(&runtime.stage, Stage::Running(owner) | Stage::Stopping(owner) if owner.is_without_python());
    let is_inside =
        || thread::current(python).is_some() || record::all().iter().any(|interpreter| thread::is_inside(interpreter));
    if ours && is_inside() {
        fail!(
            WrongThread,
            "this thread is attached, and the last pyferry_runtime_stop would wait for it: detach first, or stop from another thread"
        );
    }
    let owner = match std::mem::replace(&mut runtime.stage, Stage::Ending) {
        Stage::Running(owner) | Stage::Stopping(owner) => owner,
        other => {
            runtime.stage = other;
            fail!(WrongOrder, "another thread is in pyferry_runtime_stop");
        }
    };
    drop(runtime);

    // First the host's threads, while Python is whole: Py_FinalizeEx begins by ending thread pools and the like. Where our
    // Python is gone, another one that runs now is not ours to close.
    let all = if ours { record::all() } else { Vec::new() };
    all.iter().for_each(|interpreter| interpreter.gate.close());
    for interpreter in &all {
        match shutdown::wait_for_the_last(interpreter, deadline) {
            Drained::Ours => interpreter.gate.unclaim(),
            Drained::Theirs => {}
            Drained::TimedOut => return Err(stop_later(owner, &all)),
        }
    }
    let _ = owner.finalize.send(());
    let flushed = match deadline {
        None => owner.finalized.recv().ok(),
        Some(deadline) => owner.finalized.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
    };
    if flushed.is_none() && !owner.thread.is_finished() {
        return Err(stop_later(owner, &all));
    }
    let mut runtime = lock();
    runtime.stage = Stage::NotOurs;
    runtime.starts = 0;
    drop(runtime);
    let _ = owner.thread.join();
    if flushed == Some(false) {
        fail!(PythonError, "Python has ended, but could not flush sys.stdout or sys.stderr");
    }
    Ok(())
}

fn stop_later(owner: Owner, all: &[Arc<Interpreter>]) -> Error {
    lock().stage = Stage::Stopping(owner);
    let text = format!("Python is still in use: {}; it lets nobody new in: call again", who_is_in(all));
    Error::new(Status::Timeout, text)
}

fn who_is_in(all: &[Arc<Interpreter>]) -> String {
    let describe = |interpreter: &Arc<Interpreter>| {
        format!("{} by {}", interpreter.name(), interpreter.describe_occupants(shutdown::is_not_reported))
    };
    let occupied = all.iter().filter(|interpreter| interpreter.has_occupants(shutdown::is_not_reported));
    let parts: Vec<String> = occupied.map(describe).collect();
    if parts.is_empty() { "Python's own threads have not ended".into() } else { parts.join("; ") }
}

/// The runtime's state, held still through a fork.
pub struct Still(MutexGuard<'static, Runtime>);

/// Holds the runtime's state still.
pub fn hold_still() -> Still {
    Still(lock())
}

impl Still {
    /// Whether Python is on its way in or out, or on a thread of ours.
    pub fn is_at_work(&self) -> bool {
        !matches!(self.0.stage, Stage::NotOurs)
    }

    /// In a forked child the owner is not there. Python goes on without it, and nobody finalises it for us.
    pub fn forget_owner(&mut self) {
        // Not dropped: that would detach a thread that does not exist.
        std::mem::forget(std::mem::replace(&mut self.0.stage, Stage::NotOurs));
    }
}

/// What there is to know without attaching.
pub fn facts() -> Result<(&'static Python, Arc<Interpreter>)> {
    let python = Python::running()?;
    Ok((python, interpreter::main(python)?))
}
