//! CPython's own functions, behind those of the same name here.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::transmute;
use std::ptr::null;
use std::sync::OnceLock;

/// `PyGILState_STATE`
pub type State = c_int;
/// The thread was attached before the call.
pub const LOCKED: State = 0;
/// The thread was not attached before the call.
pub const UNLOCKED: State = 1;

/// `PyStatus`, which is the same from 3.8 to 3.15.
#[repr(C)]
pub struct PyStatus {
    kind: c_int,
    function: *const c_char,
    message: *const c_char,
    exit_code: c_int,
}

impl PyStatus {
    /// `_PyStatus_TYPE_ERROR`
    pub const NOT_FOUND: PyStatus = PyStatus {
        kind: 1,
        function: null(),
        message: c"no libpython behind libpyferry_gilstate.so".as_ptr(),
        exit_code: 0,
    };
}

/// What every call may need.
pub struct Cpython {
    pub ensure: extern "C-unwind" fn() -> State,
    pub release: extern "C-unwind" fn(State),
    pub is_initialized: extern "C-unwind" fn() -> c_int,
}

/// What is asked of a CPython that pyferry serves.
pub struct Questions {
    /// The gilstate slot.
    pub this_thread_state: extern "C-unwind" fn() -> *mut c_void,
    /// The state that is attached: up to 3.11 by whichever thread.
    pub current: extern "C-unwind" fn() -> *mut c_void,
    pub error: extern "C-unwind" fn() -> *mut c_void,
    pub clear_error: extern "C-unwind" fn(),
    pub at_exit: extern "C-unwind" fn(extern "C" fn()) -> c_int,
}

/// The CPython in the process; None where there is none (yet).
#[inline]
pub fn get() -> Option<&'static Cpython> {
    CPYTHON.get().or_else(look)
}

static CPYTHON: OnceLock<Cpython> = OnceLock::new();

#[cold]
fn look() -> Option<&'static Cpython> {
    let found = Cpython::find()?;
    Some(CPYTHON.get_or_init(|| found))
}

impl Cpython {
    fn find() -> Option<Cpython> {
        // SAFETY: these are the signatures that the functions of these names have in every version.
        unsafe {
            Some(Cpython {
                ensure: transmute::<*mut c_void, extern "C-unwind" fn() -> State>(symbol(c"PyGILState_Ensure")?),
                release: transmute::<*mut c_void, extern "C-unwind" fn(State)>(symbol(c"PyGILState_Release")?),
                is_initialized: transmute::<*mut c_void, extern "C-unwind" fn() -> c_int>(symbol(c"Py_IsInitialized")?),
            })
        }
    }

    pub fn is_initialized(&self) -> bool {
        (self.is_initialized)() != 0
    }
}

impl Questions {
    pub fn find() -> Option<Questions> {
        type Ask = extern "C-unwind" fn() -> *mut c_void;
        // Up to 3.12 PyThreadState_GetUnchecked has the other name.
        let current = symbol(c"PyThreadState_GetUnchecked").or_else(|| symbol(c"_PyThreadState_UncheckedGet"))?;
        // SAFETY: as above, from 3.9 on.
        unsafe {
            Some(Questions {
                this_thread_state: transmute::<*mut c_void, Ask>(symbol(c"PyGILState_GetThisThreadState")?),
                current: transmute::<*mut c_void, Ask>(current),
                error: transmute::<*mut c_void, Ask>(symbol(c"PyErr_Occurred")?),
                clear_error: transmute::<*mut c_void, extern "C-unwind" fn()>(symbol(c"PyErr_Clear")?),
                at_exit: transmute::<*mut c_void, extern "C-unwind" fn(extern "C" fn()) -> c_int>(symbol(
                    c"Py_AtExit",
                )?),
            })
        }
    }
}

/// CPython's function of a name: the next one after ours in the order of search; else that of a libpython which is on no such
/// list, because it was loaded for one module alone (RTLD_LOCAL).
pub fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a name is looked up, from within this library.
    let next = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    if !next.is_null() {
        return Some(next);
    }
    modules().iter().find_map(|module| {
        // SAFETY: a module that is there is opened again, looked into, and let go. libpython is never unloaded.
        unsafe {
            let handle = libc::dlopen(module.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NOLOAD);
            if handle.is_null() {
                return None;
            }
            let found = libc::dlsym(handle, name.as_ptr());
            libc::dlclose(handle);
            (!found.is_null() && file_of(found) != own_file()).then_some(found)
        }
    })
}

fn modules() -> Vec<CString> {
    unsafe extern "C" fn collect(module: *mut libc::dl_phdr_info, _size: usize, names: *mut c_void) -> c_int {
        // SAFETY: `dl_iterate_phdr` passes a module, whose name is a string, and what it was given below.
        unsafe { (*names.cast::<Vec<CString>>()).push(CStr::from_ptr((*module).dlpi_name).to_owned()) };
        0
    }
    let mut names = Vec::new();
    // SAFETY: the callback takes the vector that it is given, and does not keep it.
    unsafe { libc::dl_iterate_phdr(Some(collect), (&raw mut names).cast()) };
    names.retain(|name: &CString| !name.is_empty()); // the program, which is on the list of search
    names
}

/// The executable, where that has Python inside and shows it: it is asked before this library.
pub fn program_with_python() -> Option<String> {
    // SAFETY: a name is looked up as the program's own calls are.
    let first = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"PyGILState_Ensure".as_ptr()) };
    let file = file_of(first)?;
    (Some(&file) != own_file().as_ref()).then(|| file.to_string_lossy().into_owned())
}

/// The file of this library, by a function that is not exported: those with CPython's names may be found in the program or in
/// libpython.
fn own_file() -> Option<CString> {
    file_of(own_file as *mut c_void)
}

fn file_of(address: *mut c_void) -> Option<CString> {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: dladdr writes the struct, of which zeros are a value too; the name is a string where there is one.
    unsafe {
        let found = libc::dladdr(address, info.as_mut_ptr()) != 0;
        let name = info.assume_init().dli_fname;
        (found && !name.is_null()).then(|| CStr::from_ptr(name).to_owned())
    }
}
