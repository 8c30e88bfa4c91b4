//! `sys.stdout` and `sys.stderr` of an interpreter that pass what is written to a function of ours.

use super::callback::Method;
use super::types::{METH_O, PyObject};
use super::{Python, Raw};
use crate::error::{Error, Result, Status};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

/// Gets the bytes, never none, that are written to a stream, on the thread that writes, attached. It must not panic. If it
/// leaves an exception set, the write raises that.
pub type Write = Box<dyn Fn(&[u8]) + Send + Sync>;

const NAME: &CStr = c"pyferry.output";

static METHOD: Method = Method::new(c"write", write, METH_O);

/// The streams that CPython makes of a file descriptor, but over a raw stream whose `write` is ours, and unbuffered as with
/// `python -u`. So everything that scripts do to such streams works (reconfigure, detach, write to `buffer`); `fileno` says
/// that there is none.
const STREAMS: &CStr = c"
import io, sys
class Output(io.RawIOBase):
    mode = 'wb'
    def __init__(self, name, write):
        self.name, self.write = name, write
    def writable(self):
        return True
def stream(name, write):
    text = io.TextIOWrapper(Output(name, write), 'utf-8', 'backslashreplace', newline='\\n', write_through=True)
    text.mode = 'w'
    return text
sys.stdout = sys.__stdout__ = stream('<stdout>', writers[0])
sys.stderr = sys.__stderr__ = stream('<stderr>', writers[1])
del writers
";

unsafe extern "C-unwind" fn write(capsule: *mut PyObject, data: *mut PyObject) -> *mut PyObject {
    let Ok(python) = Python::in_process() else { return null_mut() };
    let table = &python.table;
    // SAFETY: `set_output` made the function, with a capsule that owns a Write; Python keeps both, and `data`, during this
    // call. `bytes` is a reference of ours, made of any object that has a buffer.
    unsafe {
        let Some(write) = python.owned_by::<Write>(capsule).as_ref() else { return null_mut() };
        let bytes = (table.PyBytes_FromObject)(data);
        let (mut start, mut length) = (null_mut::<c_char>(), 0);
        if bytes.is_null() || (table.PyBytes_AsStringAndSize)(bytes, &mut start, &mut length) != 0 {
            python.give_back(bytes);
            return null_mut();
        }
        if length > 0 {
            python.coming_back(|| write(std::slice::from_raw_parts(start.cast::<u8>(), length as usize)));
        }
        (table.Py_DecRef)(bytes);
        if (table.PyErr_Occurred)().is_null() { (table.PyLong_FromSsize_t)(length) } else { null_mut() }
    }
}

/// The audit hook, which CPython calls at each event, on any thread, attached.
unsafe extern "C" fn audit(event: *const c_char, arguments: *mut PyObject, before_site: *mut c_void) -> c_int {
    // SAFETY: the event is CPython's own string. Of `import`, the first argument is the module's name (borrowed).
    // `call_before_site` gave CPython the function.
    unsafe {
        if CStr::from_ptr(event) != c"import" {
            return 0;
        }
        let Ok(python) = Python::in_process() else { return 0 };
        let name = (python.table.PyTuple_GetItem)(arguments, 0);
        if !name.is_null() && (python.table.PyUnicode_CompareWithASCIIString)(name, c"site".as_ptr()) == 0 {
            let before_site = std::mem::transmute::<*mut c_void, fn(&'static Python)>(before_site);
            before_site(python);
        }
        (python.table.PyErr_Clear)();
    }
    0
}

impl Python {
    /// From now until Python's end, calls `before_site` whenever an interpreter is about to import `site`, attached to that
    /// interpreter, when its `sys` and `io` are ready. It must not panic, and what it raises is dropped. A script that
    /// imports `site` again causes another call.
    ///
    /// An audit hook (PEP 578) is the only thing that every CPython calls after it makes an interpreter's streams and before
    /// it runs site code. The caller is attached to the main interpreter, or Python is preinitialised but not initialised.
    pub fn call_before_site(&self, before_site: fn(&'static Python)) -> Result<()> {
        // SAFETY: as documented; `audit` gets `before_site` back, and lives as long as the process.
        if unsafe { (self.table.PySys_AddAuditHook)(audit, before_site as *mut c_void) } == 0 {
            return Ok(());
        }
        if self.is_initialized() {
            return Err(self.take_error());
        }
        Err(Error::new(Status::NoMemory, "CPython could not add an audit hook"))
    }

    /// Whether the attached interpreter was given our streams.
    pub fn has_output(&self) -> bool {
        // SAFETY: attached; the dict's value is only compared with NULL.
        unsafe {
            let dict = self.own_dict();
            !dict.is_null() && !(self.table.PyDict_GetItemString)(dict, NAME.as_ptr()).is_null()
        }
    }

    /// Gives the attached interpreter a `sys.stdout` and a `sys.stderr` of ours.
    pub fn set_output(&self, stdout: Write, stderr: Write) -> Result<()> {
        // SAFETY: attached; every reference is checked and given back once.
        unsafe {
            let writers = (self.table.PyTuple_New)(2);
            if writers.is_null() {
                return Err(self.take_error());
            }
            let result = [stdout, stderr]
                .into_iter()
                .enumerate()
                .try_for_each(|(place, write)| {
                    // The tuple takes the reference.
                    (self.table.PyTuple_SetItem)(writers, place as isize, self.callable(&METHOD, NAME, write)?);
                    Ok(())
                })
                .and_then(|()| self.run(STREAMS, Some((c"writers", writers))))
                .and_then(|()| {
                    let dict = self.own_dict();
                    let failed = dict.is_null() || (self.table.PyDict_SetItemString)(dict, NAME.as_ptr(), writers) != 0;
                    if failed { Err(self.take_error()) } else { Ok(()) }
                });
            self.give_back(writers);
            result
        }
    }

    /// CPython's number of the attached interpreter.
    pub fn attached_interpreter_id(&self) -> i64 {
        self.attached_raw().map_or(-1, |raw| self.interpreter_id(raw))
    }

    /// The interpreter that the caller is attached to, and so never None.
    fn attached_raw(&self) -> Option<Raw> {
        self.own_state().and_then(|state| self.interpreter_of(state))
    }

    /// The attached interpreter's dict for extension modules, borrowed. NULL: memory is out.
    fn own_dict(&self) -> *mut PyObject {
        // SAFETY: attached, so the interpreter lives.
        let dict = |raw: Raw| unsafe { (self.table.PyInterpreterState_GetDict)(raw.as_ptr()) };
        self.attached_raw().map_or(null_mut(), dict)
    }
}
