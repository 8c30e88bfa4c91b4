/* dropin: without=hangs */
/* dropin: log=ferried 3, left to CPython 0, parked 0, given up 0 */
/* A thread ends without PyGILState_Release: others get Python all the same, and it ends. */
#include "dropin.h"

static void *end_inside(void *unused)
{
    PyGILState_Ensure();
    run("x = 1");
    return unused;
}

static void *call(void *unused)
{
    call_python("x = 2");
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(end_inside, NULL);
    on_new_thread(call, NULL);
    on_new_thread(end_inside, NULL);
    PyEval_RestoreThread(state);
    run("x = 3");
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
