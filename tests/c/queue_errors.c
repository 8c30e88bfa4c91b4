/* The error callback of a queue: it is called with no exception set, whatever else is wrong with a job, hears all of a text that has
   NULs, and never again when pyferry_queue_free has returned, also in the job that is wrong: what it uses may be gone. What it does
   not hear of then is reported as unraisable. */
#include "py.h"

static pyferry_view *view;
static pyferry_queue *queue;
static char heard[4096];
static int calls;

static void hear(const char *traceback, void *data)
{
    (void)data;
    CHECK(PyErr_Occurred() == NULL);
    calls++;
    snprintf(heard, sizeof heard, "%s", traceback);
}

static void make(bool worker)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    options.error = hear;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    calls = 0;
}

static void do_job(pyferry_job job)
{
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
    CHECK_OK(pyferry_queue_run(queue, 1, -1, NULL));
}

static void raise_with_nul(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    PyErr_SetObject(PyExc_ValueError, PyObject_GetAttrString(PyImport_AddModule("__main__"), "text"));
}

static void raise_and_let_go(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    PyErr_SetString(PyExc_ValueError, "set");
    PyEval_SaveThread();
}

static void free_and_raise(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    pyferry_queue_free(queue);
    PyErr_SetString(PyExc_ValueError, "after the end");
}

static void free_and_leave(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    pyferry_queue_free(queue);
    attach(view);
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    run_in(view, "import sys\ntext = 'before\\0after'\nunraisable = []\nsys.unraisablehook = lambda it: unraisable.append(str(it.exc_value))");
    make(false);
    do_job(raise_with_nul);
    CHECK(calls == 1 && strstr(heard, "ValueError: before\\0after") != NULL);
    do_job(raise_and_let_go);
    CHECK(calls == 3 && strstr(heard, "returned detached") != NULL);
    pyferry_queue_free(queue);
    make(true);
    CHECK_REFUSED(pyferry_queue_call(queue, raise_with_nul, NULL, -1), PYFERRY_STATUS_PYTHON_ERROR, "before\\0after");
    CHECK(calls == 1 && strstr(heard, "before\\0after") != NULL);
    pyferry_queue_free(queue);

    make(false);
    do_job(free_and_raise);
    make(false);
    do_job(free_and_leave);
    CHECK(calls == 0);
    run_in(view, "assert unraisable == ['after the end'], unraisable");
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
