//! Runs Python source, and handles what it raises.

use super::types::{PyCompilerFlags, PyObject};
use super::{Python, Raw, Reference, State};
use crate::error::{Error, Result};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// A start symbol of Python's grammar, which has the same number in every version.
#[derive(Clone, Copy)]
enum Start {
    /// `Py_file_input`: a whole file.
    File = 257,
    /// `Py_eval_input`: an expression.
    Expression = 258,
}

/// A variable for source of our own, with a borrowed value. NULL means that CPython failed to make the value.
pub(super) type Variable<'a> = (&'a CStr, *mut PyObject);

impl Python {
    /// Runs source in the `__main__` module of the attached interpreter. An exception that it raises becomes the error; one
    /// that was set before is set again. `shield` calls its argument, which asks the exception for its text, where no
    /// interrupt reaches it.
    pub fn exec_in_main(
        &self,
        source: &CStr,
        filename: &CStr,
        shield: impl FnOnce(&dyn Fn() -> Error) -> Error,
    ) -> Result<()> {
        self.run_in_main(source, filename, Start::File, shield, |_| Some(()))
    }

    /// The same with an expression: `str()` of its value.
    pub fn eval_in_main(
        &self,
        source: &CStr,
        filename: &CStr,
        shield: impl FnOnce(&dyn Fn() -> Error) -> Error,
    ) -> Result<String> {
        // As Python's eval does.
        let blanks = source.to_bytes().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let source = CStr::from_bytes_with_nul(&source.to_bytes_with_nul()[blanks..]).unwrap_or(source);
        // SAFETY: attached, with no exception set, and the value alive.
        self.run_in_main(source, filename, Start::Expression, shield, |value| unsafe { self.str_of(value) })
    }

    /// `then` converts the value; None, with an exception set, if it fails.
    fn run_in_main<R>(
        &self,
        source: &CStr,
        filename: &CStr,
        start: Start,
        shield: impl FnOnce(&dyn Fn() -> Error) -> Error,
        then: impl FnOnce(*mut PyObject) -> Option<R>,
    ) -> Result<R> {
        // SAFETY: attached; every reference is checked and given back once. Nothing here needs dropping: up to 3.13.7 CPython
        // may end a thread that holds no pin inside PyEval_EvalCode.
        unsafe {
            let pending = self.set_exception_aside();
            // Held: while the source is compiled, which may warn and so run Python code, a script may put another module there.
            let module = self.main_module();
            let globals = if module.is_null() { null_mut() } else { (self.table.PyModule_GetDict)(module) };
            let value = if !globals.is_null() && self.has_builtins(globals) {
                self.evaluate(source, filename, start, globals)
            } else {
                null_mut()
            };
            let made = if value.is_null() { None } else { then(value) };
            self.give_back(value);
            let result = made.ok_or_else(|| shield(&|| self.take_error()));
            self.give_back(module);
            self.put_exception_back(pending);
            result
        }
    }

    /// Gives a namespace the interpreter's builtins, as `exec` does, if it has none: what is run in it would be without, up to 3.9.
    /// False, with an exception set, if that fails. Late in a shutdown there are none to give, in 3.9.
    ///
    /// # Safety
    /// Attached, with no exception set; `globals` is a dict.
    unsafe fn has_builtins(&self, globals: *mut PyObject) -> bool {
        let name = c"__builtins__".as_ptr();
        // SAFETY: as the caller says; the references are borrowed.
        unsafe {
            if !(self.table.PyDict_GetItemString)(globals, name).is_null() {
                return true;
            }
            let builtins = self.builtins();
            builtins.is_null() || (self.table.PyDict_SetItemString)(globals, name, builtins) == 0
        }
    }

    /// The attached interpreter's `__main__`, made if there is none: a new reference; NULL, with an exception set, on failure.
    fn main_module(&self) -> *mut PyObject {
        // SAFETY: attached, with no exception set. What is borrowed lives: where there is no GIL there is the other function.
        unsafe {
            if let Some(add) = self.table.PyImport_AddModuleRef {
                return add(c"__main__".as_ptr());
            }
            let module = (self.table.PyImport_AddModule)(c"__main__".as_ptr());
            if !module.is_null() {
                (self.table.Py_IncRef)(module);
            }
            module
        }
    }

    /// Turns the exception that is set on this thread, which is attached, into an error; `shield` is as in `exec_in_main`.
    pub fn take_exception(&self, shield: impl FnOnce(&dyn Fn() -> Error) -> Error) -> Result<()> {
        if self.has_exception() { Err(shield(&|| self.take_error())) } else { Ok(()) }
    }

    /// Runs source of our own in a new namespace.
    pub(super) fn run(&self, source: &CStr, variable: Option<Variable>) -> Result<()> {
        self.run_in_new_namespace(source, variable, |_| Ok(()))
    }

    /// Up to 3.11 CPython looks up character names ("\\N{DIGIT ONE}") in a table that the first interpreter to need it makes
    /// for the whole process, and that goes with that interpreter. So main, which is attached, makes the table now.
    pub fn own_character_names(&self) -> Result<()> {
        if !self.one_gil {
            return Ok(());
        }
        let source = c"
try:
    compile(r\"'\\N{DIGIT ONE}'\", '<pyferry>', 'eval')
except Exception:
    pass
";
        self.run(source, None)
    }

    /// `sys.executable`, the program that Python believes it was started by.
    pub fn executable(&self) -> String {
        // SAFETY: attached; the reference is borrowed.
        unsafe { self.text((self.table.PySys_GetObject)(c"executable".as_ptr())) }
    }

    /// Whether this is a debug build.
    pub fn is_debug(&self) -> bool {
        // SAFETY: attached; the reference is borrowed. Only debug builds have `sys.gettotalrefcount`.
        unsafe { !(self.table.PySys_GetObject)(c"gettotalrefcount".as_ptr()).is_null() }
    }

    /// Runs source of our own, and drops an exception that it raises.
    pub(super) fn run_for_nothing(&self, source: &CStr) {
        let pending = self.set_exception_aside();
        // SAFETY: attached, with none set; every reference is checked and given back once.
        unsafe {
            let globals = (self.table.PyDict_New)();
            if !globals.is_null() {
                let value = self.evaluate(source, c"<pyferry>", Start::File, globals);
                self.give_back(value);
            }
            (self.table.PyErr_Clear)();
            self.give_back(globals);
        }
        self.put_exception_back(pending);
    }

    /// The states of the attached interpreter that have Python code on their stack, running or waiting, but for `but`, each with
    /// Python's number of its thread. They may be gone, without a GIL or when the caller has detached. None: there is no GIL,
    /// and it cannot be told.
    pub fn states_in_python(&self, raw: Raw, but: &[State]) -> Option<Vec<(State, u64)>> {
        let numbered = |state: &State| Some((*state, self.ident_of(*state)?));
        if !self.free_threaded {
            let running = |state: &State| !but.contains(state) && self.runs_python(*state);
            return Some(self.states_of(raw).iter().filter(|state| running(state)).filter_map(numbered).collect());
        }
        self.frame_offset.get()?;
        // Not by `sys._current_frames`, which stops the world, and so waits for C code that may never return, and which makes frame
        // objects of this interpreter's for other interpreters' threads too.
        let running = |state: &State| !but.contains(state) && self.has_frame(*state) == Some(true);
        self.with_states(raw, |states| states.iter().filter(|state| running(state)).filter_map(numbered).collect())
    }

    /// Whether a state of the attached interpreter has Python code on its stack: this thread's state or, with a GIL, any.
    pub fn runs_python(&self, state: State) -> bool {
        // SAFETY: attached, so with a GIL the state lives; the reference is given back.
        unsafe {
            let frame = (self.table.PyThreadState_GetFrame)(state.as_ptr()).cast::<PyObject>();
            self.give_back(frame);
            !frame.is_null()
        }
    }

    pub(super) fn run_in_new_namespace(
        &self,
        source: &CStr,
        variable: Option<Variable>,
        then: impl FnOnce(*mut PyObject) -> Result<()>,
    ) -> Result<()> {
        // SAFETY: attached; every reference is checked and given back once.
        unsafe {
            let pending = self.set_exception_aside();
            let globals = (self.table.PyDict_New)();
            let succeeded = !globals.is_null()
                && self.has_builtins(globals)
                && variable.is_none_or(|(name, value)| {
                    !value.is_null() && (self.table.PyDict_SetItemString)(globals, name.as_ptr(), value) == 0
                })
                && {
                    let value = self.evaluate(source, c"<pyferry>", Start::File, globals);
                    self.give_back(value);
                    !value.is_null()
                };
            let result = if succeeded { then(globals) } else { Err(self.take_error()) };
            self.give_back(globals);
            self.put_exception_back(pending);
            result
        }
    }

    /// The value of the source, as a new reference; NULL, with an exception set, if it raised.
    ///
    /// # Safety
    /// Attached, with no exception set; `globals` is a dict.
    unsafe fn evaluate(&self, source: &CStr, filename: &CStr, start: Start, globals: *mut PyObject) -> *mut PyObject {
        // Source is UTF-8, also where it is from a file whose coding cookie says something else. CPython then takes a byte order
        // mark for a character.
        let text = source.to_bytes_with_nul();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut flags =
            PyCompilerFlags { cf_flags: PyCompilerFlags::UTF8, cf_feature_version: self.version.1 as c_int };
        // SAFETY: as the caller says; the text ends with 0, and the code is given back.
        unsafe {
            // -1: optimised as the interpreter is set up to.
            let code = (self.table.Py_CompileStringExFlags)(
                text.as_ptr().cast(),
                filename.as_ptr(),
                start as c_int,
                &mut flags,
                -1,
            );
            if code.is_null() {
                return null_mut();
            }
            let value = (self.table.PyEval_EvalCode)(code, globals, globals);
            (self.table.Py_DecRef)(code);
            value
        }
    }

    pub(super) fn text_of_variable(&self, globals: *mut PyObject, name: &CStr) -> String {
        // SAFETY: attached; the reference is borrowed.
        unsafe { self.text((self.table.PyDict_GetItemString)(globals, name.as_ptr())) }
    }

    /// `str(object)` as UTF-8, with what UTF-8 cannot express escaped; empty for NULL, and if `str()` fails.
    ///
    /// # Safety
    /// Attached; `object` is NULL or alive.
    pub(super) unsafe fn text(&self, object: *mut PyObject) -> String {
        // SAFETY: as the caller says.
        let text = if object.is_null() { None } else { unsafe { self.str_of(object) } };
        if text.is_none() {
            // SAFETY: attached.
            unsafe { (self.table.PyErr_Clear)() };
        }
        text.unwrap_or_default()
    }

    /// The same; None, with an exception set, if `str()` fails.
    ///
    /// # Safety
    /// Attached, with no exception set; `object` is alive.
    pub(super) unsafe fn str_of(&self, object: *mut PyObject) -> Option<String> {
        // SAFETY: as the caller says; the references are given back, and the bytes are copied before that.
        unsafe {
            let text = (self.table.PyObject_Str)(object);
            if text.is_null() {
                return None;
            }
            let bytes = (self.table.PyUnicode_AsEncodedString)(text, c"utf-8".as_ptr(), c"backslashreplace".as_ptr());
            self.give_back(text);
            let (mut start, mut length) = (null_mut::<c_char>(), 0);
            let mut result = None;
            if !bytes.is_null() && (self.table.PyBytes_AsStringAndSize)(bytes, &mut start, &mut length) == 0 {
                let bytes = std::slice::from_raw_parts(start.cast::<u8>(), length as usize);
                result = copied(bytes);
                if result.is_none() {
                    (self.table.PyErr_NoMemory)();
                }
            }
            self.give_back(bytes);
            result
        }
    }

    /// Drops a reference. The object's interpreter is attached.
    pub fn release(&self, reference: Reference) {
        let pending = self.set_exception_aside();
        // SAFETY: attached; whoever made the `Reference` gave the object's reference away.
        unsafe { self.give_back(reference.as_ptr()) };
        self.put_exception_back(pending);
    }

    /// # Safety
    /// Attached; `object` is NULL or a reference of ours.
    pub(super) unsafe fn give_back(&self, object: *mut PyObject) {
        if !object.is_null() {
            // SAFETY: as the caller says.
            unsafe { (self.table.Py_DecRef)(object) };
        }
    }
}

/// UTF-8 as a text of its own. None: there is no memory for it. A script can make a text of any length, and that must not end the
/// host.
fn copied(text: &[u8]) -> Option<String> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(text.len()).ok()?;
    copy.extend_from_slice(text);
    // What CPython encodes is UTF-8.
    Some(String::from_utf8(copy).unwrap_or_else(|other| String::from_utf8_lossy(other.as_bytes()).into_owned()))
}
