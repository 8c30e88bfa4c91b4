/* A thread that waits, inside Python code or C code, until it was interrupted; and who interrupts it then. */
#ifndef PYFERRY_TEST_INTERRUPTED_H
#define PYFERRY_TEST_INTERRUPTED_H

#include "py.h"

static struct event runs = EVENT_INIT, was_interrupted = EVENT_INIT;

static inline void wait_until_interrupted(void)
{
    Py_BEGIN_ALLOW_THREADS
    event_set(&runs);
    event_wait(&was_interrupted);
    was_interrupted.set = false;
    Py_END_ALLOW_THREADS
}

static inline PyObject *wait_here(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    wait_until_interrupted();
    Py_RETURN_NONE;
}
static PyMethodDef wait_method = { "wait", wait_here, METH_NOARGS, NULL };

/* What the thread runs raises KeyboardInterrupt. */
static inline void be_interrupted_here(void)
{
    CHECK_STATUS(pyferry_exec("wait()\nfor i in range(1000): pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("KeyboardInterrupt");
}

static inline void interrupt_twice(pyferry_view *view)
{
    for (int i = 0; i < 2; i++) {
        event_wait(&runs);
        runs.set = false;
        /* Who is attached has raised the exception on return. */
        pyferry_token token = attach(view);
        CHECK_OK(pyferry_interpreter_interrupt(view));
        detach(token);
        event_set(&was_interrupted);
    }
}

#endif
