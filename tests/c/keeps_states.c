/* harness: mode=helper */
/* For tests/dropin/cffi.c: comes in as cffi does, which counts by itself how often PyGILState_Ensure was called. */
#include <Python.h>

/* A thread's first callback: its state is kept by one call too many, until `drop`. */
PyThreadState *keep(void);
PyThreadState *keep(void)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    PyThreadState *state = PyGILState_GetThisThreadState();
    state->gilstate_counter++;
    PyGILState_Release(ensured);
    return state;
}

/* A callback on a thread that has a state and let go of it, up to cffi 2.0: comes in without PyGILState_Ensure. */
void visit(void);
void visit(void)
{
    PyThreadState *state = PyGILState_GetThisThreadState();
    state->gilstate_counter++;
    PyEval_RestoreThread(state);
    PyGILState_Release(PyGILState_UNLOCKED);
}

/* On another thread, attached, when the state's thread has ended. */
void drop(PyThreadState *state);
void drop(PyThreadState *state)
{
    PyThreadState_Clear(state);
#if PY_VERSION_HEX >= 0x030c0000
    state->_status.bound_gilstate = 0;
#endif
    PyThreadState_Delete(state);
}
