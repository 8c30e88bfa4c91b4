/* What a thread was attached or suspended to in one life of Python is over in the next: its detach or resume says so, and leaves the
   thread where it is. */
#include "py.h"

/* `lets_go`: of the new life, in which the state has the address that the old one's had. */
static void next_life(bool suspended, bool lets_go)
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
    initialize_python();
    if (lets_go)
        state = PyEval_SaveThread();
    if (suspended)
        CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    CHECK(pyferry_is_attached(NULL) == !lets_go && !pyferry_is_attached(view));
    if (lets_go) {
        CHECK(PyGILState_GetThisThreadState() == state);
        PyEval_RestoreThread(state);
    }
    run("pass");
    pyferry_view *main_interpreter = main_view();
    check_works(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(view);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    for (int way = 0; way < 4; way++)
        next_life(way & 1, way & 2);
    return 0;
}
