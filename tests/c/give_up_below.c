/* harness: since=3.14 */
/* A thread that went from one interpreter to another is given up by the end of the first: it leaves the second, does not
   come back to the first, and is told so; and it is as it was where it was before both. (Up to 3.13 nobody can be given up in an interpreter that is not main.) */
#include "py.h"

static pyferry_view *main_interpreter, *first, *second;
static struct event in = EVENT_INIT, go = EVENT_INIT;

static void *is_in_both(void *unused)
{
    /* Not for the first time: by the short way. */
    run_in(first, "import sys");
    run_in(second, "import sys");
    pyferry_token lowest = attach(main_interpreter);
    PyThreadState *state = PyThreadState_Get();
    pyferry_token below = attach(first), above = attach(second);
    Py_BEGIN_ALLOW_THREADS
    event_set(&in);
    event_wait(&go);
    Py_END_ALLOW_THREADS
    CHECK_REFUSED(pyferry_detach(&above), PYFERRY_STATUS_CLOSED, "attached to nothing");
    CHECK(!pyferry_is_attached(NULL));
    CHECK_STATUS(pyferry_detach(&below), PYFERRY_STATUS_CLOSED);
    CHECK(PyThreadState_Get() == state && PyGILState_GetThisThreadState() == state);
    check_ensures(state);
    detach(lowest);
    run_in(second, "import sys");
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(give_up, NULL);
    first = new_interpreter();
    second = new_interpreter();
    pthread_t thread = thread_start(is_in_both, NULL);
    event_wait(&in);
    CHECK_OK(pyferry_interpreter_end(first, -1));
    event_set(&go);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(second, -1));
    pyferry_view_free(first);
    pyferry_view_free(second);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
