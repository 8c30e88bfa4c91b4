/* A thread that came in by pyferry_attach may end the interpreter itself (Py_FinalizeEx, Py_EndInterpreter). What is called on it
   meanwhile may let go and come back: functions of pyferry_at_end, of atexit, and destructors of what goes with the modules. */
#include "py.h"

static pyferry_view *main_interpreter;
static int times;

static void let_go_and_come_back(void *data)
{
    (void)data;
    PyThreadState *state = current_state();
    pyferry_suspension out = suspend();
    CHECK(current_state() == NULL);
    resume(out);
    CHECK(current_state() == state);
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    times++;
}

static PyObject *destroy(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    let_go_and_come_back(NULL);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_NOARGS, NULL };

static pyferry_token come_in(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_at_end(view, let_go_and_come_back, NULL));
    define_destroyed(&method);
    run("import atexit\n"
        "atexit.register(destroy)\n"
        "value = Value()");
    times = 0;
    return token;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    pyferry_token token = come_in(sub);
    Py_EndInterpreter(current_state());
    CHECK(times == 3);
    if (python_minor() < 12) {
        /* The GIL is still there, and with it all interpreters'. */
        PyThreadState_Swap(state);
        PyEval_SaveThread();
    }
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    pyferry_view_free(sub);

    token = come_in(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(times == 3);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    pyferry_view_free(main_interpreter);
    return 0;
}
