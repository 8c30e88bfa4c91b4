/* harness: mode=host */
/* A program that is linked with libpython and starts it; a thread of its own runs Python. */
#include <Python.h>

#include "check.h"

static void *visit(void *view)
{
    pyferry_token token = {0};
    CHECK_OK(pyferry_attach(view, &token));
    CHECK(PyRun_SimpleString("import sys; print(sys.version)") == 0);
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    pyferry_view *view;
    CHECK_OK(pyferry_view_main(&view));
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, view);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(view);
    return 0;
}
