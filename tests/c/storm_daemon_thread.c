/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, with a daemon Python thread in a loop through all places: CPython stops that one. */
#include "storm.h"

/* On Python's own thread, which is attached to main already: so main stays open to it, whatever it tells others. */
static PyObject *go_around(PyObject *unused, PyObject *none)
{
    static unsigned visits;
    (void)unused, (void)none;
    pyferry_token token;
    pyferry_status status = pyferry_attach(storm.views[visits++ % PLACES], &token);
    if (status == PYFERRY_STATUS_OK) {
        run("import time; time.sleep(0.0001)");
        detach(token);
    } else {
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    }
    Py_RETURN_NONE;
}

static PyMethodDef method = { "go_around", go_around, METH_NOARGS, NULL };

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    PyThreadState *state = storm_start();
    PyEval_RestoreThread(state);
    define(&method);
    run("import threading\n"
        "def loop(go_around=go_around):\n"
        "    while True: go_around()\n"
        "threading.Thread(target=loop, daemon=True).start()");
    PyEval_SaveThread();
    storm_begin();
    storm_moment();
    finish_python(state);
    storm_over();
    return storm_end();
}
