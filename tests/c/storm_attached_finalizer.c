/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, called on a thread that is itself attached through pyferry. */
#include "storm.h"

/* The state that Py_Initialize made is adopted, or nested on where it is attached already: then little is over. */
static void check_over(pyferry_token token)
{
    pyferry_status status = pyferry_detach(&token);
    if (status != PYFERRY_STATUS_OK)
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    for (int life = 0; life < 3; life++) {
        PyThreadState *state = storm_start();
        storm_begin();
        storm_moment();
        if (life == 1)
            PyEval_RestoreThread(state);
        pyferry_token outer = attach(storm.views[0]), inner;
        if (life == 2)
            inner = attach(storm.views[0]);
        CHECK(PyThreadState_Get() == state);
        CHECK(Py_FinalizeEx() == 0);
        CHECK(!pyferry_is_attached(NULL));
        if (life == 2)
            check_over(inner);
        check_over(outer);
        storm_over();
    }
    return storm_end();
}
