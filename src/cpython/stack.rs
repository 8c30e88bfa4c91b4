//! The Python stack of another thread, found as `faulthandler` does: without being attached.

use super::{Python, Raw, State};
use std::ffi::c_int;

impl Python {
    /// Whether this CPython exports the function that `faulthandler` itself uses: 3.11, 3.12 and 3.15 do.
    pub fn can_dump_stacks(&self) -> bool {
        self.table.PyUnstable_DumpTraceback.is_some() || self.table._Py_DumpTraceback.is_some()
    }

    /// Writes the stack of the thread with this number of Python's. `state` is its cached state in the interpreter, if it has
    /// one.
    ///
    /// CPython reads the frames as they are. If the thread is running, or its state is gone, CPython may read memory that is
    /// no frame any more: so call this in a copy of the process only (`sys::text_from_copy`).
    pub fn dump_stack(&self, fd: c_int, raw: Raw, state: Option<State>, ident: u64) {
        let Some(state) = state.or_else(|| self.listed_state_of(raw, ident)) else { return };
        // SAFETY: as described above; the functions are made for signal handlers.
        unsafe {
            if let Some(dump) = self.table.PyUnstable_DumpTraceback {
                dump(fd, state.as_ptr());
            } else if let Some(dump) = self.table._Py_DumpTraceback {
                dump(fd, state.as_ptr());
            }
        }
    }

    fn listed_state_of(&self, raw: Raw, ident: u64) -> Option<State> {
        let mut found = None;
        self.each_listed_state(raw, |listed| {
            let state = State::from_ptr(listed as *mut _).filter(|state| self.ident_of(*state) == Some(ident));
            found = found.or(state);
            found.is_none()
        });
        found
    }
}
