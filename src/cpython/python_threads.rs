//! The threads that Python code started: telling them to end, and finding out who and where they are.

use super::callback::Callback;
use super::types::PyObject;
use super::{Python, Raw};
use crate::error::Result;
use crate::sys;
use std::ffi::CStr;
use std::time::Duration;

/// At least as many pending calls as any CPython keeps (`MAXPENDINGCALLS`: 300 from 3.13 on, 32 before).
const MOST_PENDING: u32 = 300;
/// How long the copy of the process may take to report where threads are.
const PATIENCE: Duration = Duration::from_millis(500);

/// A thread of the `threading` module.
pub struct PythonThread {
    /// Python's number of the thread; 0 if it has not begun.
    pub ident: u64,
    /// Whether its interpreter ends without waiting for it.
    pub daemon: bool,
    /// Its name in `threading`.
    pub name: String,
}

/// Up to 3.12 `threading` takes the thread that imports it first for its main thread, and `threading._shutdown`, unless it is
/// called on that thread, waits until the state is deleted that the thread was attached through then. `_shutdown` runs before any
/// atexit function, and the states that threads of ours keep are deleted later: so it would wait for ever.
impl Python {
    fn importer_is_main_thread(&self) -> bool {
        self.version < (3, 13)
    }

    /// Up to 3.12 has `callback` called when `threading` is imported in the attached interpreter, on the importing thread;
    /// not if it has been imported already. Imports nothing.
    pub fn when_threading_is_imported(&self, callback: Callback) -> Result<()> {
        if !self.importer_is_main_thread() {
            return Ok(());
        }
        // The last thing that `threading` makes when it is imported is its main thread, for which it asks for a lock
        // (`_tstate_lock`) that is released when the thread state is deleted.
        let source = c"
callback, modules = given
_thread = modules['_frozen_importlib']._thread
original = _thread._set_sentinel
def _set_sentinel():
    threading = modules.get('threading')
    if threading is not None and not hasattr(threading, '_main_thread'):
        _thread._set_sentinel = threading._set_sentinel = original
        callback()
    return original()
if 'threading' not in modules:
    _thread._set_sentinel = _set_sentinel
";
        self.run_with(source, callback)
    }

    /// Has `threading._shutdown`, in the attached interpreter, wait only for Python's own threads, and not for `threading`'s
    /// main thread: our own hook waits for the threads inside our gates.
    pub fn spare_main_thread(&self) -> Result<()> {
        // `_shutdown` calls this before it looks at the main thread. If that had the number of the thread which shuts down, as a
        // later thread may, `_shutdown` would assert that the lock is locked: so `_ident` becomes None.
        let source = c"
import sys
threading = sys.modules['threading']
def spare_main_thread():
    main = threading._main_thread
    with threading._shutdown_locks_lock:
        threading._shutdown_locks.discard(main._tstate_lock)
    main._ident = None
threading._threading_atexits.insert(0, spare_main_thread)
";
        self.run(source, None)
    }

    /// Makes `threading` take this thread, which has just initialised Python, for its main thread.
    pub(super) fn be_main_thread_for_threading(&self) {
        if self.importer_is_main_thread() {
            // If this fails, Python works all the same, and the next import says why. `_stderr` replaces a `sys.stderr` that
            // is None, and in 3.9 keeps the first `sys.stderr` for ever, which may be a stream of ours.
            let _ = self.run(c"import threading\nthreading._main_thread._stderr = None", None);
        }
    }

    /// Up to 3.12, if site code has imported `threading` in a new interpreter of ours: makes its main thread one that never
    /// ends the interpreter. The state that `threading` was imported through is gone by then.
    pub fn disown_main_thread(&self) -> Result<()> {
        if !self.importer_is_main_thread() {
            return Ok(());
        }
        let source = c"
import sys
threading = sys.modules.get('threading')
if threading is not None and threading._main_thread.ident == threading.get_ident():
    threading._main_thread._ident = None
";
        self.run(source, None)
    }
}

impl Python {
    /// Does what `threading._shutdown` does before it waits for threads: refuses new exit functions, and calls the registered
    /// ones (`ThreadPoolExecutor` has one), each once, the last first. Attached. What one raises is shown by
    /// `sys.excepthook`, and the next is called.
    pub fn run_threading_exit_functions(&self) {
        let source = c"
import sys
threading = sys.modules.get('threading')
if threading is not None:
    threading._SHUTTING_DOWN = True
    functions = threading._threading_atexits
    while functions:
        function = functions.pop()
        try:
            function()
        except BaseException:
            sys.excepthook(*sys.exc_info())
";
        // An error means that some code took the threading module apart: then it has nothing to call.
        let _ = self.run(source, None);
    }

    /// The threads that the attached interpreter's `threading` module knows, but for those that Python did not start.
    pub fn threads_started(&self) -> Vec<PythonThread> {
        // Not by threading.enumerate, which takes a lock that an interrupted thread may have left locked. And a thread that was interrupted
        // as it began or ended is still in these lists when it has gone.
        let source = c"
import sys
threading = sys.modules.get('threading')
text = ''
def lives(thread):
    if not thread._started.is_set():
        return True
    if sys.version_info >= (3, 13):
        return threading.Thread.is_alive(thread)
    lock = thread._tstate_lock
    return lock is not None and lock.locked()
if threading is not None:
    for thread in [*threading._limbo.values(), *threading._active.values()]:
        if not isinstance(thread, (threading._MainThread, threading._DummyThread)) and lives(thread):
            text += f'{thread.ident or 0} {int(thread.daemon)} {thread.name!s}'.replace('\\n', ' ') + '\\n'
";
        let mut text = String::new();
        // An error means that some code took the threading module apart: then it knows no threads.
        let _ = self.run_in_new_namespace(source, None, |globals| {
            text = self.text_of_variable(globals, c"text");
            Ok(())
        });
        let thread = |line: &str| {
            let mut parts = line.splitn(3, ' ');
            let ident = parts.next()?.parse().ok()?;
            let daemon = parts.next()? == "1";
            Some(PythonThread { ident, daemon, name: parts.next()?.into() })
        };
        text.lines().filter_map(thread).collect()
    }

    /// Where in Python code the threads of the attached interpreter are ("mod.py:12 in update"), by Python's numbers of the
    /// threads. A thread that runs no Python code has no place.
    ///
    /// On free-threaded builds frames change while they are read, unless the world is stopped, as `sys._current_frames` does:
    /// then all threads would wait for C code that may never return. So a copy of the process reads them, in which no other
    /// thread runs. A half-changed frame can crash or hang only the copy, and then some places are missing.
    pub fn places_of_threads(&self, raw: Raw) -> Vec<(u64, String)> {
        if !self.free_threaded {
            return self.places_that_stand_still(raw).collect();
        }
        let write = |fd| {
            for (ident, place) in self.places_that_stand_still(raw) {
                let _ = sys::write_all(fd, format!("{ident} {}\n", place.replace('\n', " ")).as_bytes());
            }
        };
        let text = sys::text_from_copy(PATIENCE, write).unwrap_or_default();
        let parts = text.lines().filter_map(|line| line.split_once(' '));
        parts.filter_map(|(ident, place)| Some((ident.parse().ok()?, place.into()))).collect()
    }

    /// The same as an iterator, where no other thread of the interpreter runs meanwhile.
    fn places_that_stand_still(&self, raw: Raw) -> impl Iterator<Item = (u64, String)> {
        let place = |state| {
            // SAFETY: attached, and no other thread runs: the state lives, and its frames do not change; the reference is
            // given back.
            unsafe {
                let frame = (self.table.PyThreadState_GetFrame)(state).cast::<PyObject>();
                let place = (!frame.is_null()).then(|| self.place_of(frame));
                self.give_back(frame);
                place
            }
        };
        self.states_of(raw).into_iter().filter_map(move |state| Some((self.ident_of(state)?, place(state.as_ptr())?)))
    }

    /// # Safety
    /// Attached; `frame` is a frame object.
    unsafe fn place_of(&self, frame: *mut PyObject) -> String {
        let attribute = |object: *mut PyObject, name: &CStr| {
            // SAFETY: attached; the object is alive, or NULL after an error, which `text` clears.
            unsafe {
                if object.is_null() {
                    return object;
                }
                (self.table.PyObject_GetAttrString)(object, name.as_ptr())
            }
        };
        // SAFETY: as the caller says; every reference is ours and given back, and NULL makes an empty text.
        unsafe {
            let code = attribute(frame, c"f_code");
            let parts = [attribute(code, c"co_filename"), attribute(frame, c"f_lineno"), attribute(code, c"co_name")];
            let [file, line, function] = parts.map(|part| self.text(part));
            parts.into_iter().chain([code]).for_each(|object| self.give_back(object));
            (self.table.PyErr_Clear)();
            format!("{file}:{line} in {function}")
        }
    }

    /// Makes the calls that were given to Py_AddPendingCall and, if Python handles signals, runs the handlers of those that
    /// have arrived. On Python's main thread, attached to the main interpreter. What they raise goes to `sys.unraisablehook`.
    pub fn make_pending_calls(&self) {
        // A call that raises ends the round. After as many rounds as CPython keeps calls, all others are new ones.
        for _ in 0..MOST_PENDING {
            if self.make_pending_calls_of_a_round() {
                break;
            }
            // SAFETY: attached; the call's exception is set.
            unsafe { (self.table.PyErr_WriteUnraisable)(std::ptr::null_mut()) };
        }
    }

    /// Makes calls as `make_pending_calls` does, up to the first that raises: false, with the exception set.
    pub fn make_pending_calls_of_a_round(&self) -> bool {
        // SAFETY: attached, with no exception set. CPython handles signals first, from 3.9 to 3.15.
        unsafe { (self.table.Py_MakePendingCalls)() == 0 }
    }

    /// How many thread states an interpreter, which lives, has; the caller need not be attached. The count may be wrong if
    /// threads come and go meanwhile. None: it cannot be told.
    pub fn count_states(&self, raw: Raw) -> Option<usize> {
        let mut count = 0;
        self.each_listed_state(raw, |_| {
            count += 1;
            true
        })?;
        Some(count)
    }
}
