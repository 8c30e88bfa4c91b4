/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* harness: not-on=windows it forks, and Windows has no fork */
/* In a child that Python is not told of every call answers FORKED, though at the fork another thread was waiting in the end of
   an interpreter or in Python's shutdown, or reporting on it; and the shutdown goes on in the parent. */
#include "fork.h"

static struct inherited had;
static struct event inside = EVENT_INIT, reported = EVENT_INIT;

static int32_t hear(const char *text, void *data)
{
    (void)text, (void)data;
    /* Later the guard may be closed. */
    if (!event_is_set(&reported)) {
        struct inherited own = had;
        check_raw_child(&own);
        event_set(&reported);
    }
    return PYFERRY_REPORT_WAIT;
}

/* Keeps the shutdown waiting, and forks meanwhile. */
static void *stay(void *view)
{
    had.token = attach(view);
    CHECK_OK(pyferry_guard_open(view, &had.guard));
    had.suspension = suspend();
    event_set(&inside);
    event_wait(&reported);
    for (int i = 0; i < 20; i++) {
        struct inherited own = had;
        check_raw_child(&own);
    }
    resume(had.suspension);
    detach(had.token);
    pyferry_guard_close(had.guard);
    return NULL;
}

static pthread_t start_to_stay(pyferry_view *view)
{
    struct event fresh = EVENT_INIT;
    inside = reported = fresh;
    pthread_t thread = thread_start(stay, view);
    event_wait(&inside);
    return thread;
}

int main(void)
{
    CHECK_OK(pyferry_set_report(hear, NULL, NULL, 2));
    PyThreadState *state = start_python(&had.main);
    had.sub = new_interpreter();

    pthread_t thread = start_to_stay(had.sub);
    CHECK_OK(pyferry_interpreter_end(had.sub, -1));
    thread_join(thread);

    thread = start_to_stay(had.main);
    finish_python(state);
    thread_join(thread);
    pyferry_view_free(had.sub);
    pyferry_view_free(had.main);
    return 0;
}
