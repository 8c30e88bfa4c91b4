//! Runs Python source, and handles what it raises.

use super::types::{PyCompilerFlags, PyObject};
use super::{Python, Raw, Reference, State};
use crate::error::{Error, Result};
use std::ffi::{CStr, c_char, c_int, c_ulong};
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
            let module = (self.table.PyImport_AddModule)(c"__main__".as_ptr());
            let value = if module.is_null() {
                null_mut()
            } else {
                self.evaluate(source, filename, start, (self.table.PyModule_GetDict)(module))
            };
            let made = if value.is_null() { None } else { then(value) };
            self.give_back(value);
            let result = made.ok_or_else(|| shield(&|| self.take_error()));
            self.put_exception_back(pending);
            result
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

    /// Raises KeyboardInterrupt in the thread with this number of Python's, in the attached interpreter.
    pub fn interrupt(&self, ident: u64) {
        // SAFETY: attached; CPython takes its own reference, and ignores an unknown thread.
        unsafe {
            (self.table.PyThreadState_SetAsyncExc)(ident as c_ulong, self.objects.keyboard_interrupt);
        }
    }

    /// Takes back what was sent to this thread by PyThreadState_SetAsyncExc, an interrupt or another exception, and has not
    /// been raised yet, in the attached interpreter.
    pub fn clear_interrupt(&self) {
        // SAFETY: attached; NULL clears.
        unsafe { (self.table.PyThreadState_SetAsyncExc)(self.thread_ident() as c_ulong, null_mut()) };
        if self.version == (3, 11) {
            // 3.11 goes on looking for a sent exception until it raises one, and a trace function never gets past that: so
            // raise one.
            self.interrupt(self.thread_ident());
            self.run_for_nothing(c"for _ in (1, 2): pass");
        }
    }

    /// Runs source of our own, and drops an exception that it raises.
    fn run_for_nothing(&self, source: &CStr) {
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

    /// Python's numbers of the threads that are in Python code in the attached interpreter, running or waiting, but for those
    /// of the states `but`. `inside` are threads that are known to be inside.
    pub fn threads_of(&self, raw: Raw, but: &[State], inside: &[u64]) -> Result<Vec<u64>> {
        if self.free_threaded {
            // The list of states can change here. CPython's own function, `sys._current_frames`, stops the world, but it
            // makes frame objects of this interpreter's for other interpreters' threads too: so it is used only if there are
            // no others.
            let skipped: Vec<u64> = but.iter().filter_map(|state| self.ident_of(*state)).collect();
            let mut running = if self.is_only_interpreter() { self.running_threads()? } else { self.python_threads()? };
            running.extend(inside.iter().filter(|ident| !running.contains(ident)).copied().collect::<Vec<_>>());
            return Ok(running.into_iter().filter(|ident| !skipped.contains(ident)).collect());
        }
        let states = self.states_of(raw).into_iter().filter(|state| !but.contains(state) && self.runs_python(*state));
        Ok(states.filter_map(|state| self.ident_of(state)).collect())
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

    /// The numbers of all threads that run Python code now, in any interpreter.
    fn running_threads(&self) -> Result<Vec<u64>> {
        self.numbers(
            c"
import sys
text = ' '.join(map(str, sys._current_frames()))
",
        )
    }

    /// The numbers of the threads that the attached interpreter has started, as far as its `threading` knows.
    fn python_threads(&self) -> Result<Vec<u64>> {
        self.numbers(
            c"
import sys
threading = sys.modules.get('threading')
others = () if threading is None else (threading._MainThread, threading._DummyThread)
threads = [] if threading is None else list(threading._active.values())
text = ' '.join(str(thread.ident) for thread in threads if not isinstance(thread, others))
",
        )
    }

    fn numbers(&self, source: &CStr) -> Result<Vec<u64>> {
        let mut numbers = Vec::new();
        self.run_in_new_namespace(source, None, |globals| {
            let text = self.text_of_variable(globals, c"text");
            numbers = text.split(' ').filter_map(|number| number.parse().ok()).collect();
            Ok(())
        })?;
        Ok(numbers)
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
            let builtins = self.builtins();
            let succeeded = !globals.is_null()
                && !builtins.is_null()
                && (self.table.PyDict_SetItemString)(globals, c"__builtins__".as_ptr(), builtins) == 0
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
                result = Some(String::from_utf8_lossy(bytes).into_owned());
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
