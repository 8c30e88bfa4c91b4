/* harness: until=3.13 */
/* As runtime_stop_daemon, for a thread of the host's that came in by CPython's own calls, has let go, and keeps its state. */
#include "py.h"

static struct event in = EVENT_INIT, leave = EVENT_INIT;
static PyInterpreterState *interpreter;

static void *come_by_other_means(void *unused)
{
    PyThreadState *state = PyThreadState_New(interpreter);
    PyEval_RestoreThread(state);
    PyEval_SaveThread();
    event_set(&in);
    event_wait(&leave);
    PyEval_RestoreThread(state);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return unused;
}

int main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *sub = new_interpreter();
    pyferry_token token = attach(sub);
    interpreter = PyInterpreterState_Get();
    detach(token);
    pthread_t thread = thread_start(come_by_other_means, NULL);
    event_wait(&in);
    for (int i = 0; i < 2; i++)
        CHECK_REFUSED(pyferry_runtime_stop(50), PYFERRY_STATUS_TIMEOUT, "by other means");
    event_set(&leave);
    CHECK_OK(pyferry_runtime_stop(-1));
    thread_join(thread);
    pyferry_view_free(sub);
    return 0;
}
