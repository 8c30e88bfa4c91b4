/* dropin: log=ferried 1, left to CPython 0, parked 0, given up 0 */
/* A log that is a FIFO which nobody reads, or whose reader has stopped, goes without lines: no call waits for a reader. */
#include "dropin.h"

#include <fcntl.h>
#include <sys/stat.h>

static void *visit(void *unused)
{
    call_python("x = 1");
    return unused;
}

int main(void)
{
    const char *log = getenv("PYFERRY_GILSTATE_LOG");
    int reader = -1;
    if (log != NULL) {
        remove(log);
        CHECK(mkfifo(log, 0600) == 0);
    }
    Py_InitializeEx(0);
    if (log != NULL) {
        reader = open(log, O_RDWR | O_NONBLOCK);
        CHECK(reader != -1);
        while (write(reader, "x", 1) == 1)
            ;
    }
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit, NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    if (log != NULL)
        CHECK(close(reader) == 0 && remove(log) == 0);
    return 0;
}
