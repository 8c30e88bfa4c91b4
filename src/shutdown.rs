//! How an interpreter shuts down: who is waited for, and what becomes of what they leave.

use crate::cpython::Raw;
use crate::error::{Result, fail};
use crate::gate::Drained;
use crate::host::at_end;
use crate::record::{self, Interpreter, Occupant, Origin};
use crate::report;
use crate::thread;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The hook: runs on the thread that shuts the interpreter down, attached to it, while Python is still whole.
pub fn shut_down(interpreter: &Arc<Interpreter>) {
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
        interpreter.python.keep_argument_names();
    }
    delete_idle_states(interpreter);
    interpreter.gate.finish();
}

/// Waits, attached to nothing, until nobody but this thread is inside; tells the host from time to time who still is.
pub fn wait_for_the_last(interpreter: &Interpreter, deadline: Option<Instant>) -> Drained {
    let drained = drain(interpreter, deadline);
    if drained == Drained::Ours {
        thread::takes_down(interpreter);
    }
    drained
}

fn drain(interpreter: &Interpreter, deadline: Option<Instant>) -> Drained {
    if interpreter.is_closed() {
        return Drained::Theirs;
    }
    if interpreter.python.is_finalizing() {
        // Whoever lets go now is not let in again, and neither is anybody else: there is nothing to wait for.
        return if interpreter.gate.claim(thread::is_mine) { Drained::Ours } else { Drained::Theirs };
    }
    let mut drained = Drained::TimedOut;
    let back =
        thread::released(interpreter.python, Some(interpreter), || drained = drain_outside(interpreter, deadline));
    if back {
        return drained;
    }
    // This thread has lost what it was attached to, which did not wait for it.
    if drained == Drained::Ours {
        interpreter.gate.unclaim();
    }
    Drained::Theirs
}

fn drain_outside(interpreter: &Interpreter, deadline: Option<Instant>) -> Drained {
    // Up to 3.13 ending a sub-interpreter with a thread state left in it is a fatal error.
    let can_go_on = interpreter.origin == Origin::Main || !interpreter.python.end_needs_last_state();
    let mut until = deadline;
    loop {
        let next = Instant::now() + report::interval();
        let drained = interpreter.gate.drain(thread::is_mine, Some(until.map_or(next, |until| until.min(next))));
        if drained != Drained::TimedOut {
            return drained;
        }
        if !interpreter.has_occupants(is_not_reported) {
            until = None;
            continue;
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return drained;
        }
        until = deadline;
        let who = interpreter.describe_occupants(is_not_reported);
        let give_up = report::give_up(&format!("{} is shutting down and waits for {who}", interpreter.name()));
        if give_up && can_go_on && interpreter.gate.claim(thread::is_mine) {
            return Drained::Ours;
        }
    }
}

/// Whether an occupant is none that somebody else could make leave: this thread, or a herald.
pub fn is_not_reported(occupant: &Occupant) -> bool {
    thread::is_mine(occupant) || thread::is_herald(occupant)
}

/// Deletes all cached states but the one this thread is attached through. Attached to the interpreter, whose gate is
/// claimed.
fn delete_idle_states(interpreter: &Interpreter) {
    let attached = thread::current_state(interpreter.python);
    let mut states = Vec::new();
    interpreter.gate.for_each_seat(|seat| {
        // One whose thread was given up is still in use there; it is left to CPython. A pin says nothing now: whoever is
        // refused at this moment has one, until it has stepped back.
        if !seat.is_given_up() {
            states.extend(seat.occupant.state.take());
        }
    });
    states.extend(interpreter.keeper.take());
    states.retain(|state| Some(*state) != attached);
    interpreter.python.delete_idle(interpreter.slot, &states);
}

/// Takes down an interpreter whose gate this thread has claimed; it is attached to the main interpreter, and is again
/// on return. `shutting_down`: main is going, and what cannot be ended up to 3.11 is left to CPython.
pub fn finish_from_main(interpreter: &Interpreter, deadline: Option<Instant>, shutting_down: bool) -> Result<()> {
    let (python, slot) = (interpreter.python, interpreter.slot);
    let (Some(main), Some(raw)) = (thread::current_state(python), interpreter.raw()) else {
        interpreter.gate.finish();
        return Ok(());
    };
    let Some(made) = python.make_state(slot, raw) else {
        interpreter.gate.unclaim();
        fail!(NoMemory, "CPython could not make a thread state to end {} with", interpreter.name());
    };
    let ours = interpreter.origin == Origin::Ours;
    let left = thread::through(python, slot, made, |state, main_slot| {
        let left = if ours { wait_for_python_threads(interpreter, raw, deadline, shutting_down) } else { None };
        if !ours {
            // Main goes, and what it leaves CPython ends too late, from 3.12 on, or not at all: this is the last moment.
            at_end::run(interpreter);
        }
        if left.is_none() || shutting_down {
            delete_idle_states(interpreter);
            interpreter.gate.finish();
        }
        if ours && left.is_none() {
            python.end_interpreter(slot, state, main, main_slot);
        } else {
            python.delete_attached(slot, state, main_slot);
        }
        left
    });
    let Some(left) = left else {
        if ours {
            interpreter.died();
        }
        return Ok(());
    };
    if !shutting_down {
        interpreter.gate.unclaim();
    }
    fail!(Timeout, "{} still runs {left}; it lets nobody new in: stop them, then call again", interpreter.name())
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
    let mut known = 2;
    interpreter.gate.for_each_seat(|seat| known += usize::from(seat.occupant.state.get().is_some()));
    while python.states_of(raw).len() > known {
        let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        // Up to 3.11 finalising leaves such an interpreter alone; later it is a fatal error, so there is no way but to wait.
        if late || (shutting_down && !python.has_own_gil()) {
            return Some("a daemon thread, or one that the host attached by other means".into());
        }
        thread::released(python, None, || std::thread::sleep(Duration::from_millis(1)));
    }
    None
}
