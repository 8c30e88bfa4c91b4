/* harness: mode=extension */
/* Third-party code in a sub-interpreter that calls back through PyGILState_Ensure, as ctypes and Cython do, is in that
   sub-interpreter, on a thread of the host's. */
#include "module.h"
#include "py.h"

/* What a callback of a C library does that knows of one interpreter only. */
static PyObject *call_back(PyObject *unused, PyObject *function)
{
    (void)unused;
    PyObject *result;
    Py_BEGIN_ALLOW_THREADS
    PyGILState_STATE ensured = PyGILState_Ensure();
    result = PyObject_CallNoArgs(function);
    PyGILState_Release(ensured);
    Py_END_ALLOW_THREADS
    return result;
}

static const char *script;

static void *run_script(void *view)
{
    for (int i = 0; i < 3; i++)
        run_in(view, script);
    return NULL;
}

/* Runs the source on a thread of the host's, in a new interpreter, then in the main one, then in both, one in the other. */
static PyObject *run_on_host_thread(PyObject *unused, PyObject *source)
{
    (void)unused;
    pyferry_interpreter_options shared = PYFERRY_INTERPRETER_OPTIONS_INIT;
    shared.flags = PYFERRY_INTERPRETER_SHARED_GIL; /* up to 3.12 _ctypes refuses to be in any other */
    pyferry_view *main = main_view(), *sub;
    script = PyUnicode_AsUTF8(source);
    Py_BEGIN_ALLOW_THREADS
    CHECK_OK(pyferry_interpreter_new(&shared, &sub));
    on_new_thread(run_script, sub);
    on_new_thread(run_script, main);
    run_script(sub);
    pyferry_token token = attach(main);
    run_script(sub);
    detach(token);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    Py_END_ALLOW_THREADS
    pyferry_view_free(sub);
    pyferry_view_free(main);
    Py_RETURN_NONE;
}

static PyObject *where(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    return PyLong_FromLongLong(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())));
}

static PyMethodDef methods[] = {
    { "call_back", call_back, METH_O, NULL },
    { "run_on_host_thread", run_on_host_thread, METH_O, NULL },
    { "where", where, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(gilstate_in_extension, methods)
