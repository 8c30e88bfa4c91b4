use super::output::output;
use super::{NEVER, enter, limits, options, pyferry_output, text};
use crate::cpython::Config;
use crate::error::{Result, Status, fail};
use crate::process::runtime;
use crate::sys;
use std::ffi::{CStr, OsString, c_char, c_void};

/// As `python -I`: no PYTHON* environment variables, and no packages of the user's own (`site.getusersitepackages()`).
pub const PYFERRY_RUNTIME_ISOLATED: u32 = 1;
/// As `python -S`: no `site`, so no site-packages, no .pth files and no sitecustomize.
pub const PYFERRY_RUNTIME_NO_SITE: u32 = 2;
/// Python handles signals; without this flag they are left to the host. SIGINT, if it is at its default, raises
/// KeyboardInterrupt on the thread that Python is initialised on. SIGPIPE and SIGXFSZ are ignored, from the start on and
/// also after Python has ended. When Python has ended, SIGINT is at its default again.
pub const PYFERRY_RUNTIME_PYTHON_SIGNALS: u32 = 4;

/// Python is initialised on the thread that calls pyferry_runtime_start, as graphical toolkits may need it, and not on a
/// thread of pyferry's own: the caller is `threading.main_thread()`. The caller is not attached when the start has
/// returned. It may do anything except end, and has to call pyferry_runtime_pump now and then, and the last
/// pyferry_runtime_stop. No signal is blocked on it, and `stack_size` is ignored. Where Python runs already, this flag is
/// ignored too.
pub const PYFERRY_RUNTIME_ON_THIS_THREAD: u32 = 8;

/// How to start Python. Begin with PYFERRY_RUNTIME_OPTIONS_INIT. Where Python runs already, all options are ignored.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_runtime_options {
    /// sizeof(pyferry_runtime_options)
    pub struct_size: usize,
    /// Which Python, in UTF-8: a python3 program (of a virtual environment too), a libpython, or the prefix that both are
    /// installed under. If the process has loaded a libpython already, this has to name the same one. NULL: what the
    /// environment variable PYFERRY_PYTHON names in the same way, else the Python that `python3` on PATH belongs to.
    /// PYFERRY_PYTHON does not count in a program that has more rights than its user (set-user-ID, set-group-ID, file
    /// capabilities); PATH is the user's too, so such a program names its Python.
    pub python: *const c_char,
    /// PYFERRY_RUNTIME_... flags; 0: none.
    pub flags: u32,
    /// How many strings `argv` has, 0 or more.
    pub argc: i32,
    /// `sys.argv`. Scripts expect that the first string names the script or the host. The bytes are those that main()
    /// gets, in whatever encoding; on Windows UTF-8. None may be NULL. Where `argc` is 0, `sys.argv` is [""], and this
    /// may be NULL. Copied. No option for Python is read from here.
    pub argv: *const *const c_char,
    /// What is put in front of `sys.path`, in this order, once `site` has run: in the main interpreter and in each that
    /// pyferry_interpreter_new makes. Directories and zip files as the system names them, with a NULL after the last;
    /// NULL: none. Copied.
    pub search_paths: *const *const c_char,
    /// The stack size, in bytes, of the thread on which Python is initialised and on which site code and atexit functions
    /// run. 0: what RLIMIT_STACK says, at least 8 MiB. Less than 512 KiB is refused.
    pub stack_size: usize,
    /// Gets what scripts print, in each interpreter that has no `output` of its own. NULL: it goes where CPython puts it.
    pub output: pyferry_output,
    /// Passed to `output`. It has to last until Python has ended.
    pub output_data: *mut c_void,
}

no_padding!(pyferry_runtime_options {
    struct_size,
    python,
    flags,
    argc,
    argv,
    search_paths,
    stack_size,
    output,
    output_data,
});

impl Default for pyferry_runtime_options {
    fn default() -> Self {
        pyferry_runtime_options {
            struct_size: size_of::<Self>(),
            python: std::ptr::null(),
            flags: 0,
            argc: 0,
            argv: std::ptr::null(),
            search_paths: std::ptr::null(),
            stack_size: 0,
            output: None,
            output_data: std::ptr::null_mut(),
        }
    }
}

/// Starts Python for hosts and plug-ins that do not start it themselves. Finds and loads a libpython where the process
/// has none, and initialises it on a thread of pyferry's own, so that no thread of the host belongs to Python (unless
/// PYFERRY_RUNTIME_ON_THIS_THREAD says otherwise). Signal handlers and locale stay the host's (see
/// PYFERRY_RUNTIME_PYTHON_SIGNALS). Where Python runs already, it is used as it is, and never finalised by pyferry.
///
/// Starts are counted: each needs its pyferry_runtime_stop, and the last one stops Python. Then Python can be started
/// again.
///
/// Any thread, attached or not. Blocks until Python is up. In code that Python runs while it is initialised
/// (sitecustomize, an import hook), it only counts, and returns at once. Not in a function of Py_AtExit: CPython calls it
/// when Python is neither up nor gone, and no version starts there (3.11 and 3.12 abort).
///
/// @param options  how to start Python, read during the call. NULL: the defaults.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (a text that is not UTF-8, an impossible struct_size, a field or flag
///         that this library does not know, a negative `argc`, a NULL in `argv`, a `stack_size` that is too small),
///         _NO_PYTHON (no Python was found, or it does not start: the message says where pyferry looked and what would
///         help, or what CPython says; or an earlier start failed, so that CPython can be started only on the thread of
///         that start, only with a `stack_size` no larger than its own, or no more in this process), _UNSUPPORTED (two
///         Pythons, one before 3.9, two copies of pyferry, or another Python than the one that is loaded), _CLOSED (a
///         stop is at work, another thread or another copy of pyferry initialises or finalises Python at this moment, or
///         Python is shutting down: start again later), _WRONG_ORDER (in a constructor of a library that is being loaded:
///         Python would wait for the dynamic loader, and the loader for this call), _NO_MEMORY (also: no thread can be
///         started), _PYTHON_ERROR (setting Python up raised: pyferry's shutdown hook, `search_paths` or `output`),
///         _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_runtime_start(options: *const pyferry_runtime_options) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let options = unsafe { self::options(options, "options") }?;
        // SAFETY: as documented for the caller.
        let python = unsafe { text(options.python, "options->python") }?;
        // SAFETY: as documented for the caller.
        runtime::start(unsafe { set_up(&options, python) }?)
    })
}

// SAFETY (of the callers): the arrays and texts that the options name are there, as the header demands.
unsafe fn set_up(options: &pyferry_runtime_options, python: Option<&CStr>) -> Result<runtime::Options> {
    let known = PYFERRY_RUNTIME_ISOLATED
        | PYFERRY_RUNTIME_NO_SITE
        | PYFERRY_RUNTIME_PYTHON_SIGNALS
        | PYFERRY_RUNTIME_ON_THIS_THREAD;
    if options.flags & !known != 0 {
        fail!(InvalidArgument, "`options->flags` is {:#x}: it takes PYFERRY_RUNTIME_... flags, or 0", options.flags);
    }
    let Ok(count) = usize::try_from(options.argc) else {
        fail!(InvalidArgument, "`options->argc` is {}: how many `argv` has", options.argc);
    };
    if options.argv.is_null() && count > 0 {
        fail!(InvalidArgument, "`options->argv` is NULL, and `argc` says that it has {count}");
    }
    if options.stack_size != 0 && options.stack_size < runtime::LEAST_STACK {
        fail!(
            InvalidArgument,
            "`options->stack_size` is {} bytes: Python needs {} at least; 0 is what is usual",
            options.stack_size,
            runtime::LEAST_STACK
        );
    }
    let has = |flag| options.flags & flag != 0;
    // SAFETY: as the caller says.
    let (arguments, search_paths) = unsafe {
        (
            (0..count).map(|i| native(*options.argv.add(i), "argv")).collect::<Result<Vec<_>>>()?,
            (0..)
                .map_while(|i| (!options.search_paths.is_null()).then(|| *options.search_paths.add(i)))
                .take_while(|path| !path.is_null())
                .map(|path| native(path, "search_paths"))
                .collect::<Result<Vec<_>>>()?,
        )
    };
    Ok(runtime::Options {
        python: python.map(|python| python.to_string_lossy().into_owned()),
        config: Config {
            isolated: has(PYFERRY_RUNTIME_ISOLATED),
            no_site: has(PYFERRY_RUNTIME_NO_SITE),
            python_signals: has(PYFERRY_RUNTIME_PYTHON_SIGNALS),
            arguments,
            search_paths,
        },
        on_this_thread: has(PYFERRY_RUNTIME_ON_THIS_THREAD),
        stack_size: (options.stack_size != 0).then_some(options.stack_size),
        output: output(options.output, options.output_data),
    })
}

// SAFETY (of the callers): `text` is NULL or a C string that lives for the length of the call.
unsafe fn native(text: *const c_char, name: &str) -> Result<OsString> {
    if text.is_null() {
        fail!(InvalidArgument, "`options->{name}` has a NULL within");
    }
    // SAFETY: as the caller says.
    match sys::native_text(unsafe { CStr::from_ptr(text) }) {
        Some(text) => Ok(text),
        None => fail!(InvalidArgument, "`options->{name}` has a text that is not UTF-8"),
    }
}

/// Takes one pyferry_runtime_start back. The last stop lets no new thread into any interpreter, waits for the threads
/// inside, tells Python's own threads to end and waits for them, ends the interpreters that pyferry made, and finalises
/// Python. A Python that somebody else initialised is left alone. So is Python in a forked child, unless the thread that
/// forked had started it with PYFERRY_RUNTIME_ON_THIS_THREAD.
///
/// It does not wait for the main interpreter's daemon threads, which CPython ends or hangs. A `threading.Thread` that is made
/// there on a thread of the host's, other than Python's main thread, is one, unless it is made with `daemon=False`: CPython
/// takes the host's thread for a daemon, and a new thread is what the one that makes it is. Up to 3.13 the process crashes if
/// such a thread is left and comes back when Python has been started again.
///
/// Any thread. The last stop needs a thread that is in no interpreter, neither attached nor suspended. With
/// PYFERRY_RUNTIME_ON_THIS_THREAD it has to be the thread that started Python. That thread waits within the time limit,
/// and then runs Py_FinalizeEx itself, with atexit functions and finalisers, which no limit interrupts. Otherwise a
/// thread of pyferry's runs Py_FinalizeEx, and the limit holds for that as well.
///
/// @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: forever. As in pyferry_interpreter_end.
/// @return PYFERRY_STATUS_OK, _TIMEOUT (the message says who is still inside, which Python threads are left, or that
///         Py_FinalizeEx is at work; no new thread gets in, and the start still counts: call again), _WRONG_ORDER (no
///         start to take back, or a stop is at work already), _WRONG_THREAD (this thread is inside, or another thread
///         started Python with PYFERRY_RUNTIME_ON_THIS_THREAD: nothing is taken back; or this thread runs Python code by
///         CPython's own calls, which has let go: return from it, and call again, as after _TIMEOUT), _INVALID_ARGUMENT
///         (a negative time other than -1), _PYTHON_ERROR (Python has ended, but could not flush its output), _NO_MEMORY
///         (no thread can be started: call again, as after _TIMEOUT), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_runtime_stop(timeout_ms: i64) -> Status {
    enter(|| runtime::stop(&limits(NEVER, timeout_ms)?))
}

/// Takes one pyferry_runtime_start back, as pyferry_runtime_stop does, where scripts may not want to stop. When
/// `patience_ms` have passed, it interrupts the threads inside and Python's own threads, in every interpreter, again and
/// again, as pyferry_interpreter_stop does.
///
/// The same threads as pyferry_runtime_stop.
///
/// @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never interrupts.
/// @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_runtime_stop. -1: forever.
/// @return as pyferry_runtime_stop; _INVALID_ARGUMENT also for a negative patience other than -1
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_runtime_stop_with(patience_ms: i64, timeout_ms: i64) -> Status {
    enter(|| runtime::stop(&limits(patience_ms, timeout_ms)?))
}

/// Runs what Python's main thread has to run, where that is a thread of the host's (PYFERRY_RUNTIME_ON_THIS_THREAD): the
/// calls that libraries gave to Py_AddPendingCall, and the Python handlers of signals that came
/// (PYFERRY_RUNTIME_PYTHON_SIGNALS, or handlers that scripts set on this thread). Meant for the host's loop. It waits for
/// the GIL, without a time limit, and for what it runs.
///
/// The thread that started Python, not attached; it is not attached afterwards either. While Python shuts down, it
/// answers _CLOSED.
///
/// @return PYFERRY_STATUS_OK, _PYTHON_ERROR (a call or a handler raised, KeyboardInterrupt included: the message is the
///         traceback, and the exception is cleared; what comes after that call is left to the next pump), _WRONG_THREAD
///         (another thread started Python), _WRONG_ORDER (this thread is attached, or Python was started without
///         PYFERRY_RUNTIME_ON_THIS_THREAD, or by somebody else, as in a forked child), _WRONG_ORDER and _NOT_ATTACHED too
///         where a call left the thread as it must not (as in pyferry_call), _NO_PYTHON (it does not run, or is being
///         started), _UNSUPPORTED (two Pythons, or one before 3.9), _CLOSED (a stop is at work, or has run out of time,
///         or somebody else finalises Python), _NO_MEMORY, _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_runtime_pump() -> Status {
    enter(runtime::pump)
}

/// What Python runs in this process. Begin with PYFERRY_RUNTIME_INFO_INIT. The strings are pyferry's, and live at least
/// until Python is finalised.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_runtime_info {
    /// sizeof(pyferry_runtime_info)
    pub struct_size: usize,
    /// As in sys.version: "3.14.0 (main, ...".
    pub version: *const c_char,
    /// The file of the libpython, or of the program that has Python inside.
    pub libpython: *const c_char,
    /// sys.executable; may be empty.
    pub executable: *const c_char,
    /// Why thread states are not kept from one attach to the next; NULL if they are. PYFERRY_CACHE=off in the environment
    /// turns the cache off, for comparisons.
    pub cache_off_reason: *const c_char,
    /// 0x030e for 3.14.
    pub version_number: u32,
    /// Built without the GIL.
    pub free_threaded: bool,
    /// A debug build.
    pub debug: bool,
    /// Interpreters can have a GIL of their own.
    pub own_gil: bool,
    /// Always 0.
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
/// Any thread, attached or not, while Python is initialised. It takes the first view of Python where there is none: see
/// pyferry_view_main.
///
/// @param out  gets the facts. Set `out->struct_size` first (PYFERRY_RUNTIME_INFO_INIT): no more is written than that.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL, an impossible struct_size), and all others as
///         pyferry_view_main
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_runtime_get_info(out: *mut pyferry_runtime_info) -> Status {
    enter(|| {
        if out.is_null() {
            fail!(InvalidArgument, "`out` is NULL: there is nowhere to put the result");
        }
        // SAFETY: the struct starts with its size, as documented.
        let size = unsafe { (*out).struct_size };
        if !super::is_size(size) {
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
