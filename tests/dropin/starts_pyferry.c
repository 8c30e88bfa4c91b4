/* harness: mode=runtime */
/* dropin: log=every call is CPython's: Python was not started by a Py_Initialize... that came by this library */
/* dropin: log=ferried 0, left to CPython 18, parked 0, given up 0 */
/* A host that starts Python by pyferry_runtime_start comes past the drop-in: its threads go in and out by pyferry, and calls of
   PyGILState_Ensure by its name, as extension modules make them, are CPython's. */
#include "dropin.h"

#include <dlfcn.h>

static PyGILState_STATE (*ensure)(void);
static void (*release)(PyGILState_STATE);

static void *visit(void *unused)
{
    for (int i = 0; i < 3; i++) {
        PyGILState_STATE state = ensure();
        CHECK_OK(pyferry_exec("import threading; threading.local().x = 1", "visit.py"));
        release(state);
    }
    return unused;
}

static void *attach(void *view)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach(view, &token));
    visit(NULL);
    CHECK_OK(pyferry_detach(&token));
    visit(NULL);
    return NULL;
}

int main(void)
{
    ensure = (PyGILState_STATE (*)(void))dlsym(RTLD_DEFAULT, "PyGILState_Ensure");
    release = (void (*)(PyGILState_STATE))dlsym(RTLD_DEFAULT, "PyGILState_Release");
    CHECK(ensure != NULL && release != NULL);
    for (int life = 0; life < 2; life++) {
        pyferry_view *view;
        CHECK_OK(pyferry_runtime_start(NULL));
        CHECK_OK(pyferry_view_main(&view));
        on_new_thread(visit, NULL);
        on_new_thread(attach, view);
        CHECK_OK(pyferry_runtime_stop(-1));
        pyferry_view_free(view);
    }
    return 0;
}
