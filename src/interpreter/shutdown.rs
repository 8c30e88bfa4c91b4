//! How an interpreter shuts down: which threads are waited for, and what becomes of their thread states.

use super::coroutine;
use super::helpers::{is_helper, is_not_reported, is_unheld};
use super::limits::Limits;
use super::python_threads::{self, Waiting};
use super::report;
use crate::error::{Error, Result, Status, fail};
use crate::gate::{self, NotDrained};
use crate::host::at_end;
use crate::nudge;
use crate::queue;
use crate::queue::release;
use crate::registry::{self, Entry, Interpreter, Origin};
use crate::thread;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The right to finish an interpreter.
pub type Claim<'a> = gate::Claim<'a, Entry>;

/// Who took an interpreter down.
pub enum TakenDown {
    Here,
    /// Another thread does, or the interpreter that the calling thread was attached to has ended.
    Elsewhere,
}

/// Whether a claimed interpreter has ended.
pub enum Finished {
    Yes,
    /// A thread has come in by CPython's own calls, without a pin. The claim is given back: wait again.
    NotYet,
}

/// How long to wait for the threads inside before the observer is started, to see where in Python code they are.
const UNOBSERVED: Duration = Duration::from_millis(10);
/// How often to look whether the host wants reports at another interval.
const LOOK: Duration = Duration::from_millis(50);
/// Helper threads leave by themselves: they are waited for this long even if the time limit is shorter.
const HELPERS: Duration = Duration::from_secs(1);

/// The atexit hook: runs on the thread that shuts the interpreter down, attached to it, while Python is still whole.
pub fn shut_down(interpreter: &Arc<Interpreter>) {
    let is_main = interpreter.origin == Origin::Main;
    if is_main {
        // Close all gates before waiting at any: otherwise threads could go from one interpreter to another for ever.
        registry::all().iter().for_each(|other| close(other));
    }
    let limits = Limits::default();
    // An error means an interpreter that cannot be ended; CPython will say so.
    let _ = take_down(interpreter, &limits, |claim| {
        if is_main {
            // Left to CPython, sub-interpreters are a fatal error (up to 3.12), or end past the point of no return (3.13) or with a
            // RuntimeWarning (3.14.5 and later). So end all of them now: nobody is left in main who could make another.
            for other in registry::all().iter().filter(|other| other.serial != interpreter.serial) {
                let _ = take_down(other, &limits, |claim| finish_from_main(other, claim));
            }
            interpreter.python.keep_argument_names();
        }
        delete_idle_states(interpreter);
        finish(interpreter, claim);
        Ok(Finished::Yes)
    });
}

/// Closes the gate to new threads, and the interpreter's queues to new jobs.
pub fn close(interpreter: &Interpreter) {
    interpreter.gate.close();
    queue::refuse(interpreter);
}

fn finish(interpreter: &Interpreter, claim: Claim<'_>) {
    claim.finish();
    python_threads::forget(interpreter);
}

/// Closes an interpreter, waits for the threads inside, and calls `act` with the claim, to end the interpreter; waits again if
/// `act` returns `NotYet`.
pub fn take_down<'a>(
    interpreter: &'a Arc<Interpreter>,
    limits: &Limits,
    mut act: impl FnMut(Claim<'a>) -> Result<Finished>,
) -> Result<TakenDown> {
    close(interpreter);
    loop {
        let Some(claim) = wait_for_the_last(interpreter, limits)? else { return Ok(TakenDown::Elsewhere) };
        if let Finished::Yes = act(claim)? {
            return Ok(TakenDown::Here);
        }
    }
}

/// Waits, detached, until no other thread is inside and, in an interpreter that pyferry made, its Python threads have ended;
/// reports at intervals which threads are waited for. None: another thread takes the interpreter down, or the one that this thread
/// was attached to has ended. On timeout the error names the threads that are left.
fn wait_for_the_last<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    if interpreter.is_closed() {
        return Ok(None);
    }
    if interpreter.python.is_finalizing() {
        // Past the point of no return no detached thread attaches again, this one included: there is nobody to wait for.
        let at_once = Some(Instant::now());
        return Ok(interpreter.gate.drain_over(thread::serial(), thread::is_mine, |_| false, at_once).ok());
    }
    let mut claim = Ok(None);
    let back = thread::released(interpreter.python, Some(interpreter), || claim = wait_outside(interpreter, limits));
    // If this thread was attached to another interpreter that did not wait for it, the claim is dropped, and so given back.
    if back { claim } else { Ok(None) }
}

fn wait_outside<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    if let Some(claim) = wait_for_participants(interpreter, limits)? {
        return Ok(Some(claim));
    }
    if interpreter.origin == Origin::Ours {
        python_threads::wait_until_gone(interpreter, limits, python_threads::tell_from_own_thread)?;
    }
    // Now for the helper threads of this wait, and for another thread that may be finishing the interpreter already.
    let soon = limits.deadline.map(|deadline| deadline.max(Instant::now() + HELPERS));
    let is_waited_for = |entry: &Entry| !thread::is_mine(entry) && !is_unheld(entry);
    let (gate, closer) = (&interpreter.gate, thread::serial());
    let claim = if can_go_on(interpreter) {
        gate.drain_over(closer, thread::is_mine, is_waited_for, soon)
    } else {
        gate.drain(closer, thread::is_mine, soon)
    };
    match claim {
        Ok(claim) => Ok(Some(claim)),
        Err(NotDrained::Closed) => Ok(None),
        Err(NotDrained::TimedOut) => fail!(
            Timeout,
            "another thread is ending {}, or a thread of pyferry's runs the destructors of what ended threads left there",
            interpreter.name()
        ),
    }
}

/// Waits until the host's threads are out and its guards are closed. If they were given up instead, returns the claim.
pub fn wait_for_participants<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    // First, so that threads which wait for a job or a coroutine leave.
    queue::tell(interpreter);
    coroutine::tell(interpreter);
    let claim = wait_for_participants_to_leave(interpreter, limits)?;
    if claim.is_none() {
        // If a callback of the host's has forked on this thread, the gate is open in the child.
        close(interpreter);
        queue::wait_until_told(interpreter, limits.deadline)?;
    }
    Ok(claim)
}

fn wait_for_participants_to_leave<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    let can_go_on = can_go_on(interpreter);
    let is_excepted = |entry: &Entry| is_not_reported(entry) || (can_go_on && is_unheld(entry));
    let empty = |until| interpreter.gate.wait_until_empty(is_excepted, until);
    let earliest = |then: Instant| Some(limits.deadline.map_or(then, |deadline| deadline.min(then)));
    let mut last_report = Instant::now();
    if empty(earliest(Instant::now() + UNOBSERVED)) {
        return Ok(None);
    }
    let waiting = Waiting::begin(interpreter, limits);
    loop {
        if limits.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            let who = describe_participants(interpreter);
            return Err(Error::says(Status::Timeout, format_args!("{} is still in use by {who}", interpreter.name())));
        }
        // Without an observer the threads are not seen, but they leave all the same; only who is to be interrupted may not.
        let observed = waiting.observe();
        if limits.interrupt_from.is_some() {
            observed?;
        }
        if empty(earliest(Instant::now() + report::until_next(last_report).min(LOOK))) {
            return Ok(None);
        }
        if report::until_next(last_report).is_zero() {
            let who = describe_participants(interpreter);
            let give_up = report::give_up(&format!("{} is shutting down and waits for {who}", interpreter.name()));
            if give_up
                && can_go_on
                && let Some(claim) = claim_over_those_inside(interpreter)
            {
                return Ok(Some(claim));
            }
            last_report = Instant::now();
        }
    }
}

/// Whether an interpreter can be ended with threads inside: up to 3.13 Py_EndInterpreter is a fatal error while another thread
/// state is left.
fn can_go_on(interpreter: &Interpreter) -> bool {
    interpreter.origin == Origin::Main || !interpreter.python.end_needs_last_state()
}

/// Gives up the threads inside, but waits for helper threads: when Python ends, none may be waiting for the GIL. Up to 3.11 such a
/// thread would take the GIL of the next Python, and keep it for ever.
fn claim_over_those_inside(interpreter: &Interpreter) -> Option<Claim<'_>> {
    let until = Some(Instant::now() + HELPERS);
    interpreter.gate.drain_over(thread::serial(), thread::is_mine, is_helper, until).ok()
}

/// Whether host threads, or Python's own, are inside an interpreter. A hint.
pub fn is_used(interpreter: &Interpreter) -> bool {
    let states = || interpreter.python.count_states(interpreter.raw()?);
    interpreter.has_participants(is_not_reported)
        || states().is_some_and(|states| states > python_threads::known_states(interpreter))
}

fn describe_participants(interpreter: &Interpreter) -> String {
    interpreter.describe_participants(is_not_reported, |ident| python_threads::place_of(interpreter, ident))
}

/// Deletes all cached thread states but the one this thread is attached through. The caller has the claim, and is attached to the
/// interpreter.
fn delete_idle_states(interpreter: &Interpreter) {
    let attached = thread::current_state(interpreter.python);
    let mut states = Vec::new();
    interpreter.gate.for_each_participant(|participant| {
        // The state of a thread that was given up is still in use, and is left to CPython. Pins say nothing now: a thread that is
        // being refused has one until it has stepped back. Free-threaded, main's orphaned states are left to CPython, too, which
        // stops the world first: a Python thread that nobody waits for may have the address of a thread that has ended
        // (`thread::stand_ins`).
        let is_cpythons = interpreter.origin == Origin::Main && interpreter.python.free_threaded;
        if !(participant.is_given_up() || is_cpythons && participant.is_orphaned()) {
            states.extend(participant.entry.state.take());
        }
    });
    states.extend(interpreter.keeper.take());
    states.retain(|state| Some(*state) != attached);
    nudge::delete_idle(interpreter.python, interpreter.slot, &states);
}

/// Takes an interpreter down. This thread is attached to the main interpreter, before and afterwards.
pub fn finish_from_main(interpreter: &Interpreter, claim: Claim<'_>) -> Result<Finished> {
    let (python, slot) = (interpreter.python, interpreter.slot);
    let (Some(main), Some(raw)) = (thread::current_state(python), interpreter.raw()) else {
        finish(interpreter, claim);
        return Ok(Finished::Yes);
    };
    let Some(made) = python.make_state(slot, raw) else {
        fail!(NoMemory, "CPython could not make a thread state to end {} with", interpreter.name());
    };
    let ours = interpreter.origin == Origin::Ours;
    let unused = thread::with_temporary_state(python, slot, made, |state, main_slot| {
        // This thread's own state comes on top of the known ones.
        let is_last = !python.end_needs_last_state()
            || python.states_of(raw).len() <= python_threads::known_states(interpreter) + 1;
        if !ours {
            // Main ends: left to CPython, this interpreter would end too late (3.13) or not at all (up to 3.12), so this is the
            // last moment.
            at_end::run(interpreter);
        }
        if ours && !is_last {
            python.delete_attached(slot, state, main_slot);
            return Some(claim);
        }
        delete_idle_states(interpreter);
        finish(interpreter, claim);
        if !ours {
            release::release_all(interpreter);
        }
        if ours {
            python.end_interpreter(slot, state, main, main_slot);
        } else {
            python.delete_attached(slot, state, main_slot);
        }
        None
    });
    if unused.is_some() {
        return Ok(Finished::NotYet);
    }
    if ours {
        interpreter.died();
    }
    Ok(Finished::Yes)
}
