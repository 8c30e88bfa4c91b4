use super::{enter, given, put_text, text};
use crate::error::Status;
use crate::interpreter::script;
use std::ffi::c_char;

/// Runs Python source in the `__main__` module of the interpreter that this thread is attached to.
///
/// A thread that is attached, by whomever; also while the interpreter shuts down, which waits for it. An exception that was
/// pending before is pending afterwards. An attachment that entered an interpreter before cannot be ended in there: that is
/// PYFERRY_STATUS_WRONG_ORDER.
///
/// @param source    a whole file's worth of statements, in UTF-8
/// @param filename  what tracebacks call it, in UTF-8. NULL: "<string>".
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (it raised, SystemExit included: pyferry_last_error has the traceback, and
///         no exception is pending), _INVALID_ARGUMENT (source is NULL; not UTF-8), _NOT_ATTACHED, _NO_PYTHON,
///         _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_exec(source: *const c_char, filename: *const c_char) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (source, filename) = unsafe { (text(source, "source")?, text(filename, "filename")?) };
        script::exec(given(source, "source")?, filename.unwrap_or(c"<string>"))
    })
}

/// Evaluates a Python expression in the `__main__` module of the interpreter that this thread is attached to, and gives its
/// value as `str()` does: "42", "[1, 2]", "None". For those who need no more than text; pyferry_python.h has values.
///
/// A thread that is attached, by whomever; as pyferry_exec.
///
/// @param source    an expression, in UTF-8
/// @param filename  what tracebacks call it, in UTF-8. NULL: "<string>".
/// @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated; what UTF-8 cannot say (a
///                  lone surrogate) is escaped. NULL: nothing is copied.
/// @param capacity  how many bytes there are at `buffer`, with the terminator. 0: nothing is copied.
/// @param length    gets the length of the whole text in bytes, without the terminator: `capacity` or more means that it was
///                  cut. NULL: nobody asks. To evaluate it again for more room does again what it does: keep the value in a
///                  variable, by pyferry_exec.
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (it, or str(), raised: pyferry_last_error has the traceback, and no exception is
///         pending; buffer and length are as before), _INVALID_ARGUMENT (source is NULL; not UTF-8), _NOT_ATTACHED,
///         _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_eval(
    source: *const c_char,
    filename: *const c_char,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (source, filename) = unsafe { (text(source, "source")?, text(filename, "filename")?) };
        let value = script::eval(given(source, "source")?, filename.unwrap_or(c"<string>"))?;
        // SAFETY: as documented for the caller.
        unsafe {
            let whole = put_text(&value, buffer, capacity);
            if let Some(length) = length.as_mut() {
                *length = whole;
            }
        }
        Ok(())
    })
}

/// Turns the exception that is set on this thread, by a call of CPython's own that failed, into a status and a message, and
/// clears it: `if (PyObject_CallNoArgs(f) == NULL) return pyferry_take_exception();`
///
/// A thread that is attached, by whomever. The exception is asked for its text, which may run Python code.
///
/// @return PYFERRY_STATUS_OK (none is set), _PYTHON_ERROR (one was: pyferry_last_error has the traceback, and none is set
///         now), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_take_exception() -> Status {
    enter(script::take_exception)
}
