/* harness: seeds=1 */
/* sys.exit on the main thread in the shutdown storm ends the process, and not before the threads are out. */
#include "storm.h"

static void after_python(void)
{
    CHECK(!Py_IsInitialized());
    storm_over();
    storm_end();
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    atexit(after_python);
    PyThreadState *state = storm_start();
    storm_begin();
    storm_moment();
    PyEval_RestoreThread(state);
    PyRun_SimpleString("import sys; sys.exit(0)");
    CHECK(!"reached");
}
