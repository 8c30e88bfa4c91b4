//! CPython's gilstate slot: the one thread state per OS thread that PyGILState_Ensure will use.
//!
//! CPython has no call to set it, so we find it once per run of Python, and keep it in step ourselves. Up to 3.14 it is the
//! value of a pthread key, from 3.15 on a thread-local variable of the module that contains CPython's code. It counts as
//! found only if exactly one place holds the pointer that must be there, and CPython's own getter sees what we write.

use super::types::PyThreadState;
use super::{Python, State};
use crate::sys::{self, ThreadLocal};
use std::ffi::CStr;
use std::ptr::NonNull;

/// Where the slot is, in this run of Python.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A pthread key (up to 3.14).
    Key {
        /// Its number.
        key: u32,
        /// The distance of its value from a thread's handle, if known (`find_key_distance`).
        distance: Option<usize>,
    },
    /// A thread-local variable of the module that contains CPython's code (from 3.15).
    ThreadLocal(ThreadLocal),
    /// Not found, and why. Then no state is cached, and CPython's own rules apply.
    Missing(&'static CStr),
}

/// What the slot holds: a state of ours, a foreign one, or NULL. Opaque: it may dangle.
pub type SlotValue = *mut PyThreadState;

impl Slot {
    /// Whether states may be cached.
    pub fn is_found(self) -> bool {
        !matches!(self, Slot::Missing(_))
    }

    /// Whether the slot keeps its value from one run of Python to the next.
    pub fn outlives_python(self) -> bool {
        matches!(self, Slot::ThreadLocal(_))
    }

    /// The number of the key, if the slot is one.
    pub fn key(self) -> Option<u32> {
        if let Slot::Key { key, .. } = self { Some(key) } else { None }
    }

    /// Why states are not cached; None if they are.
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
            // SAFETY: this thread's copy of a variable of libpython, which is never unloaded.
            Slot::ThreadLocal(variable) => unsafe { *variable.here().cast() },
            // SAFETY: any thread may ask, at any time.
            Slot::Missing(_) => unsafe { (python.table.PyGILState_GetThisThreadState)() },
        }
    }

    /// The address of this thread's slot, valid as long as the thread lives and the key exists. None: only a call reaches it.
    pub(super) fn here(self) -> Option<NonNull<SlotValue>> {
        NonNull::new(match self {
            Slot::Key { key, distance } => sys::key_place(key, distance?).cast(),
            Slot::ThreadLocal(variable) => variable.here().cast(),
            Slot::Missing(_) => return None,
        })
    }

    /// Sets this thread's slot. Does nothing if the slot was not found.
    #[inline]
    pub fn set(self, value: SlotValue) {
        match self {
            Slot::Key { key, .. } => sys::key_set(key, value.cast()),
            // SAFETY: as in `get`.
            Slot::ThreadLocal(variable) => unsafe { *variable.here().cast() = value },
            Slot::Missing(_) => {}
        }
    }

    /// Finds the slot, on a thread that CPython never saw. `state` is the first state made on it, and detached: only the slot
    /// still holds the state's address.
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

/// CPython's thread-local variables that hold this state on this thread.
pub(super) fn find_thread_locals(python: &Python, state: State) -> Vec<ThreadLocal> {
    let code = python.table.PyGILState_GetThisThreadState as usize;
    let module = sys::modules().into_iter().find(|module| module.contains(code));
    module.map(|module| module.variables_that_hold(state.as_ptr() as usize)).unwrap_or_default()
}
