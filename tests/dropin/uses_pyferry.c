/* dropin: log=ferried 1, left to CPython 1, parked 0, given up 0 */
/* A host that is linked with libpyferry.so, and uses it, has one copy of that, and both ways in: its own thread that stays inside is
   waited for, however long, and named by its own label. */
/* harness: env=PYFERRY_GILSTATE_PATIENCE_MS=10 */
/* dropin: log=waited for, as not all of them are PyGILState's */
#include "dropin.h"

static pyferry_view *view;
static struct event inside = EVENT_INIT;
static int finished;

static void *ensure(void *unused)
{
    pyferry_token token;
    call_python("x = 1");
    CHECK_OK(pyferry_attach(view, &token));
    call_python("x = 2");
    CHECK_OK(pyferry_detach(&token));
    return unused;
}

static void *stay(void *unused)
{
    pyferry_token token;
    pyferry_suspension suspension;
    CHECK_OK(pyferry_attach_labeled(view, "stays", &token));
    CHECK_OK(pyferry_suspend(&suspension));
    event_set(&inside);
    while (has_dropin() && times_said("waited for, as not all") == 0)
        sleep_ms(1);
    CHECK_OK(pyferry_resume(&suspension));
    finished = 1;
    CHECK_OK(pyferry_detach(&token));
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    CHECK_OK(pyferry_view_main(&view));
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(ensure, NULL);
    pthread_t thread = thread_start(stay, NULL);
    event_wait(&inside);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(finished);
    thread_join(thread);
    pyferry_view_free(view);
    return 0;
}
