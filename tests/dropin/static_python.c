/* harness: mode=static */
/* dropin: log=has Python inside, and is asked before this library */
/* dropin: log=ferried 0, left to CPython 0, parked 0, given up 0 */
/* A program with Python inside is not reached, and nothing is changed. */
#include <Python.h>

#define PYFERRY_TEST_CPYTHON_H
#include "dropin.h"

static void *visit(void *unused)
{
    call_python("x = 1");
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
