//! What isolated interpreters share in 3.12 nevertheless, and must not free or set up for each other.

use super::Python;
use super::types::{Py_ssize_t, PyObject};
use crate::error::Result;
use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// `_PyArg_Parser` of 3.12: the static data of one C function, and a link of the list of all
/// (`_PyRuntime.getargs.static_parsers`).
#[repr(C)]
struct ArgParser {
    initialized: c_int,
    format: *const c_char,
    keywords: *const *const c_char,
    fname: *const c_char,
    custom_msg: *const c_char,
    pos: c_int,
    min: c_int,
    max: c_int,
    kwtuple: *mut PyObject,
    next: *mut ArgParser,
}

/// Values of `initialized`: the list owns the tuple, or nobody does.
const OWNED: c_int = 1;
const STATIC: c_int = -1;

type UnpackKeywords = unsafe extern "C-unwind" fn(
    *const *mut PyObject,
    Py_ssize_t,
    *mut PyObject,
    *mut PyObject,
    *mut ArgParser,
    c_int,
    c_int,
    c_int,
    *mut *mut PyObject,
) -> *const *mut PyObject;

struct OwnParser(UnsafeCell<ArgParser>);

// SAFETY: only `keep_argument_names` uses it, attached to the main interpreter of a Python that has a GIL.
unsafe impl Sync for OwnParser {}

struct Keywords([*const c_char; 2]);

// SAFETY: never changed.
unsafe impl Sync for Keywords {}

static KEYWORDS: Keywords = Keywords([c"pyferry".as_ptr(), std::ptr::null()]);
static PARSER: OwnParser = OwnParser(UnsafeCell::new(ArgParser {
    initialized: 0,
    format: std::ptr::null(),
    keywords: KEYWORDS.0.as_ptr(),
    fname: c"pyferry".as_ptr(),
    custom_msg: std::ptr::null(),
    pos: 0,
    min: 0,
    max: 0,
    kwtuple: null_mut(),
    next: null_mut(),
}));

impl Python {
    /// 3.12 runs an extension module's init function in the isolated interpreter that imports the module, and then refuses a
    /// module that does not support such interpreters. By then static types have been set up with objects of that
    /// interpreter, and with these the next one crashes. So the modules of the standard library that have such types, and a
    /// substitute in Python, are refused beforehand, as is `_zoneinfo`, which needs `_datetime`'s C API. Attached to a new
    /// isolated interpreter.
    pub fn refuse_what_would_be_set_up(&self) -> Result<()> {
        if self.version != (3, 12) {
            return Ok(());
        }
        let source = c"
import sys
for name in '_datetime', '_decimal', '_zoneinfo':
    sys.modules.setdefault(name, None)
";
        self.run(source, None)
    }

    /// Up to 3.12.3 (gh-119213) a C function of an extension module keeps the names of its arguments in a tuple made by the
    /// first interpreter that calls the function. Py_FinalizeEx frees all tuples in main, whichever interpreter's memory they
    /// are in (and functions would still use them if Python is initialised again). So all tuples are marked as nobody's.
    /// Attached to main, with no other interpreter left.
    pub fn keep_argument_names(&self) {
        if self.version != (3, 12) || self.patch() >= 4 {
            return;
        }
        let Some(unpack) = self.symbol(c"_PyArg_UnpackKeywords") else { return };
        // SAFETY: 3.12's own function, with its signature there.
        let unpack = unsafe { std::mem::transmute::<*mut std::ffi::c_void, UnpackKeywords>(unpack.as_ptr()) };
        let parser = PARSER.0.get();
        let (no_arguments, mut unpacked) = ([null_mut(); 1], [null_mut(); 1]);
        // SAFETY: attached to main, with the GIL, so no other thread uses the list. The parser is static, as CPython expects;
        // it has a tuple exactly while it is in the list, which Py_FinalizeEx empties.
        unsafe {
            if !(*parser).kwtuple.is_null() {
                return;
            }
            ((*parser).initialized, (*parser).next) = (0, null_mut());
            // A parser enters the list, at its head, when it is first used: so all others come after ours.
            if unpack(no_arguments.as_ptr(), 0, null_mut(), null_mut(), parser, 0, 1, 0, unpacked.as_mut_ptr())
                .is_null()
            {
                (self.table.PyErr_Clear)();
                return;
            }
            let mut other = (*parser).next;
            while !other.is_null() {
                if (*other).initialized == OWNED {
                    (*other).initialized = STATIC;
                }
                other = (*other).next;
            }
        }
    }

    /// The last part of the version: 1 for 3.12.1.
    fn patch(&self) -> u32 {
        let text = self.version_text.to_string_lossy();
        let third = text.split(|c: char| !c.is_ascii_digit()).nth(2);
        third.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}
