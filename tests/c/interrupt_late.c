/* An interrupt that comes while its thread is inside but runs no Python, or no more Python that could see it, or makes the message of
   an error, is gone with that attach: the next one never sees it. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static struct event inside = EVENT_INIT, interrupted = EVENT_INIT;

static void *be_interrupted_outside_python(void *view)
{
    pyferry_token token = attach(view);
    run("x = 1");
    pyferry_suspension out = suspend();
    event_set(&inside);
    event_wait(&interrupted);
    resume(out);
    detach(token);
    for (int i = 0; i < 3; i++)
        run_in(view, "for i in range(10000): pass");
    return NULL;
}

static PyObject *stay(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    event_set(&inside);
    event_wait(&interrupted);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef method = { "stay", stay, METH_NOARGS, NULL };

/* CPython looks for interrupts after calls and at jumps (from 3.12 on: only there), not after an operator. */
static void *be_interrupted_in_the_last_operator(void *view)
{
    pyferry_token token = attach(view);
    define(&method);
    run("class Stay: __neg__ = staticmethod(stay)\nlast = Stay()");
    pyferry_status status = pyferry_exec("-last", NULL);
    CHECK(status == PYFERRY_STATUS_OK || (status == PYFERRY_STATUS_PYTHON_ERROR && strstr(last_error(), "KeyboardInterrupt")));
    detach(token);
    for (int i = 0; i < 3; i++)
        run_in(view, "for i in range(10000): pass");
    return NULL;
}

/* Making the message runs Python code of the script's, on which the message depends. */
static void *be_interrupted_in_the_traceback(void *view)
{
    pyferry_token token = attach(view);
    define(&method);
    pyferry_status status = pyferry_exec("class Error(Exception):\n"
                                         "    def __str__(self):\n"
                                         "        stay()\n"
                                         "        for i in range(10000): pass\n"
                                         "        return 'the whole text'\n"
                                         "raise Error",
                                         NULL);
    CHECK_STATUS(status, PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("the whole text");
    detach(token);
    run_in(view, "for i in range(10000): pass");
    return NULL;
}

static void one(pyferry_view *view, void *(*be_interrupted)(void *))
{
    inside.set = interrupted.set = false;
    pthread_t thread = thread_start(be_interrupted, view);
    event_wait(&inside);
    CHECK_OK(pyferry_interpreter_interrupt(view));
    event_set(&interrupted);
    thread_join(thread);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    one(main_interpreter, be_interrupted_outside_python);
    one(sub, be_interrupted_outside_python);
    one(main_interpreter, be_interrupted_in_the_last_operator);
    one(sub, be_interrupted_in_the_last_operator);
    one(main_interpreter, be_interrupted_in_the_traceback);
    one(sub, be_interrupted_in_the_traceback);

    /* The caller, attached elsewhere or to the very interpreter, is left as it was. */
    pyferry_token token = attach(sub);
    CHECK_OK(pyferry_interpreter_interrupt(main_interpreter));
    CHECK(pyferry_is_attached(sub));
    run("for i in range(10000): pass");
    detach(token);
    PyEval_RestoreThread(state);
    CHECK_OK(pyferry_interpreter_interrupt(sub));
    CHECK(PyThreadState_Get() == state);
    run("for i in range(10000): pass");
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
