/* What a thread was attached or suspended to in one life of Python is over in the next: its detach or resume says so, and leaves the
   thread where it is. */
#include "py.h"

static void next_life(bool suspended)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_token token = attach(view);
    pyferry_suspension out = PYFERRY_SUSPENSION_INIT;
    if (suspended) {
        out = suspend();
        PyEval_RestoreThread(state);
    }
    CHECK(Py_FinalizeEx() == 0);
    Py_InitializeEx(0);
    if (suspended)
        CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    CHECK(pyferry_is_attached(NULL) && !pyferry_is_attached(view));
    run("pass");
    pyferry_view *main_interpreter = main_view();
    check_works(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(view);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    next_life(false);
    next_life(true);
    return 0;
}
