//! One thread: what it is attached to, by whomever, and what it has begun and not ended.

use super::call::Ticket;
use super::model::{Expected, Facts, Memory, Model, Phase, ok, refuse, refuse_either};

/// A thread state of this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub interpreter: usize,
    pub maker: Maker,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// It is kept from one attach to the next.
    Pyferry,
    /// Py_Initialize.
    Python,
    /// The PyGILState_Ensure with this number; the matching Release deletes it.
    Ensure(usize),
}

/// An attach or suspend that has not ended.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The number of its ticket.
    pub number: usize,
    /// What the thread attached through, or let go of.
    pub state: State,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Was attached to that interpreter already.
    Nested,
    /// `slot` is what PyGILState_Ensure would have used before; `left`, what the thread was attached to, and whether it
    /// was held there.
    Entered { slot: Option<State>, left: Option<(State, bool)> },
    /// Let go, and whether it is held.
    Suspended { held: bool },
}

/// A PyGILState_Ensure that has not been released.
#[derive(Clone, Copy, Debug)]
pub struct Ensured {
    pub number: usize,
    pub state: State,
    attached_before: bool,
}

#[derive(Clone, Debug)]
pub struct Thread {
    /// Never used twice.
    pub serial: usize,
    pub current: Option<State>,
    /// What PyGILState_Ensure uses.
    pub slot: Option<State>,
    pub frames: Vec<Frame>,
    /// The interpreters in which pyferry keeps a state of this thread.
    pub cached: Vec<usize>,
    /// By PyEval_SaveThread, with their numbers.
    pub saved: Vec<(usize, State)>,
    pub ensured: Vec<Ensured>,
    /// An Ensure was never released: its state stays, in the slot too, and from 3.15 also when Python is gone.
    pub leaks: bool,
}

impl Thread {
    pub fn new(serial: usize) -> Thread {
        Thread {
            serial,
            current: None,
            slot: None,
            frames: Vec::new(),
            cached: Vec::new(),
            saved: Vec::new(),
            ensured: Vec::new(),
            leaks: false,
        }
    }

    /// How often the thread holds the interpreter.
    pub fn pins(&self, interpreter: usize) -> usize {
        let holds = |frame: &&Frame| {
            let here = frame.state.interpreter == interpreter;
            match frame.kind {
                Kind::Nested => false,
                Kind::Entered { left, .. } => {
                    here || left.is_some_and(|(state, held)| held && state.interpreter == interpreter)
                }
                Kind::Suspended { held } => held && here,
            }
        };
        self.frames.iter().filter(holds).count()
    }

    /// Attached, or going to come back.
    pub fn is_inside(&self, interpreter: usize) -> bool {
        let comes_back = |frame: &Frame| {
            frame.state.interpreter == interpreter && !matches!(frame.kind, Kind::Suspended { held: false })
        };
        self.current.is_some_and(|state| state.interpreter == interpreter) || self.frames.iter().any(comes_back)
    }

    // ---- CPython's own calls ----

    pub fn save(&mut self, number: usize) {
        let state = self.current.take().expect("checked before");
        self.saved.push((number, state));
    }

    /// Whether PyEval_RestoreThread comes at its time.
    pub fn may_restore(&self) -> bool {
        self.current.is_none() && self.saved.last().is_some_and(|saved| self.nests(saved.0))
    }

    /// Nothing of pyferry's is open that was begun after that.
    pub fn nests(&self, number: usize) -> bool {
        self.frames.last().is_none_or(|frame| frame.number < number)
    }

    pub fn restore(&mut self, facts: Facts) {
        let (_, state) = self.saved.pop().expect("checked before");
        self.come_back(facts, state);
    }

    fn come_back(&mut self, facts: Facts, state: State) {
        self.current = Some(state);
        if facts.since_3_12 {
            self.slot = Some(state);
        }
    }

    pub fn ensure(&mut self, main: usize, number: usize) {
        let state = self.slot.unwrap_or(State { interpreter: main, maker: Maker::Ensure(number) });
        self.ensured.push(Ensured { number, state, attached_before: self.current.is_some() });
        (self.current, self.slot) = (Some(state), Some(state));
    }

    /// The last Ensure's state is attached, and nothing that pyferry has begun goes with it.
    pub fn may_release(&self) -> bool {
        let Some(last) = self.ensured.last() else { return false };
        let attached = self.current == Some(last.state) && self.slot == self.current;
        attached && !(last.deletes() && self.frames.iter().any(|frame| frame.mentions(last.state)))
    }

    pub fn release(&mut self) {
        let last = self.ensured.pop().expect("checked before");
        if last.deletes() {
            (self.current, self.slot) = (None, None);
        } else if !last.attached_before {
            self.current = None;
        }
    }

    /// Whether the thread, when all attachments that it is attached through have ended, is attached to nothing.
    pub fn may_exit(&self) -> bool {
        let mut current = self.current;
        for frame in self.frames.iter().rev().filter(|frame| !matches!(frame.kind, Kind::Suspended { .. })) {
            if let Kind::Entered { left, .. } = frame.kind
                && current == Some(frame.state)
            {
                current = left.map(|left| left.0);
            }
        }
        current.is_none()
    }
}

impl Ensured {
    fn deletes(&self) -> bool {
        self.state.maker == Maker::Ensure(self.number)
    }
}

impl Frame {
    fn mentions(&self, state: State) -> bool {
        let below = match self.kind {
            Kind::Entered { slot, left } => slot == Some(state) || left.is_some_and(|left| left.0 == state),
            _ => false,
        };
        self.state == state || below
    }
}

impl Model {
    // ---- in and out ----

    pub fn attach(&mut self, actor: usize, to: Option<usize>, out: Ticket, guarded: bool) -> Expected {
        let Some(interpreter) = to.filter(|_| out != Ticket::Null) else { return refuse("INVALID_ARGUMENT") };
        if !guarded && !self.lets_in(actor, interpreter) {
            return refuse("CLOSED");
        }
        self.enter(actor, interpreter);
        self.fill(actor, out)
    }

    /// Open, or the thread is in there already.
    pub fn lets_in(&self, actor: usize, interpreter: usize) -> bool {
        let thread = &self.threads[actor];
        let attached = thread.current.is_some_and(|state| state.interpreter == interpreter);
        attached || self.lets_in_held(actor, interpreter)
    }

    fn enter(&mut self, actor: usize, interpreter: usize) {
        let number = self.begun;
        let left = self.threads[actor].current.map(|state| (state, self.lets_in_held(actor, state.interpreter)));
        let thread = &mut self.threads[actor];
        if let Some((state, _)) = left.filter(|left| left.0.interpreter == interpreter) {
            thread.frames.push(Frame { number, state, kind: Kind::Nested });
            return;
        }
        let state = thread.state_for(interpreter);
        if state.maker == Maker::Pyferry && !thread.cached.contains(&interpreter) {
            thread.cached.push(interpreter);
        }
        thread.frames.push(Frame { number, state, kind: Kind::Entered { slot: thread.slot, left } });
        (thread.current, thread.slot) = (Some(state), Some(state));
    }

    fn lets_in_held(&self, actor: usize, interpreter: usize) -> bool {
        match self.phase(interpreter) {
            Phase::Open => true,
            Phase::Closing => self.threads[actor].pins(interpreter) > 0,
            Phase::Closed => false,
        }
    }

    /// Comes and goes: what a call of pyferry's does that needs the interpreter for a moment.
    pub fn visit(&mut self, actor: usize, interpreter: usize) {
        self.enter(actor, interpreter);
        self.leave(actor, self.threads[actor].frames.len() - 1);
    }

    pub fn detach(&mut self, actor: usize, ticket: Ticket) -> Expected {
        let (place, frame) = match self.frame_to_end(actor, ticket) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        if matches!(frame.kind, Kind::Suspended { .. }) {
            return refuse("WRONG_ORDER");
        }
        let over = self.phase(frame.state.interpreter) == Phase::Closed;
        match self.threads[actor].current {
            _ if over => {}
            None => return refuse("NOT_ATTACHED"),
            Some(current) if current != frame.state => return refuse("WRONG_ORDER"),
            Some(_) => {}
        }
        self.leave(actor, place);
        self.empty(ticket);
        match (over, frame.kind) {
            (false, _) => ok('0'),
            // It had nothing to lose, and may say so.
            (true, Kind::Nested) => Expected { statuses: vec!["OK", "CLOSED"], effect: '0' },
            (true, _) => Expected { statuses: vec!["CLOSED"], effect: '0' },
        }
    }

    /// Ends an attachment: the last, or a nested one.
    fn leave(&mut self, actor: usize, place: usize) {
        let facts = self.facts;
        let frame = self.threads[actor].frames.remove(place);
        let Kind::Entered { slot, left } = frame.kind else { return };
        let phase = self.phase(frame.state.interpreter);
        let back = left.map(|left| left.0).filter(|state| self.phase(state.interpreter) != Phase::Closed);
        let thread = &mut self.threads[actor];
        // What the host began by CPython's own means under an attachment goes with it: the state may be gone.
        let goes = |number, state| number > frame.number && state == frame.state;
        thread.saved.retain(|saved| !goes(saved.0, saved.1));
        thread.leaks |= thread
            .ensured
            .iter()
            .any(|ensured| goes(ensured.number, ensured.state) && matches!(ensured.state.maker, Maker::Ensure(_)));
        thread.ensured.retain(|ensured| !goes(ensured.number, ensured.state));
        if phase == Phase::Closed {
            if let Some(back) = back.filter(|_| thread.current.is_none()) {
                thread.come_back(facts, back);
            }
            return;
        }
        if phase == Phase::Closing && thread.pins(frame.state.interpreter) == 0 {
            thread.cached.retain(|cached| *cached != frame.state.interpreter);
        }
        (thread.current, thread.slot) = (None, slot);
        if let Some(back) = back {
            thread.come_back(facts, back);
        }
    }

    pub fn suspend(&mut self, actor: usize, out: Ticket) -> Expected {
        if out == Ticket::Null {
            return refuse("INVALID_ARGUMENT");
        }
        let Some(state) = self.threads[actor].current else { return refuse(self.not_attached()) };
        let held = self.lets_in_held(actor, state.interpreter);
        let number = self.begun;
        let thread = &mut self.threads[actor];
        thread.frames.push(Frame { number, state, kind: Kind::Suspended { held } });
        thread.current = None;
        self.fill(actor, out)
    }

    pub fn resume(&mut self, actor: usize, ticket: Ticket) -> Expected {
        let (_, frame) = match self.frame_to_end(actor, ticket) {
            Ok(found) => found,
            Err(refused) => return refused,
        };
        if !matches!(frame.kind, Kind::Suspended { .. }) {
            return refuse("WRONG_ORDER");
        }
        let over = self.phase(frame.state.interpreter) == Phase::Closed;
        if !over && self.threads[actor].current.is_some() {
            return refuse("WRONG_ORDER");
        }
        let facts = self.facts;
        let thread = &mut self.threads[actor];
        thread.frames.pop();
        if !over {
            thread.come_back(facts, frame.state);
        }
        self.empty(ticket);
        Expected { statuses: vec![if over { "CLOSED" } else { "OK" }], effect: '0' }
    }

    /// States of interpreters that are closing are the closer's.
    pub fn forget(&mut self, actor: usize) {
        let idle = |interpreter: &usize| {
            self.threads[actor].pins(*interpreter) == 0 && self.phase(*interpreter) == Phase::Open
        };
        let kept = self.threads[actor].cached.iter().copied().filter(|interpreter| !idle(interpreter)).collect();
        self.threads[actor].cached = kept;
    }

    // ---- tickets ----

    fn fill(&mut self, actor: usize, out: Ticket) -> Expected {
        let filled = Memory::Filled { thread: self.threads[actor].serial, number: self.begun };
        self.begun += 1;
        if let Ticket::At(place) = out {
            self.tickets[place] = filled;
        }
        ok('+')
    }

    fn empty(&mut self, ticket: Ticket) {
        if let Ticket::At(place) = ticket {
            self.tickets[place] = Memory::Empty;
        }
    }

    /// The frame that the ticket is for, and its place, if it can end now: the last one, or one of those at the end that all
    /// nest on one state.
    pub fn frame_to_end(&self, actor: usize, ticket: Ticket) -> Result<(usize, Frame), Expected> {
        let thread = &self.threads[actor];
        let memory = match ticket {
            Ticket::Null => return Err(refuse("INVALID_ARGUMENT")),
            Ticket::At(place) => self.tickets[place],
            Ticket::Kept(number) => Memory::Filled { thread: thread.serial, number },
        };
        match memory {
            Memory::Empty => Err(refuse("STALE_TOKEN")),
            Memory::Junk => Err(refuse_either("WRONG_THREAD", "STALE_TOKEN")),
            Memory::Filled { thread: other, .. } if other != thread.serial => Err(refuse("WRONG_THREAD")),
            Memory::Filled { number, .. } => match thread.frames.iter().rposition(|frame| frame.number == number) {
                None => Err(refuse("STALE_TOKEN")),
                Some(place) => {
                    let frame = thread.frames[place];
                    let nests = |other: &Frame| matches!(other.kind, Kind::Nested) && other.state == frame.state;
                    let is_last = place + 1 == thread.frames.len();
                    let ends = is_last || thread.frames[place..].iter().all(nests);
                    if ends { Ok((place, frame)) } else { Err(refuse("WRONG_ORDER")) }
                }
            },
        }
    }

    // ---- states ----

    /// Whether a state that the thread let go of by CPython's own means is still there to come back to.
    pub fn holds(&self, thread: &Thread, state: State) -> bool {
        match state.maker {
            Maker::Python => self.phase(state.interpreter) != Phase::Closed,
            Maker::Ensure(number) => thread.ensured.iter().any(|ensured| ensured.number == number),
            Maker::Pyferry => thread.cached.contains(&state.interpreter) && thread.pins(state.interpreter) > 0,
        }
    }

    pub fn drop_what_nothing_holds(&mut self) {
        for actor in 0..self.threads.len() {
            let Thread { mut ensured, mut saved, .. } = self.threads[actor].clone();
            ensured.retain(|ensured| self.holds(&self.threads[actor], ensured.state));
            self.threads[actor].ensured = ensured;
            saved.retain(|saved| self.holds(&self.threads[actor], saved.1));
            self.threads[actor].saved = saved;
        }
    }
}

impl Thread {
    /// The state this thread attaches through: the one it has in that interpreter, whoever made it, or a new one.
    fn state_for(&self, interpreter: usize) -> State {
        let own = State { interpreter, maker: Maker::Pyferry };
        let there = |state: &State| state.interpreter == interpreter;
        if let Some(adopted) = self.slot.filter(there).filter(|slot| slot.maker != Maker::Pyferry) {
            return adopted;
        }
        if self.cached.contains(&interpreter) {
            return own;
        }
        let below = |frame: &Frame| match frame.kind {
            Kind::Suspended { held: false } => None,
            _ if there(&frame.state) => Some(frame.state),
            Kind::Entered { slot, left } => left.map(|left| left.0).filter(there).or(slot.filter(there)),
            _ => None,
        };
        self.frames.iter().rev().find_map(below).unwrap_or(own)
    }
}
