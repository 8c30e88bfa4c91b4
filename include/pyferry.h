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
 *   pyferry_last_error returns the message of the thread's last failure. In the lists of what a function returns, `_CLOSED`
 *   is short for PYFERRY_STATUS_CLOSED. Any function may also return PYFERRY_STATUS_INTERNAL, which is a bug.
 * - **Out.** Results come through pointers, the last arguments, and are written only on success.
 * - **Threads.** Unless its comment says otherwise, a function may be called from any thread, attached or not. In
 *   signal handlers: pyferry_status_name, pyferry_queue_post and pyferry_queue_post_copy, pyferry_threads and pyferry_dump,
 *   and no other.
 * - **Pointers.** NULL is PYFERRY_STATUS_INVALID_ARGUMENT, unless a function's comment says what it means. `data` pointers
 *   of callbacks are only passed on, and may be NULL.
 * - **Strings.** UTF-8, NUL-terminated, and owned by the caller: pyferry copies what it keeps. Labels are kept, not copied.
 * - **Handles.** pyferry_view, pyferry_guard and pyferry_queue are made by one function and given back by another one, once;
 *   NULL is allowed there. Tokens and suspensions are plain values.
 * - **Structs.** Options and info structs begin with their size: initialise them with their PYFERRY_..._INIT macro.
 * - **Callbacks.** A function of the host's that pyferry calls returns: it does not throw, and does not end its thread. An
 *   attachment or suspension that it leaves open is ended then, and a thread that was attached is attached again; for the
 *   functions of pyferry_call and pyferry_queue_wake see there.
 * - **Shutdown.** Whoever ends an interpreter, and whenever: the shutdown waits for threads inside, and later ones get
 *   PYFERRY_STATUS_CLOSED. No thread is killed or hung, unless the host gives up the threads inside (pyferry_set_report).
 *   A thread that is given up while it waits in a call, having let go of its interpreter, is attached to nothing after
 *   the call: that is PYFERRY_STATUS_CLOSED or, where the call has failed in another way too, is said by its message.
 * - **Cancellation.** pthread_cancel must not take effect in a call that may wait for Python: CPython waits in a
 *   cancellation point, with a lock held that nobody would release. Threads that may be cancelled disable cancellation
 *   around such calls (pthread_setcancelstate), as pyferry.hpp does if PYFERRY_HPP_CANCELLATION is defined. Elsewhere a
 *   thread may be cancelled.
 * - **Fork.** A child that Python was told of (os.fork) goes on; in any other child, every call that returns a status
 *   answers PYFERRY_STATUS_FORKED.
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
 * Python handles signals; without this flag they are left to the host. SIGINT, if it is at its default, raises
 * KeyboardInterrupt on the thread that Python is initialised on. SIGPIPE and SIGXFSZ are ignored, from the start on and
 * also after Python has ended. When Python has ended, SIGINT is at its default again.
 */
#define PYFERRY_RUNTIME_PYTHON_SIGNALS 4

/**
 * Python is initialised on the thread that calls pyferry_runtime_start, as graphical toolkits may need it, and not on a
 * thread of pyferry's own: the caller is `threading.main_thread()`. The caller is not attached when the start has
 * returned. It may do anything except end, and has to call pyferry_runtime_pump now and then, and the last
 * pyferry_runtime_stop. No signal is blocked on it, and `stack_size` is ignored. Where Python runs already, this flag is
 * ignored too.
 */
#define PYFERRY_RUNTIME_ON_THIS_THREAD 8

/**
 * What a report callback returns: wait on.
 */
#define PYFERRY_REPORT_WAIT 0

/**
 * What a report callback returns: no longer wait for the threads and guards that were named.
 */
#define PYFERRY_REPORT_GIVE_UP 1

/**
 * Share the main interpreter's GIL, and allow extension modules that do not support isolated interpreters (NumPy and
 * others). Every interpreter does so up to Python 3.11. On a free-threaded build there is no GIL to share, and CPython
 * refuses such modules all the same.
 */
#define PYFERRY_INTERPRETER_SHARED_GIL 1

/**
 * Insist on an own GIL: PYFERRY_STATUS_UNSUPPORTED where interpreters cannot have one (up to Python 3.11).
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
 * pyferry_thread_info: the thread has let go (pyferry_suspend), and will come back.
 */
#define PYFERRY_THREAD_SUSPENDED 3

/**
 * pyferry_thread_info: the thread has gone on into another interpreter, and will come back.
 */
#define PYFERRY_THREAD_ELSEWHERE 4

/**
 * pyferry_thread_info: this is no thread but an open guard.
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
 * pyferry_histogram: of stays. A stay lasts until the thread goes out, lets go (pyferry_suspend) or goes on into another
 * interpreter. Turns that other threads take meanwhile by CPython's own means are part of it.
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
 * pyferry_attach_guarded always gets in; unless the host gives the guard up (pyferry_report).
 */
typedef struct pyferry_guard pyferry_guard;

/**
 * A queue of jobs for one interpreter, posted by threads that must not wait.
 */
typedef struct pyferry_queue pyferry_queue;

/**
 * A view: a weak handle to one interpreter. It is valid until it is freed, whatever becomes of the interpreter, and does
 * not say whether the interpreter still runs: pyferry_attach does. Any number of threads may use one view at once.
 */
typedef struct pyferry_view pyferry_view;

/**
 * Gets what scripts print: what they write to `sys.stdout` and `sys.stderr`, by print, by logging, or by an exception
 * that nobody catches (also in a thread, or in `__del__`). This begins with the interpreter's site code and ends with
 * its last atexit function. It works as well where the program has no console and Python no streams of its own.
 * `sys.stdout` and `sys.stderr` are then ordinary text streams without a buffer and without a file descriptor: a print
 * makes several calls, one for each part.
 *
 * Output that does not go through these streams is not passed on: what C code and child processes write to the file
 * descriptors 1 and 2, the output of faulthandler, and what Python itself says when it cannot start. A script may
 * replace the streams by others.
 *
 * It is called on the thread that writes, attached; by several threads at once where there is no GIL, or more than one.
 * It may use Python and pyferry, and let go; what it prints itself comes here again. An exception that it leaves set is
 * raised in the script that prints. It must not throw.
 *
 * @param interpreter_id  the interpreter that writes, as pyferry_view_interpreter_id numbers it
 * @param stream          1: stdout, 2: stderr
 * @param bytes           UTF-8, in which characters that UTF-8 cannot encode are escaped (as `\\udc80`); or the bytes as
 *                        they are, where a script writes them to `sys.stdout.buffer`. Not terminated, and valid for the
 *                        length of the call.
 * @param length          how many bytes, never 0
 * @param data            the `output_data` of the options
 */
typedef void (*pyferry_output)(int64_t interpreter_id, int32_t stream, const char *bytes, size_t length, void *data);

/**
 * How to start Python. Begin with PYFERRY_RUNTIME_OPTIONS_INIT. Where Python runs already, all options are ignored.
 */
typedef struct pyferry_runtime_options {
    /**
     * sizeof(pyferry_runtime_options)
     */
    size_t struct_size;
    /**
     * Which Python, in UTF-8: a python3 program (of a virtual environment too), a libpython, or the prefix that both are
     * installed under. If the process has loaded a libpython already, this has to name the same one. NULL: what the
     * environment variable PYFERRY_PYTHON names in the same way, else the Python that `python3` on PATH belongs to.
     * PYFERRY_PYTHON does not count in a program that has more rights than its user (set-user-ID, set-group-ID, file
     * capabilities); PATH is the user's too, so such a program names its Python.
     */
    const char *python;
    /**
     * PYFERRY_RUNTIME_... flags; 0: none.
     */
    uint32_t flags;
    /**
     * How many strings `argv` has, 0 or more.
     */
    int32_t argc;
    /**
     * `sys.argv`. Scripts expect that the first string names the script or the host. The bytes are those that main()
     * gets, in whatever encoding; on Windows UTF-8. None may be NULL. Where `argc` is 0, `sys.argv` is [""], and this
     * may be NULL. Copied. No option for Python is read from here.
     */
    const char *const *argv;
    /**
     * What is put in front of `sys.path`, in this order, once `site` has run: in the main interpreter and in each that
     * pyferry_interpreter_new makes. Directories and zip files as the system names them, with a NULL after the last;
     * NULL: none. Copied.
     */
    const char *const *search_paths;
    /**
     * The stack size, in bytes, of the thread on which Python is initialised and on which site code and atexit functions
     * run. 0: what RLIMIT_STACK says, at least 8 MiB. Less than 512 KiB is refused.
     */
    size_t stack_size;
    /**
     * Gets what scripts print, in each interpreter that has no `output` of its own. NULL: it goes where CPython puts it.
     */
    pyferry_output output;
    /**
     * Passed to `output`. It has to last until Python has ended.
     */
    void *output_data;
} pyferry_runtime_options;

/**
 * What Python runs in this process. Begin with PYFERRY_RUNTIME_INFO_INIT. The strings are pyferry's, and live at least
 * until Python is finalised.
 */
typedef struct pyferry_runtime_info {
    /**
     * sizeof(pyferry_runtime_info)
     */
    size_t struct_size;
    /**
     * As in sys.version: "3.14.0 (main, ...".
     */
    const char *version;
    /**
     * The file of the libpython, or of the program that has Python inside.
     */
    const char *libpython;
    /**
     * sys.executable; may be empty.
     */
    const char *executable;
    /**
     * Why thread states are not kept from one attach to the next; NULL if they are. PYFERRY_CACHE=off in the environment
     * turns the cache off, for comparisons.
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
     * Always 0.
     */
    uint8_t reserved;
} pyferry_runtime_info;

/**
 * Is told, while a shutdown waits for threads or guards that stay inside, which ones: thread, label, and for how long.
 * Where pyferry ends an interpreter or the runtime itself, it is also told which Python threads pyferry waits for.
 *
 * It is called again and again on the thread that shuts Python or an interpreter down, which is not attached meanwhile.
 * Where several threads shut interpreters down at once, it is called by several threads at once. It may use pyferry
 * itself: interrupt a script, close a guard that the shutdown waits for, set another callback.
 *
 * Threads that were given up are never let into Python again, and get PYFERRY_STATUS_CLOSED when they detach or resume.
 * A thread that goes back into Python by other means (Py_END_ALLOW_THREADS) is ended or hung by CPython. Up to 3.13
 * CPython cannot end a sub-interpreter with a thread inside: there the shutdown waits on, whatever the answer. The same
 * holds for Python threads, for which CPython itself waits.
 *
 * @param text  the sentence, in UTF-8; valid for the length of the call
 * @param data  what was given with the callback
 * @return PYFERRY_REPORT_WAIT to wait on, or PYFERRY_REPORT_GIVE_UP to go on without the threads and guards that were
 *         named
 */
typedef int32_t (*pyferry_report)(const char *text, void *data);

/**
 * What an attach hands out and its detach takes back. The contents are private to pyferry; all zero is the empty token.
 */
typedef struct pyferry_token {
    /**
     * Private to pyferry.
     */
    uint64_t private_words[2];
} pyferry_token;

/**
 * What a suspend hands out and its resume takes back. The contents are private to pyferry; all zero is the empty
 * suspension.
 */
typedef struct pyferry_suspension {
    /**
     * Private to pyferry.
     */
    uint64_t private_words[2];
} pyferry_suspension;

/**
 * How to make an interpreter. Begin with PYFERRY_INTERPRETER_OPTIONS_INIT.
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
     * Has to be 0.
     */
    uint32_t reserved;
    /**
     * Gets what scripts print in it; NULL: it goes where the runtime's output goes.
     */
    pyferry_output output;
    /**
     * Passed to `output`. It has to last until the interpreter has ended.
     */
    void *output_data;
} pyferry_interpreter_options;

/**
 * Called when a queue gets a job and was empty before: once, until it is empty again. It is for a host that runs the
 * queue in a loop of its own: it writes to an eventfd or pipe, sends a window a message, or posts a semaphore.
 *
 * The post calls it, on the thread that posts. So it must not wait, and if jobs are posted in signal handlers it must be
 * safe there. Where a job is posted while others are being run it may be called once more than needed.
 *
 * @param wake_data  the `wake_data` of the options
 */
typedef void (*pyferry_queue_wake)(void *wake_data);

/**
 * Is told of the exception that a job has left set, and of what a job did wrong. The next jobs run all the same.
 *
 * It is called on the thread that runs the job, attached, with no exception set.
 *
 * @param traceback   the text, in UTF-8; valid for the length of the call
 * @param error_data  the `error_data` of the options
 */
typedef void (*pyferry_queue_error)(const char *traceback, void *error_data);

/**
 * How to make a queue. Begin with PYFERRY_QUEUE_OPTIONS_INIT.
 */
typedef struct pyferry_queue_options {
    /**
     * sizeof(pyferry_queue_options)
     */
    size_t struct_size;
    /**
     * How many jobs there is room for, 16777216 at most. 0: 1024. Each takes 64 bytes; memory is taken for the next
     * power of two.
     */
    size_t capacity;
    /**
     * A thread of pyferry's runs the jobs as soon as it can. While there are none it is attached to nothing, and holds
     * no shutdown up. It takes no signals. pyferry_queue_run may be called all the same.
     */
    bool worker;
    /**
     * Has to be 0.
     */
    uint8_t reserved[7];
    /**
     * Called when there is a job and was none before; NULL: not wanted.
     */
    pyferry_queue_wake wake;
    /**
     * Passed to `wake`. It has to last until pyferry_queue_free has returned.
     */
    void *wake_data;
    /**
     * Gets what jobs raise; NULL: exceptions are reported as unraisable (sys.unraisablehook).
     */
    pyferry_queue_error error;
    /**
     * Passed to `error`. It has to last until pyferry_queue_free has returned.
     */
    void *error_data;
} pyferry_queue_options;

/**
 * A piece of work for a queue. It is called once, whatever happens, unless the process ends first.
 *
 * With PYFERRY_STATUS_OK it does the work: on the thread that runs the queue, attached to the queue's interpreter. It
 * may call Python and pyferry, wait, and post to the same queue; jobs of a queue never run at the same time. An
 * exception that it leaves set goes to the queue's error callback. It must leave the thread attached as it found it, and
 * must not throw. An attachment or suspension that it leaves open is ended, a thread that it leaves detached, or attached
 * through another thread state, is brought back, and the error callback is told.
 *
 * With PYFERRY_STATUS_CLOSED the work will not be done, because the queue was freed or its interpreter shuts down: the
 * job frees what it owns. The thread is attached to nothing. It is a thread that runs the queue, frees it, or shuts the
 * interpreter down, which waits for the call. (Where the queue is freed by a destructor in the very last part of
 * Py_FinalizeEx, that thread may be attached.)
 *
 * @param data    what was posted with it. With pyferry_queue_post_copy it is the copy, aligned to 16 bytes, for the
 *                length of the call.
 * @param status  PYFERRY_STATUS_OK or PYFERRY_STATUS_CLOSED
 */
typedef void (*pyferry_job)(void *data, pyferry_status status);

/**
 * One thread or guard at one interpreter, as pyferry_threads sees it. Begin with PYFERRY_THREAD_INFO_INIT.
 */
typedef struct pyferry_thread_info {
    /**
     * sizeof(pyferry_thread_info)
     */
    size_t struct_size;
    /**
     * The number by which the operating system shows the thread (gettid); for a guard, that of the thread that opened
     * it.
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
     * The label of pyferry_attach_labeled, or pyferry's own of what a call of its does there: "pyferry_call", "jobs of a
     * queue". NULL: none. Never freed.
     */
    const char *label;
    /**
     * PYFERRY_THREAD_...
     */
    int32_t state;
    /**
     * Whether CPython has the thread attached to the interpreter at this moment: with a GIL, at most one of those
     * inside. Where this cannot be told (pyferry_runtime_info.cache_off_reason), true for all that are inside.
     */
    bool is_attached;
    /**
     * This is the calling thread.
     */
    bool is_caller;
    /**
     * This is a thread of pyferry's own, in which no code of the host runs; a queue's worker does not count as one.
     */
    bool is_own;
    /**
     * The state is PYFERRY_THREAD_GUARD.
     */
    bool is_guard;
    /**
     * How many attachments the thread is in, up to its last one to this interpreter; 1 means not nested.
     */
    size_t depth;
    /**
     * For how long it has been in that state, in microseconds. The clock's steps are a few milliseconds.
     */
    uint64_t elapsed_us;
} pyferry_thread_info;

/**
 * What a watchdog's callback is told. Everything in it is valid for the length of the call.
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
     * The thread that waits or holds; one of `threads`.
     */
    const struct pyferry_thread_info *thread;
    /**
     * The thread that is attached to that interpreter at this moment, so that others wait; one of `threads`. NULL: none
     * that pyferry knows. If there are several, as on free-threaded Pythons, the first.
     */
    const struct pyferry_thread_info *holder;
    /**
     * All threads and guards, as pyferry_threads lists them.
     */
    const struct pyferry_thread_info *threads;
    /**
     * How many `threads` has.
     */
    size_t thread_count;
    /**
     * Where the holder is in Python, as `faulthandler` writes it, the innermost frame first. NULL where that cannot be
     * found out without attaching: CPython can be asked on 3.11, 3.12 and 3.15, on Linux.
     */
    const char *python_stack;
} pyferry_watchdog_event;

/**
 * Is told that a wait or a hold has passed its limit; once for each, however long it goes on.
 *
 * It is called on a thread of pyferry's own that is never attached, and that nothing in Python can hold up. It may use
 * pyferry: pyferry_interpreter_interrupt stops a script that runs away. An attach waits as on any other thread.
 *
 * @param event  what has passed its limit
 * @param data   what was given with the callback
 */
typedef void (*pyferry_watchdog_callback)(const struct pyferry_watchdog_event *event, void *data);

/**
 * Is told that the data of a watchdog's callback is no longer needed.
 *
 * @param data  what was given with the callback
 */
typedef void (*pyferry_watchdog_destroy)(void *data);

/**
 * Whom a watchdog calls, and when, for pyferry_watchdog. Begin with PYFERRY_WATCHDOG_OPTIONS_INIT.
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
     * (pyferry_resume); 0: holds are not watched. A thread that has let go by CPython's own means, as in `time.sleep`,
     * is not reported meanwhile.
     */
    uint64_t hold_ms;
    /**
     * The function to call; not NULL.
     */
    pyferry_watchdog_callback callback;
    /**
     * Passed to `callback` and `destroy`. It has to last until `destroy` is called.
     */
    void *data;
    /**
     * Called with `data`, once, when the watchdog was replaced or removed and no call is running; never at the end of
     * the process. NULL: not wanted.
     */
    pyferry_watchdog_destroy destroy;
} pyferry_watchdog_options;

/**
 * How long waits or stays at one interpreter were, in nanoseconds. The sum is exact, and all other times are within one
 * percent. Begin with PYFERRY_HISTOGRAM_INIT.
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
     * The sum of all.
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
     * 99 of a hundred were no longer.
     */
    uint64_t p99_ns;
    /**
     * 999 of a thousand were no longer.
     */
    uint64_t p999_ns;
    /**
     * 9,999 of ten thousand were no longer.
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
 * @param status  what a call returned; any number is allowed
 * @return the name, or "PYFERRY_STATUS_UNKNOWN" if the number is no status. Never NULL; the string is never freed.
 */
const char *pyferry_status_name(pyferry_status status);

/**
 * The message of this thread's last failure: what happened, to which thread and interpreter, and what to do. For
 * PYFERRY_STATUS_PYTHON_ERROR it is the traceback.
 *
 * A success does not clear it. A thread that never failed gets "". So do destructors that run at the very end of a
 * thread, after pyferry's own, until one of their calls fails.
 *
 * Any thread, attached or not, at any time; not in a signal handler.
 *
 * @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated. NULL: nothing is
 *                  copied.
 * @param capacity  the size of `buffer` in bytes, with room for the terminator. 0: nothing is copied.
 * @return the length of the whole text in bytes, without the terminator: `capacity` or more means that the text was cut.
 */
size_t pyferry_last_error(char *buffer,
                          size_t capacity);

/**
 * The version of the library that is loaded, as PYFERRY_VERSION is that of the header: "1.2.3".
 *
 * Any thread, attached or not, at any time.
 *
 * @return the version. Never NULL; the string is never freed.
 */
const char *pyferry_version(void);

/**
 * The version of the library that is loaded as a number, as PYFERRY_VERSION_NUMBER is that of the header: 10203 is
 * 1.2.3.
 *
 * Any thread, attached or not, at any time.
 *
 * @return the number
 */
uint32_t pyferry_version_number(void);

/**
 * Starts Python for hosts and plug-ins that do not start it themselves. Finds and loads a libpython where the process
 * has none, and initialises it on a thread of pyferry's own, so that no thread of the host belongs to Python (unless
 * PYFERRY_RUNTIME_ON_THIS_THREAD says otherwise). Signal handlers and locale stay the host's (see
 * PYFERRY_RUNTIME_PYTHON_SIGNALS). Where Python runs already, it is used as it is, and never finalised by pyferry.
 *
 * Starts are counted: each needs its pyferry_runtime_stop, and the last one stops Python. Then Python can be started
 * again.
 *
 * Any thread, attached or not. Blocks until Python is up. In code that Python runs while it is initialised
 * (sitecustomize, an import hook), it only counts, and returns at once. Not in a function of Py_AtExit: CPython calls it
 * when Python is neither up nor gone, and no version starts there (3.11 and 3.12 abort).
 *
 * @param options  how to start Python, read during the call. NULL: the defaults.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (a text that is not UTF-8, an impossible struct_size, a field or flag
 *         that this library does not know, a negative `argc`, a NULL in `argv`, a `stack_size` that is too small),
 *         _NO_PYTHON (no Python was found, or it does not start: the message says where pyferry looked and what would
 *         help, or what CPython says; or an earlier start failed, so that CPython can be started only on the thread of
 *         that start, only with a `stack_size` no larger than its own, or no more in this process), _UNSUPPORTED (two
 *         Pythons, one before 3.9, two copies of pyferry, or another Python than the one that is loaded), _CLOSED (a
 *         stop is at work, another thread or another copy of pyferry initialises or finalises Python at this moment, or
 *         Python is shutting down: start again later), _WRONG_ORDER (in a constructor of a library that is being loaded:
 *         Python would wait for the dynamic loader, and the loader for this call), _NO_MEMORY (also: no thread can be
 *         started), _PYTHON_ERROR (setting Python up raised: pyferry's shutdown hook, `search_paths` or `output`),
 *         _FORKED.
 */
pyferry_status pyferry_runtime_start(const struct pyferry_runtime_options *options);

/**
 * Takes one pyferry_runtime_start back. The last stop lets no new thread into any interpreter, waits for the threads
 * inside, tells Python's own threads to end and waits for them, ends the interpreters that pyferry made, and finalises
 * Python. A Python that somebody else initialised is left alone. So is Python in a forked child, unless the thread that
 * forked had started it with PYFERRY_RUNTIME_ON_THIS_THREAD.
 *
 * It does not wait for the main interpreter's daemon threads, which CPython ends or hangs. A `threading.Thread` that is made
 * there on a thread of the host's, other than Python's main thread, is one, unless it is made with `daemon=False`: CPython
 * takes the host's thread for a daemon, and a new thread is what the one that makes it is. Up to 3.13 the process crashes if
 * such a thread is left and comes back when Python has been started again.
 *
 * Any thread. The last stop needs a thread that is in no interpreter, neither attached nor suspended. With
 * PYFERRY_RUNTIME_ON_THIS_THREAD it has to be the thread that started Python. That thread waits within the time limit,
 * and then runs Py_FinalizeEx itself, with atexit functions and finalisers, which no limit interrupts. Otherwise a
 * thread of pyferry's runs Py_FinalizeEx, and the limit holds for that as well.
 *
 * @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: forever. As in pyferry_interpreter_end.
 * @return PYFERRY_STATUS_OK, _TIMEOUT (the message says who is still inside, which Python threads are left, or that
 *         Py_FinalizeEx is at work; no new thread gets in, and the start still counts: call again), _WRONG_ORDER (no
 *         start to take back, or a stop is at work already), _WRONG_THREAD (this thread is inside, or another thread
 *         started Python with PYFERRY_RUNTIME_ON_THIS_THREAD: nothing is taken back; or this thread runs Python code by
 *         CPython's own calls, which has let go: return from it, and call again, as after _TIMEOUT), _INVALID_ARGUMENT
 *         (a negative time other than -1), _PYTHON_ERROR (Python has ended, but could not flush its output), _NO_MEMORY
 *         (no thread can be started: call again, as after _TIMEOUT), _FORKED.
 */
pyferry_status pyferry_runtime_stop(int64_t timeout_ms);

/**
 * Takes one pyferry_runtime_start back, as pyferry_runtime_stop does, where scripts may not want to stop. When
 * `patience_ms` have passed, it interrupts the threads inside and Python's own threads, in every interpreter, again and
 * again, as pyferry_interpreter_stop does.
 *
 * The same threads as pyferry_runtime_stop.
 *
 * @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never interrupts.
 * @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_runtime_stop. -1: forever.
 * @return as pyferry_runtime_stop; _INVALID_ARGUMENT also for a negative patience other than -1
 */
pyferry_status pyferry_runtime_stop_with(int64_t patience_ms, int64_t timeout_ms);

/**
 * Runs what Python's main thread has to run, where that is a thread of the host's (PYFERRY_RUNTIME_ON_THIS_THREAD): the
 * calls that libraries gave to Py_AddPendingCall, and the Python handlers of signals that came
 * (PYFERRY_RUNTIME_PYTHON_SIGNALS, or handlers that scripts set on this thread). Meant for the host's loop. It waits for
 * the GIL, without a time limit, and for what it runs.
 *
 * The thread that started Python, not attached; it is not attached afterwards either. While Python shuts down, it
 * answers _CLOSED.
 *
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (a call or a handler raised, KeyboardInterrupt included: the message is the
 *         traceback, and the exception is cleared; what comes after that call is left to the next pump), _WRONG_THREAD
 *         (another thread started Python), _WRONG_ORDER (this thread is attached, or Python was started without
 *         PYFERRY_RUNTIME_ON_THIS_THREAD, or by somebody else, as in a forked child), _WRONG_ORDER and _NOT_ATTACHED too
 *         where a call left the thread as it must not (as in pyferry_call), _NO_PYTHON (it does not run, or is being
 *         started), _UNSUPPORTED (two Pythons, or one before 3.9), _CLOSED (a stop is at work, or has run out of time,
 *         or somebody else finalises Python), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_runtime_pump(void);

/**
 * Tells which Python this is and what it can do.
 *
 * Any thread, attached or not, while Python is initialised. It takes the first view of Python where there is none: see
 * pyferry_view_main.
 *
 * @param out  gets the facts. Set `out->struct_size` first (PYFERRY_RUNTIME_INFO_INIT): no more is written than that.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL, an impossible struct_size), and all others as
 *         pyferry_view_main
 */
pyferry_status pyferry_runtime_get_info(struct pyferry_runtime_info *out);

/**
 * Sets the callback that is told which threads hold a shutdown up: any shutdown, whoever begins it and whoever started
 * Python. There is one callback in the process, and it stays until another one is set or it is removed.
 *
 * On return no call of the previous callback is running, and its `destroy` was called, once. So what its calls use can
 * be freed, and its plug-in can be unloaded. A call must therefore not wait for a thread that may be in this function.
 * Only from within a call of a report callback (this one or another) this function does not wait: `destroy` is then
 * called when the last call of the previous callback has returned, on the thread of that call.
 *
 * Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
 *
 * @param report    the callback; NULL: none from now on
 * @param data      passed to `report` and `destroy`. It has to last until `destroy` is called.
 * @param destroy   called with `data`, once, when the callback was replaced or removed and no call of it is running;
 *                  never at the end of the process. NULL: not wanted.
 * @param every_ms  how long a shutdown waits before the first call, and between calls, in milliseconds; 0: five seconds
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`destroy` without `report`: nothing is changed, and `destroy` is not
 *         called), _CLOSED (the callback is set, but the interpreter that this thread was attached to was shut down
 *         while it waited: the thread is attached to nothing), _FORKED (nothing is changed, and `destroy` is not
 *         called).
 */
pyferry_status pyferry_set_report(pyferry_report report, void *data, void (*destroy)(void *data), uint64_t every_ms);

/**
 * A view of the main interpreter.
 *
 * Any thread, attached or not. A thread that is attached lets go while the first view is taken.
 *
 * The first view of an interpreter registers pyferry's shutdown hook there, for which a helper thread visits the main
 * interpreter. It imports nothing. From then on shutdown is safe for every thread. From Python 3.15 on the first view
 * itself is safe against a shutdown that begins at the same moment. Before 3.15, take it while no thread can be
 * finalising Python (when it was just started).
 *
 * In code that Python runs while it is initialised (sitecustomize) an attached thread gets its view. Other threads get
 * PYFERRY_STATUS_NO_PYTHON there on 3.15, which counts as initialised only after that code has run.
 *
 * @param out  gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL), _NO_PYTHON (none in the process, or not initialised),
 *         _UNSUPPORTED (two Pythons, one before 3.9, two copies of pyferry), _CLOSED (Python is shutting down, and nobody
 *         took a view before that; or the interpreter that this thread was attached to was shut down meanwhile, and the
 *         thread is attached to nothing), _NO_MEMORY (also: no thread can be started), _PYTHON_ERROR (registering the hook
 *         raised), _WRONG_ORDER (on Windows, where the first view is taken in DllMain or in the initialiser of a global
 *         object of a DLL), _FORKED (also: the process was forked before the first view, and this thread is not attached).
 */
pyferry_status pyferry_view_main(struct pyferry_view **out);

/**
 * A view of the interpreter that this thread is attached to, whoever attached it: pyferry, Python itself, PyGILState,
 * pybind11.
 *
 * A thread that is attached. What pyferry_view_main says of the first view holds here too.
 *
 * @param out  gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _NOT_ATTACHED, and all others as pyferry_view_main; _CLOSED also where the interpreter is
 *         in the last part of its shutdown
 */
pyferry_status pyferry_view_current(struct pyferry_view **out);

/**
 * Another view of the same interpreter, to be freed separately.
 *
 * Any thread, attached or not, at any time.
 *
 * @param view  what to copy; NULL gives NULL
 * @return the new view, to be freed with pyferry_view_free; NULL only for NULL
 */
struct pyferry_view *pyferry_view_clone(const struct pyferry_view *view);

/**
 * Frees a view. Attachments, guards and the interpreter itself are not affected.
 *
 * Any thread, attached or not, at any time, in forked children too; once, and when no other thread is in a call with
 * this very view (pyferry_view_clone makes one for each thread).
 *
 * @param view  what to free; NULL is ignored
 */
void pyferry_view_free(struct pyferry_view *view);

/**
 * The number that CPython gave the interpreter (0: main). Main is 0 again after each Py_Initialize: the number alone
 * does not tell one run of Python from the next.
 *
 * Any thread, attached or not, at any time; also when the interpreter has ended.
 *
 * @param view  the interpreter; NULL gives -1
 * @return the number
 */
int64_t pyferry_view_interpreter_id(const struct pyferry_view *view);

/**
 * Opens a guard, as long as no shutdown of the interpreter has begun.
 *
 * Any thread, attached or not; it waits for no interpreter. Any thread may use and close the guard. A guard that is
 * never closed holds the interpreter's shutdown up forever. In a forked child, guards from before the fork hold nothing.
 *
 * @param view  the interpreter to hold; read during the call
 * @param out   gets the guard, to be closed with pyferry_guard_close
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
 *         ended), _FORKED.
 */
pyferry_status pyferry_guard_open(const struct pyferry_view *view,
                                  struct pyferry_guard **out);

/**
 * Opens a guard by the rules of PEP 788: also while a shutdown of the interpreter waits, as long as it waits for a guard
 * or a thread that was there before the shutdown began, or for this very thread. Guards that are opened during the
 * shutdown, and threads that come in by them, let nobody else in, so the wait has an end.
 *
 * Any thread, attached or not; any thread may use and close the guard, as with pyferry_guard_open.
 *
 * @param view  the interpreter to hold; read during the call
 * @param out   gets the guard, to be closed with pyferry_guard_close
 * @return as pyferry_guard_open. _CLOSED: the interpreter is shutting down and waits for nobody from before, or it has
 *         ended.
 */
pyferry_status pyferry_guard_open_while_held(const struct pyferry_view *view,
                                             struct pyferry_guard **out);

/**
 * A view of the interpreter that a guard holds, for code that was given only the guard.
 *
 * Any thread, attached or not, also while the interpreter is shutting down. The guard has to stay open only during this
 * call; the view outlives it.
 *
 * @param guard  an open guard
 * @param out    gets the view, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _FORKED.
 */
pyferry_status pyferry_guard_view(const struct pyferry_guard *guard, struct pyferry_view **out);

/**
 * Closes a guard, once. A shutdown that waits for it goes on.
 *
 * Any thread, attached or not, at any time, in forked children too. It waits for no interpreter.
 *
 * @param guard  what to close; NULL is ignored
 */
void pyferry_guard_close(struct pyferry_guard *guard);

/**
 * Attaches this thread to an interpreter: from now on until the pyferry_detach it may call Python.
 *
 * Any thread: unknown to Python, Python's own, or attached by others. It may be attached to this interpreter already
 * (the attach nests and costs next to nothing), to another one (which is released until the detach), or to none. Blocks
 * while other threads have the interpreter, as Python threads take turns; there is no time limit (see
 * pyferry_queue_call).
 *
 * A shutdown of the interpreter waits until the thread has detached. Once a shutdown has begun, only threads that are
 * inside already or wait in here already get in, and holders of a guard (pyferry_attach_guarded).
 *
 * What a thread leaves in Python (threading.local, contextvars) is there again at its next attach.
 *
 * An attach that enters the interpreter begins a visit, which ends with its detach. A visit begins with no exception
 * set: one that is set on the thread's state already (the thread let go with it) is set again afterwards. What
 * PyThreadState_SetAsyncExc sent to an earlier visit is dropped.
 *
 * @param view  the interpreter; read during the call
 * @param out   gets a token for pyferry_detach. Attachments of a thread end in the reverse order of their beginning.
 *              Those that nest on one thread state, and so entered nothing, may end in any order among themselves
 *              (greenlets, coroutines).
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
 *         ended: nothing was done, and it stays closed), _NO_MEMORY (also where the thread's stack is smaller than the
 *         48 KiB that CPython keeps for itself from 3.14 on), _FORKED.
 */
pyferry_status pyferry_attach(const struct pyferry_view *view, struct pyferry_token *out);

/**
 * As pyferry_attach, with a label that says in reports what the thread does there: "render", "load level".
 *
 * Any thread, as pyferry_attach.
 *
 * @param view   the interpreter; read during the call
 * @param label  a string that lives as long as the process, such as a literal: it is kept, not copied. A literal of a
 *               plug-in will do only if the plug-in is never unloaded: link it with -z nodelete. NULL: none.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach
 */
pyferry_status pyferry_attach_labeled(const struct pyferry_view *view, const char *label, struct pyferry_token *out);

/**
 * As pyferry_attach, to the interpreter of an open guard. It gets in also while that interpreter is shutting down, since
 * the shutdown waits for the guard.
 *
 * Any thread, as pyferry_attach.
 *
 * @param guard  an open guard. It stays open, and no thread may close it during this call.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach. _CLOSED: the host gave the guard up (pyferry_report), or the guard is from before a fork.
 */
pyferry_status pyferry_attach_guarded(const struct pyferry_guard *guard,
                                      struct pyferry_token *out);

/**
 * As pyferry_attach_guarded, but no shutdown waits for the attachment: only the guard holds a shutdown up, as in
 * PEP 788. If the guard is closed, and the interpreter shut down, before the detach, the thread is given up, as if the
 * host had answered PYFERRY_REPORT_GIVE_UP for it: its next pyferry_detach or pyferry_resume returns
 * PYFERRY_STATUS_CLOSED. If it goes back into Python by other means (Py_END_ALLOW_THREADS), CPython ends or hangs it, as
 * it does its daemon threads. Up to 3.13 CPython cannot end a sub-interpreter with a thread inside: there the shutdown
 * waits, as for any other thread.
 *
 * Any thread, as pyferry_attach. If the thread is inside the interpreter already, this attachment nests on the outer
 * one, and a shutdown waits for it if it waits for the outer one.
 *
 * @param guard  an open guard. It stays open, and no thread may close it during this call.
 * @param out    gets a token for pyferry_detach
 * @return as pyferry_attach_guarded
 */
pyferry_status pyferry_attach_unheld(const struct pyferry_guard *guard,
                                     struct pyferry_token *out);

/**
 * Ends this thread's last attachment. The thread is then as it was before that attach: attached to what it was attached
 * to, or to nothing. Where it goes back to another interpreter, it blocks while other threads have that one.
 *
 * If that ends a visit, an exception that is still set is reported as unraisable (sys.unraisablehook, which runs here)
 * and cleared. A nested attachment leaves it set.
 *
 * The thread that attached, also while the interpreter is shutting down. If a shutdown waits for this detach, it first
 * runs the destructors of what the thread left in Python. On failure nothing is done and the token stays, except for
 * _CLOSED.
 *
 * @param token  of the last attach that has not ended; or of an earlier one, if it and all later ones nest on one thread
 *               state. It is emptied.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`token` is NULL), _STALE_TOKEN (empty, or used already), _WRONG_THREAD
 *         (another thread's), _WRONG_ORDER (a later attach or suspend has not ended; or other code has attached the
 *         thread through another thread state, and has to swap that back first), _NOT_ATTACHED (the thread let go by
 *         other means and has not come back), _CLOSED (the interpreter was shut down by this very thread while attached,
 *         or gave the thread up; or so was the interpreter that the thread was attached to before: the attachment is
 *         over, the token is empty, and the thread is attached to nothing), _FORKED.
 */
pyferry_status pyferry_detach(struct pyferry_token *token);

/**
 * Whether this thread is attached to an interpreter now, whoever attached it. No side effect.
 *
 * Any thread, at any time; not in a signal handler. It waits for no interpreter.
 *
 * @param view  which interpreter; NULL: any
 * @return true if it is; false where there is no Python, and in a forked child that Python does not know of
 */
bool pyferry_is_attached(const struct pyferry_view *view);

/**
 * Lets go of the interpreter around work that blocks or takes long and needs no Python, as Py_BEGIN_ALLOW_THREADS does.
 * The interpreter cannot finish shutting down before the thread has resumed and detached. (For a thread that other code
 * attached, and that suspends while the interpreter is shutting down, a shutdown waits once; after that the resume can
 * return PYFERRY_STATUS_CLOSED.)
 *
 * A thread that is attached, whoever attached it; also while the interpreter is shutting down. Meanwhile the thread may
 * attach again, to this or any interpreter. All of these calls nest, also with CPython's own: what a thread let go of
 * before an attach (PyEval_SaveThread), it comes back to after the detach.
 *
 * @param out  gets a suspension for pyferry_resume
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or
 *         one before 3.9), _FORKED.
 */
pyferry_status pyferry_suspend(struct pyferry_suspension *out);

/**
 * Comes back from the last pyferry_suspend. Blocks while other threads have the interpreter.
 *
 * The thread that suspended; also while the interpreter is shutting down, which waits for it. On failure nothing is done
 * and the suspension stays, except for _CLOSED.
 *
 * @param suspension  of the last suspend that has not ended; it is emptied
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`suspension` is NULL), _STALE_TOKEN (empty, or used already),
 *         _WRONG_THREAD (another thread's), _WRONG_ORDER (an attach since then has not ended, or the thread is attached
 *         already), _CLOSED (the interpreter has ended, or gave the thread up: the suspension is over, and the thread is
 *         attached to nothing), _FORKED.
 */
pyferry_status pyferry_resume(struct pyferry_suspension *suspension);

/**
 * Deletes the thread states that pyferry keeps for this thread and that the thread is not inside of, with the
 * thread-local values that Python has in them. The values' destructors run here, attached to the interpreter in
 * question, for which this call may wait. It is for a pool that parks threads for long, and for a thread whose values
 * have to be destroyed on that very thread.
 *
 * Where a thread ends without this call, its end waits for no interpreter, since the thread that joins it may hold the
 * GIL: another thread deletes the states within moments. (On a free-threaded Python a thread that ends while attached
 * deletes its state itself, and on Windows each thread does: that waits only while another thread stops the world.)
 *
 * Any thread, attached or not; one that is attached lets go meanwhile. The states in an interpreter that is shutting
 * down are left to the shutdown.
 *
 * @return PYFERRY_STATUS_OK, _CLOSED (the states are deleted, but the interpreter that this thread was attached to was shut
 *         down meanwhile: the thread is attached to nothing), _FORKED.
 */
pyferry_status pyferry_thread_forget(void);

/**
 * Makes an interpreter.
 *
 * Any thread, attached or not, while Python runs. It attaches to the main interpreter to do so, and waits for that
 * without a time limit; on return the thread is attached as it was before, and not to the new interpreter.
 *
 * Freeing the view does not end the interpreter: pyferry_interpreter_end does, and Python's shutdown.
 *
 * @param options  how; NULL: isolated, with its own GIL where that is possible. Read during the call.
 * @param out      gets a view of it, to be freed with pyferry_view_free
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL, an unknown flag, both flags, `reserved` is not 0, an
 *         impossible struct_size, a field that this library does not know), _UNSUPPORTED (PYFERRY_INTERPRETER_OWN_GIL up
 *         to 3.11; while tracemalloc is on: any interpreter up to 3.11, where CPython would hang, and one with
 *         PYFERRY_INTERPRETER_OWN_GIL later; two Pythons, one before 3.9, two copies of pyferry), _NO_PYTHON (none in
 *         the process, or not initialised), _CLOSED (Python is shutting down; or the interpreter that this thread was
 *         attached to was shut down meanwhile, and the thread is attached to nothing), _PYTHON_ERROR (CPython could not
 *         make it, or setting it up raised), _WRONG_ORDER (on Windows, where this takes the first view of Python in
 *         DllMain: see pyferry_view_main), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_interpreter_new(const struct pyferry_interpreter_options *options,
                                       struct pyferry_view **out);

/**
 * Ends an interpreter that pyferry_interpreter_new made. It lets no new thread in, and waits for the threads and guards
 * inside. It tells the Python threads that the interpreter started to end, as CPython does (on a thread of pyferry's it
 * calls the functions of `threading._register_atexit`, such as an idle thread pool's), and waits for them. Then it ends
 * the interpreter. Views of it stay valid, and answer PYFERRY_STATUS_CLOSED.
 *
 * Any thread that is not inside the interpreter, neither attached nor suspended. It may be attached to another one;
 * while it waits, the thread is attached to nothing.
 *
 * @param view        the interpreter
 * @param timeout_ms  how long to wait, in milliseconds. 0: look once. -1: forever. A thread of pyferry's goes in to see
 *                    which Python threads are left; where one of them lets nobody in, that takes a second at most.
 *                    Ending the interpreter runs its atexit functions and finalisers, which may take longer than the
 *                    limit.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` is NULL, or of the main interpreter, or of one that others made;
 *         a negative time other than -1), _TIMEOUT (the message says who is still inside and, as far as pyferry can get
 *         in to see, in which file, line and function of Python; no new thread gets in: call again), _WRONG_THREAD (this
 *         thread is inside), _CLOSED (the interpreter has ended already, or is being ended by another thread or by
 *         Python's shutdown; or the interpreter that this thread was attached to was shut down while it waited: the
 *         thread is attached to nothing, and the message says whether to call again), _NO_MEMORY (call again), _FORKED.
 */
pyferry_status pyferry_interpreter_end(const struct pyferry_view *view,
                                       int64_t timeout_ms);

/**
 * Ends an interpreter whose scripts may not want to stop. It does what pyferry_interpreter_end does; but when
 * `patience_ms` have passed, KeyboardInterrupt is raised in the threads inside and in every Python thread of the
 * interpreter. It is raised again and again, with pauses that grow from 0.1 to 2 seconds, so that a script may catch one
 * and clean up. A thread in C code gets it when it is back in Python; time.sleep and a wait for a lock do not end early.
 *
 * Any thread that is not inside the interpreter, neither attached nor suspended. While it waits, the thread is attached
 * to nothing.
 *
 * @param view         the interpreter
 * @param patience_ms  how long to wait before it interrupts, in milliseconds. 0: not at all. -1: it never interrupts.
 * @param timeout_ms   how long to wait in all, in milliseconds, as in pyferry_interpreter_end. -1: forever.
 * @return as pyferry_interpreter_end; _INVALID_ARGUMENT also for a negative patience other than -1. After _TIMEOUT
 *         nobody is interrupted any more: call again, or leave the interpreter as it is.
 */
pyferry_status pyferry_interpreter_stop(const struct pyferry_view *view,
                                        int64_t patience_ms,
                                        int64_t timeout_ms);

/**
 * Raises KeyboardInterrupt in every thread that is attached to the interpreter and runs Python code: this stops a script
 * that runs away. A thread inside C code that Python code has called gets it when it is back in Python. A pyferry_exec
 * that has failed already, and makes its traceback, is left alone, and so is one that has not begun. Other interpreters
 * are not touched, nor are other thread states of such a thread, unless they have Python code on their stacks too.
 *
 * It is for scripts that are no longer needed. Like Ctrl-C, it can come between the taking and the releasing of one of
 * Python's own locks (such as an import's), which then stays locked. End that interpreter next, with a time limit.
 *
 * Any thread, attached or not; also while the interpreter is shutting down and waits for such a thread. It waits at most
 * 50 milliseconds for the script, whatever that does; a thread that is attached to another interpreter lets go of that
 * one meanwhile. A thread of pyferry's goes in and raises the exception. If it gets in within that time, as it does
 * unless C code keeps all other threads out, the exception has been raised on return. Otherwise it is raised as soon as
 * that C code lets other threads in: in the threads that were inside when this was called, in the threads that Python
 * started, and in those that came in by CPython's own calls, at whatever time.
 *
 * @param view  the interpreter
 * @return PYFERRY_STATUS_OK (also when nobody is inside), _INVALID_ARGUMENT (`view` is NULL), _CLOSED (the interpreter
 *         has ended; or the one that this thread was attached to was shut down meanwhile, and the thread is attached to
 *         nothing), _NO_MEMORY (no thread can be started), _FORKED.
 */
pyferry_status pyferry_interpreter_interrupt(const struct pyferry_view *view);

/**
 * Runs Python source in the `__main__` module of the interpreter that this thread is attached to.
 *
 * A thread that is attached, whoever attached it; also while the interpreter shuts down, which waits for the thread. An
 * exception that was set before is set afterwards. The script must not end an attachment that entered an interpreter
 * before the call: that is PYFERRY_STATUS_WRONG_ORDER.
 *
 * @param source    the statements of a whole file, in UTF-8
 * @param filename  the name in tracebacks, in UTF-8. NULL: "<string>".
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the script raised, SystemExit included: pyferry_last_error has the
 *         traceback, and the exception is cleared), _INVALID_ARGUMENT (`source` is NULL; a text is not UTF-8),
 *         _NOT_ATTACHED, _CLOSED (nothing was run: the thread was given up while an interrupt was kept from it, and is
 *         attached to nothing), _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
 */
pyferry_status pyferry_exec(const char *source, const char *filename);

/**
 * Evaluates a Python expression in the `__main__` module of the interpreter that this thread is attached to, and returns
 * its value as `str()` does: "42", "[1, 2]", "None". It is for callers that need only text; pyferry_python.h has values.
 *
 * A thread that is attached, whoever attached it; as pyferry_exec.
 *
 * @param source    an expression, in UTF-8
 * @param filename  the name in tracebacks, in UTF-8. NULL: "<string>".
 * @param buffer    gets the text in UTF-8, cut at a character if need be, and always terminated; a character that UTF-8
 *                  cannot encode (a lone surrogate) is escaped. NULL: nothing is copied.
 * @param capacity  the size of `buffer` in bytes, with room for the terminator. 0: nothing is copied.
 * @param length    gets the length of the whole text in bytes, without the terminator: `capacity` or more means that it
 *                  was cut. NULL: not wanted. To evaluate it again with more room repeats its side effects: keep the
 *                  value in a variable, by pyferry_exec.
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the expression, or str(), raised: pyferry_last_error has the traceback, and
 *         the exception is cleared; `buffer` and `length` are unchanged), _INVALID_ARGUMENT (`source` is NULL; a text is
 *         not UTF-8), _NOT_ATTACHED, _CLOSED (as pyferry_exec), _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9),
 *         _FORKED.
 */
pyferry_status pyferry_eval(const char *source,
                            const char *filename,
                            char *buffer,
                            size_t capacity,
                            size_t *length);

/**
 * Turns the exception that a failed call of CPython's own left set on this thread into a status and a message, and
 * clears it: `if (PyObject_CallNoArgs(f) == NULL) return pyferry_take_exception();`
 *
 * A thread that is attached, whoever attached it; also while the interpreter shuts down. The exception is asked for its
 * text, which may run Python code.
 *
 * @return PYFERRY_STATUS_OK (none is set), _PYTHON_ERROR (one was set: pyferry_last_error has the traceback, and none is
 *         set now), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or one before 3.9), _FORKED.
 */
pyferry_status pyferry_take_exception(void);

/**
 * The address of a function or variable of the CPython in use:
 * `PyObject *(*none)(long) = pyferry_symbol("PyLong_FromLong")` with a cast. pyferry_python.h declares all of the stable
 * API, and is based on this function.
 *
 * Any thread, attached or not, also before Python is initialised; the function that is found may need more. The address
 * is valid as long as the process lives.
 *
 * @param name  as CPython exports it: "PyLong_FromLong", "_Py_NoneStruct", "PyExc_ValueError" (a variable: the address
 *              is that of the pointer). Macros of Python.h are not exported.
 * @return the address. NULL, with the reason in pyferry_last_error, if `name` is NULL or not UTF-8; if there is no
 *         Python in this process, or two, or one before 3.9; if this one exports no such name; or if the process is a
 *         fork that Python was not told of.
 */
void *pyferry_symbol(const char *name);

/**
 * Registers a function that is called when an interpreter ends. There a host drops the objects that it keeps, and takes
 * its callbacks out of the interpreter's modules.
 *
 * The function is called once, whoever ends the interpreter and however: pyferry_interpreter_end, pyferry_runtime_stop,
 * Py_FinalizeEx, Py_EndInterpreter. It runs on the thread that ends the interpreter, which is attached to it, when all
 * other threads are out and cannot come in any more, and the interpreter's Python threads have ended; its modules are
 * still whole. The functions of one interpreter are called one after the other, the last registered first. Python's own
 * atexit functions come before them, except those that were registered before the interpreter's first view. The main
 * interpreter's functions come when all other interpreters have ended.
 *
 * The function may do what any attached thread may: call Python and pyferry, attach to the same interpreter again (which
 * nests), let go and come back. No more functions can be registered by then: that is PYFERRY_STATUS_CLOSED. An exception
 * that it leaves set is reported as Python reports those of `__del__`. It must not end the thread, nor throw.
 *
 * It is not called if the interpreter does not come to its end: if the process exits without Py_FinalizeEx, or Python
 * code has removed all atexit functions (`atexit._clear()`). In a child of os.fork, the main interpreter's functions are
 * called when that child finalises Python.
 *
 * Any thread, attached or not. It waits for no interpreter.
 *
 * @param view      the interpreter; read during the call
 * @param function  what to call
 * @param data      passed to it; has to last until then. May be NULL.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is shutting down
 *         or has ended: the function will not be called), _FORKED.
 */
pyferry_status pyferry_at_end(const struct pyferry_view *view,
                              void (*function)(void *data),
                              void *data);

/**
 * Attaches this thread to an interpreter, calls a function, and detaches, all in one call.
 *
 * Any thread, as pyferry_attach, and at shutdown as that; it waits for the interpreter without a time limit. A thread
 * that must not wait posts to a queue (pyferry_queue_post). One that may wait only for a limited time calls through a
 * queue (pyferry_queue_call).
 *
 * @param view      the interpreter; read during the call
 * @param function  called once, attached, on this thread, if the status is OK, _PYTHON_ERROR, _WRONG_ORDER or
 *                  _NOT_ATTACHED; for _CLOSED see there; otherwise not at all. It must not throw, and has to leave the
 *                  thread attached as it found it.
 * @param data      passed to it; may be NULL
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the function left an exception set: pyferry_last_error has the traceback,
 *         and the exception is cleared), _INVALID_ARGUMENT (`view` or `function` is NULL), _CLOSED (the interpreter is
 *         shutting down or has ended, and the function was not called; or it was called, and the interpreter was shut
 *         down meanwhile by the function itself, or gave this thread up), _WRONG_ORDER and _NOT_ATTACHED (the function
 *         left an attachment or suspension open, or let go of the interpreter or of the thread state by other means:
 *         that has been ended, and the thread is as it was before the call), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_call(const struct pyferry_view *view, void (*function)(void *data), void *data);

/**
 * Makes a queue. Jobs are posted to it from any thread, without a wait. The host (pyferry_queue_run) or a worker of
 * pyferry's runs them, and attaches once for many.
 *
 * A queue belongs to one interpreter and to one process. When the interpreter begins to shut down, however that begins,
 * the queue closes: posts return PYFERRY_STATUS_CLOSED, and each job that has not run is called with that status before
 * the shutdown goes on. In a forked child the parent's queues only answer PYFERRY_STATUS_FORKED: their jobs run in the
 * parent.
 *
 * Any thread, attached or not.
 *
 * @param view     the interpreter; read during the call
 * @param options  how; NULL: the defaults. Read during the call.
 * @param out      gets the queue, to be freed with pyferry_queue_free, also when its interpreter has ended
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`view` or `out` is NULL, a capacity that is too large, `reserved` is not
 *         0, an impossible struct_size, a field that this library does not know), _CLOSED (the interpreter is shutting
 *         down or has ended), _NO_MEMORY (also: no thread can be started for the worker), _FORKED.
 */
pyferry_status pyferry_queue_new(const struct pyferry_view *view,
                                 const struct pyferry_queue_options *options,
                                 struct pyferry_queue **out);

/**
 * Posts a job: it is called once. The jobs that one thread posts are called in the order of their posts.
 *
 * Any thread, attached or not, and in a signal handler, also one that has interrupted a post. It is wait-free: whatever
 * other threads do, it takes a fixed number of steps. It takes no lock, allocates nothing and calls neither Python nor
 * the system, except to wake a worker or the host where the queue was empty.
 *
 * It does not set pyferry_last_error, except for _INVALID_ARGUMENT: the status says everything.
 *
 * @param queue  the queue; it must not be freed meanwhile
 * @param job    what to call
 * @param data   passed to it; has to last until the job is called. May be NULL.
 * @return PYFERRY_STATUS_OK, _QUEUE_FULL (at once; also where the last free place is being taken by another post),
 *         _CLOSED (the interpreter is shutting down or has ended), _INVALID_ARGUMENT (`queue` or `job` is NULL; avoid
 *         that in a signal handler, where this case is not safe), _FORKED (the queue is the parent's). Unless it is OK,
 *         the job will not be called.
 */
pyferry_status pyferry_queue_post(struct pyferry_queue *queue, pyferry_job job, void *data);

/**
 * Posts a job with a copy of some bytes, so that the caller needs no memory of its own. The bytes travel in the queue,
 * and the job gets their address for the length of its call. The rest of the PYFERRY_QUEUE_COPY_MAX bytes are 0.
 *
 * In everything else as pyferry_queue_post.
 *
 * @param queue   the queue; it must not be freed meanwhile
 * @param job     what to call
 * @param bytes   what to copy; may be NULL if `length` is 0
 * @param length  how many bytes, PYFERRY_QUEUE_COPY_MAX at most
 * @return as pyferry_queue_post; _INVALID_ARGUMENT also where `bytes` is NULL, or `length` is too large
 */
pyferry_status pyferry_queue_post_copy(struct pyferry_queue *queue, pyferry_job job, const void *bytes, size_t length);

/**
 * Runs jobs on this thread, in one attachment: those that are in the queue and those that come meanwhile, until there
 * are none, the limits are reached or the queue closes. It is for a host that does this now and then, such as once a
 * frame, or when `wake` was called. After a long time it lets other threads in between two jobs.
 *
 * Any thread, attached or not. If it is not attached, it waits for the interpreter, without a time limit, if there are
 * jobs, and does not wait if there are none. One thread at a time runs the jobs of a queue: while another one does (also
 * a worker) nothing is run here, and the answer is OK. Within a job, this runs the next jobs.
 *
 * @param queue      the queue. It may be freed in a job.
 * @param max_jobs   how many jobs at most; 0: none. SIZE_MAX: all.
 * @param budget_us  for how long, in microseconds. The time is checked after each job, so at least one runs. -1: no
 *                   limit.
 * @param ran        gets how many jobs ran, unless the call fails; NULL: not wanted. Less than `max_jobs`, without a
 *                   budget: the queue was empty, or another thread runs it.
 * @return PYFERRY_STATUS_OK, _CLOSED (the queue is closed, and the jobs that were left have been called with that
 *         status, or are being called on another thread; or the interpreter that this thread was attached to was shut
 *         down meanwhile, or gave it up in a job: it is attached to nothing), _INVALID_ARGUMENT (`queue` is NULL, a
 *         negative budget other than -1), _NO_MEMORY (as pyferry_attach; the jobs stay), _FORKED (the queue is the
 *         parent's).
 */
pyferry_status pyferry_queue_run(struct pyferry_queue *queue,
                                 size_t max_jobs,
                                 int64_t budget_us,
                                 size_t *ran);

/**
 * How many jobs are in a queue, without those that are being run. The number is that of a moment ago.
 *
 * Any thread, at any time; not in a signal handler.
 *
 * @param queue  the queue; NULL gives 0
 * @return how many; 0 in a forked child for a queue of its parent's
 */
size_t pyferry_queue_length(const struct pyferry_queue *queue);

/**
 * Frees a queue. Every job that has not run is called with PYFERRY_STATUS_CLOSED, on this thread, which is attached to
 * nothing meanwhile. A job that is running is waited for. On return no job and no callback of the queue is running, and
 * its worker is gone: what they use can be freed, and the plug-in that they are in can be unloaded.
 *
 * Any thread, attached or not, at any time; once, and when no other thread uses the queue or will. Called in a job of
 * the same queue, it does not wait for that job, which is the last to run. In a forked child a queue of its parent's is
 * forgotten, and its jobs are not called.
 *
 * @param queue  what to free; NULL is ignored
 */
void pyferry_queue_free(struct pyferry_queue *queue);

/**
 * Posts a job, and waits until it has been called, but not for longer than a time limit.
 *
 * Any thread, attached or not: one that is attached lets go while it waits, so that the queue can be run. It allocates,
 * and is not for signal handlers. In a job of the same queue it would wait for itself, which is refused with
 * PYFERRY_STATUS_WRONG_ORDER; two queues whose jobs wait for each other's wait until a time limit passes. When the
 * interpreter shuts down first, it returns _CLOSED, also before the time limit, as soon as the job that is running ends.
 *
 * @param queue       the queue; it must not be freed meanwhile, except in a job
 * @param job         what to call
 * @param data        passed to it. Where the time limit passes first, it has to last until the job is called: the job
 *                    stays in the queue, and is called once like any other. So do not pass a local variable, unless
 *                    there is no limit.
 * @param timeout_ms  how long to wait, in milliseconds. 0: post, and look once. -1: forever.
 * @return PYFERRY_STATUS_OK (the job ran), _TIMEOUT (it has not run yet, or not to its end), _PYTHON_ERROR (it left an
 *         exception set: pyferry_last_error has the traceback, and the error callback got it too), _CLOSED (the
 *         interpreter is shutting down or has ended: the job was called with that status, or was not posted; or the job
 *         ran, but the interpreter that this thread was attached to was shut down meanwhile, and the thread is attached to
 *         nothing: pyferry_last_error says which). With the following statuses it was not posted, and will not be called:
 *         _INVALID_ARGUMENT (`queue` or `job` is NULL, a negative time other than -1), _QUEUE_FULL, _WRONG_ORDER, _FORKED.
 */
pyferry_status pyferry_queue_call(struct pyferry_queue *queue,
                                  pyferry_job job,
                                  void *data,
                                  int64_t timeout_ms);

/**
 * Has a running asyncio event loop call a C function, from any thread: `loop.call_soon_threadsafe` for threads that must
 * not wait for Python.
 *
 * The function is called once. With PYFERRY_STATUS_OK it runs on the thread that runs the loop, attached, and may use
 * the loop as a callback in Python may (`loop.create_task`). With PYFERRY_STATUS_CLOSED it is attached to nothing: the
 * loop was closed, or its interpreter shuts down first. The functions that one thread posts to a loop are called in the
 * order of their posts. A loop that was stopped calls them when it is run again. An exception that a function leaves set
 * goes to the loop's exception handler (`loop.call_exception_handler`).
 *
 * Any thread, attached or not. It never waits for an interpreter: a thread of pyferry's goes in and tells the loop, once
 * for all functions that have gathered, and ends when there was no post for a second. A thread's next post to the same
 * loop is like one to a queue (pyferry_queue_post): it takes no lock and allocates nothing. A thread's first post, or
 * the first of all after such a second, may take a lock for a moment, and allocate: so not in a signal handler.
 *
 * @param view  the interpreter of the loop; read during the call
 * @param loop  the event loop, a borrowed reference that has to last until the function is called
 * @param job   what to call
 * @param data  passed to it; has to last until then. May be NULL.
 * @return PYFERRY_STATUS_OK, _QUEUE_FULL (1024 functions wait for this loop), _CLOSED (the interpreter is shutting down
 *         or has ended), _INVALID_ARGUMENT (`view`, `loop` or `job` is NULL), _NO_MEMORY (also: no thread can be
 *         started), _FORKED. Unless it is OK, the function will not be called.
 */
pyferry_status pyferry_asyncio_post(const struct pyferry_view *view,
                                    struct _object *loop,
                                    pyferry_job job,
                                    void *data);

/**
 * Runs a coroutine on an asyncio event loop that another thread runs, and waits for its result.
 *
 * Any thread, attached or not, except the one that runs the loop. It attaches, gives the coroutine to the loop
 * (`asyncio.run_coroutine_threadsafe`) and lets go while it waits. When the time limit passes the coroutine is
 * cancelled; the call does not wait for what the coroutine does about that. A shutdown of the interpreter ends the wait
 * in the same way. Not in a signal handler.
 *
 * @param view        the interpreter of the loop; read during the call
 * @param loop        the event loop; a borrowed reference
 * @param coroutine   what to run, as a call of an `async def` function returns it; a borrowed reference
 * @param timeout_ms  how long to wait, in milliseconds. 0: give it to the loop, and look once. -1: forever. The time
 *                    that it takes to attach is not limited.
 * @param result      gets a new reference to what the coroutine returned, which the caller owns (and gives back by
 *                    pyferry_release_later, if it is not attached); NULL: not wanted
 * @return PYFERRY_STATUS_OK, _PYTHON_ERROR (the coroutine raised or was cancelled by others, or `coroutine` or `loop` is
 *         no such thing: pyferry_last_error has the traceback), _TIMEOUT (the coroutine is cancelled), _CLOSED (the loop
 *         was closed, or the interpreter is shutting down or has ended; or the interpreter that this thread was attached
 *         to was shut down meanwhile, and the thread is attached to nothing), _WRONG_THREAD (this thread runs the loop),
 *         _INVALID_ARGUMENT (`view`, `loop` or `coroutine` is NULL, a negative time other than -1), _NO_MEMORY, _FORKED.
 */
pyferry_status pyferry_asyncio_await(const struct pyferry_view *view,
                                     struct _object *loop,
                                     struct _object *coroutine,
                                     int64_t timeout_ms,
                                     struct _object **result);

/**
 * Drops a reference to a Python object from any thread: Py_DECREF for destructors and threads that are not attached.
 *
 * Any thread, attached or not, at any time: before, while and after the interpreter shuts down. It never waits for an
 * interpreter. A thread that is attached to the object's interpreter drops the reference at once, and the object's
 * destructor may run here. For other threads a thread of pyferry's drops it within moments, or else the thread that
 * shuts the interpreter down. Each interpreter has such a thread of its own: C code that keeps another interpreter,
 * with another GIL, does not hold it up. (On free-threaded builds CPython leaves an object to the thread that made it,
 * which destroys it when it next runs Python code; or the garbage collector does.) Not in a signal handler: it
 * allocates.
 *
 * @param view       the interpreter of the object; read during the call
 * @param py_object  a `PyObject *`: a reference that the caller owns and gives away
 * @return PYFERRY_STATUS_OK (it was dropped, or will be), _CLOSED (the interpreter has ended: the reference was not
 *         touched, and pyferry_left_behind counts it; there is nothing more to do), _INVALID_ARGUMENT (an argument is
 *         NULL), _FORKED (it was not dropped).
 */
pyferry_status pyferry_release_later(const struct pyferry_view *view, void *py_object);

/**
 * How many references, in this process, were given to pyferry_release_later too late to be dropped.
 *
 * Any thread, at any time.
 *
 * @return how many
 */
uint64_t pyferry_left_behind(void);

/**
 * Lists the threads that wait for an interpreter or are inside, with label and time: every thread that pyferry attaches,
 * or that has suspended, and every open guard. A thread that is in two interpreters is listed twice. Python's own
 * threads, and those that came in by other means, are listed while pyferry keeps an interpreter for them, but not for a
 * nested attach.
 *
 * Any thread, attached or not, whatever Python does: it takes no lock, allocates nothing and never waits, so a signal
 * handler may call it, and so may a debugger. Other threads come and go meanwhile; each entry is that of one moment. In
 * a forked child the parent's other threads are not listed.
 *
 * @param out       an array of `capacity` elements; NULL: nothing is written. The `struct_size` of the first one says
 *                  how large each is; if this library does not know that size, they are as large as in its first
 *                  version.
 * @param capacity  how many elements there is room for
 * @return how many threads and guards there are, which can be more than `capacity`
 */
size_t pyferry_threads(struct pyferry_thread_info *out,
                       size_t capacity);

/**
 * Writes what pyferry_threads returns as text, one line for each thread or guard, by interpreter.
 *
 * Any thread, at any time, also in a signal handler, and from a debugger (`call pyferry_dump(2)`) while the process is
 * stopped, whatever locks are held: it takes none, allocates nothing, leaves errno as it was and calls nothing but
 * write(2), what holds SIGPIPE and SIGXFSZ back meanwhile, and what reads names and memory. It does not set
 * pyferry_last_error.
 *
 * @param fd  a file descriptor that is open for writing: 2 for stderr
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`fd` cannot be written to, like a pipe that nobody reads), _FORKED.
 */
pyferry_status pyferry_dump(int fd);

/**
 * Sets a callback that is called when a thread waits for an interpreter, or is inside, for longer than a limit. There is
 * one watchdog in the process, and it stays until another one is set or it is removed, whoever starts and ends Python
 * meanwhile.
 *
 * A thread of pyferry's own looks every now and then: eight times in the shorter limit, at least 4 times and at most 250
 * times a second. The threads that it watches pay nothing for it.
 *
 * On return no call of the previous callback is running, and its `destroy` was called. Only from within a call this
 * function does not wait: `destroy` is then called when that call has returned. A forked child has no watchdog until it
 * sets one.
 *
 * Any thread, attached or not, before there is a Python too. A thread that is attached lets go while it waits.
 *
 * @param options  read during the call; NULL: there is no watchdog from now on
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (no callback, no limit, an impossible struct_size, a field that this
 *         library does not know: nothing is changed, and `destroy` is not called), _NO_MEMORY (no thread can be started:
 *         likewise), _CLOSED (the watchdog is set, but the interpreter that this thread was attached to was shut down
 *         while it waited: the thread is attached to nothing), _FORKED (nothing is changed, and `destroy` is not
 *         called).
 */
pyferry_status pyferry_watchdog(const struct pyferry_watchdog_options *options);

/**
 * Begins to write down what every thread does with interpreters: each wait, each stay and its label, nested attachments,
 * letting go, crossing from one interpreter to another, each job of a queue that is posted or run. The file is a picture
 * for pyferry-timeline, ui.perfetto.dev or chrome://tracing, with a lane for each thread: an array of Chrome's trace
 * events in JSON, one on each line. The environment variable PYFERRY_TRACE does the same without a call, from the first
 * view of an interpreter on: it is a path, in which %p stands for the process ID. It does not count in a program that
 * has more rights than its user (set-user-ID, set-group-ID, file capabilities), whose files it would overwrite.
 *
 * Each thread notes into memory of its own, 128 KiB for each thread that attaches meanwhile, and waits for no other
 * thread. A thread of pyferry's own, which never needs Python and takes no signal, writes the notes every 10 ms, in
 * whole lines: a file that is cut off because the process is killed still loads. Where a thread notes faster than that
 * is written, some of its events are left out; the file says where, and at its end how many. While there is no trace,
 * nothing is noted, and nothing is paid for it.
 *
 * A trace goes on whatever becomes of Python, until pyferry_trace_stop or the end of the process (exit, or the return of
 * main; not _exit), which completes the file. A forked child writes none until it starts its own.
 *
 * Any thread, attached or not, before there is a Python too. It waits until the file is open, which for a FIFO takes
 * until somebody reads it; a thread that is attached lets go meanwhile. (So does the thread that takes the first view, where
 * PYFERRY_TRACE is set.)
 *
 * Waits and stays are also counted meanwhile, for pyferry_histograms.
 *
 * @param path  the file, UTF-8; it is created, or overwritten. Read during the call.
 * @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`path` is NULL or not UTF-8, or the file cannot be written: the message
 *         has the system's words), _WRONG_ORDER (a trace is written already, or begun by another thread at this moment,
 *         or pyferry_histograms_start counts; that goes on), _NO_MEMORY (no thread can be started), _CLOSED (the
 *         interpreter that this thread was attached to was shut down while it waited: the thread is attached to
 *         nothing, and no trace has begun), _FORKED.
 */
pyferry_status pyferry_trace_start(const char *path);

/**
 * Ends what pyferry_trace_start, PYFERRY_TRACE or pyferry_histograms_start began. On return the file is complete: what
 * had begun and not ended is shown as ending there.
 *
 * Any thread, attached or not, whatever becomes of Python. It waits until everything is written; a thread that is
 * attached lets go meanwhile.
 *
 * @return PYFERRY_STATUS_OK, _WRONG_ORDER (no trace is written, and nothing is counted), _INVALID_ARGUMENT (the file
 *         could not take everything, as on a full disk, and has what came before: the trace has ended; the message has
 *         the system's words), _CLOSED (the file is complete, but the interpreter that this thread was attached to was
 *         shut down while it waited: the thread is attached to nothing), _FORKED.
 */
pyferry_status pyferry_trace_stop(void);

/**
 * Has waits and stays counted for pyferry_histograms, as pyferry_trace_start does, but without a file.
 * pyferry_trace_stop ends the counting.
 *
 * Any thread, attached or not, before there is a Python too.
 *
 * @return PYFERRY_STATUS_OK, _WRONG_ORDER (they are counted already, or a trace is written), _NO_MEMORY (no thread can
 *         be started), _FORKED.
 */
pyferry_status pyferry_histograms_start(void);

/**
 * Tells how long threads waited for each interpreter and stayed there while pyferry_histograms_start or
 * pyferry_trace_start had that counted. It includes waits and stays that have ended, up to some 10 ms ago or to the
 * return of pyferry_trace_stop. What was going on when the counting began is counted from that moment. What no buffer
 * had room for is not counted. There is one histogram of waits and one of stays for each interpreter that had any, but
 * for at most 64 interpreters: the oldest except main are left out. In a forked child they begin anew.
 *
 * Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal
 * handler.
 *
 * @param out       an array of `capacity` elements; NULL: nothing is written. The `struct_size` of the first one says
 *                  how large each is; if this library does not know that size, they are as large as in its first
 *                  version.
 * @param capacity  how many elements there is room for
 * @return how many histograms there are, which can be more than `capacity`
 */
size_t pyferry_histograms(struct pyferry_histogram *out, size_t capacity);

/**
 * Writes what pyferry_histograms tells as text in the format of Prometheus: the histograms `pyferry_wait_seconds` and
 * `pyferry_hold_seconds`, with the label `interpreter`, from a microsecond to ten seconds.
 *
 * Any thread, attached or not, also before and after there is a Python. It takes a lock, for a moment: not in a signal
 * handler.
 *
 * @param buffer    gets the text, cut and terminated as by pyferry_last_error; NULL: nothing is written
 * @param capacity  the size of `buffer` in bytes, with room for the terminator
 * @return the length of the whole text in bytes, without the terminator: `capacity` or more means that it was cut
 */
size_t pyferry_histograms_text(char *buffer, size_t capacity);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PYFERRY_H */
