/* dropin: log=ferried 1, left to CPython 2, parked 0, given up 0 */
/* Threads of sub-interpreters are CPython's: a nested call finds the interpreter that the thread is attached to, where CPython does. */
#include "dropin.h"

static PyInterpreterState *main_interpreter;

static void *visit(void *unused)
{
    PyGILState_STATE state = PyGILState_Ensure();
    CHECK(PyInterpreterState_Get() == main_interpreter);
    PyGILState_Release(state);
    return unused;
}

static void *visit_sub(void *sub)
{
    PyThreadState *state = PyThreadState_New(sub);
    PyEval_RestoreThread(state);
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    PyEval_SaveThread();
    ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    PyEval_RestoreThread(state);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyThreadState_Get();
    main_interpreter = PyInterpreterState_Get();
    PyThreadState *sub = Py_NewInterpreter();
    CHECK(sub != NULL);
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    PyEval_SaveThread();
    on_new_thread(visit_sub, interpreter);
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(sub);
    Py_EndInterpreter(sub);
    PyThreadState_Swap(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
