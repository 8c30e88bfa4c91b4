//! The way from wherever a sequence has led back to where the next one begins, by calls like all others. So one process
//! plays thousands of sequences, and that everything can be brought back is tested too.

use super::call::{Call, FOREVER, Ticket};
use super::model::{ACTORS, Facts, INITIALIZER, Life, Model, Phase};
use super::thread::{Kind, Maker};

impl Model {
    /// Where every sequence begins: the host has initialised Python and attached nobody; views name the main interpreter
    /// and two others.
    pub fn home(facts: Facts) -> Model {
        let mut model = Model::stopped(facts);
        while let Some((actor, call)) = model.way_home() {
            model.step(actor, &call);
        }
        model
    }

    /// The next step of the way home; `None` at home.
    pub fn way_home(&self) -> Option<(usize, Call)> {
        let unwound = (0..ACTORS).find_map(|actor| Some((actor, self.unwind(actor)?)));
        let tidied = || Some((INITIALIZER, self.tidy()?));
        let forgotten = || {
            let keeps = |actor: &usize| !self.threads[*actor].cached.is_empty();
            Some(((0..ACTORS).find(keeps)?, Call::ThreadForget))
        };
        unwound.or_else(tidied).or_else(forgotten)
    }

    /// Ends what the thread has begun.
    fn unwind(&self, actor: usize) -> Option<Call> {
        let thread = &self.threads[actor];
        let open = !thread.frames.is_empty() || thread.current.is_some() || !thread.ensured.is_empty() || thread.leaks;
        let saved = thread.saved.iter().filter(|saved| saved.1.maker != Maker::Python).count();
        if !open && saved == 0 {
            return None;
        }
        if self.allows(actor, &Call::Exit) {
            return Some(Call::Exit);
        }
        let Some(frame) = thread.frames.last() else { return Some(self.end_cpythons_own(actor)) };
        let ticket = Ticket::Kept(frame.number);
        let over = self.phase(frame.state.interpreter) == Phase::Closed;
        let call = match (frame.kind, thread.current) {
            (Kind::Suspended { .. }, None) => Call::Resume(ticket),
            (Kind::Suspended { .. }, Some(_)) => self.end_cpythons_own(actor),
            (_, None) if over => Call::Detach(ticket),
            (_, Some(current)) if current == frame.state && !over => Call::Detach(ticket),
            _ => self.end_cpythons_own(actor),
        };
        Some(call)
    }

    fn end_cpythons_own(&self, actor: usize) -> Call {
        let means = [Call::Release, Call::RestoreThread, Call::SaveThread, Call::Ensure];
        let call = means.into_iter().find(|call| self.allows(actor, call));
        call.unwrap_or_else(|| panic!("thread {actor} cannot come home from {self:?}"))
    }

    /// Brings the interpreters and their views in order, when nobody is inside.
    fn tidy(&self) -> Option<Call> {
        if let Some(place) = self.guards.iter().position(Option::is_some) {
            return Some(Call::GuardClose(Some(place)));
        }
        if self.starts > 0 {
            return Some(Call::RuntimeStop(FOREVER));
        }
        let initializer = &self.threads[INITIALIZER];
        if self.life == Life::None {
            return Some(Call::Initialize);
        }
        if initializer.current.is_some() {
            return Some(Call::SaveThread);
        }
        // The two others are those that the first views name.
        let keeps = |viewed: usize| viewed != self.main && self.is_open(viewed) && !(self.is_thorough && viewed < 3);
        let mut others = self.views.iter().flatten().filter(|viewed| keeps(**viewed));
        let first = others.next().copied();
        let second = others.find(|other| Some(**other) != first).copied();
        let surplus = |viewed: &usize| {
            let wanted = [Some(self.main), first, second].contains(&Some(*viewed));
            !wanted && self.phase(*viewed) != Phase::Closed
        };
        if let Some(place) = self.views.iter().position(|view| view.as_ref().is_some_and(surplus)) {
            return Some(Call::InterpreterEnd(Some(place), 0));
        }
        let wanted = [Some(self.main), first, second, None];
        let wrong = |place: &usize| self.views[*place] != wanted[*place] || (*place < 3 && wanted[*place].is_none());
        let place = (0..wanted.len()).find(|place| wrong(place) && self.allows(0, &Call::ViewFree(Some(*place))))?;
        Some(match wanted[place] {
            Some(main) if main == self.main => Call::ViewMain(Some(place)),
            Some(other) => Call::ViewClone(self.views.iter().position(|view| *view == Some(other)), place),
            None if place < 3 => Call::InterpreterNew(Some(place), 0),
            None => Call::ViewFree(Some(place)),
        })
    }

    fn is_open(&self, interpreter: usize) -> bool {
        self.phase(interpreter) == Phase::Open
    }
}
