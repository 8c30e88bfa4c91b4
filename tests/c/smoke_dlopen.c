/* harness: mode=dlopen */
/* Another part of the process has loaded libpython with RTLD_LOCAL: nothing of it is in the global scope. */
#include "check.h"

#include <dlfcn.h>

static void *visit(void *view)
{
    pyferry_token token = {0};
    CHECK_OK(pyferry_attach(view, &token));
    CHECK_OK(pyferry_exec("import sys; print(sys.version)", "smoke_dlopen"));
    CHECK_OK(pyferry_detach(&token));
    return NULL;
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    void *libpython = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(libpython != NULL);
    void (*initialize)(int);
    void *(*save_thread)(void);
    void (*restore_thread)(void *);
    int (*finalize)(void);
    *(void **)&initialize = dlsym(libpython, "Py_InitializeEx");
    *(void **)&save_thread = dlsym(libpython, "PyEval_SaveThread");
    *(void **)&restore_thread = dlsym(libpython, "PyEval_RestoreThread");
    *(void **)&finalize = dlsym(libpython, "Py_FinalizeEx");

    initialize(0);
    pyferry_view *view;
    CHECK_OK(pyferry_view_main(&view));
    void *state = save_thread();
    on_new_thread(visit, view);
    restore_thread(state);
    CHECK(finalize() == 0);
    pyferry_view_free(view);
    return 0;
}
