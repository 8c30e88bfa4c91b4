/* harness: since=3.14 */
/* A thread that went from main to another interpreter is given up by the end of that one, whose place among the interpreters
   the next one takes. Whatever the thread does there meanwhile, it comes back to main, as it was. (Up to 3.13 nobody can be
   given up in an interpreter that is not main.) */
#include "py.h"

static pyferry_view *main_interpreter, *ended, *next;
static struct event in = EVENT_INIT, go = EVENT_INIT;

static void nothing(void) {}

static void visits(void)
{
    run_in(next, "import sys");
}

static void opens_a_guard(void)
{
    pyferry_guard *guard = NULL;
    CHECK_OK(pyferry_guard_open(next, &guard));
    pyferry_guard_close(guard);
}

static void *is_in_both(void *argument)
{
    void (*meanwhile)(void) = *(void (**)(void))argument;
    /* Not for the first time: by the short way. */
    run_in(ended, "import sys");
    run_in(main_interpreter, "import sys");
    pyferry_token below = attach(main_interpreter);
    PyThreadState *state = PyThreadState_Get();
    pyferry_token above = attach(ended);
    PyEval_SaveThread();
    event_set(&in);
    event_wait(&go);
    meanwhile();
    CHECK_STATUS(pyferry_detach(&above), PYFERRY_STATUS_CLOSED);
    CHECK(pyferry_is_attached(main_interpreter));
    CHECK(PyThreadState_Get() == state && PyGILState_GetThisThreadState() == state);
    check_ensures(state);
    detach(below);
    check_works(next);
    check_works(main_interpreter);
    return NULL;
}

static void end_under_a_thread_that(void (*meanwhile)(void))
{
    in = go = (struct event)EVENT_INIT;
    ended = new_interpreter();
    pthread_t thread = thread_start(is_in_both, &meanwhile);
    event_wait(&in);
    CHECK_OK(pyferry_interpreter_end(ended, -1));
    next = new_interpreter();
    event_set(&go);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(next, -1));
    pyferry_view_free(ended);
    pyferry_view_free(next);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(give_up, NULL);
    end_under_a_thread_that(nothing);
    end_under_a_thread_that(visits);
    end_under_a_thread_that(opens_a_guard);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
