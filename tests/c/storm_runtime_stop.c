/* harness: seeds=1 */
/* pyferry_runtime_stop in the shutdown storm, with a time limit or without. */
#include "storm.h"

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    for (int life = 0; life < 3; life++) {
        start_runtime();
        storm_places(main_view());
        storm_begin();
        storm_moment();
        int64_t timeout_ms = life % 2 ? -1 : (int64_t)(next() % 4);
        pyferry_status status;
        while ((status = pyferry_runtime_stop(timeout_ms)) == PYFERRY_STATUS_TIMEOUT)
            sleep_ms(1);
        CHECK_OK(status);
        storm_over();
    }
    return storm_end();
}
