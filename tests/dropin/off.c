/* harness: env=PYFERRY_GILSTATE=off */
/* dropin: log=off: every call is CPython's */
/* dropin: log=ferried 0, left to CPython 4, parked 0, given up 0 */
/* Turned off, it passes all calls on, and pyferry is not even loaded. */
#include "dropin.h"

#include <dlfcn.h>

static void *visit(void *unused)
{
    for (int i = 0; i < 4; i++)
        call_python("import threading\n"
                    "kept = globals().setdefault('kept', threading.local())\n"
                    "assert not hasattr(kept, 'visits')\n"
                    "kept.visits = 1\n");
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(dlopen("libpyferry.so.0.1", RTLD_NOLOAD | RTLD_LAZY) == NULL);
    return 0;
}
