/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* Two copies of the library that start Python at the same moment: one starts it, and the other is refused. */
#include "copy.h"

static struct copy copies[2];
static pthread_barrier_t start;

static void *begin(void *argument)
{
    struct copy *copy = argument;
    pyferry_status status;
    pthread_barrier_wait(&start);
    /* Where the other one's start takes longer than ten seconds, as 3.13t's can on a machine with much to do. */
    while ((status = copy->runtime_start(without_site())) == PYFERRY_STATUS_CLOSED)
        continue;
    return (void *)(intptr_t)status;
}

int main(void)
{
    copies[0] = first_copy();
    copies[1] = load_copy(&copies[0], "libpyferry-other.so");
    CHECK(pthread_barrier_init(&start, NULL, 2) == 0);
    for (int i = 0; i < often(8); i++) {
        pthread_t threads[2] = { thread_start(begin, &copies[0]), thread_start(begin, &copies[1]) };
        pyferry_status one = (pyferry_status)(intptr_t)thread_join(threads[0]);
        pyferry_status other = (pyferry_status)(intptr_t)thread_join(threads[1]);
        int first = one == PYFERRY_STATUS_OK ? 0 : 1;
        if (one + other != PYFERRY_STATUS_UNSUPPORTED)
            fprintf(stderr, "round %d: statuses %d and %d\n", i, (int)one, (int)other);
        CHECK(one + other == PYFERRY_STATUS_UNSUPPORTED);
        check_refused(&copies[1 - first], &copies[first]);
        on_new_thread(visit_through, &copies[first]);
        COPY_OK(&copies[first], runtime_stop(-1));
    }
    return 0;
}
