//! The only room that calls CPython, and the only one that knows its versions apart.
//!
//! What it hands up are small values: `State`, a thread state; `Raw`, an interpreter. Neither says that what it names
//! still lives: whoever calls down knows that from a pin, or from being attached. That is the bargain of this room, and
//! why its functions can be safe to call: a `State` comes only from here, and `thread` and `interpreter` pass one back
//! only while a pin, or the claim of a closed gate, keeps its interpreter.
//!
//! CPython calls that can take the GIL may be ended by forced unwind up to 3.13.7 (never under a pin). So the functions
//! below hold nothing that needs dropping around them.

mod callback;
mod locate;
mod script;
mod slot;
mod table;

pub use locate::choose;
pub use slot::{Slot, SlotValue};

use crate::error::{Error, Result, Status, fail};
use crate::sys;
use once_cell::sync::OnceCell;
use pyo3_ffi::{PyInterpreterState, PyThreadState};
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use table::{PyInterpreterConfig, Table};

/// A thread state of CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(NonNull<PyThreadState>);

/// An interpreter of CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw(NonNull<PyInterpreterState>);

// SAFETY: both are addresses; what may be done with them on which thread is said where it is done.
unsafe impl Send for State {}
// SAFETY: as above.
unsafe impl Sync for State {}
// SAFETY: as above.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl State {
    /// The state that a slot value or a stored address names; None for NULL.
    pub fn from_ptr(state: *mut PyThreadState) -> Option<State> {
        NonNull::new(state).map(State)
    }

    /// As CPython knows it.
    pub fn as_ptr(self) -> *mut PyThreadState {
        self.0.as_ptr()
    }
}

/// A place for a state that its owner or, when the owner is out for ever, the closer of the interpreter takes.
#[derive(Debug, Default)]
pub struct StateCell(AtomicPtr<PyThreadState>);

impl StateCell {
    /// The state, left in place.
    #[inline]
    pub fn get(&self) -> Option<State> {
        State::from_ptr(self.0.load(Ordering::Acquire))
    }

    /// Puts a state in.
    pub fn put(&self, state: State) {
        self.0.store(state.as_ptr(), Ordering::Release);
    }

    /// Takes the state out: nobody else has it then.
    pub fn take(&self) -> Option<State> {
        State::from_ptr(self.0.swap(null_mut(), Ordering::AcqRel))
    }
}

impl Raw {
    /// The interpreter with this address; None for 0.
    pub fn from_address(address: usize) -> Option<Raw> {
        NonNull::new(address as *mut PyInterpreterState).map(Raw)
    }

    /// Its address, to keep in an atomic.
    pub fn address(self) -> usize {
        self.0.as_ptr() as usize
    }
}

/// How a new interpreter shares with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Its own GIL and only extension modules that allow it (3.12 and later).
    Isolated,
    /// The main interpreter's GIL and every extension module (the only kind up to 3.11).
    Legacy,
}

/// The CPython of this process.
pub struct Python {
    table: Table,
    /// The shared library, or the executable that has Python inside.
    pub path: PathBuf,
    /// The same, for C.
    pub path_text: CString,
    /// As `Py_GetVersion` says it.
    pub version_text: &'static CStr,
    /// (3, 14)
    pub version: (u32, u32),
    /// Built without the GIL (3.13t and later).
    pub free_threaded: bool,
    /// Up to 3.11 one GIL for all, and the "current" thread state is the process's, not the thread's.
    one_gil: bool,
    /// Up to 3.11: where in a thread state the number of its thread is.
    ident_offset: OnceCell<usize>,
}

static PYTHON: OnceCell<Python> = OnceCell::new();

impl Python {
    /// The CPython in this process, whether initialised or not.
    pub fn in_process() -> Result<&'static Python> {
        PYTHON.get_or_try_init(|| match locate::in_process()? {
            Some(located) => Python::new(located),
            None => fail!(
                NoPython,
                "there is no Python in this process: link or load libpython and initialise it, or call pyferry_runtime_start"
            ),
        })
    }

    /// Loads a libpython where there is none yet.
    pub fn load(path: &Path) -> Result<&'static Python> {
        PYTHON.get_or_try_init(|| Python::new(locate::load(path)?))
    }

    /// The CPython in this process, if it is initialised.
    pub fn running() -> Result<&'static Python> {
        let python = Python::in_process()?;
        if !python.is_initialized() {
            fail!(
                NoPython,
                "{} is in this process but not initialised: call Py_Initialize or pyferry_runtime_start first",
                python.path.display()
            );
        }
        Ok(python)
    }

    fn new(located: locate::Located) -> Result<Python> {
        let table = Table::resolve(&located.library).map_err(|symbol| {
            Error::new(Status::Unsupported, format!("{} does not export {symbol}", located.path.display()))
        })?;
        // Everything below outlives the handle: a library that code was taken from is never closed.
        std::mem::forget(located.library);
        // SAFETY: Py_GetVersion may be called before Py_Initialize, and answers a static string.
        let version_text = unsafe { CStr::from_ptr((table.Py_GetVersion)()) };
        let text = version_text.to_string_lossy();
        let version = parse_version(&text);
        if version < (3, 9) {
            fail!(Unsupported, "{} is Python {text}: pyferry serves 3.9 and later", located.path.display());
        }
        Ok(Python {
            free_threaded: text.contains("free-threading build"),
            one_gil: version < (3, 12),
            path_text: CString::new(located.path.to_string_lossy().into_owned()).unwrap_or_default(),
            path: located.path,
            ident_offset: OnceCell::new(),
            version_text,
            version,
            table,
        })
    }

    /// Whether Py_Initialize was called, and Py_FinalizeEx has not come to its end.
    pub fn is_initialized(&self) -> bool {
        // SAFETY: any thread may ask, at any time.
        unsafe { (self.table.Py_IsInitialized)() != 0 }
    }

    /// Whether Py_FinalizeEx is past the point of no return. A hint only: it can be so one instruction later.
    pub fn is_finalizing(&self) -> bool {
        // SAFETY: any thread may ask, at any time.
        unsafe { (self.table.Py_IsFinalizing)() != 0 }
    }

    /// Whether interpreters can have a GIL of their own (3.12 and later).
    pub fn has_own_gil(&self) -> bool {
        self.table.Py_NewInterpreterFromConfig.is_some()
    }

    /// Up to 3.12 a thread state that imported `threading` first holds a lock that Py_FinalizeEx may wait for.
    pub fn threading_has_owner(&self) -> bool {
        self.version < (3, 13)
    }

    /// Up to 3.13 Py_EndInterpreter is a fatal error while another thread state is left.
    pub fn end_needs_last_state(&self) -> bool {
        self.version < (3, 14)
    }

    /// Initialises Python on this thread, with no signal handlers. `program` is what it takes itself to be started by.
    pub fn initialize(&self, program: Option<&Path>) {
        use std::os::unix::ffi::OsStrExt;
        let name = program.and_then(|program| CString::new(program.as_os_str().as_bytes()).ok());
        // SAFETY: before initialisation, on one thread (the caller is the runtime's owner); the decoded name is kept for
        // ever, as Py_SetProgramName demands.
        unsafe {
            if let (Some(name), Some(set_program_name)) = (name, self.table.Py_SetProgramName) {
                let wide = (self.table.Py_DecodeLocale)(name.as_ptr(), null_mut());
                if !wide.is_null() {
                    set_program_name(wide);
                }
            }
            (self.table.Py_InitializeEx)(0);
        }
    }

    /// Finalises Python, on the thread that is attached to its main interpreter. False: flushing its output failed.
    pub fn finalize(&self) -> bool {
        // SAFETY: the caller is attached to the main interpreter.
        unsafe { (self.table.Py_FinalizeEx)() == 0 }
    }

    // ---- interpreters ----

    /// The main interpreter, if there is one.
    pub fn main_interpreter(&self) -> Option<Raw> {
        // SAFETY: any thread may ask, at any time.
        NonNull::new(unsafe { (self.table.PyInterpreterState_Main)() }).map(Raw)
    }

    /// The number CPython gave an interpreter. The caller is attached to it.
    pub fn interpreter_id(&self, raw: Raw) -> i64 {
        // SAFETY: the interpreter lives while somebody is attached to it.
        unsafe { (self.table.PyInterpreterState_GetID)(raw.0.as_ptr()) }
    }

    /// Makes an interpreter and runs `set_up` attached to it, through its first state. That one must stay, idle, to the
    /// end: up to 3.12 an interpreter that had no state left cannot be given another. The caller is attached to the main
    /// interpreter, and is again on return.
    pub fn new_interpreter<R>(
        &self,
        slot: Slot,
        sharing: Sharing,
        set_up: impl FnOnce(Raw, State) -> Result<R>,
    ) -> Result<R> {
        let before = slot.get(self);
        // SAFETY: the caller is attached to the main interpreter by a state of this thread, `own`, which stays valid: it
        // is only detached, here, while the new interpreter's first state is attached.
        unsafe {
            let own = (self.table.PyThreadState_GetUnchecked)();
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
                        check_multi_interp_extensions: isolated.into(),
                        gil: if isolated { 2 } else { 1 },
                    };
                    let mut first = null_mut();
                    let status = from_config(&mut first, &config);
                    if status.kind != 0 {
                        let said =
                            if status.message.is_null() { c"no reason given" } else { CStr::from_ptr(status.message) };
                        fail!(PythonError, "CPython could not make an interpreter: {}", said.to_string_lossy());
                    }
                    first
                }
            };
            let Some(first) = State::from_ptr(first) else {
                // Up to 3.11 a failure leaves the caller's state current, and has printed the traceback.
                fail!(PythonError, "CPython could not make an interpreter; Py_NewInterpreter printed the reason");
            };
            // Up to 3.11 the slot still names the caller's state; set_up runs Python code, which may ask it.
            slot.set(first.as_ptr());
            let raw = NonNull::new_unchecked((self.table.PyThreadState_GetInterpreter)(first.as_ptr()));
            let result = set_up(Raw(raw), first);
            if result.is_ok() {
                (self.table.PyEval_SaveThread)();
            } else {
                (self.table.Py_EndInterpreter)(first.as_ptr());
                self.drop_orphaned_gil(own);
            }
            // The new state took the slot over, and the caller's state lost its mark (3.12 and later): attach it with an
            // empty slot, so that CPython binds it anew.
            slot.set(null_mut());
            (self.table.PyEval_RestoreThread)(own);
            slot.set(before);
            result
        }
    }

    /// Ends the interpreter that this thread is attached to through `state`, and attaches `main` again, through which it
    /// came.
    pub fn end_interpreter(&self, slot: Slot, state: State, main: State, main_slot: SlotValue) {
        // SAFETY: `state` is attached and the only one of its interpreter; `main` is a detached state of this thread.
        unsafe {
            (self.table.Py_EndInterpreter)(state.as_ptr());
            slot.set(main_slot);
            self.drop_orphaned_gil(main.as_ptr());
            (self.table.PyEval_RestoreThread)(main.as_ptr());
        }
    }

    /// Up to 3.11 Py_EndInterpreter comes back with the GIL held and no state attached: gives it back through `own`.
    unsafe fn drop_orphaned_gil(&self, own: *mut PyThreadState) {
        if self.one_gil {
            // SAFETY: this thread holds the GIL, and `own` is a state of this thread.
            unsafe {
                (self.table.PyThreadState_Swap)(own);
                (self.table.PyEval_SaveThread)();
            }
        }
    }

    /// How many thread states an interpreter has. The caller is attached to it.
    pub fn count_states(&self, raw: Raw) -> usize {
        // SAFETY: attached, so the interpreter lives and, with a GIL, its list stands still. On 3.13t it may not: the
        // caller asks only after every thread that could come or go has been waited for.
        unsafe {
            let mut count = 0;
            let mut state = (self.table.PyInterpreterState_ThreadHead)(raw.0.as_ptr());
            while !state.is_null() {
                count += 1;
                state = (self.table.PyThreadState_Next)(state);
            }
            count
        }
    }

    // ---- thread states ----

    /// The state this thread is attached to, by whomever. `own` is the one it would be by our own account.
    #[inline]
    pub fn attached(&self, own: Option<State>) -> Option<State> {
        // SAFETY: any thread may ask, at any time.
        let current = State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })?;
        if !self.one_gil || own == Some(current) {
            return Some(current);
        }
        self.is_this_threads(current).then_some(current)
    }

    /// Up to 3.11 the current state may be another thread's, and gone by the time we look at it.
    #[cold]
    fn is_this_threads(&self, current: State) -> bool {
        // SAFETY: any thread may ask either, at any time.
        let (slot, ident) =
            unsafe { ((self.table.PyGILState_GetThisThreadState)(), (self.table.PyThread_get_thread_ident)()) };
        slot == current.as_ptr()
            || self
                .ident_offset
                .get()
                .is_some_and(|offset| sys::read_word(current.as_ptr() as usize + offset) == Some(ident as usize))
    }

    /// The interpreter that a state belongs to. The state lives.
    pub fn interpreter_of(&self, state: State) -> Option<Raw> {
        // SAFETY: the caller knows that the state lives; it only reads a field that never changes.
        NonNull::new(unsafe { (self.table.PyThreadState_GetInterpreter)(state.as_ptr()) }).map(Raw)
    }

    /// The number Python knows this thread by.
    #[allow(clippy::unnecessary_cast)] // a C long has 32 bits on Windows
    pub fn thread_ident(&self) -> u64 {
        // SAFETY: any thread may ask, at any time.
        unsafe { (self.table.PyThread_get_thread_ident)() as u64 }
    }

    /// Makes a state of this thread for an interpreter, which cannot end meanwhile (a pin). None: no memory.
    ///
    /// CPython binds a new state to an empty slot and marks it so (3.12 and later); ours keep that mark for ever.
    pub fn make_state(&self, slot: Slot, raw: Raw) -> Option<State> {
        let before = slot.get(self);
        slot.set(null_mut());
        // SAFETY: the interpreter is kept by the caller's pin.
        let state = State::from_ptr(unsafe { (self.table.PyThreadState_New)(raw.0.as_ptr()) });
        slot.set(before);
        state
    }

    /// Attaches this thread, which is detached, through a state of its own, kept by a pin. The slot goes first, so that
    /// CPython finds it as it would have left it.
    #[inline]
    pub fn attach(&self, slot: Slot, state: State) {
        slot.set(state.as_ptr());
        // SAFETY: this thread is detached, the state is its own and, by the caller's pin, alive.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
    }

    /// Detaches this thread, and puts the slot back to what it was.
    #[inline]
    pub fn detach(&self, slot: Slot, before: SlotValue) {
        self.let_go();
        slot.set(before);
    }

    /// Detaches this thread as Py_BEGIN_ALLOW_THREADS does.
    #[inline]
    pub fn let_go(&self) {
        // SAFETY: this thread is attached.
        unsafe { (self.table.PyEval_SaveThread)() };
    }

    /// Attaches this thread again as Py_END_ALLOW_THREADS does, with the slot as it was when it let go.
    #[inline]
    pub fn come_back(&self, state: State) {
        // SAFETY: this thread let go of that state, and a pin, or its being the finalising thread, keeps it.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
    }

    /// Detaches this thread for good: deletes the state it is attached through. Runs destructors, so Python code.
    pub fn delete_attached(&self, slot: Slot, state: State, before: SlotValue) {
        // SAFETY: the state is ours, attached, and not used again.
        unsafe {
            (self.table.PyThreadState_Clear)(state.as_ptr());
            (self.table.PyThreadState_DeleteCurrent)();
        }
        slot.set(before);
    }

    /// Deletes an idle state of the interpreter this thread is attached to, whoever's it is. Runs destructors.
    pub fn delete_idle(&self, slot: Slot, state: State) {
        // SAFETY: the gate is closed and claimed: its thread is outside for ever, with nothing of this state in its slot.
        unsafe {
            (self.table.PyThreadState_Clear)(state.as_ptr());
            // Deleting a marked state empties the deleter's slot, and a debug build asserts that it was there.
            let own = slot.get(self);
            slot.set(state.as_ptr());
            (self.table.PyThreadState_Delete)(state.as_ptr());
            slot.set(own);
        }
    }

    /// Runs `set_up` attached to the main interpreter, on a thread that CPython never saw, and finds the slot there.
    /// The caller is detached. Fails when the interpreter can no longer be entered.
    pub fn visit_main(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        match sys::on_fresh_thread(|| self.visit_main_here(set_up)) {
            Ok(Some(result)) => result,
            Ok(None) => fail!(Closed, "Python is shutting down: it ended the thread that came to its main interpreter"),
            Err(error) => fail!(NoMemory, "cannot start a thread: {error}"),
        }
    }

    fn visit_main_here(&self, set_up: impl FnOnce(Raw, Slot) -> Result<()>) -> Result<()> {
        let guard = self.guard_main()?;
        let Some(raw) = self.main_interpreter() else { fail!(Closed, "Python is shutting down") };
        // SAFETY: from 3.15 the guard keeps the interpreter. Before, no call of CPython's can: this is the one moment at
        // which a host that finalises at the same time breaks the rules (documented at pyferry_view_main).
        let result = unsafe {
            match State::from_ptr((self.table.PyThreadState_New)(raw.0.as_ptr())) {
                None => Err(Error::new(Status::NoMemory, "CPython could not make a thread state")),
                Some(state) => {
                    (self.table.PyEval_RestoreThread)(state.as_ptr());
                    (self.table.PyEval_SaveThread)();
                    let slot = Slot::find(self, state);
                    self.find_ident(state);
                    (self.table.PyEval_RestoreThread)(state.as_ptr());
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
    fn guard_main(&self) -> Result<Option<NonNull<std::ffi::c_void>>> {
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

    fn find_ident(&self, state: State) {
        if !self.one_gil {
            return;
        }
        let ident = self.thread_ident() as usize;
        let address = state.as_ptr() as usize;
        // 3.9 to 3.11 have it within the first 256 bytes.
        let offsets = (0..256).step_by(size_of::<usize>());
        let mut found = offsets.filter(|offset| sys::read_word(address + offset) == Some(ident));
        if let (Some(offset), None) = (found.next(), found.next()) {
            let _ = self.ident_offset.set(offset);
        }
    }
}

/// "3.13.0 (main, ..." -> (3, 13)
fn parse_version(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
