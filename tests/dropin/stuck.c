/* harness: env=PYFERRY_GILSTATE_PATIENCE_MS=100 */
/* dropin: log=is shutting down and waits for */
/* dropin: log=[PyGILState_Ensure] */
/* dropin: log=parked 0, given up 1 */
/* A thread that is inside and never comes back is given up when the patience is over. Its PyGILState_Release is not waited for
   either. */
#include "dropin.h"

static struct event inside = EVENT_INIT, over = EVENT_INIT;

static void *stay(void *unused)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyThreadState *saved = PyEval_SaveThread();
    (void)saved;
    event_set(&inside);
    event_wait(&over);
    if (has_dropin())
        PyGILState_Release(state);
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    pthread_t thread = thread_start(stay, NULL);
    event_wait(&inside);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    event_set(&over);
    thread_join(thread);
    return 0;
}
