/* While a shutdown waits, the detach that it waits for deletes the thread's state. The Python code that this runs, destructors
   of thread-local values, has its interpreter for as long as it takes. */
#include "py.h"

static pyferry_view *sub;
static struct event inside = EVENT_INIT, leave = EVENT_INIT, in_destructor = EVENT_INIT, end_destructor = EVENT_INIT;

static PyObject *stay(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    event_set(&in_destructor);
    event_wait(&end_destructor);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef method = { "stay", stay, METH_NOARGS, NULL };

static void *visit_and_leave(void *unused)
{
    pyferry_token token = attach(sub);
    define(&method);
    run("import threading\n"
        "class Lasting:\n"
        "    def __del__(self, stay=stay): stay()\n"
        "mine = threading.local()\n"
        "mine.value = Lasting()");
    pyferry_suspension out = suspend();
    event_set(&inside);
    event_wait(&leave);
    resume(out);
    detach(token);
    return unused;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    pthread_t thread = thread_start(visit_and_leave, NULL);
    event_wait(&inside);
    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "still in use by thread");
    event_set(&leave);
    event_wait(&in_destructor);
    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "still in use by thread");
    event_set(&end_destructor);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    finish_python(state);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    return 0;
}
