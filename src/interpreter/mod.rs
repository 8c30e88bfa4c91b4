//! How an interpreter is registered, made and ended, and the code that pyferry runs in it.

pub mod call;
pub mod coroutine;
mod end;
pub mod helpers;
mod interrupt;
mod limits;
pub mod python_threads;
pub mod report;
pub mod script;
pub mod shutdown;

pub use end::stop;
pub use interrupt::interrupt;
pub use limits::Limits;

use crate::cpython::{Python, Raw, Sharing};
use crate::error::{Error, Result, Status, fail};
use crate::host::output::Output;
use crate::host::{at_end, output};
use crate::nudge;
use crate::observe;
use crate::queue::release;
use crate::registry::fork;
use crate::registry::{self, Facts, Interpreter, Origin};
use crate::sys::{self, Label};
use crate::thread::{self, Admission, Opening};
use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Which GIL a new interpreter gets. (Free-threaded builds have none: there no interpreter waits for another.)
///
/// ```
/// assert_eq!(pyferry::Gil::default(), pyferry::Gil::OwnIfPossible);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gil {
    /// Its own, and isolated, from Python 3.12 on; the main interpreter's up to 3.11, and while `tracemalloc` is on.
    #[default]
    OwnIfPossible,
    /// The main interpreter's. Extension modules that do not support isolated interpreters (NumPy and others) are allowed, except
    /// on free-threaded builds. The only kind up to Python 3.11.
    Shared,
    /// Its own: unsupported up to Python 3.11, which has none, and while `tracemalloc` is on.
    Own,
}

thread_local! {
    /// Set while this thread makes an interpreter, whose site code may ask for a view meanwhile.
    static MAKING: Cell<Option<Sharing>> = const { Cell::new(None) };
}

/// The main interpreter. The first call registers it.
pub fn main(python: &'static Python) -> Result<Arc<Interpreter>> {
    let Some(raw) = python.main_interpreter() else {
        fail!(Closed, "Python has no main interpreter: it is starting or shutting down");
    };
    if let Some(known) = registry::find(raw) {
        return Ok(known);
    }
    if python.is_finalizing() {
        fail!(Closed, "Python is shutting down: its main interpreter lets nobody in");
    }
    // An attached caller may hold an import lock: a helper thread that imports would deadlock with it, so the caller runs the
    // imports itself.
    let here = thread::current(python) == Some(raw);
    if thread::current(python).is_none() {
        fork::check_first_view()?;
    }
    let registrar = here.then(sys::thread_id);
    let (mut main, mut visited) = (None, Ok(()));
    let back = thread::released(python, None, || {
        visited = python.visit_main(|raw, slot| {
            let facts =
                Facts { executable: CString::new(python.executable()).unwrap_or_default(), debug: python.is_debug() };
            let registrar = registrar.unwrap_or_else(sys::thread_id);
            let (interpreter, new) = registry::find_or_add(python, raw, slot, Origin::Main, true, facts, registrar);
            main = Some((Arc::clone(&interpreter), new));
            if here { Ok(()) } else { set_up(&interpreter, raw, new) }
        });
    });
    thread::check_back(back, "the main interpreter was looked at")?;
    visited?;
    let Some((main, new)) = main else { fail!(Internal, "the main interpreter was visited and not found") };
    if here {
        set_up(&main, raw, new)?;
    }
    observe::start_trace_if_asked()?;
    Ok(main)
}

/// The file that this library is in.
fn own_file() -> &'static CStr {
    static FILE: OnceLock<CString> = OnceLock::new();
    FILE.get_or_init(|| CString::new(sys::own_file().to_string_lossy().into_owned()).unwrap_or_default())
}

/// The interpreter this thread is attached to, by pyferry or otherwise.
pub fn current() -> Result<Arc<Interpreter>> {
    let (python, state) = thread::attached_python()?;
    let Some(raw) = python.interpreter_of(state) else { fail!(Internal, "a thread state names no interpreter") };
    if let Some(known) = registry::find(raw) {
        return Ok(known);
    }
    if registry::is_ending_here(python, raw) {
        return Err(Error::here(Status::Closed, "is attached to an interpreter that is in the last of its shutdown"));
    }
    let main = main(python)?;
    if main.is(Some(raw)) {
        return Ok(main);
    }
    let (origin, shares_gil) = match MAKING.get() {
        Some(sharing) => (Origin::Ours, sharing == Sharing::Legacy),
        None => (Origin::Theirs, python.shares_gil()),
    };
    register(&main, raw, origin, shares_gil)
}

/// Whether this thread is attached to the interpreter (None: to any) now, by pyferry or otherwise.
pub fn is_attached(interpreter: Option<&Interpreter>) -> bool {
    let (Ok(()), Ok(python)) = (fork::check(), Python::in_process()) else { return false };
    let current = thread::current(python);
    interpreter.map_or(current.is_some(), |interpreter| interpreter.is(current))
}

/// Makes an interpreter. The thread is attached as before on return, and not to the new interpreter.
pub fn create(python: &'static Python, gil: Gil, output: Option<Output>) -> Result<Arc<Interpreter>> {
    if gil == Gil::Own && !python.has_own_gil() {
        fail!(
            Unsupported,
            "Python {}.{} has one GIL for all interpreters; an own one needs 3.12 or later",
            python.version.0,
            python.version.1
        );
    }
    let main = main(python)?;
    let ticket = thread::attach(&main, Admission::Open, Label::new(c"pyferry_interpreter_new"))?;
    let made = create_from_main(&main, gil, output);
    let back = thread::detach(ticket);
    if let (Err(_), Ok(made)) = (&back, &made) {
        // The caller gets no view of the interpreter, and nobody else could end it before Python's shutdown.
        let _ = stop(made, &Limits { deadline: Some(Instant::now()), interrupt_from: None });
    }
    back.and(made)
}

/// Whether an interpreter made now is isolated or shares main's GIL. The caller is attached to main.
fn sharing(python: &Python, gil: Gil) -> Result<Sharing> {
    let traces = python.traces_memory();
    match gil {
        // Up to 3.11 Py_NewInterpreter deadlocks: tracemalloc's PyGILState_Ensure waits for the GIL that this thread holds.
        _ if traces && !python.has_own_gil() => fail!(
            Unsupported,
            "tracemalloc is on, and Python {}.{} hangs when it makes an interpreter then: call tracemalloc.stop() first",
            python.version.0,
            python.version.1
        ),
        // With an allocator of its own (`use_main_obmalloc` 0), what tracemalloc keeps of an interpreter dangles after the
        // interpreter's end.
        Gil::Own if traces => fail!(
            Unsupported,
            "tracemalloc is on, and CPython crashes when an interpreter with an own GIL has ended then: call tracemalloc.stop() first, or share the GIL"
        ),
        Gil::OwnIfPossible | Gil::Own if python.has_own_gil() && !traces => Ok(Sharing::Isolated),
        Gil::OwnIfPossible | Gil::Own | Gil::Shared => Ok(Sharing::Legacy),
    }
}

fn create_from_main(main: &Arc<Interpreter>, gil: Gil, output: Option<Output>) -> Result<Arc<Interpreter>> {
    let python = main.python;
    if !main.gate.is_open() {
        // The thread that shuts main down gets this far, too, but nobody would end an interpreter made now.
        fail!(Closed, "Python is shutting down: it takes no new interpreters");
    }
    let sharing = sharing(python, gil)?;
    python.own_character_names()?;
    // This thread may be nested on a state of others: then no pin keeps main until the new interpreter is among those that its shutdown
    // ends.
    let held = thread::open_guard(main, Opening::Open, Label::new(c"pyferry_interpreter_new"))?;
    let outer = MAKING.replace(Some(sharing));
    let set_up = |raw, first| {
        output::ensure(python)?;
        python.put_search_paths_first()?;
        if sharing == Sharing::Isolated {
            python.refuse_what_would_be_set_up()?;
        }
        let shares_gil = sharing == Sharing::Legacy;
        python.disown_main_thread()?;
        let made = register(main, raw, Origin::Ours, shares_gil)?;
        made.keeper.put(first);
        Ok(made)
    };
    let made = output::with_new(python, output, || python.new_interpreter(main.slot, sharing, nudge::reattach, set_up));
    MAKING.set(outer);
    thread::close_guard(held);
    made
}

/// Registers the interpreter this thread is attached to.
fn register(main: &Interpreter, raw: Raw, origin: Origin, shares_gil: bool) -> Result<Arc<Interpreter>> {
    let (facts, registrar) = (main.facts.clone(), sys::thread_id());
    let (interpreter, new) = registry::find_or_add(main.python, raw, main.slot, origin, shares_gil, facts, registrar);
    set_up(&interpreter, raw, new)?;
    if !main.gate.is_open() {
        // Main's shutdown, which closes all gates, may have missed this one.
        interpreter.gate.close();
    }
    Ok(interpreter)
}

/// Marks the attached interpreter as served by this copy of the library, and registers our atexit hook in it.
fn set_up(interpreter: &Arc<Interpreter>, raw: Raw, new: bool) -> Result<()> {
    let python = interpreter.python;
    let result = (|| {
        if new {
            serve(interpreter, raw)?;
        }
        hook(interpreter)?;
        // Free-threaded, two threads that are the first to ask for the interpreter's dict (PyInterpreterState_GetDict) may make
        // two, and the mark in one of them is lost.
        if new { serve(interpreter, raw) } else { Ok(()) }
    })();
    match &result {
        Ok(()) => interpreter.set_ready(),
        Err(_) if new => {
            // First, so that the end of the mark is not taken for the end of the interpreter.
            interpreter.died();
            python.stop_serving(raw, own_file());
        }
        Err(_) => {}
    }
    result
}

/// Two copies of this library would each keep a thread state per thread, and would wait for each other's at shutdown: the second
/// copy is refused.
fn serve(interpreter: &Arc<Interpreter>, raw: Raw) -> Result<()> {
    let (python, dying) = (interpreter.python, Arc::clone(interpreter));
    // Called by the mark's destructor: the only news of an interpreter whose atexit functions never ran.
    let died = move || {
        if dying.raw().is_some() {
            registry::see_end(raw, dying.id, dying.life);
        }
        dying.died();
    };
    if let Some(other) = python.serve(raw, own_file(), Box::new(died))? {
        fail!(
            Unsupported,
            "{other} serves this Python already, and this is {}: have both plug-ins load one copy of pyferry",
            own_file().to_string_lossy()
        );
    }
    Ok(())
}

/// Registers our atexit hook as early as possible: atexit calls what was registered first last. Two threads may do so at once; the
/// second hook to run finds the gate Closed, and returns.
fn hook(interpreter: &Arc<Interpreter>) -> Result<()> {
    let python = interpreter.python;
    if interpreter.origin == Origin::Main {
        fork::check_watch()?;
        python.after_fork_in_child(Box::new(fork::cpython_is_back))?;
        // If Py_AtExit's list is full, the mark of `serve` is still there.
        python.at_end_of_runtime(runtime_ended);
    }
    let imported_in = Arc::clone(interpreter);
    python.when_threading_is_imported(Box::new(move || {
        if is_through_kept_state(&imported_in) {
            // An error means that Python code has replaced `threading`: a replacement without these internals does not wait either.
            let _ = python.spare_main_thread();
        }
    }))?;
    let hooked = Arc::clone(interpreter);
    python.at_exit(Box::new(move || {
        thread::with_frozen_attachments(python, || {
            shutdown::shut_down(&hooked);
            release::release_all(&hooked);
            at_end::run(&hooked);
        })
    }))
}

/// Whether this thread is attached through a cached thread state of pyferry's.
fn is_through_kept_state(interpreter: &Interpreter) -> bool {
    let (attached, mut kept) = (thread::current_state(interpreter.python), false);
    interpreter
        .gate
        .for_each_participant(|participant| kept |= attached.is_some() && participant.entry.state.get() == attached);
    kept
}

/// No interpreter of this run of Python is left. The mark of `serve` says so earlier, but not always: since 3.14 a thread state has
/// the stack limits of the thread that attached it first. If another thread finalises through that state, CPython takes its stack
/// for exhausted, and destructors go to the trashcan and are never run.
extern "C" fn runtime_ended() {
    registry::all().iter().for_each(|interpreter| interpreter.died());
}
