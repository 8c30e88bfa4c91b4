/* An extension module that every interpreter may import. */
#ifndef PYFERRY_TEST_MODULE_H
#define PYFERRY_TEST_MODULE_H

#include "py.h"

/* `definition` is a PyModuleDef in the end, which is laid out as this CPython has it. */
static inline PyObject *module_begin(void *definition[16], const char *name, PyMethodDef *methods)
{
    static PyModuleDef_Slot slots[3];
    void **named = definition + MODULE_DEF_NAME(python_is_free_threaded());
    if (named[0] == NULL) {
        int count = 0;
        /* 3.15 looks whether PyObject_HEAD_INIT is that of its own kind: ob_flags, ob_ref_local */
        if (python_is_free_threaded() && python_minor() >= 15)
            definition[1] = (void *)(4 | (uintptr_t)UINT32_MAX << 32);
        if (python_minor() >= 12)
            slots[count++] = (PyModuleDef_Slot){ Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED };
        if (python_is_free_threaded()) /* else the import would switch the GIL on */
            slots[count++] = (PyModuleDef_Slot){ Py_mod_gil, Py_MOD_GIL_NOT_USED };
        named[0] = (void *)(uintptr_t)name; /* m_name */
        named[3] = methods;                 /* m_methods */
        named[4] = slots;                   /* m_slots */
    }
    return PyModuleDef_Init((PyModuleDef *)definition);
}

#ifdef _WIN32
#define MODULE_EXPORT __declspec(dllexport)
#else
#define MODULE_EXPORT __attribute__((visibility("default")))
#endif

#define MODULE(name, methods)                                                                                          \
    MODULE_EXPORT PyObject *PyInit_##name(void)                                                                        \
    {                                                                                                                  \
        static void *definition[16];                                                                                   \
        return module_begin(definition, #name, methods);                                                               \
    }

#endif
