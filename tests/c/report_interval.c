/* How often the host hears who holds a shutdown up can be changed while the shutdown waits: for a thread inside, and for a thread of
   Python's own. */
#include "py.h"

static struct event stays = EVENT_INIT, leave = EVENT_INIT;

static int32_t never(const char *text, void *data)
{
    (void)data;
    fprintf(stderr, "%s\n", text);
    abort();
}

static int32_t hear(const char *text, void *data)
{
    (void)text;
    (void)data;
    event_set(&leave);
    return PYFERRY_REPORT_WAIT;
}

static void *stay(void *view)
{
    pyferry_token token = attach(view);
    pyferry_suspension suspension = suspend();
    event_set(&stays);
    event_wait(&leave);
    CHECK_OK(pyferry_resume(&suspension));
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

/* Called by a Python thread. */
static PyObject *wait_in_python(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    Py_BEGIN_ALLOW_THREADS
    event_set(&stays);
    event_wait(&leave);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static void start_python_thread(pyferry_view *view)
{
    static PyMethodDef method = { "wait", wait_in_python, METH_NOARGS, NULL };
    pyferry_token token = attach(view);
    PyObject *function = PyCFunction_New(&method, NULL);
    CHECK(function != NULL && PyObject_SetAttrString(PyImport_AddModule("__main__"), "wait", function) == 0);
    Py_DECREF(function);
    CHECK_OK(pyferry_exec("import threading\nthreading.Thread(target=wait).start()", "stays.py"));
    CHECK_OK(pyferry_detach(&token));
}

static void *end(void *view)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    return NULL;
}

static void hears_soon(bool python_thread)
{
    stays = leave = (struct event)EVENT_INIT;
    pyferry_view *view = new_interpreter();
    pthread_t guest = 0;
    if (python_thread)
        start_python_thread(view);
    else
        guest = thread_start(stay, view);
    event_wait(&stays);
    CHECK_OK(pyferry_set_report(never, NULL, NULL, UINT64_MAX));
    pthread_t ends = thread_start(end, view);
    usleep(200000);
    CHECK_OK(pyferry_set_report(hear, NULL, NULL, 10));
    thread_join(ends);
    if (!python_thread)
        thread_join(guest);
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    pyferry_view_free(view);
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    hears_soon(false);
    hears_soon(true);
    finish_python(state);
    pyferry_view_free(main);
    return 0;
}
