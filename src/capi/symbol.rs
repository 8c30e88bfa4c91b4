use super::{given, text};
use crate::cpython;
use crate::error;
use crate::host;
use crate::registry::fork;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

/// The address of a function or variable of the CPython in use:
/// `PyObject *(*none)(long) = pyferry_symbol("PyLong_FromLong")` with a cast. pyferry_python.h declares all of the stable
/// API, and is based on this function.
///
/// Any thread, attached or not, also before Python is initialised; the function that is found may need more. The address
/// is valid as long as the process lives.
///
/// @param name  as CPython exports it: "PyLong_FromLong", "_Py_NoneStruct", "PyExc_ValueError" (a variable: the address
///              is that of the pointer). Macros of Python.h are not exported.
/// @return the address. NULL, with the reason in pyferry_last_error, if `name` is NULL or not UTF-8; if there is no
///         Python in this process, or two, or one before 3.9; if this one exports no such name; or if the process is a
///         fork that Python was not told of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_symbol(name: *const c_char) -> *mut c_void {
    let found = fork::check().and_then(|()| {
        // SAFETY: as documented for the caller.
        let name = given(unsafe { text(name, "name") }?, "name")?;
        host::symbol::find(name)
    });
    match found {
        Ok(address) => address.as_ptr(),
        Err(error) => {
            error::remember(error);
            null_mut()
        }
    }
}

// Declared in pyferry_python.h, which alone calls it: when what includes that is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_python_bind(table: *mut c_void, names: *const *const c_char) {
    if !table.is_null() && !names.is_null() {
        // SAFETY: pyferry_python.h passes its own, and unbinds before it is unloaded.
        unsafe { cpython::bind(table, names) };
    }
}

// As pyferry_python_bind, which see: called when what includes the header is unloaded.
#[unsafe(no_mangle)]
pub extern "C" fn pyferry_python_unbind(table: *mut c_void) {
    cpython::unbind(table);
}
