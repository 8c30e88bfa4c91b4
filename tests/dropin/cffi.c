/* harness: lib=keeps_states */
/* dropin: log=ferried 40, left to CPython 80, parked 0, given up 0 */
/* cffi keeps the state of a thread that its callback brings in, and deletes it when the thread has ended; and up to 2.0 it comes in
   without PyGILState_Ensure where a thread has a state. So its calls are CPython's, and end no visit of the code around them. */
#include <Python.h>

#define PYFERRY_TEST_CPYTHON_H /* it is compiled with Python.h */
#include "dropin.h"

#include <dlfcn.h>

static PyThreadState *(*keep)(void);
static void (*visit_by_cffi)(void), (*drop)(PyThreadState *);

/* A copy with the name of cffi's module. */
static void load(void)
{
    Dl_info info;
    void *library = dlopen("libkeeps_states.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL && dladdr(dlsym(library, "keep"), &info) != 0);
    char command[4096];
    snprintf(command, sizeof command, "cp '%s' ./_cffi_backend.so", info.dli_fname);
    CHECK(system(command) == 0);
    library = dlopen("./_cffi_backend.so", RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL);
    *(void **)&keep = dlsym(library, "keep");
    *(void **)&visit_by_cffi = dlsym(library, "visit");
    *(void **)&drop = dlsym(library, "drop");
    CHECK(keep != NULL && visit_by_cffi != NULL && drop != NULL);
}

/* The host's own callback, in which Python code calls C, which lets go and calls back by cffi. */
static void visit(void)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyThreadState *mine = PyThreadState_Get();
    for (int i = 0; i < 3; i++) {
        Py_BEGIN_ALLOW_THREADS
        visit_by_cffi();
        Py_END_ALLOW_THREADS
        CHECK(PyThreadState_Get() == mine);
    }
    PyGILState_STATE inner = PyGILState_Ensure();
    CHECK(inner == PyGILState_LOCKED && PyThreadState_Get() == mine);
    PyGILState_Release(inner);
    run("x = 3");
    PyGILState_Release(state);
}

static void *visits(void *unused)
{
    (void)unused;
    visit();
    visit();
    CHECK(PyGILState_GetThisThreadState() == NULL);
    PyThreadState *kept = keep();
    CHECK(PyGILState_GetThisThreadState() == kept);
    visit_by_cffi();
    /* The thread has a state now: what comes is CPython's. */
    PyGILState_STATE state = PyGILState_Ensure();
    CHECK(state == PyGILState_UNLOCKED && PyThreadState_Get() == kept);
    PyGILState_Release(state);
    CHECK(PyGILState_GetThisThreadState() == kept);
    return kept;
}

int main(void)
{
    alarm(30);
    Py_InitializeEx(0);
    load();
    PyThreadState *mine = PyEval_SaveThread();
    for (int i = 0; i < 20; i++) {
        PyThreadState *kept = (PyThreadState *)on_new_thread(visits, NULL);
        PyEval_RestoreThread(mine);
        drop(kept);
        mine = PyEval_SaveThread();
    }
    PyEval_RestoreThread(mine);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
