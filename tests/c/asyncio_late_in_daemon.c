/* A daemon thread of Python's runs an event loop, and comes to a job only when the exit functions have told that job: the library,
   which has let go of the interpreter meanwhile, does not bring the thread back. Python code that goes on there until Python is
   finalised finds it attached all the same, by PyGILState too. */
#include "asyncio.h"

static struct event begun = EVENT_INIT, closed = EVENT_INIT, checked = EVENT_INIT;
static int told;

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    told++;
}

static void let_go_between(struct event *reached, struct event *next)
{
    PyThreadState *state = PyEval_SaveThread();
    event_set(reached);
    event_wait(next);
    PyEval_RestoreThread(state);
}

/* What the loop is at when the job comes. */
static PyObject *block(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    let_go_between(&begun, &closed);
    Py_RETURN_NONE;
}

static PyObject *check(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    CHECK(PyGILState_GetThisThreadState() == PyThreadState_Get());
    check_ensures(PyThreadState_Get());
    event_set(&checked);
    Py_RETURN_NONE;
}

/* After the library's own exit function: it was registered before the first view. */
static PyObject *wait_for_check(PyObject *module, PyObject *nothing)
{
    (void)module;
    (void)nothing;
    let_go_between(&closed, &checked);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    { "block", block, METH_NOARGS, NULL },
    { "check", check, METH_NOARGS, NULL },
    { "wait_for_check", wait_for_check, METH_NOARGS, NULL },
};

int main(void)
{
    begun = closed = checked = (struct event)EVENT_INIT;
    initialize_python();
    for (int i = 0; i < 3; i++)
        define(&functions[i]);
    CHECK(PyRun_SimpleString("import atexit; atexit.register(wait_for_check)") == 0);
    pyferry_view *view = main_view();
    PyThreadState *state = PyEval_SaveThread();
    struct loop loop = loop_new(view);
    run_in(view, "import threading\n"
                 "loop.call_soon(block)\n"
                 "threading.Thread(target=loop.run_forever, daemon=True).start()");
    event_wait(&begun);
    run_in(view, "before = len(loop._ready)");
    CHECK_OK(pyferry_asyncio_post(view, loop.object, job, NULL));
    run_in(view, "import time\n"
                 "while len(loop._ready) == before: time.sleep(0.001)\n"
                 "loop.call_soon_threadsafe(check)");
    finish_python(state);
    CHECK(told == 1);
    pyferry_view_free(view);
    return 0;
}
