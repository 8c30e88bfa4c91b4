/* dropin: without=the thread is ended by force, or hangs */
/* dropin: log=parked 0, given up 0 */
/* A callback that computes in Python, and lets go of nothing, when Python shuts down: it comes to its end, and so does its thread. */
#include "dropin.h"

static struct event computing = EVENT_INIT;
static int finished;

static PyObject *say_computing(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    event_set(&computing);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "say_computing", say_computing, METH_NOARGS, NULL };

static void *compute(void *unused)
{
    BEGIN_THREAD;
    call_python("import time\n"
                "say_computing()\n"
                "until = time.monotonic() + 0.3\n"
                "while time.monotonic() < until: pass\n");
    finished = 1;
    END_THREAD;
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyObject *function = PyCFunction_New(&method, NULL);
    CHECK(function != NULL && PyObject_SetAttrString(PyImport_AddModule("__main__"), "say_computing", function) == 0);
    PyThreadState *state = PyEval_SaveThread();
    pthread_t thread = thread_start(compute, NULL);
    event_wait(&computing);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    check_nobody_was_ended();
    thread_join(thread);
    CHECK(finished);
    return 0;
}
