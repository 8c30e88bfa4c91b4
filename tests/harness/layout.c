/*
 * Prints where the fields of the structs are that the stable ABI fixes: compiled with pyferry_python.h, and with a Python.h.
 * Those of PyModuleDef are counted from the end of its head, which is shorter in builds with a GIL.
 */
#ifdef WITH_PYTHON_H
#include <Python.h>
#include <structmember.h>
#else
#include "pyferry_python.h"

/* In place of the library's: nothing is to be filled. */
void pyferry_python_bind(void *table, const char *const *names)
{
    (void)table, (void)names;
}

void pyferry_python_unbind(void *table)
{
    (void)table;
}
#endif

#include <stdio.h>

#define SIZE(type) printf(#type ": %zu\n", sizeof(type))
#define FIELD(type, field) printf(#type "." #field ": %zu, %zu\n", offsetof(type, field), sizeof(((type *)0)->field))
#define AFTER(type, first, field) \
    printf(#type "." #field ": %zu, %zu\n", offsetof(type, field) - offsetof(type, first), sizeof(((type *)0)->field))

int main(void)
{
    SIZE(PyMethodDef), FIELD(PyMethodDef, ml_name), FIELD(PyMethodDef, ml_meth), FIELD(PyMethodDef, ml_flags);
    FIELD(PyMethodDef, ml_doc);
    SIZE(PyGetSetDef), FIELD(PyGetSetDef, name), FIELD(PyGetSetDef, get), FIELD(PyGetSetDef, set);
    FIELD(PyGetSetDef, doc), FIELD(PyGetSetDef, closure);
    SIZE(PyMemberDef), FIELD(PyMemberDef, name), FIELD(PyMemberDef, type), FIELD(PyMemberDef, offset);
    FIELD(PyMemberDef, flags), FIELD(PyMemberDef, doc);
    SIZE(PyType_Slot), FIELD(PyType_Slot, slot), FIELD(PyType_Slot, pfunc);
    SIZE(PyType_Spec), FIELD(PyType_Spec, name), FIELD(PyType_Spec, basicsize), FIELD(PyType_Spec, itemsize);
    FIELD(PyType_Spec, flags), FIELD(PyType_Spec, slots);
    SIZE(PyStructSequence_Field), FIELD(PyStructSequence_Field, name), FIELD(PyStructSequence_Field, doc);
    SIZE(PyStructSequence_Desc), FIELD(PyStructSequence_Desc, name), FIELD(PyStructSequence_Desc, doc);
    FIELD(PyStructSequence_Desc, fields), FIELD(PyStructSequence_Desc, n_in_sequence);
    SIZE(Py_buffer), FIELD(Py_buffer, buf), FIELD(Py_buffer, obj), FIELD(Py_buffer, len), FIELD(Py_buffer, itemsize);
    FIELD(Py_buffer, readonly), FIELD(Py_buffer, ndim), FIELD(Py_buffer, format), FIELD(Py_buffer, shape);
    FIELD(Py_buffer, strides), FIELD(Py_buffer, suboffsets), FIELD(Py_buffer, internal);
    SIZE(PyModuleDef_Slot), FIELD(PyModuleDef_Slot, slot), FIELD(PyModuleDef_Slot, value);
    SIZE(struct _inittab), FIELD(struct _inittab, name), FIELD(struct _inittab, initfunc);
#define MODULE(field) AFTER(PyModuleDef, m_base.m_init, field)
    MODULE(m_base.m_init), MODULE(m_base.m_index), MODULE(m_base.m_copy), MODULE(m_name), MODULE(m_doc), MODULE(m_size);
    MODULE(m_methods), MODULE(m_slots), MODULE(m_traverse), MODULE(m_clear), MODULE(m_free);
#ifdef WITH_PYTHON_H
    /* What the header takes the head to be, by what Py_GetVersion says. */
#ifdef Py_GIL_DISABLED
    size_t head = 32;
#else
    size_t head = 16;
#endif
    return offsetof(PyModuleDef, m_base.m_init) != head || sizeof(PyObject) != head;
#else
    return offsetof(PyModuleDef, m_base.m_init) != 32;
#endif
}
