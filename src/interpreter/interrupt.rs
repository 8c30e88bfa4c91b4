//! KeyboardInterrupt in the threads of an interpreter.
//!
//! To raise it there one has to be attached, and a script in C code may keep the GIL for as long as it likes. So whoever
//! interrupts only marks those who are inside, and a thread of ours goes in and raises it in those who still have the
//! mark. Who leaves loses the mark, so what the thread does at its next visit is not hit. Those who came in by CPython's own
//! calls have no mark: they are hit if they run Python code then.

use super::helpers::{self, DELIVERY};
use crate::error::{Error, Result, Status, fail};
use crate::gate::Phase;
use crate::registry::{self, Interpreter};
use crate::sys;
use crate::thread::{self, Admission};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For how long an interrupt waits for its delivery: longer than a thread that runs Python code keeps the GIL.
const AT_ONCE: Duration = Duration::from_millis(50);

/// Raises KeyboardInterrupt in every thread that is attached to the interpreter: at once or, where a script lets nobody in,
/// as soon as it does.
pub fn interrupt(interpreter: &Arc<Interpreter>) -> Result<()> {
    let here = interpreter.is(thread::current(interpreter.python));
    if !here && interpreter.is_closed() {
        fail!(Closed, "{} has ended: there is nobody to interrupt", interpreter.name());
    }
    mark_those_inside(interpreter);
    if here {
        raise_in_those_marked(interpreter);
        return Ok(());
    }
    if interpreter.delivery.ask() {
        let target = Arc::clone(interpreter);
        sys::spawn(c"pyferry-intr", move || deliver(&target)).map_err(|error| {
            interpreter.delivery.give_up();
            let text = format!("cannot start a thread that interrupts {}: {error}", interpreter.name());
            Error::new(Status::NoMemory, text)
        })?;
    }
    // Nearly always the thread is through at once, and then whoever comes into Python after this call is not hit.
    let back = thread::released(interpreter.python, None, || {
        let until = Instant::now() + AT_ONCE;
        while !interpreter.delivery.is_over() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(100));
        }
    });
    if !back {
        fail!(
            Closed,
            "the interpreter that this thread was attached to was shut down meanwhile: it is attached to nothing; {} is interrupted",
            interpreter.name()
        );
    }
    Ok(())
}

fn deliver(interpreter: &Arc<Interpreter>) {
    loop {
        let admission = if interpreter.gate.phase() == Phase::Open { Admission::Open } else { Admission::Late };
        // Refused: nobody is inside any more.
        let Ok(ticket) = thread::attach(interpreter, admission, DELIVERY) else {
            return interpreter.delivery.give_up();
        };
        interpreter.delivery.look();
        raise_in_those_marked(interpreter);
        // It is attached, as it just was: there is nothing to fail.
        let _ = thread::detach(ticket);
        if interpreter.delivery.end() {
            return;
        }
    }
}

/// Marks the threads that are inside, but for the calling thread if it runs no Python code.
pub fn mark_those_inside(interpreter: &Interpreter) {
    let python = interpreter.python;
    let idle_here = thread::current_state(python)
        .is_some_and(|own| interpreter.is(python.interpreter_of(own)) && !python.runs_python(own));
    interpreter.gate.for_each_participant(|participant| {
        let entry = &participant.entry;
        let is_inside = participant.pins() > 0 && entry.is_in() && !entry.is_guard();
        if is_inside && !helpers::is_helper(entry) && !(idle_here && thread::is_mine(entry)) {
            participant.raise_signal();
        }
    });
}

/// Raises KeyboardInterrupt in those who have the mark and in the threads that Python started. Attached to the interpreter.
pub fn raise_in_those_marked(interpreter: &Interpreter) {
    registry::raising(|| raise_in(interpreter));
}

fn raise_in(interpreter: &Interpreter) {
    let (python, Some(raw)) = (interpreter.python, interpreter.raw()) else { return };
    let own = thread::current_state(python).filter(|own| !python.runs_python(*own));
    let mut idle: Vec<_> = own.into_iter().collect();
    let (mut marked, mut spared) = (Vec::new(), Vec::new());
    interpreter.gate.for_each_participant(|participant| {
        let entry = &participant.entry;
        if entry.is_guard() {
            return;
        }
        if participant.pins() == 0 || !entry.is_in() {
            idle.extend(entry.state.get());
        } else if participant.has_signal() {
            marked.push(entry.ident());
        } else {
            spared.push(entry.ident());
        }
    });
    // An error means that somebody took the modules apart that know the threads.
    let threads = python.threads_of(raw, &idle, &marked).unwrap_or_default();
    for ident in threads.into_iter().filter(|ident| !spared.contains(ident)) {
        registry::unless_shielded(ident, || python.interrupt(ident));
    }
}
