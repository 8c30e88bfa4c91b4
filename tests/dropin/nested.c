/* dropin: log=ferried 3, left to CPython 8, parked 0, given up 0 */
/* What a program can see of PyGILState is as it was: what calls return, what is attached meanwhile and afterwards, and that what is set
   goes with the visit. But what Python code keeps for the thread is there again. */
#include "dropin.h"

static PyThreadState *slot(void)
{
    return PyGILState_GetThisThreadState();
}

static void *visit(void *unused)
{
    CHECK(slot() == NULL);
    PyGILState_STATE state = PyGILState_Ensure();
    CHECK(state == PyGILState_UNLOCKED);
    PyThreadState *mine = PyThreadState_Get();
    CHECK(slot() == mine);
    PyGILState_STATE inner = PyGILState_Ensure();
    CHECK(inner == PyGILState_LOCKED && PyThreadState_Get() == mine);
    PyGILState_Release(inner);
    CHECK(PyThreadState_Get() == mine);
    Py_BEGIN_ALLOW_THREADS
    inner = PyGILState_Ensure();
    CHECK(inner == PyGILState_UNLOCKED && PyThreadState_Get() == mine);
    PyGILState_STATE innermost = PyGILState_Ensure();
    CHECK(innermost == PyGILState_LOCKED);
    PyGILState_Release(innermost);
    PyGILState_Release(inner);
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == mine);
    run("import threading\n"
        "kept = globals().setdefault('kept', threading.local())\n"
        "kept.visits = getattr(kept, 'visits', 0) + 1\n");
    PyErr_SetString(PyExc_ValueError, "left set");
    PyGILState_Release(state);
    CHECK(slot() == NULL);
    return unused;
}

static void *visit_twice(void *unused)
{
    visit(unused);
    PyGILState_STATE state = PyGILState_Ensure();
    CHECK(PyErr_Occurred() == NULL);
    run(getenv("PYFERRY_GILSTATE_LOG") != NULL ? "assert kept.visits == 1" : "assert not hasattr(kept, 'visits')");
    PyGILState_Release(state);
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    /* Who is attached nests on that, here too. */
    PyGILState_STATE state = PyGILState_Ensure();
    CHECK(state == PyGILState_LOCKED);
    PyGILState_Release(state);
    run("import sys\n"
        "sys.unraisablehook = lambda unraisable: globals().__setitem__('heard_of', unraisable)\n");
    PyThreadState *mine = PyEval_SaveThread();
    state = PyGILState_Ensure();
    CHECK(state == PyGILState_UNLOCKED && PyThreadState_Get() == mine);
    PyGILState_Release(state);
    on_new_thread(visit_twice, NULL);
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(mine);
    run("assert 'heard_of' not in globals()");
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
