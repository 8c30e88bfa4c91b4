/* dropin: without=crashes, or the thread is ended by force */
/* dropin: log=parked 1 */
/* A thread of the host's comes after Py_FinalizeEx: it stays where it is, and the host goes on. */
#include "dropin.h"

static struct event finalized = EVENT_INIT;

static void *late(void *unused)
{
    BEGIN_THREAD;
    call_python("x = 1");
    event_wait(&finalized);
    call_python("x = 2");
    END_THREAD;
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    thread_start(late, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    event_set(&finalized);
    wait_until_parked(1);
    check_nobody_was_ended();
    return 0;
}
