/* Code that failed, interrupted or not, leaves nothing that a trace function stumbles over: CPython 3.11 does where an
   asynchronous exception is taken back, whether or not there was one. */
#include "py.h"

static const char traced[] = "import sys\n"
                             "def plain(): return 1\n"
                             "for switch in sys.settrace, sys.setprofile:\n"
                             "    switch(lambda *event: None)\n"
                             "    plain()\n"
                             "    switch(None)\n";

static PyObject *interrupt(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view *here = current_view();
    CHECK_OK(pyferry_interpreter_interrupt(here));
    pyferry_view_free(here);
    Py_RETURN_NONE;
}
static PyMethodDef interrupt_method = { "interrupt", interrupt, METH_NOARGS, NULL };

static void *fail_and_trace(void *view)
{
    pyferry_token token = attach(view);
    define(&interrupt_method);
    CHECK_STATUS(pyferry_exec("raise ValueError()", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    run(traced);
    CHECK_STATUS(pyferry_exec("interrupt()\nfor i in (1, 2): pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    run(traced);
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    fail_and_trace(main_interpreter);
    on_new_thread(fail_and_trace, main_interpreter);
    on_new_thread(fail_and_trace, sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
