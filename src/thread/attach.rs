//! Attaching: the fast path, which nearly every attach takes, and the slow one.
//!
//! The fast path is for a gate that nobody closes, with all of CPython's variables as we left them: it attaches through the state that
//! this thread keeps of the interpreter, or through one of somebody else's; from nothing, from another plain attachment, or from where
//! the thread has let go (PyEval_SaveThread, `pyferry_suspend`). Somebody else's state is never trusted to be there, or to be what it
//! was: at each use it is what CPython has in the slot now, and says itself that it is one of the interpreter in question.
//!
//! What the fast path costs is counted in instructions (tests/cost.rs): CPython's half of an attach consists of locked instructions,
//! which nothing overlaps with, so every instruction of ours adds up. Hence functions of their own, so that each saves only the
//! registers that it needs; they have their arguments in the order in which the C API has them.

use super::local::Local;
use super::stack::{Frame, INLINE, Kind, Outer, Source, Ticket};
use super::{Admission, Caller, THREAD, Thread};
use super::{gil_nudge, give_back, now, orphans, reattach, stand_ins, this_thread};
use crate::cpython::{Addresses, Aside, Python, State, Unattached};
use crate::error::{Error, Result, Status, fail};
use crate::registry::{self, Interpreter, Participant, fork};
use crate::sys::Label;
use crate::trace::{self, What};
use gil_nudge::{attach_first, attach_state};
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::Arc;

/// Attaches this thread to an interpreter whose gate is open, by the fast path if that does. No fork is asked about before the slow
/// one: in a forked child nothing is at hand.
#[inline(always)]
pub fn attach_by<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C) -> C::Answer {
    match THREAD.at_hand() {
        // Not what we remember but what CPython says: others may have attached. (Up to 3.11 another thread may be.)
        Some(me) if me.stack.depth() == 0 && me.cache.addresses().is_current(None) => {
            enter_again(target, label, caller, me)
        }
        Some(me) if me.stack.depth() == 0 => nest_on_base(target, label, caller, me),
        Some(me) if me.nest::<false>(target, caller) => C::answer(Ok(())),
        Some(me) => enter(target, label, caller, me),
        None => attach_slowly(target, label, caller),
    }
}

/// Enters from outside as the last time.
#[inline(never)]
fn enter_again<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    let addresses = || me.cache.addresses();
    let Frame { state, participant, kind: Kind::Entered { before, .. }, .. } = me.stack.known(1) else {
        return enter(target, label, caller, me);
    };
    if !participant.entry.is_at(target)
        || !addresses().slot_holds(State::from_ptr(before))
        || !participant.enter::<false>()
    {
        return enter(target, label, caller, me);
    }
    if !before.is_null() && !may_use(addresses(), target, state) {
        give_back::<false>(me, participant);
        return enter(target, label, caller, me);
    }
    caller.put(me.stack.push_again(1));
    participant.entry.set_label(label);
    participant.entry.set_depth(1);
    me.come_in_fast(participant, state);
    C::answer(Ok(()))
}

/// Nests on what somebody else has attached.
#[inline(never)]
fn nest_on_base<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    let addresses = || me.cache.addresses();
    let Frame { state, participant, .. } = me.stack.base();
    let is_attached = addresses().is_current(Some(state)) && addresses().slot_holds(Some(state));
    let is_target = || participant.entry.is_at(target) && target.is(Some(addresses().interpreter_of(state)));
    if !is_attached || !is_target() || !participant.is_clear::<false>() {
        return enter(target, label, caller, me);
    }
    me.nest_upon(0, state, participant, caller);
    C::answer(Ok(()))
}

#[inline(never)]
fn enter<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    if me.enter::<false>(target, label, caller) { C::answer(Ok(())) } else { attach_slowly(target, label, caller) }
}

#[cold]
fn attach_slowly<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C) -> C::Answer {
    C::answer(fork::check().and_then(|()| {
        THREAD.with(|me| {
            if !trace::is_on() || !(me.nest::<true>(target, caller) || me.enter::<true>(target, label, caller)) {
                caller.put(me.cleanly(|| me.attach_slow(target, Admission::Open, label))?);
            }
            Ok(())
        })
    }))
}

/// Attaches this thread to an interpreter.
pub fn attach(target: &Arc<Interpreter>, admission: Admission<'_>, label: Label) -> Result<Ticket> {
    let ticket = Cell::default();
    match admission {
        Admission::Open => attach_by(target, label, &ticket).map(|()| ticket.get()),
        _ => THREAD.with(|me| me.cleanly(|| me.attach_slow(target, admission, label))),
    }
}

// The parts of the fast path. False: nothing was done. `NOTED`: also while a trace is written, into which it goes.
impl Thread {
    /// Nests in the last frame.
    #[inline(always)]
    fn nest<const NOTED: bool>(&self, target: &Interpreter, caller: impl Caller) -> bool {
        let depth = self.stack.depth();
        if !(1..INLINE).contains(&depth) {
            return false;
        }
        let Frame { state, participant, .. } = self.stack.known(depth);
        // Others may have let go.
        let is_there = participant.entry.is_at(target) && self.cache.addresses().is_current(Some(state));
        if !is_there || !participant.is_clear::<NOTED>() {
            return false;
        }
        if NOTED {
            self.note_of(What::Nests, target.id, Label::NONE);
        }
        self.nest_upon(depth, state, participant, caller);
        true
    }

    #[inline(always)]
    fn nest_upon(&self, depth: usize, state: State, participant: &'static Participant, caller: impl Caller) {
        let Frame { attachments, is_plain, .. } = self.stack.known(depth);
        let attachments = attachments + 1;
        participant.entry.set_depth(attachments);
        let frame = Frame { state, participant, kind: Kind::Nested, attachments, is_plain };
        caller.put(self.stack.push_known(depth + 1, frame));
    }

    /// Attaches where this thread's stay begins.
    #[inline(always)]
    fn come_in_fast(&self, participant: &Participant, state: State) {
        participant.entry.sets_out(now());
        gil_nudge::ask_for_nudges();
        self.cache.addresses().attach(state);
        if self.cache.addresses().was_sent_one(state) {
            drop_what_was_sent(participant, state);
        }
        participant.entry.came_in(now());
    }

    /// Attaches again where this thread's stay has not ended.
    #[inline(always)]
    pub(super) fn reattach_fast(&self, participant: &Participant, state: State) {
        participant.entry.coming_back(now, || {
            gil_nudge::ask_for_nudges();
            self.cache.addresses().attach(state);
        });
    }

    /// Enters an interpreter that is at hand: from outside, from the last frame's, or from where the thread has let go.
    #[inline(always)]
    fn enter<const NOTED: bool>(&self, target: &Interpreter, label: Label, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.cache.addresses());
        if depth >= INLINE {
            return false;
        }
        let below = self.stack.known(depth);
        let current = State::from_ptr(addresses().current());
        let crosses = current.is_some();
        if crosses && (depth == 0 || current != Some(below.state)) {
            return false;
        }
        // What it has let go of is still in the slot.
        let is_in_slot = addresses().slot_holds(Some(below.state));
        if !is_in_slot && (depth > 0 || !addresses().slot_holds(None)) {
            return false;
        }
        let (participant, state) = if is_in_slot && !crosses && below.is_in(target) {
            (below.participant, below.state)
        } else if let Some(own) = self.cache.own(target) {
            own
        } else {
            return false;
        };
        // What the slot holds, or this thread comes back to, is there then: nobody was given up, and a pin keeps it.
        let keeps =
            || below.is_plain && below.participant.is_clear::<NOTED>() && (!crosses || below.participant.pins() > 0);
        if depth > 0 && !keeps() || !participant.enter::<NOTED>() {
            return false;
        }
        // Looked at under the pin: the state of a thread that was given up is gone.
        if !may_use(addresses(), target, state) {
            give_back::<NOTED>(self, participant);
            return false;
        }
        let entry = &participant.entry;
        let source = if entry.state.get() == Some(state) { Source::Cached } else { Source::Adopted };
        let before = if is_in_slot { below.state.as_ptr() } else { null_mut() };
        let outer = crosses.then_some(Outer { state: below.state, participant: below.participant, is_pinned: false });
        let kind = Kind::Entered { source, before, outer, aside: Aside::NONE };
        let attachments = below.attachments + 1;
        caller.put(self.stack.push_known(depth + 1, Frame { state, participant, kind, attachments, is_plain: true }));
        let stays = entry.is_in();
        if !stays {
            entry.set_label(label);
        }
        if NOTED {
            if crosses {
                self.note(What::Crosses, entry);
            }
            self.note(What::Waits, entry);
        }
        if let Some(outer) = outer {
            outer.participant.entry.went_away(now());
            addresses().detach_keeping_slot();
        }
        entry.set_depth(attachments);
        // To go from A to B and back to A is one stay in A.
        if stays {
            self.reattach_fast(participant, state);
        } else {
            self.come_in_fast(participant, state);
        }
        if NOTED {
            self.note(What::ComesIn, entry);
        }
        true
    }
}

impl Thread {
    pub(super) fn attach_slow(
        &self,
        target: &Arc<Interpreter>,
        admission: Admission<'_>,
        label: Label,
    ) -> Result<Ticket> {
        let python = target.python;
        let current = self.current(python);
        if let Some(current) = current.filter(|current| self.is_inside_by(target, *current)) {
            self.note_of(What::Nests, target.id, Label::NONE);
            let local = self.local(target);
            if self.stack.depth() == 0 {
                self.learn_base(&local, current);
            }
            return Ok(self.stack.push(Frame::new(current, local.participant, Kind::Nested)));
        }

        if target.is_closed() {
            return Err(self.refused(target));
        }
        let before = self.slot_value(target);
        let local = self.local(target);
        let makes = local.state().is_none();
        if makes && before.is_null() {
            python.check_stack()?;
        }
        let entry = &local.participant.entry;
        local.comes_for(label);
        if !local.pin(admission) {
            return Err(self.refused(target));
        }
        if makes && target.slot.is_found() {
            orphans::delete(self, &local, stand_ins::may_delete());
            if self.current(python) != current {
                // What it was attached to ended meanwhile, and did not wait.
                self.unpin(&local);
                return Err(self.refused(target));
            }
        }
        let outer = current.map(|state| self.hold(python, state));
        if let Some(outer) = outer {
            self.note_of(What::Crosses, target.id, Label::NONE);
            if outer.is_pinned {
                outer.participant.entry.went_away(self.pace.now());
            }
            python.detach_keeping_slot();
        }
        let Some((Unattached { state, bound }, source)) = self.choose_state(&local, before) else {
            self.unpin(&local);
            self.restore(python, outer);
            fail!(NoMemory, "CPython could not make a thread state for {} in {}", this_thread(), target.name());
        };
        let now = current.map_or(before, State::as_ptr);
        let before = if python.sets_bound_gilstate() && self.bound_gilstate_is_cleared(target, state, now) {
            // CPython puts it into the slot, and whatever was there back when that is attached again.
            self.sets_out(&local, || reattach(python, state));
            // Unless it has its mark: the end of the thread has emptied the slot.
            target.slot.set(state.as_ptr());
            state.as_ptr()
        } else {
            self.sets_out(&local, || {
                if bound {
                    attach_state(python, target.slot, state);
                } else {
                    attach_first(python, target.slot, Unattached { state, bound });
                }
            });
            before
        };
        // What is left of others in the state: what was sent to a visit that has ended is dropped, and what is set goes aside.
        if !entry.is_in() && source == Source::Cached && python.may_have_been_sent_one(state) {
            python.clear_interrupt();
        }
        let aside = if python.has_exception() { python.set_exception_aside() } else { Aside::NONE };
        self.note(What::ComesIn, entry);
        self.came_in(&local);
        if makes && source != Source::Adopted {
            python.drop_dummy_thread_of_another();
        }
        match source {
            Source::Cached => self.learn_own(&local),
            Source::Adopted if outer.is_none() => self.learn_base(&local, state),
            _ => {}
        }
        Ok(self.stack.push(Frame::new(state, local.participant, Kind::Entered { source, before, outer, aside })))
    }

    /// Whether this thread, which is attached through that state, is in that interpreter.
    fn is_inside_by(&self, target: &Interpreter, current: State) -> bool {
        let python = target.python;
        let raw = python.interpreter_of(current);
        // The next life's main interpreter may have the address that the last one's had.
        let lives = || target.raw().is_some() || raw.is_some_and(|raw| registry::is_ending_here(python, raw));
        let is_ours = |top: Frame| top.state == current && top.is_in(target) && lives();
        target.is(raw) || self.stack.top().is_some_and(is_ours)
    }

    /// Runs `f`, in which this thread waits to be attached.
    fn sets_out(&self, local: &Local, f: impl FnOnce()) {
        let entry = &local.participant.entry;
        self.note(What::Waits, entry);
        if entry.is_in() {
            entry.coming_back(|| self.pace.now(), f);
        } else {
            entry.sets_out(self.pace.now());
            f();
        }
    }

    /// Notes that this thread, which is attached, is in. An interrupt that came too late for the visit it was meant for is dropped.
    pub(super) fn came_in(&self, local: &Local) {
        let entry = &local.participant.entry;
        if !entry.is_in() {
            entry.came_in(self.pace.now());
            if local.participant.take_signal() {
                self.take_interrupt_back(local.interpreter.python);
            }
        }
    }

    #[cold]
    pub(super) fn refused(&self, target: &Interpreter) -> Error {
        let why = if target.is_closed() { "has ended" } else { "is shutting down" };
        let text =
            format!("{} may not enter: {} {why} and lets nobody new in; free the view", this_thread(), target.name());
        Error::new(Status::Closed, text)
    }

    /// Has the state at hand from here on that this thread keeps of an interpreter.
    fn learn_own(&self, local: &Local) {
        if !self.cache.has(local) && self.learn_places(local) {
            self.cache.put(local);
        }
    }

    /// Has a state of somebody else's at hand from here on, which is in the slot and by which this thread is attached.
    fn learn_base(&self, local: &Local, state: State) {
        let Interpreter { python, slot, gate, .. } = &*local.interpreter;
        let is_known = |base: Frame| base.state == state && std::ptr::eq(base.participant, local.participant);
        let is_lent = gate.is_open() && slot.is_found() && slot.get(python) == state.as_ptr();
        if is_lent && local.state() != Some(state) && !is_known(self.stack.base()) && self.learn_places(local) {
            self.stack.set_base(Frame::new(state, local.participant, Kind::Nested));
        }
    }

    /// Finds CPython's variables on this thread. Where they are may be new, and with it all that is at hand old: Python was started
    /// again.
    fn learn_places(&self, local: &Local) -> bool {
        if self.exit.is_last_round() {
            return false;
        }
        let Some(addresses) = Addresses::here(local.interpreter.python, local.interpreter.slot) else { return false };
        if !addresses.are(self.cache.addresses()) {
            self.forget_fast();
            self.cache.set_addresses(addresses);
        }
        true
    }
}

/// Whether a state, in which the thread is not, is one of that interpreter's, which a pin of this thread's keeps, and none of
/// those with an exception set: that has to be set aside.
#[inline(always)]
fn may_use(addresses: Addresses, target: &Interpreter, state: State) -> bool {
    target.is(Some(addresses.interpreter_of(state))) && !addresses.has_exception(Some(state))
}

/// What was sent to an earlier visit must not hit this one, which has just begun.
#[cold]
fn drop_what_was_sent(participant: &Participant, state: State) {
    // Somebody else's state has been more than visits of ours.
    if let Some(python) = Python::known().filter(|_| participant.entry.state.get() == Some(state)) {
        python.clear_interrupt();
    }
}
