//! The threads that Python code started: telling them to go, who they are, and where they are.

use super::callback::Callback;
use super::types::PyObject;
use super::{Python, Raw};
use crate::error::Result;
use crate::sys;
use std::ffi::CStr;
use std::time::Duration;

/// As many pending calls as any CPython keeps (`MAXPENDINGCALLS`, 3.13 and later; 32 before).
const MOST_PENDING: u32 = 300;
/// How long a copy of the process may take to say where threads are.
const PATIENCE: Duration = Duration::from_millis(500);

/// A thread of the `threading` module.
pub struct PythonThread {
    /// The number Python knows it by; 0 where it has not begun.
    pub ident: u64,
    /// Nobody waits for it when its interpreter ends.
    pub daemon: bool,
    /// As `threading` has it.
    pub name: String,
}

/// Whoever imports `threading` first is its main thread, and up to 3.12 `threading._shutdown` waits for the end of the state
/// that this thread was attached through then, unless it is called on that very thread. It is called before any function
/// of `atexit`; the states that threads of ours keep end later.
impl Python {
    /// Up to 3.12 has `callback` called in the attached interpreter when `threading` is imported there, unless it is already, on the
    /// thread that imports it. Imports nothing.
    pub fn when_threading_is_imported(&self, callback: Callback) -> Result<()> {
        if self.version >= (3, 13) {
            return Ok(());
        }
        // threading's import makes its main thread last, and asks for a lock then that the end of the thread state opens.
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

    /// Has `threading._shutdown`, in the attached interpreter, wait for Python's own threads only, and not for `threading`'s
    /// main thread: what is inside our gates is waited for by our own hook.
    pub fn spare_main_thread(&self) -> Result<()> {
        // Called first thing there. Its number may be that of the thread which shuts down, and asserts then that the lock is locked.
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

    /// Has `threading` take this thread, which has just initialised Python, for the main thread: up to 3.12 it takes whoever imports
    /// it first.
    pub(super) fn be_main_thread_for_threading(&self) {
        if self.version < (3, 13) {
            // Python works where that fails, and says why to whoever imports it next. The thread's `_stderr` stands in for a
            // `sys.stderr` that is None, and 3.9 never lets go of it: it may be a stream of ours.
            let _ = self.run(c"import threading\nthreading._main_thread._stderr = None", None);
        }
    }

    /// Up to 3.12, where site code has imported `threading` in a new interpreter of ours: its main thread is none that may end the
    /// interpreter. The state that it was imported through is gone by then.
    pub fn disown_main_thread(&self) -> Result<()> {
        if self.version >= (3, 13) {
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
    /// Does what `threading._shutdown` does before it waits for threads: has nobody register more exit functions, and calls
    /// those that are registered (`ThreadPoolExecutor` has one), the last one first. None is called twice. The caller is
    /// attached; what one raises is shown by `sys.excepthook`, and the next one is called.
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
        // An error means that somebody took the threading module apart: it has nothing to call then.
        let _ = self.run(source, None);
    }

    /// The threads of the attached interpreter that its `threading` module knows, but for those that Python did not start.
    pub fn threads_started(&self) -> Vec<PythonThread> {
        // Not threading.enumerate: that takes a lock, which a thread that was interrupted may have left locked.
        let source = c"
import sys
threading = sys.modules.get('threading')
text = ''
if threading is not None:
    for thread in [*threading._active.values(), *threading._limbo.values()]:
        if not isinstance(thread, (threading._MainThread, threading._DummyThread)):
            text += f'{thread.ident or 0} {int(thread.daemon)} {thread.name!s}'.replace('\\n', ' ') + '\\n'
";
        let mut text = String::new();
        // An error means that somebody took the threading module apart: then it knows nobody.
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

    /// Where the threads of the attached interpreter are in Python code ("mod.py:12 in update"), by their numbers. Those that
    /// run none have no place.
    ///
    /// On free-threaded builds frames change while one looks, unless the world is stopped as `sys._current_frames` does, which
    /// would have everybody wait for C code that never comes back. So there a copy of the process looks, in which nobody
    /// else runs; what it finds half changed is its own undoing, or a place that it does not come to.
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

    /// The same, one after the other, where no other thread of the interpreter runs meanwhile.
    fn places_that_stand_still(&self, raw: Raw) -> impl Iterator<Item = (u64, String)> {
        let place = |state| {
            // SAFETY: attached, and no other thread runs: the state lives, and its frames stand still; the reference is given back.
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
    /// Attached; a frame object.
    unsafe fn place_of(&self, frame: *mut PyObject) -> String {
        let attribute = |object: *mut PyObject, name: &CStr| {
            // SAFETY: attached; the object lives, or is NULL where there was an error, which `text` clears.
            unsafe {
                if object.is_null() {
                    return object;
                }
                (self.table.PyObject_GetAttrString)(object, name.as_ptr())
            }
        };
        // SAFETY: as the caller says; every reference is ours and given back, and NULL is an empty text.
        unsafe {
            let code = attribute(frame, c"f_code");
            let parts = [attribute(code, c"co_filename"), attribute(frame, c"f_lineno"), attribute(code, c"co_name")];
            let [file, line, function] = parts.map(|part| self.text(part));
            parts.into_iter().chain([code]).for_each(|object| self.give_back(object));
            (self.table.PyErr_Clear)();
            format!("{file}:{line} in {function}")
        }
    }

    /// Runs the calls that were given to Py_AddPendingCall, and where Python handles signals the handlers of those that came.
    /// On Python's main thread, attached to the main interpreter. What they raise goes to `sys.unraisablehook`.
    pub fn make_pending_calls(&self) {
        // A call that fails ends the round; more than CPython takes in at once are new ones.
        for _ in 0..MOST_PENDING {
            if self.make_pending_calls_of_a_round() {
                break;
            }
            // SAFETY: attached, with the exception pending that the call raised.
            unsafe { (self.table.PyErr_WriteUnraisable)(std::ptr::null_mut()) };
        }
    }

    /// The same, up to the first that raises: false, with the exception set.
    pub fn make_pending_calls_of_a_round(&self) -> bool {
        // SAFETY: attached, with no exception pending. CPython looks after signals first: 3.9 to 3.15.
        unsafe { (self.table.Py_MakePendingCalls)() == 0 }
    }

    /// How many thread states an interpreter, which lives, has; the caller need not be attached. Where others come and go
    /// meanwhile it may be wrong. None: it cannot be told.
    pub fn count_states(&self, raw: Raw) -> Option<usize> {
        let mut count = 0;
        self.each_listed_state(raw, |_| {
            count += 1;
            true
        })?;
        Some(count)
    }
}
