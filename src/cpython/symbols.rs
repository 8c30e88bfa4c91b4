//! Finds CPython's functions and variables by name.

use crate::sys::{self, Library, Module};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

/// Looks up symbols of the CPython in use.
pub struct Symbols {
    /// Never closed: its code is in use.
    library: Library,
    /// The module that contains CPython's functions.
    home: Module,
    executable: Module,
}

impl Symbols {
    /// For the module that contains `function`, which is CPython's; `library` is a handle to it.
    pub fn new(library: Library, function: usize) -> Symbols {
        let modules = sys::modules();
        let find = |is: &dyn Fn(&Module) -> bool| modules.iter().find(|module| is(module)).cloned().unwrap_or_default();
        Symbols {
            library,
            home: find(&|module| module.contains(function)),
            executable: find(&|module| module.name.is_empty()),
        }
    }

    /// The address of a function or variable. An executable that links libpython has a copy of each variable that it uses,
    /// and libpython uses that copy itself: so the executable's address comes before libpython's own.
    pub fn find(&self, name: &CStr) -> Option<NonNull<c_void>> {
        let own = || {
            // SAFETY: only the address is used.
            let found = unsafe { self.library.get::<*mut c_void>(name) }.ok()?;
            NonNull::new(found.as_raw_ptr().cast::<c_void>())
        };
        // A handle also finds symbols of the libraries that its own library needs.
        let at_home = |address: &NonNull<c_void>| self.home.contains(address.as_ptr() as usize);
        let copied = |address: &NonNull<c_void>| self.executable.contains(address.as_ptr() as usize);
        let at_home = own().filter(at_home)?;
        Some(sys::global_symbol(name).filter(copied).unwrap_or(at_home))
    }
}
