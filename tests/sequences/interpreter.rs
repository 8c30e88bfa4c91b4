//! Interpreters and the runtime: how they come and go, and who keeps them from going.

use super::call::{FOREVER, OWN_GIL, Place};
use super::model::Phase::{Closed, Closing, Open};
use super::model::{Expected, Interpreter, Life, Model, Phase, ok, refuse, refuse_either};

impl Model {
    pub fn viewed(&self, place: Place) -> Option<usize> {
        self.views[place?]
    }

    pub fn phase(&self, interpreter: usize) -> Phase {
        self.interpreters[interpreter].phase
    }

    /// Every interpreter that has not ended.
    pub fn alive(&self) -> impl Iterator<Item = usize> {
        (0..self.interpreters.len()).filter(|interpreter| self.phase(*interpreter) != Closed)
    }

    /// The last view of an interpreter that only its view can end.
    pub fn may_overwrite(&self, place: Place) -> bool {
        let Some(interpreter) = self.viewed(place) else { return true };
        let ends_with_life = interpreter == self.main || self.phase(interpreter) == Closed;
        ends_with_life || self.views.iter().filter(|view| **view == Some(interpreter)).count() > 1
    }

    pub fn put_view(&mut self, place: Place, interpreter: usize) -> Expected {
        self.views[place.expect("checked before")] = Some(interpreter);
        ok('+')
    }

    pub fn main_for_a_view(&self, out: bool) -> Result<(), Expected> {
        match self.life {
            _ if !out => Err(refuse("INVALID_ARGUMENT")),
            Life::None => Err(refuse("NO_PYTHON")),
            _ => Ok(()),
        }
    }

    pub fn not_attached(&self) -> &'static str {
        if self.life == Life::None { "NO_PYTHON" } else { "NOT_ATTACHED" }
    }

    pub fn interpreter_new(&mut self, actor: usize, out: Place, flags: u32) -> Expected {
        let known = flags != 3;
        if out.is_none() || (!known && self.life != Life::None) {
            return refuse("INVALID_ARGUMENT");
        }
        if self.life == Life::None {
            return if known { refuse("NO_PYTHON") } else { refuse_either("INVALID_ARGUMENT", "NO_PYTHON") };
        }
        if flags == OWN_GIL && !self.facts.since_3_12 {
            return refuse("UNSUPPORTED");
        }
        if !self.lets_in(actor, self.main) {
            return refuse("CLOSED");
        }
        self.visit(actor, self.main);
        self.interpreters.push(Interpreter { phase: Open, is_main: false });
        self.put_view(out, self.interpreters.len() - 1)
    }

    pub fn interpreter_end(&mut self, actor: usize, interpreter: Option<usize>, timeout: i64) -> Expected {
        let Some(interpreter) = interpreter.filter(|_| timeout >= FOREVER) else { return refuse("INVALID_ARGUMENT") };
        if self.interpreters[interpreter].is_main {
            return refuse("INVALID_ARGUMENT");
        }
        if self.phase(interpreter) == Closed {
            return refuse("CLOSED");
        }
        if self.threads[actor].is_inside(interpreter) {
            return refuse("WRONG_THREAD");
        }
        self.interpreters[interpreter].phase = Closing;
        if self.others_are_in(actor, interpreter) {
            return refuse("TIMEOUT");
        }
        if !self.lets_in(actor, self.main) {
            return refuse("CLOSED");
        }
        self.visit(actor, self.main);
        self.close(interpreter);
        ok('=')
    }

    pub fn close(&mut self, interpreter: usize) {
        self.interpreters[interpreter].phase = Closed;
        self.threads.iter_mut().for_each(|thread| thread.cached.retain(|cached| *cached != interpreter));
    }

    // ---- the runtime ----

    pub fn begin_life(&mut self, life: Life) {
        self.life = life;
        self.main = self.interpreters.len();
        self.interpreters.push(Interpreter { phase: Open, is_main: true });
    }

    pub fn end_life(&mut self) {
        self.life = Life::None;
        (0..self.interpreters.len()).for_each(|interpreter| self.close(interpreter));
        for thread in &mut self.threads {
            (thread.current, thread.slot) = (None, None);
            thread.ensured.clear();
        }
    }

    pub fn runtime_start(&mut self) -> Expected {
        match self.life {
            Life::Runtime if self.phase(self.main) != Open => return refuse("CLOSED"),
            Life::None => self.begin_life(Life::Runtime),
            _ => {}
        }
        self.starts += 1;
        ok('=')
    }

    pub fn runtime_stop(&mut self, actor: usize, timeout: i64) -> Expected {
        match (timeout < FOREVER, self.starts == 0) {
            (true, true) => return refuse_either("INVALID_ARGUMENT", "WRONG_ORDER"),
            (true, false) => return refuse("INVALID_ARGUMENT"),
            (false, true) => return refuse("WRONG_ORDER"),
            (false, false) => {}
        }
        if self.starts > 1 || self.life != Life::Runtime {
            self.starts -= 1;
            return ok('=');
        }
        if !self.stops(actor, timeout) {
            return refuse("WRONG_THREAD");
        }
        let alive: Vec<usize> = self.alive().collect();
        alive.iter().for_each(|interpreter| self.interpreters[*interpreter].phase = Closing);
        if alive.iter().any(|interpreter| self.others_are_in(actor, *interpreter)) {
            return refuse("TIMEOUT");
        }
        self.starts = 0;
        self.end_life();
        ok('=')
    }

    /// Whether a pyferry_runtime_stop gets as far as to wait for the threads inside.
    pub fn stops(&self, actor: usize, timeout: i64) -> bool {
        let thread = &self.threads[actor];
        timeout >= FOREVER
            && self.life == Life::Runtime
            && self.starts == 1
            && thread.current.is_none()
            && !self.alive().any(|interpreter| thread.is_inside(interpreter))
    }

    /// Whether nobody else has state of CPython's own that would go with it.
    pub fn others_let_it_end(&self, actor: usize) -> bool {
        let mut others = self.threads.iter().enumerate().filter(|(other, _)| *other != actor);
        others.all(|(_, other)| other.current.is_none() && other.ensured.is_empty())
    }

    /// Whether another thread or a guard holds the interpreter.
    pub fn others_are_in(&self, actor: usize, interpreter: usize) -> bool {
        let mut others = self.threads.iter().enumerate().filter(|(other, _)| *other != actor);
        others.any(|(_, other)| other.pins(interpreter) > 0) || self.guards.contains(&Some(interpreter))
    }
}
