use super::{enter, given, put_text, text};
use crate::error::Status;
use crate::interpreter::script;
use std::ffi::c_char;

/// Runs Python source in the `__main__` module of the interpreter that this thread is attached to.
///
/// A thread that is attached, whoever attached it; also while the interpreter shuts down, which waits for the thread. An
/// exception that was set before is set afterwards. The script must not end an attachment that entered an interpreter
/// before the call: that is PYFERRY_STATUS_WRONG_ORDER.
///
/// @param source    the statements of a whole file, in UTF-8
/// @param filename  the name in tracebacks, in UTF-8. NULL: "<string>".
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the script raised, SystemExit included: pyferry_last_error has the
///         traceback, and the exception is cleared), _INVALID_ARGUMENT (`source` is NULL; a text is not UTF-8),
///         _NOT_ATTACHED, _CLOSED (nothing was run: the thread was given up while an interrupt was kept from it, and is
///         attached to nothing), _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_exec(source: *const c_char, filename: *const c_char) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (source, filename) = unsafe { (text(source, "source")?, text(filename, "filename")?) };
        script::exec(given(source, "source")?, filename.unwrap_or(c"<string>"))
    })
}

/// Evaluates a Python expression in the `__main__` module of the interpreter that this thread is attached to, and returns
/// its value as `str()` does: "42", "[1, 2]", "None". It is for callers that need only text; pyferry_python.h has values.
///
/// A thread that is attached, whoever attached it; as pyferry_exec.
///
/// @param source    an expression, in UTF-8
/// @param filename  the name in tracebacks, in UTF-8. NULL: "<string>".
/// @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated; a character that UTF-8
///                  cannot encode (a lone surrogate) is escaped. NULL: nothing is copied.
/// @param capacity  the size of `buffer` in bytes, with room for the terminator. 0: nothing is copied.
/// @param length    gets the length of the whole text in bytes, without the terminator: `capacity` or more means that it
///                  was cut. NULL: not wanted. To evaluate it again with more room repeats its side effects: keep the
///                  value in a variable, by pyferry_exec.
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the expression, or str(), raised: pyferry_last_error has the traceback, and
///         the exception is cleared; `buffer` and `length` are unchanged), _INVALID_ARGUMENT (`source` is NULL; a text is
///         not UTF-8), _NOT_ATTACHED, _CLOSED (as pyferry_exec), _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9),
///         _FORKED.
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

/// Turns the exception that a failed call of CPython's own left set on this thread into a status and a message, and
/// clears it: `if (PyObject_CallNoArgs(f) == NULL) return pyferry_take_exception();`
///
/// A thread that is attached, whoever attached it; also while the interpreter shuts down. The exception is asked for its
/// text, which may run Python code.
///
/// @return PYFERRY_STATUS_OK (none is set), _PYTHON_ERROR (one was set: pyferry_last_error has the traceback, and none is
///         set now), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_take_exception() -> Status {
    enter(script::take_exception)
}
