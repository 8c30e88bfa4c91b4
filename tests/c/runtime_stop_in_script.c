/* A script that the host runs by CPython's own calls quits the host, which lets go and stops Python. It is told to return first: the
   script would go on in a Python that has ended. */
#include "py.h"

static int refused;

static PyObject *quit(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_THREAD, "return from it");
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_THREAD, "return from it");
    Py_END_ALLOW_THREADS
    refused++;
    Py_RETURN_NONE;
}

static PyMethodDef method = { "quit", quit, METH_NOARGS, NULL };

static void quit_in_script(uint32_t flags, bool at_exit)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_NO_SITE | flags;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *main_interpreter = main_view();
    refused = 0;
    PyGILState_STATE before = PyGILState_Ensure();
    define(&method);
    CHECK(PyRun_SimpleString(at_exit ? "import atexit\natexit.register(lambda: quit())" : "quit()\nafterwards = 1") == 0);
    if (at_exit)
        CHECK(Py_FinalizeEx() == 0);
    else
        PyGILState_Release(before);
    CHECK(refused == 1);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_closed(main_interpreter);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    quit_in_script(PYFERRY_RUNTIME_ON_THIS_THREAD, false);
    quit_in_script(PYFERRY_RUNTIME_ON_THIS_THREAD, true);
    quit_in_script(0, false);
    return 0;
}
