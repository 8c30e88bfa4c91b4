use super::{Data, enter, given, null, options, out, pyferry_view, required};
use crate::error::{Result, Status, fail};
use crate::interpreter::script;
use crate::queue::{self, Host, Job, Queue, Runner};
use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;
use std::time::Duration;

/// How many bytes pyferry_queue_post_copy takes at most.
pub const PYFERRY_QUEUE_COPY_MAX: usize = 48;

/// How many jobs a queue has room for where its options do not say.
const USUAL_CAPACITY: usize = 1024;

// Behind the job's own address.
const _: () = assert!((queue::WORDS - 1) * size_of::<u64>() == PYFERRY_QUEUE_COPY_MAX);

/// A queue of jobs for one interpreter, posted by threads that must not wait.
// Never made: its address is a queue::Queue's.
pub struct pyferry_queue {
    _queue: Queue,
}

/// A piece of work for a queue. It is called once, whatever happens, unless the process ends first.
///
/// With PYFERRY_STATUS_OK it does the work: on the thread that runs the queue, attached to the queue's interpreter. It
/// may call Python and pyferry, wait, and post to the same queue; jobs of a queue never run at the same time. An
/// exception that it leaves set goes to the queue's error callback. It must leave the thread attached as it found it, and
/// must not throw. An attachment or suspension that it leaves open is ended, a thread that it leaves detached, or attached
/// through another thread state, is brought back, and the error callback is told.
///
/// With PYFERRY_STATUS_CLOSED the work will not be done, because the queue was freed or its interpreter shuts down: the
/// job frees what it owns. The thread is attached to nothing. It is a thread that runs the queue, frees it, or shuts the
/// interpreter down, which waits for the call. (Where the queue is freed by a destructor in the very last part of
/// Py_FinalizeEx, that thread may be attached.)
///
/// @param data    what was posted with it. With pyferry_queue_post_copy it is the copy, aligned to 16 bytes, for the
///                length of the call.
/// @param status  PYFERRY_STATUS_OK or PYFERRY_STATUS_CLOSED
pub type pyferry_job = Option<unsafe extern "C-unwind" fn(data: *mut c_void, status: Status)>;

/// Called when a queue gets a job and was empty before: once, until it is empty again. It is for a host that runs the
/// queue in a loop of its own: it writes to an eventfd or pipe, sends a window a message, or posts a semaphore.
///
/// The post calls it, on the thread that posts. So it must not wait, and if jobs are posted in signal handlers it must be
/// safe there. Where a job is posted while others are being run it may be called once more than needed.
///
/// @param wake_data  the `wake_data` of the options
pub type pyferry_queue_wake = Option<unsafe extern "C-unwind" fn(wake_data: *mut c_void)>;

/// Is told of the exception that a job has left set, and of what a job did wrong. The next jobs run all the same.
///
/// It is called on the thread that runs the job, attached, with no exception set.
///
/// @param traceback   the text, in UTF-8; valid for the length of the call
/// @param error_data  the `error_data` of the options
pub type pyferry_queue_error = Option<unsafe extern "C-unwind" fn(traceback: *const c_char, error_data: *mut c_void)>;

/// How to make a queue. Begin with PYFERRY_QUEUE_OPTIONS_INIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_queue_options {
    /// sizeof(pyferry_queue_options)
    pub struct_size: usize,
    /// How many jobs there is room for, 16777216 at most. 0: 1024. Each takes 64 bytes; memory is taken for the next
    /// power of two.
    pub capacity: usize,
    /// A thread of pyferry's runs the jobs as soon as it can. While there are none it is attached to nothing, and holds
    /// no shutdown up. It takes no signals. pyferry_queue_run may be called all the same.
    pub worker: bool,
    /// Has to be 0.
    pub reserved: [u8; 7],
    /// Called when there is a job and was none before; NULL: not wanted.
    pub wake: pyferry_queue_wake,
    /// Passed to `wake`. It has to last until pyferry_queue_free has returned.
    pub wake_data: *mut c_void,
    /// Gets what jobs raise; NULL: exceptions are reported as unraisable (sys.unraisablehook).
    pub error: pyferry_queue_error,
    /// Passed to `error`. It has to last until pyferry_queue_free has returned.
    pub error_data: *mut c_void,
}

no_padding!(pyferry_queue_options { struct_size, capacity, worker, reserved, wake, wake_data, error, error_data });

impl Default for pyferry_queue_options {
    fn default() -> Self {
        pyferry_queue_options {
            struct_size: size_of::<Self>(),
            capacity: 0,
            worker: false,
            reserved: [0; 7],
            wake: None,
            wake_data: std::ptr::null_mut(),
            error: None,
            error_data: std::ptr::null_mut(),
        }
    }
}

/// Makes a queue. Jobs are posted to it from any thread, without a wait. The host (pyferry_queue_run) or a worker of
/// pyferry's runs them, and attaches once for many.
///
/// A queue belongs to one interpreter and to one process. When the interpreter begins to shut down, however that begins,
/// the queue closes: posts return PYFERRY_STATUS_CLOSED, and each job that has not run is called with that status before
/// the shutdown goes on. In a forked child the parent's queues only answer PYFERRY_STATUS_FORKED: their jobs run in the
/// parent.
///
/// Any thread, attached or not.
///
/// @param view     the interpreter; read during the call
/// @param options  how; NULL: the defaults. Read during the call.
/// @param out      gets the queue, to be freed with pyferry_queue_free, also when its interpreter has ended
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `out` is NULL, a capacity that is too large, `reserved` is not
///         0, an impossible struct_size, a field that this library does not know), _CLOSED (the interpreter is shutting
///         down or has ended), _NO_MEMORY (also: no thread can be started for the worker), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_new(
    view: *const pyferry_view,
    options: *const pyferry_queue_options,
    out: *mut *mut pyferry_queue,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (view, out) = unsafe { (required(view, "view")?, self::out(out, "out")?) };
        // SAFETY: as documented for the caller.
        let options = unsafe { self::options(options, "options") }?;
        if options.reserved != [0; 7] {
            fail!(InvalidArgument, "`options->reserved` must be 0");
        }
        let capacity = if options.capacity == 0 { USUAL_CAPACITY } else { options.capacity };
        if capacity > queue::MOST {
            fail!(InvalidArgument, "`options->capacity` is {capacity}: {} at most", queue::MOST);
        }
        let runner = if options.worker { Runner::Worker } else { Runner::Host };
        let queue = queue::create(&view.interpreter, capacity, runner, host(&options))?;
        out.put(Arc::into_raw(queue).cast_mut().cast());
        Ok(())
    })
}

fn host(options: &pyferry_queue_options) -> Host {
    let (wake_data, error_data) = (Data::new(options.wake_data), Data::new(options.error_data));
    Host {
        call,
        take_exception: script::take_exception,
        wake: options.wake.map(|wake| {
            // SAFETY: the host gave the two together.
            Box::new(move || unsafe { wake(wake_data.get()) }) as queue::Wake
        }),
        error: options.error.map(|error| {
            // SAFETY: the host gave the two together; the text lives for the call.
            Box::new(move |text: &CStr| unsafe { error(text.as_ptr(), error_data.get()) }) as queue::Report
        }),
    }
}

type Function = unsafe extern "C-unwind" fn(*mut c_void, Status);

// Aligned for whatever a C program keeps in the bytes.
#[repr(align(16))]
struct Copied([u64; queue::WORDS - 1]);

fn call(job: &Job, status: Status) {
    let [function, rest @ ..] = job.words;
    // SAFETY: `job_of` put the function there.
    let function = unsafe { std::mem::transmute::<usize, Function>(function as usize) };
    let mut copied = Copied(rest);
    let data = if job.mark { copied.0.as_mut_ptr().cast() } else { rest[0] as usize as *mut c_void };
    // SAFETY: the host gave the two together, to be called once.
    unsafe { function(data, status) };
}

// The callbacks of a queue that all posters to an event loop share: none of the host's.
pub(super) fn shared_host() -> Host {
    Host { call, take_exception: script::take_exception, wake: None, error: None }
}

#[inline]
pub(super) fn job_of(function: Function, data: *mut c_void) -> Job {
    let mut words = [0; queue::WORDS];
    words[0] = function as usize as u64;
    words[1] = data as usize as u64;
    Job { words, mark: false }
}

// SAFETY (of the callers): `queue` is NULL or a queue that lives for the length of the call.
#[inline]
unsafe fn queue_of<'a>(queue: *const pyferry_queue) -> Result<&'a Queue> {
    // SAFETY: as the caller says.
    unsafe { required(queue.cast::<Queue>(), "queue") }
}

// The same, kept through a call in which the queue may be freed.
//
// SAFETY (of the callers): as above.
unsafe fn kept(queue: *const pyferry_queue) -> Result<Arc<Queue>> {
    // SAFETY: as the caller says; a queue is one that pyferry_queue_new made.
    unsafe {
        let queue = std::ptr::from_ref(queue_of(queue)?);
        Arc::increment_strong_count(queue);
        Ok(Arc::from_raw(queue))
    }
}

/// Posts a job: it is called once. The jobs that one thread posts are called in the order of their posts.
///
/// Any thread, attached or not, and in a signal handler, also one that has interrupted a post. It is wait-free: whatever
/// other threads do, it takes a fixed number of steps. It takes no lock, allocates nothing and calls neither Python nor
/// the system, except to wake a worker or the host where the queue was empty.
///
/// It does not set pyferry_last_error, except for _INVALID_ARGUMENT: the status says everything.
///
/// @param queue  the queue; it must not be freed meanwhile
/// @param job    what to call
/// @param data   passed to it; has to last until the job is called. May be NULL.
/// @return PYFERRY_STATUS_OK, _QUEUE_FULL (at once; also where the last free place is being taken by another post),
///         _CLOSED (the interpreter is shutting down or has ended), _INVALID_ARGUMENT (`queue` or `job` is NULL; avoid
///         that in a signal handler, where this case is not safe), _FORKED (the queue is the parent's). Unless it is OK,
///         the job will not be called.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_post(
    queue: *mut pyferry_queue,
    job: pyferry_job,
    data: *mut c_void,
) -> Status {
    // SAFETY: as documented for the caller.
    match unsafe { (queue.cast::<Queue>().as_ref(), job) } {
        (Some(queue), Some(function)) => queue.post(&job_of(function, data)),
        (None, _) => lacking("queue"),
        (_, None) => lacking("job"),
    }
}

#[cold]
fn lacking(name: &str) -> Status {
    enter(|| Err(null(name)))
}

/// Posts a job with a copy of some bytes, so that the caller needs no memory of its own. The bytes travel in the queue,
/// and the job gets their address for the length of its call. The rest of the PYFERRY_QUEUE_COPY_MAX bytes are 0.
///
/// In everything else as pyferry_queue_post.
///
/// @param queue   the queue; it must not be freed meanwhile
/// @param job     what to call
/// @param bytes   what to copy; may be NULL if `length` is 0
/// @param length  how many bytes, PYFERRY_QUEUE_COPY_MAX at most
/// @return as pyferry_queue_post; _INVALID_ARGUMENT also where `bytes` is NULL, or `length` is too large
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_post_copy(
    queue: *mut pyferry_queue,
    job: pyferry_job,
    bytes: *const c_void,
    length: usize,
) -> Status {
    // SAFETY: as documented for the caller.
    let (Some(queue), Some(function)) = (unsafe { queue.cast::<Queue>().as_ref() }, job) else {
        return lacking(if queue.is_null() { "queue" } else { "job" });
    };
    if length > PYFERRY_QUEUE_COPY_MAX || (bytes.is_null() && length > 0) {
        return cannot_copy(length);
    }
    let mut job = job_of(function, std::ptr::null_mut());
    job.mark = true;
    // SAFETY: the caller has so many bytes there.
    let word = |place: usize| unsafe { word_of(bytes.cast::<u8>(), length, place * size_of::<u64>()) };
    // No loop, as in `Ring::post`.
    job.words = [job.words[0], word(0), word(1), word(2), word(3), word(4), word(5)];
    queue.post(&job)
}

// The bytes from a place on, as a word; 0 for those that are not there. Not by memcpy, which may be a call.
//
// SAFETY (of the callers): there are `length` bytes.
#[inline(always)]
unsafe fn word_of(bytes: *const u8, length: usize, place: usize) -> u64 {
    let left = length.saturating_sub(place);
    let mut word = [0; size_of::<u64>()];
    // SAFETY: as the caller says, and no more is read than is left.
    unsafe {
        if left >= word.len() {
            return bytes.add(place).cast::<u64>().read_unaligned();
        }
        for (byte, to) in word.iter_mut().enumerate().take(left) {
            *to = bytes.add(place + byte).read();
        }
    }
    u64::from_ne_bytes(word)
}

#[cold]
fn cannot_copy(length: usize) -> Status {
    enter(|| {
        if length > PYFERRY_QUEUE_COPY_MAX {
            fail!(
                InvalidArgument,
                "`length` is {length}: a job carries {PYFERRY_QUEUE_COPY_MAX} bytes at most; post a pointer"
            );
        }
        Err(null("bytes"))
    })
}

/// Runs jobs on this thread, in one attachment: those that are in the queue and those that come meanwhile, until there
/// are none, the limits are reached or the queue closes. It is for a host that does this now and then, such as once a
/// frame, or when `wake` was called. After a long time it lets other threads in between two jobs.
///
/// Any thread, attached or not. If it is not attached, it waits for the interpreter, without a time limit, if there are
/// jobs, and does not wait if there are none. One thread at a time runs the jobs of a queue: while another one does (also
/// a worker) nothing is run here, and the answer is OK. Within a job, this runs the next jobs.
///
/// @param queue      the queue. It may be freed in a job.
/// @param max_jobs   how many jobs at most; 0: none. SIZE_MAX: all.
/// @param budget_us  for how long, in microseconds. The time is checked after each job, so at least one runs. -1: no
///                   limit.
/// @param ran        gets how many jobs ran, unless the call fails; NULL: not wanted. Less than `max_jobs`, without a
///                   budget: the queue was empty, or another thread runs it.
/// @return PYFERRY_STATUS_OK, _CLOSED (the queue is closed, and the jobs that were left have been called with that
///         status, or are being called on another thread; or the interpreter that this thread was attached to was shut
///         down meanwhile, or gave it up in a job: it is attached to nothing), _INVALID_ARGUMENT (`queue` is NULL, a
///         negative budget other than -1), _NO_MEMORY (as pyferry_attach; the jobs stay), _FORKED (the queue is the
///         parent's).
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_run(
    queue: *mut pyferry_queue,
    max_jobs: usize,
    budget_us: i64,
    ran: *mut usize,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let queue = unsafe { kept(queue) }?;
        let budget = match u64::try_from(budget_us) {
            Ok(budget) => Some(Duration::from_micros(budget)),
            Err(_) if budget_us == -1 => None,
            Err(_) => fail!(InvalidArgument, "`budget_us` is {budget_us}: microseconds, or -1 for no limit"),
        };
        let count = queue.run(max_jobs, budget)?;
        // SAFETY: NULL or a place for it.
        if let Some(ran) = unsafe { ran.as_mut() } {
            *ran = count;
        }
        Ok(())
    })
}

/// How many jobs are in a queue, without those that are being run. The number is that of a moment ago.
///
/// Any thread, at any time; not in a signal handler.
///
/// @param queue  the queue; NULL gives 0
/// @return how many; 0 in a forked child for a queue of its parent's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_queue_length(queue: *const pyferry_queue) -> usize {
    // SAFETY: as documented for the caller.
    unsafe { queue_of(queue) }.map_or(0, Queue::count)
}

/// Frees a queue. Every job that has not run is called with PYFERRY_STATUS_CLOSED, on this thread, which is attached to
/// nothing meanwhile. A job that is running is waited for. On return no job and no callback of the queue is running, and
/// its worker is gone: what they use can be freed, and the plug-in that they are in can be unloaded.
///
/// Any thread, attached or not, at any time; once, and when no other thread uses the queue or will. Called in a job of
/// the same queue, it does not wait for that job, which is the last to run. In a forked child a queue of its parent's is
/// forgotten, and its jobs are not called.
///
/// @param queue  what to free; NULL is ignored
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_free(queue: *mut pyferry_queue) {
    if !queue.is_null() {
        // SAFETY: what pyferry_queue_new handed out, and nobody freed yet, as documented.
        unsafe { Arc::from_raw(queue.cast_const().cast::<Queue>()) }.close();
    }
}

/// Posts a job, and waits until it has been called, but not for longer than a time limit.
///
/// Any thread, attached or not: one that is attached lets go while it waits, so that the queue can be run. It allocates,
/// and is not for signal handlers. In a job of the same queue it would wait for itself, which is refused with
/// PYFERRY_STATUS_WRONG_ORDER; two queues whose jobs wait for each other's wait until a time limit passes. When the
/// interpreter shuts down first, it returns _CLOSED, also before the time limit, as soon as the job that is running ends.
///
/// @param queue       the queue; it must not be freed meanwhile, except in a job
/// @param job         what to call
/// @param data        passed to it. Where the time limit passes first, it has to last until the job is called: the job
///                    stays in the queue, and is called once like any other. So do not pass a local variable, unless
///                    there is no limit.
/// @param timeout_ms  how long to wait, in milliseconds. 0: post, and look once. -1: forever.
/// @return PYFERRY_STATUS_OK (the job ran), _TIMEOUT (it has not run yet, or not to its end), _PYTHON_ERROR (it left an
///         exception set: pyferry_last_error has the traceback, and the error callback got it too), _CLOSED (the
///         interpreter is shutting down or has ended: the job was called with that status, or was not posted; or the job
///         ran, but the interpreter that this thread was attached to was shut down meanwhile, and the thread is attached to
///         nothing: pyferry_last_error says which). With the following statuses it was not posted, and will not be called:
///         _INVALID_ARGUMENT (`queue` or `job` is NULL, a negative time other than -1), _QUEUE_FULL, _WRONG_ORDER, _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_queue_call(
    queue: *mut pyferry_queue,
    job: pyferry_job,
    data: *mut c_void,
    timeout_ms: i64,
) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let queue = unsafe { kept(queue) }?;
        let function = given(job, "job")?;
        let deadline = super::deadline(timeout_ms)?;
        let waiting = queue::Call::new(&queue);
        let called = Box::into_raw(Box::new(Called { function, data, waiting: Arc::clone(&waiting) }));
        let result = waiting.post(&job_of(finish, called.cast()));
        if result.is_err() {
            // SAFETY: it was not posted, so nobody else has it.
            drop(unsafe { Box::from_raw(called) });
        }
        result?;
        waiting.wait(deadline)
    })
}

// A job that its poster may wait for. It outlives a poster that times out.
struct Called {
    function: Function,
    data: *mut c_void,
    waiting: Arc<queue::Call>,
}

unsafe extern "C-unwind" fn finish(called: *mut c_void, status: Status) {
    // SAFETY: pyferry_queue_call gave it away with the job, which is called once.
    let called = unsafe { Box::from_raw(called.cast::<Called>()) };
    // SAFETY: the host gave the two together, to be called once.
    called.waiting.run(status, || unsafe { (called.function)(called.data, status) });
}
