use super::put_text;
use crate::error::{self, Status};
use std::ffi::c_char;

/// The name of a status, for logs: "PYFERRY_STATUS_CLOSED".
///
/// Any thread, at any time: in signal handlers, in forked children and without Python too.
///
/// @param status  what a call returned; any number is allowed
/// @return the name, or "PYFERRY_STATUS_UNKNOWN" if the number is no status. Never NULL; the string is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn pyferry_status_name(status: i32) -> *const c_char {
    Status::c_name(status).unwrap_or(c"PYFERRY_STATUS_UNKNOWN").as_ptr()
}

/// The message of this thread's last failure: what happened, to which thread and interpreter, and what to do. For
/// PYFERRY_STATUS_PYTHON_ERROR it is the traceback.
///
/// A success does not clear it. A thread that never failed gets "". So do destructors that run at the very end of a
/// thread, after pyferry's own, until one of their calls fails.
///
/// Any thread, attached or not, at any time; not in a signal handler.
///
/// @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated. NULL: nothing is
///                  copied.
/// @param capacity  the size of `buffer` in bytes, with room for the terminator. 0: nothing is copied.
/// @return the length of the whole text in bytes, without the terminator: `capacity` or more means that the text was cut.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_last_error(buffer: *mut c_char, capacity: usize) -> usize {
    // SAFETY: as documented for the caller.
    error::with_last(|message| unsafe { put_text(message, buffer, capacity) })
}
