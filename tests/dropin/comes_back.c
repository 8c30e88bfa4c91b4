/* dropin: without=hangs */
/* dropin: log=parked 0, given up 0 */
/* A thread that is inside, and has let go around work for which it holds a lock of the host's, is waited for: it comes back, and
   the lock is free after Py_FinalizeEx. */
#include "dropin.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct event working = EVENT_INIT, ending = EVENT_INIT;
static int finished;

static void *work(void *unused)
{
    BEGIN_THREAD;
    PyGILState_STATE state = PyGILState_Ensure();
    pthread_mutex_lock(&lock);
    Py_BEGIN_ALLOW_THREADS
    event_set(&working);
    event_wait(&ending);
    sleep_ms(200); /* it takes its time */
    Py_END_ALLOW_THREADS
    run("x = 1");
    finished = 1;
    pthread_mutex_unlock(&lock);
    PyGILState_Release(state);
    END_THREAD;
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    pthread_t thread = thread_start(work, NULL);
    event_wait(&working);
    PyEval_RestoreThread(state);
    event_set(&ending);
    CHECK(Py_FinalizeEx() == 0);
    pthread_mutex_lock(&lock);
    CHECK(finished);
    pthread_mutex_unlock(&lock);
    thread_join(thread);
    check_nobody_was_ended();
    return 0;
}
