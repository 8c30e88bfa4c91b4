/**
 * @file
 * pyferry: run Python on a host's own threads.
 *
 * Carries any thread into any CPython interpreter and back, on CPython 3.9 to 3.15, with the GIL or free-threaded, and
 * stays safe while Python shuts down. Links no libpython: the one in the process is found at run time.
 *
 * What holds everywhere:
 *
 * - **Results.** Functions that can fail return a pyferry_status: 0 is success, failures are negative, and
 *   pyferry_last_error has the sentence to it, per thread. In the lists of what a function returns, `_CLOSED` is
 *   short for PYFERRY_STATUS_CLOSED. Any may answer PYFERRY_STATUS_INTERNAL too, which is a bug.
 * - **Out.** Results come through pointers, last, and are written only on success.
 * - **Threads.** Unless its comment says otherwise, a function may be called from any thread, attached or not. In
 *   signal handlers: pyferry_status_name, pyferry_queue_post and pyferry_queue_post_copy, pyferry_threads and pyferry_dump,
 *   and no other.
 * - **Pointers.** NULL is PYFERRY_STATUS_INVALID_ARGUMENT, unless a function's comment says what it means.
 * - **Strings.** UTF-8, NUL-terminated, and the caller's: they are copied where they are kept. Labels are kept, not
 *   copied.
 * - **Handles.** pyferry_view, pyferry_guard and pyferry_queue are made by one function and given back by one other, once;
 *   NULL is fine there. Tokens and suspensions are plain values.
 * - **Structs.** Options and info structs start with their size: start from their PYFERRY_..._INIT macro.
 * - **Shutdown.** Whoever ends an interpreter, and whenever: threads inside are waited for, later ones get
 *   PYFERRY_STATUS_CLOSED. Nobody is killed or hung, unless the host gives up on the threads inside (pyferry_set_report).
 * - **Cancellation.** pthread_cancel must not take effect in a call that may wait for Python: CPython waits in a
 *   cancellation point, with a lock held that nobody would release. Threads that may be cancelled disable that around
 *   such calls (pthread_setcancelstate), as pyferry.hpp does for who defines PYFERRY_HPP_CANCELLATION. To end a thread by it
 *   elsewhere is fine.
 * - **Fork.** In a child that Python was told of (os.fork) all goes on; in one it was not, every call answers
 *   PYFERRY_STATUS_FORKED.
 *
 * Made from the sources by cbindgen. Do not edit: make header.
 */

#ifndef PYFERRY_H
#define PYFERRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The version of this header; that of the library is pyferry_version. */
#define PYFERRY_VERSION "0.1.0"
/** The same as a number: 10203 is 1.2.3. */
#define PYFERRY_VERSION_NUMBER 100

/** CPython's PyObject. */
struct _object;

/** The empty token. */
#define PYFERRY_TOKEN_INIT {{0, 0}}
/** The empty suspension. */
#define PYFERRY_SUSPENSION_INIT {{0, 0}}

/** How every pyferry_runtime_options starts. */
#define PYFERRY_RUNTIME_OPTIONS_INIT {sizeof(pyferry_runtime_options), NULL, 0, 0, NULL, NULL, 0, NULL, NULL}
/** How every pyferry_runtime_info starts. */
#define PYFERRY_RUNTIME_INFO_INIT \
    {sizeof(pyferry_runtime_info), NULL, NULL, NULL, NULL, 0, false, false, false, 0}
/** How every pyferry_queue_options starts. */
#define PYFERRY_QUEUE_OPTIONS_INIT {sizeof(pyferry_queue_options), 0, false, {0}, NULL, NULL, NULL, NULL}
/** How every pyferry_interpreter_options starts. */
#define PYFERRY_INTERPRETER_OPTIONS_INIT {sizeof(pyferry_interpreter_options), 0, 0, NULL, NULL}
/** How every pyferry_thread_info starts. */
#define PYFERRY_THREAD_INFO_INIT \
    {sizeof(pyferry_thread_info), 0, {0}, 0, NULL, 0, false, false, false, false, 0, 0}
/** How every pyferry_watchdog_options starts. */
#define PYFERRY_WATCHDOG_OPTIONS_INIT {sizeof(pyferry_watchdog_options), 0, 0, NULL, NULL, NULL}
/** How every pyferry_histogram starts. */
#define PYFERRY_HISTOGRAM_INIT {sizeof(pyferry_histogram), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}


/**
 * As `python -I`: no PYTHON* environment variables, and no packages of the user's own (`site.getusersitepackages()`).
 */
#define PYFERRY_RUNTIME_ISOLATED 1

/**
 * As `python -S`: no `site`, so no site-packages, no .pth files and no sitecustomize.
 */
#define PYFERRY_RUNTIME_NO_SITE 2

/**
 * Python's signal handling, which is otherwise the host's: SIGINT, where it is at its default, raises KeyboardInterrupt
 * on the thread that Python is initialised on, and SIGPIPE and SIGXFSZ are ignored, from the start on and when Python
 * has ended too. Where it ends, SIGINT is at its default again.
 */
#define PYFERRY_RUNTIME_PYTHON_SIGNALS 4

/**
 * Python is initialised on the thread that calls pyferry_runtime_start, as graphical toolkits may want it, rather than on one
 * of pyferry's own: that thread is `threading.main_thread()`. It is not attached when the start has returned, and may do
 * anything but end: it calls pyferry_runtime_pump now and then, and the last pyferry_runtime_stop. No signal is blocked on
 * it, and `stack_size` says nothing. Where Python runs already, this says nothing either.
 */
#define PYFERRY_RUNTIME_ON_THIS_THREAD 8

/**
 * What a report callback answers: wait on.
 */
#define PYFERRY_REPORT_WAIT 0

/**
 * What a report callback answers: wait no longer for those named.
 */
#define PYFERRY_REPORT_GIVE_UP 1

/**
 * Share the main interpreter's GIL, and allow extension modules that do not support isolated interpreters (NumPy and
 * others). What every interpreter does up to Python 3.11. On a free-threaded build there is no GIL to share, and CPython
 * refuses such modules all the same.
 */
#define PYFERRY_INTERPRETER_SHARED_GIL 1

/**
 * Insist on an own GIL: PYFERRY_STATUS_UNSUPPORTED where there is none (up to Python 3.11).
 */
#define PYFERRY_INTERPRETER_OWN_GIL 2

/**
 * How many bytes pyferry_queue_post_copy takes at most.
 */
#define PYFERRY_QUEUE_COPY_MAX 48

/**
 * pyferry_thread_info: the thread waits to be attached, or to be attached again.
 */
#define PYFERRY_THREAD_WAITING 1

/**
 * pyferry_thread_info: the thread is inside: attached, or taking turns with others by CPython's own means.
 */
#define PYFERRY_THREAD_INSIDE 2

/**
 * pyferry_thread_info: the thread has let go (pyferry_suspend), and comes back.
 */
#define PYFERRY_THREAD_SUSPENDED 3

/**
 * pyferry_thread_info: the thread has gone on into another interpreter, and comes back.
 */
#define PYFERRY_THREAD_ELSEWHERE 4

/**
 * pyferry_thread_info: no thread but an open guard.
 */
#define PYFERRY_THREAD_GUARD 5

/**
 * pyferry_watchdog_event: a thread has waited for longer than `wait_ms`.
 */
#define PYFERRY_WATCHDOG_WAIT 1

/**
 * pyferry_watchdog_event: a thread has been inside for longer than `hold_ms`.
 */
#define PYFERRY_WATCHDOG_HOLD 2

/**
 * pyferry_histogram: of waits to be attached, or to be attached again.
 */
#define PYFERRY_HISTOGRAM_WAIT 1

/**
 * pyferry_histogram: of stays, each up to where the thread goes out, lets go (pyferry_suspend) or goes on into another
 * interpreter. In a stay threads may take turns by CPython's own means, which is part of it.
 */
#define PYFERRY_HISTOGRAM_HOLD 2

/**
 * What a call came to: 0 is success, every failure is negative. `pyferry_last_error` has the sentence to it.
 */
enum pyferry_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The call did what it says.
     */
    PYFERRY_STATUS_OK = 0,
    /**
     * An argument is NULL, malformed or unknown. Nothing was done.
     */
    PYFERRY_STATUS_INVALID_ARGUMENT = -1,
    /**
     * There is no Python in the process, or it is not initialised.
     */
    PYFERRY_STATUS_NO_PYTHON = -2,
    /**
     * This CPython, or this platform, cannot do it.
     */
    PYFERRY_STATUS_UNSUPPORTED = -3,
    /**
     * The interpreter is shutting down or has ended.
     */
    PYFERRY_STATUS_CLOSED = -4,
    /**
     * The time limit passed first. The call can be made again.
     */
    PYFERRY_STATUS_TIMEOUT = -5,
    /**
     * Memory, threads or another resource of the system ran out.
     */
    PYFERRY_STATUS_NO_MEMORY = -6,
    /**
     * This thread is not attached, and the call needs it to be.
     */
    PYFERRY_STATUS_NOT_ATTACHED = -7,
    /**
     * The call belongs on another thread.
     */
    PYFERRY_STATUS_WRONG_THREAD = -8,
    /**
     * Calls that nest were made in another order: last in, first out.
     */
    PYFERRY_STATUS_WRONG_ORDER = -9,
    /**
     * The token or suspension was used already, or never filled.
     */
    PYFERRY_STATUS_STALE_TOKEN = -10,
    /**
     * The process is a fork that CPython was not told of: Python cannot be used in it.
     */
    PYFERRY_STATUS_FORKED = -11,
    /**
     * The queue has no free place.
     */
    PYFERRY_STATUS_QUEUE_FULL = -12,
    /**
     * Python code raised; the message is the traceback.
     */
    PYFERRY_STATUS_PYTHON_ERROR = -13,
    /**
     * A state that should not be. The message says which; please report it.
     */
    PYFERRY_STATUS_INTERNAL = -14,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pyferry_status pyferry_status;
#else
typedef int32_t pyferry_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A guard: a strong handle to one interpreter. While it is open the interpreter cannot finish shutting down, and
 * pyferry_attach_guarded always gets in.
 */
typedef struct pyferry_guard pyferry_guard;

/**
 * A queue of jobs for one interpreter, from threads that must not wait.
 */
typedef struct pyferry_queue pyferry_queue;

/**
 * A view: a weak handle to one interpreter. It is valid until freed, whatever becomes of the interpreter, and says
 * nothing about whether that still runs: pyferry_attach does. Any number of threads may use one view at once.
 */
typedef struct pyferry_view pyferry_view;

/**
 * Hears what scripts print: what they write to `sys.stdout` and `sys.stderr`, by print, by logging, by an exception that
 * nobody catches (also in a thread, or in `__del__`), from the interpreter's site code on until its last atexit function;
 * also where the program has no console, and Python no streams of its own. `sys.stdout` and `sys.stderr` are ordinary
 * text streams without a buffer and without a file descriptor: a print is several calls, one for each part.
 *
 * What does not go through them is not heard: what C code and child processes write to the file descriptors 1 and 2,
 * faulthandler, and what Python itself says when it cannot start. A script may put other streams in their place.
 *
 * Called on the thread that writes, attached; by several threads at once where there is no GIL, or are several. It may
 * use Python and pyferry, and let go; what it prints itself comes here again. Where it leaves an exception set, that is
 * raised in the script that prints. It must not throw.
 *
 * @param interpreter_id  of the interpreter that writes, as pyferry_view_interpreter_id has it
 * @param stream          1: stdout, 2: stderr
 * @param bytes           UTF-8, what cannot be said in it escaped (as `\\udc80`); bytes as they are, where a script writes
 *                        them to `sys.stdout.buffer`. Not terminated, and valid for the length of the call.
 * @param length          how many, never 0
 * @param data            the `output_data` of the options
 */
typedef void (*pyferry_output)(int64_t interpreter_id, int32_t stream, const char *bytes, size_t length, void *data);

/**
 * How Python is to be started. Start from PYFERRY_RUNTIME_OPTIONS_INIT. Where Python runs already, these say nothing.
 */
typedef struct pyferry_runtime_options {
    /**
     * sizeof(pyferry_runtime_options)
     */
    size_t struct_size;
    /**
     * Which Python, where the process has none yet: a python3 program (of a virtual environment too), a libpython, or
     * the prefix both are installed under. NULL: what the environment variable PYFERRY_PYTHON names in the same way,
     * else what `python3` on PATH says of itself.
     */
    const char *python;
    /**
     * PYFERRY_RUNTIME_... flags; 0: none.
     */
    uint32_t flags;
    /**
     * How many `argv` has.
     */
    int32_t argc;
    /**
     * `sys.argv`: for a script's sake, the first is to name the script or the host. The bytes are those that main() gets,
     * whatever their encoding; on Windows UTF-8. `argc` 0: [""]. Copied. No option for Python is read from here.
     */
    const char *const *argv;
    /**
     * What is put in front of `sys.path`, in this order, once `site` has run: in the main interpreter and in each that
     * pyferry_interpreter_new makes. Directories and zip files as the system names them, ended by NULL; NULL: none.
     * Copied.
     */
    const char *const *search_paths;
    /**
     * How much stack, in bytes, the thread gets that Python is initialised on, and site code and atexit functions run on.
     * 0: what RLIMIT_STACK says, at least 8 MiB. Less than 512 KiB is refused.
     */
    size_t stack_size;
    /**
     * Where what scripts print goes, in each interpreter that has no `output` of its own; NULL: where CPython puts it.
     * Where Python runs already, it is left as it is.
     */
    pyferry_output output;
    /**
     * Passed to `output`. It has to last until Python has ended.
     */
    void *output_data;
} pyferry_runtime_options;

/**
 * What Python runs in this process. Start from PYFERRY_RUNTIME_INFO_INIT. The strings live until Python is
 * finalised, at least.
 */
typedef struct pyferry_runtime_info {
    /**
     * sizeof(pyferry_runtime_info)
     */
    size_t struct_size;
    /**
     * As sys.version has it: "3.14.0 (main, ...".
     */
    const char *version;
    /**
     * The libpython, or the program that has Python inside.
     */
    const char *libpython;
    /**
     * sys.executable; may be empty.
     */
    const char *executable;
    /**
     * Why thread states are not kept from one attach to the next; NULL when they are. PYFERRY_CACHE=off in the
     * environment turns that off, to compare.
     */
    const char *cache_off_reason;
    /**
     * 0x030e for 3.14.
     */
    uint32_t version_number;
    /**
     * Built without the GIL.
     */
    bool free_threaded;
    /**
     * A debug build.
     */
    bool debug;
    /**
     * Interpreters can have a GIL of their own.
     */
    bool own_gil;
    /**
     * 0.
     */
    uint8_t reserved;
} pyferry_runtime_info;

/**
 * Hears, while a shutdown waits for threads or guards that stay inside, who they are: thread, label, and for how long; and,
 * while pyferry ends an interpreter or a runtime of its own, which Python threads it waits for.
 *
 * Called again and again on the thread that shuts Python or an interpreter down, which is not attached meanwhile; where
 * several are shut down at once, by several threads at once. It may use pyferry itself: interrupt a script, close a guard
 * that the shutdown waits for, set another callback.
 *
 * Those given up are never let into Python again, and get PYFERRY_STATUS_CLOSED when they detach or resume. One that
 * goes back into Python by other means (Py_END_ALLOW_THREADS) is in CPython's hands, which ends or hangs it. Up to
 * 3.13 CPython cannot end a sub-interpreter with a thread inside: there the shutdown waits on, whatever the answer;
 * and so it does for Python threads, for which CPython itself waits.
 *
 * @param text  the sentence, in UTF-8; valid for the length of the call
 * @param data  what was given with the callback
 * @return PYFERRY_REPORT_WAIT to wait on, or PYFERRY_REPORT_GIVE_UP to go on without those named
 */
typedef int32_t (*pyferry_report)(const char *text, void *data);

/**
 * What an attach hands out and its detach takes back. Its contents are pyferry's; all zero is the empty token.
 */
typedef struct pyferry_token {
    /**
     * pyferry's own.
     */
    uint64_t private_words[2];
} pyferry_token;

/**
 * What a suspend hands out and its resume takes back. Its contents are pyferry's; all zero is the empty suspension.
 */
typedef struct pyferry_suspension {
    /**
     * pyferry's own.
     */
    uint64_t private_words[2];
} pyferry_suspension;

/**
 * How an interpreter is to be made. Start from PYFERRY_INTERPRETER_OPTIONS_INIT.
 */
typedef struct pyferry_interpreter_options {
    /**
     * sizeof(pyferry_interpreter_options)
     */
    size_t struct_size;
    /**
     * PYFERRY_INTERPRETER_... flags; 0: isolated, with its own GIL where there is one (3.12 and later).
     */
    uint32_t flags;
    /**
     * Zero.
     */
    uint32_t reserved;
    /**
     * Where what scripts print in it goes; NULL: where the runtime's goes.
     */
    pyferry_output output;
    /**
     * Passed to `output`. It has to last until the interpreter has ended.
     */
    void *output_data;
} pyferry_interpreter_options;

/**
 * Called when a queue has a job and was empty before: once, until it is empty again. For a host that runs the queue in a loop of its
 * own: it writes to an eventfd or pipe, sends a window a message, or posts a semaphore.
 *
 * The post calls it, on the thread that posts: it must not wait, and where jobs are posted in signal handlers it must be fit for
 * those. Where a job is posted while others are being run it may be called once more than needed.
 *
 * @param wake_data  the `wake_data` of the options
 */
typedef void (*pyferry_queue_wake)(void *wake_data);

/**
 * Hears the exception that a job has left set, and what a job did wrong. The next jobs run all the same.
 *
 * On the thread that runs the job, attached, with no exception set.
 *
 * @param traceback   the text, in UTF-8; valid for the length of the call
 * @param error_data  the `error_data` of the options
 */
typedef void (*pyferry_queue_error)(const char *traceback, void *error_data);

/**
 * How a queue is to be. Start from PYFERRY_QUEUE_OPTIONS_INIT.
 */
typedef struct pyferry_queue_options {
    /**
     * sizeof(pyferry_queue_options)
     */
    size_t struct_size;
    /**
     * How many jobs there is room for, 16777216 at most. 0: 1024. Each takes 64 bytes, and memory for the next power of two.
     */
    size_t capacity;
    /**
     * A thread of pyferry's runs the jobs as soon as it can. While there are none it is attached to nothing, and holds no shutdown
     * up. It takes no signals. pyferry_queue_run may be called all the same.
     */
    bool worker;
    /**
     * 0.
     */
    uint8_t reserved[7];
    /**
     * Called when there is a job and was none before; NULL: nobody needs to know.
     */
    pyferry_queue_wake wake;
    /**
     * Passed to `wake`. It has to last until the queue was freed.
     */
    void *wake_data;
    /**
     * Hears what jobs raise; NULL: it is reported as unraisable (sys.unraisablehook).
     */
    pyferry_queue_error error;
    /**
     * Passed to `error`. It has to last until the queue was freed.
     */
    void *error_data;
} pyferry_queue_options;

/**
 * A piece of work for a queue. It is called once, whatever happens, unless the process ends first.
 *
 * With PYFERRY_STATUS_OK it is to do the work: on the thread that runs the queue, attached to its interpreter. It may call Python
 * and pyferry, wait, and post to the same queue; jobs of a queue never run at the same time. An exception that it leaves set
 * goes to the queue's error callback. It must leave the thread attached as it found it, and must not throw. An attachment or
 * suspension that it leaves open is ended, and the error callback hears of it.
 *
 * With PYFERRY_STATUS_CLOSED it will not run, because the queue was freed or its interpreter shuts down: it frees what it has. The
 * thread is attached to nothing, and is one that runs the queue, frees it, or shuts the interpreter down, which waits for the
 * call. (Where the queue is freed by a destructor in the very last of Py_FinalizeEx, that thread may be attached.)
 *
 * @param data    what was posted with it; of pyferry_queue_post_copy the copy, aligned to 16 bytes, for the length of the call
 * @param status  PYFERRY_STATUS_OK or PYFERRY_STATUS_CLOSED
 */
typedef void (*pyferry_job)(void *data, pyferry_status status);

/**
 * One thread or guard at one interpreter, as pyferry_threads sees it. Start from PYFERRY_THREAD_INFO_INIT.
 */
typedef struct pyferry_thread_info {
    /**
     * sizeof(pyferry_thread_info)
     */
    size_t struct_size;
    /**
     * The number by which the operating system shows the thread (gettid); of a guard, of the thread that opened it.
     */
    uint64_t thread_id;
    /**
     * The thread's name as the system has it, UTF-8; empty where there is none.
     */
    char name[32];
    /**
     * The interpreter, as pyferry_view_interpreter_id numbers it.
     */
    int64_t interpreter_id;
    /**
     * What pyferry_attach_labeled was given; NULL: none.
     */
    const char *label;
    /**
     * PYFERRY_THREAD_...
     */
    int32_t state;
    /**
     * Whether CPython has the thread attached to the interpreter at this moment: of those inside a GIL, one at most. Where this
     * cannot be told (pyferry_runtime_info.cache_off_reason), true for all who are inside.
     */
    bool is_attached;
    /**
     * The calling thread.
     */
    bool is_caller;
    /**
     * A thread of pyferry's own, in which nothing of the host's runs: a queue's worker is none.
     */
    bool is_own;
    /**
     * The state is PYFERRY_THREAD_GUARD.
     */
    bool is_guard;
    /**
     * How many attachments the thread is in, up to its last one to this interpreter: 1 is not nested.
     */
    size_t depth;
    /**
     * For how long it has been in that state, in microseconds. The clock's steps are a few milliseconds.
     */
    uint64_t elapsed_us;
} pyferry_thread_info;

/**
 * What a watchdog's callback is told. All of it is valid for the length of the call.
 */
typedef struct pyferry_watchdog_event {
    /**
     * sizeof(pyferry_watchdog_event)
     */
    size_t struct_size;
    /**
     * PYFERRY_WATCHDOG_WAIT or PYFERRY_WATCHDOG_HOLD
     */
    int64_t kind;
    /**
     * Who waits or holds; one of `threads`.
     */
    const struct pyferry_thread_info *thread;
    /**
     * Who is attached to that interpreter at this moment, so that others wait; one of `threads`. NULL: nobody whom pyferry
     * knows. Of several, as there are on free-threaded Pythons, the first.
     */
    const struct pyferry_thread_info *holder;
    /**
     * Everybody, as pyferry_threads has it.
     */
    const struct pyferry_thread_info *threads;
    /**
     * How many `threads` has.
     */
    size_t thread_count;
    /**
     * Where the holder is in Python, as `faulthandler` writes it, the innermost frame first; NULL where it cannot be had without
     * attaching: CPython can be asked on 3.11, 3.12 and 3.15, on Linux.
     */
    const char *python_stack;
} pyferry_watchdog_event;

/**
 * Hears that a wait or a hold has passed its limit; once for each, however long it goes on.
 *
 * It is called on a thread of pyferry's own that is never attached, and that nothing in Python can hold up. It may use
 * pyferry: pyferry_interpreter_interrupt stops a script that runs away. An attach waits as long as everybody's.
 *
 * @param event  what has passed its limit
 * @param data   what was given with the callback
 */
typedef void (*pyferry_watchdog_callback)(const struct pyferry_watchdog_event *event, void *data);

/**
 * Hears that the data of a watchdog's callback is needed no more.
 *
 * @param data  what was given with the callback
 */
typedef void (*pyferry_watchdog_destroy)(void *data);

/**
 * Whom to call when, for pyferry_watchdog. Start from PYFERRY_WATCHDOG_OPTIONS_INIT.
 */
typedef struct pyferry_watchdog_options {
    /**
     * sizeof(pyferry_watchdog_options)
     */
    size_t struct_size;
    /**
     * How long a thread may wait to be attached, in milliseconds; 0: waits are not watched.
     */
    uint64_t wait_ms;
    /**
     * How long a thread may be inside, in milliseconds, counted from its attach or the last time it came back
     * (pyferry_resume); 0: holds are not watched. Who has let go by CPython's own means, as `time.sleep` does, is not called on
     * meanwhile.
     */
    uint64_t hold_ms;
    /**
     * Who is called; not NULL.
     */
    pyferry_watchdog_callback callback;
    /**
     * Passed to `callback` and `destroy`. It has to last until `destroy` is called.
     */
    void *data;
    /**
     * Called with `data`, once, when the watchdog was replaced or removed and no call is running, and never by the end of the
     * process; NULL: nobody needs to know.
     */
    pyferry_watchdog_destroy destroy;
} pyferry_watchdog_options;

/**
 * How long waits or stays at one interpreter were, in nanoseconds; all but the sum to within a hundredth. Start from
 * PYFERRY_HISTOGRAM_INIT.
 */
typedef struct pyferry_histogram {
    /**
     * sizeof(pyferry_histogram)
     */
    size_t struct_size;
    /**
     * The interpreter, as pyferry_view_interpreter_id numbers it.
     */
    int64_t interpreter_id;
    /**
     * PYFERRY_HISTOGRAM_WAIT or PYFERRY_HISTOGRAM_HOLD
     */
    int64_t kind;
    /**
     * How many there were.
     */
    uint64_t count;
    /**
     * All together.
     */
    uint64_t sum_ns;
    /**
     * The shortest.
     */
    uint64_t min_ns;
    /**
     * The longest.
     */
    uint64_t max_ns;
    /**
     * Half of them were no longer.
     */
    uint64_t p50_ns;
    /**
     * Nine of ten were no longer.
     */
    uint64_t p90_ns;
    /**
     * 99 of a hundred.
     */
    uint64_t p99_ns;
    /**
     * 999 of a thousand.
     */
    uint64_t p999_ns;
    /**
     * 9,999 of ten thousand.
     */
    uint64_t p9999_ns;
} pyferry_histogram;



#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The name of a status, for logs: "PYFERRY_STATUS_CLOSED".
 *
 * Any thread, at any time: in signal handlers, in forked children and without Python too.
 *
 * @param status  what a call returned; any number will do
 * @return the name, or "PYFERRY_STATUS_UNKNOWN" where the number is no status. Never NULL; the string lives for ever.
 */
const char *pyferry_status_name(pyferry_status status);

/**
 * The sentence to this thread's last failure: what happened, to which thread and interpreter, and what to do. For
 * PYFERRY_STATUS_PYTHON_ERROR it is the traceback.
 *
 * A success does not clear it. A thread that never failed gets "", and so do destructors that run at the very end of a
 * thread, after pyferry's own, until a call of theirs fails.
 *
 * Any thread, attached or not, at any time.
 *
 * @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated. NULL: nothing is
 *                  copied.
 * @param capacity  how many bytes there are at `buffer`, with the terminator. 0: nothing is copied.
 * @return the length of the whole text in bytes, without the terminator: `capacity` or more means that it was cut.
 */
size_t pyferry_last_error(char *buffer, size_t capacity);

/**
 * The version of the library that is loaded, as PYFERRY_VERSION is that of the header: "1.2.3".
 *
 * Any thread, attached or not, at any time.
 *
 * @return the version. Never NULL; the string lives for ever.
 */
const char *pyferry_version(void);

/**
 * The same as a number, as PYFERRY_VERSION_NUMBER: 10203 is 1.2.3.
 *
 * Any thread, attached or not, at any time.
 *
 * @return the number
 */
uint32_t pyferry_version_number(void);

/**
 * Starts Python for hosts and plug-ins that do not start it themselves: finds and loads a libpython where the process has
 * none, and initialises it on a thread of pyferry's own, so that no thread of the host belongs to Python (unless
 * PYFERRY_RUNTIME_ON_THIS_THREAD says otherwise). Signal handlers and locale stay the host's
 * (PYFERRY_RUNTIME_PYTHON_SIGNALS). Where Python runs already, it is joined.
 *
 * Counted: each start wants its pyferry_runtime_stop, and the last one stops it. Then it can be started again.
 *
 * Any thread, attached or not. Blocks until Python is up, but not in code that Python runs while it is initialised
 * (sitecustomize, an import hook): there it is counted, and returns.
 *
 * @param options  which Python. NULL: all by default. Read during the call.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (not UTF-8, a struct_size that cannot be, a field or flag that this library
 *         does not know, a NULL in argv, a stack_size that is too small), _NO_PYTHON (none found, or it does not start:
 *         the message says which were looked at and what brings one, or what CPython says; or a start failed on another of
 *         the host's threads, which CPython takes for its main thread ever since), _UNSUPPORTED (two Pythons, one
 *         before 3.9, two copies of pyferry, or another Python than the one that is loaded), _CLOSED (a stop is at work,
 *         or somebody else initialises or finalises Python at this moment: start again), _WRONG_ORDER (in a constructor of
 *         a library that is being loaded: Python would wait for the dynamic loader, and that for this call), _NO_MEMORY,
 *         _PYTHON_ERROR (registering pyferry's shutdown hook raised), _FORKED.
 */
pyferry_status pyferry_runtime_start(const struct pyferry_runtime_options *options);

/**
 * Takes one pyferry_runtime_start back. The last one lets nobody new into any interpreter, waits for the threads inside,
 * tells Python's own threads to go and waits for them, ends the interpreters that pyferry made, and finalises Python.
 * Where somebody else initialised Python it is left alone.
 *
 * Any thread; the last one, a thread that is in no interpreter, neither attached nor suspended. With
 * PYFERRY_RUNTIME_ON_THIS_THREAD the last one only on the thread that started Python: it waits within the time limit, and
 * then runs Py_FinalizeEx itself, with atexit functions and finalisers, which no limit breaks off.
 *
 * @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: for ever. As in pyferry_interpreter_end.
 * @return PYFERRY_STATUS_OK, _TIMEOUT (the message says who is still inside, or which Python threads are left; nobody new
 *         gets in, and the start still counts: call again), _WRONG_ORDER (no start to take back, or another thread is
 *         stopping), _WRONG_THREAD (this thread is inside, or another one started Python with
 *         PYFERRY_RUNTIME_ON_THIS_THREAD: nothing is taken back), _INVALID_ARGUMENT (a negative time other than -1),
 *         _PYTHON_ERROR (stopped, but Python could not flush its output), _FORKED.
 */
pyferry_status pyferry_runtime_stop(int64_t timeout_ms);

/**
 * Takes one pyferry_runtime_start back, as pyferry_runtime_stop does, where scripts may not want to stop: when
 * `patience_ms` have passed it interrupts those inside and Python's own threads, in every interpreter, again and again, as
 * pyferry_interpreter_stop does.
 *
 * Threads as for pyferry_runtime_stop.
 *
 * @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never does.
 * @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_runtime_stop. -1: for ever.
 * @return as pyferry_runtime_stop, _INVALID_ARGUMENT for a negative patience other than -1 too.
 */
pyferry_status pyferry_runtime_stop_with(int64_t patience_ms,
                                         int64_t timeout_ms);

/**
 * Runs what Python's main thread has to run, where that is the host's (PYFERRY_RUNTIME_ON_THIS_THREAD): the calls that
 * libraries gave to Py_AddPendingCall, and the Python handlers of signals that came (PYFERRY_RUNTIME_PYTHON_SIGNALS, or those
 * that scripts set on this thread). For the host's loop. Waits for the GIL, and for what it runs.
 *
 * The thread that started Python, which is not attached; it is not attached afterwards either.
 *
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (a call or a handler raised: the message is its traceback, KeyboardInterrupt too,
 *         and nothing is left set; what comes after it is for the next pump), _WRONG_THREAD (another thread started Python),
 *         _WRONG_ORDER (this thread is attached, or Python was started without PYFERRY_RUNTIME_ON_THIS_THREAD, or by somebody
 *         else, as in a forked child), _NO_PYTHON (it does not run, or is being started), _UNSUPPORTED (two Pythons, or two
 *         copies of pyferry), _CLOSED (a stop is at work, or has run out of time), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_runtime_pump(void);

/**
 * Tells which Python this is and what it can do.
 *
 * Any thread, attached or not, while Python is initialised.
 *
 * @param out  gets the facts. Set `out->struct_size` first (PYFERRY_RUNTIME_INFO_INIT): no more is written than that.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL, a struct_size that cannot be), and else as
 *         pyferry_view_main, since it may be the first to come to Python.
 */
pyferry_status pyferry_runtime_get_info(struct pyferry_runtime_info *out);

/**
 * Sets who hears which threads hold a shutdown up: any shutdown, whoever begins it and whoever started Python. There is
 * one callback in the process, and it stays until another one is set or it is removed.
 *
 * On return no call of the previous callback is running, and its `destroy` was called, once; what its calls use can be
 * freed, and a plug-in that it is in be unloaded. A call must therefore not wait for a thread that may be in here. Only
 * from within a call of a report callback, of whichever, pyferry_set_report does not wait: `destroy` is then called
 * when the last call of the previous callback has returned, on the thread of that call.
 *
 * Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
 *
 * @param report    the callback; NULL: nobody hears from now on
 * @param data      passed to `report` and `destroy`. It has to last until `destroy` is called.
 * @param destroy   called with `data`, once, when the callback was replaced or removed and no call of it is running,
 *                  and never by the end of the process; NULL: nobody needs to know
 * @param every_ms  how long a shutdown waits before the first call, and between calls, in milliseconds; 0: five
 *                  seconds
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`destroy` without `report`: nothing is changed, and `destroy` not
 *         called), _CLOSED (set, but the interpreter this thread was attached to was shut down while it waited: the
 *         thread is attached to nothing), _FORKED (nothing is changed).
 */
pyferry_status pyferry_set_report(pyferry_report report, void *data, void (*destroy)(void *data), uint64_t every_ms);

/**
 * A view of the main interpreter.
 *
 * Any thread, attached or not.
 *
 * The first view of an interpreter registers pyferry's shutdown hook in it, which takes a visit by a helper thread. It
 * imports nothing. From then on shutdown is safe for every thread. The first view itself is safe against a shutdown that
 * begins at the same moment from Python 3.15 on; before, take it while nobody can be finalising Python (when it was just
 * started).
 *
 * In code that Python runs while it is initialised (sitecustomize) an attached thread gets its view. Others get
 * PYFERRY_STATUS_NO_PYTHON there on 3.15, which is not initialised before that has run.
 *
 * @param out  gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL), _NO_PYTHON, _UNSUPPORTED (two Pythons, one before 3.9,
 *         two copies of pyferry), _CLOSED (Python is shutting down), _NO_MEMORY, _PYTHON_ERROR (registering the hook
 *         raised), _WRONG_ORDER (on Windows, where the first view is taken in DllMain), _FORKED (also: the process was forked before the first view, and this thread is not attached).
 */
pyferry_status pyferry_view_main(struct pyferry_view **out);

/**
 * A view of the interpreter that this thread is attached to, by whomever: pyferry, Python itself, PyGILState,
 * pybind11.
 *
 * An attached thread. What is said at pyferry_view_main of the first view holds here too.
 *
 * @param out  gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _NOT_ATTACHED, and else as pyferry_view_main. _CLOSED: the interpreter is in the last of
 *         its shutdown.
 */
pyferry_status pyferry_view_current(struct pyferry_view **out);

/**
 * Another view of the same interpreter, to be freed by itself.
 *
 * Any thread, attached or not, at any time.
 *
 * @param view  what to copy; NULL gives NULL
 * @return the new view; NULL only for NULL
 */
struct pyferry_view *pyferry_view_clone(const struct pyferry_view *view);

/**
 * Frees a view. Attachments, guards and the interpreter itself are not affected.
 *
 * Any thread, attached or not, at any time; once, and when no other thread is in a call with this very view
 * (pyferry_view_clone gives each its own).
 *
 * @param view  what to free; NULL is ignored
 */
void pyferry_view_free(struct pyferry_view *view);

/**
 * The number CPython gave the interpreter (0: main). Main is 0 again after each Py_Initialize: the number alone
 * does not tell one run from the next.
 *
 * Any thread, attached or not, at any time; also when the interpreter has ended.
 *
 * @param view  whose number; NULL gives -1
 * @return the number
 */
int64_t pyferry_view_interpreter_id(const struct pyferry_view *view);

/**
 * Opens a guard. Only an open gate gives one: a shutdown that has begun is not held up by newcomers.
 *
 * Any thread, attached or not; any thread may use and close the guard. A guard that is never closed holds the
 * interpreter's shutdown up for ever. In a forked child, guards from before the fork hold nothing.
 *
 * @param view  the interpreter to hold
 * @param out   gets the guard, to be closed with pyferry_guard_close
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
 *         ended), _FORKED.
 */
pyferry_status pyferry_guard_open(const struct pyferry_view *view, struct pyferry_guard **out);

/**
 * Opens a guard as PEP 788 has it: also while a shutdown of the interpreter waits, as long as that is for a guard or a thread
 * that was there before it began, or for this very thread. Those that come meanwhile let nobody else in, so the wait has an end.
 *
 * Any thread, attached or not; any thread may use and close the guard, as pyferry_guard_open.
 *
 * @param view  the interpreter to hold
 * @param out   gets the guard, to be closed with pyferry_guard_close
 * @return as pyferry_guard_open. _CLOSED: the interpreter is shutting down and waits for nobody from before, or it has ended.
 */
pyferry_status pyferry_guard_open_while_held(const struct pyferry_view *view,
                                             struct pyferry_guard **out);

/**
 * A view of the interpreter that a guard holds: for whoever was handed the guard alone.
 *
 * Any thread, attached or not. The guard has to stay open for this call only; the view outlives it.
 *
 * @param guard  an open guard
 * @param out    gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _FORKED. While the interpreter shuts down, which
 *         waits for the guard, too.
 */
pyferry_status pyferry_guard_view(const struct pyferry_guard *guard, struct pyferry_view **out);

/**
 * Closes a guard, once. A shutdown that waits for it goes on.
 *
 * Any thread, attached or not, at any time, in forked children too.
 *
 * @param guard  what to close; NULL is ignored
 */
void pyferry_guard_close(struct pyferry_guard *guard);

/**
 * Attaches this thread to an interpreter: from here to the pyferry_detach it may call Python.
 *
 * Any thread: unknown to Python, Python's own, or attached by others; attached to this interpreter already (it nests
 * and costs next to nothing), to another (which is let go of until the detach), or to none. Blocks while other threads
 * have the interpreter, as Python threads take turns.
 *
 * A shutdown of the interpreter waits until the thread has detached. Once it has begun, only those come in who are
 * inside already, and holders of a guard (pyferry_attach_guarded).
 *
 * What a thread leaves in Python (threading.local, contextvars) is there again at its next attach.
 *
 * An attach that enters the interpreter begins a visit, which ends with its detach. A visit begins with no exception set: one
 * that is set on the thread's state already (the thread let go with it) is set again afterwards; and what
 * PyThreadState_SetAsyncExc sent to an earlier visit is dropped.
 *
 * @param view  the interpreter; read during the call
 * @param out   gets a token for pyferry_detach. Attachments of a thread end in the reverse order of their beginning; those that
 *              nest on one thread state, and so entered nothing, in any order among themselves (greenlets, coroutines).
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
 *         ended: nothing was done, and it will not change), _NO_MEMORY (also where the thread's stack is smaller than the 48 KiB
 *         that CPython keeps for itself from 3.14 on), _FORKED.
 */
pyferry_status pyferry_attach(const struct pyferry_view *view,
                              struct pyferry_token *out);

/**
 * As pyferry_attach, with a word for reports on what the thread does there: "render", "load level".
 *
 * Any thread, as pyferry_attach.
 *
 * @param view   the interpreter; read during the call
 * @param label  a string that lives as long as the process, such as a literal: it is kept, not copied. A plug-in's
 *               literals do only where it is never unloaded: link it with -z nodelete. NULL: none.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach
 */
pyferry_status pyferry_attach_labeled(const struct pyferry_view *view, const char *label, struct pyferry_token *out);

/**
 * As pyferry_attach, to the interpreter of an open guard. It gets in also when that interpreter is shutting down,
 * which waits for the guard.
 *
 * Any thread, as pyferry_attach.
 *
 * @param guard  an open guard. It stays open, and nobody may close it during this call.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach. _CLOSED: the host gave the guard up (pyferry_report), or it is from before a fork.
 */
pyferry_status pyferry_attach_guarded(const struct pyferry_guard *guard, struct pyferry_token *out);

/**
 * As pyferry_attach_guarded, but that no shutdown waits for the attachment: the guard alone holds it up, as in PEP 788. When
 * the guard is closed, and the interpreter shut down, before the detach, the thread is given up, as if the host had answered
 * PYFERRY_REPORT_GIVE_UP for it: its next pyferry_detach or pyferry_resume is PYFERRY_STATUS_CLOSED, and one that goes back into
 * Python by other means (Py_END_ALLOW_THREADS) CPython ends or hangs, as it does its daemon threads. Up to 3.13 CPython cannot
 * end a sub-interpreter with a thread inside: there the shutdown waits, as for any other.
 *
 * Any thread, as pyferry_attach. Where the thread is inside the interpreter already, this nests, and is waited for or not as
 * that is.
 *
 * @param guard  an open guard. It stays open, and nobody may close it, during this call.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach_guarded
 */
pyferry_status pyferry_attach_unheld(const struct pyferry_guard *guard,
                                     struct pyferry_token *out);

/**
 * Ends this thread's last attachment. The thread is then as it was before that attach: attached to what it was
 * attached to, or to nothing.
 *
 * Where that ends a visit, an exception that is still set is reported as unraisable (sys.unraisablehook, which runs here) and
 * cleared; a nested attachment leaves it set.
 *
 * The thread that attached. Where a shutdown waits for this detach, it first runs the destructors of what the thread
 * left in Python. On failure nothing is done and the token stays, except for _CLOSED.
 *
 * @param token  of the last attach that has not ended, or of one that nests, as all since then do, on one thread state; it
 *               is emptied
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (token is NULL), _STALE_TOKEN (empty, or used already), _WRONG_THREAD
 *         (another thread's), _WRONG_ORDER (a later attach or suspend has not ended), _NOT_ATTACHED (the thread let go
 *         by other means and has not come back), _CLOSED (the interpreter was shut down by this very thread while
 *         attached, or gave the thread up; or that holds for the one which it was attached to before: the attachment is
 *         over, the token empty, and the thread attached to nothing), _FORKED.
 */
pyferry_status pyferry_detach(struct pyferry_token *token);

/**
 * Whether this thread is attached to an interpreter now, by whomever. No side effect.
 *
 * Any thread, at any time.
 *
 * @param view  which interpreter; NULL: any
 * @return whether it is; false where there is no Python, and in a fork that Python does not know of
 */
bool pyferry_is_attached(const struct pyferry_view *view);

/**
 * Lets go of the interpreter around work that blocks or takes long and needs no Python, as Py_BEGIN_ALLOW_THREADS
 * does. The interpreter cannot finish shutting down before the thread has resumed and detached.
 *
 * A thread that is attached, by whomever. In between, it may attach again, to this or any interpreter. All of these
 * calls nest, with CPython's own too: what a thread let go of before an attach (PyEval_SaveThread), it comes back to
 * after the detach.
 *
 * @param out  gets a suspension for pyferry_resume
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or
 *         one before 3.9), _FORKED.
 */
pyferry_status pyferry_suspend(struct pyferry_suspension *out);

/**
 * Comes back from the last pyferry_suspend. Blocks while other threads have the interpreter.
 *
 * The thread that suspended; also while the interpreter is shutting down, which waits for it. On failure nothing is
 * done and the suspension stays, except for _CLOSED.
 *
 * @param suspension  of the last suspend that has not ended; it is emptied
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (suspension is NULL), _STALE_TOKEN (empty, or used already),
 *         _WRONG_THREAD, _WRONG_ORDER (an attach since then has not ended, or the thread is attached already), _CLOSED
 *         (the interpreter has ended, or gave the thread up: the suspension is over), _FORKED.
 */
pyferry_status pyferry_resume(struct pyferry_suspension *suspension);

/**
 * Deletes the thread states that pyferry keeps for this thread and that it is not inside of, with the thread-local
 * values that Python has in them, whose destructors run here: attached to the interpreter in question, for which this
 * call may wait. A pool that parks threads for long may want it, and a thread whose values must go on that very thread.
 *
 * When a thread ends without it, the end waits for no interpreter, so that whoever joins the thread may hold the GIL: the
 * states are deleted within moments by another thread. (On a free-threaded Python a thread that ends attached deletes its
 * state itself, and on Windows each does: that waits only while another thread stops the world.)
 *
 * Any thread, attached or not. Interpreters that are shutting down clear up themselves.
 *
 * @return PYFERRY_STATUS_OK, _FORKED.
 */
pyferry_status pyferry_thread_forget(void);

/**
 * Makes an interpreter.
 *
 * Any thread, attached or not, while Python runs; the thread is not attached to the new interpreter on return.
 *
 * Freeing the view does not end the interpreter: pyferry_interpreter_end does, and Python's shutdown.
 *
 * @param options  how; NULL: isolated, with its own GIL where there is one. Read during the call.
 * @param out      gets a view of it, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (out is NULL, an unknown flag, both flags, `reserved` is not 0, a
 *         struct_size that cannot be, a field that this library does not know), _UNSUPPORTED
 *         (PYFERRY_INTERPRETER_OWN_GIL up to 3.11; while tracemalloc is on: any interpreter up to 3.11, which CPython
 *         hangs over, and one with PYFERRY_INTERPRETER_OWN_GIL later; two Pythons, one before 3.9, two copies of
 *         pyferry), _NO_PYTHON,
 *         _CLOSED (Python is shutting down), _PYTHON_ERROR (CPython could not make it), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_interpreter_new(const struct pyferry_interpreter_options *options, struct pyferry_view **out);

/**
 * Ends an interpreter that pyferry_interpreter_new made: lets nobody new in, waits for those inside, tells the Python
 * threads it started to go as CPython does (the functions of `threading._register_atexit`, an idle thread pool's for one, on
 * a thread of pyferry's), waits for them, and ends it. Views of it stay valid, and answer PYFERRY_STATUS_CLOSED.
 *
 * Any thread that is not inside it, neither attached nor suspended. While it waits the thread is attached to nothing.
 *
 * @param view        the interpreter
 * @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: for ever. A thread of pyferry's goes in to see
 *                    which Python threads are left: where one of them lets nobody in, that takes a second at most.
 *                    Ending itself runs the interpreter's atexit functions and finalisers, which may take longer.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (view is NULL or of an interpreter that others made; a negative time other
 *         than -1), _TIMEOUT (the message says who is still inside and, as far as they let anybody in to see, in which file,
 *         line and function of Python; nobody new gets in: call again), _WRONG_THREAD (this thread is inside), _CLOSED (it
 *         has ended already, or Python is shutting down and ends it), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_interpreter_end(const struct pyferry_view *view,
                                       int64_t timeout_ms);

/**
 * Ends an interpreter whose scripts may not want to stop: as pyferry_interpreter_end but that, when `patience_ms` have
 * passed, KeyboardInterrupt is raised in those inside and in every Python thread of the interpreter, again and again, with
 * longer and longer pauses of 0.1 to 2 seconds: a script may catch one, and clean up. What is in C code gets it when it is
 * back in Python; time.sleep and a wait for a lock do not end early.
 *
 * Any thread that is not inside it, neither attached nor suspended. While it waits the thread is attached to nothing.
 *
 * @param view         the interpreter
 * @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never does.
 * @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_interpreter_end. -1: for ever.
 * @return as pyferry_interpreter_end, _INVALID_ARGUMENT for a negative patience other than -1 too. _TIMEOUT: the
 *         message says who stays; nobody is interrupted any more; call again, or leave the interpreter as it is.
 */
pyferry_status pyferry_interpreter_stop(const struct pyferry_view *view,
                                        int64_t patience_ms,
                                        int64_t timeout_ms);

/**
 * Raises KeyboardInterrupt in every thread that is attached to the interpreter, in Python code: stops a script that
 * runs away. A thread inside C code gets it when it is back in Python; a pyferry_exec that has failed already, and
 * makes its traceback, is left alone, and so is one that has not begun. Other interpreters are not touched. On
 * free-threaded builds with several interpreters a thread that is attached, and not in Python code, gets it in what it
 * runs next in this attachment by CPython's own calls.
 *
 * For scripts that are not needed any more: like Ctrl-C, it can come between the taking and the releasing of one of
 * Python's own locks (an import's, for one), which then stays locked. End that interpreter next, with a time limit.
 *
 * Any thread, attached or not; also while the interpreter is shutting down and waits for such a thread. Returns at once,
 * whatever the script does: a thread of pyferry's goes in and raises the exception. Where that gets in within 50
 * milliseconds, as it does unless C code keeps everybody out, it has been raised on return. Else it is raised as soon as that
 * code lets anybody in: in those who were inside when this was called, in the threads that Python started, and in those
 * who came in by CPython's own calls, at whatever time.
 *
 * @param view  the interpreter
 * @return PYFERRY_STATUS_OK (also when nobody is inside), _INVALID_ARGUMENT (view is NULL), _CLOSED (it has ended, or the
 *         interpreter that this thread was attached to was shut down meanwhile), _NO_MEMORY (no thread can be had),
 *         _FORKED.
 */
pyferry_status pyferry_interpreter_interrupt(const struct pyferry_view *view);

/**
 * Runs Python source in the `__main__` module of the interpreter that this thread is attached to.
 *
 * A thread that is attached, by whomever; also while the interpreter shuts down, which waits for it. An exception that was
 * pending before is pending afterwards. An attachment that entered an interpreter before cannot be ended in there: that is
 * PYFERRY_STATUS_WRONG_ORDER.
 *
 * @param source    a whole file's worth of statements, in UTF-8
 * @param filename  what tracebacks call it, in UTF-8. NULL: "<string>".
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (it raised, SystemExit included: pyferry_last_error has the traceback, and
 *         no exception is pending), _INVALID_ARGUMENT (source is NULL; not UTF-8), _NOT_ATTACHED, _NO_PYTHON,
 *         _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
 */
pyferry_status pyferry_exec(const char *source,
                            const char *filename);

/**
 * Evaluates a Python expression in the `__main__` module of the interpreter that this thread is attached to, and gives its
 * value as `str()` does: "42", "[1, 2]", "None". For those who need no more than text; pyferry_python.h has values.
 *
 * A thread that is attached, by whomever; as pyferry_exec.
 *
 * @param source    an expression, in UTF-8
 * @param filename  what tracebacks call it, in UTF-8. NULL: "<string>".
 * @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated; what UTF-8 cannot say (a
 *                  lone surrogate) is escaped. NULL: nothing is copied.
 * @param capacity  how many bytes there are at `buffer`, with the terminator. 0: nothing is copied.
 * @param length    gets the length of the whole text in bytes, without the terminator: `capacity` or more means that it was
 *                  cut. NULL: nobody asks. To evaluate it again for more room does again what it does: keep the value in a
 *                  variable, by pyferry_exec.
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (it, or str(), raised: pyferry_last_error has the traceback, and no exception is
 *         pending; buffer and length are as before), _INVALID_ARGUMENT (source is NULL; not UTF-8), _NOT_ATTACHED,
 *         _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
 */
pyferry_status pyferry_eval(const char *source,
                            const char *filename,
                            char *buffer,
                            size_t capacity,
                            size_t *length);

/**
 * Turns the exception that is set on this thread, by a call of CPython's own that failed, into a status and a message, and
 * clears it: `if (PyObject_CallNoArgs(f) == NULL) return pyferry_take_exception();`
 *
 * A thread that is attached, by whomever. The exception is asked for its text, which may run Python code.
 *
 * @return PYFERRY_STATUS_OK (none is set), _PYTHON_ERROR (one was: pyferry_last_error has the traceback, and none is set
 *         now), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
 */
pyferry_status pyferry_take_exception(void);

/**
 * The address of a function or variable of the CPython in use: `PyObject *(*none)(long) = pyferry_symbol("PyLong_FromLong")`
 * with a cast. pyferry_python.h has all of the stable API declared, and stands on this.
 *
 * Any thread, attached or not, also before Python is initialised; what is found may ask for more. The address is valid
 * as long as the process lives.
 *
 * @param name  as CPython exports it: "PyLong_FromLong", "_Py_NoneStruct", "PyExc_ValueError" (a variable: the address is
 *              that of the pointer). Macros of Python.h are not exported.
 * @return the address. NULL, with the reason in pyferry_last_error: name is NULL or not UTF-8, there is no Python in
 *         this process, or two, or one before 3.9; this one exports no such name; the process is a fork that Python was
 *         not told of.
 */
void *pyferry_symbol(const char *name);

/**
 * Has a function called when an interpreter ends: where a host drops the objects that it keeps, and takes its callbacks
 * out of the interpreter's modules.
 *
 * It is called once, whoever ends the interpreter and however: pyferry_interpreter_end, pyferry_runtime_stop,
 * Py_FinalizeEx, Py_EndInterpreter. That is on the thread that ends it, which is attached to it, when all others are out
 * and cannot come in any more, and its Python threads have ended; its modules are still whole. The functions of one
 * interpreter are called one after the other, the last that was registered first; Python's own atexit functions before,
 * but for those that were registered before the interpreter's first view. The main interpreter's come when all others
 * have ended.
 *
 * The function may do what any attached thread may: call Python and pyferry, attach to the same interpreter again
 * (which nests), let go and come back. Nobody can register more by then: that is PYFERRY_STATUS_CLOSED. An exception
 * that it leaves set is reported as Python reports those of `__del__`. It must not end the thread, nor throw.
 *
 * It is not called where an interpreter does not come to its end: when the process exits without Py_FinalizeEx, or
 * Python code has thrown all atexit functions away (`atexit._clear()`). In a child of os.fork, the main interpreter's are
 * called when that child finalises Python.
 *
 * Any thread, attached or not.
 *
 * @param view      the interpreter
 * @param function  what to call
 * @param data      passed to it; has to last until then
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is shutting down
 *         or has ended: the function will not be called), _FORKED.
 */
pyferry_status pyferry_at_end(const struct pyferry_view *view,
                              void (*function)(void *data),
                              void *data);

/**
 * Attaches this thread to an interpreter, calls a function, and detaches: for those who have nothing else to write.
 *
 * Any thread, as pyferry_attach; it waits for the interpreter as long as that takes. A thread that is not to wait posts to a
 * queue (pyferry_queue_post), and one that waits no longer than a time limit calls through one (pyferry_queue_call).
 *
 * @param view      the interpreter; read during the call
 * @param function  called once, attached, on this thread; or, where the status is none of OK, _PYTHON_ERROR, _WRONG_ORDER and
 *                  _NOT_ATTACHED, not at all. It must not throw, and leaves the thread attached as it found it.
 * @param data      passed to it
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the function left an exception set: pyferry_last_error has the traceback, and it
 *         is cleared), _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is shutting down or has
 *         ended; also where the function shut it down itself), _WRONG_ORDER and _NOT_ATTACHED (the function left an attachment
 *         open, or let go of the interpreter: as pyferry_detach), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_call(const struct pyferry_view *view,
                            void (*function)(void *data),
                            void *data);

/**
 * Makes a queue. Jobs are posted to it from any thread, without a wait; whoever runs it, the host (pyferry_queue_run) or a worker of
 * pyferry's, attaches once for many.
 *
 * A queue belongs to one interpreter and to one process. When the interpreter begins to shut down, however, the queue closes:
 * posts are PYFERRY_STATUS_CLOSED, and each job that has not run is called with that status before the shutdown goes on. In a
 * forked child a queue of its parent's does nothing but answer PYFERRY_STATUS_FORKED: its jobs run in the parent.
 *
 * Any thread, attached or not.
 *
 * @param view     the interpreter; read during the call
 * @param options  how; NULL: all by default. Read during the call.
 * @param out      gets the queue, to be freed with pyferry_queue_free, also when its interpreter has ended
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `out` is NULL, a capacity that is too large, `reserved` is not 0, a
 *         struct_size that cannot be, a field that this library does not know), _CLOSED (the interpreter is shutting down or
 *         has ended), _NO_MEMORY (or no thread for the worker), _FORKED.
 */
pyferry_status pyferry_queue_new(const struct pyferry_view *view,
                                 const struct pyferry_queue_options *options,
                                 struct pyferry_queue **out);

/**
 * Posts a job: it is called once. The jobs that one thread posts are called in that order.
 *
 * Any thread, attached or not, and in a signal handler, also one that has interrupted a post. It is wait-free: whatever other
 * threads do, it takes a fixed number of steps. It takes no lock, allocates nothing and calls neither Python nor the system, but to
 * wake a worker or the host where the queue was empty.
 *
 * pyferry_last_error is left as it was: the status says all that there is.
 *
 * @param queue  to which; it must not be freed meanwhile
 * @param job    what to call
 * @param data   passed to it; has to last until then
 * @return PYFERRY_STATUS_OK, _QUEUE_FULL (at once; also where the last free place is being taken by another post), _CLOSED (the
 *         interpreter is shutting down or has ended), _INVALID_ARGUMENT (`queue` or `job` is NULL; not in a signal handler),
 *         _FORKED (the queue is the parent's). But with OK the job will not be called.
 */
pyferry_status pyferry_queue_post(struct pyferry_queue *queue,
                                  pyferry_job job,
                                  void *data);

/**
 * Posts a job with a copy of some bytes, so that the caller needs no memory of its own: they travel in the queue, and the job gets
 * their address for the length of its call. The rest of the PYFERRY_QUEUE_COPY_MAX bytes are 0.
 *
 * As pyferry_queue_post in all else.
 *
 * @param queue   to which; it must not be freed meanwhile
 * @param job     what to call
 * @param bytes   what to copy; NULL where `length` is 0
 * @param length  how many bytes, PYFERRY_QUEUE_COPY_MAX at most
 * @return as pyferry_queue_post, _INVALID_ARGUMENT (`bytes` is NULL, or `length` too large) too.
 */
pyferry_status pyferry_queue_post_copy(struct pyferry_queue *queue,
                                       pyferry_job job,
                                       const void *bytes,
                                       size_t length);

/**
 * Runs jobs on this thread, attached once for all: those that are there and those that come meanwhile, until there are none, the
 * limits are reached or the queue closes. For a host that does this now and then, such as once a frame, or when `wake` was
 * called. After a long time it lets other threads in between two jobs.
 *
 * Any thread, attached or not; not attached, it waits for the interpreter if there are jobs, and for nothing if there are none.
 * One thread at a time runs the jobs of a queue: where another is at it (a worker too) nothing is run here, and that is OK. From
 * within a job, this runs the next jobs.
 *
 * @param queue      whose jobs. It may be freed in a job.
 * @param max_jobs   at most so many; 0: none. SIZE_MAX: all.
 * @param budget_us  for how long, in microseconds: it is looked at after each job, so at least one runs. -1: no limit.
 * @param ran        gets how many ran; NULL: nobody asks. Less than `max_jobs`, with no budget: the queue was empty.
 * @return PYFERRY_STATUS_OK, _CLOSED (the queue is closed; also where this call was the one that found it so, and told the
 *         jobs that were left), _INVALID_ARGUMENT (`queue` is NULL, a negative budget other than -1), _WRONG_ORDER and
 *         _NOT_ATTACHED (jobs ran, and one of them left an attachment open: as pyferry_detach), _NO_MEMORY, _FORKED (the queue
 *         is the parent's).
 */
pyferry_status pyferry_queue_run(struct pyferry_queue *queue,
                                 size_t max_jobs,
                                 int64_t budget_us,
                                 size_t *ran);

/**
 * How many jobs are in a queue, those that are being run not counted: as it was a moment ago.
 *
 * Any thread, at any time.
 *
 * @param queue  which; NULL gives 0
 * @return how many
 */
size_t pyferry_queue_length(const struct pyferry_queue *queue);

/**
 * Frees a queue. Every job that has not run is called with PYFERRY_STATUS_CLOSED, on this thread, which is attached to nothing
 * meanwhile; a job that is running is waited for. On return no job and no callback of the queue is running, its worker is gone,
 * and what they use can be freed, and a plug-in that they are in be unloaded.
 *
 * Any thread, attached or not, at any time; once, and when no other thread uses the queue or will. Called in a job of the
 * same queue it does not wait for that job, which is its last. In a forked child a queue of its parent's is forgotten, and its
 * jobs are not called.
 *
 * @param queue  what to free; NULL is ignored
 */
void pyferry_queue_free(struct pyferry_queue *queue);

/**
 * Posts a job, and waits until it has been called: for a thread that wants a result, but not for longer than a time limit.
 *
 * Any thread, attached or not: one that is attached lets go while it waits, so that the queue can be run. It allocates, and
 * is not for signal handlers. In a job of the same queue it would wait for itself, which is PYFERRY_STATUS_WRONG_ORDER.
 *
 * @param queue       to which; it must not be freed meanwhile, but in a job
 * @param job         what to call
 * @param data        passed to it. Where the time limit passes first it has to last until the job is called: it stays in the
 *                    queue, and is called once as any other. So not a variable of the caller's, unless there is no limit.
 * @param timeout_ms  how long to wait, in milliseconds. 0: post, and look once. -1: for ever.
 * @return PYFERRY_STATUS_OK (it ran), _CLOSED (it was called with that; or, as with _QUEUE_FULL, _WRONG_ORDER,
 *         _INVALID_ARGUMENT and _FORKED, was not posted, and will not be called: pyferry_last_error says which), _TIMEOUT (it has not run yet, or not to its
 *         end), _PYTHON_ERROR (it left an exception set: pyferry_last_error has the traceback, and the error callback heard it
 *         too), _INVALID_ARGUMENT (`queue` or `job` is NULL, a negative time other than -1), _QUEUE_FULL, _WRONG_ORDER,
 *         _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_queue_call(struct pyferry_queue *queue,
                                  pyferry_job job,
                                  void *data,
                                  int64_t timeout_ms);

/**
 * Has a running asyncio event loop call a C function, from any thread: `loop.call_soon_threadsafe` for threads that must not wait for
 * Python.
 *
 * The function is called once: with PYFERRY_STATUS_OK on the thread that runs the loop, attached, where it may use the loop as a
 * callback in Python may (`loop.create_task`); or with PYFERRY_STATUS_CLOSED, attached to nothing, where the loop is closed or
 * its interpreter shuts down first. Those that one thread posts to a loop are called in that order. A loop that was stopped calls
 * them when it is run again. An exception that a function leaves set goes to the loop's exception handler
 * (`loop.call_exception_handler`).
 *
 * Any thread, attached or not. It never waits for an interpreter: a thread of pyferry's goes in and tells the loop, once for all
 * functions that have gathered, and ends when nobody has posted for a second. A thread's next post to the same loop is one to a
 * queue (pyferry_queue_post): it takes no lock and allocates nothing. Its first one, or the first of all after such a second, may
 * take a lock, for a moment, and allocate: so not in a signal handler.
 *
 * @param view  the interpreter that the loop is of; read during the call
 * @param loop  the event loop, a reference of the caller's that has to last until the function is called
 * @param job   what to call
 * @param data  passed to it; has to last until then
 * @return PYFERRY_STATUS_OK, _QUEUE_FULL (1024 functions wait for this loop), _CLOSED (the interpreter is shutting down or has
 *         ended), _INVALID_ARGUMENT (`view`, `loop` or `job` is NULL), _NO_MEMORY, _FORKED. But with OK the function will not be
 *         called.
 */
pyferry_status pyferry_asyncio_post(const struct pyferry_view *view,
                                    struct _object *loop,
                                    pyferry_job job,
                                    void *data);

/**
 * Runs a coroutine on an asyncio event loop that another thread runs, and waits for its result.
 *
 * Any thread, attached or not, but the one that runs the loop. It attaches, gives the coroutine to the loop
 * (`asyncio.run_coroutine_threadsafe`) and lets go while it waits. When the time limit passes the coroutine is cancelled, and what it does
 * about that is not waited for. A shutdown of the interpreter ends the wait, in the same way. Not in a signal handler.
 *
 * @param view        the interpreter that the loop is of; read during the call
 * @param loop        the event loop; a reference of the caller's
 * @param coroutine   what to run, as a call of an `async def` function gives it; a reference of the caller's
 * @param timeout_ms  how long to wait, in milliseconds. 0: give it to the loop, and look once. -1: for ever. The time that it takes to
 *                    attach is not limited.
 * @param result      gets a reference to what the coroutine returned, the caller's to give back (pyferry_release_later, where it is
 *                    not attached); NULL: nobody asks
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the coroutine raised or was cancelled by others: pyferry_last_error has the traceback; or
 *         it is none), _TIMEOUT (it is cancelled), _CLOSED (the loop was closed, or the interpreter is shutting down or has ended),
 *         _WRONG_THREAD (this thread runs the loop), _INVALID_ARGUMENT (`view`, `loop` or `coroutine` is NULL, a negative time
 *         other than -1), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_asyncio_await(const struct pyferry_view *view,
                                     struct _object *loop,
                                     struct _object *coroutine,
                                     int64_t timeout_ms,
                                     struct _object **result);

/**
 * Drops a reference to a Python object from any thread: Py_DECREF for destructors and threads that are not attached.
 *
 * Any thread, attached or not, at any time: before, while and after the interpreter shuts down. It never waits for an interpreter.
 * A thread that is attached to the object's interpreter drops it at once, and the object's destructor may run here. For
 * others a thread of pyferry's does, within moments, or else whoever shuts the interpreter down. (Free-threaded, CPython leaves
 * an object to the thread that made it, which destroys it when it next runs Python code; or the garbage collector does.) Not
 * in a signal handler: it allocates.
 *
 * @param view       the interpreter that the object is of; read during the call
 * @param py_object  a `PyObject *`: a reference of the caller's, which is given away
 * @return PYFERRY_STATUS_OK (it was dropped, or will be), _CLOSED (the interpreter has ended: the reference was not touched, and is
 *         counted by pyferry_left_behind; there is nothing more to do), _INVALID_ARGUMENT (an argument is NULL), _FORKED.
 */
pyferry_status pyferry_release_later(const struct pyferry_view *view,
                                     void *py_object);

/**
 * How many references were given to pyferry_release_later too late to be dropped, in this process.
 *
 * Any thread, at any time.
 *
 * @return how many
 */
uint64_t pyferry_left_behind(void);

/**
 * Says who waits for an interpreter, who is inside, what for and for how long: every thread that pyferry attaches, or that
 * has suspended, and every open guard. A thread that is in two interpreters is there twice. Python's own threads, and those
 * that came in by other means, are there while pyferry keeps an interpreter for them: not for a nested attach.
 *
 * Any thread, attached or not, whatever Python does: it takes no lock, allocates nothing and never waits, so a signal handler
 * may call it, and a debugger have it called. Others come and go meanwhile; each entry is one moment's. In a forked child
 * those of the parent's other threads are gone.
 *
 * @param out       room for as many as `capacity`; NULL: nothing is written. The first one's `struct_size` says how large
 *                  each is; where it is no size that this library knows, they are as large as in its first version.
 * @param capacity  how many there is room for
 * @return how many there are, which can be more than `capacity`
 */
size_t pyferry_threads(struct pyferry_thread_info *out,
                       size_t capacity);

/**
 * Writes what pyferry_threads says as text, a line for each, by interpreter.
 *
 * Any thread, at any time, in a signal handler too, and from a debugger (`call pyferry_dump(2)`) while the process stands
 * still, whatever locks are held: it takes none, allocates nothing, leaves errno as it was and calls nothing but write(2) and
 * what reads names and memory. It sets no message for pyferry_last_error.
 *
 * @param fd  a file descriptor that is open for writing: 2 for stderr
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`fd` takes nothing), _FORKED.
 */
pyferry_status pyferry_dump(int fd);

/**
 * Has a callback called when a thread waits for an interpreter, or is inside, for longer than a limit. There is one watchdog
 * in the process, and it stays until another one is set or it is removed, whoever starts and ends Python meanwhile.
 *
 * A thread of pyferry's own looks every now and then: eight times in the shorter limit, at least 4 times and at most 250 times a second.
 * Threads that are watched pay nothing for it.
 *
 * On return no call of the previous callback is running, and its `destroy` was called. Only from within a call nobody is
 * waited for: `destroy` is then called when that call has returned. A child of a fork has no watchdog, until it sets one.
 *
 * Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
 *
 * @param options  read during the call; NULL: nobody watches from now on
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (no callback, no limit, a struct_size that cannot be: nothing is changed, and
 *         `destroy` not called), _NO_MEMORY (no thread can be started: likewise), _CLOSED (set, but the interpreter this
 *         thread was attached to was shut down while it waited: the thread is attached to nothing), _FORKED (nothing is
 *         changed).
 */
pyferry_status pyferry_watchdog(const struct pyferry_watchdog_options *options);

/**
 * Begins to write down what every thread does with interpreters: each wait, each stay and what it is for, nested attachments,
 * letting go, crossing from one interpreter to another, each job of a queue that is posted or run. The file is a picture for
 * pyferry-timeline, ui.perfetto.dev or chrome://tracing, with a lane for each thread: an array of Chrome's trace events
 * in JSON, one a line. The environment variable PYFERRY_TRACE does the same from the first view of an interpreter on, with no
 * call: a path, in which %p stands for the number of the process.
 *
 * Each thread notes into memory of its own, 128 KiB for each that attaches meanwhile, and waits for nobody. A thread of
 * pyferry's own, which never needs Python and takes no signal, writes what there is every 10 ms, in whole lines: a file that is
 * cut off because the process is killed loads all the same. Where a thread notes faster than that is written, events of its are
 * left out; the file says where, and at its end how many. While there is no trace, nothing is noted, and nothing costs.
 *
 * A trace goes on whatever becomes of Python, until pyferry_trace_stop or the end of the process (exit, or the return of main;
 * not _exit), which completes the file. A child of a fork writes none, until it starts its own.
 *
 * Any thread, attached or not, before there is a Python too.
 *
 * What threads note is counted too, for pyferry_histograms.
 *
 * @param path  the file, UTF-8; made, or written over. Read during the call.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (path is NULL or not UTF-8, or the file cannot be written: the message has the
 *         system's words), _WRONG_ORDER (a trace is written already; it goes on), _NO_MEMORY (no thread can be started),
 *         _FORKED.
 */
pyferry_status pyferry_trace_start(const char *path);

/**
 * Ends what pyferry_trace_start, PYFERRY_TRACE or pyferry_histograms_start began. On return the file is complete: what had begun and not
 * ended ends there.
 *
 * Any thread, attached or not. It waits for what is to be written, and a thread that is attached lets go meanwhile.
 *
 * @return PYFERRY_STATUS_OK, _WRONG_ORDER (no trace is written), _INVALID_ARGUMENT (the file took no more, as on a full disk, and
 *         has what came before: the trace has ended; the message has the system's words), _CLOSED (the file is complete, but the
 *         interpreter this thread was attached to was shut down while it waited: the thread is attached to nothing), _FORKED.
 */
pyferry_status pyferry_trace_stop(void);

/**
 * Has waits and stays counted, for pyferry_histograms, as pyferry_trace_start does, but without a file. pyferry_trace_stop ends that.
 *
 * Any thread, attached or not, before there is a Python too.
 *
 * @return PYFERRY_STATUS_OK, _WRONG_ORDER (they are counted already, or a trace is written), _NO_MEMORY (no thread can be started),
 *         _FORKED.
 */
pyferry_status pyferry_histograms_start(void);

/**
 * Says how long threads waited for each interpreter and stayed there while pyferry_histograms_start or pyferry_trace_start had
 * that counted. Counted is what has begun and ended, some 10 ms ago at the latest or before
 * pyferry_trace_stop returned; what was going on when it was called is counted from there. What no buffer had room for is not.
 * There is one of waits and one of holds for each interpreter that had any, but for 64 interpreters at most: the
 * oldest but main are left out. In a child of a fork they begin anew.
 *
 * Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal handler.
 *
 * @param out       room for as many as `capacity`; NULL: nothing is written. The first one's `struct_size` says how large
 *                  each is; where it is no size that this library knows, they are as large as in its first version.
 * @param capacity  how many there is room for
 * @return how many there are, which can be more than `capacity`
 */
size_t pyferry_histograms(struct pyferry_histogram *out,
                          size_t capacity);

/**
 * Writes the same as text, as Prometheus reads it: the histograms `pyferry_wait_seconds` and `pyferry_hold_seconds`, with the
 * label `interpreter`, from a microsecond to ten seconds.
 *
 * Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal handler.
 *
 * @param buffer    gets the text, cut and terminated as by pyferry_last_error; NULL: nothing is written
 * @param capacity  how many bytes there is room for
 * @return how many bytes the text has, without the end
 */
size_t pyferry_histograms_text(char *buffer,
                               size_t capacity);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PYFERRY_H */
