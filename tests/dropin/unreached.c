/* dropin: log=every call is CPython's: Python was not started by a Py_Initialize... that came by this library */
/* dropin: log=ferried 0, left to CPython 2, parked 0, given up 0 */
/* Python is started past the drop-in, as by a libpython whose own calls stay inside it (-Bsymbolic): it says so, and every call is
   CPython's. */
#include <Python.h>

#define PYFERRY_TEST_CPYTHON_H /* it is compiled with Python.h */
#include "dropin.h"

#include <dlfcn.h>

static void *visit(void *unused)
{
    call_python("x = 1");
    return unused;
}

int main(void)
{
    void *python = dlopen(getenv("PYFERRY_TEST_LIBPYTHON"), RTLD_NOW);
    CHECK(python != NULL);
    PyStatus (*initialize)(const PyConfig *) = (PyStatus (*)(const PyConfig *))dlsym(python, "Py_InitializeFromConfig");
    CHECK(initialize != NULL);
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    CHECK(!PyStatus_Exception(initialize(&config)));
    PyConfig_Clear(&config);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(visit, NULL);
    on_new_thread(visit, NULL);
    Py_END_ALLOW_THREADS
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
