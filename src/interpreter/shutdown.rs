//! How an interpreter shuts down: who is waited for, and what becomes of what they leave.

use super::coroutine;
use super::helpers::{is_helper, is_not_reported, is_unheld};
use super::limits::Limits;
use super::python_threads::{self, Waiting};
use super::report;
use crate::error::{Error, Result, Status, fail};
use crate::gate::{self, NotDrained};
use crate::host::at_end;
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
    /// Somebody else does, or the calling thread has lost what it was attached to.
    Elsewhere,
}

/// Whether an interpreter has ended that the caller had the claim of.
pub enum Finished {
    Yes,
    /// A thread came that has no pin, by CPython's own calls. The claim is given back: wait again.
    NotYet,
}

/// How long a wait for those inside goes before the observer is sent in to see where in Python they are.
const UNOBSERVED: Duration = Duration::from_millis(10);
/// Threads of ours that come and go by themselves are waited for beyond a shorter time limit.
const HELPERS: Duration = Duration::from_secs(1);

/// The hook: runs on the thread that shuts the interpreter down, attached to it, while Python is still whole.
pub fn shut_down(interpreter: &Arc<Interpreter>) {
    let is_main = interpreter.origin == Origin::Main;
    if is_main {
        // First close all, then wait: those inside may go from one to another, but not stay for ever by doing so.
        registry::all().iter().for_each(|other| close(other));
    }
    let limits = Limits::default();
    // An error is an interpreter that cannot be ended; CPython will say so.
    let _ = take_down(interpreter, &limits, |claim| {
        if is_main {
            // What CPython does with left-over sub-interpreters comes after the point of no return (3.12 and later), or is a
            // fatal error (before), so now is the time for all of them; nobody is left in main who could make another.
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

/// Lets nobody new in from here on, and has the queues take no more jobs.
pub fn close(interpreter: &Interpreter) {
    interpreter.gate.close();
    queue::refuse(interpreter);
}

fn finish(interpreter: &Interpreter, claim: Claim<'_>) {
    claim.finish();
    python_threads::forget(interpreter);
}

/// Closes an interpreter, waits for those inside, and has it taken down by `act`, which gets the claim; waits again where that
/// says so.
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

/// Waits, attached to nothing, until nobody but this thread is inside, and in an interpreter of ours until its Python
/// threads have ended; tells the host from time to time who is waited for. None: somebody else takes it down, or this thread
/// has lost what it was attached to. The error says who is left when the time is up.
fn wait_for_the_last<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    if interpreter.is_closed() {
        return Ok(None);
    }
    if interpreter.python.is_finalizing() {
        // Whoever lets go now is not let in again, and neither is anybody else: there is nothing to wait for.
        let at_once = Some(Instant::now());
        return Ok(interpreter.gate.drain_over(thread::serial(), thread::is_mine, |_| false, at_once).ok());
    }
    let mut claim = Ok(None);
    let back = thread::released(interpreter.python, Some(interpreter), || claim = wait_outside(interpreter, limits));
    // Where this thread was attached to another one, which did not wait for it, a claim is given back.
    if back { claim } else { Ok(None) }
}

fn wait_outside<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    if let Some(claim) = wait_for_participants(interpreter, limits)? {
        return Ok(Some(claim));
    }
    if interpreter.origin == Origin::Ours {
        python_threads::wait_until_gone(interpreter, limits, python_threads::tell_from_own_thread)?;
    }
    // The threads of ours that were in on their account, and whoever finishes the interpreter already.
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
        Err(NotDrained::TimedOut) => fail!(Timeout, "another thread is ending {}", interpreter.name()),
    }
}

/// Waits until the threads and guards of the host's are out. Where they were given up instead, there is a claim.
pub fn wait_for_participants<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    // First, so that whoever waits for a job leaves.
    queue::tell(interpreter);
    coroutine::tell(interpreter);
    let claim = wait_for_participants_to_leave(interpreter, limits)?;
    if claim.is_none() {
        queue::wait_until_told(interpreter, limits.deadline)?;
    }
    Ok(claim)
}

fn wait_for_participants_to_leave<'a>(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Result<Option<Claim<'a>>> {
    let can_go_on = can_go_on(interpreter);
    let is_excepted = |entry: &Entry| is_not_reported(entry) || (can_go_on && is_unheld(entry));
    let empty = |until| interpreter.gate.wait_until_empty(is_excepted, until);
    let earliest = |then: Instant| Some(limits.deadline.map_or(then, |deadline| deadline.min(then)));
    let mut next_report = Instant::now() + report::interval();
    if empty(earliest(Instant::now() + UNOBSERVED)) {
        return Ok(None);
    }
    let waiting = Waiting::begin(interpreter, limits);
    loop {
        if limits.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            let who = describe_participants(interpreter);
            return Err(Error::says(Status::Timeout, format_args!("{} is still in use by {who}", interpreter.name())));
        }
        waiting.observe();
        if empty(earliest(next_report)) {
            return Ok(None);
        }
        if next_report <= Instant::now() {
            let who = describe_participants(interpreter);
            let give_up = report::give_up(&format!("{} is shutting down and waits for {who}", interpreter.name()));
            if give_up
                && can_go_on
                && let Some(claim) = claim_over_those_inside(interpreter)
            {
                return Ok(Some(claim));
            }
            next_report = Instant::now() + report::interval();
        }
    }
}

/// Whether an interpreter can be ended with threads inside: up to 3.13 a thread state that is left in a sub-interpreter is a fatal
/// error.
fn can_go_on(interpreter: &Interpreter) -> bool {
    interpreter.origin == Origin::Main || !interpreter.python.end_needs_last_state()
}

/// Gives up those who are inside, but for threads of ours, which are waited for: the end of Python must not find one where it
/// waits for the GIL. Up to 3.11 that one would take the GIL of the next Python, and keep it for ever.
fn claim_over_those_inside(interpreter: &Interpreter) -> Option<Claim<'_>> {
    let until = Some(Instant::now() + HELPERS);
    interpreter.gate.drain_over(thread::serial(), thread::is_mine, is_helper, until).ok()
}

/// Whether threads of the host's, or Python's own, are inside an interpreter. A hint.
pub fn is_used(interpreter: &Interpreter) -> bool {
    let states = || interpreter.python.count_states(interpreter.raw()?);
    interpreter.has_participants(is_not_reported)
        || states().is_some_and(|states| states > python_threads::known_states(interpreter))
}

fn describe_participants(interpreter: &Interpreter) -> String {
    interpreter.describe_participants(is_not_reported, |ident| python_threads::place_of(interpreter, ident))
}

/// Deletes all cached states but the one this thread is attached through. Attached to the interpreter, whose gate is
/// claimed.
fn delete_idle_states(interpreter: &Interpreter) {
    let attached = thread::current_state(interpreter.python);
    let mut states = Vec::new();
    interpreter.gate.for_each_participant(|participant| {
        // One whose thread was given up is still in use there; it is left to CPython. A pin says nothing now: whoever is
        // refused at this moment has one, until it has stepped back. Free-threaded, a Python thread that nobody waits for may have the
        // address of one that has ended (`thread::stand_ins`): such a thread's state is left to CPython, too, which stops the world.
        let is_cpythons = interpreter.origin == Origin::Main && interpreter.python.free_threaded;
        if !(participant.is_given_up() || is_cpythons && participant.is_orphaned()) {
            states.extend(participant.entry.state.take());
        }
    });
    states.extend(interpreter.keeper.take());
    states.retain(|state| Some(*state) != attached);
    thread::delete_idle(interpreter.python, interpreter.slot, &states);
}

/// Takes an interpreter down on a thread that is attached to the main interpreter, and is again on return.
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
        // This thread's is one more than those that may be there.
        let is_last = !python.end_needs_last_state()
            || python.states_of(raw).len() <= python_threads::known_states(interpreter) + 1;
        if !ours {
            // Main goes, and what it leaves CPython ends too late, from 3.12 on, or not at all: this is the last moment.
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
