//! What the header promises, as a machine small enough to read: which threads are inside of what, and by which status a
//! call that does not fit is refused.

use super::call::{Call, FOREVER, GUARDS, TICKETS, VIEWS};
use super::thread::{Maker, State, Thread};

/// Threads 0 and 1 are the host's own; this one initialises and finalises Python.
pub const INITIALIZER: usize = 2;
pub const ACTORS: usize = 3;

/// What is different from one CPython to another.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// 3.12 and later: interpreters have GILs of their own, and coming back to a state sets the gilstate slot.
    pub since_3_12: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Open,
    Closing,
    Closed,
}
use Phase::*;

#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    pub phase: Phase,
    pub is_main: bool,
}

/// Who initialised Python, if it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    None,
    Host,
    Runtime,
}

/// What is in the memory of a token or suspension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Empty,
    Filled { thread: usize, number: usize },
    Junk,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub facts: Facts,
    pub life: Life,
    /// In the order in which they were made.
    pub interpreters: Vec<Interpreter>,
    /// The last life's main interpreter.
    pub main: usize,
    /// Which interpreter each handle names.
    pub views: [Option<usize>; VIEWS],
    pub guards: [Option<usize>; GUARDS],
    pub tickets: [Memory; TICKETS],
    pub threads: [Thread; ACTORS],
    pub starts: usize,
    /// The way home ends the interpreters that the sequence began with: one that is held by mistake is noticed at once.
    pub is_thorough: bool,
    /// How many tickets were filled, and Saves and Ensures made.
    pub begun: usize,
    pub serials: usize,
}

/// What a call is to come to. One status, but where the header leaves a choice that makes no difference afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    pub statuses: Vec<&'static str>,
    /// What becomes of the handle: `=` as before, `+` filled, `0` emptied.
    pub effect: char,
}

pub fn refuse(status: &'static str) -> Expected {
    Expected { statuses: vec![status], effect: '=' }
}

pub fn refuse_either(one: &'static str, other: &'static str) -> Expected {
    Expected { statuses: vec![one, other], effect: '=' }
}

pub fn ok(effect: char) -> Expected {
    Expected { statuses: vec!["OK"], effect }
}

impl Model {
    /// Before anything was done in a new process.
    pub fn stopped(facts: Facts) -> Model {
        Model {
            facts,
            life: Life::None,
            interpreters: Vec::new(),
            main: usize::MAX,
            views: [None; VIEWS],
            guards: [None; GUARDS],
            tickets: [Memory::Empty; TICKETS],
            threads: std::array::from_fn(Thread::new),
            starts: 0,
            is_thorough: false,
            begun: 0,
            serials: ACTORS,
        }
    }

    /// What the call comes to on that thread, and all it changes.
    pub fn step(&mut self, actor: usize, call: &Call) -> Expected {
        let expected = self.make(actor, call);
        self.drop_what_nothing_holds();
        expected
    }

    fn make(&mut self, actor: usize, call: &Call) -> Expected {
        match *call {
            Call::ViewMain(out) => match self.main_for_a_view(out.is_some()) {
                Ok(()) => self.put_view(out, self.main),
                Err(refused) => refused,
            },
            Call::ViewCurrent(out) => match self.threads[actor].current {
                _ if out.is_none() => refuse("INVALID_ARGUMENT"),
                Some(state) => self.put_view(out, state.interpreter),
                None => refuse(self.not_attached()),
            },
            Call::ViewClone(from, to) => match self.viewed(from) {
                Some(interpreter) => self.put_view(Some(to), interpreter),
                None => ok('='),
            },
            Call::ViewFree(place) => {
                place.map(|place| self.views[place].take());
                ok('=')
            }
            Call::ViewInterpreterId(_) | Call::IsAttached(_) => ok('='),
            Call::RuntimeInfo(room) => self.main_for_a_view(room).err().unwrap_or(ok('=')),
            Call::GuardOpen(of, out) => match (self.viewed(of), out) {
                (Some(interpreter), Some(out)) if self.phase(interpreter) == Open => {
                    self.guards[out] = Some(interpreter);
                    ok('+')
                }
                (Some(_), Some(_)) => refuse("CLOSED"),
                _ => refuse("INVALID_ARGUMENT"),
            },
            Call::GuardView(of, out) => match of.and_then(|guard| self.guards[guard]) {
                Some(_) if out.is_none() => refuse("INVALID_ARGUMENT"),
                Some(interpreter) => self.put_view(out, interpreter),
                None => refuse("INVALID_ARGUMENT"),
            },
            Call::GuardClose(place) => {
                place.map(|place| self.guards[place].take());
                ok('=')
            }
            Call::Attach(to, out) | Call::AttachLabeled(to, out) => self.attach(actor, self.viewed(to), out, false),
            Call::AttachGuarded(to, out) => self.attach(actor, to.and_then(|guard| self.guards[guard]), out, true),
            Call::Detach(ticket) => self.detach(actor, ticket),
            Call::Suspend(out) => self.suspend(actor, out),
            Call::Resume(ticket) => self.resume(actor, ticket),
            Call::ThreadForget => {
                self.forget(actor);
                ok('=')
            }
            Call::InterpreterNew(out, flags) => self.interpreter_new(actor, out, flags),
            Call::InterpreterEnd(view, timeout) | Call::InterpreterStop(view, timeout) => {
                self.interpreter_end(actor, self.viewed(view), timeout)
            }
            Call::InterpreterInterrupt(view) => match self.viewed(view) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.phase(interpreter) == Closed => refuse("CLOSED"),
                Some(_) => ok('='),
            },
            Call::AtEnd(view, function) => match self.viewed(view).filter(|_| function) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.phase(interpreter) == Open => ok('='),
                Some(_) => refuse("CLOSED"),
            },
            Call::SetReport(_) => ok('='),
            Call::Exec(source) | Call::Eval(source) => match source {
                "-" | "latin1" => refuse("INVALID_ARGUMENT"),
                _ if self.threads[actor].current.is_none() => refuse(self.not_attached()),
                "loop" | "print" => ok('='),
                _ => refuse("PYTHON_ERROR"),
            },
            Call::TakeException if self.threads[actor].current.is_none() => refuse(self.not_attached()),
            Call::TakeException => ok('='),
            Call::Visit(view, function) => match self.viewed(view).filter(|_| function) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.lets_in(actor, interpreter) => {
                    self.visit(actor, interpreter);
                    ok('=')
                }
                Some(_) => refuse("CLOSED"),
            },
            Call::Queue(view) => match self.viewed(view) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.phase(interpreter) == Open => {
                    self.visit(actor, interpreter);
                    ok('=')
                }
                Some(_) => refuse("CLOSED"),
            },
            // On a thread of pyferry's.
            Call::PostAndWait(view) => match self.viewed(view) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.phase(interpreter) == Open => ok('='),
                Some(_) => refuse("CLOSED"),
            },
            Call::AsyncioPost(view) => match self.viewed(view).filter(|interpreter| self.is_in(actor, *interpreter)) {
                None => refuse("INVALID_ARGUMENT"),
                Some(interpreter) if self.phase(interpreter) == Open => ok('='),
                Some(_) => refuse("CLOSED"),
            },
            Call::ReleaseLater(view) => match self.viewed(view) {
                Some(interpreter) if self.is_in(actor, interpreter) => ok('='),
                _ => refuse("INVALID_ARGUMENT"),
            },
            Call::RuntimeStart => self.runtime_start(),
            Call::RuntimeStop(timeout) | Call::RuntimeStopWith(timeout) => self.runtime_stop(actor, timeout),
            Call::Copy(from, to) => {
                self.tickets[to] = self.tickets[from];
                ok('=')
            }
            Call::Fill(ticket, thread, number) => {
                self.tickets[ticket] = if (thread, number) == (0, 0) { Memory::Empty } else { Memory::Junk };
                ok('=')
            }
            Call::Spoil(ticket, ..) => {
                self.tickets[ticket] = Memory::Junk;
                ok('=')
            }
            Call::Exit => {
                self.threads[actor] = Thread::new(self.serials);
                self.serials += 1;
                ok('=')
            }
            Call::SaveThread | Call::RestoreThread | Call::Ensure | Call::Release => {
                let number = self.begun;
                self.begun += usize::from(matches!(call, Call::SaveThread | Call::Ensure));
                let (facts, main) = (self.facts, self.main);
                let thread = &mut self.threads[actor];
                match call {
                    Call::SaveThread => thread.save(number),
                    Call::RestoreThread => thread.restore(facts),
                    Call::Ensure => thread.ensure(main, number),
                    _ => thread.release(),
                }
                ok('=')
            }
            Call::Initialize => {
                self.begin_life(Life::Host);
                let state = State { interpreter: self.main, maker: Maker::Python };
                let thread = &mut self.threads[actor];
                (thread.current, thread.slot) = (Some(state), Some(state));
                ok('=')
            }
            Call::Finalize => {
                self.end_life();
                ok('=')
            }
        }
    }

    /// The call would break a rule of CPython's own, wait for ever, or leave the test without a way back.
    pub fn allows(&self, actor: usize, call: &Call) -> bool {
        let thread = &self.threads[actor];
        match *call {
            Call::ViewMain(out) | Call::ViewCurrent(out) | Call::ViewFree(out) => self.may_overwrite(out),
            Call::ViewClone(_, out) => self.may_overwrite(Some(out)),
            Call::GuardView(_, out) => self.may_overwrite(out),
            Call::InterpreterNew(out, _) => self.may_overwrite(out) && self.alive().count() < 5,
            // The player closes the guard that was there.
            Call::GuardOpen(_, out) => out.is_none_or(|out| self.guards[out].is_none()),
            Call::InterpreterEnd(view, timeout) | Call::InterpreterStop(view, timeout) => {
                timeout != FOREVER || self.viewed(view).is_none_or(|viewed| !self.others_are_in(actor, viewed))
            }
            Call::RuntimeStop(timeout) | Call::RuntimeStopWith(timeout) if self.stops(actor, timeout) => {
                let waits = self.alive().any(|interpreter| self.others_are_in(actor, interpreter));
                // With no time at all, whether Python ends in it is a matter of luck.
                (timeout == FOREVER) != waits && (waits || self.others_let_it_end(actor))
            }
            Call::Exit => actor != INITIALIZER && thread.may_exit(),
            Call::SaveThread => thread.current.is_some(),
            Call::RestoreThread => thread.may_restore(),
            Call::Ensure => {
                self.life != Life::None
                    && !thread.leaks
                    && match thread.slot {
                        None => thread.current.is_none() && self.phase(self.main) == Open,
                        Some(slot) => thread.current.is_none_or(|current| current == slot) && self.holds(thread, slot),
                    }
            }
            Call::Release => thread.may_release(),
            Call::Initialize => actor == INITIALIZER && self.life == Life::None,
            Call::Finalize => {
                actor == INITIALIZER
                    && self.life == Life::Host
                    && match thread.current {
                        Some(state) => state.maker == Maker::Python,
                        // The player attaches it first. Up to 3.11 CPython does not mind when.
                        None => thread
                            .saved
                            .iter()
                            .find(|saved| saved.1.maker == Maker::Python)
                            .is_some_and(|saved| !self.facts.since_3_12 || thread.nests(saved.0)),
                    }
                    && self.others_let_it_end(actor)
                    && !self.alive().any(|interpreter| self.others_are_in(actor, interpreter))
            }
            _ => true,
        }
    }

    /// The call as the player reads it.
    pub fn line(&self, actor: usize, call: &Call) -> String {
        let mut after = self.clone();
        let expected = after.step(actor, call);
        let thread = &self.threads[actor];
        let number = match call {
            Call::RestoreThread => thread.saved.last().map(|saved| saved.0),
            Call::Release => thread.ensured.last().map(|ensured| ensured.number),
            Call::Finalize => thread.saved.iter().find(|saved| saved.1.maker == Maker::Python).map(|saved| saved.0),
            _ => None,
        };
        // Others stay attached where the call cannot have to wait for them.
        let never_waits = matches!(
            call,
            Call::ViewClone(..)
                | Call::ViewFree(_)
                | Call::GuardOpen(..)
                | Call::GuardView(..)
                | Call::GuardClose(_)
                | Call::IsAttached(_)
        );
        let refused = !expected.statuses.contains(&"OK") && !expected.statuses.contains(&"PYTHON_ERROR");
        let alone = if never_waits || refused { "!" } else { "" };
        let number = number.map_or(String::new(), |number| format!(" #{number}"));
        format!("{actor}{alone} {call}{number}")
    }

    fn is_in(&self, actor: usize, interpreter: usize) -> bool {
        self.threads[actor].current.is_some_and(|state| state.interpreter == interpreter)
    }

    /// Whether that thread is attached, and whether to the interpreter of each view, as the player writes it.
    pub fn whereabouts(&self, actor: usize) -> String {
        let current = self.threads[actor].current.map(|state| state.interpreter);
        let flag = |yes: bool| if yes { '1' } else { '0' };
        let views = self.views.iter().map(|view| view.map_or('-', |view| flag(current == Some(view))));
        format!("{} {}", flag(current.is_some()), views.collect::<String>())
    }
}
