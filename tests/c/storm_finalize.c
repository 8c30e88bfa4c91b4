/* harness: seeds=1 */
/* harness: also=cache_off PYFERRY_CACHE=off */
/* Py_FinalizeEx in the shutdown storm, also while another thread ends one of the interpreters. */
#include "storm.h"

static void *end_an_interpreter(void *moment)
{
    usleep((unsigned)(uintptr_t)moment);
    pyferry_status status = pyferry_interpreter_end(storm.views[1], -1);
    if (status != PYFERRY_STATUS_CLOSED)
        CHECK_OK(status);
    return NULL;
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    for (int life = 0; life < 3; life++) {
        PyThreadState *state = storm_start();
        bool ends_one = life % 2;
        pthread_t ender;
        storm_begin();
        if (ends_one)
            ender = thread_start(end_an_interpreter, (void *)(uintptr_t)(next() % 20000));
        storm_moment();
        finish_python(state);
        if (ends_one)
            thread_join(ender);
        storm_over();
    }
    return storm_end();
}
