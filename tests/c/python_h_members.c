/* harness: mode=runtime */
/*
 * Members of a type of pyferry_python.h's that lie in its own data (Py_RELATIVE_OFFSET, of 3.12) are there on every Python, whatever
 * the type's bases; the spec stays as it is, and serves for another type.
 */
#include "pyferry_python.h"

#include "use.h"

struct data {
    double speed;
    int health;
    short level;
};

static PyMemberDef members[] = {
    { "health", Py_T_INT, offsetof(struct data, health), Py_RELATIVE_OFFSET, "as long as it lasts" },
    { "speed", Py_T_DOUBLE, offsetof(struct data, speed), Py_RELATIVE_OFFSET, NULL },
    { "level", Py_T_SHORT, offsetof(struct data, level), Py_RELATIVE_OFFSET | Py_READONLY, NULL },
    { NULL, 0, 0, 0, NULL },
};

static int init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    (void)self, (void)arguments, (void)keywords;
    return 0;
}

static void check(PyObject *bases)
{
    PyType_Slot slots[] = { { Py_tp_doc, (void *)"One." }, { Py_tp_members, members }, { Py_tp_init, (void *)init }, { 0, NULL } };
    PyType_Spec spec = { "game.Unit", -(int)sizeof(struct data), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots };
    for (int i = 0; i < 3; i++) {
        PyObject *type = bases == NULL ? PyType_FromSpec(&spec) : PyType_FromSpecWithBases(&spec, bases);
        CHECK(type != NULL);
        CHECK(spec.basicsize == -(int)sizeof(struct data) && spec.slots == slots && slots[1].pfunc == members);
        CHECK(members[0].offset == offsetof(struct data, health) && members[0].flags == Py_RELATIVE_OFFSET);
        PyObject *unit = PyObject_CallObject(type, NULL), *scope = PyImport_AddModule("__main__");
        CHECK(unit != NULL);
        struct data *data = PyObject_GetTypeData(unit, (PyTypeObject *)type);
        CHECK(data != NULL && data->health == 0 && data->speed == 0);
        data->health = 77;
        data->speed = 2.5;
        data->level = -3;
        CHECK(PyObject_SetAttrString(scope, "unit", unit) == 0 && PyObject_SetAttrString(scope, "Unit", type) == 0);
        CHECK_OK(pyferry_exec("assert (unit.health, unit.speed, unit.level) == (77, 2.5, -3)\n"
                              "assert Unit.health.__doc__ == 'as long as it lasts' and Unit.__doc__ == 'One.'\n"
                              "unit.health, unit.speed = -5, 1e300\n"
                              "try: unit.level = 1\nexcept AttributeError: pass\nelse: assert 0\n"
                              "class Tank(Unit): pass\n"
                              "tank = Tank()\ntank.health, tank.armour = 9, 'thick'\n"
                              "assert (tank.health, tank.armour) == (9, 'thick')\n"
                              "del unit, tank, Tank, Unit",
                              NULL));
        CHECK(data->health == -5 && data->speed == 1e300 && data->level == -3);
        Py_DECREF(unit);
        Py_DECREF(type);
    }
    /* Data of its own is what they lie in. */
    spec.basicsize = 0;
    CHECK(PyType_FromSpec(&spec) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
}

int main(void)
{
    start_runtime();
    pyferry_view *view = main_view();
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_exec("class Plain: __slots__ = ()", NULL));
    PyObject *plain = PyObject_GetAttrString(PyImport_AddModule("__main__"), "Plain");
    check(NULL);
    PyObject *bases[] = { PyTuple_Pack(1, plain), PyTuple_Pack(2, (PyObject *)&PyList_Type, plain),
                          PyTuple_Pack(2, plain, (PyObject *)&PyList_Type) };
    for (int i = 0; i < 3; i++) {
        check(bases[i]);
        Py_DECREF(bases[i]);
    }
    Py_DECREF(plain);
    detach(token);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
