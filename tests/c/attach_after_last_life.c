/* harness: timeout=20 */
/* From 3.15 a thread's gilstate slot holds in the next life of Python what it held in the last: a state that is gone, or one at
   the same address that is another thread's. Neither is used. */
#include "py.h"

static pyferry_view *last, *now;
static PyThreadState *initial;
static struct event in = EVENT_INIT, again = EVENT_INIT;

static void *outlives_python(void *unused)
{
    PyGILState_Ensure();
    PyEval_SaveThread();
    event_set(&in);
    event_wait(&again);
    pyferry_token token = attach(now);
    PyThreadState *state = PyThreadState_Get();
    CHECK(state != initial);
    int others = 0;
    for (PyThreadState *other = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(state)); other != NULL;
         other = PyThreadState_Next(other))
        others += other != state;
    CHECK(others == 1);
    check_ensures(state);
    detach(token);
    check_works(now);
    return unused;
}

static void start_anew_on_this_thread(void)
{
    in = again = (struct event)EVENT_INIT;
    initial = start_python(&last);
    pthread_t thread = thread_start(outlives_python, NULL);
    event_wait(&in);
    finish_python(initial);
    initial = start_python(&now);
    event_set(&again);
    thread_join(thread);
    /* This thread's own is used. */
    pyferry_token token = attach(now);
    CHECK(PyThreadState_Get() == initial);
    detach(token);
    finish_python(initial);
    pyferry_view_free(last);
    pyferry_view_free(now);
}

static struct event over = EVENT_INIT;

static void *takes_python_over(void *unused)
{
    PyGILState_Ensure();
    CHECK(Py_FinalizeEx() == 0);
    initial = start_python(&now);
    event_set(&again);
    event_wait(&over);
    finish_python(initial);
    return unused;
}

/* The state of whoever initialises Python has the same address in every life: what is in this thread's slot is alive again. */
static void start_anew_on_another_thread(void)
{
    again = (struct event)EVENT_INIT;
    PyThreadState *mine = start_python(&last);
    pthread_t thread = thread_start(takes_python_over, NULL);
    event_wait(&again);
    CHECK(initial == mine);
    pyferry_token token = attach(now);
    CHECK(PyThreadState_Get() != mine);
    run("import sys");
    detach(token);
    event_set(&over);
    thread_join(thread);
    pyferry_view_free(last);
    pyferry_view_free(now);
}

int main(void)
{
    start_anew_on_this_thread();
    /* CPython asserts in a debug build, and hangs up to 3.12, where it is finalised on another thread than it was initialised on. */
    if (python_minor() >= 14 && !python_is_debug())
        start_anew_on_another_thread();
    return 0;
}
