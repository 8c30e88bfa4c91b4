/* dropin: log=parked 0, given up 0 */
/* With tracemalloc, up to 3.13 CPython calls PyGILState_Ensure itself where memory is allocated: also while a state is made.
   It is on to the end: tracemalloc.stop() would crash a thread that makes one (gh-128679), such as the one that deletes theirs. */
#include "dropin.h"

static void *visit(void *unused)
{
    for (int i = 0; i < 20; i++)
        call_python("x = [object() for _ in range(100)]");
    return unused;
}

int main(void)
{
    Py_InitializeEx(0);
    run("import tracemalloc; tracemalloc.start()");
    PyThreadState *state = PyEval_SaveThread();
    for (int i = 0; i < 3; i++)
        on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
