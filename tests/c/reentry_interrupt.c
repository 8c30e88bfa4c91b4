/* An interrupt drops the exception whose place it takes, and Python code that runs then uses pyferry. */
#include "reentry.h"

static struct event in = EVENT_INIT, out = EVENT_INIT;
static unsigned long blocked;

/* The asynchronous exception is for a thread that is in Python code, and does not see it yet. */
static PyObject *block(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    blocked = PyThread_get_thread_ident();
    Py_BEGIN_ALLOW_THREADS
    event_set(&in);
    event_wait(&out);
    Py_END_ALLOW_THREADS
    PyThreadState_SetAsyncExc(blocked, NULL);
    Py_RETURN_NONE;
}
static PyMethodDef block_method = { "block", block, METH_NOARGS, NULL };

static void *in_python_code(void *unused)
{
    pyferry_token token = attach(main_interpreter);
    define(&block_method);
    pyferry_status status = pyferry_exec("block()", NULL);
    if (status != PYFERRY_STATUS_PYTHON_ERROR) /* its own acts interrupt it too */
        CHECK_STATUS(status, PYFERRY_STATUS_OK);
    detach(token);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_reentry();
    pthread_t thread = thread_start(in_python_code, NULL);
    event_wait(&in);
    PyEval_RestoreThread(state);
    run("import reentry\n"
        "class Acts(Exception):\n"
        "    def __del__(self, act=reentry.act): act()\n"
        "pending = Acts()");
    PyObject *pending = PyObject_GetAttrString(PyImport_AddModule("__main__"), "pending");
    CHECK(pending != NULL && PyThreadState_SetAsyncExc(blocked, pending) == 1);
    Py_DECREF(pending);
    run("del pending");
    CHECK(acts == 0);
    CHECK_OK(pyferry_interpreter_interrupt(main_interpreter));
    CHECK(acts == 1);
    PyEval_SaveThread();
    event_set(&out);
    thread_join(thread);
    check_works(main_interpreter);
    gates = CLOSING;
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    return 0;
}
