/* harness: mode=runtime */
/* harness: file=python_h_other_file */
/*
 * A host that was compiled once, with pyferry_python.h and no Python, uses CPython's stable API on every CPython: values in
 * and out, an array in place, host functions in a module, a type with data, exceptions both ways, in several interpreters.
 */
#include "pyferry_python.h"

#include "check.h"

static int minor; /* of this Python, as it says itself */

const void *table_in_other_file(void);

static PyObject *run_here(const char *source)
{
    PyObject *names = PyDict_New(), *code = Py_CompileString(source, "<test>", Py_file_input);
    CHECK(names != NULL && code != NULL);
    CHECK(PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins()) == 0);
    PyObject *result = PyEval_EvalCode(code, names, names);
    Py_DECREF(code);
    if (result == NULL) {
        CHECK_STATUS(pyferry_exec("raise SystemError('with an exception set')", NULL), PYFERRY_STATUS_PYTHON_ERROR);
        PyErr_Print();
        CHECK(!"the script ran");
    }
    Py_DECREF(result);
    return names;
}

/* ---- a host module ---- */

static double sum_seen;

static PyObject *game_add(PyObject *self, PyObject *arguments)
{
    double a, b;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "dd:add", &a, &b))
        return NULL;
    return PyFloat_FromDouble(a + b);
}

static PyObject *game_see(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    sum_seen = 0;
    for (Py_ssize_t i = 0; i < count; i++)
        sum_seen += PyFloat_AsDouble(arguments[i]);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *game_fail(PyObject *self, PyObject *number)
{
    (void)self;
    return PyErr_Format(PyExc_ValueError, "no %R here, %s", number, "sorry");
}

static PyMethodDef methods[] = {
    { "add", game_add, METH_VARARGS, "add two numbers" },
    { "see", _PyCFunction_CAST(game_see), METH_FASTCALL, NULL },
    { "fail", game_fail, METH_O, NULL },
    { NULL, NULL, 0, NULL },
};

static int executed;

static int game_exec(PyObject *module)
{
    executed++;
    return PyModule_AddIntConstant(module, "answer", 42);
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, (void *)(uintptr_t)game_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static PyModuleDef definition = { PyModuleDef_HEAD_INIT, "game", "the host's", 8, methods, slots, NULL, NULL, NULL };
static PyModuleDef plain = { PyModuleDef_HEAD_INIT, "plain", NULL, -1, methods, NULL, NULL, NULL, NULL };

static void check_module(void)
{
    PyObject *machinery = PyImport_ImportModule("importlib.machinery");
    PyObject *spec = PyObject_CallMethod(machinery, "ModuleSpec", "sO", "game", Py_None);
    int before = executed;
    PyObject *module = PyModule_FromDefAndSpec(&definition, spec);
    CHECK(module != NULL && PyModule_Check(module) && PyModule_CheckExact(module));
    CHECK(PyModule_GetDef(module) == &definition);
    CHECK(strcmp(PyModule_GetDef(module)->m_name, "game") == 0);
    CHECK(PyModule_ExecDef(module, &definition) == 0 && executed == before + 1);
    memset(PyModule_GetState(module), 1, 8);
    CHECK(PyDict_SetItemString(PyImport_GetModuleDict(), "game", module) == 0);
    PyObject *names = run_here("import game\n"
                               "assert game.add(1, 2.5) == 3.5 and game.answer == 42 and game.__doc__ == \"the host's\"\n"
                               "game.see(1, 2, 3)\n"
                               "try: game.fail('gold')\n"
                               "except ValueError as error: said = str(error)\n"
                               "try: game.add('x', 1)\n"
                               "except TypeError as error: pass\n"
                               "else: assert False\n");
    CHECK(sum_seen == 6);
    CHECK(strcmp(PyUnicode_AsUTF8AndSize(PyDict_GetItemString(names, "said"), NULL), "no 'gold' here, sorry") == 0);
    CHECK(PyDict_DelItemString(PyImport_GetModuleDict(), "game") == 0);
    Py_DECREF(names);
    Py_DECREF(module);
    Py_DECREF(spec);
    Py_DECREF(machinery);

    PyObject *other = PyModule_Create(&plain);
    CHECK(other != NULL && PyModule_GetDef(other) == &plain && PyObject_HasAttrString(other, "add"));
    Py_CLEAR(other);
    CHECK(other == NULL);

    PyObject *add = PyCFunction_New(&methods[0], NULL), *sum = PyObject_CallFunction(add, "dd", 1.0, 2.5);
    CHECK(sum != NULL && PyFloat_AsDouble(sum) == 3.5);
    Py_DECREF(sum);
    Py_DECREF(add);
}

/* ---- values ---- */

static void check_values(void)
{
    CHECK(Py_None != NULL && Py_IsNone(Py_None) && Py_True != Py_False && Py_IS_TYPE(Py_True, &PyBool_Type));
    PyObject *text = Py_BuildValue("s#", "abcdef", (Py_ssize_t)3);
    CHECK(text != NULL && PyUnicode_Check(text) && PyUnicode_CheckExact(text) && !PyLong_Check(text));
    CHECK(PyUnicode_GetLength(text) == 3);
    PyObject *tuple = Py_BuildValue("(Oiy#)", text, 7, "\0\1", (Py_ssize_t)2);
    CHECK(PyTuple_Check(tuple) && PyTuple_GET_SIZE(tuple) == 3 && Py_SIZE(tuple) == 3);
    const char *start, *bytes;
    Py_ssize_t start_length, length;
    int number;
    CHECK(PyArg_ParseTuple(tuple, "s#iy#", &start, &start_length, &number, &bytes, &length));
    CHECK(start_length == 3 && number == 7 && length == 2 && bytes[1] == 1);
    CHECK(Py_REFCNT(tuple) == 1);
    Py_INCREF(tuple);
    CHECK(Py_REFCNT(tuple) == 2);
    Py_DECREF(tuple);
    Py_SETREF(tuple, Py_NewRef(text));
    CHECK(tuple == text);
    Py_DECREF(tuple);
    PyObject *called = PyObject_CallMethod(text, "ljust", "ns#", (Py_ssize_t)5, ".", (Py_ssize_t)1);
    CHECK(called != NULL && PyUnicode_CompareWithASCIIString(called, "abc..") == 0);
    Py_DECREF(called);
    called = PyObject_CallFunction((PyObject *)&PyLong_Type, "si", "ff", 16);
    CHECK(called != NULL && PyLong_AsLong(called) == 255 && PyLong_CheckExact(called) && Py_TYPE(called) == &PyLong_Type);
    Py_DECREF(called);
    Py_DECREF(text);

    PyObject *(*make)(long) = PyLong_FromLong; /* as addresses */
    static const binaryfunc lookup = PyObject_GetAttr;
    PyObject *seven = make(7), *name = PyUnicode_FromString("bit_length"), *method = lookup(seven, name);
    CHECK(method != NULL && PyCallable_Check(method) && PyCFunction_Check(method));
    Py_DECREF(method);
    Py_DECREF(name);
    Py_DECREF(seven);
    CHECK(PyExceptionClass_Check(PyExc_ValueError) && PyType_Check(PyExc_OSError) && PyExc_IOError == PyExc_OSError);
}

static void check_array(void)
{
    static float floats[10000];
    for (int i = 0; i < 10000; i++)
        floats[i] = (float)i;
    PyObject *bytes = PyMemoryView_FromMemory((char *)floats, sizeof floats, PyBUF_WRITE);
    PyObject *view = PyObject_CallMethod(bytes, "cast", "s", "f");
    PyObject *names = run_here("def double(a):\n  for i in range(len(a)): a[i] *= 2\n");
    PyObject *result = PyObject_CallFunctionObjArgs(PyDict_GetItemString(names, "double"), view, NULL);
    CHECK(result == Py_None && floats[9999] == 19998.0f);
    Py_buffer buffer;
    CHECK(PyObject_GetBuffer(view, &buffer, PyBUF_FORMAT | PyBUF_STRIDES) == 0);
    CHECK(buffer.buf == floats && buffer.ndim == 1 && buffer.shape[0] == 10000 && strcmp(buffer.format, "f") == 0);
    CHECK(buffer.itemsize == 4 && buffer.len == sizeof floats && !buffer.readonly && buffer.strides[0] == 4);
    PyBuffer_Release(&buffer);
    Py_DECREF(result);
    Py_DECREF(names);
    Py_DECREF(view);
    Py_DECREF(bytes);
}

/* ---- a type with data of the host's ---- */

struct point { double x, y; };

static struct point *data_of(PyObject *self) { return PyObject_GetTypeData(self, Py_TYPE(self)); }

static int ended;

static void point_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    CHECK(data_of(self)->y == 2 || data_of(self)->y == 0);
    ended++;
    freefunc release;
    void *slot = PyType_GetSlot(type, Py_tp_free);
    memcpy(&release, &slot, sizeof release);
    release(self);
    Py_DECREF(type);
}

static int point_init(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    static char x[] = "x", y[] = "y";
    static char *const words[] = { x, y, NULL };
    return PyArg_ParseTupleAndKeywords(arguments, keywords, "dd", words, &data_of(self)->x, &data_of(self)->y) ? 0 : -1;
}

static PyObject *point_x(PyObject *self, void *closure)
{
    (void)closure;
    return PyFloat_FromDouble(data_of(self)->x);
}

static PyGetSetDef properties[] = { { "x", point_x, NULL, "across", NULL }, { NULL, NULL, NULL, NULL, NULL } };
static PyType_Slot point_slots[] = {
    { Py_tp_dealloc, (void *)(uintptr_t)point_dealloc },
    { Py_tp_init, (void *)(uintptr_t)point_init },
    { Py_tp_getset, properties },
    { Py_tp_getattro, (void *)(uintptr_t)PyObject_GenericGetAttr },
    { 0, NULL },
};
static PyType_Spec point_spec = { "game.Point", -(int)sizeof(struct point), 0, Py_TPFLAGS_DEFAULT, point_slots };

static void check_type(void)
{
    PyObject *type = PyType_FromSpec(&point_spec);
    CHECK(type != NULL && PyType_CheckExact(type) && PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE));
    int before = ended;
    for (int i = 0; i < 1000; i++) {
        PyObject *point = PyObject_CallFunction(type, "dd", 1.5, 2.0);
        CHECK(point != NULL && PyObject_TypeCheck(point, (PyTypeObject *)type));
        PyObject *x = PyObject_GetAttrString(point, "x");
        CHECK(x != NULL && PyFloat_AsDouble(x) == 1.5);
        Py_DECREF(x);
        Py_DECREF(point);
    }
    CHECK(ended == before + 1000);
    CHECK(PyObject_CallFunction(type, "s", "no") == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    Py_DECREF(type);
}

/* ---- what this Python has ---- */

static void check_has(void)
{
    CHECK(PYFERRY_PYTHON_HAS(PyLong_FromLong) && PYFERRY_PYTHON_HAS(PyExc_ValueError) && PYFERRY_PYTHON_HAS(PyLong_Type));
    CHECK(PYFERRY_PYTHON_HAS(Py_Version) == (minor >= 11));
    CHECK(PYFERRY_PYTHON_HAS(PyType_GetName) == (minor >= 11));
    CHECK(PYFERRY_PYTHON_HAS(PyErr_GetRaisedException) == (minor >= 12));
    CHECK(PYFERRY_PYTHON_HAS(PyDict_GetItemRef) == (minor >= 13));
    CHECK(PYFERRY_PYTHON_HAS(PyExc_EncodingWarning) == (minor >= 10));
    CHECK(PYFERRY_PYTHON_HAS(PyType_Freeze) == (minor >= 14));
    CHECK(PYFERRY_PYTHON_HAS(PyThreadState_Ensure) == (minor >= 15));
    if (PYFERRY_PYTHON_HAS(PyType_GetName)) {
        PyObject *name = PyType_GetName(&PyLong_Type);
        CHECK(name != NULL && PyUnicode_CompareWithASCIIString(name, "int") == 0);
        Py_DECREF(name);
    }
    Py_BEGIN_CRITICAL_SECTION(Py_None)
    CHECK(Py_REFCNT(Py_None) > 1);
    Py_END_CRITICAL_SECTION()
}

static void *all(void *view)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach(view, &token));
    for (int i = 0; i < 3; i++) {
        check_values();
        check_array();
        check_module();
        check_type();
        check_has();
        CHECK(!PyErr_Occurred());
    }
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(1);
    Py_END_ALLOW_THREADS
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

int main(void)
{
    CHECK(table_in_other_file() == &pyferry_python_); /* one table for all files */
    CHECK(!PYFERRY_PYTHON_HAS(PyLong_FromLong));      /* not yet */
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK(sscanf(Py_GetVersion(), "3.%d", &minor) == 1);
    pyferry_view *main_view, *own;
    CHECK_OK(pyferry_view_main(&main_view));
    CHECK_OK(pyferry_interpreter_new(NULL, &own));
    all(main_view);
    on_new_thread(all, main_view);
    on_new_thread(all, own);
    CHECK_OK(pyferry_interpreter_end(own, -1));
    pyferry_view_free(own);
    pyferry_view_free(main_view);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
