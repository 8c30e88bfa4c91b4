/* harness: mode=extension */
/* An extension module whose own thread calls back into the Python that imported it. */
#include <Python.h>

#include "check.h"

static void *visit(void *callable)
{
    pyferry_view *view;
    pyferry_token token = {0};
    CHECK_OK(pyferry_view_main(&view));
    CHECK_OK(pyferry_attach(view, &token));
    PyObject *result = PyObject_CallObject(callable, NULL);
    CHECK(result != NULL);
    Py_DECREF(result);
    CHECK_OK(pyferry_detach(&token));
    pyferry_view_free(view);
    return NULL;
}

static PyObject *call_from_thread(PyObject *module, PyObject *callable)
{
    (void)module;
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(visit, callable);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "call_from_thread", call_from_thread, METH_O, "Call it on a thread that Python did not create." },
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, .m_name = "smoke_extension", .m_methods = methods };

PyMODINIT_FUNC PyInit_smoke_extension(void)
{
    PyObject *created = PyModule_Create(&module);
#ifdef Py_GIL_DISABLED
    PyUnstable_Module_SetGIL(created, Py_MOD_GIL_NOT_USED); /* else the import would switch the GIL on */
#endif
    return created;
}
