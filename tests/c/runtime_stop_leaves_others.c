/* harness: since=3.14 */
/* The host may finalise the Python that pyferry started, and start one of its own: that is not pyferry's to stop. (Before,
   Py_FinalizeEx is for the thread only that imported threading, here pyferry's: on another one CPython hangs up to 3.12, and
   3.13t crashes.) */
#include <Python.h>

#include "py.h"

#ifdef Py_DEBUG
int main(void)
{
    puts("CPython asserts here that Py_FinalizeEx is called on the thread that initialised Python");
    return 0;
}
#else
static pyferry_view *own;
static struct event started = EVENT_INIT, done = EVENT_INIT;

static void finalize(void)
{
    PyGILState_Ensure();
    CHECK(Py_FinalizeEx() == 0);
}

static void *takes_over(void *unused)
{
    finalize();
    PyThreadState *state = start_python(&own);
    event_set(&started);
    event_wait(&done);
    finish_python(state);
    return unused;
}

static struct event tearing_down = EVENT_INIT;

static PyObject *take_long(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    event_set(&tearing_down);
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(200);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef method = { "take_long", take_long, METH_NOARGS, NULL };

static void *finalizes_for_long(void *unused)
{
    PyGILState_Ensure();
    define(&method);
    run("class Last:\n"
        "    def __init__(self):\n"
        "        self.last = take_long\n"
        "    def __del__(self):\n"
        "        self.last()\n"
        "last = Last()\n");
    CHECK(Py_FinalizeEx() == 0);
    event_set(&tearing_down);
    return unused;
}

static void *finalizes(void *unused)
{
    finalize();
    return unused;
}

static void stop_under_the_hosts(bool joins_before)
{
    started = done = (struct event)EVENT_INIT;
    start_runtime();
    pyferry_view *ours = main_view();
    pthread_t host = thread_start(takes_over, NULL);
    event_wait(&started);
    check_closed(ours);
    pyferry_view_free(ours);
    if (joins_before) {
        start_runtime();
        CHECK_OK(pyferry_runtime_stop(-1));
        check_works(own);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(own);
    CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    event_set(&done);
    thread_join(host);
    check_closed(own);
    pyferry_view_free(own);
}

/* What is gone is no Python that runs. */
static void start_anew(void)
{
    start_runtime();
    on_new_thread(finalizes, NULL);
    start_runtime();
    CHECK(Py_IsInitialized());
    pyferry_view *ours = main_view();
    check_works(ours);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(ours);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(!Py_IsInitialized());
    pyferry_view_free(ours);
}

static void stop_nothing(void)
{
    start_runtime();
    on_new_thread(finalizes, NULL);
    CHECK_OK(pyferry_runtime_stop(-1));
}

/* While the host is at it: past its atexit functions, and not through. */
static void stop_meanwhile(void)
{
    tearing_down = (struct event)EVENT_INIT;
    start_runtime();
    pthread_t thread = thread_start(finalizes_for_long, NULL);
    event_wait(&tearing_down);
    CHECK_OK(pyferry_runtime_stop(-1));
    thread_join(thread);
    CHECK(!Py_IsInitialized());
}

int main(void)
{
    stop_under_the_hosts(false);
    stop_under_the_hosts(true);
    start_anew();
    stop_nothing();
    stop_meanwhile();
    return 0;
}
#endif
