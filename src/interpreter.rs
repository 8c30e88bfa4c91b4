//! How an interpreter comes to be known, is made, shuts down and ends.

use crate::cpython::{Python, Raw, Sharing};
use crate::error::{Error, Result, Status, fail};
use crate::fork;
use crate::gate::{Drained, Phase};
use crate::record::{self, Facts, Interpreter, Origin};
use crate::report;
use crate::sys;
use crate::thread::{self, Admission};
use std::ffi::{CStr, CString};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The main interpreter.
pub fn main(python: &'static Python) -> Result<Arc<Interpreter>> {
    let Some(raw) = python.main_interpreter() else {
        fail!(Closed, "Python has no main interpreter: it is starting or shutting down");
    };
    if let Some(known) = record::find(raw) {
        return Ok(known);
    }
    if thread::current(python) == Some(raw)
        && thread::current_state(python).is_some_and(|state| python.is_first_state(raw, state))
    {
        // Whoever imports threading first is its main thread: better the one that initialised Python than our visitor.
        python.import(c"threading")?;
    }
    let mut main = None;
    thread::released(python, || {
        python.visit_main(|raw, slot| {
            refuse_second_copy(python, raw)?;
            python.import_threading_for_others(false)?;
            let facts =
                Facts { executable: CString::new(python.executable()).unwrap_or_default(), debug: python.is_debug() };
            let (interpreter, new) = record::find_or_add(python, raw, slot, Origin::Main, true, facts);
            main = Some(Arc::clone(&interpreter));
            set_up(&interpreter, raw, new)
        })
    })?;
    main.ok_or_else(|| Error::new(Status::Internal, "the main interpreter was visited and not found"))
}

/// Two copies of this library would each keep a state per thread, and each wait for the other's at shutdown.
fn refuse_second_copy(python: &Python, raw: Raw) -> Result<()> {
    match python.served_by(raw) {
        Some(other) if !record::is_known(raw) => fail!(
            Unsupported,
            "{other} serves this Python already, and this is {}: have both plug-ins load one copy of pyferry",
            own_file().to_string_lossy()
        ),
        _ => Ok(()),
    }
}

/// The file that this library is.
fn own_file() -> &'static CStr {
    static FILE: OnceLock<CString> = OnceLock::new();
    FILE.get_or_init(|| CString::new(sys::own_file().to_string_lossy().into_owned()).unwrap_or_default())
}

/// The interpreter this thread is attached to, by whomever.
pub fn current() -> Result<Arc<Interpreter>> {
    let (python, state) = thread::attached_python()?;
    let Some(raw) = python.interpreter_of(state) else { fail!(Internal, "a thread state names no interpreter") };
    if let Some(known) = record::find(raw) {
        return Ok(known);
    }
    let main = main(python)?;
    if main.is(Some(raw)) {
        return Ok(main);
    }
    // What is imported through a state of its own leaves nothing on a state of theirs.
    through_own_state(&main, raw, || python.import_threading_for_others(false))?;
    register(&main, raw, Origin::Theirs, python.shares_gil())
}

/// Runs `f` attached to the interpreter this thread is attached to, but through another state, which is gone afterwards.
fn through_own_state(main: &Interpreter, raw: Raw, f: impl FnOnce() -> Result<()>) -> Result<()> {
    let (python, slot) = (main.python, main.slot);
    thread::released(python, || {
        let before = slot.get(python);
        let Some(state) = python.make_state(slot, raw) else {
            fail!(NoMemory, "CPython could not make a thread state");
        };
        python.attach(slot, state);
        let result = f();
        python.delete_attached(slot, state, before);
        result
    })
}

/// Makes an interpreter.
pub fn create(python: &'static Python, sharing: Sharing) -> Result<Arc<Interpreter>> {
    let main = main(python)?;
    let ticket = thread::attach(&main, Admission::Open, Some(c"pyferry_interpreter_new"))?;
    let prepared = python.own_character_names();
    let made = prepared.and_then(|()| {
        python.new_interpreter(main.slot, sharing, |raw, first| {
            python.import_threading_for_others(true)?;
            let made = register(&main, raw, Origin::Ours, sharing == Sharing::Legacy)?;
            made.keeper.put(first);
            Ok(made)
        })
    });
    thread::detach(ticket)?;
    made
}

/// Registers the interpreter this thread is attached to.
fn register(main: &Interpreter, raw: Raw, origin: Origin, shares_gil: bool) -> Result<Arc<Interpreter>> {
    let (interpreter, new) = record::find_or_add(main.python, raw, main.slot, origin, shares_gil, main.facts.clone());
    set_up(&interpreter, raw, new)?;
    Ok(interpreter)
}

/// Registers our hook in the interpreter this thread is attached to, as early as can be: atexit runs last things first.
/// Two threads may do it at the same time; a second hook finds the gate closed, and returns.
fn set_up(interpreter: &Arc<Interpreter>, raw: Raw, new: bool) -> Result<()> {
    let python = interpreter.python;
    let hooked = Arc::clone(interpreter);
    python.at_exit(Box::new(move || shut_down(&hooked)))?;
    if new {
        if interpreter.origin == Origin::Main {
            fork::watch()?;
            python.after_fork_in_child(Box::new(fork::cpython_is_back))?;
        }
        // The only news of an interpreter whose atexit functions never ran.
        let dying = Arc::clone(interpreter);
        python.serve(raw, own_file(), Box::new(move || dying.died()))?;
    }
    interpreter.set_ready();
    Ok(())
}

/// The hook: runs on the thread that shuts the interpreter down, attached to it, while Python is still whole.
fn shut_down(interpreter: &Arc<Interpreter>) {
    let is_main = interpreter.origin == Origin::Main;
    if is_main {
        // First close all, then wait: those inside may go from one to another, but not stay for ever by doing so.
        record::all().iter().for_each(|other| other.gate.close());
    }
    interpreter.gate.close();
    if wait_for_the_last(interpreter, None) != Drained::Ours {
        return;
    }
    if is_main {
        // What CPython does with left-over sub-interpreters comes after the point of no return (3.12 and later), so now
        // is the time for all of them; nobody is left in main who could make another.
        for other in record::all().iter().filter(|other| other.serial != interpreter.serial) {
            other.gate.close();
            if wait_for_the_last(other, None) == Drained::Ours {
                // An error here is an interpreter that cannot be ended; CPython will say so.
                let _ = finish_from_main(other, None, true);
            }
        }
    }
    delete_idle_states(interpreter);
    interpreter.gate.finish();
}

/// Waits, attached to nothing, until nobody but this thread is inside; tells the host from time to time who still is.
pub fn wait_for_the_last(interpreter: &Interpreter, deadline: Option<Instant>) -> Drained {
    // Up to 3.13 ending a sub-interpreter with a thread state left in it is a fatal error.
    let can_go_on = interpreter.origin == Origin::Main || !interpreter.python.end_needs_last_state();
    thread::released(interpreter.python, || {
        loop {
            let next = Instant::now() + report::interval();
            let until = deadline.map_or(next, |deadline| deadline.min(next));
            let drained = interpreter.gate.drain(thread::is_mine, Some(until));
            if drained != Drained::TimedOut || deadline == Some(until) {
                return drained;
            }
            let who = interpreter.describe_occupants();
            let give_up = report::give_up(&format!("{} is shutting down and waits for {who}", interpreter.name()));
            if give_up && can_go_on && interpreter.gate.claim() {
                return Drained::Ours;
            }
        }
    })
}

/// Deletes all cached states but the one this thread is attached through. Attached to the interpreter, whose gate is
/// claimed.
fn delete_idle_states(interpreter: &Interpreter) {
    let attached = thread::current_state(interpreter.python);
    let seats = interpreter.gate.seats();
    // One whose thread was given up is still in use there; it is left to CPython.
    let idle = seats.iter().filter(|seat| seat.pins() == 0 || thread::is_mine(&seat.occupant));
    for cell in idle.map(|seat| &seat.occupant.state).chain([&interpreter.keeper]) {
        if let Some(state) = cell.take()
            && Some(state) != attached
        {
            interpreter.python.delete_idle(interpreter.slot, state);
        }
    }
}

/// Ends an interpreter that pyferry made.
pub fn end(interpreter: &Arc<Interpreter>, deadline: Option<Instant>) -> Result<()> {
    let name = interpreter.name();
    match interpreter.origin {
        Origin::Ours => {}
        Origin::Main => fail!(
            InvalidArgument,
            "{name} is ended by pyferry_runtime_stop, or by Py_FinalizeEx where somebody else started Python"
        ),
        Origin::Theirs => {
            fail!(InvalidArgument, "{name} was not made by pyferry_interpreter_new: who made it must end it")
        }
    }
    if interpreter.is_closed() {
        fail!(Closed, "{name} has ended already");
    }
    if thread::is_inside(interpreter) {
        fail!(
            WrongThread,
            "this thread is attached to {name} and would wait for itself: detach first, or end it from another thread"
        );
    }
    interpreter.gate.close();
    match wait_for_the_last(interpreter, deadline) {
        Drained::Ours => {}
        Drained::Theirs => fail!(Closed, "{name} was ended by another thread meanwhile"),
        Drained::TimedOut => fail!(
            Timeout,
            "{name} is still in use by {}; it lets nobody new in: call again",
            interpreter.describe_occupants()
        ),
    }
    // Main stays while we are at it. Where it does not, its own shutdown waits for this claim.
    let label = Some(c"pyferry_interpreter_end");
    let ticket = match main(interpreter.python).and_then(|main| thread::attach(&main, Admission::Open, label)) {
        Ok(ticket) => ticket,
        Err(error) => {
            interpreter.gate.unclaim();
            return Err(error);
        }
    };
    let result = finish_from_main(interpreter, deadline, false);
    thread::detach(ticket)?;
    result
}

/// Takes down an interpreter whose gate this thread has claimed; it is attached to the main interpreter, and is again
/// on return. `shutting_down`: main is going, and what cannot be ended up to 3.11 is left to CPython.
fn finish_from_main(interpreter: &Interpreter, deadline: Option<Instant>, shutting_down: bool) -> Result<()> {
    let (python, slot) = (interpreter.python, interpreter.slot);
    let (Some(main), Some(raw)) = (thread::current_state(python), interpreter.raw()) else {
        interpreter.gate.finish();
        return Ok(());
    };
    let main_slot = slot.get(python);
    python.let_go();
    let Some(state) = python.make_state(slot, raw) else {
        python.come_back(main);
        interpreter.gate.unclaim();
        fail!(NoMemory, "CPython could not make a thread state to end {} with", interpreter.name());
    };
    python.attach(slot, state);

    let ours = interpreter.origin == Origin::Ours;
    let left = if ours { wait_for_python_threads(interpreter, raw, deadline, shutting_down) } else { None };
    if left.is_none() || shutting_down {
        delete_idle_states(interpreter);
        interpreter.gate.finish();
    }
    if ours && left.is_none() {
        python.end_interpreter(slot, state, main, main_slot);
        interpreter.died();
        return Ok(());
    }
    python.delete_attached(slot, state, main_slot);
    python.come_back(main);
    match left {
        None => Ok(()),
        Some(left) => {
            if !shutting_down {
                interpreter.gate.unclaim();
            }
            fail!(
                Timeout,
                "{} still runs {left}; it lets nobody new in: stop them, then call again",
                interpreter.name()
            )
        }
    }
}

/// Py_EndInterpreter waits for Python's own threads without limit, and up to 3.13 ends the process over those it does
/// not wait for. So we wait first. Says who is left.
fn wait_for_python_threads(
    interpreter: &Interpreter,
    raw: Raw,
    deadline: Option<Instant>,
    shutting_down: bool,
) -> Option<String> {
    let python = interpreter.python;
    let seconds = deadline.map_or(-1.0, |deadline| deadline.saturating_duration_since(Instant::now()).as_secs_f64());
    // An error means that somebody took the threading module apart: then the states have the last word.
    let names = python.join_threads(seconds).unwrap_or_default();
    if !names.is_empty() {
        return Some(format!("the Python threads {names}"));
    }
    if !python.end_needs_last_state() {
        return None;
    }
    // This thread's, the first one, and those that idle threads keep.
    let known = 2 + interpreter.gate.seats().iter().filter(|seat| seat.occupant.state.get().is_some()).count();
    while python.states_of(raw).len() > known {
        let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        // Up to 3.11 finalising leaves such an interpreter alone; later it is a fatal error, so there is no way but to wait.
        if late || (shutting_down && !python.has_own_gil()) {
            return Some("a daemon thread, or one that the host attached by other means".into());
        }
        thread::released(python, || std::thread::sleep(Duration::from_millis(1)));
    }
    None
}

/// Runs source in the `__main__` module of the interpreter this thread is attached to.
pub fn exec(source: &CStr, filename: &CStr) -> Result<()> {
    let (python, _) = thread::attached_python()?;
    python.exec_in_main(source, filename, |describe| {
        let shield = record::shield(python.thread_ident());
        // One that came before the shield.
        python.clear_interrupt();
        let error = describe();
        drop(shield);
        error
    })
}

/// Raises KeyboardInterrupt in every thread that is attached to the interpreter.
pub fn interrupt(interpreter: &Arc<Interpreter>) -> Result<()> {
    let python = interpreter.python;
    let inside_already = thread::is_inside(interpreter);
    let admission = if interpreter.gate.phase() == Phase::Open { Admission::Open } else { Admission::Late };
    let ticket = thread::attach(interpreter, admission, Some(c"pyferry_interpreter_interrupt"))?;
    let mut spared: Vec<_> = interpreter.keeper.get().into_iter().collect();
    if !inside_already {
        spared.extend(thread::current_state(python));
    }
    for seat in interpreter.gate.seats().iter().filter(|seat| !seat.occupant.is_guard()) {
        let occupant = &seat.occupant;
        if seat.pins() == 0 || !occupant.is_in() {
            spared.extend(occupant.state.get());
        } else {
            // The thread may leave before it sees the exception; then it takes it back by this.
            occupant.interrupted.store(true, Ordering::SeqCst);
        }
    }
    let result = match interpreter.raw() {
        Some(raw) => python.threads_of(raw, &spared).map(|threads| {
            threads.into_iter().for_each(|ident| record::unless_shielded(ident, || python.interrupt(ident)));
        }),
        None => Ok(()),
    };
    thread::detach(ticket)?;
    result
}
