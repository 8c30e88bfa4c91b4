/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* In a child of os.fork guards are what they were: a new one, also in the place of an old one, holds the child's shutdown up and
   names who opened it; one of the parent's can be closed, and holds nothing up. */
#include "fork.h"

static pyferry_view *main_interpreter;
static struct event reported = EVENT_INIT;
static volatile bool visited;

static int32_t hear(const char *text, void *data)
{
    char opener[64];
    (void)data;
    snprintf(opener, sizeof opener, "a guard opened by thread %d", (int)getpid());
    if (strstr(text, opener) == NULL)
        fprintf(stderr, "no %s in: %s\n", opener, text);
    CHECK(strstr(text, opener) != NULL);
    event_set(&reported);
    return PYFERRY_REPORT_WAIT;
}

/* Comes when the shutdown waits already. */
static void *come_late(void *guard)
{
    pyferry_token token;
    event_wait(&reported);
    check_closed(main_interpreter);
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    run("import threading; threading.local()");
    detach(token);
    visited = true;
    pyferry_guard_close(guard);
    return NULL;
}

static void finish_child(void)
{
    pyferry_guard *guard;
    hear_reports(hear, NULL);
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    pthread_t late = thread_start(come_late, guard);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(visited);
    thread_join(late);
    _exit(0);
}

static void fork_here(pyferry_guard *guard)
{
    pid_t child = fork_in_python();
    if (child == 0) {
        pyferry_guard_close(guard);
        finish_child();
    }
    Py_BEGIN_ALLOW_THREADS
    wait_for(child);
    Py_END_ALLOW_THREADS
}

int main(void)
{
    pyferry_guard *guard;
    PyThreadState *state = start_python(&main_interpreter);
    PyEval_RestoreThread(state);
    fork_here(NULL);
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    fork_here(NULL);
    fork_here(guard);
    pyferry_guard_close(guard);
    fork_here(NULL);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    return 0;
}
