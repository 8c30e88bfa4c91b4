//! CPython's types, as far as they are looked into: the same in 3.9 to 3.15, in every build.
//!
//! Not pyo3-ffi's: of that a program can have one version only, and what this library would ask of it (the stable ABI, no
//! libpython) would hold for the whole program, and leave a host that uses PyO3 without the libpython that it links.

use std::ffi::{c_char, c_int};

/// Never looked into.
#[repr(C)]
pub struct PyObject(());

/// Never looked into.
#[repr(C)]
pub struct PyThreadState(());

/// Never looked into.
#[repr(C)]
pub struct PyInterpreterState(());

/// A C function as Python calls it: with `self` and, for METH_NOARGS, NULL.
pub type PyCFunction = unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;

/// How CPython is told of a C function.
#[repr(C)]
pub struct PyMethodDef {
    pub ml_name: *const c_char,
    pub ml_meth: PyCFunction,
    pub ml_flags: c_int,
    pub ml_doc: *const c_char,
}

/// The function takes no arguments.
pub(super) const METH_NOARGS: c_int = 4;

#[allow(non_camel_case_types)]
pub type Py_ssize_t = isize;
