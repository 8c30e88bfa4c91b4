//! CPython's gilstate slot: the one thread state per OS thread that PyGILState_Ensure will use.
//!
//! CPython has no call to set it, so it is found once per runtime and kept in step by hand. Up to 3.14 it is a pthread
//! key, from 3.15 a thread-local variable of the module that CPython's code is in. It counts as found only when exactly
//! one place holds the one pointer that must be there, and a write comes back through CPython's own getter.

use super::types::PyThreadState;
use super::{Python, State};
use crate::sys;
use std::ffi::CStr;

/// Where the slot is.
#[derive(Clone, Copy, Debug)]
pub enum Slot {
    /// A pthread key (up to 3.14).
    Key(u32),
    /// A thread-local variable (from 3.15): the module's number and the offset in its block.
    ThreadLocal {
        /// The loader's number of the module.
        module: usize,
        /// In bytes.
        offset: usize,
    },
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
            Slot::Key(key) => sys::key_get(key).cast(),
            // SAFETY: the variable is libpython's, which is never unloaded, on this thread.
            Slot::ThreadLocal { module, offset } => unsafe { *sys::tls_address(module, offset).cast() },
            // SAFETY: any thread may ask, at any time.
            Slot::Missing(_) => unsafe { (python.table.PyGILState_GetThisThreadState)() },
        }
    }

    /// Puts this thread's slot in step. Nothing happens where it was not found.
    #[inline]
    pub fn set(self, value: SlotValue) {
        match self {
            Slot::Key(key) => sys::key_set(key, value.cast()),
            // SAFETY: as in `get`.
            Slot::ThreadLocal { module, offset } => unsafe { *sys::tls_address(module, offset).cast() = value },
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
            [key] => Slot::Key(key),
            [] => match find_thread_local(python, state) {
                Some(slot) => slot,
                None => return Slot::Missing(c"no place for the gilstate slot was found in this CPython"),
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

fn find_thread_local(python: &Python, state: State) -> Option<Slot> {
    let code = python.table.PyGILState_GetThisThreadState as usize;
    let tls = sys::modules().into_iter().find(|module| module.contains(code))?.tls?;
    if tls.here == 0 {
        return None;
    }
    let words = tls.size / size_of::<usize>();
    // SAFETY: the loader says where this thread's block of the module is and how long; it lives as long as the thread.
    let block = unsafe { std::slice::from_raw_parts(tls.here as *const usize, words) };
    let mut places = (0..words).filter(|place| block[*place] == state.as_ptr() as usize);
    match (places.next(), places.next()) {
        (Some(place), None) => Some(Slot::ThreadLocal { module: tls.module, offset: place * size_of::<usize>() }),
        _ => None,
    }
}
