/* harness: mode=helper */
/* A plug-in with pyferry_python.h and no other call of pyferry. */
#include "pyferry_python.h"

#include <stdlib.h>

PyObject *plugin_use(PyObject *none, PyTypeObject *type, PyObject *error);

PyObject *plugin_use(PyObject *none, PyTypeObject *type, PyObject *error)
{
    if (none != Py_None || type != &PyLong_Type || error != PyExc_ValueError)
        abort(); /* not the same Python's */
    if (!PYFERRY_PYTHON_HAS(PyLong_FromLong))
        abort();
    return Py_BuildValue("(lO)", 42L, Py_None);
}
