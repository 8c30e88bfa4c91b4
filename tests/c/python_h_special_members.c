/* harness: mode=runtime */
/*
 * A type of pyferry_python.h's whose own data has the list of its weak references, its __dict__ and the function that is called
 * with it: CPython takes these from members with Py_RELATIVE_OFFSET on every Python, whatever the type's bases. Its methods get
 * the class that defines them (METH_METHOD).
 */
#include "pyferry_python.h"

#include "use.h"

struct data {
    double before;
    PyObject *weak_references;
    PyObject *dict;
    vectorcallfunc call;
    double after;
};

static PyTypeObject *unit; /* borrowed */

static struct data *data_of(PyObject *self)
{
    return PyObject_GetTypeData(self, unit);
}

static PyObject *called(PyObject *self, PyObject *const *arguments, size_t count, PyObject *names)
{
    (void)self, (void)arguments, (void)names;
    return PyLong_FromSsize_t(PyVectorcall_NARGS(count));
}

static PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    (void)arguments, (void)keywords;
    PyObject *self = PyType_GenericAlloc(type, 0);
    CHECK(self != NULL && data_of(self)->weak_references == NULL && data_of(self)->dict == NULL);
    data_of(self)->before = data_of(self)->after = 2.5;
    data_of(self)->call = called;
    return self;
}

static int alive;

static void end(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    struct data *data = data_of(self);
    PyObject_GC_UnTrack(self);
    CHECK(data->before == 2.5 && data->after == 2.5 && data->call == called);
    if (data->weak_references != NULL)
        PyObject_ClearWeakRefs(self);
    Py_CLEAR(data->dict);
    freefunc release;
    *(void **)&release = PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
    alive--;
}

static int visit_all(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(data_of(self)->dict);
    return 0;
}

static int clear(PyObject *self)
{
    Py_CLEAR(data_of(self)->dict);
    return 0;
}

static PyObject *definer(PyObject *self, PyTypeObject *defining, PyObject *const *arguments, size_t count, PyObject *names)
{
    (void)self, (void)arguments, (void)names;
    CHECK(defining == unit && count == 0);
    alive++;
    return Py_NewRef(defining);
}

static PyMemberDef members[] = {
    { "after", Py_T_DOUBLE, offsetof(struct data, after), Py_RELATIVE_OFFSET, NULL },
    { "__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct data, weak_references), Py_READONLY | Py_RELATIVE_OFFSET, NULL },
    { "__dictoffset__", Py_T_PYSSIZET, offsetof(struct data, dict), Py_READONLY | Py_RELATIVE_OFFSET, NULL },
    { "__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct data, call), Py_READONLY | Py_RELATIVE_OFFSET, NULL },
    { NULL, 0, 0, 0, NULL },
};
static PyMethodDef methods[] = {
    { "definer", _PyCFunction_CAST(definer), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL },
    { NULL, NULL, 0, NULL },
};

static void check(PyObject *bases, bool with_metaclass)
{
    PyType_Slot slots[] = { { Py_tp_members, members }, { Py_tp_methods, methods },
                            { Py_tp_new, (void *)make }, { Py_tp_dealloc, (void *)end },
                            { Py_tp_traverse, (void *)visit_all }, { Py_tp_clear, (void *)clear },
                            { Py_tp_call, (void *)PyVectorcall_Call }, { 0, NULL } };
    PyType_Spec spec = { "game.Unit", -(int)sizeof(struct data), 0,
                         Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL, slots };
    PyObject *type = with_metaclass ? PyType_FromMetaclass(NULL, NULL, &spec, bases) : PyType_FromModuleAndSpec(NULL, &spec, bases);
    CHECK(type != NULL && slots[0].pfunc == members && spec.basicsize < 0);
    unit = (PyTypeObject *)type;
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), "Unit", type) == 0);
    alive = 0;
    CHECK_OK(pyferry_exec("import gc, weakref\n"
                          "for kind in Unit, type('Tank', (Unit,), {}), type('Bare', (Unit,), {'__slots__': ('a',)}):\n"
                          "    assert kind().definer() is Unit\n"
                          "    one, two = kind(), kind()\n"
                          "    one.definer(), two.definer()\n"
                          "    one.other, two.other = two, one\n"
                          "    assert one.after == 2.5 and one.other is two\n"
                          "    gone, to_one = [], weakref.ref(one, lambda _: gone.append(1))\n"
                          "    assert to_one() is one and weakref.ref(two)() is two\n"
                          "    assert one() == 0 and one(1, 2) == 2 and one(*range(7)) == 7\n"
                          "    del one, two\n"
                          "    gc.collect()\n"
                          "    assert to_one() is None and gone == [1]\n"
                          "del kind, Unit\n"
                          "gc.collect()",
                          NULL));
    CHECK(alive == 0);
    Py_DECREF(type);
}

int main(void)
{
    start_runtime();
    pyferry_view *view = main_view();
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_exec("class Plain: __slots__ = ()\nclass Sized: __slots__ = ('a', 'b', 'c')", NULL));
    PyObject *plain = PyObject_GetAttrString(PyImport_AddModule("__main__"), "Plain");
    PyObject *sized = PyObject_GetAttrString(PyImport_AddModule("__main__"), "Sized");
    PyObject *bases[] = { NULL, PyTuple_Pack(1, sized), PyTuple_Pack(2, plain, sized) };
    for (int i = 0; i < 3; i++) {
        check(bases[i], false);
        if (PYFERRY_PYTHON_HAS(PyType_FromMetaclass))
            check(bases[i], true);
        Py_XDECREF(bases[i]);
    }
    Py_DECREF(plain);
    Py_DECREF(sized);
    detach(token);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
