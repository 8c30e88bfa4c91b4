use super::{deadline, enter, fail, options, text};
use crate::cpython::Config;
use crate::error::Status;
use crate::runtime;
use std::ffi::{CStr, c_char};

/// How Python is to be started. Start from PYFERRY_RUNTIME_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_runtime_options {
    /// sizeof(pyferry_runtime_options)
    pub struct_size: usize,
    /// Which Python, where the process has none yet: a python3 program (of a virtual environment too), a libpython, or
    /// the prefix both are installed under. NULL: what the environment variable PYFERRY_PYTHON names in the same way,
    /// else what `python3` on PATH says of itself.
    pub python: *const c_char,
}

no_padding!(pyferry_runtime_options { struct_size, python });

impl Default for pyferry_runtime_options {
    fn default() -> Self {
        pyferry_runtime_options { struct_size: size_of::<Self>(), python: std::ptr::null() }
    }
}

/// Starts Python for hosts and plug-ins that do not start it themselves: finds and loads a libpython where the process
/// has none, and initialises it on a thread of pyferry's own, so that no thread of the host belongs to Python. Installs
/// no signal handlers, and that thread takes no signals. Where Python runs already, it is joined.
///
/// Counted: each start wants its pyferry_runtime_stop, and the last one stops it. Then it can be started again.
///
/// Any thread, attached or not. Blocks until Python is up, but not in code that Python runs while it is initialised
/// (sitecustomize, an import hook): there it is counted, and returns.
///
/// @param options  which Python. NULL: all by default. Read during the call.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (not UTF-8, a struct_size that cannot be, a field that this library
///         does not know), _NO_PYTHON (none found, or it does not start: the message says which were looked at and what
///         brings one), _UNSUPPORTED (two Pythons, one before 3.9, two copies of pyferry, or another Python than the
///         one that is loaded), _CLOSED (a stop is at work, or somebody else initialises or finalises Python at this
///         moment: start again), _NO_MEMORY, _PYTHON_ERROR (registering pyferry's shutdown hook raised), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_runtime_start(options: *const pyferry_runtime_options) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let options = unsafe { self::options(options, "options") }?;
        // SAFETY: as documented for the caller.
        let python = unsafe { text(options.python, "options->python") }?;
        let python = python.map(|python| python.to_string_lossy().into_owned());
        runtime::start(runtime::Options { python, config: Config::default() })
    })
}

/// Takes one pyferry_runtime_start back. The last one lets nobody new into any interpreter, waits for the threads
/// inside, ends the interpreters that pyferry made, and finalises Python. Where somebody else initialised Python it is
/// left alone.
///
/// Any thread; the last one, a thread that is in no interpreter, neither attached nor suspended.
///
/// @param timeout_ms  how long to wait, in milliseconds. 0: not at all. -1: for ever.
/// @return PYFERRY_STATUS_OK, _TIMEOUT (the message says who is still inside; nobody new gets in, and the start still
///         counts: call again), _WRONG_ORDER (no start to take back, or another thread is stopping), _WRONG_THREAD
///         (this thread is inside), _INVALID_ARGUMENT (a negative time other than -1), _PYTHON_ERROR (stopped, but
///         Python could not flush its output), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_runtime_stop(timeout_ms: i64) -> Status {
    enter(|| runtime::stop(deadline(timeout_ms)?))
}

/// What Python runs in this process. Start from PYFERRY_RUNTIME_INFO_INIT. The strings live until Python is
/// finalised, at least.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_runtime_info {
    /// sizeof(pyferry_runtime_info)
    pub struct_size: usize,
    /// As sys.version has it: "3.14.0 (main, ...".
    pub version: *const c_char,
    /// The libpython, or the program that has Python inside.
    pub libpython: *const c_char,
    /// sys.executable; may be empty.
    pub executable: *const c_char,
    /// Why thread states are not kept from one attach to the next; NULL when they are. PYFERRY_CACHE=off in the
    /// environment turns that off, to compare.
    pub cache_off_reason: *const c_char,
    /// 0x030e for 3.14.
    pub version_number: u32,
    /// Built without the GIL.
    pub free_threaded: bool,
    /// A debug build.
    pub debug: bool,
    /// Interpreters can have a GIL of their own.
    pub own_gil: bool,
    /// 0.
    pub reserved: u8,
}

no_padding!(pyferry_runtime_info {
    struct_size,
    version,
    libpython,
    executable,
    cache_off_reason,
    version_number,
    free_threaded,
    debug,
    own_gil,
    reserved,
});

/// Tells which Python this is and what it can do.
///
/// Any thread, attached or not, while Python is initialised.
///
/// @param out  gets the facts. Set `out->struct_size` first (PYFERRY_RUNTIME_INFO_INIT): no more is written than that.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL, a struct_size that cannot be), and else as
///         pyferry_view_main, since it may be the first to come to Python.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_runtime_get_info(out: *mut pyferry_runtime_info) -> Status {
    enter(|| {
        if out.is_null() {
            fail!(InvalidArgument, "`out` is NULL: there is nowhere to put the result");
        }
        // SAFETY: the struct starts with its size, as documented.
        let size = unsafe { (*out).struct_size };
        if size < size_of::<usize>() || size > 1 << 16 {
            fail!(InvalidArgument, "`out->struct_size` is {size}: start from PYFERRY_RUNTIME_INFO_INIT");
        }
        let (python, main) = runtime::facts()?;
        let reason = main.slot.why_missing();
        let info = pyferry_runtime_info {
            struct_size: size,
            version: python.version_text.as_ptr(),
            libpython: python.path_text.as_ptr(),
            executable: main.facts.executable.as_ptr(),
            cache_off_reason: reason.map_or(std::ptr::null(), CStr::as_ptr),
            version_number: python.version.0 << 8 | python.version.1,
            free_threaded: python.free_threaded,
            debug: main.facts.debug,
            own_gil: python.has_own_gil(),
            reserved: 0,
        };
        let known = size.min(size_of::<pyferry_runtime_info>());
        // SAFETY: the caller has `size` bytes at `out`.
        unsafe { std::ptr::copy_nonoverlapping((&raw const info).cast::<u8>(), out.cast::<u8>(), known) };
        Ok(())
    })
}
