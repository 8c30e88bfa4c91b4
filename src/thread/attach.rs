//! Attaching: the fast path, which nearly every attach takes, and the slow one.
//!
//! The fast path is for an open gate, with all of CPython's variables as we left them. It attaches through the state that this thread
//! keeps for the interpreter, or through a foreign one; from nothing, from another plain attachment, or after the thread has let go
//! (PyEval_SaveThread, `pyferry_suspend`). A foreign state is never trusted to exist still, or to be what it was: it is used only if
//! CPython has it in the gilstate slot now, and if it names the target as its interpreter itself.
//!
//! What the fast path costs is counted in instructions (tests/cost.rs): CPython's half of an attach consists of locked instructions,
//! which nothing overlaps with, so every instruction of ours adds up. Hence its cases are functions of their own: each saves only the
//! registers that it needs, and has its arguments in the order of the C API.

use super::caller::{Caller, begin_slowly, slowly};
use super::local::Local;
use super::stack::{Frame, INLINE, Kind, Source, Ticket};
use super::{Admission, THREAD, Thread};
use super::{give_back, orphans, stand_ins, this_thread};
use crate::cpython::{Addresses, Aside, Python, State};
use crate::error::{Error, Result, Status};
use crate::nudge::{self, attach_through, reattach};
use crate::registry::{self, Interpreter, Participant};
use crate::sys::Label;
use crate::trace::What;
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::Arc;

/// Attaches this thread to an interpreter whose gate is open, by the fast path if possible. Only the slow path checks for a fork: in a
/// forked child nothing is cached until the slow path has succeeded.
#[inline(always)]
pub fn attach_by<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C) -> C::Answer {
    match THREAD.at_hand() {
        // CPython is asked, not our stack: another library may have attached this thread. (Up to 3.11 the answer may be another
        // thread's state.)
        Some(me) if me.stack.depth() == 0 && me.addresses.get().is_current(None) => {
            enter_again(target, label, caller, me)
        }
        Some(me) if me.stack.depth() == 0 => nest_on_base(target, label, caller, me),
        Some(me) if me.nest(target, caller) => C::answer(Ok(())),
        Some(me) => enter(target, label, caller, me),
        None => attach_slowly(target, label, caller),
    }
}

/// Enters from outside as at the last attach.
#[inline(never)]
fn enter_again<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    let addresses = || me.addresses.get();
    let Frame { state, participant, kind: Kind::Entered { before, .. }, .. } = me.stack.known(1) else {
        return enter(target, label, caller, me);
    };
    if !participant.entry.is_at(target) || !addresses().slot_holds(State::from_ptr(before)) || !participant.enter() {
        return enter(target, label, caller, me);
    }
    if !before.is_null() && !may_use(addresses(), target, state) {
        give_back(me, participant);
        return enter(target, label, caller, me);
    }
    caller.put(me.stack.push_again(1));
    participant.entry.set_label(label);
    participant.entry.set_depth(1);
    me.come_in_fast(participant, state);
    C::answer(Ok(()))
}

/// Nests on the base, a foreign state.
#[inline(never)]
fn nest_on_base<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    let addresses = || me.addresses.get();
    let Frame { state, participant, .. } = me.stack.base();
    let is_attached = addresses().is_current(Some(state)) && addresses().slot_holds(Some(state));
    let is_target = || participant.entry.is_at(target) && target.is(Some(addresses().interpreter_of(state)));
    if !is_attached || !is_target() || !participant.is_clear() {
        return enter(target, label, caller, me);
    }
    me.nest_upon(0, state, participant, caller);
    C::answer(Ok(()))
}

#[inline(never)]
fn enter<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C, me: &Thread) -> C::Answer {
    if me.enter(target, label, caller) { C::answer(Ok(())) } else { attach_slowly(target, label, caller) }
}

#[cold]
#[inline(never)]
fn attach_slowly<C: Caller>(target: &Arc<Interpreter>, label: Label, caller: C) -> C::Answer {
    begin_slowly(caller, |me| me.attach_slow(target, Admission::Open, label))
}

/// Attaches this thread to an interpreter.
pub fn attach(target: &Arc<Interpreter>, admission: Admission<'_>, label: Label) -> Result<Ticket> {
    let ticket = Cell::default();
    match admission {
        Admission::Open => attach_by(target, label, &ticket).map(|()| ticket.get()),
        _ => slowly(|me| me.attach_slow(target, admission, label)),
    }
}

// The parts of the fast path. False: nothing was done.
impl Thread {
    /// Nests in the last frame.
    #[inline(always)]
    fn nest(&self, target: &Interpreter, caller: impl Caller) -> bool {
        let depth = self.stack.depth();
        if !(1..INLINE).contains(&depth) {
            return false;
        }
        let Frame { state, participant, .. } = self.stack.known(depth);
        // Other code may have let go of the state.
        let is_there = participant.entry.is_at(target) && self.addresses.get().is_current(Some(state));
        if !is_there || !participant.is_clear() {
            return false;
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

    /// Attaches at the beginning of a stay.
    #[inline(always)]
    fn come_in_fast(&self, participant: &Participant, state: State) {
        participant.entry.sets_out();
        nudge::ask_for_nudges();
        self.addresses.get().attach(state);
        if self.addresses.get().was_sent_one(state) {
            drop_what_was_sent(participant, state);
        }
        participant.entry.came_in();
    }

    /// Attaches again within a stay.
    #[inline(always)]
    pub(super) fn reattach_fast(&self, participant: &Participant, state: State) {
        participant.entry.sets_out_again();
        nudge::ask_for_nudges();
        self.addresses.get().attach(state);
        participant.entry.came_back();
    }

    /// Enters an interpreter that is cached: from outside, from the last frame's interpreter, or after the thread has let go of that
    /// one.
    #[inline(always)]
    fn enter(&self, target: &Interpreter, label: Label, caller: impl Caller) -> bool {
        let (depth, addresses) = (self.stack.depth(), || self.addresses.get());
        let crosses = !addresses().is_current(None);
        // A crossing is two frames.
        if depth + 2 > INLINE {
            return false;
        }
        let below = self.stack.known(depth);
        // A state that was let go of is still in the slot.
        let is_in_slot = addresses().slot_holds(Some(below.state));
        if !is_in_slot && (depth > 0 || !addresses().slot_holds(None)) {
            return false;
        }
        let (participant, state) = if is_in_slot && !crosses && below.is_in(target) {
            (below.participant, below.state)
        } else if let Some(own) = self.locals.own(target).filter(|_| addresses().are_known()) {
            own
        } else {
            return false;
        };
        // Then the state below, which stays in the slot, exists: the thread was not given up. (A suspension sees to that itself.)
        let keeps = || below.is_plain && below.participant.is_clear();
        if depth > 0 && !crosses && !keeps() || !participant.enter() {
            return false;
        }
        // Only under the pin: the state of a thread that was given up may be deleted.
        if !may_use(addresses(), target, state) || crosses && !self.let_go_fast(|_| ()) {
            give_back(self, participant);
            return false;
        }
        let entry = &participant.entry;
        let source = if entry.state.get() == Some(state) { Source::Cached } else { Source::Adopted };
        let before = if is_in_slot { below.state.as_ptr() } else { null_mut() };
        let kind = Kind::Entered { source, before, crosses, aside: Aside::NONE };
        let attachments = below.attachments + 1;
        let frame = Frame { state, participant, kind, attachments, is_plain: true };
        caller.put(self.stack.push_known(self.stack.depth() + 1, frame));
        let stays = entry.is_in();
        if !stays {
            entry.set_label(label);
        }
        entry.set_depth(attachments);
        // A -> B -> A is one stay in A.
        if stays {
            self.reattach_fast(participant, state);
        } else {
            self.come_in_fast(participant, state);
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
            python.check_stack(target.facts.debug)?;
        }
        let entry = &local.participant.entry;
        local.comes_for(label);
        if !local.pin(admission) {
            return Err(self.refused(target));
        }
        if makes && target.slot.is_found() {
            orphans::delete(self, &local, stand_ins::may_delete());
            if self.current(python) != current || local.is_over() {
                // The interpreter that this thread was attached to ended meanwhile, and did not wait for it.
                self.unpin(&local);
                return Err(self.refused(target));
            }
        }
        let left = current.map(|state| self.let_go(python, state, None, Some(target)).number);
        let come_back = || left.is_none_or(|left| self.come_back(python, left));
        let Some((unattached, source)) = self.choose_state(&local, before) else {
            self.unpin(&local);
            come_back();
            return Err(super::failed(
                Status::NoMemory,
                "cannot enter",
                target,
                "CPython could not make a thread state",
            ));
        };
        let state = unattached.state;
        let now = current.map_or(before, State::as_ptr);
        let before = if python.sets_bound_gilstate() && self.bound_gilstate_is_cleared(target, state, now) {
            // CPython writes the slot here, and again when the state that is in it now is attached again.
            self.sets_out(&local, || reattach(python, state));
            // But not if `bound_gilstate` is set after all: then the end of the thread has emptied the slot (a pthread key, up to
            // 3.14).
            target.slot.set(state.as_ptr());
            state.as_ptr()
        } else {
            self.sets_out(&local, || attach_through(python, target.slot, unattached));
            before
        };
        // The visit begins clean: an exception that was sent to an earlier visit is dropped, and one that is set is put aside.
        if !entry.is_in() && source == Source::Cached && python.may_have_been_sent_one(state) {
            python.clear_interrupt();
        }
        let aside = if python.has_exception() { python.set_exception_aside() } else { Aside::NONE };
        self.note(What::ComesIn, entry);
        if !self.came_in(&local) {
            local.take_from_slot(state, self.unless_gone(before));
            self.unpin(&local);
            come_back();
            return Err(self.refused(target));
        }
        if makes && source != Source::Adopted {
            python.drop_dummy_thread_of_another();
        }
        match source {
            Source::Cached => _ = self.learn(&local),
            Source::Adopted if left.is_none() => self.learn_base(&local, state),
            _ => {}
        }
        let kind = Kind::Entered { source, before, crosses: left.is_some(), aside };
        Ok(self.stack.push(Frame::new(state, local.participant, kind)))
    }

    /// Whether this thread, which is attached through `current`, is in `target`.
    fn is_inside_by(&self, target: &Interpreter, current: State) -> bool {
        let python = target.python;
        let raw = python.interpreter_of(current);
        // `target` may be from an earlier run of Python, whose main interpreter had the same address.
        let lives = || target.raw().is_some() || raw.is_some_and(|raw| registry::is_ending_here(python, raw));
        let is_ours = |top: Frame| top.state == current && top.is_in(target) && lives();
        target.is(raw) || self.stack.top().is_some_and(is_ours)
    }

    /// Runs `f`, which attaches this thread, and notes that the thread waits for that.
    fn sets_out(&self, local: &Local, f: impl FnOnce()) {
        let entry = &local.participant.entry;
        self.note(What::Waits, entry);
        if entry.is_in() {
            entry.sets_out_again();
            f();
            entry.came_back();
        } else {
            // It has set out before (`comes_for`), and is still in the same wait.
            f();
        }
    }

    /// Notes that this attached thread is in. An interrupt that came too late for an earlier stay is dropped. False: this thread was
    /// given up meanwhile, and is attached to nothing.
    pub(super) fn came_in(&self, local: &Local) -> bool {
        let entry = &local.participant.entry;
        if entry.is_in() {
            return true;
        }
        entry.came_in();
        !local.participant.take_signal() || self.take_interrupt_back(local.interpreter.python)
    }

    #[cold]
    pub(super) fn refused(&self, target: &Interpreter) -> Error {
        let why = if target.is_closed() { "has ended" } else { "is shutting down" };
        let text =
            format!("{} may not enter: {} {why} and lets nobody new in; free the view", this_thread(), target.name());
        Error::new(Status::Closed, text)
    }

    /// Makes the foreign state that this thread is attached through the base, if it is in the slot.
    fn learn_base(&self, local: &Local, state: State) {
        let Interpreter { python, slot, gate, .. } = &*local.interpreter;
        let is_known = |base: Frame| base.state == state && std::ptr::eq(base.participant, local.participant);
        let is_lent = gate.is_open() && slot.is_found() && slot.get(python) == state.as_ptr();
        if is_lent && local.state() != Some(state) && !is_known(self.stack.base()) && self.learn(local) {
            self.stack.set_base(Frame::new(state, local.participant, Kind::Nested));
        }
    }

    /// Finds CPython's variables on this thread, for the fast path. False: they cannot be used.
    fn learn(&self, local: &Local) -> bool {
        let Interpreter { python, slot, .. } = *local.interpreter;
        let addresses = Addresses::here(python, slot).filter(|_| !self.is_last_round());
        self.addresses.set(addresses.unwrap_or(Addresses::NOWHERE));
        addresses.is_some()
    }
}

/// Whether the fast path may attach a state: it belongs to `target`, which this thread has a pin in, and no exception is set on it that
/// has to be put aside.
#[inline(always)]
fn may_use(addresses: Addresses, target: &Interpreter, state: State) -> bool {
    target.is(Some(addresses.interpreter_of(state))) && !addresses.has_exception(state)
}

/// An exception that was sent to an earlier visit must not hit this one, which has just begun.
#[cold]
fn drop_what_was_sent(participant: &Participant, state: State) {
    // Not from a foreign state, which others use too: the exception may be for them.
    if let Some(python) = Python::known().filter(|_| participant.entry.state.get() == Some(state)) {
        python.clear_interrupt();
    }
}
