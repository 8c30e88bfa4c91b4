/* What may not be ended is not: an interpreter that the caller is inside of, the main one, one that others made. */
#include "py.h"

static void refused(const pyferry_view *view, pyferry_status status, const char *part)
{
    CHECK_REFUSED(pyferry_interpreter_end(view, 0), status, part);
    CHECK_REFUSED(pyferry_interpreter_end(view, -1), status, part);
    check_works(view);
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *sub = new_interpreter();

    refused(main, PYFERRY_STATUS_INVALID_ARGUMENT, "Py_FinalizeEx");

    pyferry_token token = attach(sub);
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    pyferry_token away = attach(main);
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    detach(away);
    pyferry_suspension out = suspend();
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    resume(out);
    Py_BEGIN_ALLOW_THREADS
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    Py_END_ALLOW_THREADS
    detach(token);

    /* It comes back to what others have attached, too. */
    PyThreadState *others = PyThreadState_New(interpreter_of(sub));
    PyEval_RestoreThread(others);
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    away = attach(main);
    refused(sub, PYFERRY_STATUS_WRONG_THREAD, "detach");
    detach(away);
    PyThreadState_Clear(others);
    PyThreadState_DeleteCurrent();

    PyEval_RestoreThread(state);
    PyThreadState *made_by_host = Py_NewInterpreter();
    pyferry_view *theirs = current_view();
    refused(theirs, PYFERRY_STATUS_INVALID_ARGUMENT, "who made it");
    PyEval_SaveThread();
    refused(theirs, PYFERRY_STATUS_INVALID_ARGUMENT, "who made it");
    PyEval_RestoreThread(made_by_host);
    Py_EndInterpreter(made_by_host);
    CHECK_REFUSED(pyferry_interpreter_end(theirs, -1), PYFERRY_STATUS_INVALID_ARGUMENT, "who made it");
    PyThreadState_Swap(state);

    /* Attached elsewhere it is allowed, and the caller stays attached there. */
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    CHECK(PyThreadState_Get() == state && pyferry_is_attached(main));
    CHECK(PyGILState_GetThisThreadState() == state);
    pyferry_view *from = new_interpreter(), *to_end = new_interpreter();
    CHECK(PyThreadState_Get() == state && PyGILState_GetThisThreadState() == state);
    token = attach(from);
    PyThreadState *in_from = PyThreadState_Get();
    CHECK_OK(pyferry_interpreter_end(to_end, -1));
    CHECK(PyThreadState_Get() == in_from && PyGILState_GetThisThreadState() == in_from);
    detach(token);
    CHECK(PyThreadState_Get() == state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK_REFUSED(pyferry_interpreter_end(from, -1), PYFERRY_STATUS_CLOSED, "ended already");
    pyferry_view_free(main);
    pyferry_view_free(sub);
    pyferry_view_free(theirs);
    pyferry_view_free(from);
    pyferry_view_free(to_end);
    return 0;
}
