use super::{Data, Places, enter, fail, given, options, text};
use crate::error::{Result, Status};
use crate::observe::{self, Activity, Event, Kind, Limits, Seen};
use crate::registry::fork;
use crate::sys;
use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr::null;
use std::time::Duration;

/// pyferry_thread_info: the thread waits to be attached, or to be attached again.
pub const PYFERRY_THREAD_WAITING: i32 = 1;
/// pyferry_thread_info: the thread is inside: attached, or taking turns with others by CPython's own means.
pub const PYFERRY_THREAD_INSIDE: i32 = 2;
/// pyferry_thread_info: the thread has let go (pyferry_suspend), and will come back.
pub const PYFERRY_THREAD_SUSPENDED: i32 = 3;
/// pyferry_thread_info: the thread has gone on into another interpreter, and will come back.
pub const PYFERRY_THREAD_ELSEWHERE: i32 = 4;
/// pyferry_thread_info: this is no thread but an open guard.
pub const PYFERRY_THREAD_GUARD: i32 = 5;

/// One thread or guard at one interpreter, as pyferry_threads sees it. Begin with PYFERRY_THREAD_INFO_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_thread_info {
    /// sizeof(pyferry_thread_info)
    pub struct_size: usize,
    /// The number by which the operating system shows the thread (gettid); for a guard, that of the thread that opened
    /// it.
    pub thread_id: u64,
    /// The thread's name as the system has it, UTF-8; empty where there is none.
    pub name: [c_char; 32],
    /// The interpreter, as pyferry_view_interpreter_id numbers it.
    pub interpreter_id: i64,
    /// The label of pyferry_attach_labeled, or pyferry's own of what a call of its does there: "pyferry_call", "jobs of a
    /// queue". NULL: none. Never freed.
    pub label: *const c_char,
    /// PYFERRY_THREAD_...
    pub state: i32,
    /// Whether CPython has the thread attached to the interpreter at this moment: with a GIL, at most one of those
    /// inside. Where this cannot be told (pyferry_runtime_info.cache_off_reason), true for all that are inside.
    pub is_attached: bool,
    /// This is the calling thread.
    pub is_caller: bool,
    /// This is a thread of pyferry's own, in which no code of the host runs; a queue's worker does not count as one.
    pub is_own: bool,
    /// The state is PYFERRY_THREAD_GUARD.
    pub is_guard: bool,
    /// How many attachments the thread is in, up to its last one to this interpreter; 1 means not nested.
    pub depth: usize,
    /// For how long it has been in that state, in microseconds. The clock's steps are a few milliseconds.
    pub elapsed_us: u64,
}

no_padding!(pyferry_thread_info {
    struct_size,
    thread_id,
    name,
    interpreter_id,
    label,
    state,
    is_attached,
    is_caller,
    is_own,
    is_guard,
    depth,
    elapsed_us,
});

impl From<&Seen> for pyferry_thread_info {
    fn from(seen: &Seen) -> Self {
        let mut text = [0; 31];
        let length = sys::copy_thread_name(seen.thread_id, &mut text);
        let mut name = [0; 32];
        // The system takes any bytes for a name, and cuts a long one anywhere.
        for (to, from) in name.iter_mut().zip(observe::as_utf8(&text[..length]).flat_map(str::bytes)) {
            *to = from as c_char;
        }
        pyferry_thread_info {
            struct_size: size_of::<Self>(),
            thread_id: seen.thread_id.into(),
            name,
            interpreter_id: seen.interpreter_id,
            label: seen.label.map_or(null(), |label| label.as_ptr()),
            state: match seen.activity {
                Activity::Waiting => PYFERRY_THREAD_WAITING,
                Activity::Inside => PYFERRY_THREAD_INSIDE,
                Activity::Suspended => PYFERRY_THREAD_SUSPENDED,
                Activity::Elsewhere => PYFERRY_THREAD_ELSEWHERE,
                Activity::Guarding => PYFERRY_THREAD_GUARD,
            },
            is_attached: seen.is_attached,
            is_caller: seen.is_caller,
            is_own: seen.is_own,
            is_guard: seen.activity == Activity::Guarding,
            depth: seen.depth as usize,
            elapsed_us: seen.elapsed_us,
        }
    }
}

/// Lists the threads that wait for an interpreter or are inside, with label and time: every thread that pyferry attaches,
/// or that has suspended, and every open guard. A thread that is in two interpreters is listed twice. Python's own
/// threads, and those that came in by other means, are listed while pyferry keeps an interpreter for them, but not for a
/// nested attach.
///
/// Any thread, attached or not, whatever Python does: it takes no lock, allocates nothing and never waits, so a signal
/// handler may call it, and so may a debugger. Other threads come and go meanwhile; each entry is that of one moment. In
/// a forked child the parent's other threads are not listed.
///
/// @param out       an array of `capacity` elements; NULL: nothing is written. The `struct_size` of the first one says
///                  how large each is; if this library does not know that size, they are as large as in its first
///                  version.
/// @param capacity  how many elements there is room for
/// @return how many threads and guards there are, which can be more than `capacity`
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_threads(out: *mut pyferry_thread_info, capacity: usize) -> usize {
    sys::keeping_errno(|| {
        // SAFETY: as documented for the caller.
        let mut places = unsafe { Places::new(out, capacity) };
        observe::look(|seen| places.put(|struct_size| pyferry_thread_info { struct_size, ..(&seen).into() }));
        places.count()
    })
}

/// Writes what pyferry_threads returns as text, one line for each thread or guard, by interpreter.
///
/// Any thread, at any time, also in a signal handler, and from a debugger (`call pyferry_dump(2)`) while the process is
/// stopped, whatever locks are held: it takes none, allocates nothing, leaves errno as it was and calls nothing but
/// write(2), what holds SIGPIPE and SIGXFSZ back meanwhile, and what reads names and memory. It does not set
/// pyferry_last_error.
///
/// @param fd  a file descriptor that is open for writing: 2 for stderr
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`fd` cannot be written to, like a pipe that nobody reads), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_dump(fd: c_int) -> Status {
    if fork::is_forked() {
        return Status::Forked;
    }
    if observe::dump(fd) { Status::Ok } else { Status::InvalidArgument }
}

/// pyferry_watchdog_event: a thread has waited for longer than `wait_ms`.
pub const PYFERRY_WATCHDOG_WAIT: i64 = 1;
/// pyferry_watchdog_event: a thread has been inside for longer than `hold_ms`.
pub const PYFERRY_WATCHDOG_HOLD: i64 = 2;

/// What a watchdog's callback is told. Everything in it is valid for the length of the call.
#[repr(C)]
pub struct pyferry_watchdog_event {
    /// sizeof(pyferry_watchdog_event)
    pub struct_size: usize,
    /// PYFERRY_WATCHDOG_WAIT or PYFERRY_WATCHDOG_HOLD
    pub kind: i64,
    /// The thread that waits or holds; one of `threads`.
    pub thread: *const pyferry_thread_info,
    /// The thread that is attached to that interpreter at this moment, so that others wait; one of `threads`. NULL: none
    /// that pyferry knows. If there are several, as on free-threaded Pythons, the first.
    pub holder: *const pyferry_thread_info,
    /// All threads and guards, as pyferry_threads lists them.
    pub threads: *const pyferry_thread_info,
    /// How many `threads` has.
    pub thread_count: usize,
    /// Where the holder is in Python, as `faulthandler` writes it, the innermost frame first. NULL where that cannot be
    /// found out without attaching: CPython can be asked on 3.11, 3.12 and 3.15, on Linux.
    pub python_stack: *const c_char,
}

no_padding!(pyferry_watchdog_event { struct_size, kind, thread, holder, threads, thread_count, python_stack });

/// Is told that a wait or a hold has passed its limit; once for each, however long it goes on.
///
/// It is called on a thread of pyferry's own that is never attached, and that nothing in Python can hold up. It may use
/// pyferry: pyferry_interpreter_interrupt stops a script that runs away. An attach waits as on any other thread.
///
/// @param event  what has passed its limit
/// @param data   what was given with the callback
pub type pyferry_watchdog_callback =
    Option<unsafe extern "C" fn(event: *const pyferry_watchdog_event, data: *mut c_void)>;

/// Is told that the data of a watchdog's callback is no longer needed.
///
/// @param data  what was given with the callback
pub type pyferry_watchdog_destroy = Option<unsafe extern "C" fn(data: *mut c_void)>;

/// Whom a watchdog calls, and when, for pyferry_watchdog. Begin with PYFERRY_WATCHDOG_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_watchdog_options {
    /// sizeof(pyferry_watchdog_options)
    pub struct_size: usize,
    /// How long a thread may wait to be attached, in milliseconds; 0: waits are not watched.
    pub wait_ms: u64,
    /// How long a thread may be inside, in milliseconds, counted from its attach or the last time it came back
    /// (pyferry_resume); 0: holds are not watched. A thread that has let go by CPython's own means, as in `time.sleep`,
    /// is not reported meanwhile.
    pub hold_ms: u64,
    /// The function to call; not NULL.
    pub callback: pyferry_watchdog_callback,
    /// Passed to `callback` and `destroy`. It has to last until `destroy` is called.
    pub data: *mut c_void,
    /// Called with `data`, once, when the watchdog was replaced or removed and no call is running; never at the end of
    /// the process. NULL: not wanted.
    pub destroy: pyferry_watchdog_destroy,
}

no_padding!(pyferry_watchdog_options { struct_size, wait_ms, hold_ms, callback, data, destroy });

impl Default for pyferry_watchdog_options {
    fn default() -> Self {
        let data = std::ptr::null_mut();
        pyferry_watchdog_options {
            struct_size: size_of::<Self>(),
            wait_ms: 0,
            hold_ms: 0,
            callback: None,
            data,
            destroy: None,
        }
    }
}

/// Sets a callback that is called when a thread waits for an interpreter, or is inside, for longer than a limit. There is
/// one watchdog in the process, and it stays until another one is set or it is removed, whoever starts and ends Python
/// meanwhile.
///
/// A thread of pyferry's own looks every now and then: eight times in the shorter limit, at least 4 times and at most 250
/// times a second. The threads that it watches pay nothing for it.
///
/// On return no call of the previous callback is running, and its `destroy` was called. Only from within a call this
/// function does not wait: `destroy` is then called when that call has returned. A forked child has no watchdog until it
/// sets one.
///
/// Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
///
/// @param options  read during the call; NULL: there is no watchdog from now on
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (no callback, no limit, an impossible struct_size, a field that this
///         library does not know: nothing is changed, and `destroy` is not called), _NO_MEMORY (no thread can be started:
///         likewise), _CLOSED (the watchdog is set, but the interpreter that this thread was attached to was shut down
///         while it waited: the thread is attached to nothing), _FORKED (nothing is changed, and `destroy` is not
///         called).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_watchdog(options: *const pyferry_watchdog_options) -> Status {
    enter(|| {
        if options.is_null() {
            return observe::set(None, Limits { wait: None, hold: None });
        }
        // SAFETY: as documented for the caller.
        let options = unsafe { self::options(options, "options") }?;
        let (limits, hear) = watchdog(&options)?;
        let data = Data { data: options.data, destroy: options.destroy };
        observe::set(Some(Box::new(move |event| tell(hear, &data, event))), limits)
    })
}

type Callback = unsafe extern "C" fn(*const pyferry_watchdog_event, *mut c_void);

fn watchdog(options: &pyferry_watchdog_options) -> Result<(Limits, Callback)> {
    let Some(hear) = options.callback else {
        fail!(
            InvalidArgument,
            "`options->callback` is NULL: nobody would hear; pass NULL for `options` to remove a watchdog"
        );
    };
    let limit = |ms| (ms > 0).then(|| Duration::from_millis(ms));
    let limits = Limits { wait: limit(options.wait_ms), hold: limit(options.hold_ms) };
    if limits.wait.is_none() && limits.hold.is_none() {
        fail!(InvalidArgument, "`options->wait_ms` and `options->hold_ms` are 0: there is nothing to watch");
    }
    Ok((limits, hear))
}

fn tell(hear: Callback, data: &Data, event: &Event<'_>) {
    let threads: Vec<_> = event.threads.iter().map(pyferry_thread_info::from).collect();
    let stack = event.stack.as_deref().map(|stack| CString::new(stack).unwrap_or_default());
    let event = pyferry_watchdog_event {
        struct_size: size_of::<pyferry_watchdog_event>(),
        kind: if event.kind == Kind::Wait { PYFERRY_WATCHDOG_WAIT } else { PYFERRY_WATCHDOG_HOLD },
        thread: &raw const threads[event.who],
        holder: event.holder.map_or(null(), |holder| &raw const threads[holder]),
        threads: threads.as_ptr(),
        thread_count: threads.len(),
        python_stack: stack.as_ref().map_or(null(), |stack| stack.as_ptr()),
    };
    // SAFETY: the host gave the two together, to last until `destroy`.
    unsafe { hear(&event, data.get()) };
}

/// Begins to write down what every thread does with interpreters: each wait, each stay and its label, nested attachments,
/// letting go, crossing from one interpreter to another, each job of a queue that is posted or run. The file is a picture
/// for pyferry-timeline, ui.perfetto.dev or chrome://tracing, with a lane for each thread: an array of Chrome's trace
/// events in JSON, one on each line. The environment variable PYFERRY_TRACE does the same without a call, from the first
/// view of an interpreter on: it is a path, in which %p stands for the process ID. It does not count in a program that
/// has more rights than its user (set-user-ID, set-group-ID, file capabilities), whose files it would overwrite.
///
/// Each thread notes into memory of its own, 128 KiB for each thread that attaches meanwhile, and waits for no other
/// thread. A thread of pyferry's own, which never needs Python and takes no signal, writes the notes every 10 ms, in
/// whole lines: a file that is cut off because the process is killed still loads. Where a thread notes faster than that
/// is written, some of its events are left out; the file says where, and at its end how many. While there is no trace,
/// nothing is noted, and nothing is paid for it.
///
/// A trace goes on whatever becomes of Python, until pyferry_trace_stop or the end of the process (exit, or the return of
/// main; not _exit), which completes the file. A forked child writes none until it starts its own.
///
/// Any thread, attached or not, before there is a Python too. It waits until the file is open, which for a FIFO takes
/// until somebody reads it; a thread that is attached lets go meanwhile. (So does the thread that takes the first view, where
/// PYFERRY_TRACE is set.)
///
/// Waits and stays are also counted meanwhile, for pyferry_histograms.
///
/// @param path  the file, UTF-8; it is created, or overwritten. Read during the call.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`path` is NULL or not UTF-8, or the file cannot be written: the message
///         has the system's words), _WRONG_ORDER (a trace is written already, or begun by another thread at this moment,
///         or pyferry_histograms_start counts; that goes on), _NO_MEMORY (no thread can be started), _CLOSED (the
///         interpreter that this thread was attached to was shut down while it waited: the thread is attached to
///         nothing, and no trace has begun), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_trace_start(path: *const c_char) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let path = given(unsafe { text(path, "path") }?, "path")?;
        observe::start_trace(Some(Path::new(&*path.to_string_lossy())))
    })
}

/// Ends what pyferry_trace_start, PYFERRY_TRACE or pyferry_histograms_start began. On return the file is complete: what
/// had begun and not ended is shown as ending there.
///
/// Any thread, attached or not, whatever becomes of Python. It waits until everything is written; a thread that is
/// attached lets go meanwhile.
///
/// @return PYFERRY_STATUS_OK, _WRONG_ORDER (no trace is written, and nothing is counted), _INVALID_ARGUMENT (the file
///         could not take everything, as on a full disk, and has what came before: the trace has ended; the message has
///         the system's words), _CLOSED (the file is complete, but the interpreter that this thread was attached to was
///         shut down while it waited: the thread is attached to nothing), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_trace_stop() -> Status {
    enter(observe::stop_trace)
}
