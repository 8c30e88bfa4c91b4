//! The addresses of what attaching and detaching touch in CPython, for one thread, so that a repeated attach makes no call
//! for them.
//!
//! Since 3.12 CPython keeps a thread's current state in a thread-local variable, which is found as the slot is: it holds the
//! state while the thread is attached, and not while the thread is detached. Up to 3.11 it is one variable for all threads,
//! found likewise.

use super::exceptions::ExceptionFields;
use super::slot::find_thread_locals;
use super::types::PyThreadState;
use super::{Python, Raw, Slot, SlotValue, State};
use crate::sys::{self, ThreadLocal};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

/// The addresses for one thread. Of no use to another one, and not to be sent there.
#[derive(Clone, Copy)]
pub struct Addresses {
    slot: NonNull<SlotValue>,
    current: NonNull<SlotValue>,
    exceptions: ExceptionFields,
    /// The offset of `interp` in a thread state.
    interpreter: usize,
    restore: unsafe extern "C-unwind" fn(*mut PyThreadState),
    save: unsafe extern "C-unwind" fn() -> *mut PyThreadState,
}

/// Always NULL.
static NULL: AtomicPtr<PyThreadState> = AtomicPtr::new(null_mut());

impl Addresses {
    /// For a thread that has been nowhere: attaching and detaching do nothing.
    pub const NOWHERE: Addresses = {
        extern "C-unwind" fn restore(_: *mut PyThreadState) {}
        extern "C-unwind" fn save() -> *mut PyThreadState {
            null_mut()
        }
        let Some(null) = NonNull::new((&raw const NULL).cast_mut().cast()) else { panic!("a static has an address") };
        Addresses { slot: null, current: null, exceptions: ExceptionFields::nowhere(), interpreter: 0, restore, save }
    };

    /// This thread's, valid while the slot is where it is. None: one of them cannot be reached without a call.
    pub fn here(python: &Python, slot: Slot) -> Option<Addresses> {
        let current = NonNull::new(python.current.get()?.here())?;
        let exceptions = *python.exception_fields.get()?;
        let interpreter = *python.interpreter_offset.get()?;
        let (restore, save) = (python.table.PyEval_RestoreThread, python.table.PyEval_SaveThread);
        Some(Addresses { slot: slot.here()?, current, exceptions, interpreter, restore, save })
    }

    /// Whether these are not `NOWHERE`.
    #[inline(always)]
    pub fn are_known(&self) -> bool {
        self.interpreter != 0
    }

    /// The state that this thread is attached through. Up to 3.11 it may be another thread's.
    #[inline(always)]
    pub fn current(&self) -> SlotValue {
        // SAFETY: a variable of CPython's, which is never unloaded: this thread's own or, up to 3.11, an atomic one.
        let current = unsafe { AtomicPtr::from_ptr(self.current.as_ptr()) };
        current.load(Ordering::Relaxed)
    }

    /// Whether this thread is attached through `state`, its own. None: through no state; up to 3.11, that no other thread is
    /// attached either.
    #[inline(always)]
    pub fn is_current(&self, state: Option<State>) -> bool {
        self.current() == as_ptr(state)
    }

    /// Whether this thread's slot holds `state`. None: whether it is empty.
    #[inline(always)]
    pub fn slot_holds(&self, state: Option<State>) -> bool {
        // SAFETY: this thread's own slot.
        unsafe { self.slot.read() == as_ptr(state) }
    }

    /// The interpreter that a state belongs to. The state lives.
    #[inline(always)]
    pub fn interpreter_of(&self, state: State) -> Raw {
        // SAFETY: the state lives; the field was found in a state of this CPython, and is never NULL and never changes.
        unsafe { state.as_ptr().cast::<u8>().add(self.interpreter).cast::<Raw>().read() }
    }

    /// Whether an exception is set on a state of this thread's, which the thread's pin keeps.
    #[inline(always)]
    pub fn has_exception(&self, state: State) -> bool {
        // SAFETY: the state lives, and only this thread uses it.
        unsafe { self.exceptions.is_set(state) }
    }

    /// Whether another thread sent an exception to a state of this thread's, which the thread's pin keeps.
    #[inline(always)]
    pub fn was_sent_one(&self, state: State) -> bool {
        // SAFETY: the state lives.
        unsafe { self.exceptions.was_sent(state) }
    }

    /// As `Python::attach`.
    #[inline(always)]
    pub fn attach(&self, state: State) {
        // SAFETY: this thread's own slot; it is detached, and the state is its own and, by the caller's pin, alive.
        unsafe {
            self.slot.write(state.as_ptr());
            (self.restore)(state.as_ptr());
        }
    }

    /// As `Python::detach_keeping_slot`.
    #[inline(always)]
    pub fn detach_keeping_slot(&self) {
        // SAFETY: this thread is attached.
        unsafe { (self.save)() };
    }

    /// Restores the slot to an earlier value.
    #[inline(always)]
    pub fn set_slot(&self, value: SlotValue) {
        // SAFETY: this thread's own slot.
        unsafe { self.slot.write(value) };
    }
}

#[inline(always)]
fn as_ptr(state: Option<State>) -> SlotValue {
    state.map_or(null_mut(), State::as_ptr)
}

/// Where CPython keeps the current thread state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Current {
    /// From 3.12: a variable per thread.
    ThreadLocal(ThreadLocal),
    /// Up to 3.11: the address of one variable for all threads.
    Global(usize),
}

impl Current {
    fn here(self) -> *mut SlotValue {
        match self {
            Current::ThreadLocal(variable) => variable.here().cast(),
            Current::Global(address) => address as *mut SlotValue,
        }
    }
}

impl Python {
    /// The address of the variable that holds the state this thread is attached through (up to 3.11: that any thread is). 0:
    /// not known.
    pub fn current_variable(&self) -> usize {
        self.current.get().map_or(0, |current| current.here().addr())
    }

    /// Whether another thread is attached to anything at this moment, by CPython's own account. `current` is that thread's
    /// `current_variable`, `own` the state that it would be attached through. None: it cannot be told.
    pub fn is_attached_elsewhere(&self, current: usize, own: Option<State>, ident: u64) -> Option<bool> {
        // The variable may have gone with its thread.
        let held = (current != 0).then(|| sys::read_word(current)).flatten()?;
        match State::from_ptr(held as SlotValue) {
            None => Some(false),
            Some(held) if self.one_gil && own != Some(held) => Some(self.ident_of(held)? == ident),
            Some(_) => Some(true),
        }
    }
}

/// The variable that holds a state only while the thread is attached through it: this thread detaches for a moment to find
/// out.
///
/// # Safety
/// This thread is attached through `state`, which is its own and stays alive.
pub(super) unsafe fn find_current(python: &Python, state: State) -> Option<Current> {
    let attached = variables_that_hold(python, state);
    // SAFETY: as the caller says.
    unsafe { (python.table.PyEval_SaveThread)() };
    let detached = variables_that_hold(python, state);
    // SAFETY: as the caller says.
    unsafe { (python.table.PyEval_RestoreThread)(state.as_ptr()) };
    let mut found = attached.into_iter().filter(|variable| !detached.contains(variable));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn variables_that_hold(python: &Python, state: State) -> Vec<Current> {
    if !python.one_gil {
        return find_thread_locals(python, state).into_iter().map(Current::ThreadLocal).collect();
    }
    // `_PyRuntime`, the one global structure. It also names the state that had the GIL last, and still does when nobody has
    // the GIL.
    let Some(runtime) = python.table.PyRuntime else { return Vec::new() };
    let mut words = [0; RUNTIME_WORDS];
    let read = sys::read_words(runtime, &mut words);
    let offsets = (0..read).filter(|place| words[*place] == state.as_ptr() as usize);
    offsets.map(|place| Current::Global(runtime + place * size_of::<usize>())).collect()
}

/// How much of `_PyRuntime` is searched: the variable, up to 3.11, and `HEAD_LOCK` are within the first 1024 bytes.
pub(super) const RUNTIME_WORDS: usize = 256;
