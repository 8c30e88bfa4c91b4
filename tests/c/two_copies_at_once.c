/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* Two copies of the library that begin at the same moment: one serves, and the other is refused. */
#include "copy.h"

static struct copy copies[2];
static pthread_barrier_t start;

struct run {
    struct copy *copy;
    pyferry_status status;
    pyferry_view *view;
};

static void *begin(void *argument)
{
    struct run *run = argument;
    pthread_barrier_wait(&start);
    run->status = run->copy->view_main(&run->view);
    return NULL;
}

int main(void)
{
    copies[0] = first_copy();
    copies[1] = load_copy(&copies[0], "libpyferry-other.so");
    CHECK(pthread_barrier_init(&start, NULL, 2) == 0);
    for (int i = 0; i < (in_short() ? 8 : 20); i++) {
        struct run runs[2] = { { &copies[0], 0, NULL }, { &copies[1], 0, NULL } };
        initialize_python();
        PyThreadState *state = PyEval_SaveThread();
        pthread_t threads[2] = { thread_start(begin, &runs[0]), thread_start(begin, &runs[1]) };
        thread_join(threads[0]);
        thread_join(threads[1]);
        int first = runs[0].status == PYFERRY_STATUS_OK ? 0 : 1;
        if (runs[1 - first].status != PYFERRY_STATUS_UNSUPPORTED)
            fprintf(stderr, "round %d: %s and %s\n", i, pyferry_status_name(runs[0].status),
                    pyferry_status_name(runs[1].status));
        CHECK(runs[first].status == PYFERRY_STATUS_OK && runs[1 - first].status == PYFERRY_STATUS_UNSUPPORTED);
        check_refused(&copies[1 - first], &copies[first]);
        on_new_thread(visit_through, &copies[first]);
        copies[first].view_free(runs[first].view);
        PyEval_RestoreThread(state);
        CHECK(Py_FinalizeEx() == 0);
    }
    return 0;
}
