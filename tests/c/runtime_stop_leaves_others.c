/* harness: since=3.14 */
/* The host may finalise the Python that pyferry started, and start one of its own: that is not pyferry's to stop. (Before,
   Py_FinalizeEx is for the thread only that imported threading, here pyferry's: on another one CPython hangs up to 3.12, and
   3.13t crashes.) */
#include "py.h"

#ifdef Py_DEBUG
int main(void)
{
    puts("CPython asserts here that Py_FinalizeEx is called on the thread that initialised Python");
    return 0;
}
#else
static pyferry_view *own;
static struct event started = EVENT_INIT, done = EVENT_INIT;

static void finalize(void)
{
    PyGILState_Ensure();
    CHECK(Py_FinalizeEx() == 0);
}

static void *takes_over(void *unused)
{
    finalize();
    PyThreadState *state = start_python(&own);
    event_set(&started);
    event_wait(&done);
    finish_python(state);
    return unused;
}

static void *finalizes(void *unused)
{
    finalize();
    return unused;
}

int main(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main_interpreter = main_view();
    pthread_t host = thread_start(takes_over, NULL);
    event_wait(&started);
    check_closed(main_interpreter);
    pyferry_view_free(main_interpreter);
    /* Joins the host's, and leaves it. */
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(own);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(own);
    CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    event_set(&done);
    thread_join(host);
    check_closed(own);
    pyferry_view_free(own);

    /* Nor is what is gone a Python that runs. */
    CHECK_OK(pyferry_runtime_start(NULL));
    on_new_thread(finalizes, NULL);
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK(Py_IsInitialized());
    main_interpreter = main_view();
    check_works(main_interpreter);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_works(main_interpreter);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(!Py_IsInitialized());
    pyferry_view_free(main_interpreter);

    /* And where it is gone, stopping has nothing to do. */
    CHECK_OK(pyferry_runtime_start(NULL));
    on_new_thread(finalizes, NULL);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
#endif
