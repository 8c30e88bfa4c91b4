use super::Data;
use crate::host::output::Output;
use std::ffi::{c_char, c_void};

/// Gets what scripts print: what they write to `sys.stdout` and `sys.stderr`, by print, by logging, or by an exception
/// that nobody catches (also in a thread, or in `__del__`). This begins with the interpreter's site code and ends with
/// its last atexit function. It works as well where the program has no console and Python no streams of its own.
/// `sys.stdout` and `sys.stderr` are then ordinary text streams without a buffer and without a file descriptor: a print
/// makes several calls, one for each part.
///
/// Output that does not go through these streams is not passed on: what C code and child processes write to the file
/// descriptors 1 and 2, the output of faulthandler, and what Python itself says when it cannot start. A script may
/// replace the streams by others.
///
/// It is called on the thread that writes, attached; by several threads at once where there is no GIL, or more than one.
/// It may use Python and pyferry, and let go; what it prints itself comes here again. An exception that it leaves set is
/// raised in the script that prints. It must not throw.
///
/// @param interpreter_id  the interpreter that writes, as pyferry_view_interpreter_id numbers it
/// @param stream          1: stdout, 2: stderr
/// @param bytes           UTF-8, in which characters that UTF-8 cannot encode are escaped (as `\\udc80`); or the bytes as
///                        they are, where a script writes them to `sys.stdout.buffer`. Not terminated, and valid for the
///                        length of the call.
/// @param length          how many bytes, never 0
/// @param data            the `output_data` of the options
pub type pyferry_output = Option<
    unsafe extern "C" fn(interpreter_id: i64, stream: i32, bytes: *const c_char, length: usize, data: *mut c_void),
>;

// What the options say.
pub(super) fn output(hear: pyferry_output, data: *mut c_void) -> Option<Output> {
    let (hear, data) = (hear?, Data::new(data));
    Some(Output::new(move |interpreter, stream, bytes| {
        // SAFETY: the host gave the two together, to last as long as the interpreter.
        unsafe { hear(interpreter, stream, bytes.as_ptr().cast(), bytes.len(), data.get()) }
    }))
}
