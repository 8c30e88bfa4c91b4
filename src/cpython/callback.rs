//! Rust functions that Python holds: what it calls at exit and after a fork, and what tells us that an interpreter died.

use super::types::{METH_NOARGS, PyMethodDef, PyObject};
use super::{Python, Raw};
use crate::error::{Error, Result, Status};
use std::ffi::{CStr, c_void};
use std::ptr::null_mut;

/// What Python may call, any number of times. It must not panic.
pub type Callback = Box<dyn Fn() + Send + Sync>;

const NAME: &CStr = c"pyferry";

/// Where in an interpreter's dict the mark is. Other versions of the library look there too: it never changes.
const MARK: &CStr = c"pyferry.library";

/// Shared by all our functions and written by nobody.
struct Method(PyMethodDef);
// SAFETY: CPython only reads a method definition.
unsafe impl Sync for Method {}

static METHOD: Method =
    Method(PyMethodDef { ml_name: NAME.as_ptr(), ml_meth: call, ml_flags: METH_NOARGS, ml_doc: std::ptr::null() });

unsafe extern "C" fn call(capsule: *mut PyObject, _nothing: *mut PyObject) -> *mut PyObject {
    let Ok(python) = Python::in_process() else { return null_mut() };
    // SAFETY: `callable` made the function with a capsule that owns a Callback; Python keeps both for this call.
    unsafe {
        let callback = (python.table.PyCapsule_GetPointer)(capsule, NAME.as_ptr()).cast::<Callback>();
        if callback.is_null() {
            return null_mut();
        }
        (*callback)();
        python.none()
    }
}

unsafe extern "C" fn drop_callback(capsule: *mut PyObject) {
    if let Ok(python) = Python::in_process() {
        // SAFETY: the capsule owns the box, and is being destroyed.
        unsafe {
            let callback = (python.table.PyCapsule_GetPointer)(capsule, NAME.as_ptr()).cast::<Callback>();
            if !callback.is_null() {
                drop(Box::from_raw(callback));
            }
        }
    }
}

unsafe extern "C" fn drop_calling(capsule: *mut PyObject) {
    if let Ok(python) = Python::in_process() {
        // SAFETY: as in drop_callback.
        unsafe {
            let name = (python.table.PyCapsule_GetName)(capsule);
            let callback = (python.table.PyCapsule_GetPointer)(capsule, name).cast::<Callback>();
            if !callback.is_null() {
                (*callback)();
                drop(Box::from_raw(callback));
            }
        }
    }
}

impl Python {
    /// Has `function` called when Py_FinalizeEx is through, by the thread that finalises, which is attached to nothing then.
    /// False: CPython's list, of 32, is full.
    pub fn at_end_of_runtime(&self, function: extern "C" fn()) -> bool {
        // SAFETY: attached; a function of this library, which is never unloaded.
        unsafe { (self.table.Py_AtExit)(Some(function)) == 0 }
    }

    /// `None`, as a new reference.
    pub(super) fn none(&self) -> *mut PyObject {
        // SAFETY: attached; the builtins have None, and the getter lends it.
        unsafe {
            let none = (self.table.PyDict_GetItemString)((self.table.PyEval_GetBuiltins)(), c"None".as_ptr());
            (self.table.Py_IncRef)(none);
            none
        }
    }

    fn capsule(
        &self,
        name: &'static CStr,
        callback: Callback,
        destructor: unsafe extern "C" fn(*mut PyObject),
    ) -> Result<*mut PyObject> {
        let boxed = Box::into_raw(Box::new(callback));
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

    /// A Python function that calls `callback`. The caller is attached, and owns the reference.
    fn callable(&self, callback: Callback) -> Result<*mut PyObject> {
        let capsule = self.capsule(NAME, callback, drop_callback)?;
        // SAFETY: attached; the function keeps its own reference to the capsule, and METHOD is never written.
        let function = unsafe {
            let function = (self.table.PyCFunction_NewEx)((&raw const METHOD.0).cast_mut(), capsule, null_mut());
            (self.table.Py_DecRef)(capsule);
            function
        };
        if function.is_null() {
            return Err(self.take_error());
        }
        Ok(function)
    }

    /// Runs Python source with `callback`, and with `modules`, which is `sys.modules`: whoever imports may wait for a thread that
    /// has an import lock, also for what is imported already. The caller is attached.
    pub(super) fn run_with(&self, source: &CStr, callback: Callback) -> Result<()> {
        let function = self.callable(callback)?;
        // SAFETY: attached; the reference to the modules is borrowed, that to the function ours, and the tuple takes one of each.
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

    /// Has the attached interpreter call `callback` when it shuts down: before its modules go, on the thread that shuts
    /// it down, after every atexit function that is registered later than this.
    pub fn at_exit(&self, callback: Callback) -> Result<()> {
        // Up to 3.9 the functions belong to the module, and a second one would take the place of the first: where a thread is at
        // importing it, that has to be waited for. One that is here too takes it out of the modules for a moment
        // (`_load_unlocked`): it is there again when the other one is through.
        let source = c"
callback, modules = given
bootstrap = modules['_frozen_importlib']
atexit = modules.get('atexit')
while atexit is None:
    if 'atexit' in bootstrap._module_locks:
        import atexit
        break
    try:
        atexit = bootstrap._builtin_from_name('atexit')
    except KeyError:
        atexit = modules.get('atexit')
atexit.register(callback)
";
        self.run_with(source, callback)
    }

    /// Has the attached interpreter call `callback` in every child that `os.fork` (or a C host that tells CPython) makes,
    /// when CPython has put itself in order there.
    pub fn after_fork_in_child(&self, callback: Callback) -> Result<()> {
        // What `os` has it from; importlib itself uses it.
        let source = c"
callback, modules = given
posix = modules.get('posix')
if hasattr(posix, 'register_at_fork'): posix.register_at_fork(after_in_child=callback)
";
        self.run_with(source, callback)
    }

    /// Marks the attached interpreter as served by this copy of the library, and has `callback` called when it is torn
    /// down, however that came about. The callback must not call CPython. Where another copy came first: says which, and
    /// the callback is called now. Where it is marked so already nothing is done.
    pub fn serve(&self, raw: Raw, library: &'static CStr, callback: Callback) -> Result<Option<String>> {
        // SAFETY: attached; the interpreter's own dict is there for such things (borrowed), and dies with it. What
        // PyDict_SetDefault lends lives in it: nobody takes a mark away but the copy that set it.
        unsafe {
            let dict = (self.table.PyInterpreterState_GetDict)(raw.as_ptr());
            if dict.is_null() {
                return Err(Error::new(Status::Internal, "the interpreter has no dict"));
            }
            let mark = (self.table.PyDict_GetItemString)(dict, MARK.as_ptr());
            if !mark.is_null() && (self.table.PyCapsule_GetName)(mark) == library.as_ptr() {
                return Ok(None);
            }
            let capsule = self.capsule(library, callback, drop_calling)?;
            let key = (self.table.PyUnicode_FromString)(MARK.as_ptr());
            // In one step: two copies may come at the same moment.
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

    /// Takes the mark of this copy away.
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
