/* A thread that came in by CPython's own calls is interrupted while it runs Python code, however many interpreters there are; one
   that is out at that moment is not, and neither is what it runs next. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event runs = EVENT_INIT, was_interrupted = EVENT_INIT;

static PyObject *wait_here(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    event_set(&runs);
    event_wait(&was_interrupted);
    was_interrupted.set = false;
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
static PyMethodDef wait_method = { "wait", wait_here, METH_NOARGS, NULL };

static void *visit_by_gilstate(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK_STATUS(pyferry_exec("wait()\nfor i in range(1000): pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("KeyboardInterrupt");
    /* Inside, but not in Python code. */
    Py_BEGIN_ALLOW_THREADS
    event_set(&runs);
    event_wait(&was_interrupted);
    was_interrupted.set = false;
    Py_END_ALLOW_THREADS
    run("for i in range(1000): pass");
    PyGILState_Release(ensured);
    return unused;
}

static void is_interrupted(void)
{
    pthread_t thread = thread_start(visit_by_gilstate, NULL);
    for (int i = 0; i < 2; i++) {
        event_wait(&runs);
        runs.set = false;
        /* Who is attached has raised the exception on return. */
        pyferry_token token = attach(main_interpreter);
        CHECK_OK(pyferry_interpreter_interrupt(main_interpreter));
        detach(token);
        event_set(&was_interrupted);
    }
    thread_join(thread);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    define(&wait_method);
    detach(token);
    is_interrupted();
    pyferry_view *other = new_interpreter();
    is_interrupted();
    CHECK_OK(pyferry_interpreter_end(other, -1));
    pyferry_view_free(other);
    PyEval_RestoreThread(state);
    run("for i in range(1000): pass");
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
