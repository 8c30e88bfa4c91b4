//! The only room that calls CPython, and the only one that knows its versions apart.
//!
//! What it hands up are small values: `State`, a thread state, and `Raw`, an interpreter. Neither says that what it names
//! still lives: the caller knows that from a pin, or from being attached. By this convention the functions here can be safe
//! to call: a `State` comes only from here, and `thread` and `interpreter` pass one back only while a pin, or the claim of a
//! closed gate, keeps its interpreter.
//!
//! Up to 3.13.7 CPython may end a thread by forced unwind in a call that can take the GIL (never under a pin). So no value
//! that needs dropping is alive in the functions below while they make such a call.

mod addresses;
mod ask;
mod asyncio;
mod callback;
mod config;
mod dummy_threads;
mod exceptions;
mod head_lock;
mod images;
mod interpreters;
mod isolation;
mod locate;
mod objects;
mod output;
mod python_threads;
mod script;
mod slot;
mod stack;
mod states;
mod symbols;
mod table;
mod traceback;
mod types;
mod values;

pub use addresses::Addresses;
pub use asyncio::Begun;
pub use callback::Callback;
pub use config::Config;
pub use exceptions::Aside;
pub use images::{bind, unbind};
pub use locate::{choose, program_for};
pub use output::Write;
pub use slot::{Slot, SlotValue};
pub use states::Unattached;
pub use values::{Given, Lent, Raw, Reference, Sharing, State, StateCell};

use crate::error::{Error, Result, Status, fail};
use crate::sys::{Condvar, Mutex};
use head_lock::HeadLock;
use objects::Objects;
use once_cell::sync::OnceCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicUsize;
use symbols::Symbols;
use table::Table;

/// The CPython of this process.
pub struct Python {
    table: Table,
    symbols: Symbols,
    objects: Objects,
    /// The shared library, or the executable that has Python inside.
    pub path: PathBuf,
    /// The same as a C string.
    pub path_text: CString,
    /// The answer of `Py_GetVersion`.
    pub version_text: &'static CStr,
    /// (3, 14)
    pub version: (u32, u32),
    /// Built without the GIL (3.13t and later).
    pub free_threaded: bool,
    /// Up to 3.11: there is one GIL for all interpreters, and one "current" thread state for the process rather than for each
    /// thread.
    one_gil: bool,
    /// The variable in which CPython keeps the current thread state.
    current: OnceCell<addresses::Current>,
    /// The offsets of the exception fields in a thread state.
    exception_fields: OnceCell<exceptions::ExceptionFields>,
    /// From 3.13 on: the offset of `eval_breaker` in a thread state.
    breaker_offset: OnceCell<usize>,
    /// On free-threaded builds: the offset of `current_frame` in a thread state.
    frame_offset: OnceCell<usize>,
    /// The offset of `thread_id` in a thread state.
    ident_offset: OnceCell<usize>,
    /// The offset of `interp` in a thread state.
    interpreter_offset: OnceCell<usize>,
    /// The offset of `next`, the next state of the same interpreter, in a thread state.
    next_offset: OnceCell<usize>,
    /// How many threads are deleting states while detached (`delete_idle`).
    deleting: AtomicUsize,
    /// How we started Python last.
    last_start: Mutex<Option<config::Start>>,
    /// Why a start failed half way: CPython cannot be started again after that.
    failed_start: OnceCell<String>,
    /// Python's number of the thread on which the last start failed.
    failed_on: Mutex<Option<u64>>,
    /// Where the gilstate slot is, in this run of Python.
    slot: Mutex<Option<Slot>>,
    /// The address, up to 3.11, of the variable that points to `HEAD_LOCK`; on free-threaded builds of `HEAD_LOCK` itself.
    head_lock: OnceCell<usize>,
}

static PYTHON: OnceCell<Python> = OnceCell::new();
/// How many threads are looking for Python: a fork waits for them. A count, rather than a lock held meanwhile: its holder could
/// be waiting for the loader's lock, which a thread that looks in a library's constructor has.
static LOOKING: Mutex<usize> = Mutex::new(0);
static LOOKED: Condvar = Condvar::new();

struct Look;

impl Look {
    fn begin() -> Look {
        *LOOKING.lock() += 1;
        Look
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        *LOOKING.lock() -= 1;
        LOOKED.notify_all();
    }
}

/// What is held through a fork, so that no child finds it locked.
pub type Still = (MutexGuard<'static, usize>, Option<HeadLock>, images::Still);

/// Waits until no thread looks for Python, and takes this room's locks for a fork. `makes_states`: this copy of the library
/// serves Python.
pub fn hold_still(makes_states: bool) -> Still {
    let looking = LOOKED.wait_while(LOOKING.lock(), |looking| *looking > 0);
    let head = Python::known().filter(|_| makes_states).and_then(Python::hold_head_lock);
    (looking, head, images::hold_still())
}

impl Python {
    /// The CPython in this process, whether initialised or not.
    pub fn in_process() -> Result<&'static Python> {
        if let Some(python) = PYTHON.get() {
            return Ok(python);
        }
        let _look = Look::begin();
        let Some(located) = locate::in_process()? else {
            fail!(
                NoPython,
                "there is no Python in this process: link or load libpython and initialise it, or call pyferry_runtime_start"
            )
        };
        let found = Python::new(located)?;
        // If several threads look, the first that is done sets it for all.
        Ok(PYTHON.get_or_init(|| found))
    }

    /// The same if it has been found already; does not look for it.
    pub fn known() -> Option<&'static Python> {
        PYTHON.get()
    }

    /// Loads a libpython, unless Python has been found already.
    pub fn load(path: &Path) -> Result<&'static Python> {
        if let Some(python) = PYTHON.get() {
            return Ok(python);
        }
        let _look = Look::begin();
        let found = Python::new(locate::load(path)?)?;
        Ok(PYTHON.get_or_init(|| found))
    }

    /// The CPython in this process, if it is initialised. An attached thread proves that: 3.15's Py_IsInitialized is still
    /// false while site code runs.
    pub fn running() -> Result<&'static Python> {
        let python = Python::in_process()?;
        if !python.is_initialized() && python.attached(None).is_none() {
            fail!(
                NoPython,
                "{} is in this process but not initialised: call Py_Initialize or pyferry_runtime_start first",
                python.path.display()
            );
        }
        Ok(python)
    }

    /// The address of a function or variable of CPython's.
    pub fn symbol(&self, name: &CStr) -> Option<NonNull<c_void>> {
        self.symbols.find(name)
    }

    fn new(located: locate::Located) -> Result<Python> {
        // The version first: an older Python lacks much of the table.
        // SAFETY: Py_GetVersion has had this signature in all of Python 3; it may be called before Py_Initialize, and returns
        // a static string.
        let version_text = unsafe {
            let get_version = located.library.get::<unsafe extern "C" fn() -> *const c_char>("Py_GetVersion");
            CStr::from_ptr(get_version.map_or(c"".as_ptr(), |get_version| get_version()))
        };
        let text = version_text.to_string_lossy();
        let version = parse_version(&text);
        if version < (3, 9) {
            fail!(Unsupported, "{} is Python {text}: pyferry serves 3.9 and later", located.path.display());
        }
        let lacks = |symbol| {
            Error::says(Status::Unsupported, format_args!("{} does not export {symbol}", located.path.display()))
        };
        let table = Table::resolve(&located.library).map_err(lacks)?;
        let symbols = Symbols::new(located.library, located.function);
        let objects = Objects::find(&symbols).map_err(lacks)?;
        images::fill_all(&symbols);
        Ok(Python {
            symbols,
            objects,
            free_threaded: text.contains("free-threading build"),
            one_gil: version < (3, 12),
            path_text: CString::new(located.path.to_string_lossy().into_owned()).unwrap_or_default(),
            path: located.path,
            current: OnceCell::new(),
            exception_fields: OnceCell::new(),
            breaker_offset: OnceCell::new(),
            frame_offset: OnceCell::new(),
            ident_offset: OnceCell::new(),
            interpreter_offset: OnceCell::new(),
            next_offset: OnceCell::new(),
            deleting: AtomicUsize::new(0),
            last_start: Mutex::new(None),
            failed_start: OnceCell::new(),
            failed_on: Mutex::new(None),
            slot: Mutex::new(None),
            head_lock: OnceCell::new(),
            version_text,
            version,
            table,
        })
    }

    /// Whether Python is initialised; false again once Py_FinalizeEx is past the point of no return.
    pub fn is_initialized(&self) -> bool {
        // SAFETY: any thread may ask, at any time.
        unsafe { (self.table.Py_IsInitialized)() != 0 }
    }

    /// Whether Py_FinalizeEx is past the point of no return. A hint only: it may get there one instruction later.
    pub fn is_finalizing(&self) -> bool {
        // SAFETY: any thread may ask, at any time.
        unsafe { (self.table.Py_IsFinalizing)() != 0 }
    }

    /// Whether interpreters can have a GIL of their own (3.12 and later).
    pub fn has_own_gil(&self) -> bool {
        !self.one_gil
    }

    /// Up to 3.12 a thread that waits for a GIL sets `gil_drop_request` only in the interpreter that it waits for, though a
    /// thread in another interpreter may hold that GIL.
    pub fn asks_only_its_own(&self) -> bool {
        self.version < (3, 13)
    }

    /// Since 3.12 attaching a state also puts it into the gilstate slot, unless its `bound_gilstate` is set already.
    pub fn sets_bound_gilstate(&self) -> bool {
        !self.one_gil
    }

    /// Whether an interpreter that others made shares the main interpreter's GIL, as far as we can know.
    pub fn shares_gil(&self) -> bool {
        self.one_gil
    }

    /// Up to 3.13 Py_EndInterpreter is a fatal error while another thread state is left.
    pub fn end_needs_last_state(&self) -> bool {
        self.version < (3, 14)
    }

    /// Makes the symbols of a libpython that the host loaded with RTLD_LOCAL visible to extension modules.
    pub fn open_to_extensions(&self) {
        // If Python is in the executable, its symbols are visible already, or cannot be made so.
        if let Ok(located) = locate::load(&self.path) {
            std::mem::forget(located.library);
        }
    }

    /// Finalises Python, on the thread that is attached to its main interpreter. False: flushing its output failed.
    pub fn finalize(&self) -> bool {
        // SAFETY: the caller is attached to the main interpreter.
        unsafe { (self.table.Py_FinalizeEx)() == 0 }
    }
}

/// "3.13.0 (main, ..." -> (3, 13)
fn parse_version(text: &str) -> (u32, u32) {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}
