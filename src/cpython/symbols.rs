//! Where CPython's functions and variables are, by name.

use crate::sys::{self, Library, Module};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

/// To look symbols of the CPython in use up in.
pub struct Symbols {
    /// Never closed: code was taken from it.
    library: Library,
    /// The module that CPython's functions are in.
    home: Module,
    executable: Module,
}

impl Symbols {
    /// Those of the module that a function of CPython's is in; `library` is a handle to it.
    pub fn new(library: Library, function: usize) -> Symbols {
        let modules = sys::modules();
        let find = |is: &dyn Fn(&Module) -> bool| modules.iter().find(|module| is(module)).cloned().unwrap_or_default();
        Symbols {
            library,
            home: find(&|module| module.contains(function)),
            executable: find(&|module| module.name.is_empty()),
        }
    }

    /// The address of a function or variable. An executable that links libpython has a copy of each variable that it
    /// mentions, which libpython then uses itself: so what it has counts, before libpython's own.
    pub fn find(&self, name: &CStr) -> Option<NonNull<c_void>> {
        let own = || {
            // SAFETY: only the address is used.
            let found = unsafe { self.library.get::<*mut c_void>(name) }.ok()?;
            NonNull::new(found.as_raw_ptr().cast::<c_void>())
        };
        // A handle answers for the libraries that its own needs as well.
        let at_home = |address: &NonNull<c_void>| self.home.contains(address.as_ptr() as usize);
        let copied = |address: &NonNull<c_void>| self.executable.contains(address.as_ptr() as usize);
        let at_home = own().filter(at_home)?;
        Some(sys::global_symbol(name).filter(copied).unwrap_or(at_home))
    }
}
