//! CPython's gilstate slot: the one thread state per OS thread that PyGILState_Ensure will use.
//!
//! CPython has no call to set it, so it is found once per runtime and kept in step by hand. Up to 3.14 it is a pthread
//! key, from 3.15 a thread-local variable of the module that CPython's code is in. It counts as found only when exactly
//! one place holds the one pointer that must be there, and a write comes back through CPython's own getter.

use super::types::PyThreadState;
use super::{Python, State};
use crate::sys::{self, ThreadLocal};
use std::ffi::CStr;
use std::ptr::NonNull;

/// Where the slot is.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A pthread key (up to 3.14).
    Key {
        /// Its number.
        key: u32,
        /// How far from a thread's handle its value is, where that is known.
        distance: Option<usize>,
    },
    /// A thread-local variable of the module that CPython's code is in (from 3.15).
    ThreadLocal(ThreadLocal),
    /// Not found, and why. No state is cached then, and CPython's own rules hold.
    Missing(&'static CStr),
}

/// Whatever the slot holds: a state of ours, one of somebody else, or none. Opaque: it may dangle.
pub type SlotValue = *mut PyThreadState;

impl Slot {
    /// Whether states may be cached.
    pub fn is_found(self) -> bool {
        !matches!(self, Slot::Missing(_))
    }

    /// Whether it holds in the next life of Python what it held in the last.
    pub fn outlives_python(self) -> bool {
        matches!(self, Slot::ThreadLocal(_))
    }

    /// The number of the key that it is.
    pub fn key(self) -> Option<u32> {
        if let Slot::Key { key, .. } = self { Some(key) } else { None }
    }

    /// Why states are not cached; None when they are.
    pub fn why_missing(self) -> Option<&'static CStr> {
        match self {
            Slot::Missing(why) => Some(why),
            _ => None,
        }
    }

    /// What this thread's slot holds.
    #[inline]
    pub fn get(self, python: &Python) -> SlotValue {
        match self {
            Slot::Key { key, .. } => sys::key_get(key).cast(),
            // SAFETY: the variable is libpython's, which is never unloaded, on this thread.
            Slot::ThreadLocal(variable) => unsafe { *variable.here().cast() },
            // SAFETY: any thread may ask, at any time.
            Slot::Missing(_) => unsafe { (python.table.PyGILState_GetThisThreadState)() },
        }
    }

    /// Where it is on this thread, for as long as the thread lives and the key does: a load or a store away.
    pub(super) fn here(self) -> Option<NonNull<SlotValue>> {
        NonNull::new(match self {
            Slot::Key { key, distance } => sys::key_place(key, distance?).cast(),
            Slot::ThreadLocal(variable) => variable.here().cast(),
            Slot::Missing(_) => return None,
        })
    }

    /// Puts this thread's slot in step. Nothing happens where it was not found.
    #[inline]
    pub fn set(self, value: SlotValue) {
        match self {
            Slot::Key { key, .. } => sys::key_set(key, value.cast()),
            // SAFETY: as in `get`.
            Slot::ThreadLocal(variable) => unsafe { *variable.here().cast() = value },
            Slot::Missing(_) => {}
        }
    }

    /// Finds the slot, on a thread that CPython never saw, from the first state made on it, which is detached now: only
    /// the slot still holds its address.
    pub(super) fn find(python: &Python, state: State) -> Slot {
        if std::env::var_os("PYFERRY_CACHE").is_some_and(|value| value == "off") {
            return Slot::Missing(c"PYFERRY_CACHE=off");
        }
        let keys: Vec<u32> = (0..sys::KEYS).filter(|key| sys::key_get(*key) == state.as_ptr().cast()).collect();
        let slot = match keys[..] {
            [key] => Slot::Key { key, distance: sys::find_key_distance(key) },
            [] => match find_thread_locals(python, state)[..] {
                [variable] => Slot::ThreadLocal(variable),
                _ => return Slot::Missing(c"no place for the gilstate slot was found in this CPython"),
            },
            _ => return Slot::Missing(c"several thread-specific keys hold the thread state"),
        };
        // SAFETY: any thread may ask, at any time.
        let told = || unsafe { (python.table.PyGILState_GetThisThreadState)() };
        slot.set(std::ptr::null_mut());
        let emptied = told().is_null();
        slot.set(state.as_ptr());
        if emptied && told() == state.as_ptr() {
            slot
        } else {
            Slot::Missing(c"CPython does not read the slot that was found")
        }
    }
}

/// The thread-local variables of CPython's that hold this state on this thread.
pub(super) fn find_thread_locals(python: &Python, state: State) -> Vec<ThreadLocal> {
    let code = python.table.PyGILState_GetThisThreadState as usize;
    let module = sys::modules().into_iter().find(|module| module.contains(code));
    module.map(|module| module.variables_that_hold(state.as_ptr() as usize)).unwrap_or_default()
}
