//! The functions of the CPython in this process, found at run time: one binary serves 3.9 to 3.15 because of this table.

use super::types::{
    Py_ssize_t, PyCompilerFlags, PyConfig, PyFrameObject, PyInterpreterConfig, PyInterpreterGuard, PyInterpreterState,
    PyInterpreterView, PyMethodDef, PyMutex, PyObject, PyPreConfig, PyStatus, PyThread_type_lock, PyThreadState,
};
use crate::sys::Library;
use std::ffi::{c_char, c_int, c_uint, c_ulong, c_ulonglong, c_void};
use std::mem::transmute;
use std::ptr::NonNull;

/// Looks up functions, given one per line: `=` if it must exist, or `?`, and then its names, tried in turn. One text and one
/// loop: separate code for each function was a hundredth of the library.
fn find_all(library: &Library, lines: &'static str) -> Result<Vec<Option<NonNull<c_void>>>, &'static str> {
    let find_one = |line: &'static str| {
        let (mark, names) = line.split_at(1);
        let found = names.split_terminator('|').find_map(|name| find(library, name));
        if found.is_none() && mark == "=" { Err(names.trim_end_matches('|')) } else { Ok(found) }
    };
    lines.lines().map(find_one).collect()
}

fn find(library: &Library, name: &str) -> Option<NonNull<c_void>> {
    // SAFETY: only the address is taken.
    NonNull::new(unsafe { library.get::<*mut c_void>(name) }.ok()?.as_raw_ptr())
}

/// Declares the table: `=` marks a function that every version has, `?` one that only some have; the names are tried in turn.
/// All are `C-unwind`, because up to 3.13.7 CPython may end a thread by forced unwind in any call that takes the GIL.
macro_rules! table {
    ($($field:ident $mark:tt $($symbol:literal)|+ ($($argument:ty),*) $(-> $result:ty)?;)*) => {
        #[allow(non_snake_case)]
        pub struct Table {
            /// The address of `_PyRuntime`, where it is exported.
            pub PyRuntime: Option<usize>,
            $(pub $field: table!(@type $mark unsafe extern "C-unwind" fn($($argument),*) $(-> $result)?),)*
        }

        impl Table {
            /// Looks up all functions; the error is the name of a required one that is missing.
            pub fn resolve(library: &Library) -> Result<Table, &'static str> {
                let found = find_all(library, concat!($(stringify!($mark), $($symbol, "|",)+ "\n",)*))?;
                let mut found = found.into_iter();
                Ok(Table {
                    PyRuntime: find(library, "_PyRuntime").map(|found| found.as_ptr().addr()),
                    $($field: {
                        type Function = unsafe extern "C-unwind" fn($($argument),*) $(-> $result)?;
                        // SAFETY: the symbols are CPython's own functions, and the signatures beside their names are
                        // CPython's.
                        let found = unsafe { transmute::<Option<NonNull<c_void>>, Option<Function>>(found.next().flatten()) };
                        table!(@found $mark found)
                    },)*
                })
            }
        }
    };
    (@type = $f:ty) => { $f };
    (@type ? $f:ty) => { Option<$f> };
    (@found = $found:ident) => { $found.expect("it was looked for") };
    (@found ? $found:ident) => { $found };
}

table! {
    Py_IsInitialized = "Py_IsInitialized"() -> c_int;
    Py_IsFinalizing = "Py_IsFinalizing" | "_Py_IsFinalizing"() -> c_int;
    Py_DecodeLocale = "Py_DecodeLocale"(*const c_char, *mut usize) -> *mut libc::wchar_t;
    Py_SetPath ? "Py_SetPath"(*const libc::wchar_t);
    Py_GetPrefix ? "Py_GetPrefix"() -> *mut libc::wchar_t;
    PyMem_RawFree = "PyMem_RawFree"(*mut c_void);
    PyPreConfig_InitPythonConfig = "PyPreConfig_InitPythonConfig"(*mut PyPreConfig);
    Py_PreInitialize = "Py_PreInitialize"(*const PyPreConfig) -> PyStatus;
    PyConfig_InitPythonConfig = "PyConfig_InitPythonConfig"(*mut PyConfig);
    PyConfig_InitIsolatedConfig = "PyConfig_InitIsolatedConfig"(*mut PyConfig);
    PyConfig_SetArgv = "PyConfig_SetArgv"(*mut PyConfig, Py_ssize_t, *const *const libc::wchar_t) -> PyStatus;
    PyConfig_Clear = "PyConfig_Clear"(*mut PyConfig);
    Py_InitializeFromConfig = "Py_InitializeFromConfig"(*const PyConfig) -> PyStatus;
    Py_FinalizeEx = "Py_FinalizeEx"() -> c_int;

    PyInterpreterState_Main = "PyInterpreterState_Main"() -> *mut PyInterpreterState;
    PyInterpreterState_Head = "PyInterpreterState_Head"() -> *mut PyInterpreterState;
    PyInterpreterState_GetID = "PyInterpreterState_GetID"(*mut PyInterpreterState) -> i64;
    PyInterpreterState_GetDict = "PyInterpreterState_GetDict"(*mut PyInterpreterState) -> *mut PyObject;
    PyInterpreterState_ThreadHead = "PyInterpreterState_ThreadHead"(*mut PyInterpreterState) -> *mut PyThreadState;
    _PyInterpreterState_RequiresIDRef ? "_PyInterpreterState_RequiresIDRef"(*mut PyInterpreterState) -> c_int;
    PyThreadState_Next = "PyThreadState_Next"(*mut PyThreadState) -> *mut PyThreadState;

    PyThreadState_New = "PyThreadState_New"(*mut PyInterpreterState) -> *mut PyThreadState;
    PyThreadState_Clear = "PyThreadState_Clear"(*mut PyThreadState);
    PyThreadState_Delete = "PyThreadState_Delete"(*mut PyThreadState);
    PyThreadState_DeleteCurrent = "PyThreadState_DeleteCurrent"();
    PyThreadState_Swap = "PyThreadState_Swap"(*mut PyThreadState) -> *mut PyThreadState;
    PyThreadState_GetInterpreter = "PyThreadState_GetInterpreter"(*mut PyThreadState) -> *mut PyInterpreterState;
    PyThreadState_GetUnchecked = "PyThreadState_GetUnchecked" | "_PyThreadState_UncheckedGet"() -> *mut PyThreadState;
    PyThreadState_GetFrame = "PyThreadState_GetFrame"(*mut PyThreadState) -> *mut PyFrameObject;
    PyThreadState_SetAsyncExc = "PyThreadState_SetAsyncExc"(c_ulong, *mut PyObject) -> c_int;
    PyThread_get_thread_ident = "PyThread_get_thread_ident"() -> c_ulong;
    PyThread_acquire_lock = "PyThread_acquire_lock"(PyThread_type_lock, c_int) -> c_int;
    PyThread_release_lock = "PyThread_release_lock"(PyThread_type_lock);
    PyMutex_Unlock ? "PyMutex_Unlock"(*mut PyMutex);
    PyEval_SaveThread = "PyEval_SaveThread"() -> *mut PyThreadState;
    PyEval_RestoreThread = "PyEval_RestoreThread"(*mut PyThreadState);
    PyGILState_GetThisThreadState = "PyGILState_GetThisThreadState"() -> *mut PyThreadState;

    Py_NewInterpreter = "Py_NewInterpreter"() -> *mut PyThreadState;
    Py_NewInterpreterFromConfig ? "Py_NewInterpreterFromConfig"(*mut *mut PyThreadState, *const PyInterpreterConfig) -> PyStatus;
    Py_EndInterpreter = "Py_EndInterpreter"(*mut PyThreadState);

    PyInterpreterView_FromMain ? "PyInterpreterView_FromMain"() -> *mut PyInterpreterView;
    PyInterpreterView_Close ? "PyInterpreterView_Close"(*mut PyInterpreterView);
    PyInterpreterGuard_FromView ? "PyInterpreterGuard_FromView"(*mut PyInterpreterView) -> *mut PyInterpreterGuard;
    PyInterpreterGuard_Close ? "PyInterpreterGuard_Close"(*mut PyInterpreterGuard);

    PyUnstable_DumpTraceback ? "PyUnstable_DumpTraceback"(c_int, *mut PyThreadState) -> *const c_char;
    _Py_DumpTraceback ? "_Py_DumpTraceback"(c_int, *mut PyThreadState);

    PyTraceMalloc_Track ? "PyTraceMalloc_Track"(c_uint, usize, usize) -> c_int;
    PyTraceMalloc_Untrack ? "PyTraceMalloc_Untrack"(c_uint, usize) -> c_int;

    Py_IncRef = "Py_IncRef"(*mut PyObject);
    Py_DecRef = "Py_DecRef"(*mut PyObject);
    PyImport_AddModule = "PyImport_AddModule"(*const c_char) -> *mut PyObject;
    PyImport_AddModuleRef ? "PyImport_AddModuleRef"(*const c_char) -> *mut PyObject;
    PyModule_GetDict = "PyModule_GetDict"(*mut PyObject) -> *mut PyObject;
    PyObject_Repr = "PyObject_Repr"(*mut PyObject) -> *mut PyObject;
    PyObject_GetAttrString = "PyObject_GetAttrString"(*mut PyObject, *const c_char) -> *mut PyObject;
    PyObject_CallObject = "PyObject_CallObject"(*mut PyObject, *mut PyObject) -> *mut PyObject;
    PyObject_IsTrue = "PyObject_IsTrue"(*mut PyObject) -> c_int;
    PyObject_IsInstance = "PyObject_IsInstance"(*mut PyObject, *mut PyObject) -> c_int;
    PySequence_Size = "PySequence_Size"(*mut PyObject) -> Py_ssize_t;
    PySequence_GetItem = "PySequence_GetItem"(*mut PyObject, Py_ssize_t) -> *mut PyObject;
    PyObject_Str = "PyObject_Str"(*mut PyObject) -> *mut PyObject;
    PyDict_New = "PyDict_New"() -> *mut PyObject;
    PyDict_GetItemString = "PyDict_GetItemString"(*mut PyObject, *const c_char) -> *mut PyObject;
    PyDict_GetItem = "PyDict_GetItem"(*mut PyObject, *mut PyObject) -> *mut PyObject;
    PyDict_DelItem = "PyDict_DelItem"(*mut PyObject, *mut PyObject) -> c_int;
    PyObject_Type = "PyObject_Type"(*mut PyObject) -> *mut PyObject;
    PyLong_FromUnsignedLongLong = "PyLong_FromUnsignedLongLong"(c_ulonglong) -> *mut PyObject;
    PyLong_AsUnsignedLongLongMask = "PyLong_AsUnsignedLongLongMask"(*mut PyObject) -> c_ulonglong;
    PyDict_SetItemString = "PyDict_SetItemString"(*mut PyObject, *const c_char, *mut PyObject) -> c_int;
    PyDict_DelItemString = "PyDict_DelItemString"(*mut PyObject, *const c_char) -> c_int;
    PyDict_SetDefault = "PyDict_SetDefault"(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    PyEval_GetBuiltins = "PyEval_GetBuiltins"() -> *mut PyObject;
    PyCFunction_NewEx = "PyCFunction_NewEx"(*mut PyMethodDef, *mut PyObject, *mut PyObject) -> *mut PyObject;
    PyCapsule_New = "PyCapsule_New"(*mut c_void, *const c_char, Option<unsafe extern "C-unwind" fn(*mut PyObject)>) -> *mut PyObject;
    PyCapsule_GetName = "PyCapsule_GetName"(*mut PyObject) -> *const c_char;
    PyCapsule_GetPointer = "PyCapsule_GetPointer"(*mut PyObject, *const c_char) -> *mut c_void;
    PyList_Insert = "PyList_Insert"(*mut PyObject, Py_ssize_t, *mut PyObject) -> c_int;
    PyUnicode_DecodeFSDefault = "PyUnicode_DecodeFSDefault"(*const c_char) -> *mut PyObject;
    PyUnicode_FromString = "PyUnicode_FromString"(*const c_char) -> *mut PyObject;
    PyUnicode_AsEncodedString = "PyUnicode_AsEncodedString"(*mut PyObject, *const c_char, *const c_char) -> *mut PyObject;
    PyBytes_AsStringAndSize = "PyBytes_AsStringAndSize"(*mut PyObject, *mut *mut c_char, *mut Py_ssize_t) -> c_int;
    PyBytes_FromObject = "PyBytes_FromObject"(*mut PyObject) -> *mut PyObject;
    PyLong_FromSsize_t = "PyLong_FromSsize_t"(Py_ssize_t) -> *mut PyObject;
    PyTuple_New = "PyTuple_New"(Py_ssize_t) -> *mut PyObject;
    PyTuple_SetItem = "PyTuple_SetItem"(*mut PyObject, Py_ssize_t, *mut PyObject) -> c_int;
    PyTuple_GetItem = "PyTuple_GetItem"(*mut PyObject, Py_ssize_t) -> *mut PyObject;
    PyUnicode_CompareWithASCIIString = "PyUnicode_CompareWithASCIIString"(*mut PyObject, *const c_char) -> c_int;
    PySys_AddAuditHook = "PySys_AddAuditHook"(unsafe extern "C" fn(*const c_char, *mut PyObject, *mut c_void) -> c_int, *mut c_void) -> c_int;
    PySys_GetObject = "PySys_GetObject"(*const c_char) -> *mut PyObject;

    Py_CompileStringExFlags = "Py_CompileStringExFlags"(*const c_char, *const c_char, c_int, *mut PyCompilerFlags, c_int) -> *mut PyObject;
    PyEval_EvalCode = "PyEval_EvalCode"(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    PyErr_Fetch = "PyErr_Fetch"(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject);
    PyErr_Restore = "PyErr_Restore"(*mut PyObject, *mut PyObject, *mut PyObject);
    PyErr_NormalizeException = "PyErr_NormalizeException"(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject);
    Py_AtExit = "Py_AtExit"(Option<extern "C" fn()>) -> c_int;
    Py_MakePendingCalls = "Py_MakePendingCalls"() -> c_int;
    PyErr_Occurred = "PyErr_Occurred"() -> *mut PyObject;
    PyErr_NoMemory = "PyErr_NoMemory"() -> *mut PyObject;
    PyErr_SetNone = "PyErr_SetNone"(*mut PyObject);
    PyErr_WriteUnraisable = "PyErr_WriteUnraisable"(*mut PyObject);
    PyException_SetTraceback = "PyException_SetTraceback"(*mut PyObject, *mut PyObject) -> c_int;
    PyErr_Clear = "PyErr_Clear"();
}
