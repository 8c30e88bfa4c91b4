//! Raises KeyboardInterrupt in the threads of an interpreter.
//!
//! PyThreadState_SetAsyncExc needs an attached caller, and C code may keep the GIL for as long as it likes. So the caller only
//! marks the participants that are inside, and a helper thread attaches and raises the exception in the threads that still have the
//! mark. A thread that leaves loses its mark, so its next visit is not hit. Threads that came in by CPython's own calls have no
//! mark: they are hit if they run Python code at that moment.

use super::helpers;
use crate::error::{Error, Result, fail};
use crate::registry::{self, Interpreter, own};
use crate::sys;
use crate::thread::{self, Admission};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long `interrupt` waits for the delivery: longer than a thread that runs Python code keeps the GIL.
const AT_ONCE: Duration = Duration::from_millis(50);

/// Raises KeyboardInterrupt in every thread that is attached to the interpreter: at once or, if C code lets nobody in, as soon as
/// it does.
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
            Error::no_thread("that interrupts ", &interpreter.name(), &error)
        })?;
    }
    // The helper is nearly always done at once, and then a thread that enters Python after this call is not hit.
    let back = thread::released(interpreter.python, None, || {
        let until = Instant::now() + AT_ONCE;
        while !interpreter.delivery.is_over() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(100));
        }
    });
    thread::check_back(back, &format!("{} is interrupted", interpreter.name()))
}

fn deliver(interpreter: &Arc<Interpreter>) {
    loop {
        // Late: a shutdown that begins now waits for those who are to be interrupted. Refused: the gate is claimed or Closed, with nobody
        // left to interrupt.
        let visited = thread::visit(interpreter, Admission::Late, own::DELIVERY, || {
            interpreter.delivery.look();
            raise_in_those_marked(interpreter);
        });
        if visited.is_err() {
            return interpreter.delivery.give_up();
        }
        if interpreter.delivery.end() {
            return;
        }
    }
}

/// Marks the threads that are inside, except helpers, and except the calling thread if it runs no Python code.
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

/// Raises KeyboardInterrupt in the threads that have the mark, and in those that pyferry did not attach, if they run Python code.
/// The caller is attached to the interpreter.
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
    let Some(states) = python.states_in_python(raw, &idle) else {
        // A CPython whose states cannot be listed: at least those who have the mark.
        return marked
            .into_iter()
            .for_each(|ident| registry::unless_shielded(ident, || python.interrupt_thread(ident)));
    };
    for (state, ident) in states.into_iter().filter(|(_, ident)| !spared.contains(ident)) {
        registry::unless_shielded(ident, || python.interrupt(raw, state, ident));
    }
}
