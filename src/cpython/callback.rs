//! Rust functions that Python holds: those that it calls at exit and after a fork, and those that tell us of an interpreter's
//! end.

use super::types::{METH_NOARGS, PyCFunction, PyMethodDef, PyObject};
use super::{Python, Raw};
use crate::error::{Error, Result, Status};
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

/// What Python may call, any number of times. It must not panic.
pub type Callback = Box<dyn Fn() + Send + Sync>;

const NAME: &CStr = c"pyferry";

/// The key of our mark in an interpreter's dict. It never changes: other versions of this library look there too.
const MARK: &CStr = c"pyferry.library";

/// A function of ours, described for CPython.
pub(super) struct Method(PyMethodDef);
// SAFETY: CPython only reads a method definition.
unsafe impl Sync for Method {}

impl Method {
    pub(super) const fn new(name: &'static CStr, function: PyCFunction, flags: c_int) -> Method {
        Method(PyMethodDef { ml_name: name.as_ptr(), ml_meth: function, ml_flags: flags, ml_doc: std::ptr::null() })
    }
}

static METHOD: Method = Method::new(NAME, call, METH_NOARGS);

unsafe extern "C-unwind" fn call(capsule: *mut PyObject, _nothing: *mut PyObject) -> *mut PyObject {
    let Ok(python) = Python::in_process() else { return null_mut() };
    // SAFETY: `callable` made the function, with a capsule that owns a Callback; Python keeps both for this call.
    unsafe {
        let Some(callback) = python.owned_by::<Callback>(capsule).as_ref() else { return null_mut() };
        python.coming_back(callback);
    }
    python.none()
}

/// The destructor of a capsule that owns a T.
unsafe extern "C-unwind" fn drop_owned<T>(capsule: *mut PyObject) {
    if let Ok(python) = Python::in_process() {
        // SAFETY: `capsule` put a box there, and nobody else takes it out: the capsule is being destroyed.
        unsafe {
            let owned = python.owned_by::<T>(capsule);
            if !owned.is_null() {
                python.coming_back(|| drop(Box::from_raw(owned)));
            }
        }
    }
}

/// The destructor of a capsule that owns a Callback: calls it, and drops it.
unsafe extern "C-unwind" fn call_and_drop(capsule: *mut PyObject) {
    if let Ok(python) = Python::in_process() {
        // SAFETY: as in drop_owned.
        unsafe {
            if let Some(callback) = python.owned_by::<Callback>(capsule).as_ref() {
                python.coming_back(callback);
            }
            drop_owned::<Callback>(capsule);
        }
    }
}

impl Python {
    /// Runs `f`, which may detach, on behalf of Python code that goes on afterwards. If this thread could not be attached again,
    /// because Python is finalised, attaches by CPython's own call, which ends a daemon thread or hangs it, as always then.
    pub(super) fn coming_back(&self, f: impl FnOnce()) {
        // SAFETY: attached. (Up to 3.11 the later answer may be another thread's state, but then it is not this one.)
        let state = unsafe { (self.table.PyThreadState_GetUnchecked)() };
        f();
        // SAFETY: the state is this thread's; if it is gone, CPython does not look at it. Nothing here needs dropping.
        unsafe {
            if (self.table.PyThreadState_GetUnchecked)() != state {
                // Whoever was refused took the state out of the slot, but CPython relies on its being there if this attach
                // succeeds.
                let slot = *self.slot.lock();
                if let Some(slot) = slot {
                    slot.set(state);
                }
                (self.table.PyEval_RestoreThread)(state);
            }
        }
    }

    /// Has `function` called at the end of Py_FinalizeEx, on the finalising thread, which is not attached by then. False:
    /// CPython's list, which has 32 entries, is full.
    pub fn at_end_of_runtime(&self, function: extern "C" fn()) -> bool {
        // SAFETY: attached; a function of this library, which is never unloaded.
        unsafe { (self.table.Py_AtExit)(Some(function)) == 0 }
    }

    /// A capsule that owns a value, which the destructor has to drop. A new reference; the caller is attached.
    fn capsule<T>(
        &self,
        name: &'static CStr,
        owned: T,
        destructor: unsafe extern "C-unwind" fn(*mut PyObject),
    ) -> Result<*mut PyObject> {
        let boxed = Box::into_raw(Box::new(owned));
        // SAFETY: attached; the capsule takes the box over.
        let capsule = unsafe { (self.table.PyCapsule_New)(boxed.cast::<c_void>(), name.as_ptr(), Some(destructor)) };
        if capsule.is_null() {
            // SAFETY: nobody else has the box.
            unsafe {
                drop(Box::from_raw(boxed));
                (self.table.PyErr_Clear)();
            }
            return Err(Error::new(Status::NoMemory, "CPython could not make a capsule"));
        }
        Ok(capsule)
    }

    /// The value that a capsule of ours owns, which lives as long as the capsule. NULL, with an exception set: the object is
    /// no capsule. The caller is attached.
    pub(super) fn owned_by<T>(&self, capsule: *mut PyObject) -> *mut T {
        // SAFETY: attached; CPython checks that the object is a capsule, and lends its name.
        unsafe { (self.table.PyCapsule_GetPointer)(capsule, (self.table.PyCapsule_GetName)(capsule)).cast::<T>() }
    }

    /// A Python function that owns a value: `method` gets the capsule as its first argument (`owned_by`). A new reference;
    /// the caller is attached.
    pub(super) fn callable<T>(&self, method: &'static Method, name: &'static CStr, owned: T) -> Result<*mut PyObject> {
        let capsule = self.capsule(name, owned, drop_owned::<T>)?;
        // SAFETY: attached; the function keeps its own reference to the capsule, and a Method is never written.
        let function = unsafe {
            let function = (self.table.PyCFunction_NewEx)((&raw const method.0).cast_mut(), capsule, null_mut());
            (self.table.Py_DecRef)(capsule);
            function
        };
        if function.is_null() {
            return Err(self.take_error());
        }
        Ok(function)
    }

    /// A Python function that calls `callback`. A new reference; the caller is attached.
    pub(super) fn callable_of(&self, callback: Callback) -> Result<*mut PyObject> {
        self.callable(&METHOD, NAME, callback)
    }

    /// Runs Python source with `callback`, and with `modules`, which is `sys.modules`: an import statement could wait for a
    /// thread that has an import lock, even for a module that is imported already. The caller is attached.
    pub(super) fn run_with(&self, source: &CStr, callback: Callback) -> Result<()> {
        let function = self.callable_of(callback)?;
        // SAFETY: attached; `modules` is borrowed, `function` is ours, and the tuple takes a reference to each.
        unsafe {
            let modules = (self.table.PySys_GetObject)(c"modules".as_ptr());
            let given = (self.table.PyTuple_New)(2);
            if modules.is_null() || given.is_null() {
                (self.table.Py_DecRef)(function);
                self.give_back(given);
                (self.table.PyErr_Clear)();
                return Err(Error::new(Status::Internal, "sys.modules is gone, or memory out"));
            }
            (self.table.Py_IncRef)(modules);
            (self.table.PyTuple_SetItem)(given, 0, function);
            (self.table.PyTuple_SetItem)(given, 1, modules);
            let result = self.run(source, Some((c"given", given)));
            (self.table.Py_DecRef)(given);
            result
        }
    }

    /// Has the attached interpreter call `callback` when it shuts down: on the thread that shuts it down, before its modules
    /// go, and after every atexit function that is registered later.
    pub fn at_exit(&self, callback: Callback) -> Result<()> {
        // Up to 3.9 the functions belong to the module, and a second module would replace the first: so wait for a thread that
        // is importing it. Another thread that runs this code takes the module out of `sys.modules` for a moment
        // (`_load_unlocked`), hence the KeyError, and puts it back. And before the module is initialised it has no room for the
        // functions: CPython 3.9 crashes.
        let source = c"
callback, modules = given
bootstrap = modules['_frozen_importlib']
atexit = modules.get('atexit')
while atexit is None or getattr(getattr(atexit, '__spec__', None), '_initializing', False):
    if 'atexit' in bootstrap._module_locks:
        import atexit
        break
    try:
        atexit = modules.get('atexit') or bootstrap._builtin_from_name('atexit')
    except KeyError:
        pass
atexit.register(callback)
";
        self.run_with(source, callback)
    }

    /// Has the attached interpreter call `callback` in every child that `os.fork`, or a C host by PyOS_AfterFork_Child,
    /// makes, when CPython has reinitialised itself there.
    pub fn after_fork_in_child(&self, callback: Callback) -> Result<()> {
        // `os` has the function from `posix`, which importlib itself uses.
        let source = c"
callback, modules = given
posix = modules.get('posix')
if hasattr(posix, 'register_at_fork'): posix.register_at_fork(after_in_child=callback)
";
        self.run_with(source, callback)
    }

    /// Marks the attached interpreter as served by this copy of the library, and has `callback` called when the interpreter
    /// is torn down, for whatever reason. The callback must not call CPython. If another copy was first, returns that one's
    /// name and calls the callback now. If the mark is there already, does nothing.
    pub fn serve(&self, raw: Raw, library: &'static CStr, callback: Callback) -> Result<Option<String>> {
        // SAFETY: attached; the interpreter's own dict (borrowed) is for such uses, and dies with it. What PyDict_SetDefault
        // lends lives in the dict: only the copy that set a mark removes it.
        unsafe {
            let dict = (self.table.PyInterpreterState_GetDict)(raw.as_ptr());
            if dict.is_null() {
                return Err(Error::new(Status::Internal, "the interpreter has no dict"));
            }
            let mark = (self.table.PyDict_GetItemString)(dict, MARK.as_ptr());
            if !mark.is_null() && (self.table.PyCapsule_GetName)(mark) == library.as_ptr() {
                return Ok(None);
            }
            let capsule = self.capsule(library, callback, call_and_drop)?;
            let key = (self.table.PyUnicode_FromString)(MARK.as_ptr());
            // In one step: two copies may do this at the same moment.
            let mark = if key.is_null() { null_mut() } else { (self.table.PyDict_SetDefault)(dict, key, capsule) };
            let result = if mark.is_null() {
                Err(self.take_error())
            } else if mark == capsule {
                Ok(None)
            } else {
                let name = (self.table.PyCapsule_GetName)(mark);
                let name = if name.is_null() { c"another copy" } else { CStr::from_ptr(name) };
                Ok(Some(name.to_string_lossy().into_owned()))
            };
            self.give_back(key);
            (self.table.Py_DecRef)(capsule);
            result
        }
    }

    /// Removes this copy's mark.
    pub fn stop_serving(&self, raw: Raw, library: &'static CStr) {
        // SAFETY: attached; the references are borrowed.
        unsafe {
            let dict = (self.table.PyInterpreterState_GetDict)(raw.as_ptr());
            let mark = if dict.is_null() { dict } else { (self.table.PyDict_GetItemString)(dict, MARK.as_ptr()) };
            if !mark.is_null() && (self.table.PyCapsule_GetName)(mark) == library.as_ptr() {
                (self.table.PyDict_DelItemString)(dict, MARK.as_ptr());
            }
        }
    }
}
