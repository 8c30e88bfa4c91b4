//! Objects of CPython's that are the same in all interpreters, and the builtins of one.
//!
//! The builtins of a frame are what its code was given: a script in a sandbox, `exec(code, {'__builtins__': {}})`, that calls
//! the host has others than its interpreter, and PyEval_GetBuiltins gives the frame's. A script can also put something else
//! in place of what its interpreter's builtins have. So what CPython exports as a variable is taken from there.

use super::Python;
use super::symbols::Symbols;
use super::types::PyObject;
use std::ffi::CStr;
use std::ptr::null_mut;

/// Static objects of CPython's, which are never freed.
pub(super) struct Objects {
    pub none: *mut PyObject,
    pub str_type: *mut PyObject,
    pub bytes_type: *mut PyObject,
    pub keyboard_interrupt: *mut PyObject,
    pub syntax_error: *mut PyObject,
    /// NULL up to 3.10.
    pub base_exception_group: *mut PyObject,
}

// SAFETY: addresses, which never change, and are followed only while attached.
unsafe impl Send for Objects {}
// SAFETY: as above.
unsafe impl Sync for Objects {}

impl Objects {
    /// The error is the name of one that is missing.
    pub fn find(symbols: &Symbols) -> Result<Objects, &'static str> {
        let address = |name: &'static CStr| {
            let found = symbols.find(name).ok_or(name.to_str().unwrap_or_default())?;
            Ok(found.as_ptr().cast::<PyObject>())
        };
        // SAFETY: such a variable is a pointer that CPython sets when it is loaded, and never changes.
        let pointee = |name| address(name).map(|found| unsafe { found.cast::<*mut PyObject>().read() });
        Ok(Objects {
            none: address(c"_Py_NoneStruct")?,
            str_type: address(c"PyUnicode_Type")?,
            bytes_type: address(c"PyBytes_Type")?,
            keyboard_interrupt: pointee(c"PyExc_KeyboardInterrupt")?,
            syntax_error: pointee(c"PyExc_SyntaxError")?,
            base_exception_group: pointee(c"PyExc_BaseExceptionGroup").unwrap_or(null_mut()),
        })
    }
}

impl Python {
    /// `None`, as a new reference.
    pub(super) fn none(&self) -> *mut PyObject {
        // SAFETY: attached; it lives.
        unsafe { (self.table.Py_IncRef)(self.objects.none) };
        self.objects.none
    }

    /// The builtins of the attached interpreter, borrowed. NULL late in its shutdown, in 3.9.
    pub(super) fn builtins(&self) -> *mut PyObject {
        // SAFETY: attached, with no exception set; all references are borrowed. What a script left in `sys.modules` may be
        // anything, and CPython looks what it is.
        unsafe {
            let modules = (self.table.PySys_GetObject)(c"modules".as_ptr());
            if !modules.is_null() {
                let module = (self.table.PyDict_GetItemString)(modules, c"builtins".as_ptr());
                let dict = if module.is_null() { module } else { (self.table.PyModule_GetDict)(module) };
                if !dict.is_null() {
                    return dict;
                }
                (self.table.PyErr_Clear)();
            }
            // A shutdown puts None in place of each module.
            (self.table.PyEval_GetBuiltins)()
        }
    }
}
