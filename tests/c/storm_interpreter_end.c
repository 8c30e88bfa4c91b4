/* harness: seeds=1 */
/* harness: also=symmetric PYFERRY_BARRIER=symmetric */
/* pyferry_interpreter_end in the shutdown storm, with a time limit or without, by one thread or by two at once. */
#include "storm.h"

static void *end_it(void *timeout_ms)
{
    pyferry_status status;
    while ((status = pyferry_interpreter_end(storm.views[1], *(int64_t *)timeout_ms)) == PYFERRY_STATUS_TIMEOUT)
        sleep_ms(1);
    if (status != PYFERRY_STATUS_CLOSED)
        CHECK_OK(status);
    return status == PYFERRY_STATUS_OK ? timeout_ms : NULL;
}

int main(int argc, char **argv)
{
    static int64_t no_limit = -1, at_once = 0, soon = 3;
    storm_seed(argc, argv);
    storm.ends = 1 << 1;
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    for (int round = 0; round < 4; round++) {
        storm_places(pyferry_view_clone(main));
        pyferry_view *other = pyferry_view_clone(storm.views[2]);
        storm_begin();
        storm_moment();
        pthread_t second = thread_start(end_it, round % 2 ? &no_limit : &soon);
        void *first = end_it(round % 3 ? &no_limit : &at_once);
        CHECK((first != NULL) != (thread_join(second) != NULL)); /* one of them did it */
        storm_over();
        CHECK_OK(pyferry_interpreter_end(other, -1));
        pyferry_view_free(other);
    }
    finish_python(state);
    pyferry_view_free(main);
    return storm_end();
}
