/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* PYFERRY_RUNTIME_ON_THIS_THREAD: Python's main thread is the host's, which starts, pumps and stops Python and is attached to
   nothing meanwhile; other threads come in while it is in the host's code. */
#include "use.h"

#include <dlfcn.h>

enum { CALLS = 20 };

static int (*add)(int (*call)(void *), void *);
static void *runtime_error;
static void (*set_error)(void *, const char *);
static pthread_t owner;
static int ran, elsewhere, refused;

static pyferry_status start_here(uint32_t flags)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD | flags;
    return pyferry_runtime_start(&options);
}

/* Runs attached, so it may not pump. */
static int note(void *unused)
{
    (void)unused;
    ran++;
    elsewhere += !pthread_equal(pthread_self(), owner);
    refused += pyferry_runtime_pump() == PYFERRY_STATUS_WRONG_ORDER;
    return 0;
}

static int fail(void *unused)
{
    (void)unused;
    set_error(*(void **)runtime_error, "a pending call");
    return -1;
}

static void pump(void)
{
    CHECK(!pyferry_is_attached(NULL));
    CHECK_OK(pyferry_runtime_pump());
    CHECK(!pyferry_is_attached(NULL));
}

static void pump_refused(const char *part)
{
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_PYTHON_ERROR, part);
    CHECK(!pyferry_is_attached(NULL));
    pump();
}

static void *queue_calls(void *view)
{
    pyferry_token token = attach(view);
    run("import threading\nassert threading.current_thread() is not threading.main_thread()");
    for (int i = 0; i < CALLS; i++)
        CHECK(add(note, NULL) == 0);
    /* CPython wakes the main thread for them, and nobody else runs them. */
    run("for _ in range(100000): pass");
    detach(token);
    return NULL;
}

static void *queue_failure(void *view)
{
    pyferry_token token = attach(view);
    CHECK(add(fail, NULL) == 0);
    detach(token);
    return NULL;
}

static void *elsewhere_refused(void *unused)
{
    (void)unused;
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_THREAD, "PYFERRY_RUNTIME_ON_THIS_THREAD");
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_THREAD, "PYFERRY_RUNTIME_ON_THIS_THREAD");
    CHECK_REFUSED(pyferry_runtime_stop_with(0, 0), PYFERRY_STATUS_WRONG_THREAD, "PYFERRY_RUNTIME_ON_THIS_THREAD");
    return NULL;
}

/* One of several starts anybody may take back. */
static void *join_and_leave(void *unused)
{
    (void)unused;
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    return NULL;
}

static void check_pending_calls(pyferry_view *main)
{
    ran = elsewhere = refused = 0;
    on_new_thread(queue_calls, main);
    CHECK(ran == 0);
    pump();
    CHECK(ran == CALLS && elsewhere == 0 && refused == CALLS);
    on_new_thread(queue_failure, main);
    pump_refused("RuntimeError: a pending call");
}

static void check_signals(pyferry_view *main)
{
    run_in(main, "import signal, threading\nhandled = []\n"
                 "def handle(number, frame):\n    handled.append(threading.current_thread() is threading.main_thread())\n"
                 "def break_down(number, frame):\n    1 / 0\n"
                 "signal.signal(signal.SIGUSR1, handle)\nsignal.signal(signal.SIGUSR2, break_down)");
    CHECK(raise(SIGUSR1) == 0);
    pump();
    run_in(main, "assert handled == [True], handled");
    CHECK(raise(SIGINT) == 0);
    pump_refused("KeyboardInterrupt");
    CHECK(raise(SIGUSR2) == 0);
    pump_refused("in break_down");
}

static void check_misuse(pyferry_view *main)
{
    pyferry_token token = attach(main);
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_ORDER, "attached");
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_THREAD, "attached");
    detach(token);
    on_new_thread(elsewhere_refused, NULL);
    on_new_thread(join_and_leave, NULL);
    pump();
}

static void check_stop(pyferry_view *main)
{
    struct guest guest = GUEST(main);
    guest.name = "renderer-7";
    guest_comes(&guest);
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_TIMEOUT, "renderer-7");
    CHECK_REFUSED(pyferry_runtime_stop(30), PYFERRY_STATUS_TIMEOUT, "renderer-7");
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_CLOSED, "pyferry_runtime_stop");
    on_new_thread(elsewhere_refused, NULL);
    guest_goes(&guest);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(!pyferry_is_attached(NULL));
    check_closed(main);
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_NO_PYTHON, "not initialised");
}

static int ended_here;

static int note_end(void *unused)
{
    (void)unused;
    ended_here += pthread_equal(pthread_self(), owner);
    return 0;
}

static void one_life(uint32_t flags)
{
    sigset_t before, now;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    CHECK_OK(start_here(flags));
    CHECK(!pyferry_is_attached(NULL));
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    for (int number = 1; number < 32; number++)
        CHECK(sigismember(&before, number) == sigismember(&now, number));
    *(void **)&add = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
    *(void **)&set_error = dlsym(RTLD_DEFAULT, "PyErr_SetString");
    runtime_error = dlsym(RTLD_DEFAULT, "PyExc_RuntimeError");
    CHECK(add != NULL && set_error != NULL && runtime_error != NULL);
    pyferry_view *main = main_view();
    run_in(main, "import threading, concurrent.futures\n"
                 "assert threading.current_thread() is threading.main_thread()\n"
                 "pool = concurrent.futures.ThreadPoolExecutor(1)\npool.submit(int).result()");
    check_works(main);
    check_pending_calls(main);
    if (flags != 0)
        check_signals(main);
    check_misuse(main);
    pyferry_view *sub = new_interpreter();
    on_new_thread(visit, sub);
    check_works(sub);
    pyferry_view_free(sub);
    /* What is left is run by Py_FinalizeEx, which runs on this thread. */
    ended_here = 0;
    pyferry_token token = attach(main);
    CHECK(add(note_end, NULL) == 0);
    detach(token);
    int ends[2];
    char source[400];
    CHECK(pipe(ends) == 0);
    snprintf(source, sizeof source,
             "import atexit, os, sys\nsys.unraisablehook = lambda args: None\n"
             "def leave():\n    for _ in range(1000): pass\n    os.write(%d, b'x')\natexit.register(leave)",
             ends[1]);
    run_in(main, source);
    if (flags != 0)
        CHECK(raise(SIGINT) == 0);
    check_stop(main);
    CHECK(ended_here == 1);
    close(ends[1]);
    CHECK(read(ends[0], source, 2) == 1);
    close(ends[0]);
    pyferry_view_free(main);
}

int main(void)
{
    owner = pthread_self();
    CHECK_STATUS(pyferry_runtime_pump(), PYFERRY_STATUS_NO_PYTHON);
    one_life(0);
    one_life(PYFERRY_RUNTIME_PYTHON_SIGNALS);

    /* With a main thread of pyferry's own, and again without. */
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_REFUSED(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_ORDER, "PYFERRY_RUNTIME_ON_THIS_THREAD");
    /* It runs already. */
    CHECK_OK(start_here(0));
    CHECK_STATUS(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_ORDER);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK_OK(pyferry_runtime_stop(-1));
    one_life(0);
    return 0;
}
