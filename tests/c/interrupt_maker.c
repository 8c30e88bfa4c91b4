/* The thread that made an interpreter, in Python code there, is interrupted as any other. */
#include "py.h"

static PyObject *interrupt(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view *here = current_view();
    CHECK_OK(pyferry_interpreter_interrupt(here));
    pyferry_view_free(here);
    Py_RETURN_NONE;
}
static PyMethodDef interrupt_method = { "interrupt", interrupt, METH_NOARGS, NULL };

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    pyferry_token token = attach(sub);
    define(&interrupt_method);
    CHECK_STATUS(pyferry_exec("interrupt()\nfor i in range(1000): pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    detach(token);
    finish_python(state);
    return 0;
}
