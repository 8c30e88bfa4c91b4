/* harness: env=PYFERRY_GILSTATE_PATIENCE_MS=-1 */
/* dropin: log=parked 0, given up 0 */
/* Python's own daemon threads are waited for as little as ever, also between PyGILState_Ensure and Release in a native function: here
   with a patience that never ends. */
#include "dropin.h"

static struct event inside = EVENT_INIT, never = EVENT_INIT;

static PyObject *stay(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyEval_SaveThread();
    PyGILState_Ensure();
    run("x = 1");
    PyEval_SaveThread();
    event_set(&inside);
    event_wait(&never);
    return NULL;
}

static PyMethodDef method = { "stay", stay, METH_NOARGS, NULL };

int main(void)
{
    Py_InitializeEx(0);
    PyObject *function = PyCFunction_New(&method, NULL);
    CHECK(function != NULL && PyObject_SetAttrString(PyImport_AddModule("__main__"), "stay", function) == 0);
    run("import threading\n"
        "threading.Thread(target=stay, daemon=True).start()\n");
    Py_BEGIN_ALLOW_THREADS
    event_wait(&inside);
    Py_END_ALLOW_THREADS
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
