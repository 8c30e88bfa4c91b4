/* dropin: log=ferried 1, left to CPython 0, parked 0, given up 0 */
/* A log that may not grow (RLIMIT_FSIZE) goes without lines: no SIGXFSZ, which would end the program. */
#include "dropin.h"

#include <sys/resource.h>

static void *visit(void *unused)
{
    call_python("x = 1");
    return unused;
}

int main(void)
{
    struct rlimit limit, before;
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 0;
    CHECK(signal(SIGXFSZ, SIG_DFL) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0);
    Py_InitializeEx(0);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(times_said("has started Python") == 0);
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
