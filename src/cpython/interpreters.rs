//! The main interpreter, and how others are made and ended.

use super::head_lock::HeadLock;
use super::types::{PyInterpreterConfig, PyInterpreterGuard, PyThreadState};
use super::{Python, Raw, Sharing, Slot, SlotValue, State, addresses};
use crate::error::{Error, Result, Status, fail};
use crate::sys;
use std::ffi::CStr;
use std::ptr::{NonNull, null_mut};

impl Python {
    /// The main interpreter, if there is one.
    pub fn main_interpreter(&self) -> Option<Raw> {
        // SAFETY: any thread may ask, at any time.
        Raw::from_ptr(unsafe { (self.table.PyInterpreterState_Main)() })
    }

    /// CPython's number of an interpreter. The caller is attached to it.
    pub fn interpreter_id(&self, raw: Raw) -> i64 {
        // SAFETY: the interpreter lives while somebody is attached to it.
        unsafe { (self.table.PyInterpreterState_GetID)(raw.as_ptr()) }
    }

    /// Whether Python code made the interpreter by `_xxsubinterpreters` (3.9 to 3.12), which up to 3.11 runs nothing in an
    /// interpreter that has more than one thread state. The caller is attached to it.
    pub fn wants_one_state(&self, raw: Raw) -> bool {
        // SAFETY: the interpreter lives while somebody is attached to it.
        let counts = |counts: unsafe extern "C-unwind" fn(*mut _) -> _| unsafe { counts(raw.as_ptr()) } != 0;
        self.asks_only_its_own() && self.table._PyInterpreterState_RequiresIDRef.is_some_and(counts)
    }

    /// Whether tracemalloc traces. The caller is attached. Asks its C API, since tracing can be on while the module is not
    /// imported.
    pub fn traces_memory(&self) -> bool {
        static TRACED: u8 = 0;
        // A domain that no allocator uses.
        const DOMAIN: std::ffi::c_uint = 0x7079_6672;
        let (Some(track), Some(untrack)) = (self.table.PyTraceMalloc_Track, self.table.PyTraceMalloc_Untrack) else {
            return false;
        };
        let address = (&raw const TRACED).addr();
        // SAFETY: attached; the address is only noted, and forgotten again. -2: tracemalloc is off.
        unsafe { track(DOMAIN, address, 0) != -2 && untrack(DOMAIN, address) != -2 }
    }

    /// Makes an interpreter and runs `set_up` attached to it, through its first state. That state has to stay, idle, until
    /// the end: up to 3.12 an interpreter that had no state left cannot get another. The caller is attached to the main
    /// interpreter, and `reattach` attaches it again.
    pub fn new_interpreter<R>(
        &self,
        slot: Slot,
        sharing: Sharing,
        reattach: impl FnOnce(&Python, State),
        set_up: impl FnOnce(Raw, State) -> Result<R>,
    ) -> Result<R> {
        let before = slot.get(self);
        // SAFETY: the caller is attached to the main interpreter through a state of this thread, `own`, which stays valid: it
        // is only detached while the new interpreter's first state is attached.
        unsafe {
            let Some(own) = self.own_state() else {
                fail!(Internal, "nobody is attached where an interpreter is to be made");
            };
            let first = match self.table.Py_NewInterpreterFromConfig {
                None => (self.table.Py_NewInterpreter)(),
                Some(from_config) => {
                    let isolated = sharing == Sharing::Isolated;
                    let config = PyInterpreterConfig {
                        use_main_obmalloc: (!isolated).into(),
                        allow_fork: (!isolated).into(),
                        allow_exec: (!isolated).into(),
                        allow_threads: 1,
                        // A daemon thread that is left would make it a fatal error to end the interpreter (3.12, 3.13).
                        allow_daemon_threads: 0,
                        // Free-threaded builds require this.
                        check_multi_interp_extensions: (isolated || self.free_threaded).into(),
                        gil: if isolated { PyInterpreterConfig::OWN_GIL } else { PyInterpreterConfig::SHARED_GIL },
                    };
                    let mut first = null_mut();
                    let status = from_config(&mut first, &config);
                    if status.kind != 0 {
                        slot.set(before);
                        let said =
                            if status.message.is_null() { c"no reason given" } else { CStr::from_ptr(status.message) };
                        fail!(PythonError, "CPython could not make an interpreter: {}", said.to_string_lossy());
                    }
                    first
                }
            };
            let Some(first) = State::from_ptr(first) else {
                // The caller's state is current again, and has the exception.
                slot.set(before);
                let raised = self.take_error().message;
                fail!(PythonError, "CPython could not make an interpreter: {raised}");
            };
            // Up to 3.11 the slot still names the caller's state, and `set_up` runs Python code, which may use the slot.
            slot.set(first.as_ptr());
            let result = match self.interpreter_of(first) {
                Some(raw) => set_up(raw, first),
                None => Err(Error::new(Status::Internal, "a new thread state names no interpreter")),
            };
            if result.is_ok() {
                (self.table.PyEval_SaveThread)();
            } else {
                (self.table.Py_EndInterpreter)(first.as_ptr());
                self.drop_orphaned_gil(own.as_ptr());
            }
            // From 3.12 on the new state took the slot over, and CPython cleared `bound_gilstate` of the caller's state:
            // attach that with an empty slot, so that CPython binds it again.
            slot.set(null_mut());
            reattach(self, own);
            slot.set(before);
            result
        }
    }

    /// Ends the interpreter that this thread is attached to through `state`. Leaves the thread detached, with the slot as it
    /// was when the thread let go of `main`.
    pub fn end_interpreter(&self, slot: Slot, state: State, main: State, main_slot: SlotValue) {
        // SAFETY: `state` is attached, and the only state of its interpreter; `main` is a detached state of this thread.
        unsafe {
            (self.table.Py_EndInterpreter)(state.as_ptr());
            slot.set(main_slot);
            self.drop_orphaned_gil(main.as_ptr());
        }
    }

    /// Up to 3.11 Py_EndInterpreter returns with the GIL held but no current thread state: releases the GIL through `own`.
    ///
    /// # Safety
    /// Py_EndInterpreter has just returned on this thread, and `own` is a detached state of this thread.
    unsafe fn drop_orphaned_gil(&self, own: *mut PyThreadState) {
        if self.one_gil {
            // SAFETY: as the caller says, so this thread holds the GIL.
            unsafe {
                (self.table.PyThreadState_Swap)(own);
                (self.table.PyEval_SaveThread)();
            }
        }
    }

    /// The thread states of the interpreter that the caller is attached to. May detach first; with a GIL, all of them live
    /// until the caller detaches again.
    pub fn states_of(&self, raw: Raw) -> Vec<State> {
        self.wait_for_deletions();
        let _all_filled = self.all_filled();
        // Without a GIL this is called in a copy of the process, or at a claimed gate, where no other thread can come or go.
        self.list_states(raw)
    }

    /// Calls `f` with the same states, all of which live until it returns, with a GIL or without. It must neither detach nor ask for
    /// CPython's `HEAD_LOCK`. None: there is no GIL, and the lock is not known.
    pub(super) fn with_states<R>(&self, raw: Raw, f: impl FnOnce(&[State]) -> R) -> Option<R> {
        self.wait_for_deletions();
        let _all_filled = self.all_filled();
        let _all_stay = if self.free_threaded { Some(self.hold_head_mutex()?) } else { None };
        Some(f(&self.list_states(raw)))
    }

    /// 3.11 puts a state into the list before filling it in (`new_threadstate`), and the thread that does so need not be
    /// attached.
    fn all_filled(&self) -> Option<HeadLock> {
        if self.version == (3, 11) { self.hold_head_lock() } else { None }
    }

    fn list_states(&self, raw: Raw) -> Vec<State> {
        let mut states = Vec::new();
        // SAFETY: attached, so the interpreter lives and, with a GIL, its list does not change; without one, as the callers say.
        unsafe {
            let mut state = (self.table.PyInterpreterState_ThreadHead)(raw.as_ptr());
            while let Some(found) = State::from_ptr(state) {
                states.push(found);
                state = (self.table.PyThreadState_Next)(state);
            }
        }
        states
    }

    /// Runs `set_up` attached to the main interpreter, on a thread that CPython never saw, and finds the slot there. The
    /// caller is detached. Fails if the interpreter can no longer be entered.
    pub fn visit_main(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        match sys::on_fresh_thread(|| self.visit_main_here(set_up)) {
            Ok(Some(result)) => result,
            Ok(None) => fail!(Closed, "Python is shutting down: it ended the thread that came to its main interpreter"),
            Err(error) if error.kind() == std::io::ErrorKind::Deadlock => fail!(
                WrongOrder,
                "the first view of Python was asked for while a library is being loaded, in DllMain or the initialiser of a global object: it takes a thread, and none begins meanwhile. Ask from a function that is called when the library is loaded"
            ),
            Err(error) => Err(Error::no_thread("that goes to the main interpreter", "", &error)),
        }
    }

    fn visit_main_here(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        let guard = self.guard_main()?;
        let Some(raw) = self.main_interpreter() else { fail!(Closed, "Python is shutting down") };
        // SAFETY: from 3.15 on the guard keeps the interpreter. Up to 3.14 no call of CPython's can: this is the one moment
        // at which a host must not finalise Python (documented at pyferry_view_main).
        let result = unsafe {
            match State::from_ptr((self.table.PyThreadState_New)(raw.as_ptr())) {
                None => Err(Error::new(Status::NoMemory, "CPython could not make a thread state")),
                Some(state) => {
                    (self.table.PyEval_RestoreThread)(state.as_ptr());
                    (self.table.PyEval_SaveThread)();
                    let slot = Slot::find(self, state);
                    *self.slot.lock() = Some(slot);
                    self.find_offsets(raw, state);
                    (self.table.PyEval_RestoreThread)(state.as_ptr());
                    self.find_head_lock(raw);
                    if let Some(current) = addresses::find_current(self, state) {
                        let _ = self.current.set(current);
                    }
                    self.find_exception_fields(state);
                    let result = set_up(raw, slot);
                    (self.table.PyThreadState_Clear)(state.as_ptr());
                    (self.table.PyThreadState_DeleteCurrent)();
                    result
                }
            }
        };
        if let (Some(guard), Some(close)) = (guard, self.table.PyInterpreterGuard_Close) {
            // SAFETY: the guard was opened above and is closed once.
            unsafe { close(guard.as_ptr()) };
        }
        result
    }

    /// From 3.15 on: a guard of the main interpreter, so that it cannot finish shutting down during our first visit.
    fn guard_main(&self) -> Result<Option<NonNull<PyInterpreterGuard>>> {
        let closed = || Error::new(Status::Closed, "Python is shutting down: its main interpreter lets nobody in");
        let (Some(view_of_main), Some(close_view), Some(guard_of)) = (
            self.table.PyInterpreterView_FromMain,
            self.table.PyInterpreterView_Close,
            self.table.PyInterpreterGuard_FromView,
        ) else {
            return if self.is_finalizing() { Err(closed()) } else { Ok(None) };
        };
        // SAFETY: the view is valid until closed; NULL is checked.
        unsafe {
            let view = view_of_main();
            if view.is_null() {
                return Err(Error::new(Status::NoMemory, "CPython could not make an interpreter view"));
            }
            let guard = NonNull::new(guard_of(view));
            close_view(view);
            guard.map(Some).ok_or_else(closed)
        }
    }
}
