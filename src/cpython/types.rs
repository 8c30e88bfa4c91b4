//! CPython's types, as far as we look into them: the same in 3.9 to 3.15, in every build.
//!
//! Not those of pyo3-ffi: its build script needs a Python on the build machine, and builds for that version alone, while this
//! library is built without Python, for all versions. By its `links = "python"` a program can have pyo3-ffi only once, so a
//! host that uses PyO3 would be bound to our version. And abi3, which all versions share, lacks a part of the table. So the
//! signatures are written by hand, and tests compare them with each Python.h.

use std::ffi::{c_char, c_int};

/// Opaque.
#[repr(C)]
pub struct PyObject(());

/// Opaque.
#[repr(C)]
pub struct PyThreadState(());

/// Opaque.
#[repr(C)]
pub struct PyInterpreterState(());

/// Opaque.
#[repr(C)]
pub struct PyFrameObject(());

/// Opaque.
#[repr(C)]
pub struct PyInterpreterView(());

/// Opaque.
#[repr(C)]
pub struct PyInterpreterGuard(());

/// A lock of CPython's.
#[allow(non_camel_case_types)]
pub type PyThread_type_lock = *mut std::ffi::c_void;
/// One byte, of which CPython makes a lock (3.13 and later).
pub type PyMutex = std::ffi::c_void;

/// A C function as Python calls it: with `self` and, for METH_NOARGS, NULL.
pub type PyCFunction = unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject) -> *mut PyObject;

/// How a C function is described to CPython.
#[repr(C)]
pub struct PyMethodDef {
    pub ml_name: *const c_char,
    pub ml_meth: PyCFunction,
    pub ml_flags: c_int,
    pub ml_doc: *const c_char,
}

/// The function takes no arguments.
pub(super) const METH_NOARGS: c_int = 4;

/// The function takes one argument.
pub(super) const METH_O: c_int = 8;

#[allow(non_camel_case_types)]
pub type Py_ssize_t = isize;

/// `PyCompilerFlags`: the same two ints since 3.8.
#[repr(C)]
pub struct PyCompilerFlags {
    pub cf_flags: c_int,
    pub cf_feature_version: c_int,
}

impl PyCompilerFlags {
    /// `PyCF_SOURCE_IS_UTF8` and `PyCF_IGNORE_COOKIE`, by which Python's `exec` compiles a str.
    pub const UTF8: c_int = 0x0100 | 0x0800;
}

/// `PyStatus`, returned by value.
#[repr(C)]
pub struct PyStatus {
    pub kind: c_int,
    pub function: *const c_char,
    pub message: *const c_char,
    pub exit_code: c_int,
}

/// `PyPreConfig`: the same ints since it appeared in 3.8.
#[repr(C)]
#[derive(Default)]
pub struct PyPreConfig {
    pub config_init: c_int,
    pub parse_argv: c_int,
    pub isolated: c_int,
    pub use_environment: c_int,
    pub configure_locale: c_int,
    pub coerce_c_locale: c_int,
    pub coerce_c_locale_warn: c_int,
    #[cfg(windows)]
    pub legacy_windows_fs_encoding: c_int,
    pub utf8_mode: c_int,
    pub dev_mode: c_int,
    pub allocator: c_int,
}

/// `PyInterpreterConfig`: seven ints, the same since it appeared in 3.12.
#[repr(C)]
pub struct PyInterpreterConfig {
    pub use_main_obmalloc: c_int,
    pub allow_fork: c_int,
    pub allow_exec: c_int,
    pub allow_threads: c_int,
    pub allow_daemon_threads: c_int,
    pub check_multi_interp_extensions: c_int,
    pub gil: c_int,
}

impl PyInterpreterConfig {
    /// `PyInterpreterConfig_SHARED_GIL`
    pub const SHARED_GIL: c_int = 1;
    /// `PyInterpreterConfig_OWN_GIL`
    pub const OWN_GIL: c_int = 2;
}

/// Room for the `PyConfig` of any version, whose layouts differ. Only the ints that `cpython::config` finds in it are looked
/// into.
#[repr(C, align(8))]
pub struct PyConfig(pub [c_int; 1024]);

impl PyConfig {
    /// As `PyConfig_InitPythonConfig` requires.
    pub const ZERO: PyConfig = PyConfig([0; 1024]);
}
