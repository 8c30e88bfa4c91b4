//! The loaded modules, as far as all systems are alike.

use super::{Library, Locals, ThreadLocal, modules, real_path, variables_that_hold};
use std::ffi::{CStr, OsString, c_void};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One loaded module: the executable or a shared library.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// As the loader knows it; empty for the executable.
    pub name: OsString,
    /// Its loaded segments, as address ranges.
    pub segments: Vec<Range<usize>>,
    /// Where its thread-local variables are.
    pub(super) locals: Locals,
}

impl Module {
    /// The file it was loaded from.
    pub fn file(&self) -> PathBuf {
        match self.name.is_empty() {
            true => std::env::current_exe().unwrap_or_default(),
            false => real_path(Path::new(&self.name)),
        }
    }

    /// Whether an address lies in this module.
    pub fn contains(&self, address: usize) -> bool {
        self.segments.iter().any(|segment| segment.contains(&address))
    }

    /// Its thread-local variables that hold `word` on this thread.
    pub fn variables_that_hold(&self, word: usize) -> Vec<ThreadLocal> {
        variables_that_hold(&self.locals, word)
    }

    /// The address of a symbol that this module defines itself.
    fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        let library: Library = self.open()?;
        // SAFETY: only the address is used.
        let address = unsafe { library.get::<*mut c_void>(name) }.ok()?.as_raw_ptr().cast::<c_void>();
        // Not a symbol of a library that this module needs.
        self.contains(address as usize).then_some(address)
    }
}

/// The file this library was loaded from; the executable's where it is linked in.
pub fn own_file() -> PathBuf {
    let here = own_file as fn() -> PathBuf as usize;
    modules().iter().find(|module| module.contains(here)).map(Module::file).unwrap_or_default()
}

/// The address of a symbol in the first module, in the order of loading, that defines it.
pub fn first_symbol(name: &CStr) -> Option<*mut c_void> {
    modules().iter().find_map(|module| module.symbol(name))
}
