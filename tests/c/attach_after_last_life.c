/* harness: timeout=20 */
/* From 3.15 a thread's gilstate slot holds in the next life of Python what it held in the last: a state that is gone, or one at
   the same address that is another thread's. Neither is used. */
#include "py.h"

static pyferry_view *last, *now;
static PyThreadState *initial;
static struct event in, again;

static void let_go_of_its_own(void)
{
    PyGILState_Ensure();
    PyEval_SaveThread();
}

#ifndef Py_DEBUG /* CPython asserts that no thread uses another's state */
/* The state of the thread that initialises Python has the same address in every life. */
static void let_go_of_the_initial_one(void)
{
    PyEval_RestoreThread(initial);
    PyEval_SaveThread();
}
#endif

static void *outlives_python(void *argument)
{
    (*(void (**)(void))argument)();
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
    return NULL;
}

static void start_anew_under_a_thread_that(void (*lets_go)(void))
{
    in = again = (struct event)EVENT_INIT;
    initial = start_python(&last);
    pthread_t thread = thread_start(outlives_python, &lets_go);
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

int main(void)
{
    start_anew_under_a_thread_that(let_go_of_its_own);
#ifndef Py_DEBUG
    start_anew_under_a_thread_that(let_go_of_the_initial_one);
#endif
    return 0;
}
