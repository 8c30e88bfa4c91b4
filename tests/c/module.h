/* An extension module that every interpreter may import. To be included before py.h. */
#ifndef PYFERRY_TEST_MODULE_H
#define PYFERRY_TEST_MODULE_H

#ifdef PYFERRY_TEST_CPYTHON_H
#error "include module.h before py.h"
#endif
#include <Python.h>

static PyModuleDef_Slot module_slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
#endif
#ifdef Py_GIL_DISABLED
    { Py_mod_gil, Py_MOD_GIL_NOT_USED }, /* else the import would switch the GIL on */
#endif
    { 0, NULL },
};

#define MODULE(name, methods)                                                                                          \
    static struct PyModuleDef name##_module = { PyModuleDef_HEAD_INIT, #name, NULL, 0, methods, module_slots,         \
                                                NULL, NULL, NULL };                                                    \
    PyMODINIT_FUNC PyInit_##name(void)                                                                                 \
    {                                                                                                                  \
        return PyModuleDef_Init(&name##_module);                                                                       \
    }

#endif
