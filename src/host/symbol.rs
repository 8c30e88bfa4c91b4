//! CPython's functions and variables by name, for hosts that have no Python.h.

use crate::cpython::Python;
use crate::error::{Result, fail};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

/// The address of a function or variable of the CPython in use, initialised or not.
pub fn find(name: &CStr) -> Result<NonNull<c_void>> {
    let python = Python::in_process()?;
    match python.symbol(name) {
        Some(address) => Ok(address),
        None => fail!(
            Unsupported,
            "{} (Python {}.{}) exports no `{}`: it came with a later Python, went with an earlier one, or is a macro",
            python.path.display(),
            python.version.0,
            python.version.1,
            name.to_string_lossy()
        ),
    }
}
