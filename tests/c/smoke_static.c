/* harness: mode=static */
/* As smoke_host, but Python is inside the executable. */
#include <Python.h>

#include "check.h"

static bool libpython_is_mapped(void)
{
    char line[4096];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        found = found || strstr(line, "libpython") != NULL;
    fclose(maps);
    return found;
}

static void *visit(void *view)
{
    pyferry_token token = {0};
    CHECK_OK(pyferry_attach(view, &token));
    CHECK(PyRun_SimpleString("import math, sys; print(sys.version)") == 0);
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    CHECK(!libpython_is_mapped());
    pyferry_view *view;
    CHECK_OK(pyferry_view_main(&view));
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, view);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(view);
    return 0;
}
