/* harness: timeout=20 */
/* A thread that was given up, and says so only when Python has been initialised anew, has nothing of the last life left. */
#include "py.h"

static pyferry_view *last, *now;
static struct event in = EVENT_INIT, again = EVENT_INIT;

static void meanwhile(void)
{
    event_set(&in);
    event_wait(&again);
}

static void is_suspended(void)
{
    pyferry_token token = attach(last);
    pyferry_suspension out = suspend();
    meanwhile();
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
}

static void has_let_go(void)
{
    pyferry_token token = attach(last);
    PyEval_SaveThread();
    meanwhile();
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
}

static void has_let_go_of_its_own(void)
{
    PyGILState_Ensure();
    pyferry_suspension out = suspend();
    meanwhile();
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
}

static void *outlives_python(void *argument)
{
    (*(void (**)(void))argument)();
    CHECK(PyGILState_GetThisThreadState() == NULL);
    PyGILState_STATE ensured = PyGILState_Ensure();
    run("import sys");
    PyGILState_Release(ensured);
    check_works(now);
    return NULL;
}

static void start_anew_under_a_thread_that(void (*leave)(void))
{
    in = again = (struct event)EVENT_INIT;
    PyThreadState *state = start_python(&last);
    pthread_t thread = thread_start(outlives_python, &leave);
    event_wait(&in);
    finish_python(state);
    state = start_python(&now);
    event_set(&again);
    thread_join(thread);
    finish_python(state);
    pyferry_view_free(last);
    pyferry_view_free(now);
}

int main(void)
{
    PyThreadState *state = start_python(&last);
    hear_reports(give_up, NULL);
    finish_python(state);
    pyferry_view_free(last);
    start_anew_under_a_thread_that(is_suspended);
    start_anew_under_a_thread_that(has_let_go);
    start_anew_under_a_thread_that(has_let_go_of_its_own);
    return 0;
}
