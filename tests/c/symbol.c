/*
 * pyferry_symbol gives the address that the program itself, which is linked to this CPython, has for a name; NULL and a
 * sentence for what this CPython does not export, whatever else the process has of that name.
 */
#include <Python.h>

#include "py.h"

static void none(const char *name, const char *part)
{
    CHECK(pyferry_symbol(name) == NULL);
    CHECK_SAYS(part);
}

static void *all(void *unused)
{
    (void)unused;
    /* Variables that the program mentions are the program's, and libpython uses those. */
    CHECK(pyferry_symbol("_Py_NoneStruct") == Py_None);
    CHECK(pyferry_symbol("PyLong_Type") == &PyLong_Type);
    CHECK(*(PyObject **)pyferry_symbol("PyExc_ValueError") == PyExc_ValueError);
    const char *(*version)(void);
    *(void **)&version = pyferry_symbol("Py_GetVersion");
    CHECK(version != NULL && version() == Py_GetVersion());

    none("PyFerry_NoSuchThing", "exports no `PyFerry_NoSuchThing`");
    CHECK_SAYS("python3");
    none("malloc", "malloc"); /* the C library's */
    none("main", "main");     /* the program's */
    none("pyferry_attach", "pyferry_attach");
    none("", "exports no");
    none(NULL, "`name` is NULL");
    none("\xff", "UTF-8");
    return NULL;
}

int main(void)
{
    all(NULL); /* before Python is initialised, too */
    Py_InitializeEx(0);
    all(NULL);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(all, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
