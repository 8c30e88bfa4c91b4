/* A Python that somebody else initialised is joined, and never finalised by pyferry. */
#include "py.h"

static void *start_and_stop(void *unused)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *main = main_view();
    check_works(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    CHECK(Py_IsInitialized());
    check_works(main);
    pyferry_view_free(main);
    return unused;
}

int main(void)
{
    for (int round = 0; round < 2; round++) {
        Py_InitializeEx(0);
        /* Attached, as a program is that has just initialised it: stopping what is not ours waits for nobody. */
        start_and_stop(NULL);
        PyThreadState *state = PyEval_SaveThread();
        start_and_stop(NULL);
        on_new_thread(start_and_stop, NULL);
        finish_python(state);
    }

    /* The host may finalise what a plug-in has joined; the plug-in's stop is then only a count. */
    Py_InitializeEx(0);
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK(Py_FinalizeEx() == 0);
    CHECK_OK(pyferry_runtime_stop(-1));

    /* And the next start starts. */
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK(Py_IsInitialized());
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(!Py_IsInitialized());
    return 0;
}
