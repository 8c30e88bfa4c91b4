/* harness: mode=runtime */
/*
 * A type of pyferry_python.h's with data of its own has it beside that of its bases, whichever of several bases CPython puts the
 * instances upon.
 */
#include "pyferry_python.h"

#include "use.h"

struct data { unsigned char bytes[64]; };

static Py_ssize_t size_of(PyObject *type)
{
    PyObject *size = PyObject_GetAttrString(type, "__basicsize__");
    Py_ssize_t value = PyLong_AsSsize_t(size);
    Py_DECREF(size);
    return value;
}

/* Instances with all of their data in use behave as ones of the built-in base do, and keep the data. */
static void check_instances(PyObject *type, PyObject *base)
{
    CHECK(size_of(type) >= size_of(base) + (Py_ssize_t)sizeof(struct data));
    PyObject *instances[100];
    for (int i = 0; i < 100; i++) {
        CHECK((instances[i] = PyObject_CallObject(type, NULL)) != NULL);
        struct data *data = PyObject_GetTypeData(instances[i], (PyTypeObject *)type);
        CHECK(data != NULL && (char *)data + sizeof *data <= (char *)instances[i] + size_of(type));
        memset(data, i, sizeof *data);
    }
    for (int i = 0; i < 100; i++) {
        if (PyList_Check(instances[i]))
            CHECK(PyList_Append(instances[i], Py_None) == 0 && PyList_Size(instances[i]) == 1);
        struct data *data = PyObject_GetTypeData(instances[i], (PyTypeObject *)type);
        for (size_t j = 0; j < sizeof *data; j++)
            CHECK(data->bytes[j] == i);
        Py_DECREF(instances[i]);
    }
}

static void check(PyObject *bases, PyObject *base)
{
    PyType_Slot none[] = { { 0, NULL } }, with_bases[] = { { Py_tp_bases, bases }, { 0, NULL } };
    PyType_Spec spec = { "game.Thing", -(int)sizeof(struct data), 0, Py_TPFLAGS_DEFAULT, none };
    PyObject *type = PyType_FromSpecWithBases(&spec, bases);
    CHECK(type != NULL);
    check_instances(type, base);
    Py_DECREF(type);
    spec.slots = with_bases;
    CHECK((type = PyType_FromSpec(&spec)) != NULL);
    check_instances(type, base);
    Py_DECREF(type);
}

int main(void)
{
    start_runtime();
    pyferry_view *view = main_view();
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_exec("class Plain: __slots__ = ()", NULL));
    PyObject *plain = PyObject_GetAttrString(PyImport_AddModule("__main__"), "Plain");
    static const char *const names[] = { "list", "dict", "set", "BaseException" };
    for (int i = 0; i < 4; i++) {
        PyObject *base = PyDict_GetItemString(PyEval_GetBuiltins(), names[i]);
        PyObject *first = PyTuple_Pack(2, base, plain), *last = PyTuple_Pack(2, plain, base);
        check(first, base);
        check(last, base);
        Py_DECREF(first);
        Py_DECREF(last);
    }
    Py_DECREF(plain);
    /* Two that are not to be had at once: CPython's to say. */
    PyObject *bases = PyTuple_Pack(2, (PyObject *)&PyList_Type, (PyObject *)&PyDict_Type);
    PyType_Slot none[] = { { 0, NULL } };
    PyType_Spec spec = { "game.Thing", -(int)sizeof(struct data), 0, Py_TPFLAGS_DEFAULT, none };
    CHECK(PyType_FromSpecWithBases(&spec, bases) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    Py_DECREF(bases);
    detach(token);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
