/* harness: env=PYFERRY_GILSTATE_PATIENCE_MS=soon */
/* dropin: alone */
/* dropin: log=PYFERRY_GILSTATE_PATIENCE_MS is no number: "soon" */
/* dropin: log=every call is CPython's: libpyferry.so */
/* dropin: log=ferried 0, left to CPython 1, parked 0, given up 0 */
/* Where libpyferry.so is not to be found the drop-in says so, and every call is CPython's. */
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
