/* harness: timeout=20 */
/* A thread that is attached to one interpreter by its own means waits for the end of another. Meanwhile nobody ends the first under
   it unless the host gives it up; then it is told so, and neither hung nor ended. */
#include "py.h"

static pyferry_view *main_interpreter, *first, *second;
static struct guest guest;
static struct event waits = EVENT_INIT;
static bool gave_up;
static __thread bool ends;

/* ---- from the report callback ---- */

static int32_t end_the_first(const char *text, void *data)
{
    (void)text, (void)data;
    CHECK_REFUSED(pyferry_interpreter_end(first, 0), PYFERRY_STATUS_WRONG_THREAD, "detach first");
    event_set(&guest.leave);
    return PYFERRY_REPORT_WAIT;
}

static void *ends_the_second(void *unused)
{
    PyThreadState *own = PyThreadState_New(interpreter_of(first));
    PyEval_RestoreThread(own);
    CHECK_OK(pyferry_interpreter_end(second, -1));
    CHECK(PyThreadState_Get() == own);
    run("import sys");
    PyThreadState_Clear(own);
    PyThreadState_DeleteCurrent();
    return unused;
}

/* ---- given up ---- */

static int32_t give_main_up(const char *text, void *data)
{
    (void)data;
    if (ends) {
        event_set(&waits);
        return PYFERRY_REPORT_WAIT;
    }
    if (strncmp(text, "the main", strlen("the main")) == 0) {
        gave_up = true;
        return PYFERRY_REPORT_GIVE_UP;
    }
    /* Main is lost by now: the shutdown has gone on to the second, and waits for the guest there. */
    if (gave_up)
        event_set(&guest.leave);
    return PYFERRY_REPORT_WAIT;
}

static void *ends_it_from_main(void *unused)
{
    ends = true;
    PyGILState_Ensure();
    CHECK_STATUS(pyferry_interpreter_end(second, -1), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(end_the_first, NULL);
    first = new_interpreter();
    second = new_interpreter();
    guest = (struct guest)GUEST(second);
    guest_comes(&guest);
    on_new_thread(ends_the_second, NULL);
    thread_join(guest.thread);
    CHECK_OK(pyferry_interpreter_end(first, -1));
    pyferry_view_free(first);
    pyferry_view_free(second);

    waits = (struct event)EVENT_INIT;
    hear_reports(give_main_up, NULL);
    second = new_interpreter();
    guest = (struct guest)GUEST(second);
    guest_comes(&guest);
    pthread_t thread = thread_start(ends_it_from_main, NULL);
    event_wait(&waits);
    finish_python(state);
    thread_join(thread);
    thread_join(guest.thread);
    pyferry_view_free(second);
    pyferry_view_free(main_interpreter);
    return 0;
}
