/* harness: mode=dlopen */
/* dropin: log=ferried 1, left to CPython 1, parked 0, given up 0 */
/* A host that loads libpython for itself alone, and takes its functions by dlsym: who calls PyGILState_Ensure by its name, as
   extension modules do, comes by the drop-in, which finds that libpython. */
#include "dropin.h"

#include <dlfcn.h>

static PyGILState_STATE (*ensure)(void);
static void (*release)(PyGILState_STATE);

static void *visit(void *unused)
{
    release(ensure());
    return unused;
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    void *python = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    CHECK(python != NULL);
    void (*initialize)(int) = (void (*)(int))dlsym(python, "Py_InitializeEx");
    int (*finalize)(void) = (int (*)(void))dlsym(python, "Py_FinalizeEx");
    PyThreadState *(*save)(void) = (PyThreadState *(*)(void))dlsym(python, "PyEval_SaveThread");
    void (*restore)(PyThreadState *) = (void (*)(PyThreadState *))dlsym(python, "PyEval_RestoreThread");
    ensure = (PyGILState_STATE (*)(void))dlsym(RTLD_DEFAULT, "PyGILState_Ensure");
    release = (void (*)(PyGILState_STATE))dlsym(RTLD_DEFAULT, "PyGILState_Release");
    CHECK(initialize != NULL && save != NULL && restore != NULL && finalize != NULL && ensure != NULL && release != NULL);
    initialize(0);
    PyGILState_STATE state = ensure();
    CHECK(state == PyGILState_LOCKED);
    release(state);
    PyThreadState *saved = save();
    on_new_thread(visit, NULL);
    restore(saved);
    CHECK(finalize() == 0);
    return 0;
}
