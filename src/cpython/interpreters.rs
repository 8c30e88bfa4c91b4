//! Interpreters: the main one, and making and ending others.

use super::table::PyInterpreterConfig;
use super::types::{PyInterpreterGuard, PyThreadState};
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

    /// Whether main is the only interpreter of the process.
    pub fn is_only_interpreter(&self) -> bool {
        // SAFETY: the caller is attached; a list of one, which is main, has no other that could go meanwhile.
        unsafe { (self.table.PyInterpreterState_Next)((self.table.PyInterpreterState_Head)()).is_null() }
    }

    /// The number CPython gave an interpreter. The caller is attached to it.
    pub fn interpreter_id(&self, raw: Raw) -> i64 {
        // SAFETY: the interpreter lives while somebody is attached to it.
        unsafe { (self.table.PyInterpreterState_GetID)(raw.as_ptr()) }
    }

    /// Whether Python code made the interpreter (`_xxsubinterpreters`, up to 3.12), which then runs nothing in it while it has
    /// more than one thread state. The caller is attached to it.
    pub fn wants_one_state(&self, raw: Raw) -> bool {
        // SAFETY: the interpreter lives while somebody is attached to it.
        let counts = |counts: unsafe extern "C-unwind" fn(*mut _) -> _| unsafe { counts(raw.as_ptr()) } != 0;
        self.asks_only_its_own() && self.table._PyInterpreterState_RequiresIDRef.is_some_and(counts)
    }

    /// Whether tracemalloc traces. The caller is attached. It can be on without its module being imported, so its C API is asked.
    pub fn traces_memory(&self) -> bool {
        static TRACED: u8 = 0;
        // No allocator's domain.
        const DOMAIN: std::ffi::c_uint = 0x7079_6672;
        let (Some(track), Some(untrack)) = (self.table.PyTraceMalloc_Track, self.table.PyTraceMalloc_Untrack) else {
            return false;
        };
        let address = (&raw const TRACED).addr();
        // SAFETY: attached; an address is only noted, and taken off the books again. -2: tracemalloc is off.
        unsafe { track(DOMAIN, address, 0) != -2 && untrack(DOMAIN, address) != -2 }
    }

    /// Makes an interpreter and runs `set_up` attached to it, through its first state. That one must stay, idle, to the
    /// end: up to 3.12 an interpreter that had no state left cannot be given another. The caller is attached to the main
    /// interpreter, and is again on return: `reattach` attaches it.
    pub fn new_interpreter<R>(
        &self,
        slot: Slot,
        sharing: Sharing,
        reattach: impl FnOnce(&Python, State),
        set_up: impl FnOnce(Raw, State) -> Result<R>,
    ) -> Result<R> {
        let before = slot.get(self);
        // SAFETY: the caller is attached to the main interpreter by a state of this thread, `own`, which stays valid: it
        // is only detached, here, while the new interpreter's first state is attached.
        unsafe {
            let Some(own) = State::from_ptr((self.table.PyThreadState_GetUnchecked)()) else {
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
                        // A daemon thread that is left would make ending the interpreter a fatal error (3.12, 3.13).
                        allow_daemon_threads: 0,
                        // A free-threaded build cannot do without.
                        check_multi_interp_extensions: (isolated || self.free_threaded).into(),
                        gil: if isolated { 2 } else { 1 },
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
                // The caller's state is current again, and what was raised there is pending.
                slot.set(before);
                let raised = self.take_error().message;
                fail!(PythonError, "CPython could not make an interpreter: {raised}");
            };
            // Up to 3.11 the slot still names the caller's state; set_up runs Python code, which may ask it.
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
            // The new state took the slot over, and the caller's state lost its mark (3.12 and later): attach it with an
            // empty slot, so that CPython binds it anew.
            slot.set(null_mut());
            reattach(self, own);
            slot.set(before);
            result
        }
    }

    /// Ends the interpreter that this thread is attached to through `state`, and leaves it as it was when it let go of
    /// `main`.
    pub fn end_interpreter(&self, slot: Slot, state: State, main: State, main_slot: SlotValue) {
        // SAFETY: `state` is attached and the only one of its interpreter; `main` is a detached state of this thread.
        unsafe {
            (self.table.Py_EndInterpreter)(state.as_ptr());
            slot.set(main_slot);
            self.drop_orphaned_gil(main.as_ptr());
        }
    }

    /// Up to 3.11 Py_EndInterpreter returns with the GIL held and no thread state current: releases the GIL through `own`.
    unsafe fn drop_orphaned_gil(&self, own: *mut PyThreadState) {
        if self.one_gil {
            // SAFETY: this thread holds the GIL, and `own` is a state of this thread.
            unsafe {
                (self.table.PyThreadState_Swap)(own);
                (self.table.PyEval_SaveThread)();
            }
        }
    }

    /// The thread states of the interpreter that the caller is attached to. It may let go meanwhile; with a GIL they all live until it
    /// does so again.
    pub fn states_of(&self, raw: Raw) -> Vec<State> {
        self.wait_for_deletions();
        // 3.11 puts a state into the list before it fills it (`new_threadstate`), and whoever makes one need not be attached.
        let _all_filled = (self.version == (3, 11)).then(|| self.hold_head_lock());
        let mut states = Vec::new();
        // SAFETY: attached, so the interpreter lives and, with a GIL, its list stands still. On 3.13t and later it may
        // not: there it is asked for only while no other thread can come or go (a claimed gate).
        unsafe {
            let mut state = (self.table.PyInterpreterState_ThreadHead)(raw.as_ptr());
            while let Some(found) = State::from_ptr(state) {
                states.push(found);
                state = (self.table.PyThreadState_Next)(state);
            }
        }
        states
    }

    /// Runs `set_up` attached to the main interpreter, on a thread that CPython never saw, and finds the slot there.
    /// The caller is detached. Fails when the interpreter can no longer be entered.
    pub fn visit_main(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        match sys::on_fresh_thread(|| self.visit_main_here(set_up)) {
            Ok(Some(result)) => result,
            Ok(None) => fail!(Closed, "Python is shutting down: it ended the thread that came to its main interpreter"),
            Err(error) if error.kind() == std::io::ErrorKind::Deadlock => fail!(
                WrongOrder,
                "the first view of Python was asked for while a library is being loaded, in DllMain or the initialiser of a global object: it takes a thread, and none begins meanwhile. Ask from a function that is called when the library is loaded"
            ),
            Err(error) => fail!(NoMemory, "cannot start a thread: {error}"),
        }
    }

    fn visit_main_here(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        let guard = self.guard_main()?;
        let Some(raw) = self.main_interpreter() else { fail!(Closed, "Python is shutting down") };
        // SAFETY: from 3.15 the guard keeps the interpreter. Before, no call of CPython's can: this is the one moment at
        // which a host that finalises at the same time breaks the rules (documented at pyferry_view_main).
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

    /// From 3.15: a guard on the main interpreter, so that it cannot finish shutting down under our first visit.
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
